"""What a designer looks for first in any picture: text that fits, apart, and large enough."""

import itertools

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text


def texts(picture):
    """The texts that are drawn, with their boxes in pixels of a figure drawn at 96 dpi."""
    renderer = FigureCanvasAgg(picture).get_renderer()
    picture.draw(renderer)
    shown = []
    for text in picture.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            shown.append((text.get_text(), text.get_fontsize(), text.get_window_extent(renderer)))
    return shown


def check(picture):
    """Every text is inside, at least 12 px, and covers no other text by more than a hair."""
    width, height = picture.size()
    found = texts(picture)
    for text, size, box in found:
        assert size * 96 / 72 >= 12, text
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, (text, box, (width, height))
    for (one, _, a), (other, _, b) in itertools.combinations(found, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(across, down) <= 2, (one, other)
    return [text for text, _, _ in found]
