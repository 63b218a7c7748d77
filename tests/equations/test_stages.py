"""What a plan says of products: which have one adjoint between them, and which have not."""

import numpy as np
import pytest

import workbench as wb
from workbench import cells
from workbench.equations.stages import Layout, Plan
from workbench.functions import tanh


@wb.cell
def one_read_twice(x, h, W, U, b):
    a = W @ x
    h = tanh(a + U @ h + b) + 0.1 * a
    return h


@wb.cell
def subtracted(x, h, W, U):
    h = tanh(W @ x - U @ h)
    return h


@wb.cell
def one_gate_of_two(x, h, W, U):
    z = tanh(W.z @ x + U.z @ h)
    h = tanh(W.h @ x + z * (U.h @ h))
    return h


def twins(cell):
    plan = Plan(cell.graph, Layout.of(cell.graph), "all")
    return [(p.name, plan.twins[id(p)].name) for p in plan.products if id(p) in plan.twins]


@pytest.mark.parametrize(("name", "found"), [
    ("elman", [("U_h", "W_x")]), ("lstm", [("U_h", "W_x")]), ("jordan", [("U_y", "W_x")]),
    ("gru_reset_after", []), ("gru", []), ("indrnn", []),
])  # fmt: skip
def test_products_that_are_only_added_to_each_other_are_twins(name, found):
    assert twins(cells.get(name)) == found


@pytest.mark.parametrize("cell", [one_read_twice, subtracted, one_gate_of_two])
def test_others_are_not(cell):
    assert twins(cell) == []


@pytest.mark.parametrize("cell", ["lstm", one_read_twice, subtracted, one_gate_of_two])
def test_what_each_product_gives_its_matrix_is_the_gradient(cell):
    net = wb.Recurrent(cell, 3, 4, seed=1)
    rng = np.random.default_rng(1)
    x, d_h = rng.standard_normal((5, 2, 3)), rng.standard_normal((5, 2, 4))
    gradients = net.run(x).bptt(d_h)
    for name, gradient in gradients.parameters.items():
        before = np.array(net.parameters[name])
        direction = rng.standard_normal(before.shape)
        sides = []
        for step in (1e-6, -1e-6):
            net.parameters[name] = before + step * direction
            sides.append((net.run(x).h * d_h).sum())
        net.parameters[name] = before
        assert (gradient * direction).sum() == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-6)
        assert np.allclose(gradients.by_step(name, full=True).sum(axis=0), gradient, atol=1e-12)
