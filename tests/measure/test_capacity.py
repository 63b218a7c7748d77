import numpy as np
import pytest

import workbench as wb
from workbench.measure import memory_capacity

from .equations import network


def ring(units, radius, open_at=None):
    """A linear reservoir in which each unit hands its value to the next, times `radius`."""
    net = wb.Recurrent("elman", 1, units, activation="identity", start={"b": 0.0})
    u = radius * np.roll(np.eye(units), 1, axis=0)
    if open_at is not None:
        u[open_at] = 0
    net.parameters["U"] = u
    net.parameters["W"] = np.eye(units)[:, :1]
    return net


def test_a_delay_line_holds_exactly_the_inputs_that_are_still_on_it():
    found = memory_capacity(ring(8, 1.0, open_at=0))
    np.testing.assert_allclose(found.by_delay[:7], 1, atol=1e-9)
    assert found.by_delay[7:].max() < 0.01
    assert len(found.by_delay) == 16
    assert found.units == 8


@pytest.mark.parametrize(("units", "radius"), [(10, 0.95), (6, 0.9)])
def test_a_linear_ring_has_the_capacity_of_rodan_and_tino(units, radius):
    """Unit i sums the inputs i + jN steps ago, weighted r^(i + jN): of its variance the share
    r^(2jN) (1 - r^2N) is that of delay i + jN. All delays from 1 on add up to N - 1 + r^2N
    (Rodan and Tino 2011, Minimum complexity echo state network)."""
    found = memory_capacity(ring(units, radius), 8 * units, steps=20_000)
    turns = np.arange(1, 8 * units + 1) // units
    wanted = radius ** (2 * units * turns) * (1 - radius ** (2 * units))
    # The standard error of a squared correlation of 20,000 pairs is at most 0.77 / sqrt(20,000).
    np.testing.assert_allclose(found.by_delay, wanted, atol=4 * 0.77 / np.sqrt(20_000))
    np.testing.assert_allclose(found.total, units - 1 + radius ** (2 * units), atol=0.1)


def test_what_was_learnt_by_heart_does_not_count():
    found = memory_capacity(network("elman", hidden=60, inputs=1, strength=0.1), 300, steps=120)
    assert found.by_delay[150:].mean() < 0.02


def test_the_seed_draws_the_input():
    net = wb.Reservoir(1, 20, density=0.3)
    one, same, other = (memory_capacity(net, 10, steps=200, seed=s).by_delay for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_units_that_never_move_have_no_capacity():
    net = wb.Recurrent("elman", 1, 3, start={"W": 0.0})
    assert memory_capacity(net, 4, steps=50).total == 0


def test_wrong_arguments_are_refused_in_one_line():
    net = wb.Reservoir(1, 5, density=1.0)
    for call, message in [
        (lambda: memory_capacity(network("gru")), "reservoir: expected 1 input, got 2"),
        (lambda: memory_capacity("leaky"), "reservoir: expected a Recurrent, got str"),
        (lambda: memory_capacity(net, 0), "delays: expected a whole number of at least 1, got 0"),
        (lambda: memory_capacity(net, steps=1), "steps: expected a whole number of at least 2, g"),
        (lambda: memory_capacity(net, washout=-1), "washout: expected a whole number of at least"),
        (lambda: memory_capacity(net, ridge=-1.0), "ridge: expected a finite number of at least 0"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            call()
        assert str(caught.value).startswith(message)
