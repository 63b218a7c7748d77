"""How far back the gradient of one step reaches, in large networks bent by hand.

The norms are those of `measure.gradient_reach`; what the page adds to them in words comes along.
The other side is web/src/views/gradients/answer.js.
"""

import numpy as np

from ...functions import Function
from ...measure import gradient_reach
from ..explorer import copied
from ..recurrence import keeps, recurrent_weights
from .wishes import finite, mapping, whole

ROUNDING = 1e-12  # of a product of two rows of a matrix
NARROW = (1e-30, 1e30)  # what float32 holds with room to spare


class Reaches:
    """Answers for the networks of one explorer over x (time, input)."""

    def __init__(self, nets, x):
        """nets: label -> Recurrent, as the page knows them at first."""
        self.first = {label: copied(net) for label, net in nets.items()}
        self.x, self.ran = x, {}

    def __call__(self, networks, _, about):
        """Bend the networks and follow the loss back: (about, arrays).

        about: "at", the step of the loss; "used", how many steps are read, counted from the end;
        "gain", "bias"; "hands", label -> {hyper-parameter: a number or a function's name}.
        Arrays over the steps that are read up to the loss, of network k: "k/total", "k/S" for each
        state S beside the output, with these "k/together"; "k/unit" and "k/share" over lags 1, 2,
        ... for a gate that keeps a state (see `most_kept`).
        """
        count = len(self.x)
        used = whole("used", about.get("used"), 2, count)
        at = whole("at", about.get("at"), count - used, count - 1) - (count - used)
        gain, bias = (finite(name, about.get(name)) for name in ("gain", "bias"))
        hands = mapping("hands", about.get("hands", {}))
        told, arrays = [], {}
        for k, label in enumerate(self.first):
            hand = mapping(label, hands.get(label, {}))
            trace = self._run(networks, label, (used, gain, bias, hand))
            told.append({"orthogonal": keeps_norms(networks[label])})
            arrays |= {f"{k}/{name}": small(own) for name, own in reached(trace, at).items()}
        return {"at": at + count - used, "used": used, "networks": told}, arrays

    def _run(self, networks, label, wish):
        """The trace of a bent network; the last one is kept, since a loss moves more often."""
        if label not in self.ran or self.ran[label][0] != wish:
            used, gain, bias, hand = wish
            net = networks[label] = bent(networks[label], self.first[label], gain, bias, hand)
            self.ran[label] = wish, net.run(self.x[len(self.x) - used :])
        return self.ran[label][1]


def bent(net, first, gain, bias, hand):
    """A network with weights on states times `gain` and `bias` put where a gate keeps a state.

    net: the one that was bent last, which is used again where its functions stay. first: as it
    was before any hand. hand: hyper-parameter -> a number, or the name of a function.
    """
    known = first.cell.hyper
    for name in hand:
        if name not in known:
            raise ValueError(
                f"hands: expected one of {', '.join(known) or 'none'}, got {name!r:.60}"
            )
    chosen = {name: own for name, own in hand.items() if isinstance(known[name], Function)}
    numbers = {name: finite(name, own) for name, own in hand.items() if name not in chosen}
    if first.cell.choose(**chosen).hyper != net.cell.hyper:
        net = copied(first, chosen)
    for name, array in first.parameters.items():
        net.parameters[name][...] = array
    for name in recurrent_weights(first.cell):
        net.parameters[name][...] *= gain
    for keep in keeps(first.cell):
        net.parameters[keep["bias"]][...] += keep["sign"] * bias
    for name, value in numbers.items():
        net.numbers[name] = value
    return net


def reached(trace, at):
    """The arrays of one network for a loss at step `at`, as `Reaches` tells them."""
    reach = gradient_reach(trace, at=at)
    arrays = {"total": reach.total[: at + 1]}
    others = {name: norms for name, norms in reach.carried.items() if name != reach.output}
    if others:
        together = {"together": reach.together}
        arrays |= {name: norms[: at + 1] for name, norms in (others | together).items()}
    gates = keeps(trace.cell)
    if gates and at:
        arrays["unit"], arrays["share"] = most_kept(trace[gates[0]["gate"]], gates[0]["sign"], at)
    return arrays


def most_kept(gate, sign, at):
    """For lags 1 ... at the unit of a gate that keeps most, and its share of the state a step.

    gate: (time, units). sign: 1 where the gate keeps, -1 where 1 - gate does. The share is the
    geometric mean over the `lag` steps up to `at`.
    """
    kept = gate[at:0:-1] if sign > 0 else 1 - gate[at:0:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.cumsum(np.log(kept), axis=0) / np.arange(1, at + 1)[:, None]
    units = logs.argmax(axis=1)
    return units.astype(np.float32), np.exp(logs[np.arange(at), units])


def keeps_norms(net):
    """Whether a step back cannot change a norm: see keepsNorms in web/src/measures/gradients.js."""
    functions = [value.name for value in net.cell.hyper.values() if isinstance(value, Function)]
    weights = recurrent_weights(net.cell)
    if len(net.cell.states) != 1 or len(weights) != 1 or set(functions) != {"identity"}:
        return False
    matrix = net.parameters[weights[0]]
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        return False
    return bool(np.abs(matrix @ matrix.T - np.eye(len(matrix))).max() < ROUNDING)


def small(values):
    """As float32 where that holds all of the numbers but for last digits; bytes stay bytes."""
    if values.dtype == np.uint8:
        return values
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    fits = not sizes.size or (sizes.min() > NARROW[0] and sizes.max() < NARROW[1])
    return values.astype(np.float32 if fits else np.float64)
