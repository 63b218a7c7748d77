"""The loop over steps that a student writes in PyTorch to see the gates: one step, all gates kept.

nn.LSTMCell does not give its gates away, so the step is written out, with the matrices of all gates
in one product, as it does. Gate orders i f g o and r z n.
"""

import torch
from torch.nn.functional import linear

from workbench.bench.problems import apart

from .torch_layer import Run, on_cpu

INCLUDES = (
    "a Python loop over one step of PyTorch, all gates in one product, every gate kept and "
    "stacked; autograd for x and the parameters, of no gate"
)
PACKAGES = ("torch",)
GATES = {"lstm": "ifgo", "gru_reset_after": "rzn", "elman": ""}


def lstm(x, states, W, U, b):
    h, c = states
    a_i, a_f, a_g, a_o = (linear(x, W, b) + linear(h, U)).chunk(4, 1)
    i, f, g, o = torch.sigmoid(a_i), torch.sigmoid(a_f), torch.tanh(a_g), torch.sigmoid(a_o)
    c = f * c + i * g
    h = o * torch.tanh(c)
    return (h, c), (i, f, g, o, c, h)


def gru_reset_after(x, states, W, U, b, d):
    (h,) = states
    x_r, x_z, x_n = linear(x, W, b).chunk(3, 1)
    h_r, h_z, h_n = linear(h, U).chunk(3, 1)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * (h_n + d))
    h = (1 - z) * n + z * h
    return (h,), (r, z, n, h)


def elman(x, states, W, U, b):
    h = torch.tanh(linear(x, W, b) + linear(states[0], U))
    return (h,), (h,)


STEPS = {"lstm": lstm, "gru_reset_after": gru_reset_after, "elman": elman}


def run(step, x, states, parameters):
    """Run a step over time; return every line of every step, (time, batch, units) each."""
    kept = []
    for x_t in x:
        states, lines = step(x_t, states, *parameters)
        kept.append(lines)
    return [torch.stack(line) for line in zip(*kept, strict=True)]


def prepare(problem):
    gates, step = GATES[problem.cell.name], STEPS[problem.cell.name]
    arrays = {letter: problem.joined(letter, gates) for letter in "WUb"}
    if "d.n" in problem.parameters:
        arrays["d"] = problem.parameters["d.n"]

    def named(found):
        result = {"d.n": found["d"]} if "d" in found else {}
        for letter in "WUb":
            result |= apart(letter, gates, found[letter])
        return result

    return on_cpu(looped(problem, step, arrays, named), problem)


def looped(problem, step, arrays, named, output=-1, device="cpu"):
    """A loop over `step` as a Run.

    arrays: name -> what the step takes behind x and the states, in its order. named: turns
    gradients of these into gradients by the equations' names. output: which line h is.
    """
    parameters = [torch.tensor(a, device=device, requires_grad=True) for a in arrays.values()]
    graph, batch = problem.cell.graph, problem.case.batch
    sizes = [problem.lengths[graph.size(node)] for node in graph.states.values()]
    like = {"device": device, "dtype": getattr(torch, problem.case.dtype)}
    states = tuple(torch.zeros(batch, size, **like) for size in sizes)

    def forward(x):
        with torch.inference_mode():
            return run(step, x, states, parameters)

    def both(x, d_h):
        h = run(step, x, states, parameters)[output]
        return torch.autograd.grad(h, [x, *parameters], d_h)

    def gradients(found):
        d_x, *others = (g.numpy(force=True) for g in found)
        return {"x": d_x} | named(dict(zip(arrays, others, strict=True)))

    return Run(forward, lambda lines: {"h": lines[output].numpy(force=True)}, both, gradients)
