"""The JavaScript writer: from a graph to a module that runs one sequence of a cell in a page.

The module exports `cell`, which tells what it takes and gives, and three functions: `forward`,
`backward` and `jacobian`. All numbers are float64 in flat arrays, time first. Every named line
has a loop of its own, in the order of the equations, and backwards in the order of the chain
rule; nothing is packed or reordered as it is for the CPU.

This package writes text; it knows nothing of pages, sliders or Node.js.
"""

import json
from functools import lru_cache

from ...equations.cell import WRITERS
from ...equations.gradient import contributions
from ...equations.stages import Layout, Plan
from ..notation import Text, equations
from ..spelling import calls, identifier, indented
from . import text
from .spelling import Spelling, product_key
from .steps import backward_lines, forward_lines


def _names(plan, spell, backward):
    """The arrays under the names that the lines use."""
    graph, layout = plan.graph, plan.layout
    vectors = [n for n in graph.nodes if id(n) in graph.sizes and n.op != "matrix"]
    wanted = {f"sizes[{json.dumps(plan.size(n))}]": spell.units(n) for n in vectors}
    for kind, names in (
        ("matrix", [n for n in graph.parameters if n not in layout.vectors]),
        ("vector", layout.vectors),
    ):
        wanted |= {f"parameters[{json.dumps(n)}]": identifier(kind, n) for n in names}
    wanted |= {f"numbers[{json.dumps(n)}]": identifier("number", n) for n in layout.numbers}
    wanted |= {f"clamps[{json.dumps(n)}]": identifier("clamp", n) for n in graph.clampable_lines}
    wanted |= {f"record.states[{json.dumps(s)}]": identifier("state", s) for s in graph.states}
    keys = dict.fromkeys(spell.key_of.values())
    lines = [key for key in keys if key not in graph.states]
    wanted |= {f"record.lines[{json.dumps(key)}]": identifier("line", key) for key in lines}
    if backward:
        wanted |= {f"adjoints.totals[{json.dumps(k)}]": identifier("total", k) for k in keys}
        for room, kind, own in (
            ("carried", "carried", graph.states),
            ("vectors", "steps", layout.vectors),
            ("products", "product", _products(plan, spell)),
        ):
            wanted |= {f"adjoints.{room}[{json.dumps(n)}]": identifier(kind, n) for n in own}
        wanted["adjoints.x"] = "d_x"
    return wanted


def _products(plan, spell):
    """Name of each product -> what the page must know of it."""
    found = {}
    for node in plan.graph.nodes:
        if node.op == "product":
            matrix, operand = node.args
            found[product_key(spell, node)] = {
                "matrix": matrix.value,
                "rows": plan.size(node),
                "columns": plan.size(operand),
                "operand": _operand(spell, operand),
            }
    return found


def _operand(spell, node):
    """[kind, name, rows later]: where a product's operand lies in a record."""
    if node.op == "input":
        return ["x", None, 0]
    if node.op == "state":
        return ["states", node.value, 0]
    if id(node) in spell.plan.output_of:
        return ["states", spell.plan.output_of[id(node)], 1]
    return ["lines", spell.key_of[id(node)], 0]


def describe(cell, plan, spell):
    """What a page must know to make the arrays, as plain values."""
    graph = plan.graph
    keyed = {key: node for node in graph.nodes if (key := spell.key_of.get(id(node)))}
    shapes = {n: plan.size(node) for n, node in graph.parameters.items()}
    return {
        "name": graph.name,
        "states": {name: plan.size(node) for name, node in graph.states.items()},
        "lines": list(graph.lines),
        "vectors": {key: plan.size(node) for key, node in keyed.items()},
        "parameters": {n: list(s) if isinstance(s, tuple) else [s] for n, s in shapes.items()},
        "numbers": {name: cell.hyper[name] for name in graph.numbers},
        "products": _products(plan, spell),
        "reads": {name: _reads(spell, graph, node) for name, node in graph.lines.items()},
    }


def _reads(spell, graph, line):
    """What an equation reads: [{"from": name, "before": its value before the step, "product"}]."""
    found, stack = {}, [(line, None)]
    while stack:
        node, product = stack.pop()
        for argument in reversed(node.args):
            name = spell.plan.line_of.get(id(argument))
            if argument.op in ("input", "state"):
                name = argument.value
            if name is not None and argument is not line and argument.op != "matrix":
                own = {"from": name, "before": argument.op == "state", "product": product}
                found.setdefault(tuple(own.values()), own)
            elif argument.op == "product":
                stack.append((argument, product or product_key(spell, argument)))
            else:
                stack.append((argument, product))
    return list(found.values())


@lru_cache(maxsize=64)
def products(cell):
    """Product name ("U.f h") -> (matrix name, operand node, id of node -> name of the line).

    The operand is a node of the cell's graph in which lines may be held.
    """
    plan, spell = _planned(cell)
    nodes = [node for node in plan.graph.nodes if node.op == "product"]
    return {
        product_key(spell, node): (node.args[0].value, node.args[1], plan.line_of) for node in nodes
    }


def _planned(cell):
    plan = Plan(cell.graph.clampable(), Layout.of(cell.graph), "all")
    return plan, Spelling(plan)


def source(cell, kernel="module"):
    """Return the text of a JavaScript module, or of one function of it.

    kernel: "module", "forward", "backward" or "jacobian".
    """
    plan, spell = _planned(cell)
    pieces = _pieces(cell, plan, spell)
    if kernel == "module":
        return "".join(pieces.values())
    wanted = {"forward": ["dot", "forward"]}
    for name in ("backward", "jacobian"):
        wanted[name] = ["dot", "transposed", "chain rule", name]
    if kernel not in wanted:
        raise ValueError(f"kernel: expected module, {', '.join(wanted)}, got {kernel!r}")
    return "".join(pieces[name] for name in ("title", "functions", *wanted[kernel]))


def _pieces(cell, plan, spell):
    nodes = list(plan.graph.nodes)
    used = calls([*nodes, *(e for node in nodes for _, e in contributions(node))])
    arguments = {1: "a", 2: "a, b", 3: "c, a, b"}
    title = [f"// {cell.name}, written from its equations. Do not edit."]
    title += [f"//   {line}" for line in equations(cell.graph, Text()).values()]
    helpers = [f"const {spell.call(f)} = ({arguments[f.arity]}) => {f.javascript};" for f in used]
    passed = [
        f"{name}.copyWithin((t + 1) * {units}, t * {units}, (t + 1) * {units});"
        for state, node in plan.graph.states.items()
        for name, units in [(identifier("state", state), spell.units(node))]
    ]
    told = describe(cell, plan, spell).items()
    description = "\n".join(f"    {name}: {json.dumps(value)}," for name, value in told)
    return {
        "title": "\n".join(title) + "\n",
        "cell": f"\nexport const cell = {{\n{description}\n}};\n",
        "functions": "\n" + "\n".join(helpers) + "\n",
        "dot": text.DOT,
        "forward": text.FORWARD.format(
            names=_constants(_names(plan, spell, backward=False)),
            passed="\n".join(indented(passed, 3)),
            lines="\n".join(indented(forward_lines(plan, spell), 2)),
        ),
        "transposed": text.TRANSPOSED,
        "chain rule": text.STEP_BACK.format(
            names=_constants(_names(plan, spell, backward=True)),
            lines="\n".join(indented(backward_lines(plan, spell), 2)),
        ),
        "backward": text.BACKWARD,
        "jacobian": text.JACOBIAN,
    }


def _constants(wanted):
    return "\n".join(f"    const {name} = {place};" for place, name in wanted.items())


WRITERS["javascript"] = source
