"""The figure that every picture is: shows itself in a notebook, and is laid out in pixels.

Does not use pyplot, so that figures never pile up in a long session.
"""

from __future__ import annotations

import base64
import io

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from workbench.pictures.style import DPI, FONT, TEXT, Theme

SHARP = 2  # device pixels to a CSS pixel, so that a notebook on a fine screen is not blurred


class Picture(Figure):
    """A matplotlib Figure of a given size in pixels, with a sentence that says what it shows.

    As the value of a notebook cell it displays itself, with or without `%matplotlib inline`.
    `description` is for those who cannot see it; `theme` the colours it was drawn in.
    """

    def __init__(self, width: float, height: float, theme: Theme, description: str = ""):
        super().__init__(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=theme.paper)
        self.theme = theme
        self.description = description

    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return tuple(side * DPI for side in self.get_size_inches())

    def png(self, scale: float = SHARP) -> bytes:
        """The picture as a PNG with `scale` device pixels to a pixel."""
        buffer = io.BytesIO()
        with matplotlib.style.context("default"):
            self.savefig(
                buffer,
                format="png",
                dpi=DPI * scale,
                facecolor=self.get_facecolor(),
                metadata={"Description": self.description},
            )
        return buffer.getvalue()

    def _ipython_display_(self):
        # The only hook that comes before the formatter which the inline backend registers for
        # every Figure; that one crops the margins, and with them the size that was asked for.
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        display(data, metadata=metadata, raw=True)

    def _repr_mimebundle_(self, include=None, exclude=None):
        width, height = (round(side) for side in self.size())
        data = {
            "image/png": base64.b64encode(self.png()).decode("ascii"),
            "text/plain": self.description or repr(self),
        }
        return data, {"image/png": {"width": width, "height": height}}

    def panel(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes in a box given in pixels from the upper left corner, without ticks."""
        whole_width, whole_height = self.size()
        axes = self.add_axes(
            (
                left / whole_width,
                1 - (top + height) / whole_height,
                width / whole_width,
                height / whole_height,
            )
        )
        axes.set_xticks([])
        axes.set_yticks([])
        return axes

    def sheet(self) -> Axes:
        """Axes over the whole figure whose units are pixels, y downwards."""
        width, height = self.size()
        axes = self.panel(0, 0, width, height)
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        return axes


def text_width(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Width of a text in pixels; mathtext between dollars is measured as set."""
    if not text:
        return 0.0
    font = FontProperties(family=FONT, weight=weight, math_fontfamily="dejavusans")
    return TextPath((0, 0), text, size=size * DPI / 72, prop=font).get_extents().x1


def fit(text: str, width: float, size: float = TEXT, weight: str = "normal") -> str:
    """The text, cut with an ellipsis where it is wider than `width` pixels."""
    if text_width(text, size, weight) <= width:
        return text
    while text and text_width(text + "…", size, weight) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, width: float) -> list[str]:
    """Lines of whole words that fit into `width` pixels; a longer word is cut."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return [fit(line, width) for line in lines]
