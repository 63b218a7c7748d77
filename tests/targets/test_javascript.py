"""The written JavaScript beside the CPU kernels: every line, every gradient, in Node.js."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from cases import CELLS, NAMES, case, generator
from test_random_cells import random_cell

import workbench as wb

DRIVER = Path(__file__).parent / "answer.js"
TOLERANCE = 1e-11  # of the largest entry of an array; the order of sums differs
pytestmark = pytest.mark.browser


def hexadecimal(array):
    return np.ascontiguousarray(array, np.float64).tobytes().hex()


def job(c, row=0, mask=None, clamps=None, cut=None):
    """One sequence of a case, as the driver takes it."""
    clamps = clamps or {}
    return {
        "sizes": c.net.lengths,
        "parameters": {name: hexadecimal(a) for name, a in c.net.parameters.items()},
        "numbers": {n: v for n, v in c.net.cell.hyper.items() if isinstance(v, float)},
        "x": hexadecimal(c.x[:, row]),
        "mask": None if mask is None else mask[:, row].astype(int).tolist(),
        "clamps": {name: hexadecimal(a[:, row]) for name, a in clamps.items()},
        "start": {name: hexadecimal(a[row]) for name, a in c.initial.items()},
        "given": {name: hexadecimal(a[:, row]) for name, a in c.weights.items()},
        "cut": None if cut is None else cut.astype(int).tolist(),
    }


def answers(node, groups):
    """[(cell, [job])] -> for each cell its answers, arrays of float64 in place of text."""
    text = json.dumps([{"source": c.source("module", "javascript"), "jobs": j} for c, j in groups])
    done = subprocess.run([node, DRIVER], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [[arrays(each) for each in group] for group in json.loads(done.stdout)]


def arrays(value):
    if isinstance(value, dict):
        return {name: arrays(each) for name, each in value.items()}
    return np.frombuffer(bytes.fromhex(value), np.float64)


def expected(c, row=0, **options):
    """The same answer from the CPU kernels, for a batch of that row alone."""
    run = {name: value for name, value in options.items() if name != "truncate"}
    own = {name: a[row : row + 1] for name, a in c.initial.items()}
    cut_row = {name: a[:, row : row + 1] for name, a in run.pop("clamp", {}).items()}
    mask = run.pop("mask", None)
    mask = None if mask is None else mask[:, row : row + 1]
    trace = c.net.run(c.x[:, row : row + 1], own, mask=mask, clamp=cut_row)
    weights = {name: a[:, row : row + 1] for name, a in c.weights.items()}
    gradients = trace.bptt(weights, truncate=options.get("truncate"))
    return {
        "lines": {name: trace[name] for name in trace.names},
        "totals": {name: gradients[name] for name in gradients.names},
        "carried": gradients.carried,
        "initial": gradients.initial,
        "parameters": gradients.parameters,
        "by_step": {name: gradients.by_step(name) for name in c.net.parameters},
        "x": gradients.x,
        "jacobian": trace.jacobian(),
    }


def compare(got, wanted, where=(), mask=None):
    """Arrays of an answer against the kernels'. Masked steps of a line are not compared."""
    if isinstance(wanted, dict):
        assert set(got) == set(wanted), where
        for name, value in wanted.items():
            compare(got[name], value, (*where, name), mask)
        return
    got = got.reshape(wanted.shape)
    if mask is not None and where[-2] == "lines":
        got, wanted = got[mask], wanted[mask]
    scale = max(1.0, float(np.abs(wanted).max(initial=0)))
    assert np.abs(got - wanted).max(initial=0) <= TOLERANCE * scale, where


def test_every_cell_gives_what_the_kernels_give(node):
    made = {name: [case(name, ("page", k)) for k in range(8)] for name in NAMES}
    groups = [(CELLS[name], [job(c) for c in own]) for name, own in made.items()]
    for (name, own), group in zip(made.items(), answers(node, groups), strict=True):
        for k, (c, got) in enumerate(zip(own, group, strict=True)):
            compare(got, expected(c), (name, k))


def test_masks_clamps_and_cuts_do_what_they_do_in_the_kernels(node):
    made, groups = [], []
    for name in NAMES:
        c = case(name, "page options", time=9, batch=2)
        g = generator(name, "mask")
        mask = g.random((9, 2)) > 0.3
        line = c.net.cell.lines[g.integers(0, len(c.net.cell.lines))]
        clamps = {line: c.weights[line] * 0.5 + 1}
        cut = (np.arange(9) % 4 == 0) & (np.arange(9) > 0)
        made.append((name, c, mask, clamps))
        groups.append((CELLS[name], [job(c, 1, mask=mask), job(c, 1, clamps=clamps, cut=cut)]))
    for (name, c, mask, clamps), got in zip(made, answers(node, groups), strict=True):
        compare(got[0], expected(c, 1, mask=mask), (name, "mask"), mask[:, 1])
        compare(got[1], expected(c, 1, clamp=clamps, truncate=4), (name, "clamp"))


def test_cells_that_nobody_thought_of(node):
    made = []
    for seed in range(20):
        _, cell = random_cell(seed)
        net = wb.Recurrent(cell, 3, 4, seed=seed)
        g = np.random.default_rng(seed)
        x = g.standard_normal((12, 1, 3))
        given = {name: g.standard_normal((12, 1, 4)) for name in cell.lines}
        start = {name: 0.5 * g.standard_normal((1, 4)) for name in cell.states}
        made.append(type("Case", (), dict(net=net, x=x, weights=given, initial=start)))
    groups = [(c.net.cell, [job(c)]) for c in made]
    for seed, (c, got) in enumerate(zip(made, answers(node, groups), strict=True)):
        compare(got[0], expected(c), (seed,))


def test_activations_that_are_chosen_and_numbers_that_are_changed(node):
    elman = wb.cells.get("elman").choose(activation="relu")
    leaky = wb.cells.get("leaky").choose(leak_rate=0.25)
    groups, made = [], []
    for cell in (elman, leaky):
        g = np.random.default_rng(3)
        net = wb.Recurrent(cell, 2, 5, seed=1)
        c = type("Case", (), dict(net=net, x=g.standard_normal((7, 1, 2)), initial={}))
        c.weights = {"h": g.standard_normal((7, 1, 5))}
        made.append(c)
        groups.append((cell, [job(c)]))
    for c, got in zip(made, answers(node, groups), strict=True):
        compare(got[0], expected(c))


def test_not_a_number_and_infinity_arise_where_they_do_in_the_kernels(node):
    c = case("lstm", "broken", time=6, batch=1)
    infinite = c.net.parameters["W.f"].copy()
    infinite[0, 0] = np.inf
    c.net.parameters["W.f"] = infinite
    c.x[2, 0, 0] = 0.0  # infinity times 0 is not a number
    (got,) = answers(node, [(c.net.cell, [job(c)])])[0]
    wanted = expected(c)["lines"]
    assert np.isnan(wanted["f"]).any()
    for name, line in wanted.items():
        np.testing.assert_allclose(got["lines"][name].reshape(line.shape), line, rtol=1e-11)


def test_a_module_is_one_text_without_imports():
    for cell in CELLS.values():
        text = cell.source("module", "javascript")
        assert "import " not in text.replace("important", "")
        for kernel in ("forward", "backward", "jacobian"):
            assert f"export function {kernel}(" in text
            assert f"export function {kernel}(" in cell.source(kernel, "javascript")


def test_an_unknown_kernel_is_refused():
    with pytest.raises(ValueError, match=r"kernel: expected module, forward.*got 'sideways'"):
        wb.cells.get("gru").source("sideways", "javascript")
