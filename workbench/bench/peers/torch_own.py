"""Any cell as a loop over steps in PyTorch: its equations, written out operation by operation.

Each operation of the equations is one call of PyTorch, in straight lines of Python; nothing is
joined or moved out of the loop, since the code is what somebody writes who types the equations.
"""

import torch
from torch.nn.functional import elu, hardsigmoid, leaky_relu, linear, softplus, softsign

from .torch_layer import on_cpu
from .torch_loop import looped

INCLUDES = (
    "a Python loop over your equations in PyTorch, one call an operation, every line kept and "
    "stacked; autograd for x and the parameters, of no line"
)
PACKAGES = ("torch",)
FUNCTIONS = {
    "sigmoid": torch.sigmoid, "tanh": torch.tanh, "identity": lambda a: a, "relu": torch.relu,
    "leaky_relu": leaky_relu, "elu": elu, "softplus": softplus, "softsign": softsign,
    "hard_sigmoid": hardsigmoid, "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt,
    "abs": torch.abs, "maximum": torch.maximum, "minimum": torch.minimum,
}  # fmt: skip
SYMBOLS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


LEAVES = ("input", "state", "matrix", "vector", "number", "constant")


def source(cell):
    """The step of a cell as Python, step(x, states, *parameters), and the numbers it names."""
    graph, places, lines, numbers = cell.graph, {}, [], {}
    for position, node in enumerate(graph.nodes):
        places[id(node)] = place = f"v{position}"
        if node.op in ("number", "constant"):
            value = node.value if node.op == "constant" else cell.hyper[node.value]
            numbers[place] = torch.tensor(float(value))
        elif node.op not in LEAVES:
            lines.append(f"{place} = {_spelled(node, [places[id(a)] for a in node.args])}")

    def listed(nodes):
        return "".join(f"{places[id(node)]}, " for node in nodes)

    arguments = f"{places[id(graph.input)]}, states, {listed(graph.parameters.values())}"
    body = [f"({listed(graph.states.values())}) = states", *lines]
    body += [f"return ({listed(graph.outputs.values())}), ({listed(graph.lines.values())})"]
    return "\n    ".join([f"def step({arguments}):", *body]) + "\n", numbers


def _spelled(node, arguments):
    if node.op == "product":
        return f"linear({arguments[1]}, {arguments[0]})"
    if node.op == "call":
        return f"{node.value.name}({', '.join(arguments)})"
    if node.op == "copy":
        return arguments[0]
    if node.op == "negative":
        return f"-{arguments[0]}"
    if node.op == "power":
        return f"{arguments[0]} ** {node.value!r}"
    return f"{arguments[0]} {SYMBOLS[node.op]} {arguments[1]}"


def prepare(problem):
    return on_cpu(made(problem), problem)


def made(problem, device="cpu"):
    """The loop over the equations of the problem's cell, as a Run."""
    cell = problem.cell
    text, numbers = source(cell)
    numbers = {name: number.to(device) for name, number in numbers.items()}
    room = {"linear": linear, **FUNCTIONS, **numbers}
    exec(text, room)
    arrays = {name: problem.parameters[name] for name in cell.graph.parameters}
    output = list(cell.graph.lines).index(cell.output)
    return looped(problem, room["step"], arrays, dict, output, device)
