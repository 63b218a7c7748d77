"""How an exercise speaks: the same few blocks as plain text and as HTML. Decides nothing.

In HTML all colours but the bar's are those of the page around it, so that it is read in a light
and in a dark theme alike.
"""

import html
import re
import textwrap

from ..training.progress import in_notebook

WIDTH = 88
BARS = {True: "#009e73", False: "#d55e00", None: "#0072b2"}
"""Colour of the bar: passed, not yet, neither."""


class Said:
    """A message. blocks: (kind, text) with kind title, idea (what matters most), text, aside (what
    may be left out), code or list (one entry a line).

    Shows itself as HTML in a notebook and as text elsewhere; `good` is True, False or None.
    """

    def __init__(self, blocks, good=None):
        self.blocks, self.good, self._shown = tuple(blocks), good, None

    def __str__(self):
        return "\n".join(_TEXT[kind](text) for kind, text in self.blocks)

    def __repr__(self):
        return f"<{self.blocks[0][1]}>"

    def _repr_html_(self):
        inside = "".join(_HTML[kind](text) for kind, text in self.blocks)
        style = (
            f"border-left:4px solid {BARS[self.good]};padding:2px 0 2px 14px;margin:4px 0;"
            "max-width:46em;font-size:14px;line-height:1.45;font-variant-numeric:tabular-nums"
        )
        return f'<div style="{style}">{inside}</div>'

    def show(self):
        """Display or print it, and return it."""
        if in_notebook():
            from IPython.display import display

            data = {"text/plain": str(self), "text/html": self._repr_html_()}
            display(data, raw=True)
            self._shown = _cell()
        else:
            print(self)
        return self

    def _ipython_display_(self):
        # As the last value of the cell that showed it already, it is not shown twice.
        if not in_notebook():
            print(repr(self))
        elif self._shown != _cell():
            self.show()


def _cell():
    """The number of the notebook's cell that runs now."""
    from IPython import get_ipython

    return get_ipython().execution_count


def _wrapped(text):
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _marked(text):
    """HTML of a text whose `code` is between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _block(tag, style, inside):
    return f'<{tag} style="{style}">{inside}</{tag}>'


_TEXT = {
    "title": str,
    "idea": _wrapped,
    "text": _wrapped,
    "aside": _wrapped,
    "code": lambda text: textwrap.indent(text.rstrip(), "    "),
    "list": lambda text: "\n".join(f"  - {line}" for line in text.splitlines()),
}
_HTML = {
    "title": lambda text: _block("div", "font-weight:600;margin:2px 0", _marked(text)),
    "idea": lambda text: _block("div", "font-weight:600;margin:8px 0 4px", _marked(text)),
    "text": lambda text: _block("div", "margin:4px 0", _marked(text)),
    "aside": lambda text: _block("div", "font-size:13px;margin:8px 0 4px", _marked(text)),
    "code": lambda text: _block(
        "pre",
        "margin:6px 0;font-size:13px;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;"
        "background:none;color:inherit",
        html.escape(text.rstrip()),
    ),
    "list": lambda text: _block(
        "ul",
        "margin:4px 0;padding-left:1.4em",
        "".join(f"<li>{_marked(line)}</li>" for line in text.splitlines()),
    ),
}
