"""The folded cell and its copies along a sequence: values run forward, the gradient back.

Question: how can one small cell read a long sequence, and how does the error find its way back?
After a minute a student says: "It is the same cell with the same weights at every step; only the
state that is handed on differs. The gradient walks back through the same arrows and the same
weights, shrunk or stretched a little each time, and so after many steps little of it is left."
"""

from .. import data
from . import kernel
from .explorer import Explorer
from .formulas import formulas
from .kernel.unfold import Unfolded
from .opened import opened
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

    net: a Recurrent; a trained Network or a Trace (see `opened`); a cell or the name of one (then
        with `hidden_size` units and `seed`).
    x: an array (time,), (time, input) or (time, batch, input), of which row `batch` is shown; a
        text, a Series, or the path of a CSV file with one column of numbers; for None the number
        of sunspots of the last 60 years of the series.
    cells: cells of the same sizes to choose in place of the network.

    The gradient is that of a loss that looks at the last output alone, with the derivative
    1/sqrt(n) by each of its n units: a vector of length 1, as in `measure.gradient_reach`.
    A network too large for the page runs in the kernel, and shows some of its units.
    Returns an Explorer. Raises ValueError with one line for what cannot be shown.
    """
    net, x = opened(net, x, batch)
    sequence = Sequence.of(data.sunspots()[-SHOWN:] if x is None else x, batch)
    net = network(net, sequence, hidden_size, seed)
    nets = beside(net, cells)
    about, arrays = packed(nets, sequence)
    for described, own in zip(about["networks"], nets.values(), strict=True):
        work = kernel.multiplications(own, len(sequence.x))
        described |= {"large": work > kernel.LARGE, "rests": work > kernel.RESTS}
        described["formulas"] = formulas(own.cell)
    about |= {"view": "unfold", "question": QUESTION}
    compute = Unfolded(sequence.x)
    return Explorer(TITLE, about, arrays, nets, lambda: picture(net, sequence), compute)


def picture(net, sequence):
    """The last copies as a matplotlib Figure."""
    from .. import pictures

    trace = net.run(sequence.x)
    first = max(0, len(sequence.x) - COPIES)
    return pictures.unfold(trace, first=first, steps=COPIES)
