"""Bidirectional beside two plain networks, one of which is given the sequence from its end."""

import numpy as np
import pytest

import workbench as wb

from .networks import cell, masks, stirred

X = np.random.default_rng(0).standard_normal((6, 3, 2))
MERGED = {
    "concat": lambda f, b: np.concatenate([f, b], axis=-1),
    "sum": lambda f, b: f + b,
    "mean": lambda f, b: 0.5 * (f + b),
    "product": lambda f, b: f * b,
}
MASKS = {"whole": np.ones((6, 3), bool)} | masks()


def two(seed=7):
    """Two plain networks with random weights, as forward and backward."""
    nets = cell("gru", 2, 3, seed=1), cell("gru", 2, 3, seed=2)
    stirred(wb.Network(wb.Bidirectional(*nets)), seed)
    return nets


def rows_by_hand(nets, mask):
    """For each row: its real steps, and both states at each of them."""
    for row in range(3):
        steps = np.flatnonzero(mask[:, row])
        x = X[steps, row]
        yield row, steps, nets[0].run(x).h, nets[1].run(x[::-1]).h[::-1]


@pytest.mark.parametrize("padding", MASKS)
@pytest.mark.parametrize("merge", MERGED)
def test_each_step_knows_the_past_and_the_future(merge, padding):
    nets, mask = two(), MASKS[padding]
    y = wb.Network(wb.Bidirectional(*nets, merge=merge)).run(X, mask=mask).output
    expected = np.zeros_like(y)
    for row, steps, forward, backward in rows_by_hand(nets, mask):
        expected[steps, row] = MERGED[merge](forward, backward)
    assert np.allclose(y, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("padding", MASKS)
@pytest.mark.parametrize("merge", MERGED)
def test_ends_are_what_each_direction_knows_when_it_has_read_all(merge, padding):
    nets, mask = two(), MASKS[padding]
    run = wb.Network(wb.Bidirectional(*nets, merge=merge, ends=True)).run(X, mask=mask)
    for row, _, forward, backward in rows_by_hand(nets, mask):
        expected = MERGED[merge](forward[-1], backward[0])
        assert np.allclose(run.output[row], expected, rtol=0, atol=1e-14)


def test_the_naive_last_step_is_not_what_last_gives():
    nets, mask = two(), MASKS["post"]
    both = wb.Bidirectional(*nets)
    naive = wb.Network(both).run(X, mask=mask).output[-1]
    last = wb.Network(both, wb.Last()).run(X, mask=mask).output
    ends = wb.Network(wb.Bidirectional(*nets, ends=True)).run(X, mask=mask).output
    assert np.array_equal(last, ends)
    # Row 0 has no padding: its forward half is right, its backward half has read one step.
    assert np.array_equal(naive[0, :3], last[0, :3])
    assert np.abs(naive[0, 3:] - last[0, 3:]).max() > 0.01
    # The others are padded: the naive line reads zeros.
    assert (naive[1:] == 0).all()
    assert np.abs(last[1:]).max() > 0.01


def test_traces_and_last_states_have_the_names_of_the_directions():
    nets = two()
    run = wb.Network(wb.Bidirectional(*nets)).run(X)
    assert set(run.traces) == {"bidirectional_1.forward", "bidirectional_1.backward"}
    backward = run["bidirectional_1.backward"]
    assert np.array_equal(backward["z"], nets[1].run(X[::-1])["z"])
    assert np.array_equal(run.final["bidirectional_1.backward"]["h"], backward.h[-1])
    gradients = run.backward(np.ones_like(run.output))
    assert gradients["bidirectional_1.backward"]["z"].shape == (6, 3, 3)


def test_a_direction_that_is_not_given_is_drawn_from_the_next_seed():
    forward = wb.Recurrent("leaky", 2, 3, seed=4, leak_rate=0.2, start={"U": "identity"})
    model = wb.Network(wb.Bidirectional(forward))
    twin = wb.Recurrent("leaky", 2, 3, seed=5, leak_rate=0.2, start={"U": "identity"})
    for name, array in twin.parameters.items():
        assert np.array_equal(model.parameters[f"bidirectional_1.backward.{name}"], array)
    assert np.array_equal(model.run(X).output[..., 3:], twin.run(X[::-1]).h[::-1])


def test_reservoirs_and_dropout_read_in_both_directions():
    fixed = wb.Network(wb.Bidirectional(wb.Reservoir(2, 8, density=0.5)))
    assert not fixed.run(X).backward(np.ones((6, 3, 16))).parameters
    p = fixed.parameters
    assert abs(np.abs(np.linalg.eigvals(p["bidirectional_1.backward.U"])).max() - 0.9) < 1e-12
    assert not np.array_equal(p["bidirectional_1.backward.U"], p["bidirectional_1.forward.U"])
    dropping = wb.Network(wb.Bidirectional(wb.RecurrentDropout(cell("gru", 2, 3), 0.5)))
    run = dropping.run(X, training=True)
    assert run["bidirectional_1.forward"]["kept"].shape == (6, 3, 3)
    assert run["bidirectional_1.backward"]["kept"].shape == (6, 3, 3)
