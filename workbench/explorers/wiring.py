"""How the lines of a cell are made of each other: what is multiplied by what, what is summed.

Read from the graph of the equations, so it holds for a cell that a reader types. Computes nothing.
"""

MOST = 4
"""Multiplications in one line that a drawing marks; a line with more of them is left plain."""


def wiring(cell):
    """Return {"multiplied": ..., "sums": ...} of a cell as plain values.

    multiplied: line -> [[end, end], ...], the pairs whose product, unit by unit, stands in it. An
    end is {"from": name, "before": its value before the step, "one_minus": 1 minus it}.
    sums: line -> {"function": name or None, "terms": [...]} of lines that are a function of
    matrix products and vectors alone; a term is {"product": key as in the written JavaScript,
    "of": name, "before": ...} or {"vector": name}.
    """
    lines = cell.graph.lines
    multiplied = {name: _pairs(cell.graph, node) for name, node in lines.items()}
    sums = {name: _sum(node) for name, node in lines.items()}
    return {
        "multiplied": {name: pairs for name, pairs in multiplied.items() if 0 < len(pairs) <= MOST},
        "sums": {name: made for name, made in sums.items() if made},
    }


def inside(graph, line):
    """The nodes of one line, other lines not followed; the first of them is the line itself."""
    named = {id(node) for node in graph.lines.values()}
    stack = [line]
    while stack:
        node = stack.pop()
        yield node
        stack += [a for a in reversed(node.args) if id(a) not in named]


def _pairs(graph, line):
    found = []
    for node in inside(graph, line):
        ends = [_end(graph, a) for a in node.args] if node.op == "multiply" else [None]
        if None not in ends:
            found.append(ends)
    return found


def _end(graph, node):
    """A line, a state or the input, a function of one, or 1 minus one; None for anything else."""
    names = {id(own): name for name, own in graph.lines.items()}
    if id(node) in names:
        return {"from": names[id(node)], "before": False, "one_minus": False}
    if node.op in ("input", "state"):
        return {"from": node.value, "before": node.op == "state", "one_minus": False}
    if node.op == "call" and len(node.args) == 1:
        return _end(graph, node.args[0])
    if node.op == "subtract" and node.args[0].op == "constant":
        end = _end(graph, node.args[1])
        return end and {**end, "one_minus": True}
    return None


def _sum(line):
    function = line.value.name if line.op == "call" and len(line.args) == 1 else None
    stack, terms = [line.args[0] if function else line], []
    while stack:
        node = stack.pop()
        if node.op == "add":
            stack += reversed(node.args)
        elif node.op == "vector":
            terms.append({"vector": node.value})
        elif node.op == "product" and node.args[1].op in ("input", "state"):
            matrix, operand = node.args
            terms.append(
                {
                    "product": f"{matrix.value} {operand.value}",
                    "of": operand.value,
                    "before": operand.op == "state",
                }
            )
        else:
            return None
    return {"function": function, "terms": terms}
