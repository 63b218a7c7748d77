"""Cuts a set of sequences into mini-batches, epoch by epoch. Does not train.

Which rows share a batch, and in what order, is a function of (seed, epoch) alone: training that
is resumed in the middle of an epoch sees exactly the batches that it would have seen.
"""

import numpy as np

from ..recurrent.inputs import briefly, positive_integer
from .sequences import Sequences


class Batches:
    """Mini-batches of sequences, every row once an epoch.

    x, y: as `Sequences` takes them, with its options lengths=, mask=, pad= and per_step=; or x is
        a Sequences, and y is None.
    batch_size: sequences of a batch; the last one of an epoch may have fewer.
    shuffle: a new order every epoch, drawn from `seed`; False: as they stand.
    bucket: None, or over how many batches at a time sequences are sorted by length, so that a
        batch holds similar ones; the batches are then shuffled. More waste less on padding and
        mix the rows less. Source: Khomenko et al. 2016, sequence bucketing.
    drop_last: leave out the rows that do not fill a batch: others every epoch when shuffled.

    Raises ValueError that names the argument, what was expected and what came.
    """

    unit = "sequences"

    def __init__(
        self, x, y, batch_size, *, shuffle=True, seed=0, bucket=None, drop_last=False, **form
    ):  # fmt: skip
        if isinstance(x, Sequences):
            for name, value in {"y": y, **form}.items():
                if value is not None:
                    raise ValueError(f"{name}: expected None with Sequences, got {briefly(value)}")
        self.sequences = x if isinstance(x, Sequences) else Sequences(x, y, **form)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.seed = positive_integer("seed", seed, least=0)
        self.bucket = None if bucket is None else positive_integer("bucket", bucket)
        for name, value in (("shuffle", shuffle), ("drop_last", drop_last)):
            if not isinstance(value, bool):
                raise ValueError(f"{name}: expected True or False, got {value!r}")
        self.shuffle, self.drop_last = shuffle, drop_last
        if drop_last and self.count < self.batch_size:
            raise ValueError(
                f"drop_last: expected at least {self.batch_size} sequences, got {self.count}"
            )

    @property
    def count(self):
        """How many sequences there are."""
        return self.sequences.count

    @property
    def padding(self):
        """The share of the steps of an epoch that are padding, 0..1; measured on epoch 0."""
        plan = self.order(0)
        steps = sum(self.sequences.steps(rows) * len(rows) for rows in plan)
        return 1 - sum(int(self.sequences.lengths[rows].sum()) for rows in plan) / steps

    def order(self, epoch):
        """The rows of every batch of an epoch: a list of arrays."""
        draw = np.random.default_rng([self.seed, positive_integer("epoch", epoch, least=0)])
        rows = draw.permutation(self.count) if self.shuffle else np.arange(self.count)
        # Dropped before sorting: afterwards it would be the longest ones, every time.
        rows = rows[: len(self) * self.batch_size]
        if self.bucket is not None:
            rows = self._sorted(rows)
        plan = [
            rows[first : first + self.batch_size] for first in range(0, len(rows), self.batch_size)
        ]
        if self.bucket is not None and self.shuffle:
            plan = [plan[k] for k in draw.permutation(len(plan))]
        return plan

    def epoch(self, epoch, start=0):
        """Yield the Batches of an epoch, counted from 0, beginning with batch `start`."""
        plan = self.order(epoch)
        if positive_integer("start", start, least=0) > len(plan):
            raise ValueError(f"start: expected 0..{len(plan)}, got {start}")
        return (self._batch(rows) for rows in plan[start:])

    def _batch(self, rows):
        return self.sequences.batch(rows)

    def describe(self):
        """A dict that JSON can hold and that differs when any epoch would."""
        own = {name: getattr(self, name) for name in ("batch_size", "shuffle", "seed", "bucket")}
        kind = {"batches": type(self).__name__, "data": self.sequences.digest}
        return kind | own | {"drop_last": self.drop_last}

    def __len__(self):
        """How many batches an epoch has."""
        whole, rest = divmod(self.count, self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __repr__(self):
        return (
            f"{type(self).__name__}({self.count:,} {self.unit}, {len(self):,} batches of "
            f"{self.batch_size}, {self.padding:.1%} padding)"
        )

    def _sorted(self, rows):
        """The rows of each pool of batches by length; those of one length stay in their order."""
        lengths, pool = self.sequences.lengths[rows], self.bucket * self.batch_size
        parts = range(0, len(rows), pool)
        by_length = [f + np.argsort(lengths[f : f + pool], kind="stable") for f in parts]
        return rows[np.concatenate(by_length)]
