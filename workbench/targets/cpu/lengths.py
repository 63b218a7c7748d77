"""How long every array of a plan's kernels is, once its sizes are numbers."""

from dataclasses import dataclass

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
            products=tuple(rows(p.pack) for p in plan.products if id(p) not in plan.twins),
            vectors=lengths_of(graph.parameters[name] for name in layout.vectors),
            matrices=tuple((rows(pack), int(lengths[pack.columns])) for pack in layout.packs),
            multiplications=sum(rows(p.pack) * lengths[p.pack.columns] for p in plan.products),
        )
