"""The folded cell with its loop beside its copies along time, with the states that flow through.

Does not draw what is inside a cell; `gates` shows that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from workbench.pictures import reading
from workbench.pictures.digits import number
from workbench.pictures.heat import heat, ramp, signed_limit
from workbench.pictures.picture import Picture, fit, text_width
from workbench.pictures.style import (
    MATH,
    NAME,
    TEXT,
    USUAL,
    Theme,
    cell_key,
    cell_title,
    check_width,
    drawing,
)

EDGE, BOX, STRIP = 24, 64, 12  # pixels: margin, a cell's side, height of a strip of values
ROW = 40  # pixels from one strip to the next, its name or numbers between them
RISE = 56  # pixels from the strips to the cell: the arrow, and the loop of the folded cell
LOOP = 9  # pixels between two loops
LANE = 21  # pixels from one state's arrow to the next: room for its name between them
NOTE = 20  # pixels that a line about not-a-number takes
DROP = 40  # pixels from the cell to its input
LEAST, MOST = 56, 168  # pixels from one copy to the next
NAMED = 40  # pixels that an arrow between copies needs to carry its state's name
FOLDED, FOLDED_MIDDLE = 216, 88  # pixels that the folded cell with its sign takes, its middle


class UnfoldArrays(NamedTuple):
    """`steps` (k,) are the positions shown; `inputs` (k, features); `states` maps a state's name
    to (k, units) and `limits` to the end of its symmetric scale; `held` (k,) is True where a
    mask holds the state; `more` tells whether steps follow."""

    steps: np.ndarray
    inputs: np.ndarray
    states: dict[str, np.ndarray]
    limits: dict[str, float]
    held: np.ndarray
    more: bool


def unfold_arrays(trace, first=0, steps=4, batch=0) -> UnfoldArrays:
    """What `unfold` draws, as arrays. Same arguments and errors, but for the width."""
    batch = reading.check_batch(trace, batch)
    inputs = reading.read_input(trace, batch)
    if not 0 <= first < len(inputs):
        raise ValueError(f"first: expected 0..{len(inputs) - 1}, got {first}")
    if steps < 1:
        raise ValueError(f"steps: expected 1 or more, got {steps}")
    shown = slice(first, min(first + steps, len(inputs)))
    names = [name for name in trace.cell.states if name in trace.names]
    if not names:
        raise ValueError(
            f"trace: expected a recorded state ({', '.join(trace.cell.states)}), "
            f"got {', '.join(trace.names)}"
        )
    states = {name: reading.read_line(trace, name, batch)[shown] for name in names}
    return UnfoldArrays(
        steps=np.arange(shown.start, shown.stop),
        inputs=inputs[shown],
        states=states,
        limits={name: signed_limit(values) for name, values in states.items()},
        held=reading.read_held(trace, batch)[shown],
        more=shown.stop < len(inputs),
    )


def unfold(
    trace,
    first: int = 0,
    steps: int = 4,
    batch: int = 0,
    theme: str = "light",
    width: float = USUAL,
) -> Picture:
    """Draw the cell with its loop, and `steps` copies of it side by side from step `first` on.

    Every copy has the cell's colour: its weights are the same. Below each copy is what it reads,
    a number for one input and a strip of colours for more; above it are its states after that
    step as strips of one cell a unit, in RdBu, white at 0. The strip over the folded cell is the
    key. A trace that ends earlier gives fewer copies; a step that a mask holds is drawn dashed.

    `width` is in pixels, 640 or more; the height follows. Raises ValueError for a step, batch,
    theme or width that is not there, or more steps than the width has room for.
    """
    arrays = unfold_arrays(trace, first, steps, batch)
    width = check_width(width)
    room = int((width - FOLDED - _wider(arrays) - 2 * EDGE) // LEAST)
    if len(arrays.steps) > room:
        raise ValueError(f"steps: expected 1..{room} at a width of {width:g} px, got {steps}")
    with drawing(theme) as look:
        return _Unfolding(trace.cell, arrays, look, width).picture


def _ends(limit: float) -> tuple[str, str]:
    """What stands left and right of the key of a state."""
    return (number(-limit, 2), number(limit, 2)) if limit else ("", "all 0")


def _wider(arrays: UnfoldArrays) -> float:
    """Pixels that the folded cell needs on top of its usual ones, for the numbers of its keys."""
    widest = max(text_width(_ends(limit)[0]) for limit in arrays.limits.values())
    return max(0.0, widest + 6 + BOX / 2 + EDGE / 2 - FOLDED_MIDDLE)


class _Unfolding:
    """One drawing: where its parts are, and how each is drawn, in pixels, y downwards."""

    def __init__(self, cell, arrays: UnfoldArrays, look: Theme, width: float):
        self.cell, self.arrays, self.look = cell, arrays, look
        key = cell_key(cell.name)
        self.colour, self.word = look.cells[key], look.words[key]
        self.title = cell_title(cell.name)
        trouble = self.trouble()
        head = EDGE + 16 + (NOTE if trouble else 0)
        # The output is the strip next to the cell, since the arrow from the cell leads to it.
        self.rows = sorted(arrays.states, key=lambda name: name == cell.output)
        self.strips = {name: head + ROW * k for k, name in enumerate(self.rows)}
        self.top = head + ROW * len(self.rows) + RISE - (ROW - STRIP - 4)
        self.tall = max(BOX, LANE * (len(self.rows) + 1))
        self.middle = self.top + self.tall / 2
        self.reads = self.top + self.tall + DROP
        self.picture = Picture(width, self.reads + 88, look, self.describe())
        self.axes: Axes = self.picture.sheet()
        self.axes.set_axis_off()
        self.frame = self.axes.get_xlim(), self.axes.get_ylim()
        wider = _wider(arrays)
        self.draw_folded(FOLDED_MIDDLE + wider)
        start, count = EDGE + FOLDED + wider, len(arrays.steps)
        self.pace = min(MOST, (width - start - EDGE) / count)
        loops = FOLDED_MIDDLE + wider + BOX / 2 + 14 + LOOP * (len(self.rows) - 1)
        enters = start - 10 - max(text_width(text, MATH) for text in self.entering().values())
        self.say("=", ((loops + enters) / 2, self.middle), size=18, color=look.soft)
        self.draw_start(start)
        for k in range(count):
            self.draw_copy(k, start + self.pace * (k + 0.5))
        middle = start + self.pace * count / 2
        self.say("every copy has the same weights", (middle, self.reads + 64), look.soft)
        self.say(trouble, (start, EDGE), ha="left")

    def trouble(self) -> str:
        """Which state is not finite, and from which step on."""
        steps, held = self.arrays.steps, np.zeros_like(self.arrays.held)
        said = {
            name: reading.say_trouble(values, held, lambda k: f"step {steps[k]}")
            for name, values in self.arrays.states.items()
        }
        return "; ".join(f"{name}: {text}" for name, text in said.items() if text)

    def describe(self) -> str:
        steps = self.arrays.steps
        return (
            f"A recurrent cell, {self.title}, with its loop, and unrolled: "
            f"the same cell at steps {steps[0]} to {steps[-1]}."
        )

    def draw_folded(self, x: float) -> None:
        self.box(x, False)
        self.say_title(x)
        for k, y in enumerate(self.lanes().values()):
            self.loop(x, y, k)
        self.arrow((x, self.reads - 8), (x, self.top + self.tall))
        # A casing of paper where the arrow crosses the loops shows that they do not meet.
        gap = self.top - 6, self.top - 16 - LOOP * len(self.rows)
        self.axes.plot([x, x], gap, color=self.look.paper, linewidth=5, zorder=1.1)
        self.arrow((x, self.top), (x, self.top - RISE + 12))
        self.say("$x_t$", (x, self.reads + 4), size=MATH)
        for name, y in self.strips.items():
            self.strip(ramp(False)[None], x, y, BOX)
            self.say(_symbol(name, "t"), (x, y - 13), size=MATH)
            low, high = _ends(self.arrays.limits[name])
            self.say(low, (x - BOX / 2 - 6, y + STRIP / 2), self.look.soft, ha="right")
            self.say(high, (x + BOX / 2 + 6, y + STRIP / 2), self.look.soft, ha="left")

    def say_title(self, x: float) -> None:
        """The cell's name in its box, on as many lines as its words need."""
        lines = self.title.split(maxsplit=1)
        size, weight = NAME, "bold"
        if max(text_width(line, NAME, "bold") for line in lines) >= BOX - 8:
            size, lines = TEXT, _broken(self.title, BOX - 8, TEXT)
            widest = max(text_width(line, TEXT, "bold") for line in lines)
            weight = "bold" if widest <= BOX - 8 else "normal"
        for k, line in enumerate(lines):
            y = self.middle + (size + 4) * (k - (len(lines) - 1) / 2)
            self.say(fit(line, BOX - 6, size, weight), (x, y), self.word, size, weight)

    def draw_start(self, x: float) -> None:
        """What enters the first copy: the start, or the states of the step before."""
        if self.arrays.steps[0] == 0:
            self.say("start", (x - 10, self.middle), self.look.soft, ha="right")
            return
        lanes = self.lanes()
        for name, symbol in self.entering().items():
            self.say(symbol, (x - 10, lanes[name]), self.look.soft, MATH, ha="right")

    def entering(self) -> dict[str, str]:
        """What stands before the first copy, for each state."""
        first = self.arrays.steps[0]
        return {name: _symbol(name, first - 1) if first else "start" for name in self.rows}

    def draw_copy(self, k: int, x: float) -> None:
        arrays, half = self.arrays, self.side() / 2
        held, last = bool(arrays.held[k]), k == len(arrays.steps) - 1
        for name, y in self.lanes().items():
            left = x - self.pace + half if k else x - self.pace / 2 - 4
            self.arrow((left, y), (x - half, y))
            if x - half - left >= NAMED:
                self.say(_symbol(name), ((left + x - half) / 2 - 3, y - 9), self.word)
            if last and arrays.more:
                self.arrow((x + half, y), (x + self.pace / 2 + 4, y), faint=True)
        self.box(x, held)
        self.say("held" if held else "", (x, self.middle), self.look.soft)
        self.arrow((x, self.reads - 8), (x, self.top + self.tall), faint=held)
        self.arrow((x, self.top), (x, self.top - RISE + 12), faint=held)
        self.draw_input(k, x)
        for name, y in self.strips.items():
            values, limit = arrays.states[name][k : k + 1], arrays.limits[name]
            self.strip(heat(values, -limit, limit, False, self.look), x, y, self.broad())
            self.say(_symbol(name, arrays.steps[k]), (x, y - 13), size=MATH)

    def draw_input(self, k: int, x: float) -> None:
        step, values = self.arrays.steps[k], self.arrays.inputs[k]
        soft = self.look.soft
        if self.arrays.held[k]:
            self.say("masked", (x, self.reads + 4), soft)
        elif len(values) == 1:
            text = number(values[0], 2 if self.pace < 80 else 3)
            self.say(fit(text, self.pace - 8), (x, self.reads + 4))
        else:
            limit = signed_limit(self.arrays.inputs)
            colours = heat(values[None], -limit, limit, False, self.look)
            self.strip(colours, x, self.reads - 2, self.broad())
        self.say(f"step {step}" if self.pace >= 72 else str(step), (x, self.reads + 32), soft)

    def lanes(self) -> dict[str, float]:
        """The height at which each state runs from copy to copy; the output lowest."""
        places = np.linspace(0, self.tall, len(self.rows) + 2)[1:-1]
        return {name: self.top + y for name, y in zip(self.rows, places, strict=True)}

    def side(self) -> float:
        return min(BOX, self.pace - 28)

    def broad(self) -> float:
        """The width of a strip: more room than the cell where the copies are far apart."""
        return min(96.0, self.pace - 12)

    def say(self, text, place, color=None, size=None, weight="normal", ha="center") -> None:
        self.axes.text(
            *place,
            text,
            color=color or self.look.ink,
            size=size,
            weight=weight,
            ha=ha,
            va="center_baseline",
        )

    def box(self, x: float, held: bool) -> None:
        side = self.side() if hasattr(self, "pace") else BOX
        self.axes.add_patch(
            FancyBboxPatch(
                (x - side / 2, self.top),
                side,
                self.tall,
                boxstyle="round,pad=0,rounding_size=8",
                facecolor="none" if held else to_rgba(self.colour, 0.14),
                edgecolor=self.look.soft if held else self.colour,
                linewidth=1.2,
                linestyle=(0, (3, 3)) if held else "solid",
            )
        )

    def arrow(self, start, end, faint: bool = False) -> None:
        self._along(Path([start, end]), self.look.hair if faint else self.colour, 1.2)

    def loop(self, x: float, y: float, order: int) -> None:
        """From the right side of the folded cell over its top into its left side."""
        reach, over, bend = 14 + LOOP * order, self.top - 12 - LOOP * order, 10
        left, right = x - BOX / 2, x + BOX / 2
        corners = [
            (right, y),
            (right + reach, y),
            (right + reach, over),
            (left - reach, over),
            (left - reach, y),
            (left, y),
        ]
        self._along(_rounded(corners, bend), self.colour, 1)

    def strip(self, colours: np.ndarray, x: float, y: float, width: float) -> None:
        left, right = x - width / 2, x + width / 2
        self.axes.imshow(
            colours,
            aspect="auto",
            interpolation="none",
            extent=(left, right, y + STRIP, y),
        )
        self.axes.set(xlim=self.frame[0], ylim=self.frame[1])

    def _along(self, path: Path, colour: str, order: float) -> None:
        self.axes.add_patch(
            FancyArrowPatch(
                path=path,
                arrowstyle="-|>,head_length=3.5,head_width=2",
                mutation_scale=1.2,
                shrinkA=0,
                shrinkB=0,
                color=colour,
                linewidth=1.2,
                joinstyle="miter",
                capstyle="butt",
                zorder=order,
            )
        )


def _rounded(corners: list[tuple[float, float]], bend: float) -> Path:
    """A path through `corners`, each turned over `bend` pixels."""
    points, codes = [corners[0]], [Path.MOVETO]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        for side in (before, after):
            away = np.subtract(side, corner)
            length = np.hypot(*away)
            points.append(tuple(corner + away / length * min(bend, length / 2)))
            codes.append(Path.LINETO if side is before else Path.CURVE3)
            if side is before:
                points.append(corner)
                codes.append(Path.CURVE3)
    return Path([*points, corners[-1]], [*codes, Path.LINETO])


def _symbol(name: str, index: int | str | None = None) -> str:
    """A line's name as mathtext, with its step below it."""
    letters = name if len(name) == 1 else "\\mathrm{" + name.replace("_", r"\_") + "}"
    return f"${letters}$" if index is None else f"${letters}_{{{index}}}$"


def _broken(title: str, width: float, size: float) -> list[str]:
    """The words of a title on lines of at most this width, as far as each word fits by itself."""
    lines: list[str] = []
    for word in title.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, "bold") <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
