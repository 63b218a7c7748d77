"""Rules that change parameters by their gradients, in place."""

from ..inputs import from_description
from .adam import Adam, AdamW
from .optimizer import Optimizer, learning_rate_from
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "optimizer_from"]

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
