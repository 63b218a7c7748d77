"""One step's equations with its numbers put in, as a picture.

Does not compute or typeset the numbers: the worked step brings its equations as mathtext.
"""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.axes import Axes

from workbench.pictures.picture import Picture, text_width
from workbench.pictures.reading import line_colours
from workbench.pictures.style import MATH, USUAL, Theme, check_width, drawing

EDGE, ROW, BETWEEN = 24, 28, 16  # pixels: margin, an equation, extra room between two lines
APART = 64  # pixels between columns


class WorkedLine(NamedTuple):
    """One named line: `rows` are (left of the equals sign, right of it), symbols first, then the
    numbers of each unit with their result."""

    name: str
    rows: tuple[tuple[str, str], ...]


def worked_arrays(worked) -> tuple[WorkedLine, ...]:
    """What `worked` draws: each named line with its equations cut at the equals sign.

    Raises ValueError for a worked step without equations.
    """
    lines = tuple(
        WorkedLine(name, tuple(_cut(equation) for equation in equations))
        for name, equations in _equations(worked)
    )
    if not lines:
        raise ValueError("worked: expected a step of a trace with equations, got none")
    return lines


def worked(worked, theme: str = "light", width: float = USUAL) -> Picture:
    """Draw `trace.worked(t)`: each equation, the same with this step's numbers, and what it gives.

    The name on the left has the colour that its row has in `gates`. Equations are aligned at the
    equals sign, in two columns or more where `width` (pixels, 640 or more) has room for them; the
    picture grows wider where one equation is too long for it. Raises ValueError for no equations,
    and for a theme or width that is not there.
    """
    lines = worked_arrays(worked)
    width = check_width(width)
    with drawing(theme) as look:
        return _draw(lines, look, width)


def _equations(worked) -> list[tuple[str, list[str]]]:
    """The equations of a worked step: pairs of a line's name and mathtext without dollars.

    First the symbols, then for each unit the numbers and what they give. The only place that
    knows the form in which a worked step brings them.
    """
    lines = {}
    for name, (equation, numbers, value) in worked.mathtext:
        lines.setdefault(name, []).extend([equation] if equation else [])
        lines[name].append(f"{numbers} = {value}" if _cut(numbers)[0] else f"= {numbers} = {value}")
    return list(lines.items())


def _cut(equation: str) -> tuple[str, str]:
    """Split at the first equals sign outside braces; all is on the right where there is none."""
    depth = 0
    for place, letter in enumerate(equation):
        depth += (letter == "{") - (letter == "}")
        if letter == "=" and depth == 0:
            return equation[:place].strip(), equation[place + 1 :].strip()
    return "", equation.strip()


def _math(text: str) -> str:
    return f"${text}$" if text else ""


def _draw(lines: tuple[WorkedLine, ...], look: Theme, width: float) -> Picture:
    rows = [row for line in lines for row in line.rows]
    left, right = (max(text_width(_math(row[k]), MATH) for row in rows) for k in (0, 1))
    sign = text_width("$=$", MATH) + 16
    wide = left + sign + right
    columns = _columns(lines, max(1, int((width - 2 * EDGE + APART) // (wide + APART))))
    tall = max(sum(ROW * len(line.rows) + BETWEEN for line in column) for column in columns)
    picture = Picture(
        max(width, wide + 2 * EDGE), tall - BETWEEN + 2 * EDGE, look, _describe(lines)
    )
    axes = picture.sheet()
    axes.set_axis_off()
    colours = line_colours([line.name for line in lines], look)
    for k, column in enumerate(columns):
        y = EDGE + ROW / 2
        for line in column:
            for order, said in enumerate(line.rows):
                place = EDGE + (wide + APART) * k + left, y, sign
                _draw_row(axes, said, place, (colours[line.name], look, order))
                y += ROW
            y += BETWEEN
    return picture


def _columns(lines, most: int) -> list[tuple[WorkedLine, ...]]:
    """The lines in as many columns as have room, read down and then across."""
    each = -(-len(lines) // most)
    return [lines[k : k + each] for k in range(0, len(lines), each)]


def _draw_row(axes: Axes, row, place, manner) -> None:
    """One equation: the symbols in ink with the name in its colour, the numbers softer."""
    x, y, sign = place
    colour, look, k = manner
    ink = look.soft if k else look.ink
    own = {"size": MATH, "va": "center_baseline"}
    axes.text(x, y, _math(row[0]), color=look.soft if k else colour, ha="right", **own)
    axes.text(x + sign / 2, y, "$=$", color=look.soft, ha="center", **own)
    axes.text(x + sign, y, _math(row[1]), color=ink, ha="left", **own)


def _describe(lines: tuple[WorkedLine, ...]) -> str:
    names = ", ".join(line.name for line in lines)
    return f"One step worked through with its numbers, line by line: {names}."
