"""PyTorch's own layers: nn.LSTM, nn.GRU, nn.RNN. Gate orders i f g o and r z n."""

from collections.abc import Callable
from typing import NamedTuple

import torch

from workbench.bench.problems import BOTH, FORWARD, apart

INCLUDES = (
    "nn.LSTM, nn.GRU, nn.RNN (oneDNN where PyTorch uses it), forward in inference mode, autograd "
    "for x and the parameters; no gate is recorded"
)
PACKAGES = ("torch",)
LAYERS = {
    "lstm": (torch.nn.LSTM, "ifgo"),
    "gru_reset_after": (torch.nn.GRU, "rzn"),
    "elman": (torch.nn.RNN, ""),
}


class Run(NamedTuple):
    """A network of PyTorch: what it computes, and how its results are read as arrays.

    forward(x) -> result, which output(result) reads; both(x, d_h) -> result, gradients(result).
    x and d_h are tensors where the network lies; that of `both` is one that autograd follows.
    """

    forward: Callable
    output: Callable
    both: Callable
    gradients: Callable


def prepare(problem):
    return on_cpu(made(problem), problem)


def on_cpu(run, problem):
    """The passes of a Run with the problem's arrays."""
    x, d_h = torch.from_numpy(problem.x), torch.from_numpy(problem.d_h)
    followed = x.clone().requires_grad_()
    return {
        FORWARD: (lambda: run.forward(x), run.output),
        BOTH: (lambda: run.both(followed, d_h), run.gradients),
    }


def made(problem, device="cpu"):
    """PyTorch's layer of this cell with the problem's parameters, as a Run."""
    case = problem.case
    make, gates = LAYERS[problem.cell.name]
    like = {"device": device, "dtype": getattr(torch, case.dtype)}
    layer = make(case.input_size, case.hidden_size, **like)
    fill(layer, problem, gates, "_l0")
    return run_of(layer, lambda x: layer(x)[0], problem, gates)


def run_of(module, output, problem, gates):
    """The Run of a module that has the parameters of one layer. output: x -> every h."""
    parameters = list(module.parameters())

    def forward(x):
        with torch.inference_mode():
            return output(x)

    def both(x, d_h):
        return torch.autograd.grad(output(x), [x, *parameters], d_h)

    def gradients(found):
        d_x, d_W, d_U, d_b, d_d = (g.numpy(force=True) for g in found)
        named = {"x": d_x} | apart("W", gates, d_W) | apart("U", gates, d_U)
        named |= apart("b", gates, d_b)
        second = {"d.n": d_d[2 * problem.case.hidden_size :]}
        return named | (second if "d.n" in problem.parameters else {})

    return Run(forward, lambda h: {"h": h.numpy(force=True)}, both, gradients)


def fill(module, problem, gates, ending):
    """Put the problem's parameters into a module; it has a second bias that ours do not need.

    ending: of the parameters' names.
    """
    with torch.no_grad():
        for name, letter in (("weight_ih", "W"), ("weight_hh", "U"), ("bias_ih", "b")):
            array = torch.from_numpy(problem.joined(letter, gates))
            getattr(module, name + ending).copy_(array)
        second = getattr(module, f"bias_hh{ending}").zero_()
        if "d.n" in problem.parameters:
            second[2 * problem.case.hidden_size :] = torch.from_numpy(problem.parameters["d.n"])
