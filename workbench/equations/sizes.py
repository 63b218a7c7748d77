"""How long every vector of a cell is, inferred from the equations.

Elementwise operations tie their operands to one length; a product W @ x ties the columns of W to
x and its rows to the result; a state is as long after the step as before. What is tied to x has
`input_size`, what is tied to the line or state h (or else to the first state) has `hidden_size`,
and any other length takes the name of the first state or line that has it.
"""

from .graph import is_scalar


class Ties:
    """Sets of values that must be equally long, with the node that tied each two of them."""

    def __init__(self):
        self.parent, self.edges = {}, []

    def root(self, key):
        self.parent.setdefault(key, key)
        while self.parent[key] != key:
            key = self.parent[key]
        return key

    def tie(self, a, b, because):
        ra, rb = self.root(a), self.root(b)
        if ra != rb:
            self.parent[rb] = ra
            self.edges.append((a, b, because))

    def reason(self, a, b):
        """Return the last elementwise node on the way from a to b: what ties them together."""
        links = {}
        for left, right, because in self.edges:
            links.setdefault(left, []).append((right, because))
            links.setdefault(right, []).append((left, because))
        trail, seen = [(a, [])], {a}
        for key, path in trail:
            if key == b:
                own = [node for node in path if node is not None]
                return own[0] if own else None
            for other, because in links.get(key, []):
                if other not in seen:
                    seen.add(other)
                    trail.append((other, [*path, because]))
        return None


def infer(nodes, input_node, states, lines):
    """Return ({id of node: name of its length}, node that ties x to the hidden units or None).

    For a matrix the entry is the pair (rows, columns).
    """
    ties = Ties()
    ties.root(id(input_node))
    for node in nodes:
        _tie_operation(ties, node)
    for name, state in states.items():
        ties.tie(id(state), id(lines[name]), None)

    names = _names(ties, input_node, states, lines)
    sizes = {}
    for node in nodes:
        if node.op == "matrix":
            rows, columns = ties.root((id(node), "rows")), ties.root((id(node), "columns"))
            sizes[id(node)] = names.get(rows, "hidden_size"), names.get(columns, "hidden_size")
        elif not is_scalar(node):
            sizes[id(node)] = names.get(ties.root(id(node)), "hidden_size")
    hidden = lines.get("h", next(iter(states.values())))
    tied = None
    if ties.root(id(hidden)) == ties.root(id(input_node)):
        tied = ties.reason(id(input_node), id(hidden))
    return sizes, tied


def _tie_operation(ties, node):
    if node.op == "product":
        matrix, operand = node.args
        ties.tie((id(matrix), "columns"), id(operand), None)
        ties.tie((id(matrix), "rows"), id(node), None)
    elif node.args and not is_scalar(node):
        for argument in node.args:
            if not is_scalar(argument):
                ties.tie(id(node), id(argument), node)


def _names(ties, input_node, states, lines):
    names = {}
    for name, node in [*states.items(), *lines.items()]:
        names.setdefault(ties.root(id(node)), name)
    names[ties.root(id(input_node))] = "input_size"
    hidden = lines.get("h", next(iter(states.values())))
    names[ties.root(id(hidden))] = "hidden_size"
    return names
