"""Gradients back through time: how much of one step's error arrives at every earlier step, alive.

Question: how far back does the error at one step reach?
After a minute a student says: "In the Elman network the gradient shrinks by about the same factor
at every step, so it is soon nothing; in the LSTM the cell state c keeps what its forget gate lets
through, and the other gates add to it, so that a larger forget bias makes the curve flat. With a
larger recurrent gain the Elman network's grows at every step instead: it explodes."
"""

from ..measure import gradient_reach
from . import kernel
from .explorer import Explorer
from .kernel.gradients import Reaches
from .opened import opened
from .recurrence import keeps, recurrent_weights, variants
from .subject import Sequence, beside, check_step, network, packed

TITLE = "Gradients back through time"
QUESTION = "How far back does the error at one step reach?"
OTHERS = ("elman", "lstm", "gru")
HIDDEN = 16
# Weights with which the curves of the built-in series lie apart; other seeds differ in detail.
SEED = 6


def gradients(net="lstm", x=None, *, at=None, batch=0, cells=OTHERS, hidden_size=HIDDEN, seed=SEED):
    """Show how the gradient of the loss at one step reaches every earlier step, and what bends it.

    net: a Recurrent; a trained Network or a Trace (see `opened`); a cell or the name of one (then
        with `hidden_size` units and `seed`).
    x: an array (time,), (time, input) or (time, batch, input), of which row `batch` is shown; a
        text, a Series, or the path of a CSV file with one column of numbers; sunspots for None.
    at: the step of the loss at first, the last for None.
    cells: cells of the same sizes whose curves stand beside the network's.

    The loss is that of `workbench.measure.gradient_reach`. In the page the recurrent gain
    multiplies every weight on a state, and the forget bias is added where a gate keeps a state:
    b.f of an LSTM, b.z of a GRU, whose z of 1 keeps h (see `recurrence.keeps`). Networks that are
    together too large for the page run in the kernel.
    Returns an Explorer. Raises ValueError with one line for what cannot be shown.
    """
    net, x = opened(net, x, batch)
    sequence = Sequence.of(x, batch)
    net = network(net, sequence, hidden_size, seed)
    nets = beside(net, cells)
    at = check_step(at, sequence, "at")
    about, arrays = packed(nets, sequence)
    for described, each in zip(about["networks"], nets.values(), strict=True):
        described |= _described(each, about["sources"])
    work = sum(kernel.multiplications(own, len(sequence.x)) for own in nets.values())
    about |= {"large": work > kernel.LARGE, "rests": work > kernel.RESTS}
    about |= {"view": "gradients", "question": QUESTION, "at": at}
    return Explorer(
        TITLE, about, arrays, nets,
        picture=lambda: picture(nets, sequence, at),
        compute=Reaches(nets, sequence.x) if about["large"] else None,
    )  # fmt: skip


def picture(nets, sequence, at):
    """The same as a matplotlib Figure. nets: label -> Recurrent; the first has the arcs."""
    from .. import pictures

    reaches = {label: gradient_reach(net, sequence.x, at) for label, net in nets.items()}
    return pictures.gradient_reach(reaches, times=sequence.times)


def _described(net, sources):
    """What a page needs to bend a network; sources of its other functions are put to `sources`."""
    choices = []
    for chosen, cell in variants(net.cell):
        source = cell.source("module", "javascript")
        if source not in sources:
            sources.append(source)
        choices.append([chosen, sources.index(source)])
    return {
        "recurrent": recurrent_weights(net.cell),
        "keeps": keeps(net.cell),
        "choices": choices,
        "ranges": {name: _range(value) for name, value in net.numbers.items()},
    }


def _range(value):
    """Least and greatest value of a slider: 0..1 for a share, else from 0 to twice the value."""
    if 0 <= value <= 1:
        return [0.0, 1.0]
    return sorted((0.0, 2.0 * float(value)))
