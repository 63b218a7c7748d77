"""In which order a step is computed, what is packed together, and what must be kept.

A step falls into stages: the matrix products whose operands are known, then the elementwise
equations that need them, then the products of those, and so on. An LSTM has one stage, a GRU that
resets before its product has two. Products with x are done for all steps before the time loop.

Matrices that multiply the same operands are packed into one array, rows below rows, so that one
product serves them all.
"""

from dataclasses import dataclass
from functools import lru_cache

from .gradient import contributions, values_read
from .graph import LEAVES, Graph, Node, is_scalar


@dataclass(frozen=True, eq=False)
class Pack:
    """Matrices stored as one: rows of all of them below each other.

    name: for written code, such as "W_x". rows: parameter name -> name of its row count, in order.
    columns: the name of the common column count.
    """

    name: str
    rows: dict
    columns: str

    def offset(self, parameter):
        """The sizes of the rows above a parameter, to be added up."""
        names = list(self.rows)
        return [self.rows[n] for n in names[: names.index(parameter)]]


@dataclass(frozen=True, eq=False)
class Layout:
    """How the parameters of a cell are stored: packs of matrices, then vectors, then numbers."""

    packs: tuple
    vectors: tuple
    numbers: tuple

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, graph):
        """Pack the matrices of a graph that meet the same operands."""
        operands = {}
        for node in graph.nodes:
            if node.op == "product":
                operands.setdefault(node.args[0].value, []).append(node.args[1])
        groups = {}
        for name, node in graph.parameters.items():
            if node.op == "matrix":
                met = tuple(sorted({id(o) for o in operands[name]}))
                columns = graph.size(node)[1]
                groups.setdefault((met, columns), []).append(name)
        packs = []
        for (_, columns), names in groups.items():
            letters = "".join(dict.fromkeys(n.split(".")[0] for n in names))
            label = f"{letters}_{_operand_name(graph, operands[names[0]][0])}"
            if label in {p.name for p in packs}:
                label += f"_{len(packs)}"
            rows = {name: graph.size(graph.parameters[name])[0] for name in names}
            packs.append(Pack(label, rows, columns))
        vectors = tuple(n for n, node in graph.parameters.items() if node.op == "vector")
        return cls(tuple(packs), vectors, tuple(graph.numbers))

    def __deepcopy__(self, memo):
        return self  # never changes, and the kernels of a graph are found by its layout

    def pack_of(self, parameter):
        return next(pack for pack in self.packs if parameter in pack.rows)


def _operand_name(graph, operand):
    if operand.op in LEAVES:
        return operand.value
    names = [name for name, node in graph.lines.items() if node is operand]
    return names[0] if names else "inner"


@dataclass(frozen=True, eq=False)
class Product:
    """All matrices of one pack times one operand; stage 0 is before the time loop."""

    pack: Pack
    operand: Node
    stage: int
    name: str


class Plan:
    """A graph laid out for writing: stages, products, and what each step keeps.

    graph: with every value that the backward step reads made keepable.
    blocks: for each stage from 1, {name of a length: [elementwise nodes in order]}.
    products: every Product, in order of stage.
    kept: [(key, node)] of what each step stores besides the states: recorded lines under their
        names, and under "kept 1", "kept 2", ... what later stages or the backward step need.
    twins: id of a Product -> the earlier one whose adjoint is the same, row for row.
    distinct: the products that have an adjoint of their own, in order.
    """

    def __init__(self, graph, layout, record):
        self.layout, self.record = layout, record
        self.graph = graph.with_copies(_products_read_backward(graph))
        self.forward = {id(node): node for node in self.graph.nodes}
        self.users = self.graph.consumers()
        self.stage = _stages(self.graph, self.users)
        self.blocks = self._blocks()
        self.products = self._products()
        self.output_of = {id(n): s for s, n in self.graph.outputs.items()}
        self.line_of = {id(n): name for name, n in self.graph.lines.items()}
        self.twins = self._twins()
        self.distinct = [p for p in self.products if id(p) not in self.twins]
        self.kept = self._kept()
        self.key_of = {id(node): key for key, node in self.kept}
        self.position_of = {key: position for position, (key, _) in enumerate(self.kept)}
        self.state_position = {name: position for position, name in enumerate(self.graph.states)}
        self.holders = holders(self.graph)

    def size(self, node):
        return self.graph.size(node)

    def _blocks(self):
        blocks = [{} for _ in range(max(self.stage.values(), default=0))]
        for node in self.graph.nodes:
            if id(node) in self.stage and node.op != "product":
                blocks[self.stage[id(node)] - 1].setdefault(self.size(node), []).append(node)
        return blocks

    def _products(self):
        found = {}
        for node in self.graph.nodes:
            if node.op == "product":
                pack = self.layout.pack_of(node.args[0].value)
                found.setdefault((pack.name, id(node.args[1])), []).append(node)
        products = []
        for nodes in found.values():
            pack = self.layout.pack_of(nodes[0].args[0].value)
            operand = nodes[0].args[1]
            stage = 0 if operand.op == "input" else self.stage[id(nodes[0])]
            same = [p for p in products if p.pack is pack]
            name = pack.name + ("" if not same else f"_{len(same) + 1}")
            products.append(Product(pack, operand, stage, name))
        return sorted(products, key=lambda p: p.stage)

    def _twins(self):
        """Pairs that are only ever added to each other, as W.f @ x + U.f @ h for every gate."""
        found, twins = {}, {}
        for product in self.products:
            sums = tuple(self._only_sum(product, name) for name in product.pack.rows)
            if None not in sums:
                if sums in found:
                    twins[id(product)] = found[sums]
                found.setdefault(sums, product)
        return twins

    def first_of(self, product):
        """The product under whose name the adjoint of this one lies: its twin, or itself."""
        return self.twins.get(id(product), product)

    def _only_sum(self, product, name):
        """The id of the sum that alone reads this matrix times the operand, or None."""
        own = [n for n in self.graph.nodes if n.op == "product" and n.args[0].value == name]
        own = [n for n in own if n.args[1] is product.operand]
        users = [u for n in own for u in self.users.get(id(n), [])]
        if len(users) != 1 or users[0].op != "add" or id(own[0]) in self.line_of:
            return None
        return id(users[0])

    def product_of(self, node):
        """The Product that computes a product node."""
        pack = self.layout.pack_of(node.args[0].value)
        return next(p for p in self.products if p.pack is pack and p.operand is node.args[1])

    def _kept(self):
        lines = self._recorded_lines()
        needed = {id(p.operand): p.operand for p in self.products}
        needed |= {id(n): n for n in self.graph.nodes if self.crosses(n)}
        if self.record == "all" or self.record == "output":
            needed |= {id(n): n for n in read_backward(self.graph)}
        kept = [(name, self.graph.lines[name]) for name in lines]
        have = {id(node) for _, node in kept} | {id(n) for n in self.graph.outputs.values()}
        for node in self.graph.nodes:
            if id(node) in needed and id(node) not in have and node.op not in LEAVES:
                own = self.line_of.get(id(node))
                kept.append((f"kept {own or len(kept) + 1}", node))
        return kept

    def _recorded_lines(self):
        """Names of the recorded lines that are not states."""
        own = [n for n in self.graph.lines if n not in self.graph.states]
        if self.record == "all":
            return own
        return [] if self.record == "output" else [n for n in own if n in self.record]

    def kept_as(self, node):
        """Where what a matrix multiplies is kept: ("x" or "state" or "line", its name, step).

        step: 1 where it is the state after the step, in an array that begins with the initial one.
        """
        if node.op == "input":
            return "x", node.value, 0
        if node.op == "state":
            return "state", node.value, 0
        if id(node) in self.output_of:
            return "state", self.output_of[id(node)], 1
        return "line", self.key_of[id(node)], 0

    def crosses(self, node):
        """Whether an elementwise value is read in a later stage than its own."""
        if id(node) not in self.stage or node.op == "product":
            return False
        own = self.stage[id(node)]
        later = [u for u in self.users.get(id(node), []) if u.op != "product"]
        return any(self.stage.get(id(u), own) > own for u in later)


def _stages(graph, users):
    """Return id -> stage, counted from 1: as late as it can be for what is not a product's operand.

    A product belongs to the stage that begins with it. Leaves and numbers have no stage.
    """
    earliest = {}
    for node in graph.nodes:
        if node.op in LEAVES or is_scalar(node):
            continue
        before = [earliest.get(id(a), 0) for a in node.args]
        earliest[id(node)] = max(before) + 1 if node.op == "product" else max([1, *before])
    last = max(earliest.values(), default=1)
    latest = {}
    for node in reversed(graph.nodes):
        if id(node) not in earliest:
            continue
        if node.op == "product":
            latest[id(node)] = earliest[id(node)]
            continue
        limits = [latest[id(u)] - (1 if u.op == "product" else 0) for u in users.get(id(node), [])]
        latest[id(node)] = min([last, *limits])
    return latest


def read_backward(graph):
    """Return the values of the forward step that the backward step reads and cannot recompute.

    What is plain arithmetic on kept values is computed again; a function's value is kept, and so
    is whatever contains a matrix product.
    """
    forward = {id(node) for node in graph.nodes}
    named = {id(node) for node in graph.lines.values()}
    held_by = holders(graph)
    needed = {}

    def need(node):
        node = held_by.get(id(node), node)
        if node.op in LEAVES or is_scalar(node) or id(node) in needed:
            return
        if id(node) in named or not _recomputable(node, named):
            needed[id(node)] = node
        else:
            for argument in node.args:
                need(argument)

    for node in graph.nodes:
        for _, expression in contributions(node):
            for value in values_read(expression, forward):
                need(value)
    return list(needed.values())


def _recomputable(node, named):
    if node.op in LEAVES or id(node) in named:
        return True
    if node.op in ("product", "call"):
        return False
    return all(_recomputable(a, named) for a in node.args)


def holders(graph):
    """Map the id of each equation that may be held to its "held" node.

    Where a line is not held the two have the same value; where it is, the equation's adjoint is 0.
    So the backward step may read the one for the other.
    """
    return {id(node.args[0]): node for node in graph.nodes if node.op == "held"}


def _products_read_backward(graph: Graph):
    return [node for node in read_backward(graph) if node.op == "product"]
