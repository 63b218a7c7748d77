"""A padded batch as a brick: what is padding, and which step is read as the last state.

Does not run networks: it draws what `measure.last_states` found.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from workbench.measure import LastStates
from workbench.pictures.digits import number
from workbench.pictures.heat import draw_heat, heat, ramp, signed_limit
from workbench.pictures.picture import Picture, fit, text_width, wrapped
from workbench.pictures.reading import is_share
from workbench.pictures.style import NAME, USUAL, Theme, check_width, drawing
from workbench.pictures.time_axis import axis_height, draw_time_axis

EDGE, TITLE, GAP = 16, 28, 10  # pixels: margin, words above the brick, between rows
SHORTEST, TALLEST, FEATURE = 36, 64, 6  # pixels: a row of few and many features, one feature
LINE, WORD = 18, 16  # pixels: a line of words beside a row, the tokens above it
MOST_NAME, MOST_ROWS = 112, 32
INNER, NARROW = 3, 9  # pixels: from an outline to the edge of its cell, its least width
ARROWS = {"forward": "→", "backward": "←"}
MARKS = {True: "✓", False: "✗"}
CODE = {"[-1]": "h[-1]", "[0]": "h[0]", "lengths": "h[lengths - 1]", "-lengths": "h[-lengths]"}
KEY = 48  # pixels: the colour key under the numbers


def padding(
    last: LastStates,
    names=None,
    tokens=None,
    unit: int = 0,
    theme: str = "light",
    width: float = USUAL,
) -> Picture:
    """Draw a padded batch, rows are sequences and columns steps, and the step that is read.

    last: as `measure.last_states` gives it. A cell has the colours of its features, first on top:
    cividis where all input is within 0..1, else RdBu; padding is hatched. The step that the code
    reads is outlined, full and green where it is right, dashed and vermilion where it is wrong;
    the true step has a dotted outline. With both directions the upper half of an outline is the
    forward pass, the lower half the backward one. Beside each row stand the number read of `unit`
    and, where it is wrong, the true one.

    names (batch,): words for the rows. tokens: for each sequence a label a step, such as the
    characters read. `width` is in pixels, 640 or more. Raises ValueError for more than 32
    sequences, for names or tokens of another number, and for a unit, theme or width that is not
    there.
    """
    width = check_width(width)
    sentences = last.says(unit, number)
    count = len(last.read)
    if count > MOST_ROWS:
        raise ValueError(f"last: expected at most {MOST_ROWS} sequences to draw, got {count}")
    names = [f"sequence {row}" for row in range(count)] if names is None else list(map(str, names))
    if len(names) != count:
        raise ValueError(f"names: expected {count}, one a sequence, got {len(names)}")
    tokens = _check_tokens(tokens, last)
    with drawing(theme) as look:
        return _Brick(last, names, tokens, unit, sentences, look, width).picture


def _check_tokens(tokens, last: LastStates) -> list[list[str]] | None:
    if tokens is None:
        return None
    tokens = [[str(token) for token in row] for row in tokens]
    wanted = last.batch.lengths.tolist()
    if [len(row) for row in tokens] != wanted:
        got = [len(row) for row in tokens]
        raise ValueError(f"tokens: expected {wanted} labels, one a step, got {got}")
    return tokens


class _Brick:
    """Names left, the brick, numbers right; the sentence of the first wrong row below."""

    def __init__(self, last: LastStates, names, tokens, unit, sentences, look: Theme, width):
        self.last, self.tokens, self.unit, self.look = last, tokens, unit, look
        self.names = [fit(name, MOST_NAME, NAME, "bold") for name in names]
        self.sentences, (self.count, rows, features) = sentences, last.batch.x.shape
        self.lines = [self.beside(row) for row in range(rows)]
        self.left = EDGE + 12 + max(text_width(name, NAME, "bold") for name in self.names)
        said = max(text_width(line) for lines in self.lines for line in lines)
        self.colours = self.read_colours()
        key = KEY + 12 + sum(text_width(number(end)) for end in self.ends)
        self.width = width - self.left - EDGE - 16 - max(said, key)
        tall = np.clip(12 + FEATURE * features, SHORTEST, TALLEST)
        self.row = float(max(tall, LINE * len(last.passes)))
        pitch = self.row + GAP + (WORD if tokens else 0)
        bottom = EDGE + TITLE + pitch * rows - GAP
        wrong = np.flatnonzero(~last.right)
        end = [f"{names[row]}: {self.sentences[row]}." for row in wrong[:1]]
        end = [part for text in end for part in wrapped(text, width - 3 * EDGE)]
        height = bottom + axis_height(None) + (8 + LINE * len(end) if end else 0) + EDGE
        self.picture = Picture(width, height, look, self.describe(names))
        self.say_title()
        for row in range(rows):
            top = EDGE + TITLE + pitch * row + (WORD if tokens else 0)
            axes = self.picture.panel(self.left, top, self.width, self.row)
            self.draw_row(axes, row)
        draw_time_axis(axes, None, self.count, self.width, look)
        self.draw_key(bottom)
        sheet = self.picture.sheet()
        sheet.set_axis_off()
        for k, text in enumerate(reversed(end)):
            sheet.text(EDGE, height - EDGE - LINE * k, text, va="bottom", color=look.ink)

    def describe(self, names) -> str:
        each = zip(names, self.sentences, strict=True)
        return f"{self.title()}. " + ". ".join(f"{name}: {said}" for name, said in each) + "."

    def title(self) -> str:
        last = self.last
        mask = "with a mask" if last.masked else "no mask"
        passes = " and ".join(last.passes)
        return f"{last.where}-padded, {mask}, read {passes}: {CODE[last.rule]}"

    def say_title(self) -> None:
        sheet = self.picture.sheet()
        sheet.set_axis_off()
        right = f"{int(self.last.right.sum())} of {len(self.last.right)} right"
        sheet.text(EDGE, EDGE + 4, self.title(), va="center", color=self.look.ink)
        x = self.picture.size()[0] - EDGE
        sheet.text(x, EDGE + 4, right, va="center", ha="right", color=self.look.ink)

    def beside(self, row: int) -> list[str]:
        """What stands beside a row: a line for each pass."""
        said = []
        for part, name in enumerate(self.last.passes):
            read, truth = map(number, self.last.numbers(row, part, self.unit))
            right = bool(self.last.right_passes[row, part])
            said.append(f"{ARROWS[name]} reads {read} {MARKS[right]}")
            if not right:
                said[-1] += f" true {truth}"
        return said

    def read_colours(self) -> np.ndarray:
        """(time, batch, features, 4): clear where there is padding."""
        x, mask, _ = self.last.batch
        known = x[mask]
        self.share = is_share(known)
        limit = signed_limit(known)
        self.ends = (0.0, 1.0) if self.share else (-limit, limit)
        flat = heat(x.reshape(len(x), -1), *self.ends, self.share, self.look)
        colours = flat.reshape(*x.shape, 4)
        colours[~mask] = 0
        return colours

    def draw_row(self, axes: Axes, row: int) -> None:
        last, look = self.last, self.look
        draw_heat(axes, self.colours[:, row].swapaxes(0, 1))
        axes.set_xlim(-0.5, self.count - 0.5)
        axes.set_ylim(-0.5, 0.5)
        self.draw_padding(axes, last.batch.mask[:, row])
        place = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "center"}
        axes.annotate(
            self.names[row], (0, 0.5), (-9, 0), ha="right", size=NAME, weight="bold",
            color=look.ink, **place,
        )  # fmt: skip
        parts = len(last.passes)
        for part, line in enumerate(self.lines[row]):
            height = 1 - (part + 0.5) / parts
            axes.annotate(line, (1, height), (12, 0), color=look.ink, **place)
            if not last.right_passes[row, part]:
                self.outline(axes, last.step_true[row, part], part, look.ink, (0, (1, 1.5)), 1.4)
        for part in range(parts):
            right = last.right_passes[row, part]
            colour, dash = (look.cells["gru"], "solid") if right else (look.back, (0, (3, 1.2)))
            self.outline(axes, last.step_read[row], part, colour, dash, 2.6)
        if self.tokens:
            self.draw_tokens(axes, row)

    def draw_padding(self, axes: Axes, mask: np.ndarray) -> None:
        """Hatched cells, and the word where it has room."""
        blank = np.flatnonzero(~mask)
        if len(blank) == 0:
            return
        first, wide = blank[0] - 0.5, len(blank)
        axes.add_patch(
            Rectangle(
                (first, -0.5), wide, 1, facecolor=self.look.band, edgecolor=self.look.hair,
                hatch="////", linewidth=0, zorder=1,
            )
        )  # fmt: skip
        # An outline may lie on the first or the last of these cells, so the word keeps off both.
        inner = wide - 2
        if inner * self.width / self.count > text_width("padding") + 8:
            axes.text(
                first + wide / 2, 0, "padding", ha="center", va="center", color=self.look.soft,
                bbox={"facecolor": self.look.band, "edgecolor": "none", "pad": 2}, zorder=2,
            )  # fmt: skip

    def outline(self, axes: Axes, step: int, part: int, colour, dash, thick: float) -> None:
        """A frame in the cell of a step, or in the half of it that belongs to one pass."""
        tall, pixel = 1 / len(self.last.passes), self.count / self.width
        # Of a column too narrow for a frame inside it the frame stands a little outside.
        wide = max(1 - 2 * INNER * pixel, NARROW * pixel)
        box = (step - wide / 2, 0.5 - (part + 1) * tall + INNER / self.row)
        size = (wide, tall - 2 * INNER / self.row)
        halo = {"linewidth": thick + 2, "edgecolor": self.look.paper}
        own = {"linewidth": thick, "edgecolor": colour, "linestyle": dash}
        for style in (halo, own):
            frame = Rectangle(box, *size, facecolor="none", zorder=3, clip_on=False, **style)
            axes.add_patch(frame)

    def draw_tokens(self, axes: Axes, row: int) -> None:
        """Labels over the steps, as many as have room."""
        first = int(self.last.batch.mask[:, row].argmax())
        widest = max(text_width(token) for token in self.tokens[row])
        every = int(np.ceil((widest + 4) * self.count / self.width))
        for k in range(0, len(self.tokens[row]), max(1, every)):
            axes.annotate(
                self.tokens[row][k], (first + k, 0.5), (0, 2), "data", "offset points",
                ha="center", color=self.look.soft,
            )  # fmt: skip

    def draw_key(self, bottom: float) -> None:
        """The colours of the input, under the numbers, level with the labels of the steps."""
        low, high = (number(end) for end in self.ends)
        if self.ends[0] == self.ends[1]:
            return
        left = self.left + self.width + 16 + text_width(low) + 6
        axes = self.picture.panel(left, bottom + 12, KEY, 8)
        draw_heat(axes, ramp(self.share)[None])
        style = {"textcoords": "offset points", "va": "center", "color": self.look.soft}
        axes.annotate(low, (0, 0.5), (-4, 0), "axes fraction", ha="right", **style)
        axes.annotate(high, (1, 0.5), (4, 0), "axes fraction", **style)
        axes.annotate("input", (0, 0), (0, -12), "axes fraction", **style)
