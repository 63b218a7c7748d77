"""Peers of the GPU's table, on a CPU: they compute what this project computes, both ways in."""

import importlib
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.bench import gpu, gpu_team, rows
from workbench.bench.peers import on_gpu, ours
from workbench.bench.problems import PASSES, TABLE_CELLS, Case, Problem


def results(passes):
    """pass -> name -> array."""
    return {name: read(call()) for name, (call, read, _) in passes.items()}


def compare(passes, problem, tolerance):
    theirs, expected = results(passes), results_of_ours(problem)
    assert set(theirs) == {*PASSES, *(on_gpu.HOST[name] for name in PASSES)}
    for name, arrays in theirs.items():
        own = expected[name.removesuffix(" from the host")]
        assert rows.difference(own, arrays, tolerance) == "", name
        assert {array.dtype.name for array in arrays.values()} == {problem.case.dtype}, name


def results_of_ours(problem):
    return {name: read(call()) for name, (call, read) in ours.prepare(problem).items()}


def problem_of(cell, dtype):
    return Problem(Case(cell, 7, 3, 4, 5, dtype=dtype))


TOLERANCE = {"float32": gpu_team.TOLERANCE, "float64": 1e-12}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("cell", TABLE_CELLS)
@pytest.mark.parametrize("name", ["torch_layer", "torch_cells_gpu", "torch_own"])
def test_a_network_of_pytorch_computes_what_we_compute(name, cell, dtype):
    pytest.importorskip("torch")
    torch_gpu = importlib.import_module("workbench.bench.peers.torch_gpu")
    peer = importlib.import_module(f"workbench.bench.peers.{name}")
    problem = problem_of(cell, dtype)
    compare(torch_gpu.prepared(peer.made, problem, device="cpu"), problem, TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("cell", TABLE_CELLS)
def test_jax_computes_what_we_compute(cell, dtype):
    jax = pytest.importorskip("jax")
    jax_gpu = importlib.import_module("workbench.bench.peers.jax_gpu")
    jax_scan = importlib.import_module("workbench.bench.peers.jax_scan")
    problem, own = problem_of(cell, dtype), jax.default_backend()
    compare(jax_gpu.prepared(jax_scan.made, problem, platform=own), problem, TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_the_reference_is_ours_in_float64_with_the_same_numbers(dtype):
    exact = importlib.import_module(gpu.EXACT.module)
    problem = problem_of("lstm", dtype)
    found = {name: read(call()) for name, (call, read) in exact.prepare(problem).items()}
    for name, arrays in results_of_ours(problem).items():
        assert rows.difference(found[name], arrays, TOLERANCE[dtype]) == ""
        assert {array.dtype.name for array in found[name].values()} == {"float64"}


@pytest.mark.parametrize("peer", gpu.PEERS, ids=lambda peer: peer.name)
def test_without_a_gpu_a_peer_says_so(peer):
    package = "jax" if peer.name.startswith("jax") else "torch"
    found = pytest.importorskip(package)
    if package == "torch" and found.cuda.is_available():
        pytest.skip("PyTorch has a GPU here")
    if package == "jax" and found.default_backend() == "gpu":
        pytest.skip("JAX has a GPU here")
    with pytest.raises(RuntimeError, match=r"^this (PyTorch|JAX) \(.+\) can use no GPU"):
        importlib.import_module(peer.module).prepare(problem_of("lstm", "float32"))


@pytest.mark.parametrize("name", gpu_team.ROUNDED)
def test_who_rounds_float32_has_nothing_in_float64(name):
    pytest.importorskip("jax" if name.startswith("jax") else "torch")
    (peer,) = (peer for peer in gpu.PEERS if peer.name == name)
    assert importlib.import_module(peer.module).prepare(problem_of("lstm", "float64")) == {}


@pytest.mark.parametrize("on", [True, False])
def test_tf32_is_on_or_off_for_cudnn_and_for_products(on):
    torch = pytest.importorskip("torch")
    torch_gpu = importlib.import_module("workbench.bench.peers.torch_gpu")
    torch_layer = importlib.import_module("workbench.bench.peers.torch_layer")
    torch_gpu.prepared(torch_layer.made, problem_of("elman", "float32"), tf32=on, device="cpu")
    assert torch.backends.cudnn.allow_tf32 is torch.backends.cuda.matmul.allow_tf32 is on


def test_every_call_of_pytorch_is_between_two_events(monkeypatch):
    torch = pytest.importorskip("torch")
    torch_gpu = importlib.import_module("workbench.bench.peers.torch_gpu")
    happened = []

    class Event:
        def __init__(self, enable_timing):
            assert enable_timing

        def record(self):
            happened.append("event")
            self.at = len(happened)

        def synchronize(self):
            happened.append("waited")

        def elapsed_time(self, end):
            assert happened[-1] == "waited"
            return end.at - self.at

    here = SimpleNamespace(Event=Event, synchronize=lambda: happened.append("idle"))
    monkeypatch.setattr(torch, "cuda", here)
    assert torch_gpu.device_seconds(lambda: happened.append("call"), 2) == 2 * 2 / 1000
    assert happened == ["idle", *["event", "call", "event", "waited"] * 2]


def test_every_call_takes_the_next_inputs_and_enters_them_only_where_the_host_is_timed():
    problem, seen, entered = problem_of("elman", "float32"), [], []

    def forward(x):
        seen.append(x[0, 0, 0])
        return x

    def enter(array):
        entered.append(array.shape)
        return array

    run = forward, lambda h: {"h": h}, lambda x, d_h: forward(x) + d_h[..., :1], dict
    calls = on_gpu.calls_of(problem, run)
    passes = on_gpu.passes(calls, enter, on_gpu.waiting(lambda: None), lambda: None)
    before = len(entered)
    expected = [x[0, 0, 0] for x, _ in problem.inputs(on_gpu.SETS)]
    assert len(set(expected)) == on_gpu.SETS
    assert expected[0] == problem.x[0, 0, 0]
    for name, (call, _, clock) in passes.items():
        seen.clear()
        clock(call, on_gpu.SETS + 1)
        assert seen == [*expected, expected[0]], name
        copied = len(entered) - before
        each = {"forward from the host": 1, "both from the host": 2}.get(name, 0)
        assert copied == each * (on_gpu.SETS + 1), name
        before = len(entered)


def test_the_wall_clock_waits_for_the_gpu_behind_every_call():
    happened = []
    seconds = on_gpu.waiting(lambda: happened.append("waited"))
    assert seconds(lambda: happened.append("call"), 3) > 0
    assert happened == ["call", "waited"] * 3


def test_further_inputs_are_others_of_the_same_kind():
    problem = Problem(Case("lstm", 2, 3, 4, 5, dtype="float64"))
    again = Problem(Case("lstm", 2, 3, 4, 5, dtype="float64"))
    for (x, d_h), (other_x, other_d_h) in zip(problem.inputs(3), again.inputs(3), strict=True):
        assert np.array_equal(x, other_x)
        assert np.array_equal(d_h, other_d_h)
        assert (x.dtype, d_h.dtype, x.shape, d_h.shape) == ("f8", "f8", (2, 3, 4), (2, 3, 5))
    single = Problem(Case("lstm", 2, 3, 4, 5))
    assert np.array_equal(single.x, problem.x)
    assert np.array_equal(single.parameters["U.f"], problem.parameters["U.f"])


def test_control_a_call_of_ours_without_a_counted_launch_is_no_zero_seconds(monkeypatch):
    ours_gpu = importlib.import_module(gpu.GPU_OURS.module)
    monkeypatch.setattr(ours_gpu.stopwatch, "wait", lambda: None)
    with pytest.raises(RuntimeError, match="no launch lies in a stretch"):
        ours_gpu.device_seconds(lambda: None, 1)
