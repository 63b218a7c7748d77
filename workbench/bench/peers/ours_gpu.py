"""This project on a GPU: a run that records every named line, and all gradients behind it."""

from workbench import Recurrent
from workbench.targets.cuda import stopwatch

from .on_gpu import calls_of, passes

INCLUDES = (
    "Recurrent.run and bptt with every named line and its gradient recorded, left on the GPU; "
    "device: from the first launch to the last, by events, without copies to the GPU; host: with "
    "the checks, all parameters and inputs copied to the GPU"
)
PACKAGES = ("numba", "numba-cuda", "numpy")


def prepare(problem):
    return timed(calls_of(problem, made(problem)))


def timed(calls):
    """The passes of calls that take arrays from the host, as ours do."""
    return passes(calls, lambda array: array, device_seconds, stopwatch.wait)


def made(problem, device="cuda"):
    """(forward(x), how its result is read, both(x, d_h), how its result is read)."""
    case = problem.case
    sizes = case.input_size, case.hidden_size
    net = Recurrent(problem.cell, *sizes, dtype=case.dtype, device=device)
    net.parameters.update(problem.parameters)
    output = problem.cell.output
    return (
        net.run,
        lambda trace: {"h": trace[output]},
        lambda x, d_h: net.run(x).bptt(d_h),
        lambda found: {"x": found.x, **found.parameters},
    )


def device_seconds(call, calls):
    """Seconds of the launches of so many calls. RuntimeError where none of them is counted."""
    stopwatch.wait()
    with stopwatch.listening() as watch:
        for _ in range(calls):
            call()
            stopwatch.wait()
    if watch.stretches == 0:
        raise RuntimeError("no launch lies in a stretch that a Stopwatch counts")
    return watch.seconds()
