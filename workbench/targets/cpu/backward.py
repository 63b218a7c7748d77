"""Writes backpropagation through time and the step Jacobian of a plan.

Both walk the stages of one step backwards and add up adjoints line by line. They differ in what
an adjoint belongs to: in `backward` to one row n of the batch, in `jacobian` to one row k of the
Jacobian, all at the same step. `Time` and `Rows` (places.py) say where each keeps its adjoints.
"""

from ...equations.gradient import contributions
from ..spelling import added, identifier, indented, size_name
from .forward import unpacking
from .places import Rows, Time
from .spelling import Spelling, total
from .step import Step


def backward_source(plan, given=None):
    """Return the text of `backward`: adjoints of every line, parameter gradients, d_x.

    given: names of the lines that the loss adds to; None for the cell's output alone.
    """
    spelling = Spelling(plan)
    places = Time(plan, spelling, lines_with_loss(plan, given))
    blocks = adjoint_blocks(plan, spelling, places)
    lines = [line for block in blocks for step in block for line in step.function()]
    lines += [
        "@njit(**options)",
        "def backward(job, x, mask, cut, sizes, parameters, record, adjoints, sums, packs):",
        *indented(unpacking(plan), 1),
        *indented(places.unpacking(), 1),
        "    for part in range(worker, parts, workers):",
        "        first, last = part * B // parts, (part + 1) * B // parts",
        "        m = last - first",
        *indented(places.buffers("m"), 2),
        "        for t in range(T - 1, -1, -1):",
        *indented(places.cleared(), 3),
    ]
    for stage, block in zip(range(len(plan.blocks), 0, -1), blocks, strict=True):
        lines += ["            for n in range(first, last):"]
        lines += ["                row, here = t * B + n, n - first"]
        lines += ["                if not mask[t, n]:"]
        lines += indented(places.passed() if stage == len(plan.blocks) else [], 5)
        lines += ["                    continue"]
        for step in block:
            lines += indented(step.call(), 4)
        lines += indented(places.products(stage), 3)
    lines += ["            if cut[t]:", *indented(places.cuts(), 4)]
    return "\n".join(lines) + "\n"


def overwritten(plan, given):
    """Names of the arrays of adjoints that `backward` fills wholly and never adds to.

    They need not begin at zero, unless there are masked steps.
    """
    spelling = Spelling(plan)
    places = Time(plan, spelling, lines_with_loss(plan, given))
    steps = [step for block in adjoint_blocks(plan, spelling, places) for step in block]
    written = {place for step in steps for place in step.writes}
    read = {place.array for step in steps for place in step.reads}
    lines = {p.array for p in written if p.array in places.arrays.values()} - read
    for product in plan.products:
        name = identifier("adjoint_product", product.name)
        slots = [n for n in plan.graph.nodes if n.op == "product" and plan.product_of(n) is product]
        whole = {n.args[0].value for n in slots} == set(product.pack.rows)
        if whole and len({p for p in written if p.array == name}) == len(slots):
            lines.add(name)
    return lines


def lines_with_loss(plan, given):
    """Names of the lines that a loss adds to; None stands for the output."""
    return [next(iter(plan.graph.states))] if given is None else given


def jacobian_source(plan):
    """Return the text of `jacobian`: d states_t / d states_{t-1} for every step and row."""
    spelling = Spelling(plan)
    places = Rows(plan, spelling)
    blocks = adjoint_blocks(plan, spelling, places)
    state_total = total([plan.size(s) for s in plan.graph.states.values()])
    lines = [line for block in blocks for step in block for line in step.function()]
    lines += [
        "@njit(**options)",
        "def jacobian(job, x, mask, sizes, parameters, record, packs, result):",
        *indented(unpacking(plan), 1),
        f"    N = {state_total}",
        "    seed = np.eye(N).astype(real)",
        *indented(places.buffers("N"), 1),
        "    for t in range(T):",
        "        for n in range(B):",
        "            row = t * B + n",
        "            if not mask[t, n]:",
        "                for k in range(N):",
        "                    result[t, n, k, k] = real(1)",
        "                continue",
        *indented(places.cleared(), 3),
    ]
    for stage, block in zip(range(len(plan.blocks), 0, -1), blocks, strict=True):
        if block:
            lines += ["            for k in range(N):"]
        for step in block:
            lines += indented(step.call(), 4)
        lines += indented(places.products(stage), 3)
    lines += indented(places.results(), 3)
    return "\n".join(lines) + "\n"


def adjoint_blocks(plan, spelling, places, make=Step):
    """For each stage from the last to the first, the Steps that hold its adjoints.

    make(name, size): a new Step.
    """
    found = []
    for stage in range(len(plan.blocks), 0, -1):
        block = plan.blocks[stage - 1].items()
        names = [f"{places.word}_{stage}_{size_name(size)}" for size, _ in block]
        steps = [
            _adjoints(spelling, nodes, places, make(name, size))
            for name, (size, nodes) in zip(names, block, strict=True)
        ]
        found.append([step for step in steps if step.writes])
    return found


def _adjoints(spelling, nodes, places, step):
    """The adjoint lines of one stage and length, from the last equation to the first."""
    here = {id(node) for node in nodes}
    inside, outgoing, names = {}, {}, {}
    forward = step.refer(spelling, {})

    def refer(node):
        return names[id(node.args[0])] if node.op == "adjoint" else forward(node)

    for node in reversed(nodes):
        parts = [step.read(p) for p in places.incoming(node)] + inside.get(id(node), [])
        if not parts:
            continue
        text = added(parts)
        alone = len(parts) == 1 and text.isidentifier()
        names[id(node)] = text if alone else step.let(spelling.variable(node, "d"), text)
        for place in places.saved(node):
            step.write(place, names[id(node)])
        for argument, expression in contributions(node):
            text = spelling.spell(expression, refer)
            if id(argument) in here:
                inside.setdefault(id(argument), []).append(text)
            else:
                outgoing.setdefault(id(argument), (argument, []))[1].append(text)
    for number, (argument, parts) in enumerate(outgoing.values(), 1):
        place, fresh = places.delivered(argument)
        if place is None:
            continue
        if fresh:
            text = added(parts)
            name = text if text.isidentifier() else step.let(f"out_{number}", text)
            step.write(place, name)
        else:
            step.add(place, added(parts))
    return step
