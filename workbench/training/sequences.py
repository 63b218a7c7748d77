"""A set of sequences with their targets, read once: lengths known, every number looked at.

Any rows of it come out as one mini-batch, (time, batch, feature) with its mask. Does not choose
rows (`batches` does), and does not scale or split: both are decisions about leakage.
"""

from dataclasses import dataclass

import numpy as np

from ..recurrent.inputs import numeric
from .inputs import digest

PADS = ("post", "pre")


@dataclass(frozen=True, eq=False)
class Batch:
    """Some sequences side by side, time first.

    x: (time, batch, feature), or (time, batch) whole-number tokens.
    y: (batch, ...) one target a sequence, (time, batch, ...) one a step, or None.
    mask: (time, batch), True where a step is real, or None where every step is.
    rows: (batch,), the place of each sequence in the set.
    """

    x: np.ndarray
    y: np.ndarray | None
    mask: np.ndarray | None
    rows: np.ndarray

    def run(self, model, carried=None, **how):
        """Run a Network over it. carried: states that the batch before handed on, which only a
        chunk of a `Stream` begins from. how: further arguments of `Network.run`."""
        return model.run(self.x, mask=self.mask, **how)

    def hands_on(self, run):
        """The states of that run from which the next batch goes on: none."""
        return None

    def __repr__(self):
        y = None if self.y is None else self.y.shape
        share = 0 if self.mask is None else 1 - self.mask.mean()
        return f"Batch(x {self.x.shape}, y {y}, {share:.1%} padding)"


class Sequences:
    """Sequences of one length or of many, with a target for each, or for each step, or none.

    x: (count, time, features) numbers; (count, time) whole-number tokens; or a list of
        (time_i, features), or of (time_i,) tokens.
    y: one target a sequence, (count,) or (count, ...); one a step, (count, time, ...) or a list
        of (time_i, ...); or None. Whole numbers (count, time) are one a step; real numbers
        (count, time) may be either, and per_step=True or False says which.
    lengths: (count,) real steps of each row of an array; mask: (count, time), True where real.
    pad: where a list is padded with 0, and where the padding of `lengths` lies: "post" (after
        the sequence) or "pre".

    count, lengths (count,): real steps of each. per_step: whether y has one target a step.
    Raises ValueError that names the argument, what was expected and what came; where a number is
    missing, the sequence and the step. Padding is not looked at.
    """

    def __init__(self, x, y=None, *, lengths=None, mask=None, pad="post", per_step=None):
        if not isinstance(pad, str) or pad not in PADS:
            raise ValueError(f"pad: expected one of {', '.join(PADS)}, got {pad!r}")
        self.pad = pad
        self._x = _read_x(x)
        self.count = len(self._x)
        if isinstance(self._x, list):
            if lengths is not None or mask is not None:
                raise ValueError("lengths: expected none with a list of sequences, got some")
            own = np.array([len(sequence) for sequence in self._x])
            self._mask = None
        else:
            self._mask = _read_mask(self._x.shape[:2], lengths, mask, pad)
            own = np.full(self.count, self._x.shape[1])
        self._first, self._stop = _ends(own, self._mask, pad, isinstance(self._x, list))
        self.lengths = own if self._mask is None else self._mask.sum(axis=1)
        self._y, self.per_step = (None, False) if y is None else self._read_y(y, per_step)
        self._refuse_nan()

    def batch(self, rows):
        """The Batch of these rows, as long as its longest sequence.

        rows: whole numbers in 0..count - 1; raises ValueError for others.
        """
        rows = numeric("rows", rows)
        whole = rows.ndim == 1 and rows.dtype.kind in "iu" and len(rows) > 0
        if not whole or rows.min() < 0 or rows.max() >= self.count:
            wanted = f"a list of whole numbers in 0..{self.count - 1}"
            raise ValueError(f"rows: expected {wanted}, got {str(rows.tolist())[:40]}")
        x, mask = self._gather(self._x, rows), self._real(rows)
        if self.per_step:
            y = self._gather(self._y, rows)
        else:
            y = None if self._y is None else self._y[rows]
        return Batch(x, y, None if mask.all() else mask, rows)

    def steps(self, rows):
        """How long the batch of these rows is, in steps."""
        return int(self._stop[rows].max() - self._first[rows].min())

    @property
    def sample(self):
        """x where it is one array, else its first sequence with an axis of sequences before it."""
        return self._x[0][None] if isinstance(self._x, list) else self._x

    @property
    def has_targets(self):
        """Whether there is a y."""
        return self._y is not None

    @property
    def digest(self):
        """A number that differs when the set does."""
        return digest(self._x, self._y, self._mask, np.array([self.pad == "pre", self.per_step]))

    def __len__(self):
        return self.count

    def __repr__(self):
        shortest, longest = self.lengths.min(), self.lengths.max()
        steps = f"{longest}" if shortest == longest else f"{shortest} to {longest}"
        return f"Sequences({self.count:,} of {steps} steps)"

    def _gather(self, values, rows):
        """(time, batch, ...): the rows side by side, cut to the steps that any of them uses."""
        low, high = self._first[rows].min(), self._stop[rows].max()
        if isinstance(values, np.ndarray):
            return np.ascontiguousarray(values[rows, low:high].swapaxes(0, 1))
        dtype = np.result_type(*(values[row].dtype for row in rows))
        gathered = np.zeros((high - low, len(rows), *values[rows[0]].shape[1:]), dtype)
        for k, row in enumerate(rows):
            gathered[self._first[row] - low : self._stop[row] - low, k] = values[row]
        return gathered

    def _real(self, rows):
        low, high = self._first[rows].min(), self._stop[rows].max()
        if self._mask is not None:
            return np.ascontiguousarray(self._mask[rows, low:high].T)
        steps = np.arange(low, high)[:, None]
        return (self._first[rows] <= steps) & (steps < self._stop[rows])

    def _read_y(self, y, per_step):
        """(the targets, whether there is one for each step); a list where x is one and there is."""
        if per_step not in (None, False, True):
            raise ValueError(f"per_step: expected True, False or None, got {per_step!r}")
        y = numeric("y", y) if _is_array(y) else _listed("y", y)
        if len(y) != self.count:
            listed, hint = isinstance(self._x, list), ""
            if not listed and len(y) == self._x.shape[1]:
                hint = "; x is (sequence, time, ...): write x.swapaxes(0, 1)"
            raise ValueError(f"y: expected {self.count} targets, got {len(y)}{hint}")
        # With a mask or lengths, targets are as long as the array of x, padding included.
        listed = isinstance(self._x, list)
        steps = self.lengths if listed else [self._x.shape[1]] * self.count
        fits = all(np.ndim(item) and len(item) == t for item, t in zip(y, steps, strict=True))
        if per_step and not fits:
            raise ValueError("y: expected one target for each step of x, got other lengths")
        if per_step is None and fits and _either(y):
            shape = (self.count, len(y[0]))
            raise ValueError(
                f"y: {shape} real numbers may be one a step or {shape[1]} a sequence; "
                f"give per_step=True or per_step=False"
            )
        per_step = fits if per_step is None else per_step
        if per_step and listed:
            return _of_one_width("y", list(y)), True
        return y if isinstance(y, np.ndarray) else _rectangular("y", y), per_step

    def _refuse_nan(self):
        """Name the first sequence and step of x or y that is not a number."""
        for name, values in (("x", self._x), ("y", self._y)):
            if isinstance(values, list):
                for k, item in enumerate(values):
                    _refuse_place(f"{name}[{k}]", np.isnan(item), ("step", "unit"))
            elif values is not None:
                wrong = np.isnan(values)
                if self._mask is not None and (name == "x" or self.per_step):
                    wrong &= self._mask.reshape(*self._mask.shape, *[1] * (wrong.ndim - 2))
                steps = name == "x" or self.per_step
                axes = ("sequence", "step", "unit") if steps else ("sequence", "unit")
                _refuse_place(name, wrong, axes)


def _refuse_place(name, wrong, axes):
    if wrong.any():
        place = np.argwhere(wrong)[0]
        where = ", ".join(f"{axis} {i}" for axis, i in zip(axes, place, strict=False))
        raise ValueError(f"{name}: expected numbers, got not-a-number at {where}")


def _is_array(values):
    """Whether this is one array of numbers, not a list or an array of arrays."""
    return isinstance(values, np.ndarray) and values.ndim > 0 and values.dtype.kind != "O"


def _listed(name, values):
    """A list of arrays of real numbers."""
    if isinstance(values, str | dict) or not np.iterable(values):
        came = type(values).__name__
        raise ValueError(f"{name}: expected an array or a list of arrays, got {came}")
    values = list(values)
    if not values:
        raise ValueError(f"{name}: expected at least one sequence, got none")
    return [numeric(f"{name}[{k}]", item) for k, item in enumerate(values)]


def _rectangular(name, items):
    shapes = {item.shape for item in items}
    if len(shapes) > 1:
        wanted = "targets of one shape, or one for each step of x"
        raise ValueError(f"{name}: expected {wanted}, got {sorted(shapes)[:2]}")
    return np.stack(items)


def _either(y):
    """Real numbers in rows of one length: targets of the steps, or several of each sequence."""
    rows = {(item.shape, item.dtype.kind) for item in y}
    return len(rows) == 1 and y[0].ndim == 1 and y[0].dtype.kind == "f"


def _of_one_width(name, items):
    """The same list, of arrays (time_i, ...) that differ in their first axis only."""
    for k, item in enumerate(items):
        if item.shape[1:] != items[0].shape[1:]:
            wanted = ", ".join(map(str, ("time", *items[0].shape[1:])))
            raise ValueError(f"{name}[{k}]: expected ({wanted}), got {item.shape}")
    return items


def _read_x(x):
    """An array (count, time, features) or (count, time) tokens, or a list of such rows."""
    wanted = "(count, time, features) or whole-number tokens (count, time)"
    if _is_array(x):
        x = numeric("x", x)
        if 0 in x.shape:
            raise ValueError(f"x: expected at least one sequence and one step, got {x.shape}")
        if x.ndim != 3 and not (x.ndim == 2 and x.dtype.kind in "iu"):
            hint = "; write x[:, :, None]" if x.ndim == 2 else ""
            raise ValueError(f"x: expected {wanted}, got {x.shape} of {x.dtype}{hint}")
        return x
    sequences = _listed("x", x)
    for k, sequence in enumerate(sequences):
        if sequence.ndim not in (1, 2) or 0 in sequence.shape:
            raise ValueError(f"x[{k}]: expected (time, features) or (time,), got {sequence.shape}")
        if sequence.ndim == 1 and sequence.dtype.kind not in "iu":
            came = f"({len(sequence)},) of {sequence.dtype}; write x[{k}][:, None]"
            raise ValueError(f"x[{k}]: expected (time, features) or tokens (time,), got {came}")
    return _of_one_width("x", sequences)


def _read_mask(shape, lengths, mask, pad):
    """(count, time) bool, or None where every step is real."""
    count, time = shape
    if mask is not None and lengths is not None:
        raise ValueError("lengths: expected mask or lengths, got both")
    if lengths is not None:
        lengths = numeric("lengths", lengths)
        right = lengths.shape == (count,) and lengths.dtype.kind in "iu"
        if not right or (lengths < 1).any() or (lengths > time).any():
            came = f"{lengths.shape} from {lengths.min(initial=time)} to {lengths.max(initial=0)}"
            raise ValueError(f"lengths: expected {count} whole numbers in 1..{time}, got {came}")
        real = np.arange(time) < lengths.astype(np.int64)[:, None]
        return real if pad == "post" else real[:, ::-1]
    if mask is None:
        return None
    mask = numeric("mask", mask)
    if mask.shape != shape or not np.isin(mask, (0, 1)).all():
        raise ValueError(f"mask: expected {shape} of True and False, got {mask.shape}")
    mask = mask.astype(bool)
    if not mask.any(axis=1).all():
        empty = int(np.argmin(mask.any(axis=1)))
        raise ValueError(f"mask: expected a real step in every sequence, got none in {empty}")
    return mask


def _ends(own, mask, pad, aligned):
    """(first, stop) of each row in steps; a list padded before its rows ends at 0 (aligned)."""
    if mask is not None:
        return mask.argmax(axis=1), mask.shape[1] - mask[:, ::-1].argmax(axis=1)
    if aligned and pad == "pre":
        return -own, np.zeros_like(own)
    return np.zeros_like(own), own
