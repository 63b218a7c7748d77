"""Laws that hold for every cell, whatever its equations."""

import copy
import subprocess
import sys

import numpy as np
import pytest
from cases import NAMES, case

import workbench as wb

TOLERANCE = 1e-13
COUNT = 100


def close(got, expected, tolerance=TOLERANCE):
    scale = max(1, np.abs(expected).max(initial=0))
    return (
        got.shape == expected.shape and np.abs(got - expected).max(initial=0) <= tolerance * scale
    )


def gradients_close(got, expected, tolerance=TOLERANCE):
    parameters = all(
        close(got.parameters[name], expected.parameters[name], 10 * tolerance)
        for name in expected.parameters
    )
    return parameters and close(got.x, expected.x)


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_sequence_equals_its_chunks_with_carried_state(name):
    for k in range(COUNT):
        c = case(name, ("chunks", k))
        whole = c.run()
        cut = int(np.random.default_rng(k).integers(0, len(c.x))) or len(c.x)
        first = c.net.run(c.x[:cut], c.initial)
        if cut == len(c.x):
            assert all(close(first.final[s], whole.final[s]) for s in whole.final)
            continue
        second = c.net.run(c.x[cut:], first.final)
        for line in whole.names:
            assert close(np.concatenate([first[line], second[line]]), whole[line]), (line, k)


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_of_a_whole_equals_that_of_its_chunks_tied_at_the_state(name):
    for k in range(10):
        c = case(name, ("tied", k), time=9)
        whole = c.bptt()
        first = c.net.run(c.x[:4], c.initial)
        late = c.net.run(c.x[4:], first.final).bptt({n: w[4:] for n, w in c.weights.items()})
        early = {n: w[:4].copy() for n, w in c.weights.items()}
        for state, d in late.initial.items():
            early[state][-1] += d
        early = first.bptt(early)
        for parameter, gradient in whole.parameters.items():
            total = early.parameters[parameter] + late.parameters[parameter]
            assert close(total, gradient, 1e-12), (parameter, k)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_alone_equals_the_row_in_its_batch(name):
    for k in range(COUNT):
        c = case(name, ("row", k))
        trace, gradients = c.run(), c.bptt()
        row = int(np.random.default_rng(k).integers(0, c.x.shape[1]))
        alone = c.net.run(c.x[:, row], {s: a[row] for s, a in c.initial.items()})
        own = alone.bptt({n: w[:, row] for n, w in c.weights.items()})
        for line in trace.names:
            assert close(alone[line], trace[line][:, row]), (line, k)
            assert close(own[line], gradients[line][:, row], 1e-12), (line, k)
        assert close(own.x, gradients.x[:, row], 1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_truncating_after_the_end_changes_nothing(name):
    for k in range(COUNT):
        c = case(name, ("truncate", k))
        trace = c.run()
        full = trace.bptt(c.weights)
        assert gradients_close(trace.bptt(c.weights, truncate=len(c.x)), full), k
        assert gradients_close(trace.bptt(c.weights, truncate=len(c.x) + 7), full), k
        assert gradients_close(trace.bptt(c.weights, lags=len(c.x)), full, 1e-12), k


@pytest.mark.parametrize("name", NAMES)
def test_truncated_gradients_are_those_of_chunks_with_the_state_detached(name):
    c = case(name, "detached", time=11, batch=2)
    trace, total = c.run(), {}
    state = c.initial
    for t in range(0, 11, 4):
        chunk = c.net.run(c.x[t : t + 4], state)
        state = chunk.final
        own = chunk.bptt({n: w[t : t + 4] for n, w in c.weights.items()}).parameters
        total = {n: total.get(n, 0) + g for n, g in own.items()}
    truncated = trace.bptt(c.weights, truncate=4)
    for parameter, gradient in truncated.parameters.items():
        assert close(gradient, total[parameter], 1e-12), parameter


@pytest.mark.parametrize("lags", [0, 1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_lags_add_up_the_losses_of_single_steps_each_cut_after_so_many(name, lags):
    c = case(name, ("lags", lags), time=8, batch=2)
    trace, expected = c.run(), 0
    states = {s: [c.initial[s], *trace[s]] for s in c.net.cell.states}
    for t in range(8):
        first = max(0, t - lags)
        window = c.net.run(c.x[first : t + 1], {s: a[first] for s, a in states.items()})
        own = {n: np.zeros((t + 1 - first, *w.shape[1:])) for n, w in c.weights.items()}
        for n, w in c.weights.items():
            own[n][-1] = w[t]
        d_x = np.zeros_like(c.x)
        d_x[first : t + 1] = window.bptt(own).x
        expected = expected + d_x
    assert close(trace.bptt(c.weights, lags=lags).x, expected, 1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_padding_does_not_change_the_real_steps(name):
    for k in range(COUNT):
        c = case(name, ("padding", k))
        g = np.random.default_rng(k)
        time, batch = c.x.shape[:2]
        lengths = g.integers(0, time + 1, batch)
        where = ("after", "before", "anywhere")[k % 3]
        mask = np.arange(time)[:, None] < lengths
        mask = mask[::-1] if where == "before" else mask
        mask = g.random((time, batch)) < 0.6 if where == "anywhere" else mask
        x = np.where(mask[:, :, None], c.x, np.nan)
        trace = c.net.run(x, c.initial, mask=mask)
        gradients = trace.bptt(c.weights)
        if where == "after":
            by_length = c.net.run(x, c.initial, lengths=lengths)
            assert all(np.array_equal(by_length[n], trace[n]) for n in trace.names)
        for row in range(batch):
            real = mask[:, row]
            state = {s: a[row] for s, a in c.initial.items()}
            if not real.any():
                assert all(np.array_equal(trace.final[s][row], state[s]) for s in state)
                continue
            alone = c.net.run(c.x[real, row], state)
            own = alone.bptt({n: w[real, row] for n, w in c.weights.items()})
            for line in trace.names:
                assert close(trace[line][real, row], alone[line]), (line, k)
                assert (trace[line][~real, row] == 0).all()
                assert close(gradients[line][real, row], own[line], 1e-12), (line, k)
                assert (gradients[line][~real, row] == 0).all()
            for s in alone.final:
                assert close(trace.final[s][row], alone.final[s])
                assert close(gradients.initial[s][row], own.initial[s], 1e-12), (s, where)
            assert (gradients.x[~real, row] == 0).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lags", [None, 2])
def test_by_step_adds_up_to_the_gradient(name, lags):
    c = case(name, "by step", time=7, batch=3)
    gradients = c.run().bptt(c.weights, lags=lags)
    for parameter, whole in gradients.parameters.items():
        steps = gradients.by_step(parameter, full=True)
        assert steps.shape == (7, *whole.shape)
        assert close(steps.sum(axis=0), whole, 1e-12), parameter
        norms = np.sqrt((steps.reshape(7, -1) ** 2).sum(axis=1))
        assert close(gradients.by_step(parameter), norms, 1e-7), parameter


@pytest.mark.parametrize("name", NAMES)
def test_what_is_carried_is_the_jacobian_times_what_comes_from_later(name):
    for k in range(10):
        c = case(name, ("carried", k), time=6, batch=2)
        trace, states = c.run(), c.net.cell.states
        given = {s: c.weights[s] for s in states}
        gradients = trace.bptt(given)
        carried = np.concatenate([gradients.carried[s] for s in states], axis=-1)
        losses = np.concatenate([given[s] for s in states], axis=-1)
        through = np.einsum("tbij,tbi->tbj", trace.jacobian(), carried + losses)
        first = np.concatenate([gradients.initial[s] for s in states], axis=-1)
        assert (carried[-1] == 0).all()
        assert close(carried[:-1], through[1:], 1e-12), k
        assert close(first, through[0], 1e-12), k


@pytest.mark.parametrize("name", NAMES)
def test_recording_less_changes_no_number(name):
    c = case(name, "record", time=6, batch=2)
    whole, states = c.run(), c.net.cell.states
    least = c.run(record="output")
    given = {s: c.weights[s] for s in states}
    assert gradients_close(least.bptt(given), whole.bptt(given))
    line = c.net.cell.lines[0]
    only = c.run(record=[line])
    assert set(only.names) == {line, *states}
    assert close(only[line], whole[line])


def test_steps_taken_one_by_one_equal_the_run():
    for name in NAMES:
        c = case(name, "step by step", time=5, batch=2)
        state, trace = c.initial, c.run()
        for t in range(5):
            state = c.net.step(c.x[t], state)
        assert all(close(state[s], trace.final[s]) for s in state), name


SAME = """
import hashlib, sys
sys.path.insert(0, {folder!r})
from cases import case, NAMES
h = hashlib.sha256()
for k in range(20):
    c = case(NAMES[k % len(NAMES)], ("bits", k))
    trace, gradients = c.run(), c.bptt()
    for n in trace.names:
        h.update(trace[n].tobytes()); h.update(gradients[n].tobytes())
    for p, g in gradients.parameters.items():
        h.update(g.tobytes())
    import workbench as wb
    net = wb.Recurrent("lstm", 3, 4, seed=k)
    for p, a in net.parameters.items():
        h.update(a.tobytes())
print(h.hexdigest())
"""


def test_the_same_seed_gives_the_same_bits_in_three_processes(request):
    folder = str(request.path.parent.parent)
    runs = [
        subprocess.run(
            [sys.executable, "-c", SAME.format(folder=folder)],
            capture_output=True, text=True, check=True,
        ).stdout
        for _ in range(3)
    ]  # fmt: skip
    assert len(set(runs)) == 1
    assert len(runs[0].strip()) == 64


def test_another_seed_gives_other_parameters():
    a, b = wb.Recurrent("lstm", 3, 4, seed=0), wb.Recurrent("lstm", 3, 4, seed=1)
    assert not np.array_equal(a.parameters["U.f"], b.parameters["U.f"])


def test_changing_the_network_later_changes_no_trace():
    c = case("lstm", "later", time=5, batch=2)
    trace = c.run()
    before = trace.bptt(c.weights).parameters["U.f"].copy()
    c.net.parameters["U.f"] = 0 * c.net.parameters["U.f"]
    c.x[:] = 0
    assert np.array_equal(trace.bptt(c.weights).parameters["U.f"], before)


def test_a_copy_of_a_trace_gives_the_same_gradients():
    c = case("gru", "copy", time=5, batch=2)
    trace = c.run()
    again = copy.deepcopy(trace)
    assert (again.h == trace.h).all()
    assert (again.bptt(c.weights).x == trace.bptt(c.weights).x).all()
