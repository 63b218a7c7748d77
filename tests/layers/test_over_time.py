"""Last, MeanOverTime and Repeat beside loops over rows."""

import numpy as np
import pytest

import workbench as wb

from .networks import cell, masks

X = np.random.default_rng(0).standard_normal((6, 3, 2))
D = np.random.default_rng(1).standard_normal((3, 2))
NOTHING = np.arange(6)[:, None] < [6, 0, 2]
MASKS = {"whole": np.ones((6, 3), bool)} | masks() | {"a row without a real step": NOTHING}


@pytest.mark.parametrize("name", MASKS)
def test_last_is_the_last_real_step_of_each_row(name):
    mask = MASKS[name]
    run = wb.Network(wb.Last()).run(X, mask=mask)
    expected, d_x = np.zeros((3, 2)), np.zeros_like(X)
    for row in range(3):
        steps = [t for t in range(6) if mask[t, row]]
        if steps:
            expected[row] = X[steps[-1], row]
            d_x[steps[-1], row] = D[row]
    assert np.array_equal(run.output, expected)
    assert np.array_equal(run.backward(D).x, d_x)
    assert run.mask is None


@pytest.mark.parametrize("name", MASKS)
def test_mean_over_time_counts_real_steps_only(name):
    mask = MASKS[name]
    run = wb.Network(wb.MeanOverTime()).run(np.where(mask[..., None], X, 1e6), mask=mask)
    expected, d_x = np.zeros((3, 2)), np.zeros_like(X)
    for row in range(3):
        steps = [t for t in range(6) if mask[t, row]]
        for t in steps:
            expected[row] += X[t, row] / len(steps)
            d_x[t, row] = D[row] / len(steps)
    assert np.allclose(run.output, expected, rtol=0, atol=1e-15)
    assert np.allclose(run.backward(D).x, d_x, rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", MASKS)
def test_units_read_backwards_are_taken_at_the_first_real_step(name):
    mask = MASKS[name]
    both = wb.Bidirectional(cell("gru", 2, 3))
    y = wb.Network(both).run(X, mask=mask).output
    last = wb.Network(both, wb.Last()).run(X, mask=mask).output
    for row in range(3):
        steps = [t for t in range(6) if mask[t, row]]
        expected = np.zeros(6)
        if steps:
            expected[:3], expected[3:] = y[steps[-1], row, :3], y[steps[0], row, 3:]
        assert np.array_equal(last[row], expected)


BEHIND = {
    "sum": lambda: [wb.Bidirectional(cell("gru", 2, 3), merge="sum")],
    "dense": lambda: [wb.Bidirectional(cell("gru", 2, 3)), wb.Dense(6, 4)],
    "layer norm": lambda: [wb.Bidirectional(cell("gru", 2, 3)), wb.LayerNorm(6)],
    "in a network": lambda: [wb.Network(wb.Bidirectional(cell("gru", 2, 3)), wb.Dense(6, 4))],
}


@pytest.mark.parametrize("name", BEHIND)
def test_last_refuses_units_made_of_both_directions(name):
    with pytest.raises(ValueError, match=r"last_1: x: expected units of one direction.*ends=True"):
        wb.Network(*BEHIND[name](), wb.Last()).run(X)
    assert wb.Network(*BEHIND[name](), wb.MeanOverTime()).run(X).output.shape[0] == 3


def test_a_recurrent_layer_over_both_directions_reads_forward_again():
    model = wb.Network(wb.Bidirectional(cell("gru", 2, 3)), cell("lstm", 6, 4), wb.Last())
    run = model.run(X, mask=MASKS["post"])
    assert np.array_equal(run.output, run.final["lstm_1"]["h"])


@pytest.mark.parametrize("first_only", [False, True])
def test_repeat_enters_at_every_step_or_at_the_first(first_only):
    run = wb.Network(wb.Last(), wb.Repeat(4, first_only=first_only)).run(X)
    expected = np.zeros((4, 3, 2))
    for t in range(1 if first_only else 4):
        expected[t] = X[-1]
    assert np.array_equal(run.output, expected)
    d = np.random.default_rng(2).standard_normal((4, 3, 2))
    d_last = d[0] if first_only else d[0] + d[1] + d[2] + d[3]
    assert np.allclose(run.backward(d).x[-1], d_last, rtol=0, atol=1e-15)
    assert (run.backward(d).x[:-1] == 0).all()
