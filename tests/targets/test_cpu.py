"""Kernels against the equations run on NumPy arrays: every line, every step, both dtypes."""

import numpy as np
import pytest
import reference
from cases import NAMES, case

import workbench as wb

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}


def plain(net, *, lead=0):
    """The network's parameters in float64 with the batch axis that the reference wants."""
    axes = (None,) * (lead + 1)
    return {name: np.asarray(a[axes], np.float64) for name, a in net.parameters.items()}


def record_of(c, **options):
    initial = {name: a.astype(np.float64) for name, a in c.initial.items()}
    return reference.run(c.net.cell, plain(c.net), c.x.astype(np.float64), initial, **options)


def close(got, expected, tolerance):
    scale = max(1, np.abs(expected).max())
    return np.abs(got - expected).max() <= tolerance * scale


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_every_line_equals_the_equations(name, dtype):
    for k in range(100):
        c = case(name, ("lines", dtype, k), dtype=dtype, time=1 + k % 12)
        trace, expected = c.run(), record_of(c)
        assert set(trace.names) == set(expected)
        for line in trace.names:
            assert trace[line].dtype == dtype
            assert close(trace[line], expected[line], TOLERANCE[dtype]), (line, k)


def per_step_gradients(c):
    """dL/d line_t in one random direction for every line and step: line -> (time,)."""
    g = np.random.default_rng(7)
    time, lines = len(c.x), list(c.weights)
    directions = {line: g.standard_normal(c.weights[line].shape[1:]) for line in lines}
    bumps = {}
    for position, line in enumerate(lines):
        bump = np.zeros((time, time * len(lines), *directions[line].shape), complex)
        for t in range(time):
            bump[t, position * time + t] = 1j * reference.STEP * directions[line]
        bumps[line] = bump
    initial = {name: a[None].astype(np.float64) for name, a in c.initial.items()}
    x = c.x[:, None].astype(np.float64)
    record = reference.run(c.net.cell, plain(c.net, lead=1), x, initial, bumps=bumps)
    values = reference.loss(record, c.weights).imag / reference.STEP
    return directions, dict(zip(lines, values.reshape(len(lines), time), strict=True))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_every_per_step_gradient_equals_the_equations(name, dtype):
    for k in range(100):
        c = case(name, ("steps", dtype, k), dtype=dtype, time=1 + k % 8)
        gradients = c.bptt()
        directions, expected = per_step_gradients(c)
        scale = max(np.abs(values).max() for values in expected.values())
        for line, values in expected.items():
            got = (gradients[line] * directions[line]).sum(axis=(1, 2))
            assert np.abs(got - values).max() <= TOLERANCE[dtype] * max(1, scale), (line, k)


@pytest.mark.parametrize("name", NAMES)
def test_strong_weights_step_by_step_from_the_states_of_the_equations(name):
    for k in range(100):
        c = case(name, ("strong", k), time=6, strength=6.0)
        expected = record_of(c)
        before = {
            s: np.concatenate([c.initial[s][None], expected[s][:-1]]) for s in c.net.cell.states
        }
        # Every step is a batch row of its own.
        x = c.x.reshape(1, -1, c.x.shape[-1])
        initial = {s: a.reshape(-1, a.shape[-1]) for s, a in before.items()}
        if not all(np.isfinite(a).all() for a in initial.values()):
            continue
        trace = c.net.run(x, initial)
        for line in trace.names:
            wanted = expected[line].reshape(1, -1, expected[line].shape[-1])
            assert close(trace[line], wanted, 1e-12), (line, k)


@pytest.mark.parametrize("name", NAMES)
def test_the_jacobian_is_the_derivative_of_the_states_by_the_states(name):
    for k in range(20):
        c = case(name, ("jacobian", k), time=4, batch=2)
        trace = c.run()
        sizes = {s: c.initial[s].shape[1] for s in c.net.cell.states}
        before = {
            s: np.concatenate([c.initial[s][None], trace[s][:-1]]).reshape(-1, n)
            for s, n in sizes.items()
        }
        units = np.eye(sum(sizes.values()))[:, None] * 1j * reference.STEP
        split = np.split(units, np.cumsum(list(sizes.values()))[:-1], axis=-1)
        initial = {s: before[s][None] + d for s, d in zip(sizes, split, strict=True)}
        x = c.x.reshape(1, 1, -1, c.x.shape[-1])
        record = reference.run(c.net.cell, plain(c.net, lead=1), x, initial)
        new = np.concatenate(
            [np.broadcast_to(record[s][0], (len(units), *before[s].shape)) for s in sizes], axis=-1
        )
        expected = np.moveaxis(new.imag / reference.STEP, 0, -1).reshape(4, 2, *units.shape[::2])
        assert close(trace.jacobian(), expected, 1e-12), k


@pytest.mark.parametrize("name", NAMES)
def test_a_clamped_line_takes_its_value_and_passes_no_gradient(name):
    for k in range(3):
        c = case(name, ("clamp", k), time=5, batch=2)
        for line in c.net.cell.lines:
            held = np.random.default_rng(k).uniform(0.1, 0.9, c.weights[line].shape)
            trace = c.run(clamp={line: held})
            expected = record_of(c, clamp={line: held})
            for other in trace.names:
                assert close(trace[other], expected[other], 1e-12), (line, other)
            gradients = trace.bptt(c.weights)
            d = np.random.default_rng(k).standard_normal(c.x.shape)
            x = c.x + 1j * reference.STEP * d
            record = reference.run(
                c.net.cell, plain(c.net), x, c.initial, clamp={line: held.astype(complex)}
            )
            exact = reference.loss(record, c.weights).imag / reference.STEP
            scale = max(1, np.abs(gradients.x).max())
            assert abs((gradients.x * d).sum() - exact) <= 1e-12 * scale, line


GATES = [
    (name, a, b)
    for name in NAMES
    for i, a in enumerate(case(name, "gates").net.parameters)
    for b in list(case(name, "gates").net.parameters)[i + 1 :]
    if a.split(".")[0] == b.split(".")[0]
]


@pytest.mark.parametrize(("name", "a", "b"), GATES)
def test_every_swap_of_two_gates_changes_the_output(name, a, b):
    c = case(name, "gates", time=5, batch=2)
    if c.net.parameters[a].shape != c.net.parameters[b].shape:
        with pytest.raises(ValueError, match="expected"):
            c.net.parameters[a] = c.net.parameters[b]
        return
    expected = c.run()[c.net.cell.output].copy()
    first, second = c.net.parameters[a].copy(), c.net.parameters[b].copy()
    c.net.parameters[a], c.net.parameters[b] = second, first
    swapped = c.run()[c.net.cell.output]
    # The reference agrees with the network as it is, and not with the swapped one.
    assert close(swapped, record_of(c)[c.net.cell.output], 1e-12)
    assert not close(swapped, expected, 1e-6)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_saturated_lines_equal_the_equations_or_underflow_to_zero(name, dtype):
    for size in (40, 90, 120, 720, 1000):
        for sign in (-1, 1):
            c = case(name, ("saturation", size), time=3, batch=2, dtype=dtype)
            for parameter, array in c.net.parameters.items():
                if parameter.startswith("b"):
                    pattern = np.where(np.arange(len(array)) % 2, sign, -sign)
                    c.net.parameters[parameter] = size * pattern
            trace, expected = c.run(), record_of(c)
            for line in trace.names:
                # A difference of two pre-activations is as wrong as their last digit.
                tolerance = TOLERANCE[dtype] + 4 * size * np.finfo(dtype).eps
                check_saturated(trace[line], expected[line], dtype, tolerance)
            if all(np.isfinite(trace[line]).all() for line in trace.names):
                gradients = trace.bptt(c.weights)
                for line in trace.names:
                    assert not np.isnan(gradients[line]).any(), (line, size)


def check_saturated(got, expected, dtype, tolerance):
    """Equal, the same infinity, or 0 where the exact value is below the smallest number."""
    assert not np.isnan(got).any()
    assert not np.isnan(expected).any()
    large = np.abs(expected) > np.finfo(dtype).max
    assert np.array_equal(got[large], np.sign(expected[large]) * np.inf)
    error = np.abs(got[~large] - expected[~large])
    assert (error <= tolerance * np.maximum(1, np.abs(expected[~large]))).all()


BAD = [np.nan, np.inf, -np.inf]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", ["elman", "lstm", "gru", "slstm", "every_function"])
def test_nan_and_infinity_in_a_weight_are_carried_as_the_equations_carry_them(name, bad):
    c = case(name, "bad weight", time=4, batch=2)
    first = next(iter(c.net.parameters))
    array = c.net.parameters[first].copy()
    array.flat[0] = bad
    c.net.parameters[first] = array
    trace, expected = c.run(), record_of(c)
    for line in trace.names:
        assert np.array_equal(np.isnan(trace[line]), np.isnan(expected[line])), line
        assert np.array_equal(np.isinf(trace[line]), np.isinf(expected[line])), line
    if np.isnan(bad):
        assert np.isnan(trace.bptt(c.weights).parameters[first]).any()


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
@pytest.mark.parametrize("name", ["elman", "lstm", "gru", "slstm", "every_function"])
def test_infinity_in_the_input_is_carried_as_the_equations_carry_it(name, bad):
    c = case(name, "bad input", time=4, batch=2)
    c.x[1, 0, 0] = bad
    trace, expected = c.run(), record_of(c)
    for line in trace.names:
        assert np.array_equal(np.isnan(trace[line]), np.isnan(expected[line])), line
        finite = np.isfinite(expected[line])
        assert close(trace[line][finite], expected[line][finite], 1e-12), line


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
@pytest.mark.parametrize("name", ["elman", "lstm", "gru", "slstm", "every_function"])
def test_infinity_in_the_state_is_carried_as_the_equations_carry_it(name, bad):
    c = case(name, "bad state", time=4, batch=2)
    c.initial["h"][0, 0] = bad
    trace, expected = c.run(), record_of(c)
    for line in trace.names:
        assert np.array_equal(np.isnan(trace[line]), np.isnan(expected[line])), line
        finite = np.isfinite(expected[line])
        assert close(trace[line][finite], expected[line][finite], 1e-12), line
    alone = c.net.run(c.x[:, 1], {s: a[1] for s, a in c.initial.items()})
    assert close(trace[c.net.cell.output][:, 1], alone[c.net.cell.output], 1e-12)


def test_a_changed_number_needs_no_new_kernel():
    net = wb.Recurrent("leaky", 2, 3, leak_rate=0.2)
    x = np.ones((4, 1, 2))
    slow = net.run(x)
    net.numbers["leak_rate"] = 0.9
    fast = net.run(x)
    kernel = slow._problem.kernels.kernel("forward")
    assert fast._problem.kernels.kernel("forward") is kernel
    assert np.abs(fast.h[0]).sum() == pytest.approx(4.5 * np.abs(slow.h[0]).sum(), rel=1e-12)


def test_an_infinite_constant_and_a_line_called_like_the_cache_flag_are_kept():
    @wb.cell
    def odd(x, h, W):
        CACHE = wb.functions.minimum(W @ x, float("inf"))
        h = wb.functions.maximum(CACHE, -float("inf")) + 0 * h
        return h

    net = wb.Recurrent(odd, 2, 3, seed=1)
    trace = net.run(np.ones((2, 2)))
    assert np.allclose(trace["CACHE"][1], net.parameters["W"].sum(axis=1), atol=1e-15)
    assert 'float("inf")' in net.cell.source("forward")


def test_a_function_selects_a_kernel():
    net = wb.Recurrent("elman", 2, 3, activation="relu")
    assert (net.run(np.ones((4, 1, 2))).h >= 0).all()
    assert "relu(" in net.cell.source("forward")
    assert "tanh(" not in net.cell.source("forward")


def test_names_that_python_or_the_kernels_use_may_be_lines():
    @wb.cell
    def awkward(x, h, W, U, b, *, real=0.5):
        t = sigmoid_(W.t @ x + U.t @ h + b.t)
        lambda_ = t * real
        T = lambda_ + t
        np_ = T * t
        n = np_ - lambda_
        j = n * 2
        state_h = j + T
        h = state_h - t
        return h

    net = wb.Recurrent(awkward, 2, 3)
    trace = net.run(np.ones((4, 1, 2)))
    t = trace["t"]
    assert np.allclose(trace.h, 2 * (1.5 * t * t - 0.5 * t) + 1.5 * t - t, rtol=1e-14)
    assert trace.bptt(np.ones((4, 1, 3))).x.shape == (4, 1, 2)


sigmoid_ = wb.functions.sigmoid
