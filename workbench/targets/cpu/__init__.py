"""The CPU writer: from a graph to Numba kernels that record every named line.

A kernel has three kinds of pieces, kept apart in the written code: the equations of each stage, as
functions of plain numbers that `simd` makes vector code of; the matrix products (`gemm`); and the
time loop that calls both. One module holds one kernel, for one cell and one number type.

This package writes and calls kernels; it knows nothing of networks, traces or files.
"""

from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from ...equations.cell import WRITERS
from ...equations.gradient import contributions
from ...equations.stages import Layout, Plan
from ..modules import Kernel
from ..notation import Text, equations
from ..spelling import calls, identifier, narrow
from . import arena
from .backward import backward_source, jacobian_source, overwritten
from .each import backward_each_source, forward_each_source, jacobian_each_source
from .forward import forward_source
from .lengths import PlanKernels
from .log_norms import VECTORS, log_norms_source
from .parts import Job
from .places import adjoint_lines
from .products import products
from .spelling import helper_name

HEADER = '''"""{kernel} of {name}, {dtype}: written from its equations. Do not edit.

{equations}
"""

import numpy as np
from numba import njit
{functions}
from workbench.targets.gemm import {products}
from workbench.targets.simd import {vectors}

real = np.{dtype}
WIDTH = {width}  # bytes of a vector
# No flag that would let the compiler assume away NaN, infinity or the order of a sum.
options = dict(cache=CACHE, nogil=True, error_model="numpy", fastmath={{"contract", "nsz"}})
'''


KERNELS = ("forward", "backward", "jacobian")


def source(plan, kernel, dtype, given=None):
    """Return the whole module of one kernel as text.

    kernel: "forward", "backward" or "jacobian"; with "_each" behind it for every network of an
        ensemble; or "log_norms". dtype: "float32" or "float64".
    given: for "backward", the lines that a loss adds to; None for the cell's output. For
        "log_norms" the line whose norms are asked for.
    """
    from ..simd import WIDTH

    body = {
        "forward": lambda: forward_source(plan),
        "backward": lambda: backward_source(plan, given),
        "jacobian": lambda: jacobian_source(plan),
        "forward_each": lambda: forward_each_source(plan),
        "backward_each": lambda: backward_each_source(plan, given),
        "jacobian_each": lambda: jacobian_each_source(plan),
        "log_norms": lambda: log_norms_source(plan, given, dtype),
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
        products="multiply" if kernel in KERNELS else "multiply, pack",
        vectors=VECTORS if kernel == "log_norms" else "elementwise, where",
        width=WIDTH,
    )
    return "\n\n".join([title, narrow(body)])


class Adjoints(NamedTuple):
    """What `backward` finds: of states, (time + 1, batch, units), of lines, products and x."""

    carried: tuple
    totals: tuple
    products: tuple
    d_x: np.ndarray


def operand(plan, node, x, record):
    """What a matrix multiplied at every step, (time, batch, units)."""
    array, first = operand_array(plan, node, x, record)
    return array[first : first + len(x)]


def operand_array(plan, node, x, record):
    """(the array that has what a matrix multiplied, the step at which it begins in it)."""
    kind, name, first = plan.kept_as(node)
    if kind == "x":
        return x, 0
    if kind == "line":
        return record[1][plan.position_of[name]], 0
    return record[0][plan.state_position[name]], first


class Kernels(PlanKernels):
    """The kernels of one graph, with the arrays they take.

    plan: what is kept at each step. dtype: "float32" or "float64".
    Arrays are C-contiguous, time first: x (time, batch, input), mask (time, batch) bool, states
    (time + 1, batch, size), lines (time, batch, size).
    """

    def __init__(self, plan, dtype):
        super().__init__(plan, dtype)
        self.kernels = {}
        self.adjoint_of = [plan.distinct.index(plan.first_of(p)) for p in plan.products]
        self.adjoint_names = [
            *(identifier("carried", state) for state in plan.graph.states),
            *(identifier("adjoint", line) for line in self.adjoint_lines),
            *(identifier("adjoint_product", product.name) for product in plan.distinct),
            "d_x",
        ]
        self.overwritten = lru_cache(lambda given: overwritten(plan, given))
        self.outputs = frozenset([next(iter(plan.graph.states))])

    def kernel(self, name, given=None):
        """Return the compiled kernel called `name`; it is written and compiled at first use."""
        key = name, given
        if key not in self.kernels:
            text = source(self.plan, name, self.dtype.name, given)
            self.kernels[key] = Kernel(text, name, identifier(self.plan.graph.name, name))
        return self.kernels[key]

    def empty_record(self, lengths, time, batch, initial, clamps, masked):
        """Return (states, lines, clamps): arrays for one run; rows that no step writes are 0.

        initial: state -> (batch, units) before the first step. clamps: line -> what it is held at.
        """
        own = self.lengths(lengths)
        shapes = [(time + 1, batch, length) for length in own.states]
        states = tuple(arena.arrays(shapes, self.dtype))
        for array, first in zip(states, initial.values(), strict=True):
            array[0] = first
        lines = arena.arrays([(time, batch, length) for length in own.lines], self.dtype)
        if masked:
            _clear(lines)
        return states, tuple(lines), self._clamps(lengths, time, batch, clamps)

    def _clamps(self, lengths, time, batch, clamps):
        """(flags, an array for every line); a vector's choice reads both of its sides."""
        names = self.plan.graph.clampable_lines
        if not names:
            return ()
        widest = max(lengths[self.plan.size(n)] for n in self.plan.graph.lines.values())
        unread = np.zeros((time, batch, widest), self.dtype)
        flags = np.array([name in clamps for name in names])
        return flags, *(clamps.get(name, unread) for name in names)

    def _packs(self, parameters, transposed):
        return self._products.packed(*parameters[0], transposed=transposed)

    @cached_property
    def _products(self):
        return products(self.dtype.name)

    def forward(self, x, mask, lengths, parameters, record):
        """Fill `record` from its initial states (states[k][0])."""
        kernel, packs = self.kernel("forward"), self._packs(parameters, transposed=True)
        own, address = self.lengths(lengths), self._products.address
        job, sizes = self._job(1, own, mask), own.sizes
        job.walk(
            lambda *share: kernel(
                (*share, address), x, mask, sizes, parameters, record, packs
            )
        )  # fmt: skip

    def backward(self, x, mask, cut, lengths, parameters, record, given):
        """Return Adjoints, (matrix gradients, vector steps).

        cut: (time,) bool; where it is true nothing is carried to the step before.
        given: line -> (time, batch, size), what the loss adds to that line's adjoint.
        """
        own = self.lengths(lengths)
        job = self._job(3, own, mask)
        lines = None if self.outputs.issuperset(given) else tuple(self.adjoint_lines)
        kernel = self.kernel("backward", lines)
        adjoints = self._adjoints(x, mask, own, given, self.overwritten(lines))
        sums = matrices, steps = self._sums(len(x), own, job.parts)
        sizes, packs = own.sizes, self._packs(parameters, transposed=False)
        address, plain = self._products.address, tuple(adjoints)  # Numba is slow with named tuples
        job.walk(
            lambda *share: kernel(
                (*share, address), x, mask, cut, sizes, parameters, record, plain, sums, packs
            )
        )
        job.share(lambda *share: self._finish(share, x, record, adjoints, matrices, packs))
        vectors = tuple(_added(s.reshape(job.parts, len(x), -1)) for s in steps)
        return adjoints, (matrices, vectors)

    def _finish(self, share, x, record, adjoints, matrices, packs):
        """Gradients that are one product over all steps, in blocks that the workers share."""
        made, written = self._products, set()
        operands = [operand(self.plan, p.operand, x, record) for p in self.plan.products]
        for product, adjoint, factor in zip(
            self.plan.products, adjoints.products, operands, strict=True
        ):
            pack = self.plan.layout.packs.index(product.pack)
            add = int(pack in written)
            made.weight_gradient(share, made.address, adjoint, factor, matrices[pack], add)
            written.add(pack)
            if product.operand.op == "input":
                arrays = adjoint, adjoint.shape[2], packs[pack], adjoints.d_x
                made.operand_gradient(share, made.address, *arrays)

    def _adjoints(self, x, mask, own, given, overwritten):
        """Return the Adjoints; what `backward` adds to begins at zero."""
        (time, batch), whole = mask.shape, mask.all()
        shapes = [(time + 1, batch, length) for length in own.states]
        shapes += [(time, batch, length) for length in own.adjoints + own.products]
        arrays = arena.arrays([*shapes, x.shape], self.dtype)
        first, last = len(own.states), len(own.states) + len(own.adjoints)
        d_lines = dict(zip(self.adjoint_lines, arrays[first:last], strict=True))
        if whole:
            filled = overwritten | {identifier("adjoint", line) for line in given}
            named = zip(arrays, self.adjoint_names, strict=True)
            _clear([array for array, name in named if name not in filled])
        else:
            _clear(arrays)
        for line, d in given.items():
            if whole:
                d_lines[line][:] = d
            else:
                np.copyto(d_lines[line], d, casting="same_kind", where=mask[:, :, None])
        of_products = tuple(arrays[last + index] for index in self.adjoint_of)
        return Adjoints(tuple(arrays[:first]), tuple(d_lines.values()), of_products, arrays[-1])

    def _sums(self, time, own, parts):
        """(gradients of matrices, gradients of vectors by part and step), at zero."""
        matrices = tuple(np.zeros(shape, self.dtype) for shape in own.matrices)
        vectors = tuple(np.zeros((parts * time, length), self.dtype) for length in own.vectors)
        return matrices, vectors

    def on_device(self, arrays, name):
        """What a GPU's kernels do; here there is none."""
        raise ValueError(f'on_device: expected a network with device="cuda" for {name}, got "cpu"')

    def _job(self, passes, own, mask):
        """How a run is cut up; passes: how often every matrix product is made."""
        step = own.multiplications
        return Job(passes * step * mask.size, mask.shape[1], step * self.dtype.itemsize)

    def jacobian(self, x, mask, lengths, parameters, record):
        """Return (time, batch, n, n): the derivative of the new states by the old ones."""
        own = self.lengths(lengths)
        total = sum(own.states)
        result = np.zeros((*mask.shape, total, total), self.dtype)
        arguments = (
            parameters,
            record,
            self._packs(parameters, transposed=False),
            result,
        )
        job = 0, 1, 1, self._products.address
        self.kernel("jacobian")(job, x, mask, own.sizes, *arguments)
        return result


def _clear(arrays):
    for array in arrays:
        array.fill(0)


def _added(parts):
    """Sum over the first axis; as it is where there is only one."""
    return parts[0] if len(parts) == 1 else parts.sum(axis=0)


@lru_cache(maxsize=256)
def kernels(graph, layout, record, dtype):
    """Return the Kernels for a graph; the same object for the same request."""
    return Kernels(Plan(graph, layout, record), dtype)


def plan_of(cell, kernel):
    """The Plan of a kernel that is only to be read. ValueError where none has that name."""
    if kernel not in KERNELS:
        raise ValueError(f"kernel: expected one of {', '.join(KERNELS)}, got {kernel!r}")
    return Plan(cell.graph, Layout.of(cell.graph), "all")


def _write(cell, kernel):
    return source(plan_of(cell, kernel), kernel, "float64")


WRITERS["cpu"] = _write

__all__ = ["Kernels", "adjoint_lines", "kernels", "operand", "source"]
