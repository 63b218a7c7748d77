"""Where adjoints lie: in arrays over time for `backward`, in rows of one step for `jacobian`."""

from ...equations.graph import LEAVES
from ..spelling import identifier, size_name
from .forward import unpacked
from .spelling import Place, rows, total


def adjoint_lines(plan):
    """Names of what `backward` returns a total adjoint for: states and recorded lines."""
    recorded = [key for key, _ in plan.kept if not key.startswith("kept ")]
    return [*plan.graph.states, *recorded]


def adjoint_groups(plan):
    """What `backward` takes besides, or part of it -> the names under which it is unpacked."""
    return {
        "adjoints": ["carried", "totals", "of_products", "d_x"],
        "sums": ["of_matrices", "of_vectors"],
        "carried": [identifier("carried", s) for s in plan.graph.states],
        "totals": [identifier("adjoint", n) for n in adjoint_lines(plan)],
        "of_products": [identifier("adjoint_product", p.name) for p in plan.products],
        "of_matrices": [identifier("gradient", p.name) for p in plan.layout.packs],
        "of_vectors": [identifier("steps", v) for v in plan.layout.vectors],
    }


class _Places:
    """What the two kernels share: buffers for what crosses stages, and the products.

    at: the index of a row in the buffers, as text.
    """

    def __init__(self, plan, spelling, arrays, at):
        self.plan, self.spelling, self.arrays, self.at = plan, spelling, arrays, at
        self.gathered = {id(node) for node in self._crossing()}
        scratch = [node for node in self._crossing() if id(node) not in arrays]
        self.scratch = {id(n): identifier("between", str(i)) for i, n in enumerate(scratch)}
        self.written = set()

    def _crossing(self):
        """Nodes whose adjoints are gathered over more than one stage."""
        plan = self.plan
        operands = [p.operand for p in plan.products if p.operand.op not in LEAVES]
        crossing = [n for n in plan.graph.nodes if plan.crosses(n)]
        return {id(n): n for n in [*operands, *crossing]}.values()

    def buffers(self, count):
        lines = []
        for node_id, name in self.scratch.items():
            size = size_name(self.plan.size(self.plan.forward[node_id]))
            lines.append(f"{name} = np.zeros(({count}) * {size}, real)")
        return lines

    def cleared(self):
        return [f"{name}[:] = real(0)" for name in self.scratch.values()]

    def between(self, node):
        """The buffer's Place of a value whose adjoint crosses stages, or None."""
        if id(node) not in self.scratch:
            return None
        name = self.scratch[id(node)]
        return Place(name, f"{self.at} * {size_name(self.plan.size(node))}", name)

    def delivered(self, argument):
        """(the Place that gathers an argument's adjoint, whether nothing lies there yet)."""
        if argument.op != "product":
            return self.place(argument), False
        product = self.plan.product_of(argument)
        name = identifier("adjoint_product", product.name)
        at = f"{self.product_row} * ({rows(product.pack)})" + self.spelling.slot(argument)
        first = id(argument) not in self.written
        self.written.add(id(argument))
        return Place(name, at, identifier(name, argument.args[0].value)), first

    def products(self, stage):
        """Lines that carry adjoints back through the matrices of a stage."""
        lines = []
        for product in self.plan.products:
            whole = self.whole(product.operand)
            if product.stage != stage or whole is None:
                continue
            array, at = whole
            height, columns = rows(product.pack), size_name(product.pack.columns)
            adjoint = identifier("adjoint_product", product.name)
            pack = identifier("pack", product.pack.name)
            lines.append(
                f"multiply(address, {self.count}, {columns}, {height}, {adjoint}, "
                f"{self.product_first} * ({height}), {height}, 1, {pack}, {array}, {at}, "
                f"{columns}, 1)"
            )
        return lines


class Time(_Places):
    """Adjoints of `backward`: arrays over time for lines, `carried` for states."""

    word, count = "back", "m"
    product_row, product_first = "row", "(t * B + first)"

    def __init__(self, plan, spelling, given):
        lines = {name: plan.graph.lines[name] for name in adjoint_lines(plan)}
        arrays = {id(node): identifier("adjoint", name) for name, node in lines.items()}
        super().__init__(plan, spelling, arrays, "here")
        self.given = {id(plan.graph.lines[name]) for name in given}

    def unpacking(self):
        return unpacked(adjoint_groups(self.plan))

    def delivered(self, argument):
        # What two products have in common is written for the first of them.
        if argument.op == "product" and id(self.plan.product_of(argument)) in self.plan.twins:
            return None, True
        return super().delivered(argument)

    def place(self, node):
        if node.op == "vector":
            name = identifier("steps", node.value)
            return Place(name, f"(part * T + t) * {size_name(self.plan.size(node))}", name)
        if id(node) in self.arrays:
            return self._over_time(self.arrays[id(node)], node)
        if id(node) in self.scratch:
            return self.between(node)
        if node.op == "state":
            return self._over_time(identifier("carried", node.value), node)
        return self._over_time("d_x", node) if node.op == "input" else None

    def _over_time(self, name, node, row="row", prefix=""):
        return Place(name, f"{row} * {size_name(self.plan.size(node))}", prefix + name)

    def incoming(self, node):
        places = []
        if id(node) in self.given or id(node) in self.gathered:
            places.append(self.place(node))
        if id(node) in self.plan.output_of:
            name = identifier("carried", self.plan.output_of[id(node)])
            places.append(self._over_time(name, node, "(row + B)", "later_"))
        return places

    def saved(self, node):
        return [self.place(node)] if id(node) in self.arrays else []

    def whole(self, node):
        """(array, flat index) into which a product's operand gathers its adjoint."""
        if node.op == "input":
            return None
        at = f"(t * B + first) * {size_name(self.plan.size(node))}"
        if node.op == "state":
            return identifier("carried", node.value), at
        if id(node) in self.arrays:
            return self.arrays[id(node)], at
        return self.scratch[id(node)], "0"

    def passed(self):
        """A masked step hands the carried adjoint on as it is."""
        lines = []
        for name, node in self.plan.graph.states.items():
            carried = identifier("carried", name)
            lines.append(f"for j in range({size_name(self.plan.size(node))}):")
            lines.append(f"    {carried}[t, n, j] = {carried}[t + 1, n, j]")
        return lines

    def cuts(self):
        names = [identifier("carried", s) for s in self.plan.graph.states]
        return [f"{name}[t, first:last] = real(0)" for name in names]


class Rows(_Places):
    """Adjoints of `jacobian`: one row k for each new state's unit, at one step."""

    word, count = "row", "N"
    product_row, product_first = "k", "0"

    def __init__(self, plan, spelling, at="k"):
        super().__init__(plan, spelling, {}, at)

    def offset(self, state):
        names = list(self.plan.graph.states)
        before = [self.plan.graph.states[n] for n in names[: names.index(state)]]
        return total([self.plan.size(node) for node in before])

    def buffers(self, count):
        lines = super().buffers(count)
        for name, node in self.plan.graph.states.items():
            size = size_name(self.plan.size(node))
            lines.append(f"{identifier('into', name)} = np.zeros(({count}, {size}), real)")
        for product in [p for p in self.plan.products if p.stage > 0]:
            name = identifier("adjoint_product", product.name)
            lines.append(f"{name} = np.zeros(({count}) * ({rows(product.pack)}), real)")
        return lines

    def cleared(self):
        names = [identifier("into", s) for s in self.plan.graph.states]
        return super().cleared() + [f"{name}[:] = real(0)" for name in names]

    def place(self, node):
        if id(node) in self.scratch:
            return self.between(node)
        if node.op != "state":
            return None
        name = identifier("into", node.value)
        return Place(name, f"{self.at} * {size_name(self.plan.size(node))}", name)

    def incoming(self, node):
        places = [self.place(node)] if id(node) in self.scratch else []
        if id(node) in self.plan.output_of:
            state = self.plan.output_of[id(node)]
            above = self.offset(state)
            at = f"{self.at} * N + {above}" if above else f"{self.at} * N"
            places.append(Place("seed", at, identifier("seed", state)))
        return places

    def saved(self, node):
        return []

    def whole(self, node):
        if node.op == "input":
            return None
        name = identifier("into", node.value) if node.op == "state" else self.scratch[id(node)]
        return name, "0"

    def delivered(self, argument):
        # What goes to x through a product before the loop is no part of the step's Jacobian.
        if argument.op == "product" and self.plan.product_of(argument).stage == 0:
            return None, True
        return super().delivered(argument)

    def results(self):
        lines = []
        for name, node in self.plan.graph.states.items():
            above = self.offset(name)
            size = size_name(self.plan.size(node))
            first, last = above or "0", f"{above} + {size}" if above else size
            lines.append(f"result[t, n, :, {first} : {last}] = {identifier('into', name)}")
        return lines
