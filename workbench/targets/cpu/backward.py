"""Writes backpropagation through time and the step Jacobian of a plan.

Both walk the stages of one step backwards and add up adjoints line by line. They differ in what
an adjoint belongs to: in `backward` to one row n of the batch, in `jacobian` to one row k of the
Jacobian, all at the same step. `_Time` and `_Step` say where each of them keeps its adjoints.
"""

from ...equations.gradient import contributions
from ...equations.graph import LEAVES
from ..spelling import added, identifier, indented, size_name
from .forward import is_scalar_operation, rows, unpacking
from .spelling import Spelling, total


def backward_source(plan):
    """Return the text of `backward`: adjoints of every line, parameter gradients, d_x."""
    spelling, places = Spelling(plan), _Time(plan)
    lines = [
        "@njit(**options)",
        "def backward(x, mask, cut, sizes, parameters, record, adjoints, sums):",
        *indented(unpacking(plan), 1),
        *indented(places.unpacking(), 1),
        *indented(places.buffers("B"), 1),
        "    for t in range(T - 1, -1, -1):",
        *indented(places.cleared(), 2),
    ]
    for stage in range(len(plan.blocks), 0, -1):
        lines += ["        for n in range(B):", "            if not mask[t, n]:"]
        lines += indented(places.passed() if stage == len(plan.blocks) else [], 4)
        lines += ["                continue"]
        for size, nodes in plan.blocks[stage - 1].items():
            lines += [f"            for j in range({size_name(size)}):"]
            lines += indented(_adjoints(spelling, nodes, places) or ["pass"], 4)
        lines += indented(places.products(stage), 2)
    lines += ["        if cut[t]:", *indented(places.cuts(), 3)]
    lines += indented(_after_the_loop(plan, spelling), 1)
    return "\n".join(lines) + "\n"


def jacobian_source(plan):
    """Return the text of `jacobian`: d states_t / d states_{t-1} for every step and row."""
    spelling, places = Spelling(plan), _Step(plan)
    state_total = total([plan.size(s) for s in plan.graph.states.values()])
    lines = [
        "@njit(**options)",
        "def jacobian(x, mask, sizes, parameters, record, result):",
        *indented(unpacking(plan), 1),
        f"    N = {state_total}",
        *indented(places.buffers("N"), 1),
        "    for t in range(T):",
        "        for n in range(B):",
        "            if not mask[t, n]:",
        "                for k in range(N):",
        "                    result[t, n, k, k] = real(1)",
        "                continue",
        *indented(places.cleared(), 3),
    ]
    for stage in range(len(plan.blocks), 0, -1):
        lines += ["            for k in range(N):"]
        for size, nodes in plan.blocks[stage - 1].items():
            lines += [f"                for j in range({size_name(size)}):"]
            lines += indented(_adjoints(spelling, nodes, places) or ["pass"], 5)
        lines += indented(places.products(stage), 3)
    lines += indented(places.results(), 3)
    return "\n".join(lines) + "\n"


def _adjoints(spelling, nodes, places):
    """The adjoint lines of one stage and length, from the last equation to the first."""
    here = {id(node) for node in nodes}
    inside, outgoing, names, lines = {}, {}, {}, []

    def refer(node):
        if node.op == "adjoint":
            return names[id(node.args[0])]
        return None if is_scalar_operation(node) else spelling.array(node)

    for node in reversed(nodes):
        parts = places.incoming(node) + inside.get(id(node), [])
        if not parts:
            continue
        saved = places.saved(node)
        if len(parts) == 1 and parts[0].isidentifier() and not saved:
            names[id(node)] = parts[0]
        else:
            names[id(node)] = spelling.variable(node, "d")
            lines.append(f"{names[id(node)]} = {added(parts)}")
            lines += [f"{place} = {names[id(node)]}" for place in saved]
        for argument, expression in contributions(node):
            text = spelling.spell(expression, refer)
            if id(argument) in here:
                inside.setdefault(id(argument), []).append(text)
            else:
                outgoing.setdefault(id(argument), (argument, []))[1].append(text)
    for argument, parts in outgoing.values():
        lines += places.delivered(spelling, argument, added(parts))
    return lines


def _after_the_loop(plan, spelling):
    """Gradients that are one product over all steps."""
    lines, written = [], set()
    for product in plan.products:
        pack = product.pack
        flat = f"{identifier('adjoint_product', product.name)}.reshape(T * B, {rows(pack)})"
        operand = spelling.operand(product, ":T").replace(":T + 1", "1:")
        wide = f"np.ascontiguousarray({operand}).reshape(T * B, {size_name(pack.columns)})"
        gradient = identifier("gradient", pack.name)
        if pack.name in written:
            lines.append(f"{gradient} += np.dot({flat}.T, {wide})")
        else:
            lines.append(f"np.dot({flat}.T, {wide}, {gradient})")
        written.add(pack.name)
        if product.operand.op == "input":
            matrix = identifier("matrix", pack.name)
            lines.append(f"d_x += np.dot({flat}, {matrix}).reshape(T, B, input_size)")
    return lines


def adjoint_lines(plan):
    """Names of what `backward` returns a total adjoint for: states and recorded lines."""
    recorded = [key for key, _ in plan.kept if not key.startswith("kept ")]
    return [*plan.graph.states, *recorded]


class _Places:
    """What the two kernels share: buffers for what crosses stages, and the products."""

    def __init__(self, plan, arrays):
        self.plan, self.arrays = plan, arrays
        gathered = [node for node in self._crossing() if id(node) not in arrays]
        self.scratch = {id(n): identifier("between", str(i)) for i, n in enumerate(gathered)}
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
            lines.append(f"{name} = np.zeros(({count}, {size}), real)")
        for product in self.plan.products:
            if product.stage > 0:
                columns = size_name(product.pack.columns)
                name = identifier("inner", product.name)
                lines.append(f"{name} = np.empty(({count}, {columns}), real)")
        return lines

    def cleared(self):
        return [f"{name}[:] = real(0)" for name in self.scratch.values()]

    def incoming(self, node):
        place = self.place(node)
        return [place] if place else []

    def delivered(self, spelling, argument, text):
        if argument.op == "product":
            product = self.plan.product_of(argument)
            row = self.product_row(product)
            place = (
                f"{identifier('adjoint_product', product.name)}[{row}, {spelling.slot(argument)}]"
            )
            first = id(argument) not in self.written
            self.written.add(id(argument))
            return [f"{place} {'=' if first else '+='} {text}"]
        place = self.place(argument)
        return [f"{place} += {text}"] if place else []

    def products(self, stage):
        lines = []
        for product in self.plan.products:
            whole = self.whole(product.operand)
            if product.stage != stage or whole is None:
                continue
            inner = identifier("inner", product.name)
            adjoint = identifier("adjoint_product", product.name) + self.product_step()
            lines.append(f"np.dot({adjoint}, {identifier('matrix', product.pack.name)}, {inner})")
            lines.append(f"{whole} += {inner}")
        return lines


class _Time(_Places):
    """Adjoints of `backward`: arrays over time for lines, `carried` for states."""

    def __init__(self, plan):
        lines = {name: plan.graph.lines[name] for name in adjoint_lines(plan)}
        super().__init__(plan, {id(n): identifier("adjoint", name) for name, n in lines.items()})

    def unpacking(self):
        plan = self.plan
        groups = {
            "carried": [identifier("carried", s) for s in plan.graph.states],
            "totals": [identifier("adjoint", n) for n in adjoint_lines(plan)],
            "of_products": [identifier("adjoint_product", p.name) for p in plan.products],
            "of_matrices": [identifier("gradient", p.name) for p in plan.layout.packs],
            "of_vectors": [identifier("steps", v) for v in plan.layout.vectors],
        }
        lines = ["carried, totals, of_products, d_x = adjoints", "of_matrices, of_vectors = sums"]
        for group, names in groups.items():
            if names:
                lines.append(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {group}")
        return lines

    def place(self, node):
        if id(node) in self.arrays:
            return f"{self.arrays[id(node)]}[t, n, j]"
        if id(node) in self.scratch:
            return f"{self.scratch[id(node)]}[n, j]"
        if node.op == "state":
            return f"{identifier('carried', node.value)}[t, n, j]"
        if node.op == "input":
            return "d_x[t, n, j]"
        if node.op == "vector":
            return f"{identifier('steps', node.value)}[t, j]"
        return None

    def incoming(self, node):
        parts = super().incoming(node)
        if id(node) in self.plan.output_of:
            name = identifier("carried", self.plan.output_of[id(node)])
            parts.append(f"{name}[t + 1, n, j]")
        return parts

    def saved(self, node):
        return [f"{self.arrays[id(node)]}[t, n, j]"] if id(node) in self.arrays else []

    def whole(self, node):
        """The (batch, size) array into which a product's operand gathers its adjoint."""
        if node.op == "input":
            return None
        if node.op == "state":
            return f"{identifier('carried', node.value)}[t]"
        if id(node) in self.arrays:
            return f"{self.arrays[id(node)]}[t]"
        return self.scratch.get(id(node))

    def product_row(self, product):
        return "t, n"

    def product_step(self):
        return "[t]"

    def passed(self):
        """A masked step hands the carried adjoint on as it is."""
        names = [identifier("carried", s) for s in self.plan.graph.states]
        return [f"{name}[t, n] = {name}[t + 1, n]" for name in names]

    def cuts(self):
        return [f"{identifier('carried', s)}[t] = real(0)" for s in self.plan.graph.states]


class _Step(_Places):
    """Adjoints of `jacobian`: one row k for each new state's unit, at one step."""

    def __init__(self, plan):
        super().__init__(plan, {})

    def offset(self, state):
        names = list(self.plan.graph.states)
        before = [self.plan.graph.states[n] for n in names[: names.index(state)]]
        return total([self.plan.size(node) for node in before])

    def buffers(self, count):
        lines = super().buffers(count)
        for name, node in self.plan.graph.states.items():
            into = identifier("into", name)
            lines.append(f"{into} = np.zeros(({count}, {size_name(self.plan.size(node))}), real)")
        for product in [p for p in self.plan.products if p.stage > 0]:
            name = identifier("adjoint_product", product.name)
            lines.append(f"{name} = np.zeros(({count}, {rows(product.pack)}), real)")
        return lines

    def cleared(self):
        names = [identifier("into", s) for s in self.plan.graph.states]
        return super().cleared() + [f"{name}[:] = real(0)" for name in names]

    def place(self, node):
        if id(node) in self.scratch:
            return f"{self.scratch[id(node)]}[k, j]"
        return f"{identifier('into', node.value)}[k, j]" if node.op == "state" else None

    def incoming(self, node):
        parts = super().incoming(node)
        if id(node) in self.plan.output_of:
            above = self.offset(self.plan.output_of[id(node)])
            unit = f"{above} + j" if above else "j"
            parts.append(f"(real(1) if k == {unit} else real(0))")
        return parts

    def saved(self, node):
        return []

    def whole(self, node):
        if node.op == "state":
            return identifier("into", node.value)
        return self.scratch.get(id(node))

    def delivered(self, spelling, argument, text):
        # What goes to x through a product before the loop is no part of the step's Jacobian.
        if argument.op == "product" and self.plan.product_of(argument).stage == 0:
            return []
        return super().delivered(spelling, argument, text)

    def product_row(self, product):
        return "k"

    def product_step(self):
        return ""

    def results(self):
        lines = []
        for name, node in self.plan.graph.states.items():
            above = self.offset(name)
            size = size_name(self.plan.size(node))
            first, last = above or "0", f"{above} + {size}" if above else size
            lines.append(f"result[t, n, :, {first} : {last}] = {identifier('into', name)}")
        return lines
