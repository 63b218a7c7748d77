"""Cells that nobody thought of: random equations, compiled and compared with complex steps.

Each cell has one to three states, two to six lines, matrix products of inputs, states and earlier
lines (so several stages), vectors, numbers, and any function that keeps values in range.
"""

import ast
import linecache

import cases
import numpy as np
import pytest
import reference

import workbench as wb
from workbench import functions
from workbench.equations.stages import Layout, Plan
from workbench.targets import cpu

FUNCTIONS = ["sigmoid", "tanh", "softsign", "hard_sigmoid", "elu"]
FUNCTIONS += ["relu", "leaky_relu", "abs", "softplus"]
TOLERANCE = 1e-12


class Writer:
    """Writes the source of one random cell."""

    def __init__(self, seed):
        self.g = np.random.default_rng(seed)
        self.states = ["h", "c", "s"][: self.g.integers(1, 4)]
        self.known = list(self.states)
        self.count = 0

    def pick(self, choices):
        return choices[self.g.integers(0, len(choices))]

    def product(self):
        self.count += 1
        if self.g.random() < 0.4:
            return f"(W.p{self.count} @ x)"
        operand = self.pick(self.known)
        if self.g.random() < 0.3:
            operand = f"({operand} * {self.pick(self.known)})"
        return f"(U.p{self.count} @ {operand})"

    def term(self, depth):
        kind = self.g.random()
        if kind < 0.35 or depth > 2:
            return self.product() if kind < 0.2 else self.pick(self.known)
        if kind < 0.45:
            self.count += 1
            return f"b.v{self.count}"
        if kind < 0.55:
            return self.pick(["rate", "0.3", "(1 - rate)"])
        if kind < 0.75:
            return f"{self.pick(FUNCTIONS)}({self.expression(depth + 1)})"
        if kind < 0.85:
            pair = f"{self.expression(depth + 1)}, {self.pick(self.known)}"
            return f"{self.pick(['maximum', 'minimum'])}({pair})"
        return f"({self.expression(depth + 1)})"

    def expression(self, depth=0):
        text = self.term(depth)
        for _ in range(self.g.integers(0, 3)):
            other = self.term(depth + 1)
            text = self.pick(
                [f"{text} + {other}", f"{text} - {other}", f"{text} * {other}", f"-{text}",
                 f"{text} / (1 + abs({other}))", f"({text})**2 * 0.1"]
            )  # fmt: skip
        return text

    def source(self):
        lines = []
        for k in range(self.g.integers(1, 4)):
            lines.append(f"a{k} = tanh({self.product()} + {self.expression()})")
            self.known.append(f"a{k}")
        lines += [f"{s} = tanh({self.product()} + {self.expression()})" for s in self.states]
        body = "".join(f"    {line}\n" for line in lines)
        returned = ", ".join(self.states)
        return f"def f(x, {returned}, W, U, b, *, rate=0.4):\n{body}    return {returned}\n"


def random_cell(seed):
    source, file = Writer(seed).source(), f"<random cell {seed}>"
    linecache.cache[file] = len(source), None, source.splitlines(True), file
    scope = {**functions.FUNCTIONS}
    exec(compile(source, file, "exec"), scope)
    return source, wb.cell(scope["f"])


def check(seed, monkeypatch, device="cpu"):
    source, cell = random_cell(seed)
    monkeypatch.setitem(cases.CELLS, f"random {seed}", cell)
    c = cases.case(f"random {seed}", seed, time=6, batch=2)
    c.net.device = device
    trace = c.run()
    plain = {name: a[None, None] for name, a in c.net.parameters.items()}
    record = reference.run(cell, plain, c.x[:, None], {s: a[None] for s, a in c.initial.items()})
    for line in trace.names:
        assert np.abs(trace[line] - record[line][:, 0]).max() <= TOLERANCE, (line, source)
    gradients = trace.bptt(c.weights)
    d = {name: np.random.default_rng(seed).standard_normal(a.shape) for name, a in plain.items()}
    stepped = {name: a + 1j * reference.STEP * d[name] for name, a in plain.items()}
    d_x = np.random.default_rng(seed + 1).standard_normal(c.x.shape)
    record = reference.run(
        cell, stepped, (c.x + 1j * reference.STEP * d_x)[:, None],
        {s: a[None] for s, a in c.initial.items()},
    )  # fmt: skip
    exact = (reference.loss(record, c.weights).imag / reference.STEP).item()
    parts = [(gradients.parameters[n] * d[n][0, 0]).sum() for n in d] + [(gradients.x * d_x).sum()]
    scale = max(1, *(np.abs(g).max() for g in gradients.parameters.values()))
    assert abs(sum(parts) - exact) <= 1e-11 * scale, source
    check_last_jacobian(c, trace, plain, source)


def check_last_jacobian(c, trace, plain, source):
    """One step from the last but one state, each pushed along its imaginary axis in turn."""
    at = {s: trace[s][-2][None] for s in c.initial}
    ends = np.cumsum([a.shape[-1] for a in at.values()])
    total = ends[-1]
    pushes = np.split(1j * reference.STEP * np.eye(total)[:, None], ends[:-1], axis=-1)
    before = {s: a + push for (s, a), push in zip(at.items(), pushes, strict=True)}
    record = reference.run(c.net.cell, plain, c.x[-1:, None], before)
    after = [np.broadcast_to(record[s][-1], (total, *a.shape[1:])) for s, a in at.items()]
    exact = np.concatenate(after, axis=-1).imag.transpose(1, 2, 0) / reference.STEP
    assert np.abs(trace.jacobian()[-1] - exact).max() <= 1e-11, source


@pytest.mark.parametrize("seed", range(8))
def test_random_equations_and_their_gradients(seed, monkeypatch):
    check(seed, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8, 108))
def test_more_random_equations_and_their_gradients(seed, monkeypatch):
    check(seed, monkeypatch)


def test_what_is_written_for_random_equations_is_python():
    for seed in range(60):
        _, cell = random_cell(seed)
        plan = Plan(cell.graph, Layout.of(cell.graph), "all")
        for kernel in cpu.KERNELS:
            ast.parse(cpu.source(plan, kernel, "float64"))
