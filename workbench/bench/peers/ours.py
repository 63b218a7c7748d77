"""This project: a run that records every named line, and backpropagation through all of them."""

from workbench import Recurrent
from workbench.bench.problems import BOTH, FORWARD

INCLUDES = (
    "Recurrent.run with its checks and every named line recorded; with gradients also bptt: "
    "of every line at every step, of x and of the parameters"
)
PACKAGES = ("numba", "numpy")


def prepare(problem):
    case = problem.case
    net = Recurrent(problem.cell, case.input_size, case.hidden_size, dtype=case.dtype)
    net.parameters.update(problem.parameters)

    def forward():
        return net.run(problem.x)

    def both():
        gradients = net.run(problem.x).bptt(problem.d_h)
        return {"x": gradients.x, **gradients.parameters}

    output = problem.cell.output
    return {FORWARD: (forward, lambda trace: {"h": trace[output]}), BOTH: (both, dict)}
