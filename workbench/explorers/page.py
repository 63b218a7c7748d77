"""Explorers in a page without Jupyter: the parts of it that make them live.

Writes text; puts nothing on disk and computes nothing that is drawn.
"""

import base64
import html
import json
from functools import cache
from pathlib import Path

from ..themes import DARK, LIGHT

WEB = Path(__file__).parent / "web"
BACK_TEXT = {"light": "#b84f00", "dark": DARK.back}
"""The colour of gradients where it writes words: dark enough on white to be read."""


@cache
def stylesheet():
    """The one stylesheet of all explorers, with the colours that the pictures have."""
    themes = []
    for theme in (LIGHT, DARK):
        colours = theme.properties() | {"--back-text": BACK_TEXT[theme.name]}
        lines = "".join(f"{name}:{colour};" for name, colour in colours.items())
        themes.append(f'.wb[data-theme="{theme.name}"]{{{lines}}}\n')
    return "".join(themes) + (WEB / "explorers.css").read_text(encoding="utf-8")


def script(messages):
    """The script that draws each message (bytes) into the element whose id is its name."""
    # "<" never stands in a script: it could begin the end of it.
    module = json.dumps((WEB / "bundle.js").read_text(encoding="utf-8")).replace("<", "\\u003c")
    texts = {name: base64.b64encode(message).decode() for name, message in messages.items()}
    return SCRIPT % {"module": module, "messages": json.dumps(texts)}


def alone(title, message):
    """A whole page with one explorer in it."""
    return PAGE % {
        "title": html.escape(title),
        "style": stylesheet(),
        "script": script({"explorer": message}),
    }


SCRIPT = """<script type="module">
const source = %(module)s;
const messages = %(messages)s;
const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
const { default: view } = await import(url);
for (const [id, message] of Object.entries(messages)) {
  const bytes = Uint8Array.from(atob(message), (letter) => letter.charCodeAt(0));
  const model = { get: () => new DataView(bytes.buffer) };
  view.render({ model, el: document.getElementById(id) });
}
</script>"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%(title)s</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 1000px; padding: 16px; background: #fff; }
@media (prefers-color-scheme: dark) { body { background: #141414; } }
%(style)s
</style>
</head>
<body>
<div id="explorer"></div>
%(script)s
</body>
</html>
"""
