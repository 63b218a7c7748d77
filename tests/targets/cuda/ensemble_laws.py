"""What ensembles hold to on a GPU: what they do on the CPU. Run in the simulator and on a GPU."""

import numpy as np
import pytest
from cases import generator
from kernel_laws import assert_close

import workbench as wb

COUNT, TIME, INPUTS, UNITS = 3, 3, 2, 3


def both(cell, dtype="float64", **hyper):
    """The same networks on the CPU and on the device."""
    sizes = dict.fromkeys(wb.cells.get(cell).size_names, 2)
    inputs = UNITS if wb.cells.get(cell).graph.tied is not None else INPUTS
    exact, found = (
        wb.Ensemble(cell, COUNT, inputs, UNITS, sizes=sizes, dtype=dtype, device=device, **hyper)
        for device in ("cpu", "cuda")
    )
    return exact, found


def same(found, expected, dtype, what):
    assert_close(found, expected, dtype, what)


SINGLE = [(cell, "float32") for cell in ("elman", "lstm", "gru")]


@pytest.mark.parametrize(
    ("cell", "dtype"), [*((cell, "float64") for cell in wb.cells.CELLS), *SINGLE]
)
def test_every_network_does_what_it_does_alone(cell, dtype):
    """The network alone, on the same device, is held to the CPU's by `kernel_laws`."""
    _, ensemble = both(cell, dtype)
    g = generator("ensemble", cell, dtype)
    x = g.standard_normal((COUNT, TIME, ensemble.input_size))
    state = {n: 1 + g.random((COUNT, units)) for n, units in ensemble.state_sizes.items()}
    trace = ensemble.run(x, state)
    d = {name: g.standard_normal(trace[name].shape) for name in trace.names}
    gradients, jacobian = trace.bptt(d), trace.jacobian()
    for k in range(COUNT):
        assert ensemble[k].device == "cuda"
        alone = ensemble[k].run(x[k], {name: values[k] for name, values in state.items()})
        own = alone.bptt({name: values[k] for name, values in d.items()})
        for name in alone.names:
            same(trace[name][k], alone[name], dtype, name)
            same(gradients[name][k], own[name], dtype, name)
        for name in alone.final:
            same(trace.final[name][k], alone.final[name], dtype, name)
            same(trace.initial[name][k], alone.initial[name], dtype, name)
            same(gradients.carried[name][k], own.carried[name], dtype, name)
            same(gradients.initial[name][k], own.initial[name], dtype, name)
        for name, values in own.parameters.items():
            same(gradients.parameters[name][k], values, dtype, name)
        same(gradients.x[k], own.x, dtype, "x")
        same(jacobian[k], alone.jacobian(), dtype, "jacobian")


def test_one_input_for_all_and_a_number_for_each():
    rates = np.array([0.1, 0.5, 0.9])
    exact, found = both("leaky", leak_rate=rates)
    x = generator("shared").standard_normal((TIME, INPUTS))
    a, b = exact.run(x), found.run(x)
    same(b.h, a.h, "float64", "h")
    d = generator("d").standard_normal((TIME, UNITS))
    same(b.bptt({"h": d}).x, a.bptt({"h": d}).x, "float64", "x")
    assert np.abs(b.h[0] - b.h[2]).max() > 1e-3


def test_arrays_of_an_ensemble_lie_on_the_device_with_time_first():
    exact, found = both("lstm")
    g = generator("on device")
    x, d_h = (g.standard_normal((COUNT, TIME, units)) for units in (INPUTS, UNITS))
    trace, on_cpu = found.run(x), exact.run(x)
    gradients, expected = trace.bptt(d_h), on_cpu.bptt(d_h)
    for name in trace.names:
        there, d_there = trace.on_device(name), gradients.on_device(name)
        assert there.shape == d_there.shape == (TIME, COUNT, UNITS)
        for k in range(COUNT):
            same(np.asarray(there)[:, k], on_cpu[name][k], "float64", name)
            same(np.asarray(d_there)[:, k], expected[name][k], "float64", name)
    for arrays in (trace, gradients):
        with pytest.raises(KeyError, match="q: expected a recorded line"):
            arrays.on_device("q")
    for arrays in (on_cpu, expected):
        with pytest.raises(ValueError, match='on_device: expected a network with device="cuda"'):
            arrays.on_device("f")


def test_only_what_was_recorded_lies_on_the_device():
    _, found = both("lstm")
    x = generator("recorded").standard_normal((TIME, INPUTS))
    trace = found.run(x, record=["f"])
    assert np.array_equal(np.asarray(trace.on_device("f"))[:, 1], trace.f[1])
    assert np.array_equal(np.asarray(trace.on_device("c"))[:, 1], trace.c[1])
    with pytest.raises(KeyError, match=r"g: expected a recorded line \(f, c, h\)"):
        trace.on_device("g")


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize(("cell", "line"), [("elman", None), ("lstm", "f")])
def test_norms_far_below_every_number_are_those_of_the_cpu(cell, line, dtype, tolerance):
    exact, found = both(cell, dtype)
    for name in exact.parameters:
        scale = np.array([1.0, 1e-3, 1e-8])[:, None, None]
        if exact.parameters[name].ndim == 3:
            exact.parameters[name] = found.parameters[name] = scale * exact.parameters[name]
    g = generator("norms")
    x, d_h = g.standard_normal((50, INPUTS)), g.standard_normal(UNITS)
    a = exact.log_gradient_norms(x, d_h, line)
    b = found.log_gradient_norms(x, d_h, line)
    assert b.dtype == np.float64
    nothing = np.isinf(a)  # at the first step there is no cell state for a gate to keep
    assert np.array_equal(nothing, np.isinf(b))
    a, b = a[~nothing], b[~nothing]
    assert np.abs(a - b).max() <= tolerance * np.abs(a).max()
    assert cell == "lstm" or a.min() < -330  # the smallest float64 is about 10**-324


def test_the_norm_of_nothing_is_minus_infinity():
    exact, found = both("elman")
    for ensemble in (exact, found):
        ensemble.parameters["U"] = np.zeros((UNITS, UNITS))
    norms = found.log_gradient_norms(np.ones((3, INPUTS)))
    assert np.array_equal(np.isinf(norms), np.tile([True, True, False], (COUNT, 1)))
    assert np.allclose(norms[:, -1], exact.log_gradient_norms(np.ones((3, INPUTS)))[:, -1])
