"""Takes from a trace what a picture needs, checked. The only file that knows a trace's shape.

Does not compute anything that the trace does not hold.
"""

from __future__ import annotations

import numpy as np


def check_batch(trace, batch: int) -> int | None:
    """`batch` if it is one of the trace's sequences, None for a trace without a batch axis.

    Raises ValueError otherwise.
    """
    single = np.ndim(trace.x) == 2
    count = 1 if single else np.shape(trace.x)[1]
    if not 0 <= batch < count:
        raise ValueError(f"batch: expected {_range(count)}, got {batch}")
    return None if single else batch


def read_line(trace, name: str, batch: int | None) -> np.ndarray:
    """One recorded line of one sequence, (time, units)."""
    return _one(trace[name], batch)


def read_input(trace, batch: int | None) -> np.ndarray:
    """The input of one sequence, (time, features)."""
    return _one(trace.x, batch)


def read_held(trace, batch: int | None) -> np.ndarray:
    """Which steps of one sequence are masked and hold the state, bool (time,)."""
    mask = getattr(trace, "mask", None)
    if mask is None:
        return np.zeros(np.shape(trace.x)[0], bool)
    mask = np.asarray(mask, dtype=bool)
    return ~(mask if mask.ndim == 1 else mask[:, 0 if batch is None else batch])


def check_lines(trace, lines) -> tuple[str, ...]:
    """`lines` as a tuple of recorded names; all of them for None.

    Raises ValueError for one that was not recorded.
    """
    if lines is None:
        return tuple(trace.names)
    lines = (lines,) if isinstance(lines, str) else tuple(lines)
    for name in lines:
        if name not in trace.names:
            raise ValueError(f"lines: expected some of {', '.join(trace.names)}, got {name!r}")
    if not lines:
        raise ValueError(f"lines: expected some of {', '.join(trace.names)}, got none")
    return lines


def check_units(units, count: int, name: str) -> np.ndarray:
    """`units` (a number, numbers or a slice) as positions; all of `count` for None.

    Raises ValueError for a unit that the line `name` does not have.
    """
    if units is None:
        return np.arange(count)
    if isinstance(units, slice):
        units = np.arange(count)[units]
    units = np.atleast_1d(np.asarray(units))
    if units.ndim != 1 or units.dtype.kind not in "iu" or units.size == 0:
        raise ValueError(f"units: expected whole numbers in {_range(count)}, got {units.tolist()}")
    for unit in units:
        if not 0 <= unit < count:
            raise ValueError(f"units: expected {_range(count)} for line {name}, got {unit}")
    return units


def equation_order(trace) -> tuple[str, ...]:
    """The lines of the cell in the order of its equations, which is the order of their colours."""
    return tuple(getattr(trace.cell, "lines", ()) or trace.names)


def line_colours(names, theme) -> dict[str, str]:
    """A colour for each line, given all names in the order of the equations."""
    return {name: theme.line(k) for k, name in enumerate(dict.fromkeys(names))}


def is_share(values: np.ndarray) -> bool:
    """Whether values are of the kind 0..1, such as a sigmoid gate's.

    Asked of the numbers, since a cell may be anyone's: all finite ones within 0..1 and not all 0.
    """
    finite = values[np.isfinite(values)]
    return bool(finite.size and finite.min() >= 0 and finite.max() <= 1 and finite.max() > 0)


def say_trouble(values: np.ndarray, held: np.ndarray, say_step) -> str:
    """Where not-a-number or infinity is in (time, units), in words; "" where all is finite.

    `say_step` gives the words for a step; steps that are `held` (time,) are not looked at.
    """
    said = []
    for word, test in (("not a number", np.isnan), ("infinite", np.isinf)):
        steps = np.flatnonzero(test(values).any(axis=1) & ~held)
        if len(steps) == 0:
            continue
        first = say_step(steps[0])
        if len(steps) == np.count_nonzero(~held[steps[0] :]):
            said.append(f"{word} from {first} on")
        else:
            more = "" if len(steps) == 1 else f" and {len(steps) - 1} more"
            said.append(f"{word} at {first}{more}")
    return ", ".join(said)


def _one(array, batch: int | None) -> np.ndarray:
    array = np.asarray(array)
    return array if batch is None else array[:, batch]


def _range(count: int) -> str:
    return "0" if count == 1 else f"0..{count - 1}"
