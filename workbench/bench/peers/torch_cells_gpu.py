"""The loop over nn.LSTMCell, nn.GRUCell or nn.RNNCell on a GPU, as PyTorch's users write it."""

import torch

from . import torch_gpu
from .torch_layer import fill, run_of

INCLUDES = (
    "a Python loop over nn.LSTMCell, nn.GRUCell or nn.RNNCell, TF32 off, the states of every step "
    "stacked; autograd for x and the parameters; no gate is recorded, cells do not give theirs away"
)
PACKAGES = torch_gpu.PACKAGES
CELLS = {
    "lstm": (torch.nn.LSTMCell, "ifgo"),
    "gru_reset_after": (torch.nn.GRUCell, "rzn"),
    "elman": (torch.nn.RNNCell, ""),
}


def prepare(problem):
    return torch_gpu.prepared(made, problem)


def made(problem, device="cpu"):
    """The loop with the problem's parameters, as a Run."""
    case = problem.case
    make, gates = CELLS[problem.cell.name]
    like = {"device": device, "dtype": getattr(torch, case.dtype)}
    cell = make(case.input_size, case.hidden_size, **like)
    fill(cell, problem, gates, "")

    def output(x):
        states, kept = None, []
        for x_t in x:
            states = cell(x_t, states)
            kept.append(states if isinstance(states, tuple) else (states,))
        h, *_ = (torch.stack(steps) for steps in zip(*kept, strict=True))
        return h

    return run_of(cell, output, problem, gates)
