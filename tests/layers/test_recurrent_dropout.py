"""RecurrentDropout beside a NumPy loop of the equations in which a mask stands before each U.

Derivatives of the loop are complex steps: exact, and no part of the product takes part in them.
"""

import numpy as np
import pytest

import workbench as wb

TIME, ROWS, INPUTS, HIDDEN, RATE = 7, 3, 2, 4, 0.4
X = np.random.default_rng(0).standard_normal((TIME, ROWS, INPUTS))
MASKS = {"whole": None, "post": np.arange(TIME)[:, None] < [7, 4, 1]}
STEP = 1e-30


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def elman(x, s, p, m):
    return {"h": np.tanh(x @ p["W"].T + (m * s["h"]) @ p["U"].T + p["b"])}


def lstm(x, s, p, m):
    a = {k: x @ p[f"W.{k}"].T + (m * s["h"]) @ p[f"U.{k}"].T + p[f"b.{k}"] for k in "ifgo"}
    c = sigmoid(a["f"]) * s["c"] + sigmoid(a["i"]) * np.tanh(a["g"])
    return {"h": sigmoid(a["o"]) * np.tanh(c), "c": c}


def gru(x, s, p, m):
    h = s["h"]
    r, z = (sigmoid(x @ p[f"W.{k}"].T + (m * h) @ p[f"U.{k}"].T + p[f"b.{k}"]) for k in "rz")
    n = np.tanh(x @ p["W.n"].T + (m * (r * h)) @ p["U.n"].T + p["b.n"])
    return {"h": (1 - z) * n + z * h}


def gru_reset_after(x, s, p, m):
    h = s["h"]
    r, z = (sigmoid(x @ p[f"W.{k}"].T + (m * h) @ p[f"U.{k}"].T + p[f"b.{k}"]) for k in "rz")
    n = np.tanh(x @ p["W.n"].T + p["b.n"] + r * ((m * h) @ p["U.n"].T + p["d.n"]))
    return {"h": (1 - z) * n + z * h}


CELLS = {f.__name__: f for f in (elman, lstm, gru, gru_reset_after)}


def loop(name, parameters, x, m, mask):
    """(outputs (time, rows, hidden), last states) of the equations, step by step."""
    states = {s: np.zeros((ROWS, HIDDEN)) for s in ("h", "c")[: 2 if name == "lstm" else 1]}
    outputs = []
    for t in range(TIME):
        new = CELLS[name](x[t], states, parameters, m)
        live = np.ones((ROWS, 1), bool) if mask is None else mask[t][:, None]
        states = {s: np.where(live, new[s], states[s]) for s in states}
        outputs.append(np.where(live, new["h"], 0))
    return np.stack(outputs), states


def network(name):
    net, generator = wb.Recurrent(name, INPUTS, HIDDEN, seed=5), np.random.default_rng(6)
    for array in net.parameters.values():
        array += 0.3 * generator.standard_normal(array.shape)
    return net


@pytest.mark.parametrize("padding", MASKS)
@pytest.mark.parametrize("name", CELLS)
def test_run_and_derivatives_equal_the_loop(name, padding):
    net, mask = network(name), MASKS[padding]
    model = wb.Network(wb.RecurrentDropout(net, RATE))
    run = model.run(X, mask=mask, training=True, seed=3)
    m = run[f"{name}_1"]["kept"][0]
    assert set(np.unique(m)) == {0, 1 / (1 - RATE)}
    assert not np.array_equal(m[0], m[1])
    outputs, final = loop(name, net.parameters, X, m, mask)
    assert np.allclose(run.output, outputs, rtol=0, atol=1e-13)
    assert set(run.final[f"{name}_1"]) == set(final)
    for state, array in final.items():
        assert np.allclose(run.final[f"{name}_1"][state], array, rtol=0, atol=1e-13)

    generator = np.random.default_rng(1)
    d = generator.standard_normal(outputs.shape)
    gradients = run.backward(d)
    found = {name.partition(".")[2]: g for name, g in gradients.parameters.items()}
    assert set(found) == set(net.parameters)
    for key, g in [*found.items(), ("x", gradients.x)]:
        direction = generator.standard_normal(g.shape)
        parameters, x = dict(net.parameters), X
        if key == "x":
            x = X + 1j * STEP * direction
        else:
            parameters[key] = parameters[key] + 1j * STEP * direction
        slope = (d * loop(name, parameters, x, m, mask)[0]).sum().imag / STEP
        assert abs((g * direction).sum() - slope) < 1e-12 * max(1, np.abs(g).max()), key


@pytest.mark.parametrize("name", CELLS)
def test_a_dropped_unit_is_heard_by_no_matrix(name):
    net = network(name)
    first = wb.Network(wb.RecurrentDropout(net, RATE)).run(X, training=True, seed=3)
    gone = first[f"{name}_1"]["kept"][0] == 0
    d = np.random.default_rng(1).standard_normal(first.output.shape)
    for row in range(ROWS):
        alone = np.zeros_like(d)
        alone[:, row] = d[:, row]
        for parameter, g in first.backward(alone).parameters.items():
            if ".U" in parameter:
                assert (g[:, gone[row]] == 0).all(), parameter
            elif ".W" in parameter and parameter != "gru_1.W.r":  # r acts on what is dropped
                assert (g != 0).all(), parameter


def test_what_an_lstm_carries_is_never_dropped():
    net = wb.Recurrent("lstm", 1, HIDDEN, start={"b.f": 40.0, "b.i": -40.0, "W": 0.0, "U": 0.0})
    state = {"lstm_1": {"c": np.linspace(1, 2, ROWS * HIDDEN).reshape(ROWS, HIDDEN)}}
    model = wb.Network(wb.RecurrentDropout(net, 0.9))
    run = model.run(np.ones((9, ROWS, 1)), state, training=True)
    assert np.allclose(run.final["lstm_1"]["c"], state["lstm_1"]["c"], rtol=1e-14)


@pytest.mark.parametrize("name", CELLS)
def test_without_training_it_is_the_plain_layer_bit_for_bit(name):
    net = network(name)
    plain = wb.Network(net).run(X, lengths=[7, 4, 1])
    dropping = wb.Network(wb.RecurrentDropout(net, RATE)).run(X, lengths=[7, 4, 1])
    assert np.array_equal(plain.output, dropping.output)
    d = np.ones_like(plain.output)
    ours, theirs = dropping.backward(d), plain.backward(d)
    assert np.array_equal(ours.x, theirs.x)
    for key, g in theirs.parameters.items():
        assert np.array_equal(ours.parameters[key], g)


def test_rate_zero_and_the_same_seed():
    net = network("gru")
    plain = wb.Network(net).run(X)
    none = wb.Network(wb.RecurrentDropout(net, 0)).run(X, training=True)
    assert np.array_equal(plain.output, none.output)
    model = wb.Network(wb.RecurrentDropout(net, RATE))
    one, again, other = (model.run(X, training=True, seed=s).output for s in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_state_goes_in_by_name_or_alone_and_its_derivative_comes_out():
    net = network("gru")
    model = wb.Network(wb.RecurrentDropout(net, RATE))
    h = np.random.default_rng(2).standard_normal((ROWS, HIDDEN))
    named = model.run(X, {"gru_1": {"h": h}}, training=True)
    alone = model.run(X, {"gru_1": h}, training=True)
    assert np.array_equal(named.output, alone.output)
    assert set(named.backward(np.ones_like(named.output)).initial["gru_1"]) == {"h"}


@wb.cell
def keeping(x, h, W, U, b):
    """A student's cell with a line that is called as the mask would be."""
    kept = wb.functions.sigmoid(W.k @ x + U.k @ h + b.k)
    h = kept * h + (1 - kept) * wb.functions.tanh(W.h @ x)
    return h


def test_a_cell_of_one_s_own_whose_line_is_called_kept():
    net = wb.Recurrent(keeping, INPUTS, HIDDEN, seed=1)
    model = wb.Network(wb.RecurrentDropout(net, RATE))
    run = model.run(X, training=True, seed=3)
    trace, p = run["keeping_1"], net.parameters
    m, h = trace["kept_"][0], np.zeros((ROWS, HIDDEN))
    for t in range(TIME):
        k = sigmoid(X[t] @ p["W.k"].T + (m * h) @ p["U.k"].T + p["b.k"])
        h = k * h + (1 - k) * np.tanh(X[t] @ p["W.h"].T)
        assert np.allclose(trace["kept"][t], k, rtol=0, atol=1e-14)
        assert np.allclose(run.output[t], h, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    "make",
    [
        lambda: wb.Recurrent("jordan", 2, 4, sizes={"y": 3}),
        lambda: wb.Recurrent("jordan", 2, 4, sizes={"y": 4}),
        lambda: wb.Recurrent("mingru", 2, 4),
        lambda: wb.Recurrent("indrnn", 2, 4),
    ],
    ids=["jordan", "jordan of one size", "mingru", "indrnn"],
)
def test_cells_whose_matrices_do_not_take_the_state_are_refused_in_one_line(make):
    with pytest.raises(ValueError, match=r"net: expected a cell whose recurrent .*got ") as found:
        wb.RecurrentDropout(make(), 0.5)
    assert "\n" not in str(found.value)
