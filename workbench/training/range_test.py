"""The learning-rate range test: one short training in which the rate only grows."""

import copy
from dataclasses import dataclass
from itertools import count

import numpy as np

from ..recurrent.inputs import positive_integer
from .evaluate import as_batches
from .not_finite import NotFinite
from .optimizers import Adam
from .options import Options
from .schedules import ExponentialRamp
from .trainer import Trainer

SMOOTHING = 0.9
WORSE = 4.0
"""The test ends when the smoothed loss is this many times its least value."""


@dataclass(frozen=True, eq=False)
class RangeTest:
    """What a range test saw, one number for each update.

    rates, losses: of the updates; smooth: the losses' exponential average, corrected for its start.
    suggested: the rate where `smooth` falls most steeply over the logarithm of the rate; one tenth
    of the rate at which it begins to rise is the other usual choice.
    """

    rates: np.ndarray
    losses: np.ndarray
    smooth: np.ndarray
    suggested: float


def range_test(
    model, train, *, loss="cross_entropy", optimizer=None, lowest=1e-5, highest=1.0, updates=100,
    **options,
):  # fmt: skip
    """Train a copy of the model while the rate grows from `lowest` to `highest`: a RangeTest.

    Smith 2017, Cyclical learning rates, section 3.3, here on a logarithmic scale. The model and
    the optimizer stay as they are. train, loss, options: as `fit` takes them. It ends early when
    the loss is no longer finite or far above its least. Raises ValueError where it ends too early
    to say anything.
    """
    model, optimizer = copy.deepcopy(model), copy.deepcopy(optimizer or Adam())
    updates = positive_integer("updates", updates, least=10)
    optimizer.learning_rate = ExponentialRamp(lowest, highest, updates)
    options = Options.read(options)
    batches = as_batches("train", train, options.batch_size, seed=options.seed)
    trainer = Trainer(model, batches, None, loss, optimizer, options)
    smooth = _follow(trainer, updates)
    done = trainer.history.updates
    if len(smooth) < 10:
        raise ValueError(f"highest: expected a rate that is bearable for longer, got {highest:g}")
    falls = np.gradient(smooth, np.log(done["rate"]))
    return RangeTest(done["rate"], done["loss"], smooth, float(done["rate"][falls.argmin()]))


def _follow(trainer, updates):
    """Update until the end of the ramp or until it is clear that the rate is too high."""
    average, smooth = 0.0, []
    try:
        for batch in _endless(trainer.batches):
            trainer.update(batch)
            average = SMOOTHING * average + (1 - SMOOTHING) * trainer.history.updates["loss"][-1]
            smooth.append(average / (1 - SMOOTHING ** (len(smooth) + 1)))
            if len(smooth) == updates or smooth[-1] > WORSE * min(smooth):
                break
    except NotFinite:
        pass
    return np.array(smooth)


def _endless(batches):
    for epoch in count():
        yield from batches.epoch(epoch)
