"""A network is its layers by hand: names, sizes, states, clamps, and the forms of x."""

import numpy as np
import pytest

import workbench as wb

from .networks import cell, stirred

X = np.random.default_rng(0).standard_normal((6, 3, 3))


def test_names_are_a_kind_and_a_number():
    model = wb.Network(
        cell("lstm"), cell("lstm", 4, 4, 1), wb.LayerNorm(4), cell("gru", 4, 4), wb.Dropout(0.1),
        wb.RecurrentDropout(cell("lstm", 4, 4, 2), 0.1), wb.Reservoir(4, 6, density=0.9),
        wb.Bidirectional(cell("gru", 6, 2)), wb.MeanOverTime(), wb.Dense(4, 3), wb.Dense(3, 1),
    )  # fmt: skip
    assert list(model.layers) == [
        "lstm_1", "lstm_2", "layer_norm_1", "gru_1", "dropout_1", "lstm_3", "reservoir_1",
        "bidirectional_1", "mean_over_time_1", "dense_1", "dense_2",
    ]  # fmt: skip
    assert (model.input_size, model.output_size) == (3, 1)
    assert set(model.run(X).traces) == {
        "lstm_1", "lstm_2", "lstm_3", "gru_1", "reservoir_1",
        "bidirectional_1.forward", "bidirectional_1.backward",
    }  # fmt: skip


def test_a_stack_is_one_network_after_the_other():
    first, second, dense = cell("lstm"), cell("gru", 4, 5, 1), wb.Dense(5, 2)
    run = wb.Network(first, second, dense).run(X, lengths=[6, 3, 1])
    one = first.run(X, lengths=[6, 3, 1])
    two = second.run(one.h, lengths=[6, 3, 1])
    expected = two.h @ dense.parameters["W"].T + dense.parameters["b"]
    expected[~two.mask] = 0
    assert np.allclose(run.output, expected, rtol=0, atol=1e-15)
    assert np.array_equal(run["lstm_1"]["f"], one["f"])
    assert np.array_equal(run["gru_1"].mask, two.mask)
    assert np.array_equal(run.mask, two.mask)


def test_a_network_is_a_layer_of_another_with_its_names_behind_a_point():
    inner = wb.Network(cell(), wb.Dense(4, 3))
    model = wb.Network(inner, cell("gru", 3, 2, 1))
    assert list(model.layers) == ["network_1", "gru_1"]
    assert {"network_1.lstm_1.W.i", "network_1.dense_1.b", "gru_1.U.z"} < set(model.parameters)
    run = model.run(X)
    assert list(run.traces) == ["network_1.lstm_1", "gru_1"]
    flat = wb.Network(*inner.layers.values(), *list(model.layers.values())[1:]).run(X)
    assert np.array_equal(run.output, flat.output)
    again = model.run(X, run.final, clamp={"network_1.lstm_1": {"f": 0.0}})
    assert (again["network_1.lstm_1"]["f"] == 0).all()


def test_parameters_are_the_arrays_of_the_layers():
    net, dense = cell(), wb.Dense(4, 2)
    model = wb.Network(net, dense)
    assert set(model.parameters) == {
        *(f"lstm_1.{name}" for name in net.parameters), "dense_1.W", "dense_1.b",
    }  # fmt: skip
    assert model.parameters.count == sum(a.size for a in model.parameters.values())
    given = np.arange(8.0).reshape(2, 4)
    model.parameters["dense_1.W"] = given
    given[0, 0] = 99
    assert dense.parameters["W"][0, 0] == 0
    view = model.parameters["lstm_1.U.f"]
    view[...] = 7
    assert (net.parameters["U.f"] == 7).all()
    model.parameters["lstm_1.U.f"] = np.eye(4)
    assert np.array_equal(view, np.eye(4))
    assert repr(model.parameters).startswith(f"<{model.parameters.count} parameters: lstm_1.W.i")
    assert repr(model).startswith(f"Network of {model.parameters.count} parameters\n  lstm_1: ")


@pytest.mark.parametrize("form", ["batch", "no batch", "batch first"])
def test_final_states_go_in_again_in_every_form_of_x(form):
    model = stirred(wb.Network(cell(), wb.Bidirectional(cell("gru", 4, 3, 1))))
    x = {"batch": X, "no batch": X[:, 0], "batch first": X.swapaxes(0, 1)}[form]
    first = model.run(x, batch_first=form == "batch first")
    second = model.run(x, first.final, batch_first=form == "batch first")
    assert set(first.final) == set(model.states)
    for name, states in first.final.items():
        for state, array in states.items():
            assert np.array_equal(second[name].initial[state], array)
            units = model.states[name][state]
            assert array.shape == ((units,) if form == "no batch" else (3, units))


def test_a_lone_state_needs_no_name():
    model = wb.Network(cell("gru"))
    h = np.random.default_rng(1).standard_normal((3, 4))
    named, alone = model.run(X, {"gru_1": {"h": h}}), model.run(X, {"gru_1": h})
    assert np.array_equal(named.output, alone.output)
    assert np.array_equal(named.output, cell("gru").run(X, h).h)


def test_a_clamp_of_a_layer_is_the_clamp_of_its_recurrent():
    first, second = cell(), cell("gru", 4, 5, 1)
    model = wb.Network(first, second)
    held = np.random.default_rng(1).standard_normal((6, 3, 5))
    run = model.run(X, clamp={"gru_1": {"z": held}, "lstm_1": {"f": 1.0, "o": np.ones(4) / 2}})
    one = first.run(X, clamp={"f": 1.0, "o": np.ones(4) / 2})
    two = second.run(one.h, clamp={"z": held})
    assert np.array_equal(run.output, two.h)
    turned = model.run(
        X.swapaxes(0, 1), batch_first=True,
        clamp={"gru_1": {"z": held.swapaxes(0, 1)}, "lstm_1": {"f": 1.0, "o": np.ones(4) / 2}},
    )  # fmt: skip
    assert np.array_equal(turned.output.swapaxes(0, 1), two.h)
    d = run.backward(np.ones_like(run.output)).parameters
    assert (d["gru_1.U.z"] == 0).all()
    assert (d["gru_1.U.n"] != 0).any()


def test_record_is_that_of_every_recurrent_layer():
    model = wb.Network(cell(), cell("lstm", 4, 4, 1), wb.Dense(4, 2))
    whole, least = model.run(X), model.run(X, record="output")
    d = np.ones_like(whole.output)
    assert np.allclose(least.backward(d).x, whole.backward(d).x, rtol=0, atol=1e-14)
    some = model.run(X, record=["f"])
    assert np.allclose(some.output, whole.output, rtol=0, atol=1e-14)
    for name in ("lstm_1", "lstm_2"):
        assert "i" not in some[name].names
        assert np.allclose(some[name]["f"], whole[name]["f"], rtol=0, atol=1e-14)


def test_what_stands_at_masked_steps_changes_nothing():
    model = stirred(wb.Network(wb.Dense(3, 4, "tanh"), wb.LayerNorm(4), cell("gru", 4, 2)))
    real = np.arange(6)[:, None] < [6, 3, 1]
    filled = np.where(real[..., None], X, np.nan)
    clean, dirty = model.run(X, mask=real), model.run(filled, mask=real)
    assert np.array_equal(clean.output, dirty.output)
    assert (dirty.output[~real] == 0).all()
    d = np.where(real[..., None], np.ones_like(clean.output), np.nan)
    ours, theirs = dirty.backward(d), clean.backward(np.ones_like(clean.output))
    for name, array in theirs.parameters.items():
        assert np.array_equal(ours.parameters[name], array), name


def test_a_row_without_a_real_step_gives_its_first_state_back():
    model = wb.Network(cell(), wb.Last())
    state = {"lstm_1": {s: np.random.default_rng(2).standard_normal((3, 4)) for s in "hc"}}
    run = model.run(X, state, lengths=[6, 0, 2])
    assert (run.output[1] == 0).all()
    assert np.array_equal(run.final["lstm_1"]["c"][1], state["lstm_1"]["c"][1])
    everything = model.run(X, mask=np.zeros((6, 3)))
    assert (everything.output == 0).all()
    gradients = everything.backward(np.ones((3, 4)))
    assert all((d == 0).all() for d in gradients.parameters.values())


def test_float32_comes_from_the_layers():
    f = {"dtype": "float32"}
    model = wb.Network(wb.OneHot(5, **f), wb.Recurrent("gru", 5, 3, **f), wb.Dropout(0.5))
    assert model.dtype == np.float32
    assert model.run(np.ones((4, 2), int)).output.dtype == np.float32
    assert wb.Network(wb.Dropout(0.5)).dtype == np.float64


def test_layers_without_weights_take_any_number_of_units():
    model = wb.Network(wb.Dropout(0.5), wb.MeanOverTime())
    assert model.input_size is None
    assert np.allclose(model.run(X).output, X.mean(axis=0), atol=1e-15)
    assert model.run(X[..., :1]).output.shape == (3, 1)
    assert not model.parameters
    assert not model.run(X).traces
