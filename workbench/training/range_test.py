"""The learning-rate range test: one short training in which the rate only grows."""

import copy
from dataclasses import dataclass
from itertools import count

import numpy as np
from threadpoolctl import threadpool_limits

from ..recurrent.inputs import positive_integer, real_number
from . import losses
from .evaluate import as_batches, as_network
from .matching import check_fit
from .not_finite import NotFinite
from .optimizers import read_optimizer
from .options import Options
from .schedules import ExponentialRamp
from .trainer import Trainer

OPTIONS = ("batch_size", "seed", "clip_norm", "clip_value", "truncate")
WIDTH = 0.05
"""Losses are averaged with a Gaussian whose standard deviation is this share of the ramp."""
WORSE = 4.0
"""The test ends when the loss is so many times its first value; a little noise is no end."""


@dataclass(frozen=True, eq=False)
class RangeTest:
    """What a range test saw, one number for each update.

    rates, losses: of the updates; smooth: the losses averaged over neighbours on the log axis of
    the rates. suggested: the rate at which `smooth` falls most steeply over that axis, before its
    least value; the other usual choice is one tenth of the rate at which it begins to rise.
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
    the optimizer stay as they are. train, loss: as `fit` takes them, and of its options batch_size,
    seed, clip_norm, clip_value and truncate. It ends early when the loss is no longer finite or
    far above its first value. Raises ValueError where it ends too early to say anything, and where
    no rate lowers the loss by more than the batches scatter, as in a model that has learnt already.
    """
    for name in options:
        if name not in OPTIONS:
            raise ValueError(f"{name}: expected one of {', '.join(OPTIONS)}, got {name!r}")
    model, options = copy.deepcopy(as_network(model)), Options.read(options)
    updates = positive_integer("updates", updates, least=20)
    batches = as_batches("train", train, options.batch_size, seed=options.seed)
    check_fit("train", model, batches, loss)
    optimizer = copy.deepcopy(read_optimizer(optimizer))
    optimizer.restore({"steps": 0})  # as one that has not taken a step
    lowest = real_number("lowest", lowest, above=0)
    highest = real_number("highest", highest, above=lowest)
    optimizer.learning_rate = ExponentialRamp(lowest, highest, updates)
    trainer = Trainer(model, batches, None, losses.loss_of(loss), optimizer, options)
    with threadpool_limits(1, user_api="blas"):  # as in Trainer.train
        _follow(trainer, updates)
    done = trainer.history.updates
    if len(done["loss"]) < 20:
        came = f"{highest:g} from {lowest:g} in {updates} updates"
        raise ValueError(f"lowest: expected a ramp whose first 20 rates are bearable, got {came}")
    width = WIDTH * updates
    smooth = _averaged(done["loss"], width)
    return RangeTest(done["rate"], done["loss"], smooth, _steepest(done, smooth, width))


def _follow(trainer, updates):
    """Update until the end of the ramp or until it is clear that the rate is too high."""
    each, seen = (trainer.batches.epoch(epoch) for epoch in count()), []
    try:
        for batch in (batch for epoch in each for batch in epoch):
            trainer.update(batch)
            seen.append(trainer.history.updates["loss"][-1])
            first, now = np.mean(seen[:5]), np.mean(seen[-5:])
            if len(seen) == updates or now > first + WORSE * abs(first):
                return
    except NotFinite:
        return


def _averaged(losses, width):
    """Each loss averaged with its neighbours under a Gaussian `width` updates wide."""
    places = np.arange(len(losses))
    weights = np.exp(-0.5 * ((places - places[:, None]) / width) ** 2)
    return weights @ losses / weights.sum(axis=1)


def _steepest(done, smooth, width):
    """The rate at the steepest fall before the least loss; ends of the ramp say too little."""
    first, last = len(smooth) // 10, int(smooth.argmin())
    if last > first:
        scatter = np.std(done["loss"][: last + 1] - smooth[: last + 1])
        # A Gaussian average of such a width is as good as the mean of so many losses.
        doubt = scatter / np.sqrt(2 * np.sqrt(np.pi) * width) + 1e-9 * abs(smooth[first])
        if smooth[first] - smooth[last] > 3 * doubt:
            falls = np.gradient(smooth, np.log(done["rate"]))[first : last + 1]
            return float(done["rate"][first + falls.argmin()])
    raise ValueError(
        "train: expected a loss that some rate lowers by more than it scatters, got none; "
        "has the model learnt already?"
    )
