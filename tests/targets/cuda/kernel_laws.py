"""What the kernels of a GPU hold to: the CPU's in float64. Run in the simulator and on a GPU.

The sizes are tiny, since the simulator has a Python thread for every thread of a GPU.
"""

import numpy as np
import pytest
from cases import NAMES, case, generator
from test_random_cells import check

import workbench as wb

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}


def both(name, key, dtype, **options):
    """The same run on the CPU, in float64, and on the device: [(its network, trace, case)]."""
    c = case(name, key, time=4, batch=2, dtype=dtype)
    exact = case(name, key, time=4, batch=2, dtype="float64")
    for parameter, values in c.net.parameters.items():
        exact.net.parameters[parameter] = values.astype("float64")
    exact.x, exact.initial, exact.weights = c.x, c.initial, c.weights
    c.net.device = "cuda"
    return exact.run(**options), c.run(**options), c.weights


def assert_close(found, expected, dtype, what):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, what
    assert found.dtype == dtype, what
    scale = max(1, np.abs(expected).max(initial=0))
    assert np.abs(found - expected).max(initial=0) <= TOLERANCE[dtype] * scale, what


def same_gradients(found, expected, dtype):
    for line in expected.names:
        assert_close(found[line], expected[line], dtype, line)
    for state in expected.cell.states:
        assert_close(found.carried[state], expected.carried[state], dtype, state)
        assert_close(found.initial[state], expected.initial[state], dtype, state)
    assert_close(found.x, expected.x, dtype, "x")
    for parameter, values in expected.parameters.items():
        assert_close(found.parameters[parameter], values, dtype, parameter)
        steps = expected.by_step(parameter, full=True)
        assert_close(found.by_step(parameter, full=True), steps, dtype, parameter)


SINGLE = ("elman", "lstm", "gru", "slstm", "every_function", "wide_memory")
"""Cells that run in float32 too; of the others `test_compiled.py` reads the number type."""
PLAIN = ("elman", "lstm", "gru", "every_function", "wide_memory")
"""Cells of the plain run in the simulator; the others are in `pytest -m long`."""
RUNS = [
    pytest.param(name, dtype, marks=[] if name in PLAIN else pytest.mark.long)
    for dtype, names in (("float64", NAMES), ("float32", SINGLE))
    for name in names
]


@pytest.mark.parametrize(("name", "dtype"), RUNS)
def test_a_cell_does_what_it_does_on_the_cpu(name, dtype):
    exact, found, weights = both(name, "device", dtype, lengths=[4, 3])
    assert found.names == exact.names
    for line in exact.names:
        assert_close(found[line], exact[line], dtype, line)
    same_gradients(found.bptt(weights), exact.bptt(weights), dtype)
    assert_close(found.jacobian(), exact.jacobian(), dtype, "jacobian")


@pytest.mark.parametrize("seed", range(200, 206))
def test_random_equations_and_their_gradients(seed, monkeypatch):
    """Beside complex steps of the equations: the CPU's kernels have no part in it."""
    check(seed, monkeypatch, "cuda")


@pytest.mark.parametrize("options", [{"truncate": 2}, {"lags": 1}, {"d_final": True}])
def test_truncation_windows_and_what_comes_later(options):
    exact, found, weights = both("lstm", "options", "float64")
    if "d_final" in options:
        options = {
            "d_final": {s: generator(s).standard_normal(a.shape) for s, a in exact.final.items()}
        }
    weights = {"h": weights["h"]}
    same_gradients(found.bptt(weights, **options), exact.bptt(weights, **options), "float64")


def test_a_line_that_is_held_lets_no_gradient_through():
    exact, found, weights = both("lstm", "held", "float64", clamp={"f": 1.0})
    assert (found["f"] == 1).all()
    same_gradients(found.bptt(weights), exact.bptt(weights), "float64")


@pytest.mark.parametrize("record", ["output", ["f"]])
def test_only_what_is_named_is_recorded(record):
    exact, found, _ = both("lstm", "record", "float64", record=record)
    assert found.names == exact.names
    for line in exact.names:
        assert_close(found[line], exact[line], "float64", line)


def test_more_rows_than_blocks_and_more_units_than_threads():
    """Blocks take further rows, threads take further units, sums are cut into parts."""
    g = generator("many")
    net = wb.Recurrent("gru", 3, 11, seed=1, device="cuda")
    alike = wb.Recurrent("gru", 3, 11, seed=1)
    x, d = g.standard_normal((2, 7, 3)), g.standard_normal((2, 7, 11))
    found, exact = net.run(x), alike.run(x)
    assert_close(found.h, exact.h, "float64", "h")
    same_gradients(found.bptt(d), exact.bptt(d), "float64")


def test_a_step_and_a_run_without_a_batch_axis():
    net, alike = (wb.Recurrent("lstm", 2, 3, device=d) for d in ("cuda", "cpu"))
    x = generator("step").standard_normal((3, 2))
    state, expected = None, None
    for x_t in x:
        state, expected = net.step(x_t, state), alike.step(x_t, expected)
    for name, value in expected.items():
        assert_close(state[name], value, "float64", name)
        assert_close(net.run(x).final[name], value, "float64", name)


def test_infinity_and_saturation_are_carried_through():
    net, alike = (wb.Recurrent("lstm", 1, 2, device=d) for d in ("cuda", "cpu"))
    for each in (net, alike):
        each.parameters["W.i"] = [[1.0], [-1.0]]
    x = np.array([[1000.0], [-1000.0], [np.inf]])
    found, exact = net.run(x), alike.run(x)
    for line in exact.names:
        assert np.array_equal(np.isnan(found[line]), np.isnan(exact[line])), line
        assert np.allclose(found[line], exact[line], rtol=1e-12, atol=1e-300, equal_nan=True), line


def test_arrays_stay_on_the_device_until_they_are_asked_for():
    net = wb.Recurrent("lstm", 2, 3, device="cuda")
    trace = net.run(np.ones((4, 2)))
    gradients = trace.bptt(np.ones((4, 3)))
    assert trace.on_device("c").shape == (4, 1, 3)
    assert np.array_equal(np.asarray(trace.on_device("c"))[:, 0], trace["c"])
    assert np.array_equal(np.asarray(trace.on_device("f"))[:, 0], trace["f"])
    assert np.array_equal(np.asarray(gradients.on_device("f"))[:, 0], gradients["f"])
    with pytest.raises(KeyError, match="q: expected a recorded line"):
        trace.on_device("q")
    with pytest.raises(ValueError, match='on_device: expected a network with device="cuda"'):
        wb.Recurrent("lstm", 2, 3).run(np.ones((4, 2))).on_device("f")


def test_what_is_checkpointed_is_the_same():
    net, alike = (wb.Recurrent("lstm", 2, 3, device=d) for d in ("cuda", "cpu"))
    g = generator("checkpoint")
    x, d = g.standard_normal((4, 2)), g.standard_normal((4, 3))
    found, exact = net.run(x, checkpoint=2).bptt(d), alike.run(x).bptt(d)
    for name, values in exact.parameters.items():
        assert_close(found.parameters[name], values, "float64", name)
    assert_close(found.x, exact.x, "float64", "x")


def test_a_model_is_trained_as_on_the_cpu():
    g = generator("training")
    x, y = g.standard_normal((6, 3, 1)), g.standard_normal((6, 1))
    models = [
        wb.Network(wb.Recurrent("elman", 1, 2, device=device), wb.Last(), wb.Dense(2, 1))
        for device in ("cuda", "cpu")
    ]
    histories = [
        wb.fit(model, (x, y), epochs=2, loss="mean_squared", optimizer=wb.Adam(0.05), batch_size=3)
        for model in models
    ]
    found, exact = (history["loss"] for history in histories)
    assert np.abs(np.array(found) - exact).max() < 1e-12
    assert exact[1] != exact[0]
    for name, values in models[1].parameters.items():
        assert_close(models[0].parameters[name], values, "float64", name)
