"""What a user passes to a network, checked and brought into (time, batch, feature) form.

Every refusal is one line: the argument, what was expected, what came.
"""

from dataclasses import dataclass

import numpy as np

DTYPES = ("float64", "float32")


def numeric(name, value):
    """Return the value as an array of real numbers, or say which argument is none."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name}: expected numbers in rows of one length, got ragged") from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name}: expected real numbers, got {_kind(array, value)}")
    return array


def _kind(array, value):
    if array.dtype.kind == "c":
        return "complex numbers"
    return type(value).__name__ if array.ndim == 0 else f"an array of {array.dtype}"


def briefly(value):
    """What came, for a message: its first 60 characters in one line."""
    return " ".join(repr(value).split())[:60]


def refuse_nan(name, array, axes=("step", "batch row", "unit")):
    """Name the first place of an array that is not a number."""
    if np.isnan(array).any():
        place = np.argwhere(np.isnan(array))[0]
        axes = axes[len(axes) - array.ndim :]
        where = ", ".join(f"{axis} {i}" for axis, i in zip(axes, place, strict=True))
        raise ValueError(f"{name}: expected numbers, got not-a-number at {where}")


def positive_integer(name, value, least=1):
    """Return a whole number of at least `least`, or say what came."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        raise ValueError(f"{name}: expected a whole number of at least {least}, got {value!r}")
    return int(value)


def real_number(name, value, *, least=None, above=None, most=None, below=None):
    """Return a finite number as a float, within the limits that are given."""
    limits = {
        "of at least": (least, float.__ge__), "above": (above, float.__gt__),
        "of at most": (most, float.__le__), "below": (below, float.__lt__),
    }  # fmt: skip
    limits = {words: pair for words, pair in limits.items() if pair[0] is not None}
    number = isinstance(value, int | float | np.integer | np.floating)
    number = number and not isinstance(value, bool)
    fits = number and np.isfinite(value)
    if not fits or not all(holds(float(value), float(end)) for end, holds in limits.values()):
        wanted = " and ".join(f"{words} {end:g}" for words, (end, _) in limits.items())
        wanted = f"a finite number {wanted}".strip()
        raise ValueError(f"{name}: expected {wanted}, got {value!r}")
    return float(value)


def read_dtype(dtype):
    """Return the NumPy dtype that a name stands for: one of DTYPES."""
    try:
        dtype = np.dtype(dtype)
    except TypeError:
        dtype = None
    if dtype is None or dtype.name not in DTYPES:
        raise ValueError(f"dtype: expected {' or '.join(DTYPES)}, got {dtype!r}")
    return dtype


def read_line(cell, argument, name):
    """Return the name of a line of a cell, also where it is called by another of its names."""
    name = cell.graph.aliases.get(name, name) if isinstance(name, str) else name
    if name not in cell.graph.lines:
        known = ", ".join(cell.graph.lines)
        raise ValueError(f"{argument}: expected lines of {cell.name} ({known}), got {name!r}")
    return name


def read_record(cell, record):
    """Return what is recorded: "all", "output" or a set of names."""
    wanted = "record: expected 'all', 'output' or line names"
    if isinstance(record, str):
        if record not in ("all", "output"):
            raise ValueError(f"{wanted}, got {record!r}")
        return record
    try:
        return frozenset(read_line(cell, "record", name) for name in record)
    except TypeError:
        raise ValueError(f"{wanted}, got {record!r}") from None


@dataclass(frozen=True)
class Edge:
    """How arrays enter and leave: with or without a batch axis, time or batch first."""

    no_batch: bool = False
    batch_first: bool = False

    def enter(self, name, array, shape, words):
        """Bring an array into (time, batch, ...) form; refuse any other shape than `shape`.

        shape: what is expected inside, (time, batch, ...). words: how the message calls its axes.
        """
        expected = self.outside(shape)
        if array.shape != expected:
            named = ", ".join(str(w) for w in self.outside(words))
            raise ValueError(
                f"{name}: expected ({named}) = {_shape(expected)}, got {_shape(array.shape)}"
            )
        return self.inside(array)

    def inside(self, array):
        """Give an array of the user's form a batch axis, and time first."""
        if self.no_batch:
            return array[:, None]
        return array.swapaxes(0, 1) if self.batch_first else array

    def outside(self, axes):
        """The axes as the user sees them."""
        if self.no_batch:
            return (axes[0], *axes[2:])
        return (axes[1], axes[0], *axes[2:]) if self.batch_first else tuple(axes)

    def leave(self, array):
        """Give a (time, batch, ...) array the form that x had."""
        if self.no_batch:
            return array[:, 0]
        return array.swapaxes(0, 1) if self.batch_first else array

    def leave_state(self, array):
        """Give a (batch, ...) array the form that x had."""
        return array[0] if self.no_batch else array


def _shape(shape):
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def read_x(x, input_size, batch_first):
    """Return (x as (time, batch, input), its Edge)."""
    x = numeric("x", x)
    if x.ndim not in (2, 3) or x.shape[-1] != input_size:
        words = "(batch, time, {})" if batch_first else "(time, batch, {})"
        wanted = f"{words} or (time, {{}})".replace("{}", str(input_size))
        hint = "; write x[:, None]" if x.ndim == 1 and input_size == 1 else ""
        raise ValueError(f"x: expected {wanted}, got {_shape(x.shape)}{hint}")
    if 0 in x.shape:
        raise ValueError(f"x: expected at least one step and one row, got {_shape(x.shape)}")
    edge = Edge(x.ndim == 2, batch_first and x.ndim == 3)
    return edge.inside(x), edge


def read_mask(mask, lengths, edge, time, batch):
    """Return (time, batch) bool: which steps are real. Lengths count from the first step."""
    if mask is not None and lengths is not None:
        raise ValueError("lengths: expected mask or lengths, got both")
    if lengths is not None:
        lengths = np.atleast_1d(numeric("lengths", lengths))
        right = lengths.shape == (batch,) and lengths.dtype.kind in "iu"
        if not right or (lengths < 0).any() or (lengths > time).any():
            raise ValueError(
                f"lengths: expected {batch} whole number(s) in 0..{time}, got {lengths.tolist()}"
            )
        return np.arange(time)[:, None] < lengths
    if mask is None:
        return np.ones((time, batch), bool)
    mask = numeric("mask", mask)
    mask = edge.enter("mask", mask, (time, batch), ("time", "batch"))
    if not np.isin(mask, (0, 1)).all():
        raise ValueError("mask: expected True or False at every step, got other numbers")
    return np.ascontiguousarray(mask.astype(bool))


def read_state(state, names, shapes, edge, dtype):
    """Return name -> (batch, size) of the initial states; what is not given is zero.

    state: None, a dict by state name, or, for a cell with one state, its array.
    """
    if state is None:
        return {name: np.zeros(shapes[name], dtype) for name in names}
    if not isinstance(state, dict):
        if len(names) > 1:
            wanted = ", ".join(f'"{n}": ...' for n in names)
            raise ValueError(f"state: expected {{{wanted}}}, got {type(state).__name__}")
        state = {names[0]: state}
    for name in state:
        if name not in names:
            raise ValueError(f"state: expected names of {', '.join(names)}, got {name!r}")
    result = {}
    for name in names:
        batch, size = shapes[name]
        value = numeric(f"state[{name!r}]", state.get(name, np.zeros((batch, size))))
        came = value.shape
        if edge.no_batch and value.ndim == 1:
            value = value[None]
        if value.shape != (batch, size):
            expected = (size,) if edge.no_batch else (batch, size)
            raise ValueError(f"state[{name!r}]: expected {_shape(expected)}, got {_shape(came)}")
        refuse_nan(f"state[{name!r}]", value, ("batch row", "unit"))
        result[name] = value.astype(dtype)
    return result


def read_clamp(name, value, edge, shape, dtype):
    """Return the (time, batch, units) array that a line is held at.

    value: a number; (units,); (time, 1) or (time, units); or, with a batch, the whole shape.
    """
    time, _, units = shape
    name = f"clamp[{name!r}]"
    value = numeric(name, value)
    if value.ndim == 1 and time == units == len(value):
        raise ValueError(f"{name}: ({units},) may mean units or steps; give ({time}, 1) for steps")
    if value.ndim == 1 and len(value) == time != units:
        value = value[:, None]
    fits = value.ndim == 0 or value.shape == (units,)
    if value.ndim == 2 and value.shape in ((time, 1), (time, units)):
        value, fits = value[:, None], True
    elif value.ndim == 3:
        value, fits = edge.enter(name, value, shape, ("time", "batch", "units")), True
    if not fits:
        raise ValueError(
            f"{name}: expected a number, ({units},), ({time}, 1) or ({time}, {units}), "
            f"got {_shape(value.shape)}"
        )
    if not np.isfinite(value).all():
        raise ValueError(f"{name}: expected finite numbers, got not-a-number or infinity")
    return np.array(np.broadcast_to(value, shape), dtype, order="C")


def read_d_lines(d_lines, output, shapes, edge):
    """Return line -> (time, batch, size): what the loss adds to the adjoint of each line."""
    if not isinstance(d_lines, dict):
        d_lines = {output: d_lines}
    if not d_lines:
        raise ValueError(f"d_h: expected an array for {output} or a dict by line, got {{}}")
    result = {}
    for name, value in d_lines.items():
        label = f"d_h[{name!r}]" if len(d_lines) > 1 or name != output else "d_h"
        if name not in shapes:
            known = ", ".join(shapes)
            raise ValueError(f"{label}: expected a recorded line ({known}), got {name!r}")
        words = ("time", "batch", "units")
        value = edge.enter(label, numeric(label, value), shapes[name], words)
        refuse_nan(label, value)
        result[name] = value
    return result
