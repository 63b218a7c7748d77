"""How often each gate of each unit is shut or wide open. Does not draw."""

from dataclasses import dataclass

import numpy as np

from ..equations.cell import Cell
from .sequence import read_trace


def gate_lines(cell):
    """Names of the lines that are gates: a logistic function of something, or 1 minus a gate."""
    found = {}
    for name, node in cell.graph.lines.items():
        one_minus = node.op == "subtract" and id(node.args[1]) in found
        if _is_logistic(node) or (one_minus and node.args[0].op == "constant"):
            found[id(node)] = name
    return list(found.values())


def _is_logistic(node):
    return node.op == "call" and node.value.name in ("sigmoid", "hard_sigmoid")


@dataclass(frozen=True, eq=False)
class GateSaturation:
    """left, right: gate -> (units,), the share of real steps, over all rows, at which the unit's
    gate is below `low`, or above `high`. steps: how many steps and rows that is a share of. cell:
    whose gates they are."""

    cell: Cell
    low: float
    high: float
    left: dict[str, np.ndarray]
    right: dict[str, np.ndarray]
    steps: int


def gate_saturation(trace, low=0.1, high=0.9):
    """For every gate and unit, the share of steps at which it is shut or open: `GateSaturation`.

    trace: of a Recurrent, or of a layer of a Network's run. low, high: a gate below `low` is
    left-saturated, above `high` right-saturated; 0 <= low < high <= 1. An LSTM's forget gate that
    is right-saturated throughout never forgets; a GRU's update gate z that is left-saturated takes
    the new candidate at once. Gates are those of `gate_lines`; masked steps do not count.

    Raises ValueError for a cell without gates, for gates that were not recorded and for a trace
    without a real step. Source: Karpathy, Johnson and Fei-Fei 2015, section 4.2.
    """
    gates = gate_lines(read_trace(trace).cell)
    if not gates:
        raise ValueError(f"trace: expected a cell with gates, got {trace.cell.name}")
    missing = [name for name in gates if name not in trace.names]
    if missing:
        raise ValueError(f"trace: expected the gates recorded, got none of {', '.join(missing)}")
    if not 0 <= low < high <= 1:
        raise ValueError(f"low, high: expected 0 <= low < high <= 1, got {low!r} and {high!r}")
    real = trace.mask
    if not real.any():
        raise ValueError("trace: expected a real step, got masked ones only")
    values = {name: trace[name][real] for name in gates}
    left = {name: (array < low).mean(axis=0) for name, array in values.items()}
    right = {name: (array > high).mean(axis=0) for name, array in values.items()}
    return GateSaturation(trace.cell, float(low), float(high), left, right, int(real.sum()))
