"""Gates over time: every named line of a cell under the input that caused it, alive.

Question: what does each gate do at each step, and what does one weight change?
After a minute a student says: "The forget gate decides at every step how much of the memory is
kept; when I hold it at 0 the cell forgets everything, when I hold it at 1 nothing, and pulling one
weight changes all steps after it, because every step uses the same weights."
"""

from . import kernel
from .explorer import Explorer
from .kernel.gates import shown
from .opened import opened
from .subject import Sequence, beside, check_step, network, packed
from .wiring import wiring

TITLE = "Gates over time"
QUESTION = "What does each gate do at each step, and what does one weight change?"
OTHERS = ("elman", "lstm", "gru")


def gates(net="lstm", x=None, *, batch=0, cells=OTHERS, step=None, hidden_size=8, seed=0):
    """Show every line of a network over a sequence; drag its weights, hold its gates.

    net: a Recurrent; a trained Network or a Trace (see `opened`); a cell or the name of one (then
        with `hidden_size` units and `seed`).
    x: an array (time,), (time, input) or (time, batch, input), of which row `batch` is shown; a
        text, a Text with its vocabulary, a Series, or the path of a CSV file with one column of
        numbers; sunspots for None, where the network reads one number a step.
    cells: cells of the same sizes to choose in place of the network.
    step: the step that the cursor is at first, the last for None.
    A network too large for the page runs in the kernel, and shows some of its units.
    Returns an Explorer. Raises ValueError with one line for what cannot be shown.
    """
    net, x = opened(net, x, batch)
    sequence = Sequence.of(x, batch)
    net = network(net, sequence, hidden_size, seed)
    nets = beside(net, cells)
    about, arrays = packed(nets, sequence)
    for own, each in zip(about["networks"], nets.values(), strict=True):
        own["large"] = kernel.is_large(each, len(sequence.x))
        own["wiring"] = wiring(each.cell)
    about |= {"view": "gates", "question": QUESTION, "step": check_step(step, sequence)}
    return Explorer(
        TITLE, about, arrays, nets,
        picture=lambda: picture(net, sequence),
        compute=lambda own, label, asked: shown(own[label], sequence.x, asked),
    )  # fmt: skip


def picture(net, sequence):
    """The same as a matplotlib Figure."""
    from .. import pictures

    trace = net.run(sequence.x)
    return pictures.gates(trace, times=sequence.times, input_name=sequence.name)
