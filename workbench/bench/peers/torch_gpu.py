"""What all peers of PyTorch on a GPU have in common: its events, TF32 on or off."""

import torch

from . import on_gpu

PACKAGES = ("torch", "nvidia-cudnn-cu12", "nvidia-cudnn-cu13")
TIMES = "device: between two events of each call, inputs on the GPU; host: x and d_h copied to it"


def prepared(made, problem, tf32=False, device="cuda"):
    """The passes of a network that `made(problem, device)` gives as a Run.

    tf32: whether products of float32 matrices may be rounded to 10 bits. Raises RuntimeError where
    this PyTorch can use no GPU.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError(f"this PyTorch ({torch.__version__}) can use no GPU")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    run = made(problem, device)

    def both(x, d_h):
        return run.both(x.detach().requires_grad_(), d_h)

    parts = run.forward, run.output, both, run.gradients
    clock = device_seconds if device == "cuda" else on_gpu.waiting(_nothing)
    wait = torch.cuda.synchronize if device == "cuda" else _nothing
    calls = on_gpu.calls_of(problem, parts)
    return on_gpu.passes(calls, lambda a: torch.from_numpy(a).to(device), clock, wait)


def device_seconds(call, calls):
    """Seconds between an event before and one behind each of so many calls."""
    total = 0.0
    torch.cuda.synchronize()
    for _ in range(calls):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        call()
        end.record()
        end.synchronize()
        total += begin.elapsed_time(end) / 1000
    return total


def _nothing():
    """A CPU is done when the call returns."""
