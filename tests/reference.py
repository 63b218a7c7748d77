"""The slow, obvious version: a cell's own Python function, looped over time, on NumPy arrays.

Nothing of the product's graph, derivatives or kernels is used. The function's source is rewritten
so that each line `f = ...` passes through a hook, which notes its value, may add to it (a complex
step) or may replace it (a clamp). Vectors are columns (..., units, 1), so that any leading axes,
such as directions and batch, run at once.
"""

import ast
import inspect
import textwrap
from types import SimpleNamespace

import numpy as np

STEP = 1e-30


class _Hooks(ast.NodeTransformer):
    def __init__(self, states, function):
        assigned = {n.targets[0].id for n in ast.walk(function) if isinstance(n, ast.Assign)}
        self.states, self.assigned = states, assigned

    def visit_Return(self, node):
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        hooked = [
            value if isinstance(value, ast.Name) and value.id == state and state in self.assigned
            else ast.Call(ast.Name("__hook__", ast.Load()), [ast.Constant(state), value], [])
            for state, value in zip(self.states, values, strict=True)
        ]  # fmt: skip
        return ast.Return(ast.Tuple(hooked, ast.Load()))

    def visit_Assign(self, node):
        name = node.targets[0].id
        hook = ast.parse(f"{name} = __hook__({name!r}, {name})").body[0]
        return [node, hook]


def instrumented(cell):
    """Return function(hook, *arguments, **hyper) of the cell's equations."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cell.function)))
    function = tree.body[0]
    function.decorator_list = []
    tree = ast.fix_missing_locations(_Hooks(cell.states, function).visit(tree))
    code = compile(tree, f"<reference {cell.name}>", "exec")

    def run(hook, *arguments, **hyper):
        scope = dict(cell.function.__globals__) | {"__hook__": hook}
        exec(code, scope)
        return scope[function.name](*arguments, **hyper)

    return run


def namespaces(cell, parameters):
    """letter -> what the function takes, from name -> array."""
    found = {}
    for name, array in parameters.items():
        array = array[..., None] if cell.graph.parameters[name].op == "vector" else array
        letter, _, rest = name.partition(".")
        if rest:
            setattr(found.setdefault(letter, SimpleNamespace()), rest, array)
        else:
            found[letter] = array
    return found


def run(cell, parameters, x, initial, *, bumps=None, clamp=None, mask=None):
    """Run a cell over x (time, ..., batch, input) and return name -> (time, ..., batch, units).

    parameters: name -> (..., 1, rows, columns) or (..., 1, units), the 1 standing for the batch.
    initial: state -> (..., batch, units). bumps: line -> (time, ..., batch, units) to be added.
    clamp: line -> (time, ..., batch, units) that replaces it. mask: (time, batch).
    """
    arguments = list(inspect.signature(cell.function).parameters)[1 + len(cell.states) :]
    spaces = namespaces(cell, parameters)
    arguments = [spaces.get(a) for a in arguments if a not in cell.hyper]
    function, bumps, clamp = instrumented(cell), bumps or {}, clamp or {}
    states = [initial[name][..., None] for name in cell.states]
    record = {}
    for t in range(len(x)):
        seen = {}

        def hook(name, value, t=t, seen=seen):
            if name not in cell.lines:
                return value
            if name in clamp:
                value = np.broadcast_to(clamp[name][t][..., None], value.shape).copy()
            if name in bumps:
                value = value + bumps[name][t][..., None]
            seen[name] = value
            return value

        with np.errstate(all="ignore"):
            new = function(hook, x[t][..., None], *states, *arguments, **cell.hyper)
        if mask is not None:
            live = mask[t][:, None, None]
            states = [np.where(live, n, s) for n, s in zip(new, states, strict=True)]
            seen = {name: np.where(live, value, 0) for name, value in seen.items()}
        else:
            states = list(new)
        for name, value in seen.items():
            record.setdefault(name, []).append(value[..., 0])
    return {name: np.stack(np.broadcast_arrays(*values)) for name, values in record.items()}


def loss(record, weights):
    """Sum over lines of weights * line, for each of the leading axes: (...)."""
    total = 0
    for name, w in weights.items():
        w = w.reshape(w.shape[0], *(1,) * (record[name].ndim - w.ndim), *w.shape[1:])
        total = total + (record[name] * w).sum(axis=(0, -2, -1))
    return total
