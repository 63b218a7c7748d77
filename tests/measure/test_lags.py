import numpy as np
import pytest

import workbench as wb
from workbench.measure import gradient_reach, lag_contributions

from .equations import STEP, network, sequence, walk


def parts_by_hand(net, x, at):
    """dL/dU of an Elman network, step by step: the outer product of each step's error and h."""
    h, u = net.run(x).h, net.parameters["U"]
    before = np.vstack([np.zeros((1, h.shape[1])), h])
    d, parts = np.full(h.shape[1], 1 / np.sqrt(h.shape[1])), np.zeros((len(x), *u.shape))
    for k in range(at, -1, -1):
        error = (1 - h[k] ** 2) * d
        parts[k] = np.outer(error, before[k])
        d = u.T @ error
    return parts


def test_the_parts_of_an_elman_network_are_those_worked_out_by_hand():
    net, x = network("elman"), sequence(10)
    found, parts = lag_contributions(net.run(x), "U", at=7), parts_by_hand(net, x, 7)
    wanted = np.linalg.norm(parts, axis=(1, 2))
    np.testing.assert_allclose(found.norms, wanted, rtol=1e-12)
    np.testing.assert_allclose(found.whole, np.linalg.norm(parts.sum(axis=0)), rtol=1e-12)
    assert (found.parameter, found.at) == ("U", 7)
    back = wanted[7::-1]
    for lags in range(1, 9):
        share = back[:lags].sum() / back.sum()
        np.testing.assert_allclose(found.share(lags), share, rtol=1e-12)
    assert found.shares[-1] == 1


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_whole_is_the_derivative_of_the_loss_by_the_parameter(cell):
    net, x = network(cell), sequence(6)
    name = "U.f" if cell == "lstm" else "U.n"
    found = lag_contributions(net.run(x), name).whole
    values = net.parameters[name]
    gradient = np.zeros_like(values)
    for place in np.ndindex(values.shape):
        moved = values.astype(complex)
        moved[place] += 1j * STEP
        output = walk(net, x, [np.zeros(4) for _ in net.cell.states], {name: moved})[0]
        gradient[place] = output.sum().imag / np.sqrt(4) / STEP
    np.testing.assert_allclose(found, np.linalg.norm(gradient), rtol=1e-12)


def test_parts_far_below_the_square_root_of_the_least_number_are_not_lost():
    net = wb.Recurrent("elman", 1, 4, activation="identity", start={"U": "orthogonal"})
    net.parameters["U"] = 1e-2 * net.parameters["U"]
    lags = lag_contributions(net.run(np.ones((130, 1))), "U")
    first = gradient_reach(net, np.ones((130, 1))).total[10]
    assert 0 < first < 1e-230
    assert 0 < lags.norms[10] < 1e-230


def test_a_row_of_a_batch_adds_what_it_adds_alone():
    net, x = network("gru"), sequence(7, batch=3)
    together, alone = net.run(x), net.run(x[:, 1])
    for name in ("U.n", "b.z"):
        found, wanted = lag_contributions(together, name, 5, 1), lag_contributions(alone, name, 5)
        np.testing.assert_allclose(found.norms, wanted.norms, rtol=1e-12)
        np.testing.assert_allclose(found.whole, wanted.whole, rtol=1e-12)


def test_where_nothing_is_added_there_are_no_shares():
    lags = lag_contributions(wb.Recurrent("elman", 1, 3).run(np.ones((4, 1))), "U", at=0)
    assert lags.whole == 0
    assert np.isnan(lags.shares).all()


def test_wrong_arguments_are_refused_in_one_line():
    trace = network("elman").run(sequence(5))
    with pytest.raises(ValueError, match="parameter: expected one of W, U, b, got 'V'"):
        lag_contributions(trace, "V")
    with pytest.raises(ValueError, match=r"lags: expected 1\.\.5, got 6"):
        lag_contributions(trace, "U").share(6)
    with pytest.raises(ValueError, match=r"at: expected 0\.\.4, got 9"):
        lag_contributions(trace, "U", at=9)
