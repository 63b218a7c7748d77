"""A log axis on which every number has a place: decades, and bands for what is not among them.

Does not draw curves.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from workbench.pictures.digits import power
from workbench.pictures.picture import text_width
from workbench.pictures.style import Theme

BAND, GAP = 20, 8  # pixels: height of a band, plot to bands
# More than 16 decades below the loss, a part no longer changes a float64 sum.
DEPTH = 16
STEPS = (1, 2, 4, 5, 10, 20, 50, 100, 200)  # decades from one line to the next
LANES = ("not a number", "infinite", "", "below", "exactly 0")
NAN, INFINITE, PLOTTED, BELOW, ZERO, ABSENT = range(6)


def decades(norms: np.ndarray) -> np.ndarray:
    """Powers of ten; -infinity for 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(norms)


def axis_decades(logs: np.ndarray, start: int = -1) -> tuple[int, int]:
    """The decades of the axis for curves (curves, steps): from the least value that counts to the
    greatest. A value counts down to DEPTH decades below the least at the step `start`."""
    logs = np.where(np.isfinite(logs), logs, np.nan)
    if np.isnan(logs).all():
        return -1, 0
    high = int(np.ceil(np.nanmax(logs)))
    first = logs[:, start]
    level = high if np.isnan(first).all() else np.floor(np.nanmin(first))
    low = int(max(np.floor(np.nanmin(logs)), min(level, high) - DEPTH))
    return low, max(high, low + 1)


def lanes_of(norms: np.ndarray, low: int) -> np.ndarray:
    """Where each value is drawn: in the plot (PLOTTED), or in the band for not-a-number,
    infinity, less than 10^low, exact 0."""
    lanes = np.full(norms.shape, PLOTTED)
    # Compared as logarithms: 10.0 ** -324 is 0.
    lanes[decades(norms) < low] = BELOW
    lanes[norms == 0] = ZERO
    lanes[np.isinf(norms)] = INFINITE
    lanes[np.isnan(norms)] = NAN
    return lanes


class LogScale:
    """10^low to 10^high over `plot` pixels, and a band for each lane that holds something.

    A lane of ABSENT is drawn nowhere: a curve has no value there.

    `tall`: pixels of plot and bands; `pixel`: decades to a pixel; `word_width`: pixels of the
    widest word beside the axis.
    """

    def __init__(self, low: int, high: int, lanes: np.ndarray, plot: float):
        self.low, self.high, self.plot = low, high, plot
        self.pixel = (high - low) / plot
        found = sorted(set(lanes.ravel()) - {PLOTTED, ABSENT})
        above = [lane for lane in found if lane < PLOTTED]
        below = [lane for lane in found if lane > PLOTTED]
        self.over, under = (BAND * len(part) + GAP if part else 0 for part in (above, below))
        self.under = under or GAP  # so that a curve at the lowest decade does not lie on the axis
        self.tall = self.over + plot + self.under
        self.middles = {
            lane: high + (self.over - BAND * (k + 0.5)) * self.pixel for k, lane in enumerate(above)
        } | {lane: low - (GAP + BAND * (k + 0.5)) * self.pixel for k, lane in enumerate(below)}
        said = [*(self.lane_name(lane) for lane in found), power(low), power(high)]
        self.word_width = max(text_width(text) for text in said)

    def lane_name(self, lane: int) -> str:
        return f"below {power(self.low)}" if lane == BELOW else LANES[lane]

    def draw(self, axes: Axes, look: Theme, side: str = "right") -> None:
        """Set the y range, and draw faint lines at decades and the bands, named on one side."""
        axes.set_ylim(self.low - self.under * self.pixel, self.high + self.over * self.pixel)
        every = next(k for k in STEPS if (self.high - self.low) / k <= self.plot / 32)
        for decade in range(-(-self.low // every) * every, self.high + 1, every):
            thick = 1.2 if decade == 0 else 0.6
            axes.axhline(decade, color=look.hair, linewidth=thick, zorder=0)
            say_beside(axes, power(decade), decade, look, side)
        for lane, middle in self.middles.items():
            half = (BAND / 2 - 1) * self.pixel
            axes.axhspan(middle - half, middle + half, color=look.band, linewidth=0, zorder=0)
            say_beside(axes, self.lane_name(lane), middle, look, side)

    def heights(self, norms: np.ndarray, lanes: np.ndarray) -> np.ndarray:
        """Where curves (curves, steps) run: their decades, or the middle of a band, a little off
        the others'."""
        count = len(norms)
        apart = min(3.0, (BAND - 6) / count) * self.pixel
        off = apart * ((count - 1) / 2 - np.arange(count))[:, None]
        lines = decades(np.where(lanes == PLOTTED, norms, 1))
        for lane, middle in self.middles.items():
            lines = np.where(lanes == lane, middle + off, lines)
        return np.where(lanes == ABSENT, np.nan, lines)


def say_beside(axes: Axes, text: str, y: float, look: Theme, side: str = "right") -> None:
    """A soft word beside the axis, at a height in data."""
    left = side == "left"
    axes.annotate(
        text,
        (0 if left else 1, y),
        (-6 if left else 6, 0),
        ("axes fraction", "data"),
        "offset points",
        ha="right" if left else "left",
        va="center",
        color=look.soft,
    )
