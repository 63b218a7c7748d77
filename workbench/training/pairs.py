"""Mini-batches of pairs of sequences, for an encoder and a decoder. Does not train.

While it learns, the decoder reads the true sequence one step behind what it has to write (teacher
forcing, Williams and Zipser 1989): a start, and the target without its last step.
"""

from dataclasses import dataclass

import numpy as np

from ..layers.inputs import named
from ..recurrent.inputs import numeric
from .batches import Batches
from .sequences import Batch, Sequences


@dataclass(frozen=True, eq=False, repr=False)
class PairBatch(Batch):
    """A Batch whose x an encoder reads, and whose y a decoder writes while it reads `given`.

    y, given: (steps, batch, ...). given_mask: (steps, batch), True where both are real, or None.
    """

    given: np.ndarray
    given_mask: np.ndarray | None

    def run(self, model, carried=None, *, record="all", **how):
        """Run an EncoderDecoder with teacher forcing. It records every line, whatever `record`."""
        return model.run(self.x, self.given, mask=self.mask, given_mask=self.given_mask, **how)


class Pairs(Batches):
    """Mini-batches of (source, target), every pair once an epoch.

    source: what the encoder reads, as `Sequences` takes its x, or a Sequences. target: what the
        decoder writes, a list of (time_i,) tokens or (time_i, units), or an array (count, time) of
        tokens or (count, time, units).
    start: what the decoder reads at the first step, a token or (units,); at each later one it
        reads the target of the step before.
    The rest as in `Batches`; `bucket` sorts by the length of the source.

    Raises ValueError that names the argument, what was expected and what came.
    """

    unit = "pairs"

    def __init__(self, source, target, batch_size=32, *, start, **options):
        super().__init__(_read("source", source), None, batch_size, **options)
        if isinstance(target, Sequences):
            raise ValueError("target: expected an array or a list of sequences, got Sequences")
        if len(_read("target", target)) != self.count:
            raise ValueError(f"target: expected {self.count}, one a source, got {len(target)}")
        self.targets = Sequences(_behind(target, start), target, per_step=True)

    def _batch(self, rows):
        read, written = self.sequences.batch(rows), self.targets.batch(rows)
        return PairBatch(read.x, written.y, read.mask, rows, written.x, written.mask)

    def describe(self):
        return super().describe() | {"targets": self.targets.digest}


def _read(name, values):
    """A Sequences of what was given, or the one that was given."""
    with named(name):
        return values if isinstance(values, Sequences) else Sequences(values)


def _behind(target, start):
    """What the decoder reads: `start`, then the target without its last step."""
    one_step = np.asarray(target[0])[0]
    start, tokens = numeric("start", start), one_step.ndim == 0
    if start.shape != one_step.shape or (tokens and start.dtype.kind not in "iu"):
        wanted = "a whole number, a token" if tokens else f"{one_step.shape}, as a step of target"
        raise ValueError(f"start: expected {wanted}, got {start.shape} of {start.dtype}")
    given = [np.concatenate([start[None], np.asarray(row)[:-1]]) for row in target]
    return np.stack(given) if isinstance(target, np.ndarray) else given
