"""A beat that comes too early, found by a network that has only learnt what is normal.

The network learns to forecast the next sample of an electrocardiogram, on its normal part alone.
Where its forecasts fail, something is not as it was. Error means: the absolute error of the
forecast, averaged over the 37 samples (a tenth of a second) around its step.

The score is the largest error inside the mark, divided by the largest outside it, of the steps
from `normal_until` on. Above 1, some threshold rings at the marked beat and at no other; the
score does not say that every marked step rings. One record with one anomaly tests nothing about
other hearts. The rehearsal has no anomaly to find: it asks how many times smaller the forecast
error is than persistence's on the last part of the normal samples.
"""

import numpy as np

from ..data import heartbeats as load
from ..data import split
from ..data.windows import stretches
from .forecasts import PAST, after, inputs_and_changes, root_mean_square
from .networks import many_to_many
from .task import Problem, Recipe, Task

AROUND = 18
"""Samples before and after a step that its error is averaged over."""
LENGTH, WARM_UP, EVERY = 720, 180, 45
"""Samples of a training window, those whose forecasts do not count, and from one to the next."""


def smoothed(errors, around=AROUND):
    """The mean of |errors| from `around` steps before to `around` after each step: (time,).

    At the ends, the mean of the steps that there are.
    """
    errors = np.abs(errors)
    total = np.concatenate([[0.0], np.cumsum(errors)])
    step = np.arange(len(errors))
    first, stop = np.maximum(step - around, 0), np.minimum(step + around + 1, len(errors))
    return (total[stop] - total[first]) / (stop - first)


def ratio(errors, marked, begin):
    """The largest of the errors inside the mark over the largest outside, from `begin` on.

    errors, marked: (time,). Raises ValueError where one of the two is empty.
    """
    errors, marked = np.asarray(errors)[begin:], np.asarray(marked, bool)[begin:]
    if marked.all() or not marked.any():
        inside = int(marked.sum())
        raise ValueError(
            f"marked: expected steps inside and outside from {begin} on, "
            f"got {inside} inside and {len(marked) - inside} outside"
        )
    return float(errors[marked].max() / errors[~marked].max())


def forecast_errors(model):
    """The error at every sample of the record, in millivolts: (7500,); 0 at the first.

    model: what `heartbeats` has trained. It runs once over the whole record, with the mean and
    the spread of the normal part.
    """
    marked = load()
    x, y, spread = inputs_and_changes(marked.series.values, marked.normal_until)
    errors = (model.run(x, record="output").output - y)[:, 0] * spread
    return smoothed(np.concatenate([[0.0], errors]))


def rings(errors, normal_until, factor=1.0):
    """Whether each step is called anomalous: its error is over a threshold. Bool (time,).

    errors: (time,), as `forecast_errors` gives them. The threshold is `factor` times the largest
    error of the steps before `normal_until`: no mark is needed to set it.
    Raises ValueError unless 1 <= normal_until <= time and factor > 0.
    """
    errors = np.asarray(errors)
    if not 1 <= normal_until <= len(errors):
        raise ValueError(f"normal_until: expected 1..{len(errors)}, got {normal_until}")
    if not factor > 0:
        raise ValueError(f"factor: expected a number above 0, got {factor}")
    return errors > factor * errors[:normal_until].max()


def problem(seed):
    marked = load()
    begin = marked.normal_until
    x, y, spread = inputs_and_changes(marked.series.values, begin)
    unchanged = smoothed(np.concatenate([[0.0], y[:, 0] * spread]))
    return Problem(
        train=stretches(x[: begin - 1], y[: begin - 1], LENGTH, EVERY), loss=after(WARM_UP),
        score=lambda model: ratio(forecast_errors(model), marked.anomalous, begin),
        baseline=ratio(unchanged, marked.anomalous, begin),
        baseline_name="the same of persistence", inputs=1, outputs=1,
    )  # fmt: skip


def rehearsal(seed):
    marked = load()
    normal = marked.series[: marked.normal_until]
    past = len(split(normal, PAST)[0])
    x, y, _ = inputs_and_changes(normal.values, past)
    asked = slice(past - 1, None)
    return Problem(
        train=stretches(x[: past - 1], y[: past - 1], LENGTH, EVERY), loss=after(WARM_UP),
        score=lambda model: root_mean_square(y[asked])
        / root_mean_square(model.run(x, record="output").output[asked] - y[asked]),
        baseline=1.0, baseline_name="persistence", inputs=1, outputs=1,
    )  # fmt: skip


heartbeats = Task(
    "heartbeats", "Which heartbeat comes out of time?",
    "7,500 samples of an electrocardiogram, 20.8 s, one anomaly (sktime)",
    "the first 5,000 samples, all normal, to train; the rest to test",
    "largest error inside the mark / largest outside", True, 1.5,
    problem, many_to_many,
    Recipe("gru", 32, epochs=40, batch_size=8, learning_rate=5e-3, decay=True),
    rehearsal=rehearsal,
)  # fmt: skip
