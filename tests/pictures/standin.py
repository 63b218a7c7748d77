"""Plain networks with the surface of a trace that the pictures read, slow and obvious."""

from types import SimpleNamespace

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


class Gradients:
    def __init__(self, lines, carried):
        self.lines, self.carried, self.names = lines, carried, tuple(lines)

    def __getitem__(self, name):
        return self.lines[name]


class Trace:
    def __init__(self, name, states, x, lines, mask=None, back=None):
        self.x, self.lines, self.mask, self.back = x, lines, mask, back
        self.names = tuple(lines)
        self.final = {state: lines[state][-1] for state in states}
        self.cell = SimpleNamespace(
            name=name, states=states, output="h", lines=dict.fromkeys(lines, None)
        )

    def __getitem__(self, name):
        return self.lines[name]

    def bptt(self, adjoint):
        return self.back(adjoint["h"])


def random_input(time, batch=2, inputs=1, seed=0):
    return np.random.default_rng(seed).normal(size=(time, batch, inputs))


def _weights(rng, hidden, inputs, names, scale):
    return {
        name: (
            rng.normal(size=(hidden, inputs)),
            scale * rng.normal(size=(hidden, hidden)) / np.sqrt(hidden),
        )
        for name in names
    }


def lstm(x, hidden=8, seed=0, mask=None):
    """An LSTM with forget bias 1; x (time, batch, input) or (time, input)."""
    weights = _weights(np.random.default_rng(seed), hidden, x.shape[-1], "ifgo", 1.0)
    h = np.zeros((*x.shape[1:-1], hidden))
    c = h.copy()
    steps = {name: [] for name in "ifgoch"}
    for t in range(len(x)):
        pre = {name: x[t] @ w.T + h @ u.T for name, (w, u) in weights.items()}
        i, f, o = sigmoid(pre["i"]), sigmoid(pre["f"] + 1), sigmoid(pre["o"])
        g = np.tanh(pre["g"])
        new_c = f * c + i * g
        new_h = o * np.tanh(new_c)
        read = np.ones(h.shape[:-1], bool) if mask is None else mask[t]
        c, h = (np.where(read[..., None], n, old) for n, old in ((new_c, c), (new_h, h)))
        for name, value in zip("ifgoch", (i, f, g, o, c, h), strict=True):
            kept = value if name in "ch" else np.where(read[..., None], value, 0)
            steps[name].append(kept)
    return Trace("lstm", ("h", "c"), x, {n: np.array(v) for n, v in steps.items()}, mask)


def elman(x, hidden=8, gain=1.0, seed=0):
    """An Elman network with `bptt`; x (time, batch, input) or (time, input)."""
    w, u = _weights(np.random.default_rng(seed), hidden, x.shape[-1], "h", gain)["h"]
    h = np.zeros((*x.shape[1:-1], hidden))
    states = []
    for t in range(len(x)):
        h = np.tanh(x[t] @ w.T + h @ u.T)
        states.append(h)
    states = np.array(states)

    def back(d_h):
        total, carried = np.zeros_like(states), np.zeros_like(states)
        reached = np.zeros_like(states[0])
        for t in range(len(x) - 1, -1, -1):
            carried[t] = reached
            total[t] = d_h[t] + reached
            reached = (total[t] * (1 - states[t] ** 2)) @ u
        return Gradients({"h": total}, {"h": carried})

    return Trace("elman", ("h",), x, {"h": states}, back=back)


def by_hand(name, states, x, lines, mask=None):
    """A trace that holds exactly the given lines, for pictures of special numbers."""
    return Trace(name, states, x, lines, mask)
