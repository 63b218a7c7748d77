"""The cells under test, and random cases for them. A new cell is covered by adding its name."""

import zlib
from dataclasses import dataclass

import numpy as np

import workbench as wb
from workbench.functions import (
    abs,
    clip,
    elu,
    exp,
    hard_sigmoid,
    leaky_relu,
    log,
    minimum,
    relu,
    sigmoid,
    softplus,
    softsign,
    sqrt,
    tanh,
)


@wb.cell
def wide_memory(x, h, m, W, U, V, R, b, *, keep=0.8):
    """A memory of another length than the hidden layer, three stages, a line used in two."""
    write = sigmoid(W.w @ x + U.w @ h + b.w)
    m = keep * m + (1 - keep) * tanh(V @ (write * h) + b.m)
    read = softsign(R.r @ m + W.r @ x)
    h = write * tanh(R.h @ m) + (1 - write) * read
    return h, m


@wb.cell
def every_function(x, h, W, U, b, p):
    """Every function that no built-in cell uses, powers, divisions and a clip."""
    a = W.a @ x + U.a @ h + b.a
    e = elu(a) + leaky_relu(a) + hard_sigmoid(a)
    q = sqrt(1 + a**2) / (2 + exp(-abs(a))) - log(1 + softplus(a)) + (1 + a**4) ** -0.5
    k = clip(p.k * q + W.k @ x, -0.7, 0.9) + minimum(a, relu(e)) / 3
    h = 0.5 * tanh(k + U.k @ (e * h)) - 0.3 * q
    return h


@wb.cell
def residual(x, h, s, W, U, u):
    """x itself joins the state, one matrix serves twice, and a state is handed on unchanged."""
    old = h
    n = tanh(W @ x + U @ h + U @ s)
    h = x * n + u * old - s
    return h, old


@wb.cell
def no_parameters(x, h):
    """Nothing to learn: the states only."""
    h = tanh(x + 0.5 * h)
    return h


@wb.cell
def dead_end(x, h, c, W, U, b):
    """A line that leads nowhere, a named product, Greek names, a state that never changes."""
    a = W @ x
    spare = sigmoid(a)  # noqa: F841, this line leads nowhere on purpose
    α = U @ h + a
    h = tanh(α + sigmoid(b) * c)
    return h, c


@wb.cell
def names_that_meet(x, h, W, W_z, U, b, b_f):
    """Names that would be one name if "." and " " were written as underscores."""
    r = sigmoid(W.z @ x + U.r @ h + b.f)
    kept_4 = sigmoid(W_z @ x + b_f)
    n = tanh(W.n @ x + U.n @ (r * h))
    kept_n = r * n
    h = (1 - kept_4) * kept_n + kept_4 * h * tanh(U.h @ n)
    return h


TYPED_CELLS = (wide_memory, every_function, residual, no_parameters, dead_end, names_that_meet)
TYPED = {c.name: c for c in TYPED_CELLS}
CELLS = {**wb.cells.CELLS, **TYPED}
NAMES = list(CELLS)
POSITIVE = {"slstm": ("n",)}
"""States that the equations divide by."""


@dataclass
class Case:
    """A network with distinct random weights, an input, initial states and a loss on every line."""

    net: wb.Recurrent
    x: np.ndarray
    initial: dict
    weights: dict

    def run(self, **options):
        return self.net.run(self.x, self.initial, **options)

    def bptt(self, **options):
        return self.run().bptt(self.weights, **options)


def generator(*key):
    """A stream of random numbers that depends on the key alone."""
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


def case(name, key, time=None, batch=None, dtype="float64", strength=1.0):
    """Return a random Case; sizes that are not given are drawn (T 1..40, B 1..5, D and H 1..9).

    Weights have standard deviation strength / sqrt(fan-in).
    """
    g = generator(name, key)
    cell = CELLS[name]
    time, batch = time or g.integers(1, 41), batch or g.integers(1, 6)
    inputs, hidden = (int(n) for n in g.integers(1, 10, 2))
    inputs = hidden if cell.graph.tied is not None else inputs
    sizes = {size: int(g.integers(1, 10)) for size in cell.size_names}
    net = wb.Recurrent(cell, inputs, hidden, sizes=sizes, dtype=dtype)
    for parameter, array in net.parameters.items():
        fan_in = array.shape[1] if array.ndim == 2 else 4
        values = strength * g.standard_normal(array.shape) / np.sqrt(fan_in)
        net.parameters[parameter] = values
    x = g.standard_normal((time, batch, inputs)).astype(dtype)
    graph, lengths = cell.graph, net.lengths
    initial, weights = {}, {}
    for state, node in graph.states.items():
        value = 0.5 * g.standard_normal((batch, lengths[graph.size(node)]))
        positive = state in POSITIVE.get(name, ())
        initial[state] = (1 + np.abs(value) if positive else value).astype(dtype)
    for line, node in graph.lines.items():
        weights[line] = g.standard_normal((time, batch, lengths[graph.size(node)])).astype(dtype)
    return Case(net, x, initial, weights)
