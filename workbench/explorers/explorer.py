"""The widget that all explorers share: a page's view with its message, a still picture, a file.

What an explorer shows is told by its own module; this one carries messages between Python and
the page, and never computes what is drawn.
"""

import base64
import html
import io
import json
from functools import cache
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from ..pictures.style import DARK, LIGHT
from ..recurrent import Recurrent
from . import packing

WEB = Path(__file__).parent / "web"
BACK_TEXT = {"light": "#b84f00", "dark": DARK.back}
"""The colour of gradients where it writes words: dark enough on white to be read."""
REVIVE = "This is a still picture. Run the cell again to make it live."


@cache
def bundle():
    """The JavaScript of all explorers."""
    return (WEB / "bundle.js").read_text(encoding="utf-8")


@cache
def stylesheet():
    """The one stylesheet, with the colours that the pictures have."""
    themes = []
    for theme in (LIGHT, DARK):
        colours = theme.properties() | {"--back-text": BACK_TEXT[theme.name]}
        lines = "".join(f"{name}:{colour};" for name, colour in colours.items())
        themes.append(f'.wb[data-theme="{theme.name}"]{{{lines}}}\n')
    return "".join(themes) + (WEB / "explorers.css").read_text(encoding="utf-8")


class Explorer(anywidget.AnyWidget):
    """A live view. In a notebook it shows itself; `save_html` writes it as a page of its own.

    networks: label -> Recurrent, as the reader's hand left them in the page; copies, so that the
    networks that the explorer was made of stay as they were.
    """

    _esm = WEB / "bundle.js"
    _css = stylesheet()
    to_page = traitlets.Bytes(b"").tag(sync=True)
    from_page = traitlets.Bytes(b"").tag(sync=True)

    def __init__(self, title, about, arrays, nets, picture):
        """title: words. about, arrays: the message. picture: () -> a matplotlib Figure."""
        self._about = {**about, "title": title}
        self._arrays, self._picture = arrays, picture
        self.title = title
        self.networks = {label: copied(net) for label, net in nets.items()}
        self.error = None
        super().__init__(to_page=packing.pack(self._about, arrays))
        self.observe(self._received, "from_page")

    def _received(self, change):
        """Take over what the page says; what is wrong with it is shown in the page."""
        try:
            self._take(*packing.unpack(change["new"]))
        except ValueError as error:
            self._tell(str(error))
        else:
            if self.error is not None:
                self._tell(None)

    def _tell(self, error):
        self.error = error
        self.to_page = packing.pack({**self._about, "error": error}, self._arrays)

    def _take(self, about, arrays):
        """Take over what a hand left: of one network, or of several, arrays then "label/name"."""
        if "networks" not in about:
            return self._take_one(about, arrays)
        for label, own in dict(about["networks"]).items():
            begin = f"{label}/"
            mine = {n[len(begin) :]: a for n, a in arrays.items() if n.startswith(begin)}
            self._take_one({**own, "network": label}, mine)

    def _take_one(self, about, arrays):
        label = about.get("network")
        if label not in self.networks:
            known = ", ".join(self.networks)
            raise ValueError(f"network: expected one of {known}, got {label!r}")
        net = self.networks[label]
        if about.get("functions"):
            net = self.networks[label] = copied(net, about["functions"])
        for name, value in about.get("numbers", {}).items():
            net.numbers[name] = value
        for name, values in arrays.items():
            if name not in net.parameters:
                raise ValueError(
                    f"parameter: expected one of {', '.join(net.parameters)}, got {name!r}"
                )
            shape = net.parameters[name].shape
            if values.size != np.prod(shape):
                raise ValueError(f"{name}: expected {shape}, got {values.shape}")
            net.parameters[name] = values.reshape(shape)

    def picture(self):
        """The explorer as it began, as a matplotlib Figure: for print, PDF and slides."""
        return self._picture()

    def save_html(self, path):
        """Write one page that is alive in any browser, with no kernel and no network.

        path: of the file, which is replaced. Raises ValueError where it cannot be written.
        """
        try:
            Path(path).write_text(self._page(), encoding="utf-8")
        except OSError as error:
            reason = error.strerror or error
            raise ValueError(
                f"path: expected a file that can be written, got {path}: {reason}"
            ) from None

    def _page(self):
        message = base64.b64encode(packing.pack(self._about, self._arrays)).decode()
        # "<" never stands in a script: it could begin the end of it.
        module = json.dumps(bundle()).replace("<", "\\u003c")
        return PAGE.format(
            title=html.escape(self.title), style=stylesheet(), module=module, message=message
        )

    def _ipython_display_(self):
        from IPython.display import Image, display  # only where there is a notebook

        display(self._repr_mimebundle_()[0], raw=True)
        display(Image(self._still(), width=960, alt=f"{self.title}. {REVIVE}"))

    def _still(self):
        """The picture with the line that says how to make it live, as PNG."""
        figure, buffer = self.picture(), io.BytesIO()
        figure.text(0.5, 0.002, REVIVE, ha="center", va="bottom", size=9)
        figure.savefig(buffer, format="png", dpi=96)
        return buffer.getvalue()


def copied(net, functions=None):
    """A network of its own with the same parameters. functions: others that its cell takes."""
    hyper = net.cell.hyper | (functions or {})
    sizes = {name: net.lengths[name] for name in net.cell.size_names}
    copy = Recurrent(
        net.cell, net.input_size, net.hidden_size,
        sizes=sizes, seed=net.seed, dtype=net.dtype.name, **hyper,
    )  # fmt: skip
    for name, array in net.parameters.items():
        copy.parameters[name] = array
    for name, value in net.numbers.items():
        copy.numbers[name] = value
    return copy


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0 auto; max-width: 1000px; padding: 16px; background: #fff; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #141414; }} }}
{style}
</style>
</head>
<body>
<div id="explorer"></div>
<script type="module">
const source = {module};
const url = URL.createObjectURL(new Blob([source], {{ type: "text/javascript" }}));
const view = await import(url);
const bytes = Uint8Array.from(atob("{message}"), (letter) => letter.charCodeAt(0));
const model = {{ get: () => new DataView(bytes.buffer), set() {{}}, save_changes() {{}} }};
view.default.render({{ model, el: document.getElementById("explorer") }});
</script>
</body>
</html>
"""
