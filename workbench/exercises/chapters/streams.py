"""Chapter 8, its second half: a long series read in chunks, with the states carried over.

Williams and Peng (1990), Neural Computation 2: learning from a series that does not end.
"""

from functools import partial

import numpy as np

from ..exercise import CASES, Exercise, Result, wrong
from .draw import Draw
from .padding import forward as over_batch

STREAM = "`wb.Stream` cuts a series like this, and `trace.final` is what `net.run(x, state)` takes."


def _forward(x, h, size, weights):
    """The states of an Elman layer, (steps, rows, units), over no more than `size` steps."""
    if len(x) > size:
        raise ValueError(f"forward: expected at most {size} steps, got {len(x)}")
    h = np.broadcast_to(h, (x.shape[1], len(weights["b"])))
    return over_batch(x, np.ones(x.shape[:2], bool), h, **weights)


def chunks(forward, x, size, h):
    """The states of several long series side by side, read in chunks.

    forward: a function (inputs (steps, rows, inputs), states (rows, units)) -> (steps, rows,
    units), the states after each step; it takes at most `size` steps. x: (steps, rows, inputs).
    h: (rows, units), the states before step 0.
    Return (steps, rows, units): what one run over the whole would give. The last chunk may be
    shorter than `size`.
    """
    found = []
    for first in range(0, len(x), size):
        states = forward(x[first : first + size], h)
        found.append(states)
        h = states[-1]
    return np.concatenate(found)


def _chunks_case(seed):
    draw, size = Draw(seed), 3 if seed % CASES == 0 else 2 + seed % 2
    steps = 2 * size + 1 + seed % (size - 1)  # the last chunk is not whole
    weights, rows = draw.elman(), draw.hidden + 1
    x, h = draw.normal(steps, rows, draw.inputs), np.tanh(draw.normal(rows, draw.hidden))
    return {"forward": partial(_forward, size=size, weights=weights), "x": x, "size": size, "h": h}


CHUNKS = Exercise(
    name="stream.chunks",
    chapter=8,
    title="A long series, chunk by chunk",
    task="A series is too long for one run. Read it in chunks of `size` steps, so that nobody can "
    "see from the states that it was cut.",
    returns=(
        Result(
            "h",
            ("step", "row", "unit"),
            "h_t = what follows from h_{t-1}, also where a chunk begins at t",
        ),
    ),
    solution=chunks,
    case=_chunks_case,
    misconceptions=(
        wrong(
            chunks,
            {"        h = states[-1]\n": ""},
            "every chunk begins from the states before step 0: nothing was carried over.",
            STREAM,
        ),
        wrong(
            chunks,
            {"h = states[-1]": "h = np.zeros_like(h)"},
            "the states were reset to 0 at each chunk, as if another series began there.",
            STREAM,
        ),
        wrong(
            chunks,
            {"h = states[-1]": "h = np.roll(states[-1], 1, axis=0)"},
            "the states went to other rows: each series went on from its neighbour's memory. That "
            "is what shuffling the rows between chunks does.",
            "`wb.Stream` shuffles nothing, for this reason.",
        ),
        wrong(
            chunks,
            {"h = states[-1]": "h = states[-1][:1]"},
            "the state of row 0 was handed to all rows.",
            STREAM,
        ),
        wrong(
            chunks,
            {"h = states[-1]": "h = states[0]"},
            "what was carried is the state after the first step of the chunk, not after its last.",
            STREAM,
        ),
        wrong(
            chunks,
            {"h = states[-1]": "h = states.mean(axis=0)"},
            "what was carried is the mean state of the chunk. What comes next follows from the "
            "last one alone.",
            STREAM,
        ),
        wrong(
            chunks,
            {"range(0, len(x), size)": "range(0, len(x) - size + 1, size)"},
            "the last chunk was dropped, since it is shorter than the others.",
            "`wb.Stream(...).seen` tells how many steps are left when that is done on purpose.",
        ),
        wrong(
            chunks,
            {"range(0, len(x), size)": "range(0, len(x), size - 1)"},
            "the chunks overlap: their border steps were read twice.",
            "Print first and first + size in the loop.",
        ),
    ),
    hints=(
        "`for first in range(0, len(x), size):`, and `x[first : first + size]` is a chunk. A slice "
        "that goes beyond the end is shorter, and that is right.",
        "What the next chunk needs of this one is its states after the last step, for every row.",
        "`h = states[-1]` in the loop, and `np.concatenate(found)` behind it.",
    ),
)

EXERCISES = (CHUNKS,)
