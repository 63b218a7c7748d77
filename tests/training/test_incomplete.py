"""A layer, an optimizer or a schedule that lacks its rule is refused when it is made.

Not in the middle of a training, when the first step has been counted or half the weights changed.
"""

import pytest

from workbench.layers.layer import Layer
from workbench.training.optimizers.optimizer import Optimizer
from workbench.training.schedules import Schedule


@pytest.mark.parametrize(
    ("base", "missing", "arguments"),
    [(Layer, "forward", ()), (Optimizer, "update", (0.1,)), (Schedule, "at", ())],
)
def test_what_is_missing_is_named_when_it_is_made(base, missing, arguments):
    unfinished = type("Unfinished", (base,), {})
    with pytest.raises(TypeError, match=rf"Unfinished.*{missing}"):
        unfinished(*arguments)
    finished = type("Finished", (unfinished,), {missing: lambda self, *more: None})
    finished(*arguments)
