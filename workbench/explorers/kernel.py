"""What Python answers for a network that is too large to run in a page at every move of a hand.

The answer is small whatever the network's size: heat maps of at most `ROWS` units, evenly spaced,
as bytes, and every number of one unit. The other side is web/src/views/gates/shown.js.
"""

import numpy as np

from ..measure import gate_lines
from ..targets.javascript import products

LARGE = 8_000_000
"""Multiplications of one run above which a page would no longer follow a hand."""
ROWS = 10
LEVELS = 254  # of a byte in a heat map; 255 is not a number


def is_large(net, steps):
    """Whether a run over so many steps is work for the kernel."""
    sizes = {name: net.lengths[name] for name in net.cell.size_names}
    return steps * net.cell.multiply_count(net.input_size, net.hidden_size, sizes) > LARGE


def shown(net, x, about):
    """Run the network and return (about, arrays) for a page.

    x: (time, input). about: "unit"; "clamps", line -> number; "set", [[parameter, index, value]],
    which is put into the network first. Raises ValueError with one line.
    """
    unit, clamps = _unit(net, about.get("unit")), about.get("clamps", {})
    if not isinstance(clamps, dict):
        raise ValueError(f"clamps: expected an object, got {clamps!r}")
    for change in about.get("set", []):
        _set(net, change)
    trace = net.run(x, clamp=clamps)
    known, limits, arrays = gate_lines(net.cell), {}, {}
    for name in net.cell.lines:
        line = trace[name]
        limits[name] = float(np.abs(line).max()) if np.isfinite(line).all() else 1.0
        arrays[f"heat/{name}"] = _bytes(line, limits[name], name in known)
        arrays[f"line/{name}"] = _of_unit(line, unit)
    before, parameters = _before(trace), trace.parameters
    for key, (matrix, operand, line_of) in products(net.cell).items():
        weights = parameters[matrix]
        values = _evaluated(operand, x, before, trace, line_of)
        row = weights[min(unit, len(weights) - 1)]
        arrays[f"product/{key}"] = (values @ row).astype(np.float32)
    first = {name: float(_of_unit(values, unit)[0]) for name, values in before.items()}
    return {"limits": limits, "gates": known, "initial": first}, arrays


def _unit(net, unit):
    if isinstance(unit, bool) or not isinstance(unit, int) or not 0 <= unit < net.hidden_size:
        raise ValueError(f"unit: expected 0..{net.hidden_size - 1}, got {unit!r}")
    return unit


def _set(net, change):
    """Put one number into a parameter."""
    try:
        name, index, value = change
        flat = net.parameters[name].reshape(-1)
        in_range = 0 <= index < flat.size and np.isfinite(value)
    except (TypeError, ValueError, KeyError):
        in_range = False
    if not in_range:
        raise ValueError(f"set: expected [parameter, index, finite number], got {change!r}")
    net.parameters[name][np.unravel_index(index, net.parameters[name].shape)] = value


def _bytes(line, limit, gate):
    """(time, rows) bytes: where the values of some units lie between the ends of their scale."""
    count = line.shape[1]
    values = line[:, np.linspace(0, count - 1, min(count, ROWS)).astype(int)]
    low, span = (0.0, 1.0) if gate else (-limit, 2 * limit or 1.0)
    with np.errstate(invalid="ignore"):
        levels = np.rint(np.clip((values - low) / span, 0, 1) * LEVELS)
    return np.where(np.isnan(levels), LEVELS + 1, levels).astype(np.uint8)


def _of_unit(values, unit):
    return values[:, min(unit, values.shape[1] - 1)].astype(np.float32)


def _before(trace):
    """State -> (time, units) before each step."""
    return {
        name: np.concatenate([first[None], trace[name][:-1]])
        for name, first in trace.initial.items()
    }


def _evaluated(node, x, before, trace, line_of):
    """A node's value at all steps, (time, units), from what a run recorded."""
    if id(node) in line_of:
        return trace[line_of[id(node)]]
    if node.op in ("input", "state"):
        return x if node.op == "input" else before[node.value]
    if node.op == "vector":
        return trace.parameters[node.value]
    if node.op in ("number", "constant"):
        return trace.cell.hyper[node.value] if node.op == "number" else node.value
    arguments = [_evaluated(a, x, before, trace, line_of) for a in node.args]
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
