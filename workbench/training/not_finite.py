"""What went wrong when a loss is not a finite number: which layer, which step, and why."""

import numpy as np


class NotFinite(ArithmeticError):
    """Training met a number that is not finite.

    The model has the parameters of the last update whose loss was finite; `history` is what was
    recorded until then.
    """

    def __init__(self, message, history):
        super().__init__(message)
        self.history = history


def said(model, batch, update, growth):
    """One line: the layer and the step where it began, and the likely cause.

    growth: (largest parameter before the last update, largest after it), or None at the first.
    """
    return f"update {update}: {_where(model, batch)}; {_cause(model, update, growth)}"


def _where(model, batch):
    """The first layer of the model, and its first step, whose output is not finite."""
    for name, array in model.parameters.items():
        if not np.isfinite(array).all():
            return f"the parameter {name} is no longer finite"
    try:
        run = model.run(batch.x, mask=batch.mask)
    except ValueError as error:
        return str(error)
    for name, trace in run.traces.items():
        for line in trace.names:
            wrong = ~np.isfinite(trace[line]).reshape(len(trace[line]), -1).all(axis=1)
            if wrong.any():
                return f"{name}: line {line} is not finite from step {wrong.argmax()} on"
    if not np.isfinite(run.output).all():
        return f"{list(model.layers)[-1]}: the output is not finite"
    return "the loss or its gradient is not finite, though every layer's output is"


def _cause(model, update, growth):
    if growth is None or not growth[1] > 3 * max(growth[0], 1.0):
        norms = "clip_norm=1.0 bounds it" if update else "look at the scale of x and y"
        return f"likely an exploding gradient: {norms}"
    before, after = growth
    return (
        f"the update before made the largest parameter {after:.3g}, from {before:.3g}: "
        "the learning rate is too high"
    )
