"""The widget that all explorers share: a page's view with its message, a still picture, a file.

What an explorer shows is told by its own module; this one carries messages between Python and
the page, and never computes what is drawn.
"""

import io
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from ..recurrent import Recurrent
from . import packing, page

REVIVE = "This is a still picture. Run the cell again to make it live."


class Explorer(anywidget.AnyWidget):
    """A live view. In a notebook it shows itself; `save_html` writes it as a page of its own.

    networks: label -> Recurrent, as the reader's hand left them in the page; copies, so that the
    networks that the explorer was made of stay as they were.
    """

    _esm = page.WEB / "bundle.js"
    _css = page.stylesheet()
    to_page = traitlets.Bytes(b"").tag(sync=True)

    def __init__(self, title, about, arrays, nets, picture, compute=None):
        """title: words. about, arrays: the message. picture: () -> a matplotlib Figure.

        compute: (networks, label, what the page asks) -> (about, arrays), for what needs Python; it
            may change the networks (label -> Recurrent) as the hand has.
        """
        self._about = {**about, "title": title}
        self._arrays, self._picture, self._compute = arrays, picture, compute
        self.title = title
        self.networks = {label: copied(net) for label, net in nets.items()}
        self.error, self.answer = None, b""
        super().__init__(to_page=self.message)
        # Messages, not traits: a trait that is set anew while Python is busy forgets what it held,
        # and the page lets Python come to rest before it sends the next.
        self.on_msg(lambda _, content, buffers: self._received(*buffers[:1]))

    def _received(self, message=b""):
        """Answer what the page says (bytes); what is wrong with it is shown in the page."""
        ask, self.error, arrays = None, None, {}
        try:
            about, given = packing.unpack(message)
            ask = about.get("ask")
            if ask is not None:
                label = self._label(about.get("network"))
                told, arrays = self._asked(label, about)
            else:
                self._take(about, given)
                told = {}
        except Exception as error:  # whatever it is, the reader sees it in the page, not in a log
            kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
            self.error = kind + str(error).splitlines()[0] if str(error) else type(error).__name__
            told, arrays = {"error": self.error}, {}
        self.answer = packing.pack({**told, "ask": ask}, arrays)
        self.send({}, [self.answer])

    def _asked(self, label, about):
        if self._compute is None:
            raise ValueError("ask: expected nothing, this explorer computes in the page")
        return self._compute(self.networks, label, about)

    def _label(self, label):
        if not isinstance(label, str) or label not in self.networks:
            known = ", ".join(self.networks)
            raise ValueError(f"network: expected one of {known}, got {label!r}")
        return label

    def _take(self, about, arrays):
        """Put what the hand changed into the networks it belongs to; all of it or nothing.

        about: {"network": label, "numbers", "functions"} with arrays by parameter; or {"networks":
        {label: {"numbers", "functions"}}} with arrays by "label/parameter".
        """
        if "networks" not in about:
            label = self._label(about.get("network"))
            changed = {label: _changed(self.networks[label], about, arrays)}
        else:
            changed = {}
            for label, own in _object("networks", about["networks"]).items():
                begin = f"{self._label(label)}/"
                mine = {n[len(begin) :]: a for n, a in arrays.items() if n.startswith(begin)}
                changed[label] = _changed(self.networks[label], _object(label, own), mine)
        for label, net in changed.items():
            self._keep(label, net)

    def _keep(self, label, net):
        known = self.networks[label]
        if net.cell.hyper != known.cell.hyper:  # functions are part of a cell: a network of its own
            self.networks[label] = net
            return
        known.numbers.update(net.numbers)
        for name, values in net.parameters.items():
            known.parameters[name] = values

    @property
    def message(self):
        """What the page was told at first, as bytes."""
        return packing.pack(self._about, self._arrays)

    def picture(self):
        """The explorer as it began, as a matplotlib Figure: for print, PDF and slides."""
        return self._picture()

    def save_html(self, path):
        """Write one page that is alive in any browser, with no kernel and no network.

        path: of the file, which is replaced. Raises ValueError where it cannot be written.
        """
        try:
            Path(path).write_text(page.alone(self.title, self.message), encoding="utf-8")
        except OSError as error:
            reason = error.strerror or error
            raise ValueError(
                f"path: expected a file that can be written, got {path}: {reason}"
            ) from None

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


def _put(net, name, values):
    if name not in net.parameters:
        known = ", ".join(net.parameters)
        raise ValueError(f"parameter: expected one of {known}, got {name!r}")
    shape = net.parameters[name].shape
    if values.size != np.prod(shape):
        raise ValueError(f"{name}: expected {shape}, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: expected finite numbers")
    net.parameters[name] = values.reshape(shape)


def _object(name, value):
    if not isinstance(value, dict):
        raise ValueError(f"{name}: expected an object, got {value!r}")
    return value


def _changed(net, about, arrays):
    """A copy of a network with what a page says of it."""
    net = copied(net, _object("functions", about.get("functions", {})))
    for name, value in _object("numbers", about.get("numbers", {})).items():
        try:
            net.numbers[name] = value
        except KeyError as error:
            raise ValueError(error.args[0]) from None
    for name, values in arrays.items():
        _put(net, name, values)
    return net


def copied(net, functions=None):
    """A network of its own with the same parameters. functions: others that its cell takes."""
    hyper = net.cell.hyper | (functions or {})
    copy = Recurrent(
        net.cell, net.input_size, net.hidden_size,
        sizes=net.sizes, seed=net.seed, dtype=net.dtype.name, **hyper,
    )  # fmt: skip
    for name, array in net.parameters.items():
        copy.parameters[name] = array
    for name, value in net.numbers.items():
        copy.numbers[name] = value
    return copy
