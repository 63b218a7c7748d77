"""Chapter 1: which windows may teach, and many sequences as one array."""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw

CUT = "`wb.data.split` cuts at a time, not at a share of the windows."
ORDER = (
    "`wb.Recurrent` reads (time, batch, feature), or with batch_first=True (batch, time, feature)."
)


def split(steps, past, length, horizon):
    """Which windows may teach, and which are for the test.

    steps: of the series. past: so many of them are known when the network learns, the first ones.
    length, horizon: as in `windows`; window k reads the steps k to k + length - 1.
    Return train and test, numbers of windows from small to large: those whose target lies in the
    past, and those whose target lies after it.
    """
    k = np.arange(steps - length - horizon + 1)
    target = k + length - 1 + horizon
    return k[target < past], k[target >= past]


def _split_case(seed):
    draw = Draw(seed)
    steps, length, horizon = 3 * draw.time + 8, 3 + seed % 2, [1, 2, 3][seed % 3]
    past = int(draw.rng.integers(length + horizon + 4, steps - 4))
    return {"steps": steps, "past": past, "length": length, "horizon": horizon}


SPLIT = Exercise(
    name="series.split",
    chapter=1,
    title="Which windows may teach",
    task="Divide the windows of a series at a moment in time. Whatever teaches lies in the past as "
    "a whole, its target too. Every step after the past is forecast, as far as a window for it "
    "is there; what that window reads of the past is known by then.",
    returns=(
        Result("train", ("place",), "the k with k + length - 1 + horizon < past", whole=True),
        Result("test", ("place",), "the k with k + length - 1 + horizon >= past", whole=True),
    ),
    solution=split,
    case=_split_case,
    misconceptions=(
        wrong(
            split,
            {"k[target < past], k[target >= past]": "k[k < past], k[k >= past]"},
            "the windows were divided by the step at which they begin. The last of those that "
            "teach reach into the future.",
            CUT,
        ),
        wrong(
            split,
            {"target = k + length - 1 + horizon": "target = k + length - 1"},
            "what the windows read was kept in the past, and their targets were not: the last "
            "ones teach the future.",
            "The target lies `horizon` steps after what the window reads.",
        ),
        wrong(
            split,
            {
                "    return k[target < past], k[target >= past]": (
                    "    cut = len(k) * past // steps\n    return k[:cut], k[cut:]"
                )
            },
            "the windows were divided in the proportion of the steps, as a splitter of rows does "
            "it. There are fewer windows than steps, so the last ones that teach lie too late.",
            CUT,
        ),
        wrong(
            split,
            {"k[target >= past]": "k[k >= past]"},
            "the test keeps only windows that lie in the future as a whole, so that its first "
            "steps are never forecast. To read the past is no leak; to learn from the future is.",
            "What is the target of the first window of your test?",
        ),
        wrong(
            split,
            {"target < past": "target <= past", "target >= past": "target > past"},
            "the first step of the future teaches. Steps are counted from 0, so the past ends at "
            "step past - 1.",
            CUT,
        ),
        wrong(
            split,
            {"k[target < past], k[target >= past]": "k, k[target >= past]"},
            "all windows teach, those of the test too.",
            "No number may stand in both.",
        ),
    ),
    hints=(
        "There are steps - length - horizon + 1 windows; number them: `k = np.arange(...)`.",
        "At which step lies the target of window k?",
        "Compare that step with `past`: `k[target < past]`.",
    ),
)


def batch(sequences):
    """Many sequences as one array.

    sequences: a list of arrays (steps, features), all of the same shape.
    Return (steps, sequences, features).
    """
    return np.stack(sequences, axis=1)


def _batch_case(seed):
    draw = Draw(seed)
    return {"sequences": [draw.normal(draw.time, draw.inputs) for _ in range(draw.hidden)]}


BATCH = Exercise(
    name="series.batch",
    chapter=1,
    title="Time first, then the batch",
    task="Put sequences of one length side by side, so that a network reads one step of all of "
    "them at once: the first axis is time, the second the sequence, the third the feature.",
    returns=(
        Result("x", ("step", "sequence", "feature"), "x[t, k, j] = sequences[k][t, j]"),
    ),
    solution=batch,
    case=_batch_case,
    misconceptions=(
        wrong(
            batch,
            {"np.stack(sequences, axis=1)": "np.stack(sequences)"},
            "this is (batch, time, feature): the sequence comes first. A network that expects "
            "time first would read across the sequences.",
            ORDER,
        ),
        wrong(
            batch,
            {
                "np.stack(sequences, axis=1)": (
                    "np.stack(sequences).reshape("
                    "len(sequences[0]), len(sequences), -1)"
                )
            },
            "the shape is right and the numbers are not: `reshape` pours them into new rows and "
            "so cuts the sequences to pieces. Axes are exchanged by `swapaxes` or `transpose`.",
            ORDER,
        ),
        wrong(
            batch,
            {"axis=1": "axis=2"},
            "the sequences stand on the last axis, where the features belong.",
            ORDER,
        ),
        wrong(
            batch,
            {"np.stack(": "np.concatenate("},
            "the sequences became further features of a single one: a network would read them all "
            "as one.",
            ORDER,
        ),
        wrong(
            batch,
            {"np.stack(sequences, axis=1)": "np.concatenate(sequences)[:, None]"},
            "the sequences were put end to end: the state of one would run on into the next.",
            ORDER,
        ),
    ),
    hints=(
        "x[t] holds step t of all sequences: the shape is (sequences, features).",
        "`np.stack` makes a new axis; `axis` says which one it will be.",
        "The new axis is that of the sequences: the second, axis 1.",
    ),
)  # fmt: skip

EXERCISES = (SPLIT, BATCH)
