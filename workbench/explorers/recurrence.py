"""What in a cell's equations carries a gradient back: weights on states, gates that keep a state.

Read from the graph of the equations, so it holds for a cell that a reader types. Computes nothing.
"""

from itertools import product

from ..functions import Function

ACTIVATIONS = ("tanh", "relu", "sigmoid", "identity")
CHOICES = 3
"""Functions of one cell that a page lets choose: every combination is one written source."""


def recurrent_weights(cell):
    """Names of the parameters that multiply a state or something made from one.

    Matrices of a product (`U.f @ h`, `U.n @ (r * h)`), and vectors (`u * h`, a peephole `p * c`).
    """
    made = {id(node) for node in cell.graph.states.values()}
    found = set()
    for node in cell.graph.nodes:
        if not any(id(argument) in made for argument in node.args):
            continue
        made.add(id(node))
        if node.op in ("product", "multiply"):
            found |= {a.value for a in node.args if a.op in ("matrix", "vector")}
    return [name for name in cell.parameters if name in found]


def keeps(cell):
    """[{"bias", "sign", "gate", "state"}]: gates that decide how much of a state is kept.

    In `c = f * c + i * g` the gate f keeps c, and adding to b.f keeps more: sign 1. In
    `h = (1 - f) * h + f * n` adding to b.f keeps less: sign -1. A gate counts where it is a
    sigmoid of a sum with a bias, and its product with the old state is a term of the new one.
    """
    graph = cell.graph
    names = {id(node): name for name, node in graph.lines.items()}
    found = []
    for state, old in graph.states.items():
        for term in _terms(graph.lines.get(state)):
            if term.op != "multiply" or not any(a is old for a in term.args):
                continue
            gate = next((_plain(a) for a in term.args if a is not old), old)
            sign, logistic = _logistic(gate)
            bias = None if logistic is None else _bias(logistic)
            name = names.get(id(logistic))
            if bias and name:
                found.append({"bias": bias, "sign": sign, "gate": name, "state": state})
    return found


def variants(cell):
    """[(chosen functions by name, the cell with them)]: every combination of ACTIVATIONS.

    The functions that the cell has now come first. One pair for a cell without functions.
    """
    names = [n for n, value in cell.hyper.items() if isinstance(value, Function)][:CHOICES]
    options = [list(dict.fromkeys((cell.hyper[n].name, *ACTIVATIONS))) for n in names]
    chosen = [dict(zip(names, each, strict=True)) for each in product(*options)]
    return [(each, cell.choose(**each)) for each in chosen]


def _plain(node):
    """A node without the copies that names of lines leave around it."""
    while node is not None and node.op == "copy":
        node = node.args[0]
    return node


def _terms(node):
    """The terms of a sum."""
    node = _plain(node)
    if node is None:
        return []
    if node.op != "add":
        return [node]
    return [term for argument in node.args for term in _terms(argument)]


def _logistic(gate):
    """(sign, the sigmoid) of a gate s or 1 - s; (0, None) for anything else."""
    sign = 1
    while gate.op == "subtract" and gate.args[0].op == "constant" and gate.args[0].value == 1:
        sign, gate = -sign, _plain(gate.args[1])
    is_one = gate.op == "call" and gate.value.name == "sigmoid"
    return (sign, gate) if is_one else (0, None)


def _bias(logistic):
    """The name of the vector that a sigmoid's argument adds."""
    return next((t.value for t in _terms(logistic.args[0]) if t.op == "vector"), None)
