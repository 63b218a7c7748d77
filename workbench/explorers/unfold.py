"""The folded cell and its copies along a sequence: values run forward, the gradient back.

Question: how can one small cell read a long sequence, and how does the error find its way back?
After a minute a student says: "It is the same cell with the same weights at every step; only the
state that is handed on differs. The gradient walks back through the same arrows and the same
weights, shrunk or stretched a little each time, and so after many steps little of it is left."
"""

from .. import data, pictures
from . import kernel
from .explorer import Explorer
from .formulas import formulas
from .subject import Sequence, beside, network, packed

TITLE = "One cell, unfolded"
QUESTION = "How can one small cell read a long sequence, and how does the error find its way back?"
OTHERS = ("elman", "lstm", "gru")
SHOWN = 60
"""Years of the built-in series: a play of them forward and back takes a quarter of a minute."""
COPIES = 5
"""How many copies the still picture shows, the last ones."""


def unfold(net="elman", x=None, *, batch=0, cells=OTHERS, hidden_size=8, seed=0):
    """Show a cell beside its copies; edit what it reads, ask an arrow what it carries.

    net: a Recurrent, a cell or the name of one (then with `hidden_size` units and `seed`).
    x: an array (time,), (time, input) or (time, batch, input), of which row `batch` is shown; a
        text, a Series, or the path of a CSV file with one column of numbers; for None the number
        of sunspots of the last 60 years of the series.
    cells: cells of the same sizes to choose in place of the network.

    The gradient is that of a loss that looks at the last output alone, with the derivative
    1/sqrt(n) by each of its n units: a vector of length 1, as in `measure.gradient_reach`.
    Returns an Explorer. Raises ValueError with one line for what cannot be shown.
    """
    sequence = Sequence.of(data.sunspots()[-SHOWN:] if x is None else x, batch)
    net = network(net, sequence, hidden_size, seed)
    nets = beside(net, cells)
    _check_size(nets, len(sequence.x))
    about, arrays = packed(nets, sequence)
    for described, own in zip(about["networks"], nets.values(), strict=True):
        described["formulas"] = formulas(own.cell)
    about |= {"view": "unfold", "question": QUESTION}
    return Explorer(TITLE, about, arrays, nets, lambda: picture(net, sequence))


def _check_size(nets, steps):
    """Every move of a hand runs the whole network in the page, forward and back."""
    for label, net in nets.items():
        if kernel.is_large(net, steps):
            raise ValueError(
                f"net: expected a network that a page can run, of at most {kernel.LARGE:,} "
                f"multiplications, got {label} with {net.hidden_size} units over {steps} steps; "
                "take fewer units or a part of x"
            )


def picture(net, sequence):
    """The last copies as a matplotlib Figure."""
    trace = net.run(sequence.x)
    first = max(0, len(sequence.x) - COPIES)
    return pictures.unfold(trace, first=first, steps=COPIES)
