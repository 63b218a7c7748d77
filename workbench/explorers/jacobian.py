"""Jacobians: how much a state still matters later, for every pair of steps, alive.

Question: how much does the state at step k still matter at step t, and why does a healthy dL/dU
not prove that it does?
After a minute a student says: "Each step back from t multiplies the influence by about the same
factor, whatever the input, so below 1 the triangle fades away from its diagonal. The sum dL/dU
looks healthy all the same, because the last few steps make nearly all of it."
"""

from numbers import Integral

from ..equations.cell import Cell
from ..measure import activation_slope, recurrent_matrices, recurrent_parameter
from .explorer import Explorer, copied
from .kernel.jacobian import Pairs
from .opened import opened
from .subject import Sequence, beside, network, packed

TITLE = "Jacobians: what is left of a state"
QUESTION = (
    "How much does the state at step k still matter at step t, "
    "and why does a healthy ∂L/\u2060∂U not prove that it does?"  # no line ends at this slash
)
OTHERS = ("elman", "lstm", "gru")
SHOWN = 40
"""Steps in the triangle; the work of one frame grows with their square."""
MOST_SHOWN = 100
IN_PAGE = 32
"""Units of all states together: the work of one frame grows with their third power."""
LARGEST = 256
"""Units that Python has the triangle of in a few seconds, for at most SHOWN steps."""
GAIN = 0.8
"""Recurrent gain at first where the weights are drawn here; cells start with one near 1."""
BEFORE = 24
"""Steps that lie between the two that are chosen at first."""


def jacobian(
    net="elman", x=None, *, batch=0, steps=SHOWN, cells=OTHERS, hidden_size=8, seed=0
):  # fmt: skip
    """Show the norm of dS_t/dS_k for all pairs of steps; drag the recurrent gain.

    net: a Recurrent; a trained Network or a Trace (see `opened`); a cell or the name of one (then
        with `hidden_size` units and `seed`, and its
        recurrent matrices at 0.8 times their start, so that the influence of a state fades).
    x: an array (time,), (time, input) or (time, batch, input), of which row `batch` is shown; a
        text, a Series, or the path of a CSV file with one column of numbers; sunspots for None.
    steps: how many are in the triangle, 2..100: the last ones at first. Everything is measured on
        those; the ones before give the state that they start from.
    cells: cells of the same sizes to choose in place of the network; of these, one whose states
        have more than 256 units together is left out; so is one with more than 32 beside a
        network that has no more.
    With more than 32 units in its states Python computes what the page shows, of at most 40 steps.
    Returns an Explorer. Raises ValueError with one line for what cannot be shown; a network with
    more than 256 units in its states is for `pictures.jacobian`.
    """
    net, x = opened(net, x, batch)
    sequence = Sequence.of(x, batch)
    shown = min(_steps(steps), len(sequence.x))
    gain = GAIN if isinstance(net, str | Cell) else 1.0
    net = network(net, sequence, hidden_size, seed)
    most = _most(net, shown)
    nets = {label: own for label, own in beside(net, cells).items() if _units(own) <= most}
    about, arrays = packed(nets, sequence)
    for described, own in zip(about["networks"], nets.values(), strict=True):
        described["slope"] = activation_slope(own.cell)
    about |= {"view": "jacobian", "question": QUESTION, "large": most > IN_PAGE}
    about |= {"shown": shown, "gain": gain, "before": BEFORE}
    started = {label: _scaled(own, gain) for label, own in nets.items()}
    own, compute = next(iter(started.values())), None
    if most > IN_PAGE:
        compute = Pairs(nets, sequence.x, shown)
        wish = _first_wish(net, gain, len(sequence.x), shown)
        about["first"], first = compute(started, next(iter(nets)), wish)
        arrays |= {f"first/{name}": array for name, array in first.items()}
    return Explorer(
        TITLE, about, arrays, started, lambda: picture(own, sequence, shown), compute
    )  # fmt: skip


def _first_wish(net, gain, steps, shown):
    """What a page shows before it asks: the last steps, and a pair of them."""
    return {
        "gain": gain, "first": steps - shown, "t": shown - 1, "k": max(0, shown - 1 - BEFORE),
        "parameter": recurrent_parameter(net.cell), "triangle": True,
    }  # fmt: skip


def picture(net, sequence, shown):
    """The same as a matplotlib Figure: the last `shown` steps, from the state before them."""
    from .. import pictures

    first = len(sequence.x) - shown
    before = net.run(sequence.x[:first]).final if first else None
    trace = net.run(sequence.x[first:], before)
    times = None if sequence.times is None else sequence.times[first:]
    chosen = (shown - 1, max(0, shown - 1 - BEFORE))
    return pictures.jacobian(trace, chosen=chosen, times=times)


def _steps(steps):
    if not isinstance(steps, Integral) or not 2 <= steps <= MOST_SHOWN:
        raise ValueError(f"steps: expected 2..{MOST_SHOWN}, got {steps!r:.60}")
    return steps


def _most(net, shown):
    """How many units a network beside this one may have: what its own tier takes."""
    units = _units(net)
    if units <= IN_PAGE:
        return IN_PAGE
    if units > LARGEST:
        raise ValueError(
            f"net: expected at most {LARGEST} units in all states together, got {units}; "
            "pictures.jacobian draws larger ones"
        )
    if shown > SHOWN:
        raise ValueError(
            f"steps: expected 2..{SHOWN} for more than {IN_PAGE} units in all states together, "
            f"got {shown}"
        )
    return LARGEST


def _units(net):
    return sum(net.state_sizes.values())


def _scaled(net, gain):
    """A copy of a network with its recurrent matrices multiplied."""
    copy = copied(net)
    for name in recurrent_matrices(net.cell):
        copy.parameters[name] = gain * copy.parameters[name]
    return copy
