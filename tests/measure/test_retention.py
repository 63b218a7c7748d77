from decimal import Context, Decimal

import numpy as np
import pytest

import workbench as wb
from workbench.measure import (
    chrono_biases,
    compare_gradients,
    gradient_left,
    half_life,
    measured_retention,
    memory_networks,
    retention,
)

X = np.random.default_rng(0).standard_normal((12, 3, 2))


def exact_log_sigmoid(bias):
    """-ln sigmoid(b), in so many digits that 1 + e^-710 is not 1."""
    digits = Context(prec=350)
    return digits.ln(digits.add(1, digits.exp(-Decimal(bias))))


def weights(net, scale=1.0):
    """Distinct random parameters, biases as well, in place of a start that has zeros."""
    stream = np.random.default_rng(5)
    for name, array in net.parameters.items():
        net.parameters[name] = (
            scale * stream.standard_normal(array.shape) / np.sqrt(array.shape[-1])
        )
    return net


@pytest.mark.parametrize("bias", [-800, -30, -1, 0, 1, 5, 29.5, 30, 30.5, 37, 100, 700, 710])
def test_half_life_is_ln_2_over_minus_ln_sigmoid_in_both_tails(bias):
    wanted = Decimal(2).ln() / exact_log_sigmoid(bias)
    assert abs(half_life(bias) / float(wanted) - 1) < 1e-15


def test_half_life_is_infinite_only_where_it_leaves_float64():
    assert np.isfinite(half_life(710))
    assert half_life([711, np.inf]).tolist() == [np.inf, np.inf]
    assert half_life(-np.inf) == 0


def test_after_one_half_life_one_half_is_left():
    for bias in (0, 1, 5, 12):
        steps = np.arange(0, int(half_life(bias)) + 3)
        logs = np.interp(half_life(bias), steps, np.log(retention(bias, steps[-1])))
        np.testing.assert_allclose(np.exp(logs), 0.5, rtol=1e-12)


@pytest.mark.parametrize("bias", [-700, -3, 0, 1, 5, 36, 60])
def test_retention_is_the_power_of_the_gate(bias):
    found = retention(bias, 200)
    for k in (0, 1, 2, 17, 200):
        wanted = float((-k * exact_log_sigmoid(bias)).exp())
        np.testing.assert_allclose(found[k], wanted, rtol=1e-13)


def test_gates_that_are_always_open_or_closed_keep_all_or_nothing():
    assert (retention(np.inf, 4) == 1).all()
    assert retention(-np.inf, 3).tolist() == [1, 0, 0, 0]
    assert retention([0.0, 1.0], 6).shape == (2, 7)


def test_chrono_biases_are_the_same_for_the_same_seed_and_start_an_lstm():
    one, same, other = (chrono_biases(5, 50, seed).forget for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    biases = chrono_biases(5, 50, 1)
    net = wb.Recurrent("lstm", 1, 5, start={"b.f": biases.forget, "b.i": biases.input})
    assert np.array_equal(net.parameters["b.i"], -one)


@pytest.mark.parametrize("cell", ["lstm", "lstm_peephole", "lstm_no_input_gate"])
@pytest.mark.parametrize("step", [None, 0, 7])
def test_measured_retention_multiplies_the_gates_between_two_steps(cell, step):
    net = weights(wb.Recurrent(cell, 2, 4))
    found = measured_retention(net, X, step)
    f, last = net.run(X)["f"], 11 if step is None else step
    assert found.step == last
    assert found.units.shape == (last + 2, 3, 4)
    for k in range(last + 2):
        wanted = np.ones((3, 4))
        for t in range(last - k + 1, last + 1):
            wanted = wanted * f[t]
        np.testing.assert_allclose(found.units[k], wanted, rtol=1e-14)
        np.testing.assert_allclose(found.mean[k], wanted.mean(axis=1), rtol=1e-14)


def test_measured_retention_is_the_derivative_along_the_cell_state_alone():
    # Without recurrent matrices c reaches later steps by the direct path only.
    net = weights(wb.Recurrent("lstm", 2, 4))
    for gate in "ifgo":
        net.parameters[f"U.{gate}"] = np.zeros((4, 4))
    d_c = np.zeros((12, 3, 4))
    d_c[-1] = 1
    carried = net.run(X).bptt({"c": d_c}).carried["c"] + d_c
    found = measured_retention(net, X)
    np.testing.assert_allclose(found.units[:-1][::-1], carried, rtol=1e-13)


def test_a_gate_without_input_and_recurrence_is_the_open_loop():
    net = weights(wb.Recurrent("lstm", 2, 4))
    net.parameters["U.f"], net.parameters["W.f"] = np.zeros((4, 4)), np.zeros((4, 2))
    found = measured_retention(net, X[:, 0])
    assert found.units.shape == found.open_loop.shape == (13, 4)
    np.testing.assert_allclose(found.units, found.open_loop, rtol=1e-13)


@pytest.mark.parametrize("cell", ["lstm", "gru", "elman", "jordan", "slstm"])
def test_the_gradient_left_is_the_product_of_step_jacobians(cell):
    sizes = {"y": 3} if cell == "jordan" else None
    start = {"b": "small"}
    net = weights(wb.Recurrent(cell, 2, 4, sizes=sizes), 0.7)
    if cell == "slstm":
        net = wb.Recurrent(cell, 2, 4, start=start)
    trace = net.run(X)
    jacobian = trace.jacobian()
    found = gradient_left(net, X)
    assert found.shape == (12, 3)
    width = trace[net.cell.output].shape[-1]
    for row in range(3):
        adjoint = np.zeros(jacobian.shape[-1])
        adjoint[:width] = 1 / np.sqrt(width)
        for k in range(12):
            np.testing.assert_allclose(found[k, row], np.linalg.norm(adjoint), rtol=1e-11)
            adjoint = jacobian[11 - k, row].T @ adjoint


def test_the_gradient_left_is_1_at_lag_0_and_drops_the_batch_with_x():
    net = weights(wb.Recurrent("lstm", 2, 4))
    alone = gradient_left(net, X[:, 1])
    np.testing.assert_allclose(alone[0], 1, rtol=1e-15)
    np.testing.assert_allclose(alone, gradient_left(net, X)[:, 1], rtol=1e-13)


def test_a_gradient_whose_square_underflows_is_not_called_0():
    net = wb.Recurrent("elman", 1, 2, start={"U": 1e-3 * np.eye(2)})
    left = gradient_left(net, np.zeros((90, 1)))
    np.testing.assert_allclose(left[80], 1e-240, rtol=1e-12)


def test_memory_networks_differ_in_the_forget_bias_alone():
    nets = memory_networks(2, 4, (0, 5), longest=30, seed=7)
    assert list(nets) == [
        "LSTM, forget bias 0", "LSTM, forget bias 5", "LSTM, chrono start", "GRU", "Elman",
    ]  # fmt: skip
    low, high = (nets[f"LSTM, forget bias {b}"].parameters for b in (0, 5))
    assert [n for n in low if not np.array_equal(low[n], high[n])] == ["b.f"]
    assert (high["b.f"] == 5).all()
    chrono = nets["LSTM, chrono start"].parameters
    assert np.array_equal(chrono["b.f"], chrono_biases(4, 30, 7).forget)


def test_a_larger_forget_bias_keeps_more_of_the_gradient_on_sunspots():
    x = wb.data.sunspots()[200:301].inputs().x
    left = compare_gradients(memory_networks(1, 16, (0, 1, 5)), x)
    far = {label: norms[-1] for label, norms in left.items()}
    assert far["LSTM, forget bias 0"] < far["LSTM, forget bias 1"] < far["LSTM, forget bias 5"]
    assert far["LSTM, forget bias 1"] > far["Elman"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: retention(1, -1), "steps: expected a whole number of at least 0, got -1"),
        (lambda: retention("a", 1), "bias: expected real numbers, got str"),
        (lambda: half_life(np.nan), "bias: expected numbers, got not-a-number"),
        (lambda: chrono_biases(4, 2), "longest: expected a whole number of at least 3, got 2"),
        (lambda: chrono_biases(0, 9), "hidden_size: expected a whole number of at least 1, got 0"),
        (lambda: memory_networks(1, 2, np.inf), "forget_biases: expected finite numbers, got inf"),
        (lambda: compare_gradients({}, X), "networks: expected a dict of label and network, got "),
        (
            lambda: measured_retention(wb.Recurrent("lstm", 2, 3), X, 12),
            "step: expected 0..11, got 12",
        ),
    ]
    + [
        (
            lambda cell=cell: measured_retention(wb.Recurrent(cell, 2, 3), X),
            "net: expected a cell with a state c and a gate f = sigmoid(... + b.f), got " + cell,
        )
        for cell in ("gru", "mgu", "minlstm", "slstm", "lstm_coupled", "lstm_no_forget_gate")
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(call, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole line is compared
        call()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
