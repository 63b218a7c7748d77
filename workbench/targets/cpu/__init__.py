"""The CPU writer: from a graph to Numba kernels that record every named line.

A kernel has three kinds of pieces, kept apart in the written code: matrix products (`np.dot`),
the functions at the top of the module, and the time loop with its equations. One module holds one
kernel, for one cell and one number type.

This package writes and calls kernels; it knows nothing of networks, traces or files.
"""

from functools import lru_cache

import numpy as np

from ...equations.cell import WRITERS
from ...equations.gradient import contributions
from ...equations.stages import Layout, Plan
from ..modules import Kernel
from ..notation import Text, equations
from ..spelling import calls, identifier, indented
from .backward import adjoint_lines, backward_source, jacobian_source
from .forward import forward_source, size_order
from .spelling import helper_name

SOURCES = {"forward": forward_source, "backward": backward_source, "jacobian": jacobian_source}

HEADER = '''"""{kernel} of {name}, {dtype}: written from its equations. Do not edit.

{equations}
"""

import math

import numpy as np
from numba import njit

real = np.{dtype}
# No flag that would let the compiler assume away NaN, infinity or the order of a sum.
options = dict(cache=CACHE, nogil=True, error_model="numpy", fastmath={{"contract", "nsz"}})
'''


def source(plan, kernel, dtype):
    """Return the whole module of one kernel as text.

    kernel: "forward", "backward" or "jacobian". dtype: "float32" or "float64".
    """
    title = HEADER.format(
        kernel=kernel,
        name=plan.graph.name,
        dtype=dtype,
        equations="\n".join(equations(plan.graph, Text()).values()),
    )
    expressions = list(plan.graph.nodes)
    if kernel != "forward":
        expressions += [e for node in plan.graph.nodes for _, e in contributions(node)]
    body = SOURCES[kernel](plan)
    helpers = [_helper(function) for function in calls(expressions)]
    helpers = [text for name, text in helpers if f"{name}(" in body]
    return "\n\n".join([title, *helpers, body])


def _helper(function):
    name = helper_name(function)
    names = ("c", "a", "b")[-function.arity :] if function.arity > 2 else ("a", "b")
    arguments = ", ".join(names[: function.arity])
    body = indented(function.cpu.split("\n"), 1)
    return name, "\n".join(["@njit(**options)", f"def {name}({arguments}):", *body]) + "\n"


class Kernels:
    """The kernels of one graph, with the arrays they take.

    plan: what is kept at each step. dtype: "float32" or "float64".
    Arrays are C-contiguous, time first: x (time, batch, input), mask (time, batch) bool, states
    (time + 1, batch, size), lines (time, batch, size).
    """

    def __init__(self, plan, dtype):
        self.plan, self.dtype = plan, np.dtype(dtype)
        self.kernels, self.order = {}, size_order(plan)

    def kernel(self, name):
        """Return the compiled kernel called `name`; it is written and compiled at first use."""
        if name not in self.kernels:
            text = source(self.plan, name, self.dtype.name)
            self.kernels[name] = Kernel(text, name, identifier(self.plan.graph.name, name))
        return self.kernels[name]

    def empty_record(self, lengths, time, batch, clamps, masked):
        """Return (states, lines, clamps): arrays for one run; rows that no step writes are 0."""
        plan = self.plan
        make = np.zeros if masked else np.empty
        states = tuple(
            np.empty((time + 1, batch, lengths[plan.size(node)]), self.dtype)
            for node in plan.graph.states.values()
        )
        lines = tuple(
            make((time, batch, lengths[plan.size(node)]), self.dtype) for _, node in plan.kept
        )
        return states, lines, self._clamps(clamps)

    def _clamps(self, clamps):
        """(flags, an array for every line): where a line is not held its array is a dummy."""
        names = self.plan.graph.clampable_lines
        if not names:
            return ()
        dummy = np.zeros((1, 1, 1), self.dtype)
        flags = np.array([name in clamps for name in names])
        return flags, *(clamps.get(name, dummy) for name in names)

    def sizes(self, lengths):
        """The lengths in the order in which the kernels take them."""
        return tuple(int(lengths[name]) for name in self.order)

    def forward(self, x, mask, lengths, parameters, record):
        """Fill `record` from its initial states (states[k][0])."""
        self.kernel("forward")(x, mask, self.sizes(lengths), parameters, record)

    def backward(self, x, mask, cut, lengths, parameters, record, given):
        """Return (carried, totals, product adjoints, d_x), (matrix gradients, vector steps).

        cut: (time,) bool; where it is true nothing is carried to the step before.
        given: line -> (time, batch, size), what the loss adds to that line's adjoint.
        """
        plan, (time, batch) = self.plan, mask.shape
        states = record[0]
        carried = tuple(np.zeros_like(s) for s in states)
        totals = []
        for name in adjoint_lines(plan):
            size = lengths[plan.size(plan.graph.lines[name])]
            total = np.zeros((time, batch, size), self.dtype)
            if name in given:
                total[mask] = given[name][mask]
            totals.append(total)
        of_products = tuple(
            np.zeros((time, batch, _rows(p.pack, lengths)), self.dtype) for p in plan.products
        )
        adjoints = carried, tuple(totals), of_products, np.zeros_like(x)
        matrices, vectors, _ = parameters
        sums = (
            tuple(np.zeros_like(m) for m in matrices),
            tuple(np.zeros((time, len(v)), self.dtype) for v in vectors),
        )
        sizes = self.sizes(lengths)
        self.kernel("backward")(x, mask, cut, sizes, parameters, record, adjoints, sums)
        return adjoints, sums

    def jacobian(self, x, mask, lengths, parameters, record):
        """Return (time, batch, n, n): the derivative of the new states by the old ones."""
        total = sum(s.shape[2] for s in record[0])
        result = np.zeros((*mask.shape, total, total), self.dtype)
        self.kernel("jacobian")(x, mask, self.sizes(lengths), parameters, record, result)
        return result


def _rows(pack, lengths):
    return sum(lengths[size] for size in pack.rows.values())


@lru_cache(maxsize=256)
def kernels(graph, layout, record, dtype):
    """Return the Kernels for a graph; the same object for the same request."""
    return Kernels(Plan(graph, layout, record), dtype)


def _write(cell, kernel):
    if kernel not in SOURCES:
        raise ValueError(f"kernel: expected one of {', '.join(SOURCES)}, got {kernel!r}")
    return source(Plan(cell.graph, Layout.of(cell.graph), "all"), kernel, "float64")


WRITERS["cpu"] = _write

__all__ = ["Kernels", "adjoint_lines", "kernels", "source"]
