"""Mutants of a function: its source with one small thing changed, each as (what, function).

Operators, constants, names, indices, comparisons, signs, attributes (gates), calls, lines left out.
"""

import ast
import copy
import inspect
import re
import textwrap

from workbench.exercises.exercise import written

_OPERATORS = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Add, ast.Div],
    ast.Div: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.FloorDiv: [ast.Div],
}
_COMPARISONS = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.Lt, ast.LtE: ast.Gt}
_CALLS = {"tanh": "sin", "sigmoid": "cos", "exp": "cos", "min": "max", "sqrt": "abs", "log": "exp"}


def mutants(exercise):
    """[(the changed source, function)] of the solution, all that differ in their source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(exercise.solution)))
    function = tree.body[0]
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    original, found = ast.unparse(tree), {}
    for index, node in enumerate(ast.walk(tree)):
        for change in _changes(node, _names(function)):
            other = copy.deepcopy(tree)
            change(list(ast.walk(other))[index])
            source = ast.unparse(ast.fix_missing_locations(other))
            # A list within itself keeps NumPy busy for ever, in a call that nothing can end.
            if source != original and not re.search(r"\b(\w+)\.append\(\1\)", source):
                found[source] = None
    around = exercise.solution.__globals__
    return [(source, written(source, around)) for source in found]


def _names(function):
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    return sorted((stored | {a.arg for a in function.args.args}) - set(_builtin()))


def _builtin():
    return {"np", "range", "len", "reversed", "sigmoid", "min", "max", "float", "zip", "enumerate"}


def _changes(node, names):
    """Functions that each change one thing of a copy of this node."""
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for new in _OPERATORS.get(type(node.op), []):
            yield lambda n, new=new: setattr(n, "op", new())
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for value in (node.value + 1, node.value - 1):
            yield lambda n, value=value: setattr(n, "value", value)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for name in names:
            yield lambda n, name=name: setattr(n, "id", name)
    elif isinstance(node, ast.Attribute) and node.attr in _CALLS:
        yield lambda n: setattr(n, "attr", _CALLS[n.attr])
    elif isinstance(node, ast.Attribute) and node.attr in "ifgo":
        for gate in "ifgo":
            yield lambda n, gate=gate: setattr(n, "attr", gate)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        yield lambda n: setattr(n, "ops", [_COMPARISONS[type(n.ops[0])]()])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield lambda n: setattr(n, "op", ast.UAdd())
    elif isinstance(node, ast.For | ast.If | ast.FunctionDef):
        for k in range(len(node.body)):
            yield lambda n, k=k: n.body.__setitem__(k, ast.Pass())
