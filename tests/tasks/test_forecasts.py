"""Forecasts know nothing of the future, and their scores are what slow loops say."""

import numpy as np
import pytest

from workbench.data import Series
from workbench.data.windows import stretches
from workbench.tasks import sunspots
from workbench.tasks.forecasts import PAST, after, forecast, inputs_and_changes

STREAM = np.random.default_rng(5)
VALUES = np.cumsum(STREAM.standard_normal(100)) + 30
CUT = int(PAST * 100)


def series(values):
    return Series("walk", values, np.arange(len(values)))


class Answers:
    """A model that answers at each step from what it has read up to there."""

    def __init__(self, answer):
        self.answer = answer

    def run(self, x, record="all"):
        self.x = x
        self.output = np.array([self.answer(x[: t + 1]) for t in range(len(x))])[:, None]
        return self


def futures():
    """The same past with three other futures."""
    future = VALUES[CUT:]
    for other in (future[::-1], STREAM.permutation(future), 1e3 + 50 * future):
        yield np.concatenate([VALUES[:CUT], other])


@pytest.mark.parametrize("levels", [True, False])
def test_the_future_changes_nothing_that_is_trained_on(levels):
    own = forecast(series(VALUES), 12, levels=levels).train
    for values in futures():
        other = forecast(series(values), 12, levels=levels).train
        assert all(np.array_equal(a, b) for a, b in zip(own, other, strict=True))


@pytest.mark.parametrize("levels", [True, False])
def test_the_future_changes_no_mean_no_spread_and_no_input_of_the_past(levels):
    x, y, spread = inputs_and_changes(VALUES, CUT, levels)
    for values in futures():
        other_x, other_y, other_spread = inputs_and_changes(values, CUT, levels)
        assert spread == other_spread
        assert np.array_equal(x[:CUT], other_x[:CUT])
        assert np.array_equal(y[: CUT - 1], other_y[: CUT - 1])


def test_control_a_spread_of_the_whole_series_would_be_seen():
    whole = [inputs_and_changes(values, 100)[2] for values in (VALUES, *futures())]
    assert len(set(whole)) > 1


@pytest.mark.parametrize("levels", [True, False])
def test_a_forecast_does_not_change_when_what_comes_after_it_is_shuffled(levels):
    problem = forecast(series(VALUES), 12, levels=levels)
    model = sunspots.network(problem, sunspots.recipe, 0)
    at = CUT + 9
    shuffled = np.concatenate([VALUES[:at], STREAM.permutation(VALUES[at:])])
    runs = [model.run(inputs_and_changes(v, CUT, levels)[0]).output for v in (VALUES, shuffled)]
    assert np.array_equal(runs[0][:at], runs[1][:at])
    assert not np.array_equal(runs[0][at:], runs[1][at:])


@pytest.mark.parametrize("levels", [True, False])
def test_windows_end_before_the_future_and_ask_for_the_next_change(levels):
    x, y = forecast(series(VALUES), 12, levels=levels).train
    change = [VALUES[t + 1] - VALUES[t] for t in range(99)]
    spread = np.std(change[: CUT - 1])
    mean, scale = np.mean(VALUES[:CUT]), np.std(VALUES[:CUT])
    assert x.shape == y.shape == (CUT - 12, 12, 1)
    for k in range(len(x)):
        for step in range(12):
            t = k + step
            assert t + 1 < CUT  # the value that is asked for is of the past
            before = change[t - 1] / spread if t else 0.0
            read = (VALUES[t] - mean) / scale if levels else before
            assert x[k, step, 0] == pytest.approx(read, abs=1e-12)
            assert y[k, step, 0] == pytest.approx(change[t] / spread, abs=1e-12)


def test_the_score_is_the_error_of_every_value_of_the_future_in_its_unit():
    problem = forecast(series(VALUES), 12)
    spread = np.std(np.diff(VALUES)[: CUT - 1])
    total = 0.0
    for t in range(CUT, 100):
        total += (VALUES[t - 1] + 0.25 * spread - VALUES[t]) ** 2
    expected = (total / (100 - CUT)) ** 0.5
    assert problem.score(Answers(lambda x: 0.25)) == pytest.approx(expected, rel=1e-12)


def test_an_answer_of_zero_scores_as_persistence():
    problem = forecast(series(VALUES), 12)
    slow = [(VALUES[t] - VALUES[t - 1]) ** 2 for t in range(CUT, 100)]
    assert problem.baseline == pytest.approx((sum(slow) / len(slow)) ** 0.5, rel=1e-12)
    assert problem.score(Answers(lambda x: 0.0)) == pytest.approx(problem.baseline, rel=1e-12)


@pytest.mark.parametrize("masked", [False, True])
def test_steps_of_the_warm_up_count_neither_in_the_loss_nor_in_its_gradient(masked):
    output, targets = STREAM.standard_normal((2, 9, 3, 1))
    mask = STREAM.random((9, 3)) < 0.7 if masked else None
    kept = None if mask is None else mask.copy()
    value, gradient = after(4)(output, targets, mask)
    errors = [
        output[t, b, 0] - targets[t, b, 0]
        for t in range(4, 9)
        for b in range(3)
        if mask is None or mask[t, b]
    ]
    assert value == pytest.approx(sum(e * e for e in errors) / len(errors), rel=1e-12)
    assert not gradient[:4].any()
    assert gradient[4:].any()
    assert mask is None or np.array_equal(mask, kept)


@pytest.mark.parametrize("every", [1, 3, 4])
def test_windows_are_the_stretches_of_a_loop(every):
    x, y = STREAM.standard_normal((2, 20, 1))
    found = stretches(x, y, 6, every)
    starts = [s for s in range(20) if s % every == 0 and s + 6 <= 20]
    for part, whole in zip(found, (x, y), strict=True):
        assert part.tolist() == [whole[s : s + 6].tolist() for s in starts]
