import numpy as np
import pytest

import workbench as wb
from workbench.measure import gradient_reach

from .equations import STEP, network, sequence, states_at, walk

CELLS = ["elman", "lstm", "lstm_peephole", "gru", "gru_reset_after", "slstm", "jordan"]


def along_own_path(net, x, trace, at, k, state):
    """dL/d(state_k) with the other states at k held, by complex steps through the equations."""
    found = []
    position = net.cell.states.index(state)
    for unit in np.eye(trace[state].shape[-1]):
        start = states_at(net, trace, k)
        start[position] = start[position] + 1j * STEP * unit
        output = walk(net, x[k + 1 : at + 1], start)[0]
        found.append(output.sum().imag / np.sqrt(len(output)) / STEP)
    return np.array(found)


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_carried_along_each_state_is_its_derivative_with_the_others_held(cell):
    net, x = network(cell), sequence(9)
    start = {"state": {"n": np.full(4, 0.8)}} if cell == "slstm" else {}
    trace = net.run(x, **start)
    reach = gradient_reach(trace, at=7)
    for state in net.cell.states:
        wanted = [np.linalg.norm(along_own_path(net, x, trace, 7, k, state)) for k in range(8)] + [
            0
        ]
        np.testing.assert_allclose(reach.carried[state], wanted, rtol=1e-12, atol=1e-15)


def test_the_total_of_an_elman_network_is_the_product_of_its_own_jacobians():
    net, x = network("elman", hidden=5), sequence(12)
    h, u = net.run(x).h, net.parameters["U"]
    d, wanted = np.full(5, 1 / np.sqrt(5)), np.zeros(12)
    for k in range(9, -1, -1):
        wanted[k] = np.linalg.norm(d)
        d = u.T @ ((1 - h[k] ** 2) * d)
    reach = gradient_reach(net, x, at=9)
    np.testing.assert_allclose(reach.total, wanted, rtol=1e-13)
    np.testing.assert_array_equal(reach.total, reach.carried["h"])
    np.testing.assert_array_equal(reach.together, reach.total)


def test_the_loss_has_norm_1_in_the_output_and_nothing_comes_after_it():
    reach = gradient_reach(network("lstm"), sequence(10), at=6)
    assert reach.total[6] == pytest.approx(1, abs=1e-15)
    assert (reach.carried["h"][6], reach.carried["c"][6]) == (1, 0)
    for norms in (reach.total, reach.together, *reach.carried.values()):
        assert norms.shape == (10,)
        assert (norms[7:] == 0).all()
        assert (norms[:7] > 0).sum() >= 6
    wanted = np.hypot(reach.carried["h"], reach.carried["c"])
    np.testing.assert_allclose(reach.together, wanted, rtol=1e-14)


def test_behind_an_open_forget_gate_the_path_of_c_loses_nothing_and_that_of_h_has_nothing():
    net = wb.Recurrent("lstm", 2, 8, start={"U": 0.0})
    reach = gradient_reach(net.run(sequence(60), clamp={"f": 1.0}), at=58)
    assert (reach.carried["h"][:58] == 0).all()
    assert reach.carried["c"][0] > 0.1
    np.testing.assert_allclose(reach.carried["c"][:58], reach.carried["c"][0], rtol=1e-14)


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_row_of_a_batch_is_measured_as_if_it_were_alone(batch_first):
    net, x = network("gru"), sequence(8, batch=3)
    given = x.swapaxes(0, 1) if batch_first else x
    reach = gradient_reach(net.run(given, batch_first=batch_first), batch=2)
    alone = gradient_reach(net, x[:, 2])
    np.testing.assert_allclose(reach.total, alone.total, rtol=1e-13)
    with pytest.raises(ValueError, match=r"batch: expected 0\.\.2, got 3"):
        gradient_reach(net.run(given, batch_first=batch_first), batch=3)


def test_the_last_real_step_is_the_default_and_masked_steps_pass_the_gradient_on():
    net, x = network("lstm"), sequence(9, batch=2)
    mask = np.ones((9, 2), bool)
    mask[[3, 7, 8], 1] = False
    trace = net.run(x, mask=mask)
    reach, alone = gradient_reach(trace, batch=1), gradient_reach(net, x[mask[:, 1], 1])
    assert (reach.at, gradient_reach(trace).at) == (6, 8)
    np.testing.assert_allclose(reach.total[mask[:, 1]], alone.total, rtol=1e-13)
    assert reach.total[3] == 0
    np.testing.assert_allclose(reach.carried["c"][3], reach.carried["c"][2], rtol=1e-15)
    with pytest.raises(ValueError, match="at: expected a step that is not masked, got 7"):
        gradient_reach(trace, at=7, batch=1)


def test_the_arrays_cannot_be_written():
    reach = gradient_reach(network("gru"), sequence(5))
    for norms in (reach.total, reach.together, reach.carried["h"]):
        with pytest.raises(ValueError, match="read-only"):
            norms[0] = 1


def test_wrong_arguments_are_refused_in_one_line():
    net, x = network("gru"), sequence(5)
    for arguments, options, message in [
        ((net,), {}, "x: expected the input of the network, got None"),
        ((net.run(x), x), {}, "x: expected nothing beside a trace, got an input"),
        ((net, x), {"at": 5}, "at: expected 0..4, got 5"),
        ((net, x), {"at": -1}, "at: expected 0..4, got -1"),
        ((net, x), {"batch": 1}, "batch: expected 0, got 1"),
        (
            (net.run(x, lengths=[0]),),
            {},
            "batch: expected a row with a real step, got 0, masked throughout",
        ),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            gradient_reach(*arguments, **options)
        assert str(caught.value) == message
