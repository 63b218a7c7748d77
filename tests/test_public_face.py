"""The public names that others rely on: one test for each sentence of the contract."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

import workbench as wb

X = np.random.default_rng(0).standard_normal((7, 2, 12))
D = np.random.default_rng(1).standard_normal((7, 2, 32))


@pytest.fixture(scope="module")
def net():
    return wb.Recurrent("lstm", input_size=12, hidden_size=32, seed=0)


@pytest.fixture(scope="module")
def trace(net):
    return net.run(X)


@pytest.fixture(scope="module")
def gradients(trace):
    return trace.bptt(D)


def test_a_network_is_made_of_a_name_a_cell_or_one_s_own_function():
    @wb.cell
    def mine(x, h, W, U):
        h = wb.functions.tanh(W @ x + U @ h)
        return h

    by_name = wb.Recurrent("lstm", 12, 32).run(X)
    by_cell = wb.Recurrent(wb.cells.lstm, 12, 32).run(X)
    assert np.array_equal(by_name.h, by_cell.h)
    assert wb.Recurrent(mine, 12, 32).run(X).h.shape == (7, 2, 32)


def test_the_state_after_each_step(trace):
    assert trace.h.shape == (7, 2, 32)
    assert np.array_equal(trace.h, trace["h"])


def test_any_named_line_has_the_same_shape(trace):
    assert trace.names == ("i", "f", "g", "o", "c", "h")
    assert all(trace[name].shape == (7, 2, 32) for name in trace.names)
    assert np.allclose(trace["h"], trace["o"] * np.tanh(trace["c"]), atol=1e-15)


def test_the_last_states_are_a_dict_ready_for_the_next_run(net, trace):
    assert set(trace.final) == {"h", "c"}
    assert np.array_equal(trace.final["c"], trace["c"][-1])
    assert net.run(X, state=trace.final).h.shape == (7, 2, 32)


def test_one_step_is_worked_out_and_shows_itself_as_latex(trace):
    worked = trace.worked(3)
    assert worked._repr_latex_().startswith("$$")
    assert r"\sigma" in worked._repr_latex_()
    assert f"{trace['f'][3, 0, 0]:.4g}" in str(worked)


def test_bptt_takes_an_array_for_the_output_or_a_dict_for_any_line(trace, gradients):
    same = trace.bptt({"h": D})
    assert np.array_equal(same["f"], gradients["f"])
    both = trace.bptt({"h": D, "c": D})["f"] - trace.bptt({"c": D})["f"]
    assert np.allclose(both, gradients["f"], rtol=1e-10, atol=1e-12)


def test_every_line_has_its_total_adjoint(trace, gradients):
    assert all(gradients[name].shape == (7, 2, 32) for name in trace.names)
    # dL/do_t is what h_t = o_t tanh(c_t) passes on.
    assert np.allclose(gradients["o"], gradients["h"] * np.tanh(trace["c"]), atol=1e-14)


def test_carried_is_what_enters_a_step_from_later_ones(gradients):
    assert gradients.carried["c"].shape == (7, 2, 32)
    assert (gradients.carried["c"][-1] == 0).all()
    assert np.allclose(gradients["h"], gradients.carried["h"] + D, atol=1e-14)


def test_parameter_gradients_are_shaped_as_in_the_equations(net, gradients):
    assert gradients.parameters["W.i"].shape == (32, 12)
    assert {n: g.shape for n, g in gradients.parameters.items()} == {
        n: a.shape for n, a in net.parameters.items()
    }


def test_by_step_gives_norms_or_the_whole(gradients):
    norms, whole = gradients.by_step("U.f"), gradients.by_step("U.f", full=True)
    assert norms.shape == (7,)
    assert whole.shape == (7, 32, 32)
    assert np.allclose(norms, np.linalg.norm(whole, axis=(1, 2)), rtol=1e-8)
    assert np.allclose(whole.sum(axis=0), gradients.parameters["U.f"], atol=1e-13)


def test_gradients_by_the_input_and_the_initial_states(gradients):
    assert gradients.x.shape == X.shape
    assert gradients.initial["c"].shape == (2, 32)


def test_the_jacobian_stacks_the_states_in_the_order_of_the_signature(trace):
    jacobian = trace.jacobian()
    assert jacobian.shape == (7, 2, 64, 64)
    # dc_t/dc_{t-1} at fixed h is the forget gate.
    for t in range(7):
        assert np.allclose(jacobian[t, 0, 32:, 32:], np.diag(trace["f"][t, 0]), atol=1e-15)


def test_parameters_are_copied_in_as_a_whole_or_in_place():
    net = wb.Recurrent("lstm", 3, 4)
    a = np.arange(16.0).reshape(4, 4)
    net.parameters["U.f"] = a
    a[0, 0] = 99
    assert net.parameters["U.f"][0, 0] == 0
    net.parameters["U.f"][...] = 2 * np.eye(4)
    before = net.run(np.ones((3, 3))).h.copy()
    net.parameters["U.f"][0, 1] = 5
    assert not np.array_equal(net.run(np.ones((3, 3))).h, before)


def test_step_takes_one_step(net, trace):
    state = net.step(X[0], None)
    assert np.allclose(state["h"], trace.h[0], atol=1e-15)
    assert np.allclose(net.step(X[1], state)["c"], trace["c"][1], atol=1e-15)


def test_a_two_dimensional_x_drops_the_batch_axis_from_everything(net):
    trace = net.run(X[:, 0])
    gradients = trace.bptt(D[:, 0])
    assert trace.h.shape == trace["f"].shape == gradients["f"].shape == (7, 32)
    assert trace.final["h"].shape == gradients.initial["h"].shape == (32,)
    assert gradients.x.shape == (7, 12)
    assert gradients.carried["c"].shape == (7, 32)
    assert trace.jacobian().shape == (7, 64, 64)
    assert net.step(X[0, 0])["h"].shape == (32,)


def test_batch_first_turns_what_enters_and_what_leaves(net, trace, gradients):
    turned = net.run(X.swapaxes(0, 1), batch_first=True)
    assert np.array_equal(turned.h, trace.h.swapaxes(0, 1))
    assert (turned.batch_first, trace.batch_first) == (True, False)
    back = turned.bptt(D.swapaxes(0, 1))
    assert np.array_equal(back.x, gradients.x.swapaxes(0, 1))
    masked = net.run(X.swapaxes(0, 1), batch_first=True, mask=np.ones((2, 7)))
    assert np.array_equal(masked.h, turned.h)


def test_float64_unless_asked_and_x_is_cast_to_it(net):
    assert net.run(X.astype(np.float32)).h.dtype == np.float64
    small = wb.Recurrent("lstm", 12, 32, dtype="float32")
    assert small.run(X).h.dtype == np.float32
    assert small.run(X).bptt(D).parameters["U.f"].dtype == np.float32


def test_the_output_is_the_first_returned_state():
    assert wb.cells.lstm.output == "h"
    assert wb.cells.jordan.output == "y"


def test_lengths_are_shorthand_for_a_mask(net):
    by_length = net.run(X, lengths=[7, 3])
    mask = np.arange(7)[:, None] < [7, 3]
    assert np.array_equal(by_length.h, net.run(X, mask=mask).h)


def test_a_masked_step_holds_the_state_records_zeros_and_ignores_its_gradient(net):
    trace = net.run(X, lengths=[7, 3])
    assert (trace.h[3:, 1] == 0).all()
    assert (trace["f"][3:, 1] == 0).all()
    assert np.array_equal(trace.final["h"][1], trace.h[2, 1])
    late = D.copy()
    late[3:, 1] += 100
    assert np.array_equal(trace.bptt(late).x, trace.bptt(D).x)


def test_truncate_cuts_before_every_k_th_step(trace):
    d = np.zeros_like(D)
    d[5] = 1
    reached = np.abs(trace.bptt(d, truncate=2).x).max(axis=(1, 2)) > 0
    assert reached.tolist() == [False, False, False, False, True, True, False]


def test_lags_is_a_window_that_moves_with_the_loss(trace):
    d = np.zeros_like(D)
    d[5] = 1
    reached = np.abs(trace.bptt(d, lags=2).x).max(axis=(1, 2)) > 0
    assert reached.tolist() == [False, False, False, True, True, True, False]


def test_a_clamp_is_a_number_or_an_array_over_units_or_steps(net):
    assert (net.run(X, clamp={"f": 1.0})["f"] == 1).all()
    units, steps = np.linspace(0, 1, 32), np.linspace(0, 1, 7)
    assert np.array_equal(net.run(X, clamp={"f": units})["f"][3, 1], units)
    assert np.array_equal(net.run(X, clamp={"f": steps})["f"][:, 1, 5], steps)
    assert np.array_equal(net.run(X, clamp={"f": steps[:, None]})["f"][:, 0, 0], steps)


def test_no_gradient_passes_through_a_clamped_line(net):
    held = net.run(X, clamp={"f": 1.0}).bptt(D)
    assert (held.parameters["U.f"] == 0).all()
    assert (held.parameters["b.f"] == 0).all()
    assert np.abs(held.parameters["U.i"]).max() > 0


def test_record_keeps_all_what_the_backward_pass_needs_or_what_is_named(net, trace, gradients):
    least = net.run(X, record="output")
    assert np.allclose(least.bptt(D).x, gradients.x, atol=1e-14)
    named = net.run(X, record=["h", "f"])
    assert {"h", "f"} <= set(named.names)
    assert "i" not in named.names


def test_lstm_and_gru_lines_have_their_usual_names():
    assert wb.cells.lstm.states == ("h", "c")
    assert wb.cells.lstm.lines[:4] == ("i", "f", "g", "o")
    for gru in (wb.cells.gru, wb.cells.gru_reset_after):
        trace = wb.Recurrent(gru, 3, 4, start={"b": "small"}).run(np.ones((5, 3)))
        assert gru.lines == ("r", "z", "n", "h")
        before = np.concatenate([np.zeros((1, 4)), trace.h[:-1]])
        kept = (1 - trace["z"]) * trace["n"] + trace["z"] * before
        assert np.allclose(trace.h, kept, atol=1e-15)


def test_gru_resets_before_the_product_and_gru_reset_after_after_it():
    x, h = np.ones(3), np.array([0.3, -0.2, 0.5, 0.9])
    for name in ("gru", "gru_reset_after"):
        net = wb.Recurrent(name, 3, 4, seed=3, start={"d": "small"} if "after" in name else None)
        p, trace = net.parameters, net.run(x[None], {"h": h})
        r, n = trace["r"][0], trace["n"][0]
        u = p["U.n"] @ (r * h) if name == "gru" else r * (p["U.n"] @ h + p["d.n"])
        assert np.allclose(n, np.tanh(p["W.n"] @ x + p["b.n"] + u), atol=1e-15)


def test_a_network_is_layers_in_a_row_and_keeps_every_trace(net):
    dense = wb.Dense(32, 5)
    model = wb.Network(net, wb.Last(), dense)
    assert list(model.layers) == ["lstm_1", "last_1", "dense_1"]
    run, alone = model.run(X), net.run(X)
    assert run.output.shape == (2, 5)
    expected = alone.h[-1] @ dense.parameters["W"].T + dense.parameters["b"]
    assert np.allclose(run.output, expected, rtol=0, atol=1e-14)
    assert np.array_equal(run["lstm_1"]["f"], alone["f"])
    assert np.array_equal(run.final["lstm_1"]["c"], alone.final["c"])
    assert np.array_equal(model.run(X, run.final).output, model.run(X, state=run.final).output)


def test_a_network_s_gradients_have_the_names_of_its_parameters(net):
    model = wb.Network(net, wb.Last(), wb.Dense(32, 5))
    gradients = model.run(X).backward(np.ones((2, 5)))
    assert list(gradients.parameters) == list(model.parameters)
    assert {"lstm_1.W.i", "dense_1.b"} < set(gradients.parameters)
    assert np.array_equal(gradients.parameters["dense_1.b"], np.full(5, 2.0))
    assert gradients["lstm_1"]["f"].shape == (7, 2, 32)
    assert gradients.x.shape == X.shape
    before = model.parameters["dense_1.W"].copy()
    model.parameters["dense_1.W"] = 2 * before
    assert np.array_equal(model.layers["dense_1"].parameters["W"], 2 * before)


def test_an_ensemble_is_many_networks_at_once_with_count_first():
    rates = np.linspace(0.1, 1.0, 6)
    ensemble = wb.Ensemble("leaky", count=6, input_size=1, hidden_size=4, leak_rate=rates)
    x = np.random.default_rng(2).standard_normal((6, 9, 1))
    shared, own = ensemble.run(x[0]), ensemble.run(x)
    assert own.h.shape == shared["h"].shape == (6, 9, 4)
    gradients = own.bptt(np.ones((6, 9, 4)))
    assert gradients.parameters["U"].shape == ensemble.parameters["U"].shape == (6, 4, 4)
    assert gradients.x.shape == (6, 9, 1)
    assert own.jacobian().shape == (6, 9, 4, 4)
    for k in range(6):
        assert ensemble[k].numbers["leak_rate"] == rates[k]
        assert np.array_equal(own.h[k], ensemble[k].run(x[k]).h)
        assert np.array_equal(shared.h[k], ensemble[k].run(x[0]).h)


def test_the_gradient_norms_of_an_ensemble_never_underflow():
    ensemble = wb.Ensemble("elman", count=3, input_size=1, hidden_size=4)
    ensemble.parameters["U"] *= np.array([1.0, 1e-9, 0.0])[:, None, None]
    norms = ensemble.log_gradient_norms(np.ones((100, 1)))
    assert norms.shape == (3, 100)
    assert np.isfinite(norms[:2]).all()
    assert norms[1, 0] < -891
    assert np.isneginf(norms[2, :-1]).all()


def test_a_picture_is_a_matplotlib_figure(trace):
    assert isinstance(wb.pictures.gates(trace), Figure)


ROOMS = ["functions", "equations", "targets", "cells", "recurrent", "data", "measure"]
ROOMS += ["layers", "pictures", "warm", "cli", "doctor", "lab"]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_can_be_the_first_that_is_imported(room):
    code = f"import workbench.{room}; import workbench; print(workbench.cells.lstm)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "i[t] = sigmoid(W.i @ x[t] + U.i @ h[t-1] + b.i)" in done.stdout


def test_the_import_is_light():
    code = (
        "import sys, workbench; workbench.Recurrent; "
        "print([m for m in ('matplotlib', 'numba', 'torch', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_model_is_saved_and_loaded(net, tmp_path):
    model = wb.Network(net, wb.Last(), wb.Dense(32, 2))
    wb.save_model(model, tmp_path / "model.safetensors")
    loaded = wb.load_model(tmp_path / "model.safetensors")
    assert np.array_equal(loaded.run(X).output, model.run(X).output)
