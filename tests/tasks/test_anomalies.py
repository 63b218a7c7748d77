"""The measure of the heartbeats, held to slow loops; nothing of the marked part is learnt from."""

import numpy as np
import pytest

from workbench.data import heartbeats as load
from workbench.tasks import forecast_errors, heartbeats, rings
from workbench.tasks.anomalies import ratio, smoothed
from workbench.tasks.forecasts import inputs_and_changes

STREAM = np.random.default_rng(8)


@pytest.fixture(scope="module")
def marked():
    pytest.importorskip("sktime")
    return load()


def slow_smoothed(errors, around):
    means = []
    for t in range(len(errors)):
        near = [abs(errors[k]) for k in range(t - around, t + around + 1) if 0 <= k < len(errors)]
        means.append(sum(near) / len(near))
    return means


@pytest.mark.parametrize("around", [0, 1, 4, 30])
def test_an_error_is_the_mean_of_those_around_it(around):
    errors = STREAM.standard_normal(25)
    assert smoothed(errors, around) == pytest.approx(slow_smoothed(errors, around), abs=1e-12)


def test_the_ratio_is_of_the_largest_errors_from_the_beginning_on():
    errors, inside = STREAM.random(40) + 0.1, STREAM.random(40) < 0.3
    errors[3] = 9.0  # before the beginning: it does not count
    within = max(errors[t] for t in range(10, 40) if inside[t])
    without = max(errors[t] for t in range(10, 40) if not inside[t])
    assert ratio(errors, inside, 10) == within / without


@pytest.mark.parametrize("inside", [True, False])
def test_a_ratio_needs_steps_inside_and_outside(inside):
    with pytest.raises(ValueError, match="marked: expected steps inside and outside from 2 on"):
        ratio(np.ones(5), np.full(5, inside), 2)


def test_a_step_rings_when_it_is_over_the_largest_error_of_the_normal_part():
    errors = np.array([1.0, 3.0, 2.0, 2.9, 3.1, 6.1])
    assert rings(errors, 3).tolist() == [False, False, False, False, True, True]
    assert rings(errors, 3, factor=2.0).tolist() == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("until", "factor", "message"),
    [
        (0, 1.0, "normal_until: expected 1..4, got 0"),
        (5, 1.0, "normal_until: expected 1..4, got 5"),
        (2, 0.0, "factor: expected a number above 0, got 0"),
        (2, float("nan"), "factor: expected a number above 0, got nan"),
    ],
)
def test_wrong_thresholds_are_refused(until, factor, message):
    with pytest.raises(ValueError, match=message):
        rings(np.ones(4), until, factor)


def test_the_baseline_is_the_ratio_of_the_errors_of_persistence(marked):
    values = marked.series.values
    errors = [0.0] + [values[t] - values[t - 1] for t in range(1, len(values))]
    errors = slow_smoothed(errors, 18)
    inside = max(e for e, m in zip(errors[5000:], marked.anomalous[5000:], strict=True) if m)
    outside = max(e for e, m in zip(errors[5000:], marked.anomalous[5000:], strict=True) if not m)
    assert heartbeats.load(0).baseline == pytest.approx(inside / outside, rel=1e-9)


def test_what_is_learnt_from_is_of_the_normal_part_alone(marked):
    values = marked.series.values
    other = np.concatenate([values[:5000], STREAM.permutation(values[5000:])])
    own, changed = (inputs_and_changes(v, 5000) for v in (values, other))
    assert own[2] == changed[2]
    for trained, mine, theirs in zip(heartbeats.load(0).train, own, changed, strict=False):
        assert np.array_equal(mine[:4999], theirs[:4999])
        windows = np.lib.stride_tricks.sliding_window_view(mine[:4999, 0], 720)[::45]
        assert np.array_equal(trained[:, :, 0], windows)


def test_the_rehearsal_learns_from_the_first_part_of_the_normal_samples(marked):
    _, _, spread = inputs_and_changes(marked.series.values[:5000], 3500)
    y = heartbeats.rehearse().load(0).train[1]
    change = np.diff(marked.series.values[:3500]) / spread
    assert np.array_equal(y[0, :, 0], change[:720])
    assert np.array_equal(y[-1, :, 0], change[45 * (len(y) - 1) :][:720])


def test_a_network_that_has_seen_two_epochs_gives_an_error_for_every_sample(marked):
    outcome = heartbeats(epochs=2, cell="elman", hidden_size=8, options={"progress": False})
    assert outcome.history["loss"][1] < outcome.history["loss"][0]
    errors = forecast_errors(outcome.model)
    assert errors.shape == (7500,)
    assert outcome.score == ratio(errors, marked.anomalous, 5000)
    assert not rings(errors, 5000)[:5000].any()
