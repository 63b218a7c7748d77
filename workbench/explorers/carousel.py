"""The constant error carousel: how long an LSTM remembers, by the bias of its forget gate, alive.

Question: why does the forget gate's bias decide how long an LSTM remembers?
After a minute a student says: "The cell state is multiplied by the forget gate at every step, so
what is left is a power of the gate: at bias 1 the gate is 0.73 and half of the memory is gone
after two steps, at bias 5 it takes a hundred. The bias sets the time scale before any training,
and the gradient goes back along the same road."
"""

import numpy as np

from .. import data
from ..measure import chrono_biases, compare_gradients, measured_retention
from ..recurrent.inputs import positive_integer
from . import kernel
from .explorer import Explorer, copied
from .opened import opened
from .subject import Sequence, beside, network, packed

TITLE = "The constant error carousel"
QUESTION = "Why does the forget gate's bias decide how long an LSTM remembers?"
OTHERS = ("gru", "elman")
LEAST, MOST = 10, 200  # steps that the network reads
LOW, HIGH, STEP = -3, 7, 0.05  # forget biases that the slider gives
LAG = 60  # that is marked at first


def carousel(net="lstm", x=None, *, bias=None, length=100, batch=0, hidden_size=16, seed=0):
    """Show what the forget gate keeps of the cell state, and what is left of the gradient.

    net: a Recurrent; a trained Network or a Trace (see `opened`); a cell or the name of one (then
        with `hidden_size` units and `seed`), with a
        state c and a gate f = sigmoid(... + b.f); beside it a GRU and an Elman network of the same
        sizes. x: as `gates` takes it, 10 steps or more; the yearly sunspots for None.
    bias: the forget bias of all units at first, -3..7 in steps of 0.05; the network's own for
        None. length: how many steps it reads, 10..200, the last of x; all of x where it is shorter.
    The page also offers the chrono start (Tallec and Ollivier 2018) for memories of `length`.
    A network too large for the page to run at every move of a hand runs when it is let go.
    Returns an Explorer. Raises ValueError with one line for what cannot be shown.
    """
    net, x = opened(net, x, batch)
    sequence = Sequence.of(data.sunspots()[-MOST:] if x is None else x, batch)
    steps = len(sequence.x)
    if steps < LEAST:
        raise ValueError(f"x: expected {LEAST} steps or more to look back over, got {steps}")
    length = positive_integer("length", length, least=LEAST)
    if length > MOST:
        raise ValueError(f"length: expected {LEAST}..{MOST} steps, got {length}")
    length = min(length, steps)
    net = network(net, sequence, hidden_size, seed)
    measured_retention(net, sequence.x[:1])  # refuses a cell without a forget gate
    net = copied(net)
    if not np.isfinite(net.parameters["b.f"]).all():
        raise ValueError(f"b.f: expected finite numbers, got {net.parameters['b.f']}")
    if bias is not None:
        net.parameters["b.f"][...] = _on_slider(bias)
    nets = beside(net, OTHERS)
    about, arrays = packed(nets, sequence)
    # For a longest memory of 3 a bias is log(1 + u): from u the page makes those of any length.
    units = net.parameters["b.f"].size
    arrays["chrono"] = np.expm1(chrono_biases(units, 3, net.seed).forget)
    about |= {
        "view": "carousel", "question": QUESTION, "length": length, "lag": min(LAG, length - 1),
        "lengths": [LEAST, min(MOST, steps)], "biases": [LOW, HIGH, STEP],
        "large": kernel.is_large(net, min(MOST, steps)),
    }  # fmt: skip
    return Explorer(TITLE, about, arrays, nets, lambda: picture(net, sequence.x[-length:]))


def _on_slider(bias):
    """The bias as a float; ValueError for one that the slider cannot stand at."""
    wanted = f"bias: expected a number, {LOW}..{HIGH} in steps of {STEP}, got {bias!r}"
    if isinstance(bias, bool) or not isinstance(bias, int | float | np.number):
        raise ValueError(wanted)
    places = (bias - LOW) / STEP
    if not LOW <= bias <= HIGH or abs(places - round(places)) > 1e-6:
        raise ValueError(wanted)
    return float(bias)


def picture(net, x):
    """The same as a matplotlib Figure, with the chrono start beside. x: (time, input)."""
    from .. import pictures

    forget = net.parameters["b.f"]
    chrono = chrono_biases(forget.size, len(x), net.seed)
    spread = copied(net)
    spread.parameters["b.f"] = chrono.forget
    if "b.i" in spread.parameters:
        spread.parameters["b.i"] = chrono.input
    first, *others = beside(net, OTHERS).items()
    biases = np.unique(np.quantile(forget, [0, 0.5, 1]))
    label = f"{first[0]}, forget bias {biases[0]:g}" if len(biases) == 1 else first[0]
    nets = {label: net, f"{first[0]}, chrono start": spread} | dict(others)
    return pictures.carousel(biases, compare_gradients(nets, x), chrono.forget)
