"""Chapter 8: sequences of unequal length: masks, the true last state, and two directions.

Schuster and Paliwal (1997), IEEE Transactions on Signal Processing 45: the two directions.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw

LOOK = "`wb.explore.padding()`: move the padding and see which state is read."


def forward(x, mask, h, W, U, b):
    """The states of an Elman layer over a padded batch.

    x: (steps, rows, inputs). mask: (steps, rows), True where a step is real. h: (rows, units),
    the states before step 0. W: (units, inputs). U: (units, units). b: (units,).
    Return (steps, rows, units): the states after each step. At a step that is not real the
    state stays what it was.
    """
    states = []
    for x_t, real in zip(x, mask, strict=True):
        new = np.tanh(x_t @ W.T + h @ U.T + b)
        h = np.where(real[:, None], new, h)
        states.append(h)
    return np.stack(states)


def _mask(draw, rows, first_real):
    """(steps, rows): one stretch of real steps in each row, the padding anywhere around it."""
    steps, mask = draw.time, np.zeros((draw.time, rows), bool)
    for row in range(rows):
        length = int(draw.rng.integers(2, steps))
        begin = 0 if first_real else int(draw.rng.integers(0, steps - length + 1))
        mask[begin : begin + length, row] = True
    return mask


def _forward_case(seed):
    draw = Draw(seed)
    x, h = draw.normal(draw.time, 5, draw.inputs), np.tanh(draw.normal(5, draw.hidden))
    return {"x": x, "mask": _mask(draw, 5, False), "h": h, **draw.elman()}


FORWARD = Exercise(
    name="padding.forward",
    chapter=8,
    title="A batch with padding",
    task="Rows of unequal length are padded to one. The padding stands before the sequence, "
    "behind it, or on both sides, and here it is not zero. A padded step must leave the state as "
    "it is.",
    returns=(
        Result(
            "h",
            ("step", "row", "unit"),
            "h_t = tanh(W x_t + U h_{t-1} + b) where the step is real, else h_{t-1}",
        ),
    ),
    solution=forward,
    case=_forward_case,
    misconceptions=(
        wrong(
            forward,
            {"np.where(real[:, None], new, h)": "new"},
            "the mask was ignored: the padding was read like an input.",
            LOOK,
        ),
        wrong(
            forward,
            {"np.where(real[:, None], new, h)": "new * real[:, None]"},
            "the state was set to 0 at padded steps. What the row has read is lost then.",
            LOOK,
        ),
        wrong(
            forward,
            {"x_t @ W.T": "(x_t * real[:, None]) @ W.T", "np.where(real[:, None], new, h)": "new"},
            "the padded inputs were set to 0, and the step was made all the same: U and b change "
            "the state without an input too.",
            LOOK,
        ),
        wrong(
            forward,
            {"real[:, None], new, h)": "real[:, None], h, new)"},
            "the mask is turned: True is a real step.",
            LOOK,
        ),
        wrong(
            forward,
            {
                "        states.append(h)": "        states.append(new)",
            },
            "what is returned at padded steps is the state that would have come, not the one "
            "that stays.",
            LOOK,
        ),
        wrong(
            forward,
            {"        states.append(h)": "        states.append(h * real[:, None])"},
            "the states are right inside the loop, and were returned as 0 at padded steps; asked "
            "for is the state that stays.",
            "A trace of `net.run(x, mask=mask)` does record 0 there; its `final` does not.",
        ),
    ),
    hints=(
        "Compute the new state of all rows as if every step were real.",
        "Then choose, row by row: the new state where the mask is True, the old one elsewhere.",
        "`h = np.where(real[:, None], new, h)`.",
    ),
)


def last(h, lengths):
    """The last real state of each row of a batch that is padded behind.

    h: (steps, rows, units). lengths: (rows,), how many steps of each row are real.
    Return (rows, units).
    """
    return h[lengths - 1, np.arange(h.shape[1])]


def _last_case(seed):
    draw = Draw(seed)
    lengths = _mask(draw, 5, True).sum(axis=0)
    return {"h": np.tanh(draw.normal(draw.time, 5, draw.hidden)), "lengths": lengths}


LAST = Exercise(
    name="padding.last",
    chapter=8,
    title="Which state is the last one",
    task="A classifier reads the last state of each row. The rows have different lengths and are "
    "padded behind. Read the right ones.",
    returns=(Result("last", ("row", "unit"), "last_row = h at step length_row - 1"),),
    solution=last,
    case=_last_case,
    misconceptions=(
        wrong(
            last,
            {"h[lengths - 1, np.arange(h.shape[1])]": "h[-1]"},
            "the last step of the batch was taken: for shorter rows that is padding.",
            LOOK,
        ),
        wrong(
            last,
            {"lengths - 1": "lengths"},
            "steps are counted from 0: the last of `length` steps is length - 1. This is the "
            "first padded one.",
            LOOK,
        ),
        wrong(
            last,
            {"h[lengths - 1, np.arange(h.shape[1])]": "h[lengths.min() - 1]"},
            "all rows were read where the shortest one ends.",
            LOOK,
        ),
        wrong(
            last,
            {"h[lengths - 1, np.arange(h.shape[1])]": "h[0]"},
            "the first state of each row was taken.",
            LOOK,
        ),
        wrong(
            last,
            {"h[lengths - 1, np.arange(h.shape[1])]": "h.mean(axis=0)"},
            "the states were averaged over all steps, padding among them.",
            "`wb.MeanOverTime` averages the real ones, on purpose.",
        ),
    ),
    hints=(
        "For one row: `h[lengths[row] - 1, row]`.",
        "NumPy takes two arrays of indices at once, one of steps and one of rows.",
        "`h[lengths - 1, np.arange(rows)]`.",
    ),
)


def mean(h, mask):
    """The mean state of each row over its real steps.

    h: (steps, rows, units). mask: (steps, rows), True where a step is real.
    Return (rows, units).
    """
    return (h * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]


def _mean_case(seed):
    draw = Draw(seed)
    h = np.tanh(draw.normal(draw.time, 5, draw.hidden))
    return {"h": h, "mask": _mask(draw, 5, False)}


MEAN = Exercise(
    name="padding.mean",
    chapter=8,
    title="A mean without the padding",
    task="Average the states of each row over time, over the real steps alone.",
    returns=(
        Result("mean", ("row", "unit"), "mean_row = sum of h_t over real t / number of real steps"),
    ),
    solution=mean,
    case=_mean_case,
    misconceptions=(
        wrong(
            mean,
            {"mask.sum(axis=0)[:, None]": "len(h)"},
            "it was divided by all steps of the batch; short rows come out too small.",
            LOOK,
        ),
        wrong(
            mean,
            {
                "(h * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]": "h.mean(axis=0)",
            },
            "the mask was ignored: the padding is in the mean.",
            LOOK,
        ),
        wrong(
            mean,
            {"(h * mask[:, :, None]).sum": "h.sum"},
            "the padding is in the sum, although it is not in the count.",
            LOOK,
        ),
        wrong(
            mean,
            {" / mask.sum(axis=0)[:, None]": ""},
            "this is the sum; it was not divided.",
            LOOK,
        ),
        wrong(
            mean,
            {"mask.sum(axis=0)[:, None]": "mask.sum(axis=0).mean()"},
            "every row was divided by the mean length of the batch.",
            LOOK,
        ),
    ),
    hints=(
        "Set the padded states to 0 first: `h * mask[:, :, None]`.",
        "Add over the steps, axis 0.",
        "Divide by each row's own number of real steps, `mask.sum(axis=0)[:, None]`.",
    ),
)


def both(ahead, back, lengths):
    """What a classifier should read of a network that runs in two directions.

    ahead, back: (steps, rows, units), the states of the two directions at the steps of the input;
    back began at each row's last real step and went to step 0. lengths: (rows,); the padding is
    behind.
    Return (rows, 2 * units): for each direction its state after it has read all of the row, the
    one that goes ahead first.
    """
    rows = np.arange(len(lengths))
    return np.concatenate([ahead[lengths - 1, rows], back[0]], axis=1)


def _both_case(seed):
    draw = Draw(seed)
    lengths = _mask(draw, 5, True).sum(axis=0)
    ahead, back = (np.tanh(draw.normal(draw.time, 5, draw.hidden)) for _ in range(2))
    return {"ahead": ahead, "back": back, "lengths": lengths}


BOTH = Exercise(
    name="padding.both_directions",
    chapter=8,
    title="The last state of two directions",
    task="Each direction has read the whole row at a step of its own. Published tutorials get "
    "this one wrong.",
    returns=(Result("read", ("row", "unit"), "read = [ahead at length - 1, back at 0]"),),
    solution=both,
    case=_both_case,
    misconceptions=(
        wrong(
            both,
            {"back[0]": "back[lengths - 1, rows]"},
            "the way back was read where it had seen one step only, the last one of the row.",
            LOOK,
        ),
        wrong(
            both,
            {"ahead[lengths - 1, rows], back[0]": "ahead[-1], back[-1]"},
            "both were read at the last step of the batch: padding for one, and the very "
            "beginning of its way for the other.",
            LOOK,
        ),
        wrong(
            both,
            {"ahead[lengths - 1, rows]": "ahead[-1]"},
            "the way ahead was read behind the end of the shorter rows, in the padding.",
            LOOK,
        ),
        wrong(
            both,
            {"ahead[lengths - 1, rows], back[0]": "ahead[0], back[0]"},
            "the way ahead was read at step 0, where it had seen one step only.",
            LOOK,
        ),
        wrong(
            both,
            {"[ahead[lengths - 1, rows], back[0]]": "[back[0], ahead[lengths - 1, rows]]"},
            "the directions are in the wrong order: the one that goes ahead comes first.",
            "`wb.Bidirectional` keeps this order too.",
        ),
        wrong(
            both,
            {
                "np.concatenate([ahead[lengths - 1, rows], back[0]], axis=1)": "ahead[lengths - 1, "
                "rows] + back[0]"
            },
            "the two were added; asked for are both, side by side.",
            "`wb.Bidirectional` can do either: `merge`.",
        ),
    ),
    hints=(
        "Where has the way ahead read everything? At `lengths - 1`.",
        "The way back went from the last real step to step 0.",
        "`np.concatenate([..., ...], axis=1)` puts the units side by side.",
    ),
)

EXERCISES = (FORWARD, LAST, MEAN, BOTH)
