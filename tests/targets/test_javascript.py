"""The written JavaScript beside the CPU kernels: every line, every gradient, in Node.js."""

import numpy as np
import pytest
from cases import CELLS, NAMES, case, generator
from test_random_cells import random_cell
from written import compare, expected, in_node, job

import workbench as wb


@pytest.mark.browser
def test_every_cell_gives_what_the_kernels_give(node):
    made = {name: [case(name, ("page", k)) for k in range(8)] for name in NAMES}
    groups = [(CELLS[name], [job(c) for c in own]) for name, own in made.items()]
    for (name, own), group in zip(made.items(), in_node(node, groups), strict=True):
        for k, (c, got) in enumerate(zip(own, group, strict=True)):
            compare(got, expected(c), (name, k))


@pytest.mark.browser
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
    for (name, c, mask, clamps), got in zip(made, in_node(node, groups), strict=True):
        compare(got[0], expected(c, 1, mask=mask), (name, "mask"), mask[:, 1])
        compare(got[1], expected(c, 1, clamp=clamps, truncate=4), (name, "clamp"))


@pytest.mark.browser
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
    for seed, (c, got) in enumerate(zip(made, in_node(node, groups), strict=True)):
        compare(got[0], expected(c), (seed,))


@pytest.mark.browser
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
    for c, got in zip(made, in_node(node, groups), strict=True):
        compare(got[0], expected(c))


@pytest.mark.browser
def test_not_a_number_and_infinity_arise_where_they_do_in_the_kernels(node):
    c = case("lstm", "broken", time=6, batch=1)
    infinite = c.net.parameters["W.f"].copy()
    infinite[0, 0] = np.inf
    c.net.parameters["W.f"] = infinite
    c.x[2, 0, 0] = 0.0  # infinity times 0 is not a number
    (got,) = in_node(node, [(c.net.cell, [job(c)])])[0]
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
