"""Gradient checkpointing over time gives what the whole run gives, in the memory of a segment."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from cases import NAMES, case

import workbench as wb
from workbench.recurrent import memory
from workbench.recurrent.checkpointed import segments_of


def close(got, expected, tolerance=1e-12):
    scale = max(1.0, np.abs(expected).max(initial=0))
    return (
        got.shape == expected.shape and np.abs(got - expected).max(initial=0) <= tolerance * scale
    )


@pytest.mark.parametrize("checkpoint", [1, 3, 10, "sqrt"])
@pytest.mark.parametrize("name", NAMES)
def test_gradients_states_and_lines_equal_those_of_the_whole(name, checkpoint):
    c = case(name, "checkpointed", time=10)
    whole = c.net.run(c.x, c.initial)
    found = c.net.run(c.x, c.initial, checkpoint=checkpoint)
    for state in whole.final:
        assert close(found.final[state], whole.final[state])
        assert close(found.initial[state], whole.initial[state])
    for line in whole.names:
        assert close(found[line], whole[line]), line
    weights = {n: w for n, w in c.weights.items() if n in c.net.cell.states}
    expected, got = whole.bptt(weights), found.bptt(weights)
    assert close(got.x, expected.x)
    for parameter, d in expected.parameters.items():
        assert close(got.parameters[parameter], d), parameter
    for state, d in expected.initial.items():
        assert close(got.initial[state], d), state


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_masks_and_rows_without_a_real_step_pass_through(name):
    generator = np.random.default_rng(3)
    net, x = wb.Recurrent(name, 2, 3), generator.standard_normal((9, 4, 2))
    mask = generator.random((9, 4)) < 0.5
    mask[:, 3] = False
    mask[3:6, 0] = False  # a whole segment
    state = {s: generator.standard_normal((4, 3)) for s in net.cell.states}
    whole, found = (net.run(x, state, mask=mask, checkpoint=k) for k in (None, 3))
    d_h = generator.standard_normal((9, 4, 3))
    expected, got = whole.bptt(d_h), found.bptt(d_h)
    assert close(got.x, expected.x)
    assert all(close(got.parameters[n], d) for n, d in expected.parameters.items())
    assert all(close(got.initial[n], d) for n, d in expected.initial.items())


def test_the_forms_of_x_come_back_as_they_went_in():
    net, x = wb.Recurrent("gru", 2, 3), np.random.default_rng(0).standard_normal((8, 5, 2))
    alone, swapped = (
        net.run(x[:, 0], checkpoint=2), net.run(x.swapaxes(0, 1), checkpoint=2, batch_first=True)
    )  # fmt: skip
    whole = net.run(x, checkpoint=2)
    assert np.array_equal(alone["h"], whole["h"][:, 0])
    assert np.array_equal(swapped["z"], whole["z"].swapaxes(0, 1))
    d_h = np.ones((8, 5, 3))
    assert np.array_equal(alone.bptt(d_h[:, 0]).x.shape, (8, 2))
    assert np.array_equal(swapped.bptt(d_h.swapaxes(0, 1)).x, whole.bptt(d_h).x.swapaxes(0, 1))
    assert alone.final["h"].shape == (3,)


def test_a_derivative_by_the_last_state_is_a_loss_at_the_last_step():
    net, x = wb.Recurrent("lstm", 2, 3), np.random.default_rng(0).standard_normal((7, 2))
    trace, d = net.run(x), np.random.default_rng(1).standard_normal((2, 3))
    at_end = np.zeros((7, 3))
    at_end[-1] = d[0]
    c_end = np.zeros((7, 3))
    c_end[-1] = d[1]
    expected = trace.bptt({"h": at_end, "c": c_end})
    got = trace.bptt(np.zeros((7, 3)), d_final={"h": d[0], "c": d[1]})
    assert all(np.array_equal(got.parameters[n], g) for n, g in expected.parameters.items())


def test_segments_cover_every_step_once():
    for steps in (1, 2, 7, 100):
        for checkpoint in (1, steps, "sqrt"):
            found = segments_of(checkpoint, steps)
            assert [t for first, stop in found for t in range(first, stop)] == list(range(steps))
    assert len(segments_of("sqrt", 1_000_000)) == 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"checkpoint": 0}, "checkpoint: expected a whole number of at least 1, got 0"),
        ({"checkpoint": 9}, "checkpoint: expected at most 8 segments, one a step, got 9"),
        ({"checkpoint": "log"}, 'checkpoint: expected a number of segments or "sqrt"'),
        ({"checkpoint": 2.5}, "checkpoint: expected a whole number"),
        ({"checkpoint": 2, "clamp": {"z": 1}}, "checkpoint: expected neither clamp nor record"),
        ({"checkpoint": 2, "record": "output"}, "checkpoint: expected neither clamp nor record"),
    ],
)
def test_a_wrong_argument_is_told_in_one_line(arguments, message):
    net = wb.Recurrent("gru", 2, 3)
    with pytest.raises(ValueError, match="expected") as caught:
        net.run(np.zeros((8, 2)), **arguments)
    assert str(caught.value).startswith(message)


WRONG = ({"h": np.zeros(4)}, {"q": np.zeros(3)}, {"h": np.full(3, np.nan)})


@pytest.mark.parametrize("d_final", WRONG)
def test_a_wrong_derivative_by_a_last_state_is_told(d_final):
    trace = wb.Recurrent("gru", 2, 3).run(np.zeros((8, 2)))
    with pytest.raises(ValueError, match=r"^d_final\['[hq]'\]: expected"):
        trace.bptt(np.zeros((8, 3)), d_final=d_final)


def test_what_does_not_fit_is_refused_with_the_number_before_it_is_made(monkeypatch):
    net = wb.Recurrent("lstm", 1, 32)
    net.run(np.zeros((10, 1)))
    monkeypatch.setattr(memory, "memory_bytes", lambda: 1e6)
    message = r"^x: expected a run that fits into 900 KB of memory, got 10,000 steps of 1 rows that"
    with pytest.raises(ValueError, match=message) as caught:
        net.run(np.zeros((10_000, 1)))
    # i, f, g, o, h, c and x of every step in float64, and the states before the first one; the
    # tanh of c is kept for the way back.
    wanted = 8 * (10_000 * (6 * 32 + 1) + 2 * 32)
    told = float(str(caught.value).partition("take ")[2].split()[0]) * 1e6
    assert told == pytest.approx(wanted, rel=0.2)
    assert net.run(np.zeros((10_000, 1)), checkpoint="sqrt").final["h"].shape == (32,)


def test_a_run_is_refused_before_anything_as_long_as_it_is_made():
    net, longest = wb.Recurrent("elman", 1, 4), np.broadcast_to(0.5, (10**13, 1))
    with pytest.raises(
        ValueError, match=r"^x: expected a run that fits into .* 10,000,000,000,000 "
    ):
        net.run(longest)


def test_the_bytes_told_are_those_of_the_arrays():
    for name in ("lstm", "gru", "elman"):
        net = wb.Recurrent(name, 3, 5)
        trace = net.run(np.zeros((11, 2, 3)))
        problem = trace._problem
        states, lines, _ = problem.record
        made = sum(a.nbytes for a in (*states, *lines)) + problem.x.nbytes
        assert net.trace_bytes(11, 2) == made
        assert net.trace_bytes(11, 2, record="output") <= made


def test_many_segments_do_not_keep_a_gradient_of_the_weights_each():
    net, x = wb.Recurrent("elman", 1, 64), np.zeros((400, 1))
    trace, d_h = net.run(x, checkpoint=400), np.ones((400, 64))
    trace.bptt(d_h)
    tracemalloc.start()
    trace.bptt(d_h)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * net.parameters["U"].nbytes


@pytest.mark.parametrize("wrong", [{"time": 0}, {"time": 2.5}, {"time": 3, "batch": 0}])
def test_sizes_that_are_none_are_told_in_one_line(wrong):
    with pytest.raises(ValueError, match=r"^(time|batch): expected a whole number of at least 1"):
        wb.Recurrent("elman", 1, 4).trace_bytes(**wrong)


PEAK = """
import resource
import numpy as np
import workbench as wb
net = wb.Recurrent("elman", 1, 32)
x = np.sin(np.arange(1_000_000.0))[:, None]
trace = net.run(x, checkpoint="sqrt")
d_h = np.zeros((1_000_000, 32))
d_h[-1] = 1
gradients = trace.bptt(d_h)
assert np.isfinite(gradients.parameters["U"]).all()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in kilobytes on Linux")
def test_a_million_steps_forward_and_backward_take_less_than_2_gigabytes():
    done = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 2.0
