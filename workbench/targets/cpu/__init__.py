"""The CPU writer: from a graph to Numba kernels that record every named line.

A kernel has three kinds of pieces, kept apart in the written code: the equations of each stage, as
functions of plain numbers that `simd` makes vector code of; the matrix products (`gemm`); and the
time loop that calls both. One module holds one kernel, for one cell and one number type.

This package writes and calls kernels; it knows nothing of networks, traces or files.
"""

from functools import lru_cache

import numpy as np

from ...equations.cell import WRITERS
from ...equations.gradient import contributions
from ...equations.stages import Layout, Plan
from ..modules import Kernel
from ..notation import Text, equations
from ..spelling import calls, identifier
from .backward import backward_source, jacobian_source
from .forward import forward_source, size_order
from .parts import Job
from .places import adjoint_lines
from .spelling import helper_name

HEADER = '''"""{kernel} of {name}, {dtype}: written from its equations. Do not edit.

{equations}
"""

import numpy as np
from numba import njit
{functions}
from workbench.targets.gemm import tile
from workbench.targets.simd import elementwise, where

real = np.{dtype}
WIDTH = {width}  # bytes of a vector
# No flag that would let the compiler assume away NaN, infinity or the order of a sum.
options = dict(cache=CACHE, nogil=True, error_model="numpy", fastmath={{"contract", "nsz"}})
'''


def source(plan, kernel, dtype, given=None):
    """Return the whole module of one kernel as text.

    kernel: "forward", "backward" or "jacobian". dtype: "float32" or "float64".
    given: for "backward", the lines that a loss adds to; None for the cell's output.
    """
    from ..gemm import GEMM
    from ..simd import WIDTH

    body = {
        "forward": lambda: forward_source(plan),
        "backward": lambda: backward_source(plan, given),
        "jacobian": lambda: jacobian_source(plan),
    }[kernel]()
    expressions = list(plan.graph.nodes)
    expressions += [e for node in plan.graph.nodes for _, e in contributions(node)]
    names = {f.name: helper_name(f) for f in calls(expressions)}
    used = [
        name if name == own else f"{name} as {own}"
        for name, own in sorted(names.items())
        if f"{own}(" in body
    ]
    title = HEADER.format(
        kernel=kernel,
        name=plan.graph.name,
        dtype=dtype,
        equations="\n".join(equations(plan.graph, Text()).values()),
        functions=f"\nfrom workbench.functions import {', '.join(used)}" if used else "",
        width=WIDTH,
    )
    return "\n\n".join([title + GEMM, body])


KERNELS = ("forward", "backward", "jacobian")


class Kernels:
    """The kernels of one graph, with the arrays they take.

    plan: what is kept at each step. dtype: "float32" or "float64".
    Arrays are C-contiguous, time first: x (time, batch, input), mask (time, batch) bool, states
    (time + 1, batch, size), lines (time, batch, size).
    """

    def __init__(self, plan, dtype):
        self.plan, self.dtype = plan, np.dtype(dtype)
        self.kernels, self.order = {}, size_order(plan)
        self.adjoint_lines = adjoint_lines(plan)

    def kernel(self, name, given=None):
        """Return the compiled kernel called `name`; it is written and compiled at first use."""
        key = name if given is None else f"{name} from any line"
        if key not in self.kernels:
            text = source(self.plan, name, self.dtype.name, given)
            self.kernels[key] = Kernel(text, name, identifier(self.plan.graph.name, name))
        return self.kernels[key]

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
        return states, lines, self._clamps(lengths, time, batch, clamps)

    def _clamps(self, lengths, time, batch, clamps):
        """(flags, an array for every line); a vector's choice reads both of its sides."""
        names = self.plan.graph.clampable_lines
        if not names:
            return ()
        widest = max(lengths[self.plan.size(n)] for n in self.plan.graph.lines.values())
        unread = np.zeros((time, batch, widest), self.dtype)
        flags = np.array([name in clamps for name in names])
        return flags, *(clamps.get(name, unread) for name in names)

    def sizes(self, lengths):
        """The lengths in the order in which the kernels take them."""
        return tuple(int(lengths[name]) for name in self.order)

    def _packs(self, lengths, transposed):
        """Empty arrays for the matrices in panels of whole vectors."""
        from ..simd import WIDTH

        lanes = WIDTH // self.dtype.itemsize
        made = []
        for pack in self.plan.layout.packs:
            high, wide = _rows(pack, lengths), lengths[pack.columns]
            k, n = (wide, high) if transposed else (high, wide)
            made.append(np.empty(k * -(-n // lanes) * lanes, self.dtype))
        return tuple(made)

    def forward(self, x, mask, lengths, parameters, record):
        """Fill `record` from its initial states (states[k][0])."""
        kernel, packs = self.kernel("forward"), self._packs(lengths, True)
        sizes, job = self.sizes(lengths), Job(self._work(lengths, mask), mask.shape[1])
        job.run(lambda work: kernel(work, x, mask, sizes, parameters, record, packs), finish=False)

    def backward(self, x, mask, cut, lengths, parameters, record, given):
        """Return (carried, totals, product adjoints, d_x), (matrix gradients, vector steps).

        cut: (time,) bool; where it is true nothing is carried to the step before.
        given: line -> (time, batch, size), what the loss adds to that line's adjoint.
        """
        job = Job(3 * self._work(lengths, mask), mask.shape[1])
        adjoints, sums = self._adjoints(x, mask, lengths, record[0], given, job.parts)
        only_output = set(given) <= {next(iter(self.plan.graph.states))}
        kernel = self.kernel("backward", None if only_output else tuple(self.adjoint_lines))
        sizes, packs = self.sizes(lengths), self._packs(lengths, False)
        matrices, steps = sums
        job.run(
            lambda work: kernel(
                work, x, mask, cut, sizes, parameters, record, adjoints, sums, packs
            ),
            finish=True,
        )
        time = len(x)
        vectors = tuple(_added(s.reshape(job.parts, time, -1)) for s in steps)
        return adjoints, (matrices, vectors)

    def _adjoints(self, x, mask, lengths, states, given, parts):
        """The arrays that `backward` fills; what it adds to begins at zero."""
        plan, (time, batch) = self.plan, mask.shape
        whole = mask.all()
        totals = []
        for name in self.adjoint_lines:
            size = lengths[plan.size(plan.graph.lines[name])]
            if name in given and whole:
                totals.append(np.array(given[name], self.dtype, order="C"))
                continue
            total = np.zeros((time, batch, size), self.dtype)
            if name in given:
                total[mask] = given[name][mask]
            totals.append(total)
        of_products = tuple(
            np.zeros((time, batch, _rows(p.pack, lengths)), self.dtype) for p in plan.products
        )
        carried = tuple(np.zeros(s.shape, self.dtype) for s in states)
        adjoints = carried, tuple(totals), of_products, np.zeros_like(x)
        matrices = tuple(
            np.zeros((_rows(p, lengths), lengths[p.columns]), self.dtype)
            for p in plan.layout.packs
        )
        vectors = tuple(
            np.zeros((parts * time, lengths[plan.size(plan.graph.parameters[v])]), self.dtype)
            for v in plan.layout.vectors
        )
        return adjoints, (matrices, vectors)

    def _work(self, lengths, mask):
        """Multiplications of the matrix products of one run."""
        step = sum(_rows(p.pack, lengths) * lengths[p.pack.columns] for p in self.plan.products)
        return step * mask.size

    def jacobian(self, x, mask, lengths, parameters, record):
        """Return (time, batch, n, n): the derivative of the new states by the old ones."""
        total = sum(s.shape[2] for s in record[0])
        result = np.zeros((*mask.shape, total, total), self.dtype)
        arguments = self.sizes(lengths), parameters, record, self._packs(lengths, False), result
        self.kernel("jacobian")((1, 1, 0, 0, 1, 1), x, mask, *arguments)
        return result


def _rows(pack, lengths):
    return sum(lengths[size] for size in pack.rows.values())


def _added(parts):
    """Sum over the first axis; as it is where there is only one."""
    return parts[0] if len(parts) == 1 else parts.sum(axis=0)


@lru_cache(maxsize=256)
def kernels(graph, layout, record, dtype):
    """Return the Kernels for a graph; the same object for the same request."""
    return Kernels(Plan(graph, layout, record), dtype)


def _write(cell, kernel):
    if kernel not in KERNELS:
        raise ValueError(f"kernel: expected one of {', '.join(KERNELS)}, got {kernel!r}")
    return source(Plan(cell.graph, Layout.of(cell.graph), "all"), kernel, "float64")


WRITERS["cpu"] = _write

__all__ = ["Kernels", "adjoint_lines", "kernels", "source"]
