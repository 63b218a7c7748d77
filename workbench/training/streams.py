"""A long series learnt chunk by chunk: the states are carried from chunk to chunk, the gradient
is not. Which states are carried and when they are reset is what goes wrong most often; here it is
one rule: a batch's rows are neighbours in time of the same rows of the batch before it, and every
epoch begins from zero.
"""

import numpy as np

from ..recurrent.inputs import numeric, positive_integer
from .sequences import Batch


class StreamBatch(Batch):
    """One chunk of every row; `continues` when the states of the chunk before go on."""

    continues = True


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
        if len(self.y) != len(self.x):
            raise ValueError(f"y: expected {len(self.x)} targets, one a step, got {len(self.y)}")
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
        kind = StreamBatch if k else Batch
        return kind(self.x[place], self.y[place], None, np.arange(self.rows))

    def __repr__(self):
        return (
            f"Stream({len(self.x):,} steps in {self.rows} rows, {len(self)} chunks of {self.steps}"
            f", {self.seen:,} steps seen)"
        )


def run_in_chunks(model, x, steps, state=None):
    """Run over a long series chunk by chunk and yield each chunk's run; states are carried.

    x: (time, batch, input) or whatever the model reads, time first. What comes out is what one
    run over the whole gives. steps: the length of a chunk; the last one may be shorter.
    """
    steps = positive_integer("steps", steps)
    for first in range(0, len(x), steps):
        run = model.run(x[first : first + steps], state)
        state = run.final
        yield run


def truncation_bias(model, x, d_output, truncate):
    """How far truncated BPTT's gradient is from the full one, for each parameter.

    model: a Network. x: (time, batch, input). d_output: derivative of the loss by the output.
    truncate: the gradient is cut before the steps k, 2k, ...
    Returns name -> (relative error |truncated - full| / |full|, cosine of the angle between
    them); both are of the whole parameter. A full gradient of 0 gives (0 or infinity, nan).
    """
    run = model.run(x, record="output")
    full = run.backward(d_output).parameters
    cut = run.backward(d_output, truncate=truncate).parameters
    return {name: _compared(cut[name], full[name]) for name in full}


def _compared(cut, full):
    size, error = np.linalg.norm(full), np.linalg.norm(cut - full)
    with np.errstate(divide="ignore", invalid="ignore"):
        if size == 0:
            return (0.0 if error == 0 else np.inf), np.nan
        cosine = np.vdot(cut, full) / (size * np.linalg.norm(cut))
    return float(error / size), float(cosine)
