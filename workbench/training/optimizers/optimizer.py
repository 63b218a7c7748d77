"""What all optimizers share: checking, counting the steps, and the state that a resume needs.

The rules themselves, one a file, stand beside this one. Does not compute gradients and does not
clip them.
"""

from abc import ABC, abstractmethod
from inspect import signature

import numpy as np

from ..schedules import Constant, schedule_from, schedule_of


class Optimizer(ABC):
    """Changes parameters by their gradients, one `step` at a time.

    learning_rate: a number of at least 0, or a schedule, an object with `.at(step)` -> float.
    It can be set at any time.
    steps: how many steps have been taken.

    A rule is a subclass with `slots`, the names of the arrays it keeps for each parameter, and
    `update`. Its attributes are named like its arguments.
    """

    slots = ()

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.steps = 0
        self._kept = {}
        self._work = np.empty((2, 0))

    @property
    def learning_rate(self):
        """The number or the schedule that was given."""
        return self._schedule.rate if isinstance(self._schedule, Constant) else self._schedule

    @learning_rate.setter
    def learning_rate(self, value):
        self._schedule = schedule_of(value)

    @property
    def rate(self):
        """The learning rate of the next step, a number."""
        return float(self._schedule.at(self.steps))

    def step(self, parameters, gradients):
        """Change the arrays of `parameters` in place.

        parameters: mapping name -> float array. gradients: mapping name -> array of the same
        shape; a parameter without a gradient stays as it is. Nothing is changed when anything is
        refused: a ValueError names the parameter, what was expected and what came.
        """
        pairs = self._pairs(parameters, gradients)
        rate = self.rate
        for name, (theta, gradient) in pairs.items():
            if name not in self._kept:
                self._kept[name] = [np.zeros_like(theta) for _ in self.slots]
            self.update(name, theta, gradient, self._kept[name], rate)
        self.steps += 1

    @abstractmethod
    def update(self, name, theta, gradient, kept, rate):
        """Change theta in place; `kept` holds the arrays of `slots`, zero before the first step."""

    @property
    def state(self):
        """All that a resume needs besides the description: copies, by name.

        "steps": a whole number; "SLOT.PARAMETER": an array, such as "m.lstm_1.W.i".
        """
        arrays = {
            f"{slot}.{name}": array.copy()
            for name, kept in self._kept.items()
            for slot, array in zip(self.slots, kept, strict=True)
        }
        return {"steps": self.steps} | arrays

    def restore(self, state):
        """Go on from a `state`: the next step is then the same, bit for bit.

        Raises ValueError for a state of another optimizer or with parts missing.
        """
        steps, kept = _read_steps(state), {}
        for key, array in state.items():
            slot, _, name = key.partition(".")
            if key == "steps":
                continue
            if slot not in self.slots or not name:
                slots = ", ".join(f"{s}.NAME" for s in self.slots) or "nothing else"
                raise ValueError(f"state: expected steps and {slots}, got {key!r}")
            if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
                raise ValueError(f"state[{key!r}]: expected a float array, got {str(array)[:40]}")
            kept.setdefault(name, {})[slot] = array.copy()
        for name, found in kept.items():
            for slot in self.slots:
                if slot not in found:
                    raise ValueError(f"state: expected '{slot}.{name}', got none")
        self.steps = steps
        self._kept = {name: [found[slot] for slot in self.slots] for name, found in kept.items()}

    def describe(self):
        """A dict that JSON can hold, from which `optimizer_from` makes one as it was at the start.

        Raises ValueError for a schedule that cannot be described.
        """
        return {"optimizer": type(self).__name__} | {
            name: _plain(name, getattr(self, name)) for name in signature(type(self)).parameters
        }

    def __repr__(self):
        given = [f"{name}={getattr(self, name)!r}" for name in signature(type(self)).parameters]
        return f"{type(self).__name__}({', '.join(given)})"

    def _pairs(self, parameters, gradients):
        """name -> (parameter, gradient), all checked before anything is changed."""
        pairs = {}
        for name, gradient in gradients.items():
            if name not in parameters:
                known = ", ".join(parameters)
                raise ValueError(f"gradients: expected names of {known}, got {name!r}")
            theta, gradient = parameters[name], np.asarray(gradient)
            if not isinstance(theta, np.ndarray) or theta.dtype.kind != "f":
                came = getattr(theta, "dtype", type(theta).__name__)
                raise ValueError(f"parameters[{name!r}]: expected a float array, got {came}")
            if not theta.flags.writeable:
                raise ValueError(f"parameters[{name!r}]: expected a writeable array")
            if gradient.shape != theta.shape or gradient.dtype.kind not in "fiu":
                came = f"{gradient.shape} of {gradient.dtype}"
                raise ValueError(f"gradients[{name!r}]: expected {theta.shape} floats, got {came}")
            for slot, array in zip(self.slots, self._kept.get(name, ()), strict=False):
                if array.shape != theta.shape or array.dtype != theta.dtype:
                    came, wanted = f"{array.shape} {array.dtype}", f"{theta.shape} {theta.dtype}"
                    raise ValueError(f"state['{slot}.{name}']: expected {wanted}, got {came}")
            pairs[name] = theta, gradient
        return pairs

    def scratch(self, theta):
        """Two arrays like theta to compute in, so that a step allocates nothing."""
        if self._work.dtype != theta.dtype or self._work.shape[1] < theta.size:
            self._work = np.empty((2, theta.size), theta.dtype)
        return self._work[:, : theta.size].reshape(2, *theta.shape)


def average(mean, beta, value, work):
    """mean <- beta mean + (1 - beta) value, in place; `work` may be `value` itself."""
    mean *= beta
    np.multiply(value, 1 - beta, out=work)
    mean += work


def learning_rate_from(described):
    """What `describe` wrote for a learning rate: a number, or a schedule."""
    return schedule_from(described) if isinstance(described, dict) else described


def _plain(name, value):
    if callable(getattr(value, "describe", None)):
        return value.describe()
    if isinstance(value, tuple):
        return list(value)
    if not isinstance(value, bool | int | float | str):
        raise ValueError(f"{name}: expected a schedule with .describe(), got {value!r}")
    return value


def _read_steps(state):
    steps = state.get("steps")
    whole = steps is not None and np.ndim(steps) == 0 and np.asarray(steps).dtype.kind in "iu"
    if not whole or steps < 0:
        raise ValueError(f"state['steps']: expected a whole number of at least 0, got {steps!r}")
    return int(steps)
