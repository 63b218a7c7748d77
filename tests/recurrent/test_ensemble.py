"""Each network of an ensemble is the same network alone, to the last bit."""

import copy

import numpy as np
import pytest
from cases import CELLS, NAMES, TYPED, case, generator

import workbench as wb
from workbench.recurrent import memory
from workbench.targets.cpu import parts

SOME = ["elman", "lstm", "gru", "wide_memory"]
SOME += [pytest.param(name, marks=pytest.mark.long) for name in NAMES if name not in SOME]
"""Two compilations a cell, which only ensembles need."""


def ensemble_of(name, count, *key, dtype="float64", time=6):
    """(an ensemble with distinct random weights, x of each network, initial states, d of lines)."""
    c = case(name, key, time=time, batch=count, dtype=dtype)
    net, g = c.net, generator(name, key, "weights")
    ensemble = wb.Ensemble(
        CELLS[name], count, net.input_size, net.hidden_size, sizes=net.sizes, dtype=dtype
    )
    for parameter, array in ensemble.parameters.items():
        scale = np.sqrt(array.shape[-1]) if array.ndim == 3 else 2
        ensemble.parameters[parameter] = g.standard_normal(array.shape) / scale
    x, weights = c.x.swapaxes(0, 1), {n: w.swapaxes(0, 1) for n, w in c.weights.items()}
    return ensemble, np.ascontiguousarray(x), c.initial, weights


def same(a, b):
    return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b)


def check_alone(ensemble, x, initial, weights, given):
    """Every network of a run and its gradients is what `ensemble[k]` computes."""
    trace = ensemble.run(x, initial)
    gradients = trace.bptt({name: weights[name] for name in given})
    found = gradients.parameters
    for k in range(len(ensemble)):
        own = x[k] if x.ndim == 3 else x
        alone = ensemble[k].run(own, {s: a[k] for s, a in initial.items()})
        d = alone.bptt({name: weights[name][k] for name in given})
        assert trace.names == alone.names
        assert gradients.names == d.names
        for line in trace.names:
            assert same(trace[line][k], alone[line]), line
            assert same(gradients[line][k], d[line]), line
        for state in initial:
            assert same(trace.final[state][k], alone.final[state])
            assert same(gradients.carried[state][k], d.carried[state])
            assert same(gradients.initial[state][k], d.initial[state])
        for parameter, array in d.parameters.items():
            assert same(found[parameter][k], array), parameter
        assert same(gradients.x[k], d.x)


@pytest.mark.parametrize("name", SOME)
def test_a_network_computes_what_it_computes_alone(name):
    ensemble, x, initial, weights = ensemble_of(name, 3, "alone")
    check_alone(ensemble, x, initial, weights, list(weights))


@pytest.mark.parametrize("name", ["elman", "lstm", "gru"])
def test_so_it_does_in_float32_and_with_one_x_for_all(name):
    ensemble, x, initial, weights = ensemble_of(name, 3, "single", dtype="float32")
    check_alone(ensemble, x, initial, weights, [ensemble.cell.output])
    check_alone(ensemble, x[0], initial, weights, [ensemble.cell.output])


@pytest.mark.parametrize("name", ["elman", "lstm", "jordan", "wide_memory"])
def test_its_jacobians_are_those_of_the_network_alone(name):
    ensemble, x, initial, _ = ensemble_of(name, 3, "jacobian")
    jacobians = ensemble.run(x, initial, record="output").jacobian()
    for k in range(3):
        alone = ensemble[k].run(x[k], {s: a[k] for s, a in initial.items()})
        assert same(jacobians[k], alone.jacobian())


def test_the_number_of_threads_changes_no_bit(monkeypatch):
    def results():
        ensemble, x, initial, weights = ensemble_of("lstm", 21, "threads")
        trace = ensemble.run(x, initial)
        gradients = trace.bptt(weights["h"])
        arrays = [trace[n] for n in trace.names] + [gradients[n] for n in gradients.names]
        arrays += [*gradients.parameters.values(), gradients.x]
        return [*arrays, ensemble.log_gradient_norms(x, state=initial)]

    expected = results()
    monkeypatch.setattr(parts, "PAYS", 0)
    for count in ("1", "2", "5"):
        monkeypatch.setenv("WORKBENCH_THREADS", count)
        assert all(same(a, b) for a, b in zip(results(), expected, strict=True)), count


def test_where_count_time_and_units_are_equal_nothing_takes_another_s_place():
    n, g = 4, np.random.default_rng(0)
    ensemble = wb.Ensemble("elman", n, n, n, start={"b": "small"})
    x, d, state = g.standard_normal((n, n, n)), g.standard_normal((n, n, n)), g.random((n, n))
    own, shared = ensemble.run(x, {"h": state}), ensemble.run(x[0], {"h": state[0]})
    d_own, d_shared = own.bptt(d), own.bptt(d[0])
    for k in range(n):
        net = ensemble[k]
        alone = net.run(x[k], {"h": state[k]})
        assert same(own.h[k], alone.h)
        assert same(shared.h[k], net.run(x[0], {"h": state[0]}).h)
        assert same(d_own["h"][k], alone.bptt(d[k])["h"])
        assert same(d_shared["h"][k], alone.bptt(d[0])["h"])


def test_network_k_is_drawn_from_seed_plus_k():
    ensemble = wb.Ensemble("lstm", 5, 2, 3, seed=7, start={"b.f": "small", "U": "he"})
    for k in range(-5, 5):
        net = wb.Recurrent("lstm", 2, 3, seed=7 + k % 5, start={"b.f": "small", "U": "he"})
        for name, array in net.parameters.items():
            assert same(ensemble.parameters[name][k], array)
            assert same(ensemble[k].parameters[name], array)
    assert [net.seed for net in ensemble] == [7, 8, 9, 10, 11]


def test_seeds_may_be_given_one_by_one_and_twice():
    ensemble = wb.Ensemble("gru", 4, 2, 3, seed=[5, 0, 5, 3])
    for k, seed in enumerate([5, 0, 5, 3]):
        net = wb.Recurrent("gru", 2, 3, seed=seed)
        assert all(same(ensemble.parameters[n][k], a) for n, a in net.parameters.items())
    assert same(ensemble.parameters["U.r"][0], ensemble.parameters["U.r"][2])


def test_a_number_may_be_another_for_every_network():
    rates = np.array([0.1, 0.5, 1.0])
    ensemble = wb.Ensemble("leaky", 3, 2, 4, leak_rate=rates, activation="relu")
    rates[0] = 9
    assert ensemble.numbers["leak_rate"].tolist() == [0.1, 0.5, 1.0]
    x = np.random.default_rng(0).standard_normal((7, 2))
    trace = ensemble.run(x)
    for k, rate in enumerate([0.1, 0.5, 1.0]):
        net = wb.Recurrent("leaky", 2, 4, seed=k, leak_rate=rate, activation="relu")
        assert same(trace.h[k], net.run(x).h)
    ensemble.numbers["leak_rate"] = 0.5
    ensemble.numbers["leak_rate"][2] = 0.25
    assert ensemble[0].numbers == {"leak_rate": 0.5}
    assert same(ensemble.run(x).h[2], ensemble[2].run(x).h)
    assert ensemble[2].numbers == {"leak_rate": 0.25}


def test_parameters_are_put_in_for_all_networks_or_each_or_changed_in_place():
    ensemble = wb.Ensemble("lstm", 3, 2, 4)
    one, g = np.arange(16.0).reshape(4, 4), np.random.default_rng(0)
    ensemble.parameters["U.f"] = one
    one[0, 0] = 99
    assert all(ensemble.parameters["U.f"][k][0].tolist() == [0, 1, 2, 3] for k in range(3))
    each = g.standard_normal((3, 4, 4))
    ensemble.parameters["U.f"] = each
    ensemble.parameters["U.f"] *= np.array([1.0, 2.0, 3.0])[:, None, None]
    assert same(ensemble.parameters["U.f"], each * np.array([1.0, 2.0, 3.0])[:, None, None])
    ensemble.parameters["b.i"][1] = 5
    assert ensemble[1].parameters["b.i"].tolist() == [5, 5, 5, 5]
    assert ensemble[0].parameters["b.i"].tolist() == [0, 0, 0, 0]


def test_a_network_that_is_taken_out_shares_nothing_with_the_ensemble():
    ensemble = wb.Ensemble("elman", 2, 2, 3)
    net, before = ensemble[0], ensemble.parameters["U"].copy()
    net.parameters["U"][...] = 0
    assert same(ensemble.parameters["U"], before)


def test_changing_the_ensemble_later_changes_no_trace():
    ensemble, x, initial, weights = ensemble_of("leaky", 3, "later")
    trace = ensemble.run(x, initial)
    before = trace.bptt(weights["h"]).parameters["U"].copy()
    ensemble.parameters["U"] *= 0
    ensemble.numbers["leak_rate"] = 0.0
    x[:] = 0
    assert same(trace.bptt(weights["h"]).parameters["U"], before)


def test_recording_less_changes_no_number_and_shows_only_what_is_named():
    ensemble, x, initial, weights = ensemble_of("lstm", 3, "less")
    whole, least = ensemble.run(x, initial), ensemble.run(x, initial, "output")
    only = ensemble.run(x, initial, record=["f"])
    assert only.names == ("f", "c", "h")
    assert np.allclose(only["f"], whole["f"], rtol=0, atol=1e-15)
    expected, found = whole.bptt(weights["h"]), least.bptt(weights["h"])
    assert np.allclose(found.parameters["U.f"], expected.parameters["U.f"], rtol=0, atol=1e-13)
    assert not whole.h.flags.writeable
    assert same(whole.initial["c"], initial["c"])


def test_x_is_shown_as_it_came():
    x = np.random.default_rng(0).standard_normal((1, 5, 2))
    assert wb.Ensemble("elman", 1, 2, 3).run(x).x.shape == (1, 5, 2)
    assert wb.Ensemble("elman", 1, 2, 3).run(x[0]).x.shape == (5, 2)
    assert wb.Ensemble("elman", 2, 2, 3).run(x[0]).x.shape == (5, 2)


def test_an_ensemble_and_its_trace_say_what_they_are():
    ensemble = wb.Ensemble("jordan", 3, 2, 4, sizes={"y": 1})
    assert repr(ensemble).startswith("Ensemble(jordan, count=3, input_size=2, hidden_size=4, y=1")
    trace = ensemble.run(np.ones((5, 2)))
    assert repr(trace).startswith("EnsembleTrace(jordan, 3 networks, 5 steps: ")
    assert repr(trace.bptt(np.ones((5, 1)))).startswith("EnsembleGradients(jordan: ")
    assert (len(ensemble), ensemble.output_size) == (3, 1)
    again = copy.deepcopy(trace)
    assert same(again.y, trace.y)


def test_a_run_that_does_not_fit_is_refused_with_its_bytes_before_anything_is_made(monkeypatch):
    monkeypatch.setattr(memory, "memory_bytes", lambda: 1e9)
    ensemble = wb.Ensemble("elman", 1000, 1, 32, seed=[0] * 1000)
    longest = np.broadcast_to(0.5, (10_000, 1))
    told = r"^x: expected a run that fits into 900 MB of memory, got 10,000 steps of 1,000 networks"
    with pytest.raises(ValueError, match=told + r" that take 2.56 GB; record="):
        ensemble.run(longest)
    with pytest.raises(ValueError, match=r"that take 2.64 GB"):
        ensemble.run(np.broadcast_to(0.5, (1000, 10_000, 1)))
    trace = ensemble.run(longest[:200], record="output")
    with pytest.raises(
        ValueError, match=r"got Jacobians of 200 steps of 1,000 networks .* 1.64 GB"
    ):
        trace.jacobian()
    with pytest.raises(ValueError, match=r"got 1,000,000 steps of 1,000 networks"):
        ensemble.log_gradient_norms(np.broadcast_to(0.5, (1_000_000, 1)))


def test_one_s_own_cell_makes_an_ensemble_too():
    ensemble = wb.Ensemble(TYPED["no_parameters"], 2, 3, 3)
    trace = ensemble.run(np.ones((4, 3)))
    assert same(trace.h[0], trace.h[1])
    assert trace.bptt(np.ones((4, 3))).parameters == {}
