"""Writes a backward kernel that keeps norms, not gradients, of many networks.

The loss looks at the last step alone, so that everything on the way back is linear in what is
carried: where it becomes large or small it is scaled by a power of two, and the power is counted.
Neither a long sequence nor a small number type makes a norm underflow.
"""

from ..spelling import identifier, indented, size_name
from .loops import downwards, upwards

FAR = 20
"""Powers of two beyond which what is carried is scaled."""
TIMES = 64
"""How often at most in one step: enough for the range of any number type."""
NORMS = ("largest", "squares", "power")
"""What is written for every network and step: the norm is largest * sqrt(squares) * 2**power."""


def log_norms_lines(parts, line):
    """The lines of `log_norms`. parts: the BackwardParts of a plan whose rows are networks."""
    plan = parts.plan
    norm, scale = _norm(plan, line), _scale(plan, parts.memory.group)
    step = ["row = t * B + n", *parts.step, "cuda.syncthreads()", *norm, *scale]
    return [
        "@cuda.jit(**options)",
        "def log_norms(record, adjoint, places):",
        *parts.rows,
        "        scaled = 0",
        *indented(downwards("t", "T", step), 2),
        "        cuda.syncthreads()",
    ]


def _norm(plan, line):
    """One thread writes the norm of a line's adjoint, as a multiple of its largest entry."""
    size = size_name(plan.size(plan.graph.lines[line]))
    value = f"adjoint[index({identifier('adjoint', line)} + row * {size} + j)]"
    entry = f"entry = ({value} / most if most > 0 else {value})"
    squares = [entry, "total = total + entry * entry"]
    return [
        "if thread == 0:",
        "    most = real(0)",
        *indented(upwards("j", 0, size, [f"most = max(most, arithmetic.fabs({value}))"]), 1),
        "    total = real(0)",
        *indented(upwards("j", 0, size, squares), 1),
        "    adjoint[index(largest + n * T + t)] = most",
        "    adjoint[index(squares + n * T + t)] = total",
        "    adjoint[index(power + n * T + t)] = real(scaled)",
    ]


def _scale(plan, group):
    """Every thread finds the largest entry of what is carried, and scales its own."""
    lines, own = ["most = real(0)"], []
    for name, node in plan.graph.states.items():
        size, carried = size_name(plan.size(node)), identifier("carried", name)
        value = f"adjoint[index({carried} + row * {size} + j)]"
        lines += upwards("j", 0, size, [f"most = max(most, arithmetic.fabs({value}))"])
        own += group.each_unit(plan.size(node), [f"{value} = ({value} * factor)"])
    high, low = f"real({float(2**FAR)!r})", f"real({2.0**-FAR!r})"
    return [
        *lines,
        "factor = real(1)",
        f"for _ in range({TIMES}):",
        f"    if most > {high}:",
        f"        most, factor, scaled = (most * {low}, factor * {low}, scaled + {FAR})",
        f"    if real(0) < most < {low}:",
        f"        most, factor, scaled = (most * {high}, factor * {high}, scaled - {FAR})",
        "cuda.syncthreads()",
        "if factor != real(1):",
        *indented(own, 1),
    ]
