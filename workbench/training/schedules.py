"""Learning rates that change with the step: `schedule.at(step)` -> float.

A step is one update of the parameters, counted from 0. A schedule is a function of the step
alone: it keeps no state, so a run that is resumed goes on where it was. Does not look at the
loss: a rate that waits for a plateau would have to remember.

    Constant           rate
    StepDecay          rate * factor^(step // every)
    ExponentialDecay   rate * factor^step
    ExponentialRamp    first * (last / first)^(step / (steps - 1))
    CosineDecay        linear warm-up, then half a cosine from rate down to last
    OneCycle           up to rate and down again, then far below where it began
"""

import math
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass

import numpy as np

from ..recurrent.inputs import positive_integer, real_number
from .inputs import from_description

__all__ = [
    "SCHEDULES",
    "Constant",
    "CosineDecay",
    "ExponentialDecay",
    "ExponentialRamp",
    "OneCycle",
    "Schedule",
    "StepDecay",
    "schedule_from",
    "schedule_of",
]


@dataclass(frozen=True)
class Schedule(ABC):
    """What all schedules share. Attributes are the arguments, as plain numbers."""

    @abstractmethod
    def at(self, step):
        """The learning rate of update number `step`, counted from 0."""

    def describe(self):
        """A dict of plain numbers and one name, from which `schedule_from` makes the same."""
        return {"schedule": type(self).__name__} | asdict(self)

    def _keep(self, **values):
        for name, value in values.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate at every step."""

    rate: float

    def __post_init__(self):
        self._keep(rate=real_number("rate", self.rate, least=0))

    def at(self, step):
        return self.rate


@dataclass(frozen=True)
class StepDecay(Schedule):
    """The rate is multiplied by `factor` after every `every` steps.

    Source: He, Zhang, Ren and Sun 2016, section 3.4: divided by 10 when the error plateaus, here
    at fixed steps.
    """

    rate: float
    every: int
    factor: float = 0.1

    def __post_init__(self):
        self._keep(
            rate=real_number("rate", self.rate, least=0),
            every=positive_integer("every", self.every),
            factor=real_number("factor", self.factor, above=0, most=1),
        )

    def at(self, step):
        return self.rate * self.factor ** (step // self.every)


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """The rate is multiplied by `factor` after every step.

    Source: Robbins and Monro 1951 ask that the rates of all steps sum to infinity, which these do
    not: choose a factor so close to 1 that the rate is still alive at the end.
    """

    rate: float
    factor: float

    def __post_init__(self):
        self._keep(
            rate=real_number("rate", self.rate, least=0),
            factor=real_number("factor", self.factor, above=0, most=1),
        )

    def at(self, step):
        return self.rate * self.factor**step


@dataclass(frozen=True)
class ExponentialRamp(Schedule):
    """From `first` to `last` in equal factors, reached at step `steps - 1` and kept.

    It is the schedule of a learning-rate range test: Smith 2017, Cyclical Learning Rates,
    section 3.3, where the ramp is linear; equal factors give each decade the same time.
    """

    first: float
    last: float
    steps: int

    def __post_init__(self):
        self._keep(
            first=real_number("first", self.first, above=0),
            last=real_number("last", self.last, above=0),
            steps=positive_integer("steps", self.steps, least=2),
        )

    def at(self, step):
        share = min(step / (self.steps - 1), 1.0)
        # Both ends are exact: x^0 is 1, and first * (last / first) would round.
        return self.last if share == 1 else self.first * (self.last / self.first) ** share


@dataclass(frozen=True)
class CosineDecay(Schedule):
    """Linear warm-up in `warmup` steps, then half a cosine from `rate` to `last`, then `last`.

    steps: where the cosine has come down, warm-up included. The first step of a warm-up takes
    rate / warmup, the last one `rate`. Sources: Loshchilov and Hutter 2017 (SGDR), eq. 5, one
    run without restarts; Goyal et al. 2017, section 2.2, for the warm-up.
    """

    rate: float
    steps: int
    warmup: int = 0
    last: float = 0.0

    def __post_init__(self):
        self._keep(
            rate=real_number("rate", self.rate, least=0),
            steps=positive_integer("steps", self.steps),
            warmup=positive_integer("warmup", self.warmup, least=0),
            last=real_number("last", self.last, least=0),
        )
        if self.warmup >= self.steps:
            raise ValueError(f"warmup: expected fewer than {self.steps} steps, got {self.warmup}")

    def at(self, step):
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        share = min((step - self.warmup) / (self.steps - self.warmup), 1.0)
        return self.last + (self.rate - self.last) * (1 + math.cos(math.pi * share)) / 2


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Linear from `low` up to `rate` and back to `low` in `cycle` of the steps, then to `last`.

    low: rate / 10 for None. last: low / 100 for None; reached at step `steps` and kept.
    Sources: Smith and Topin 2019 (super-convergence); Smith 2018, A disciplined approach to
    neural network hyper-parameters, for the end orders of magnitude below the start.
    """

    rate: float
    steps: int
    low: float | None = None
    last: float | None = None
    cycle: float = 0.9

    def __post_init__(self):
        rate = real_number("rate", self.rate, least=0)
        low = rate / 10 if self.low is None else real_number("low", self.low, least=0, most=rate)
        last = low / 100 if self.last is None else real_number("last", self.last, least=0, most=low)
        cycle = real_number("cycle", self.cycle, above=0, most=1)
        steps = positive_integer("steps", self.steps)
        self._keep(rate=rate, steps=steps, low=low, last=last, cycle=cycle)

    def at(self, step):
        corners = [0, self.cycle * self.steps / 2, self.cycle * self.steps, self.steps]
        return float(np.interp(step, corners, [self.low, self.rate, self.low, self.last]))


SCHEDULES = {
    c.__name__: c
    for c in (Constant, StepDecay, ExponentialDecay, ExponentialRamp, CosineDecay, OneCycle)
}
"""Every schedule by the name that `describe` writes."""


def schedule_of(learning_rate):
    """A schedule: the one given, any object with `.at(step)`, or Constant for a number."""
    if callable(getattr(learning_rate, "at", None)):
        return learning_rate
    try:
        return Constant(real_number("learning_rate", learning_rate, least=0))
    except ValueError as error:
        raise ValueError(f"{error} (or a schedule with .at(step))") from None


def schedule_from(description):
    """The schedule that `describe` has written down as a dict.

    Raises ValueError for an unknown name, or for numbers that the schedule does not take.
    """
    return from_description("schedule", SCHEDULES, description)
