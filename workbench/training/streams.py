"""A long series learnt chunk by chunk: the states are carried from chunk to chunk, the gradient
is not. Which states are carried and when they are reset is what goes wrong most often; here it is
one rule: a batch's rows are neighbours in time of the same rows of the batch before it, and every
epoch begins from zero.
"""

import math
from dataclasses import dataclass

import numpy as np

from ..recurrent.inputs import numeric, positive_integer
from .inputs import digest
from .sequences import Batch


@dataclass(frozen=True, eq=False, repr=False)
class StreamBatch(Batch):
    """One chunk of every row; `continues` when it goes on from the states of the chunk before."""

    continues: bool

    def run(self, model, carried=None, **how):
        """Run a Network over it, from the states that the chunk before handed on."""
        return model.run(self.x, carried if self.continues else None, **how)

    def hands_on(self, run):
        """The states after its last step."""
        return run.final


class Stream:
    """One series cut into `rows` stretches that are read side by side, `steps` at a time.

    x: (time, features), or (time,) tokens. y: (time, ...), a target for each step.
    steps: the length of a chunk; the gradient reaches no further back. rows: stretches side by
    side; row k begins at step k * (time // rows). What is left over at the end is not seen, and
    neither is a last chunk of fewer steps: `seen` tells how many steps of the series are.

    Nothing is shuffled: chunks of a row follow each other, or its states would be of another time.
    """

    def __init__(self, x, y, *, steps, rows=1):
        self.x, self.y = numeric("x", x), numeric("y", y)
        self.steps, self.rows = positive_integer("steps", steps), positive_integer("rows", rows)
        tokens = self.x.ndim == 1 and self.x.dtype.kind in "iu"
        if not (self.x.ndim == 2 or tokens):
            raise ValueError(
                f"x: expected (time, features) or (time,) tokens, got {self.x.shape} {self.x.dtype}"
            )
        if self.y.ndim == 0 or len(self.y) != len(self.x):
            came = len(self.y) if self.y.ndim else "one number"
            raise ValueError(f"y: expected {len(self.x)} targets, one a step, got {came}")
        self.length = len(self.x) // self.rows
        if self.length < self.steps:
            raise ValueError(
                f"steps: expected at most {self.length}, a row's length, got {self.steps}"
            )
        for name, values in (("x", self.x), ("y", self.y)):
            if np.isnan(values).any():
                step = int(np.argwhere(np.isnan(values))[0][0])
                raise ValueError(f"{name}: expected numbers, got not-a-number at step {step}")

    def __len__(self):
        """How many chunks an epoch has."""
        return self.length // self.steps

    @property
    def seen(self):
        """How many steps of the series an epoch sees."""
        return len(self) * self.steps * self.rows

    def epoch(self, epoch, start=0):
        """Yield the chunks of an epoch in order, beginning with chunk `start`."""
        return (self._chunk(k) for k in range(start, len(self)))

    def _chunk(self, k):
        first = np.arange(self.rows) * self.length + k * self.steps
        place = first + np.arange(self.steps)[:, None]
        return StreamBatch(self.x[place], self.y[place], None, np.arange(self.rows), k > 0)

    def describe(self):
        """A dict that JSON can hold and that differs when any epoch would."""
        return {
            "batches": "Stream", "data": digest(self.x, self.y), "steps": self.steps,
            "rows": self.rows,
        }  # fmt: skip

    def __repr__(self):
        return (
            f"Stream({len(self.x):,} steps in {self.rows} rows, {len(self)} chunks of {self.steps}"
            f", {self.seen:,} steps seen)"
        )


def run_in_chunks(model, x, steps, state=None):
    """Run over a long series chunk by chunk and yield each chunk's run; states are carried.

    model: a Network or a Recurrent. x: (time, batch, input) or whatever the model reads, time
    first. steps: the length of a chunk; the last one may be shorter. What comes out is what one
    run over the whole gives; with a `Hierarchical` only if `steps` is a multiple of its `every`.
    Raises ValueError for a model that reads from the end too.
    """
    steps = positive_integer("steps", steps)
    if getattr(model, "reads_ahead", False):
        raise ValueError("model: expected layers that read forwards only, got Bidirectional")
    for first in range(0, len(x), steps):
        run = model.run(x[first : first + steps], state)
        state = run.final
        yield run


def truncation_bias(model, x, d_output, truncate):
    """How far truncated BPTT's gradient is from the full one, for each parameter.

    model: a Network. x: (time, batch, input). d_output: derivative of the loss by the output.
    truncate: the gradient is cut before the steps k, 2k, ...
    Returns name -> (relative error |truncated - full| / |full|, cosine of the angle between
    them); both are of the whole parameter. A gradient of 0 has no angle: not-a-number.
    """
    run = model.run(x, record="output")
    full = run.backward(d_output).parameters
    cut = run.backward(d_output, truncate=truncate).parameters
    return {name: _compared(cut[name], full[name]) for name in full}


def _compared(cut, full):
    largest = max(np.abs(cut).max(), np.abs(full).max())
    if largest == 0:
        return 0.0, math.nan
    # Scaled before squaring: gradients that vanish would pass for an exact 0.
    cut, full = (
        np.divide(cut, largest, dtype=np.float64),
        np.divide(full, largest, dtype=np.float64),
    )
    size, other = np.linalg.norm(full), np.linalg.norm(cut)
    if size == 0:
        return math.inf, math.nan
    cosine = np.vdot(cut, full) / (size * other) if other else math.nan
    return float(np.linalg.norm(cut - full) / size), float(cosine)
