"""What the kernels of a plan are on every device, and how long their arrays are."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .forward import size_order
from .places import adjoint_lines


@dataclass(frozen=True)
class Lengths:
    """The lengths of all arrays of one network, in the order in which the kernels take them.

    sizes: what the kernels take as `sizes`. states, lines, adjoints (of states and recorded lines),
    products (of all rows that share one, twins once), vectors: numbers at one step of one row.
    matrices: (rows, columns) of every pack. multiplications: of one step of one row.
    """

    sizes: tuple
    states: tuple
    lines: tuple
    adjoints: tuple
    products: tuple
    vectors: tuple
    matrices: tuple
    multiplications: int

    @classmethod
    def of(cls, plan, lengths):
        """lengths: name -> length of every size that the equations name."""

        def lengths_of(nodes):
            return tuple(int(lengths[plan.size(node)]) for node in nodes)

        def rows(pack):
            return sum(int(lengths[size]) for size in pack.rows.values())

        graph, layout = plan.graph, plan.layout
        return cls(
            sizes=tuple(int(lengths[name]) for name in size_order(plan)),
            states=lengths_of(graph.states.values()),
            lines=lengths_of(node for _, node in plan.kept),
            adjoints=lengths_of(graph.lines[name] for name in adjoint_lines(plan)),
            products=tuple(rows(p.pack) for p in plan.distinct),
            vectors=lengths_of(graph.parameters[name] for name in layout.vectors),
            matrices=tuple((rows(pack), int(lengths[pack.columns])) for pack in layout.packs),
            multiplications=sum(rows(p.pack) * lengths[p.pack.columns] for p in plan.products),
        )


class PlanKernels:
    """The kernels of one plan, wherever they run. A device's own write, call and keep them.

    plan: what is kept at each step. dtype: "float32" or "float64". adjoint_lines: names of the
    total adjoints of `backward`, in their order.
    """

    def __init__(self, plan, dtype):
        self.plan, self.dtype = plan, np.dtype(dtype)
        self.adjoint_lines = adjoint_lines(plan)
        self._lengths = lru_cache(lambda items: Lengths.of(plan, dict(items)))

    def __deepcopy__(self, memo):
        return self  # its graph is looked up by what its nodes are

    def lengths(self, lengths):
        """The Lengths of all arrays, from name -> length."""
        return self._lengths(tuple(lengths.items()))
