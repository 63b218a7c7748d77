"""Rules that change parameters by their gradients, in place."""

from ..inputs import from_description
from .adam import Adam, AdamW
from .optimizer import Optimizer, learning_rate_from
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "optimizer_from",
    "read_optimizer",
]

OPTIMIZERS = {c.__name__: c for c in (SGD, RMSprop, Adam, AdamW)}
"""Every optimizer by the name that `describe` writes."""


def optimizer_from(description):
    """The optimizer that `describe` has written down, with no steps taken; see `restore`.

    Raises ValueError for an unknown name, or for arguments that the optimizer does not take.
    """
    if isinstance(description, dict) and "learning_rate" in description:
        rate = learning_rate_from(description["learning_rate"])
        description = description | {"learning_rate": rate}
    return from_description("optimizer", OPTIMIZERS, description)


def read_optimizer(value):
    """The optimizer that was given, or Adam for None."""
    if value is None:
        return Adam()
    if isinstance(value, Optimizer):
        return value
    near = {name.lower(): name for name in OPTIMIZERS}
    name = value.__name__ if isinstance(value, type) else value
    known = near.get(name.lower()) if isinstance(name, str) else None
    hint = f"; write wb.{known}(learning_rate)" if known else ""
    came = name if isinstance(value, type) else f"{value!r:.60}"
    raise ValueError(f"optimizer: expected SGD, RMSprop, Adam or AdamW, got {came}{hint}")
