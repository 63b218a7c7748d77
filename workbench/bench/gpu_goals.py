"""How fast is fast enough on a GPU: how many times a peer's time ours is to be.

Measures nothing. A goal is compared with every peer it names, and the best of them counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

CUDNN = ("cudnn", "tf32")
FLOAT16 = (
    "float16 is not measured: at hidden_size 768 and more it belongs to cuDNN's persistent kernels."
)


@dataclass(frozen=True)
class Goal:
    """A peer's time divided by ours is to be `factor`, in the rows that `holds` says yes to."""

    words: str
    peers: tuple
    factor: float
    holds: Callable


def _single(cells, least, most):
    def holds(row):
        within = least <= row["hidden_size"] <= most
        return row["dtype"] == "float32" and row["cell"] in cells and within

    return holds


GATED = ("lstm", "gru_reset_after")
ENSEMBLES = "ensembles"
GOALS = (
    Goal("a loop of LSTMCell", ("loop",), 15, _single(("lstm",), 1, 512)),
    Goal("cuDNN at hidden_size 256 to 512, LSTM and GRU", CUDNN, 2, _single(GATED, 256, 512)),
    Goal("cuDNN at hidden_size up to 128", CUDNN, 1, _single((*GATED, "elman"), 1, 128)),
    Goal("cuDNN in float64", CUDNN, 2, lambda row: row["dtype"] == "float64"),
    Goal(
        "JAX vmap over ensembles of hidden_size up to 64", ("vmap",), 10,
        lambda row: row["cell"] == ENSEMBLES and row["hidden_size"] <= 64,
    ),
)  # fmt: skip


def of(row):
    """The goals of a row: [{"goal", "wanted", "got"}]; got is None where nobody was measured.

    row: what it was run at, and {"device": name -> seconds}.
    """
    ours, found = row["device"].get("ours"), []
    for goal in GOALS:
        if goal.holds(row):
            theirs = [row["device"][name] for name in goal.peers if name in row["device"]]
            got = min(theirs) / ours if theirs and ours else None
            found.append({"goal": goal.words, "wanted": goal.factor, "got": got})
    return found


def summary(rows):
    """A line for each goal: in how many rows it is reached, and the range."""
    lines = []
    for goal in GOALS:
        own = [one for row in rows for one in row["goals"] if one["goal"] == goal.words]
        got = sorted(one["got"] for one in own if one["got"] is not None)
        text = f"Goal {goal.factor:g} times {goal.words}: "
        if got:
            reached = sum(ratio >= goal.factor for ratio in got)
            text += f"reached in {reached} of {len(got)} rows, {got[0]:.3g} to {got[-1]:.3g}."
        else:
            text += "not measured."
        lines.append(text)
    return [*lines, FLOAT16]
