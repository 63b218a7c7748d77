"""What each cell is known for: where two papers' equations meet, they give the same numbers."""

import inspect
from pathlib import Path

import numpy as np
import pytest

import workbench as wb

X = np.random.default_rng(3).standard_normal((9, 2, 3))


def network(name, **options):
    """A network whose vectors are not zero, so that no term is silent."""
    net = wb.Recurrent(name, 3, 4, seed=5, **options)
    for k, (parameter, array) in enumerate(net.parameters.items()):
        if array.ndim == 1:
            net.parameters[parameter] = np.random.default_rng(k).standard_normal(array.shape)
    return net


def shared(source, target):
    """Copy every parameter that both networks have."""
    for name in set(source.parameters) & set(target.parameters):
        target.parameters[name] = source.parameters[name]
    return target


def test_leaky_units_that_leak_everything_are_an_elman_network():
    leaky = network("leaky", leak_rate=1.0)
    elman = shared(leaky, network("elman"))
    assert np.allclose(leaky.run(X).h, elman.run(X).h, atol=1e-15)


def test_leaky_units_that_leak_nothing_keep_their_state():
    still = network("leaky", leak_rate=0.0).run(X, np.full((2, 4), 0.7))
    assert (still.h == 0.7).all()


def test_a_jordan_network_that_copies_its_hidden_layer_out_is_an_elman_network():
    jordan = network("jordan", start={"V": "identity"})
    elman = network("elman")
    elman.parameters["W"], elman.parameters["U"] = jordan.parameters["W"], jordan.parameters["U"]
    elman.parameters["b"] = jordan.parameters["b.h"]
    jordan.parameters["b.y"] = np.zeros(4)
    assert np.allclose(jordan.run(X)["y"], elman.run(X).h, atol=1e-15)


def test_a_jordan_network_feeds_back_an_output_of_its_own_width():
    net = wb.Recurrent("jordan", 3, 4, sizes={"y": 2})
    trace = net.run(X)
    assert trace["h"].shape == (9, 2, 4)
    assert trace["y"].shape == (9, 2, 2)
    assert net.parameters["U"].shape == (4, 2)


def test_peepholes_that_are_closed_leave_an_lstm():
    peephole = network("lstm_peephole")
    lstm = shared(peephole, network("lstm"))
    assert not np.allclose(peephole.run(X).h, lstm.run(X).h, atol=1e-3)
    for gate in "ifo":
        peephole.parameters[f"p.{gate}"] = np.zeros(4)
    assert np.allclose(peephole.run(X).h, lstm.run(X).h, atol=1e-15)


def test_coupled_gates_forget_what_they_take_in():
    trace = network("lstm_coupled").run(X)
    assert np.array_equal(trace["f"], 1 - trace["i"])


@pytest.mark.parametrize(
    ("name", "gate"),
    [("lstm_no_input_gate", "i"), ("lstm_no_forget_gate", "f"), ("lstm_no_output_gate", "o")],
)
def test_an_lstm_without_a_gate_is_one_whose_gate_is_held_open(name, gate):
    without = network(name)
    lstm = shared(without, network("lstm"))
    assert np.allclose(without.run(X).h, lstm.run(X, clamp={gate: 1.0}).h, atol=1e-15)
    assert gate not in without.cell.lines


def test_mgu_is_a_gru_whose_gates_are_one_and_the_same():
    mgu = network("mgu")
    gru = network("gru")
    for letter in "WUb":
        gru.parameters[f"{letter}.r"] = mgu.parameters[f"{letter}.f"]
        gru.parameters[f"{letter}.z"] = -mgu.parameters[f"{letter}.f"]
        gru.parameters[f"{letter}.n"] = mgu.parameters[f"{letter}.n"]
    assert np.allclose(mgu.run(X).h, gru.run(X).h, atol=1e-14)


def test_each_unit_of_indrnn_sees_only_its_own_past():
    jacobian = network("indrnn").run(X).jacobian()
    assert (jacobian * (1 - np.eye(4)) == 0).all()


def test_the_gradient_of_a_linear_indrnn_is_its_weight_to_the_power_of_the_lag():
    net = network("indrnn", activation="identity")
    u = net.parameters["u"]
    d = np.zeros((9, 2, 4))
    d[8] = 1
    adjoint = net.run(X).bptt(d)["h"]
    for lag in range(9):
        assert np.allclose(adjoint[8 - lag], u**lag, rtol=1e-13)


@pytest.mark.parametrize("name", ["mingru", "minlstm"])
def test_gates_that_ignore_the_state_do_not_change_with_it(name):
    net = network(name)
    zero, other = net.run(X), net.run(X, np.full((2, 4), 3.0))
    assert all(np.array_equal(zero[n], other[n]) for n in zero.names if n != "h")
    assert not np.array_equal(zero.h, other.h)


def test_mingru_is_a_scan():
    """h_t = sum over s of z_s n_s times what the later gates keep: no loop over time is needed."""
    trace = network("mingru").run(X)
    kept = np.cumprod(1 - trace["z"], axis=0)
    scanned = kept * np.cumsum(trace["z"] * trace["n"] / kept, axis=0)
    assert np.allclose(trace.h, scanned, atol=1e-10)


def test_the_gates_of_minlstm_add_up_to_one_and_are_shares_of_two_sigmoids():
    net = network("minlstm")
    trace, p, sigmoid = net.run(X), net.parameters, wb.functions.sigmoid
    f = sigmoid(X @ p["W.f"].T + p["b.f"])
    i = sigmoid(X @ p["W.i"].T + p["b.i"])
    assert np.allclose(trace["f"] + trace["i"], 1, atol=1e-15)
    assert np.allclose(trace["f"], f / (f + i), atol=1e-14)


def test_slstm_is_its_unstabilised_form():
    """c = sigmoid(f) c + exp(i) z, n = sigmoid(f) n + exp(i), h = o c / n (Beck et al., eq. 8)."""
    net = network("slstm")
    trace, p, sigmoid = net.run(X[:, 0]), net.parameters, wb.functions.sigmoid
    h, c, n = np.zeros(4), np.zeros(4), np.zeros(4)
    for t, x in enumerate(X[:, 0]):
        pre = {g: p[f"W.{g}"] @ x + p[f"U.{g}"] @ h + p[f"b.{g}"] for g in "ifzo"}
        c = sigmoid(pre["f"]) * c + np.exp(pre["i"]) * np.tanh(pre["z"])
        n = sigmoid(pre["f"]) * n + np.exp(pre["i"])
        h = sigmoid(pre["o"]) * c / n
        assert np.allclose(trace.h[t], h, rtol=1e-12), t


@pytest.mark.parametrize("name", wb.cells.CELLS)
def test_a_cell_is_one_short_file_that_names_its_paper(name):
    path = Path(inspect.getsourcefile(wb.cells.CELLS[name].function))
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60
    assert any(f"({year})" in text for year in range(1980, 2026))
    assert wb.cells.CELLS[name].__doc__
