"""What the gates explorer shows of a large network.

Heat maps of at most `ROWS` units, evenly spaced, as bytes, and every number of one unit. The other
side is web/src/views/gates/shown.js.
"""

import numpy as np

from ...measure import gate_lines
from ...targets.javascript import products
from .wishes import mapping, put, whole

ROWS = 10
LEVELS = 254  # of a byte in a heat map; 255 is not a number


def shown(net, x, about):
    """Run the network and return (about, arrays) for a page.

    x: (time, input). about: "unit"; "clamps", line -> number; "set", [[parameter, index, value]],
    which is put into the network first. Raises ValueError with one line.
    """
    unit = whole("unit", about.get("unit"), 0, net.hidden_size - 1)
    clamps = mapping("clamps", about.get("clamps", {}))
    for change in about.get("set", []):
        _set(net, change)
    trace = net.run(x, clamp=clamps)
    known, limits, arrays = gate_lines(net.cell), {}, {}
    for name in net.cell.lines:
        line = trace[name]
        limits[name] = float(np.abs(line).max()) if np.isfinite(line).all() else 1.0
        arrays[f"heat/{name}"] = as_bytes(line, limits[name], name in known)
        arrays[f"line/{name}"] = _of_unit(line, unit)
    before, parameters = before_steps(trace), trace.parameters
    for key, (matrix, operand, line_of) in products(net.cell).items():
        weights = parameters[matrix]
        values = evaluated(operand, x, before, trace, line_of)
        row = weights[min(unit, len(weights) - 1)]
        arrays[f"product/{key}"] = (values @ row).astype(np.float32)
    first = {name: float(_of_unit(values, unit)[0]) for name, values in before.items()}
    return {"limits": limits, "gates": known, "initial": first}, arrays


def _set(net, change):
    """Put one number into a parameter."""
    try:
        name, index, value = change
        array = net.parameters[name]
    except (TypeError, ValueError, KeyError):
        array = None
    if array is None or not put(array, index, value):
        raise ValueError(f"set: expected [parameter, index, finite number], got {change!r:.60}")


def as_bytes(line, limit, gate):
    """(time, rows) bytes: where the values of some units lie between the ends of their scale."""
    count = line.shape[1]
    values = line[:, np.linspace(0, count - 1, min(count, ROWS)).astype(int)]
    low, span = (0.0, 1.0) if gate else (-limit, 2 * limit or 1.0)
    with np.errstate(invalid="ignore"):
        levels = np.rint(np.clip((values - low) / span, 0, 1) * LEVELS)
    return np.where(np.isnan(levels), LEVELS + 1, levels).astype(np.uint8)


def _of_unit(values, unit):
    return values[:, min(unit, values.shape[1] - 1)].astype(np.float32)


def before_steps(trace):
    """State -> (time, units) before each step."""
    return {
        name: np.concatenate([first[None], trace[name][:-1]])
        for name, first in trace.initial.items()
    }


def evaluated(node, x, before, trace, line_of):
    """A node's value at all steps, (time, units), from what a run recorded."""
    if id(node) in line_of:
        return trace[line_of[id(node)]]
    if node.op in ("input", "state"):
        return x if node.op == "input" else before[node.value]
    if node.op == "vector":
        return trace.parameters[node.value]
    if node.op in ("number", "constant"):
        return trace.cell.hyper[node.value] if node.op == "number" else node.value
    arguments = [evaluated(a, x, before, trace, line_of) for a in node.args]
    if node.op == "call":
        return node.value(*arguments)
    if node.op == "power":
        return arguments[0] ** node.value
    return OPERATIONS[node.op](*arguments)


OPERATIONS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "copy": np.positive,
}
