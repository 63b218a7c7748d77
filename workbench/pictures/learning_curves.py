"""How a training went: loss and accuracy epoch by epoch, of training and validation.

Does not train: it takes a History, or numbers by name.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from workbench.pictures.digits import number
from workbench.pictures.end_names import LEADER, name_ends
from workbench.pictures.log_scale import say_beside
from workbench.pictures.picture import Picture, text_width
from workbench.pictures.style import USUAL, Theme, check_width, drawing
from workbench.pictures.time_axis import axis_height, draw_time_axis

EDGE, TITLE, GAP = 16, 24, 16  # pixels: margin, words above a panel, between panels
TALL = 160  # pixels: height of a panel
MARKERS = 40  # epochs; of more, each one cannot be told apart by a dot
WORDS = {"loss": "loss", "accuracy": "accuracy, share of right answers"}


class LearningArrays(NamedTuple):
    """`curves`: "loss" and, where there is one, "accuracy" -> {"training": (epochs,),
    "validation": (epochs,)}; not-a-number or infinite where an epoch has no number.
    `best_epoch`: the one whose parameters were kept, or None."""

    curves: dict[str, dict[str, np.ndarray]]
    epochs: int
    best_epoch: int | None


def learning_curves_arrays(history) -> LearningArrays:
    """What `learning_curves` draws, as arrays. Same arguments and errors."""
    if not hasattr(history, "epochs") or not hasattr(history, "best_epoch"):
        raise ValueError(f"history: expected a History, got {type(history).__name__}")
    if len(history) == 0:
        raise ValueError("history: expected at least one epoch, got none")
    known = {name for epoch in history.epochs for name in epoch}
    curves = {}
    for measure in WORDS:
        names = {"training": measure, "validation": f"validation_{measure}"}
        found = {label: history[name] for label, name in names.items() if name in known}
        curves |= {measure: found} if found else {}
    if not curves:
        raise ValueError(f"history: expected a loss in its epochs, got {', '.join(known)}")
    return LearningArrays(curves, len(history), history.best_epoch)


def learning_curves(history, theme: str = "light", width: float = USUAL) -> Picture:
    """Draw the loss, and the accuracy where there is one, of each epoch.

    history: what `fit` returns. Epochs are counted from 0, as in `history["loss"]`. Training
    means are of the parameters on their way through the epoch, those of validation of the
    parameters at its end. The best epoch, where early stopping noted one, is marked. A loss that
    is not finite is marked at the upper edge.

    `width` is in pixels, 640 or more. Raises ValueError for a history without an epoch, and a
    theme or width that is not there.
    """
    arrays = learning_curves_arrays(history)
    width = check_width(width)
    with drawing(theme) as look:
        return _Curves(arrays, look, width).picture


class _Curves:
    """The panels over one axis of epochs."""

    def __init__(self, arrays: LearningArrays, look: Theme, width: float):
        self.arrays, self.look = arrays, look
        self.colours = {"training": look.cells["reference"], "validation": look.cells["own"]}
        self.words = {"training": look.words["reference"], "validation": look.words["own"]}
        ends = [self.say_end(*each) for own in arrays.curves.values() for each in own.items()]
        scales = {measure: _scale(measure, own) for measure, own in arrays.curves.items()}
        marks = [number(mark) for _, _, ticks in scales.values() for mark in ticks]
        self.left = EDGE + 8 + max(map(text_width, marks))
        self.width = width - self.left - EDGE - LEADER - max(map(text_width, ends))
        count = len(arrays.curves)
        tall = EDGE + count * (TITLE + TALL) + (count - 1) * GAP + axis_height(None) + EDGE
        self.picture = Picture(width, tall, look, self.describe())
        for k, (measure, own) in enumerate(arrays.curves.items()):
            axes = self.picture.panel(
                self.left, EDGE + TITLE + k * (TALL + TITLE + GAP), self.width, TALL
            )
            self.draw(axes, measure, own, scales[measure], first=k == 0)
        draw_time_axis(axes, None, arrays.epochs, self.width, look)
        axes.set_xlabel("epoch", loc="left", labelpad=4)

    def say_end(self, label: str, values: np.ndarray) -> str:
        return f"{label} {number(values[-1])}"

    def draw(self, axes: Axes, measure: str, own, scale, first: bool) -> None:
        low, high, ticks = scale
        axes.set_xlim(-0.5, self.arrays.epochs - 0.5)
        axes.set_ylim(low, high)
        for mark in ticks:
            axes.axhline(mark, color=self.look.hair, linewidth=0.6, zorder=0)
            say_beside(axes, number(mark), mark, self.look, "left")
        place = {"xycoords": "axes fraction", "textcoords": "offset points", "color": self.look.ink}
        axes.annotate(WORDS[measure], (0, 1), (0, 9), **place)
        self.draw_best(axes, WORDS[measure] if first else None)
        for label, values in own.items():
            self.draw_curve(axes, label, values, high)
        ends = [values[-1] if np.isfinite(values[-1]) else high for values in own.values()]
        names = [self.say_end(*each) for each in own.items()]
        name_ends(axes, names, ends, [self.words[label] for label in own], self.look, "right")

    def draw_curve(self, axes: Axes, label: str, values: np.ndarray, high: float) -> None:
        finite = np.isfinite(values)
        axes.plot(
            np.arange(len(values)), np.where(finite, values, np.nan), color=self.colours[label],
            linewidth=1.8, marker="o" if len(values) <= MARKERS else None, markersize=3.5,
            clip_on=False, zorder=3,
        )  # fmt: skip
        wrong = np.flatnonzero(~finite)
        axes.plot(
            wrong, np.full(len(wrong), high), "x", markersize=6, color=self.colours[label],
            clip_on=False, zorder=4,
        )  # fmt: skip

    def draw_best(self, axes: Axes, title: str | None) -> None:
        """The line of the best epoch; named over the first panel, beside its title."""
        best, ink = self.arrays.best_epoch, self.look.ink
        if best is None:
            return
        axes.axvline(best, color=ink, linewidth=0.9, linestyle=(0, (1, 2.5)))
        if title is None:
            return
        text = f"best epoch, {best}"
        half, line = text_width(text) / 2, (best + 0.5) / self.arrays.epochs * self.width
        middle = min(max(line, text_width(title) + 24 + half), self.width - half)
        axes.annotate(
            text, (middle / self.width, 1), (0, 9), "axes fraction", "offset points",
            ha="center", color=ink,
        )  # fmt: skip

    def describe(self) -> str:
        arrays = self.arrays
        said = [
            f"{label} {measure} from {number(values[0])} to {number(values[-1])}"
            for measure, own in arrays.curves.items()
            for label, values in own.items()
        ]
        best = f" The best epoch is {arrays.best_epoch}." if arrays.best_epoch is not None else ""
        plural = "" if arrays.epochs == 1 else "s"
        return f"Learning curves over {arrays.epochs} epoch{plural}: {'; '.join(said)}.{best}"


def _scale(measure: str, own) -> tuple[float, float, np.ndarray]:
    """(low, high, ticks) of a panel: 0..1 for shares, else round numbers around all values."""
    if measure == "accuracy":
        return -0.04, 1.04, np.array([0, 0.5, 1.0])
    values = np.concatenate(list(own.values()))
    values = values[np.isfinite(values)]
    least, most = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    # Zero is part of the axis where it is not far: how near a loss is to it is what one asks.
    low = 0.0 if 0 < least < most / 2 else least
    ticks = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(low, most)
    if len(ticks) < 2 or ticks[0] == ticks[-1]:
        ticks = np.array([low - 1, low, low + 1])
    room = 0.04 * (ticks[-1] - ticks[0])
    return ticks[0] - room, ticks[-1] + room, ticks
