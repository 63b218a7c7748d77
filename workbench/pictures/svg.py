"""A picture as SVG for a page: real text, colours that the page may change, the same bytes always.

Does not embed fonts: letters are those of the reader, DejaVu Sans where it is installed.
"""

from __future__ import annotations

import hashlib
import html
import io
import re

import matplotlib.style

from workbench.pictures.picture import SHARP, Picture
from workbench.pictures.style import DPI, FONT

_COLOUR = re.compile(r"#[0-9a-f]{6}(?![0-9a-f])")
_STYLE = re.compile(r'style="([^"]*)"')
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_GLOBAL_STYLE = re.compile(r'<style type="text/css">.*?</style>', re.DOTALL)
_ID = re.compile(r'\s\bid="([^"]*)"')
_REFERENCE = re.compile(r'(?:url\(#|href="#)([^)"]*)')
_NAMED = re.compile(r'(\bid="|url\(#|href="#)')


def to_svg(figure: Picture, transparent: bool = True) -> str:
    """One `<svg>` element to put into a page, or to save as a file.

    Text stays text. Every colour of the theme is written `var(--ink, #1b1b1b)`, so a page that
    sets `--bg --ink --soft --hair --band --back`, the cells `--elman --lstm --gru --own
    --reference` (and `--elman-text`, ... where text needs another shade) or `--line-1` to
    `--line-8` recolours the picture, for a dark theme for instance; elsewhere it looks as drawn.
    `transparent=False` paints the background. The same picture gives the same string, and its
    ids do not clash with those of another picture in one page.
    """
    width, height = figure.size()
    text = _written(figure, "none" if transparent else figure.theme.paper)
    text = text[text.index("<svg") :]
    text = _COMMENT.sub("", _METADATA.sub("", text))
    # That rule holds for `*`, which in a page is every element of the page.
    text = _GLOBAL_STYLE.sub("", text)
    used = set(_REFERENCE.findall(text))
    text = _ID.sub(lambda found: found.group(0) if found.group(1) in used else "", text)
    mark = "p" + hashlib.sha256(text.encode()).hexdigest()[:8] + "-"
    text = _NAMED.sub(lambda found: found.group(1) + mark, text)
    variables = figure.theme.variables()
    text = _STYLE.sub(lambda found: f'style="{_follow(found.group(1), variables)}"', text)
    head, _, body = text.partition(">")
    box = re.search(r'viewBox="[^"]*"', head).group(0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{box} width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{html.escape(figure.description)}" '
        f'stroke-linejoin="round" stroke-linecap="butt">{body}'
    )


def _written(figure: Picture, background: str) -> str:
    settings = {"svg.fonttype": "none", "svg.hashsalt": "workbench", "svg.image_inline": True}
    buffer = io.StringIO()
    with matplotlib.style.context(["default", settings]):
        figure.savefig(
            buffer,
            format="svg",
            dpi=DPI * SHARP,
            facecolor=background,
            metadata={"Date": None, "Creator": None},
        )
    return buffer.getvalue()


def _follow(style: str, variables: dict[str, str]) -> str:
    def variable(found: re.Match) -> str:
        colour = found.group(0)
        name = variables.get(colour)
        return f"var({name}, {colour})" if name else colour

    style = _COLOUR.sub(variable, style)
    return style.replace(f"'{FONT}'", f"'{FONT}', system-ui, sans-serif")
