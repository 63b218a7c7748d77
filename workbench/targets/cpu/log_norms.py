"""Writes the driver that follows the size of a gradient back through time, network by network.

Each network goes forward and backward in memory that the next one uses again: only norms are
written. The adjoint is linear in what is carried back, so after every block of steps what is
carried is scaled by a power of two to a norm near 1, and the power is kept: no number of steps
makes it too small or too large for its type. A block in which it strays too far is done again in
halves, in the end step by step.
"""

import math

from ..spelling import identifier, indented, size_name
from .backward import backward_source, overwritten
from .each import ALONE, MEMORY, pack_memory, packed, tuple_of
from .forward import forward_source, groups, unpacked
from .places import adjoint_groups, adjoint_lines
from .spelling import rows

BLOCK = 32
"""Steps of a block."""
RANGE = {"float32": 40, "float64": 400}
"""Between 2 ** -RANGE and 2 ** RANGE the norm of what is carried stays inside a block: no unit that
counts comes near the ends of its number type."""

VECTORS = "elementwise, log as natural_log, sum_of_squares, where"
"""What the module imports from `simd`; a cell may have a function that is called log."""

NORMS = '''BLOCK = {block}  # steps between two looks at the size of what is carried
LOW, HIGH = 4.0**-{range}, 4.0**{range}  # of sums of squares


@njit(**options)
def largest(a, t):
    """The largest absolute value over units at one step."""
    found = 0.0
    for j in range(a.shape[2]):
        found = max(found, abs(np.float64(a[t, 0, j])))
    return found


@njit(**options)
def power_of(size):
    """The power of two just above a size; 0 where there is none."""
    if size == 0.0 or not np.isfinite(size):
        return 0
    return min(1000, max(-1000, int(np.floor(np.log2(size))) + 1))


@njit(**options)
def in_range(total, a, t):
    """(a sum of squares at one step, 0); or that of a * 2 ** -power, and power, where it has no
    place among the numbers."""
    if 1e-280 < total < 1e280 or np.isnan(total):
        return total, 0
    power, total = power_of(largest(a, t)), 0.0
    for j in range(a.shape[2]):
        total += (np.float64(a[t, 0, j]) * 2.0 ** -power) ** 2
    return total, power


def to_log10(total, exponent):
    return (natural_log(total) * {log10_root!r} + exponent * {log10_2!r},)


to_log10 = elementwise(to_log10, 2, 1, 0, 0, WIDTH)
'''


def log_norms_source(plan, line, dtype):
    """Return the text of `log_norms`, below `forward` and `backward`.

    line: of which line's adjoint the norm is taken. The loss has a derivative by the output after
    the last step alone, which is what is carried into the last step.
    """
    numbers = {
        "log10_root": math.log10(math.e) / 2,
        "log10_2": math.log10(2),
        "range": RANGE[dtype],
    }
    norms = NORMS.format(block=BLOCK, **numbers)
    return "\n\n".join(
        [MEMORY, norms, forward_source(plan), backward_source(plan, ()), _driver(plan, line)]
    )


def _driver(plan, line):
    own, states = groups(plan), plan.graph.states
    chosen = {group: own[group] for group in ("sizes", "parameters", "matrices", "vectors")}
    sizes = [size_name(plan.size(node)) for node in states.values()]
    carried, later, initial = (
        [identifier(kind, state) for state in states] for kind in ("carried", "later", "initial")
    )
    lines = [
        "first, last, exponent, address, pack_address = job",
        *unpacked({**chosen, "initial": initial}),
        *pack_memory(plan, "_turned"),
        *pack_memory(plan),
        *_memory(plan),
        *(f"{a} = np.empty((1, {size}), real)" for a, size in zip(later, sizes, strict=True)),
        "T, clamps = len(mask), ()",
        "sums, exponents = np.empty(T), np.empty(T)",
        "for n in range(first, last):",
        *indented(packed(plan, True, "_turned"), 1),
        *indented(packed(plan, False), 1),
        *(
            f"    {state}[0] = {start}[n % len({start})]"
            for state, start in zip(own["states"], initial, strict=True)
        ),
        f"    forward({ALONE}, {_forward_arguments(plan)})",
        *(f"    {name}[:] = real(0)" for name in later),
        f"    {later[0]}[0] = d_h",
        "    shift, length, end = exponent, BLOCK, T",
        "    while end > 0:",
        *indented(_block(plan, line, list(zip(carried, later, sizes, strict=True))), 2),
        "    to_log10(T, (sums, exponents), (0, 0), (result,), (n * T,), (), ())",
    ]
    head = "def log_norms(job, x, mask, cut, sizes, parameters, initial, d_h, result):"
    return "\n".join(["@njit(**options)", head, *indented(lines, 1)]) + "\n"


def _block(plan, line, names):
    """Lines for one block of steps. names: (carried, later, size) of every state."""
    adjoint, units = identifier("adjoint", line), size_name(plan.size(plan.graph.lines[line]))
    # What is carried into a step is the total adjoint of a state that is the only one.
    only = list(plan.graph.states) == [line]
    own_total = "total" if only else _squares(adjoint, units, "t")
    return [
        "size = min(length, end)",
        "begin = end - size",
        *(f"{carried}[size] = {later}" for carried, later, _ in names),
        *(f"{name}[:size] = real(0)" for name in _added_to(plan)),
        f"backward({ALONE}, {_backward_arguments(plan)})",
        f"inside, total = True, {_squares(names[0][0], names[0][2], 'size')}",
        "for t in range(size - 1, -1, -1):",
        f"    sums[begin + t], power = in_range({own_total}, {adjoint}, t)",
        "    exponents[begin + t] = shift + power",
        f"    total = ({' + '.join(_squares(array, size, 't') for array, _, size in names)})",
        "    inside = inside and LOW < total < HIGH",
        "if size > 1 and not inside:",
        "    length = size // 2",
        "    continue",
        f"end, furthest = begin, max(0.0, {', '.join(f'largest({a}, 0)' for a, _, _ in names)})",
        "if total == 0.0 and furthest == 0.0:",
        "    sums[:begin] = 0.0",
        "    exponents[:begin] = 0.0",
        "    break",
        "power = power_of(furthest)",
        "shift, scale = shift + power, 2.0 ** -power",
        *(
            text
            for carried, later, size in names
            for text in (
                f"for j in range({size}):",
                f"    {later}[0, j] = real({carried}[0, 0, j] * scale)",
            )
        ),
    ]


def _squares(array, units, step):
    return f"sum_of_squares({units}, {array}, {step} * {units})"


def _parameters(plan):
    own = groups(plan)
    matrices, vectors = tuple_of(own["matrices"], "[n]"), tuple_of(own["vectors"], "[n]")
    return f"({matrices}, {vectors}, numbers[n])"


def _forward_arguments(plan):
    """What `forward` takes for the whole series of network n, as text."""
    own = groups(plan)
    record = f"({tuple_of(own['states'])}, {tuple_of(own['lines'])}, clamps)"
    turned = tuple_of(own["packs"], "_turned")
    return f"x[n % len(x)], mask, sizes, {_parameters(plan)}, {record}, {turned}"


def _backward_arguments(plan):
    """What `backward` takes for the steps from `begin` to before `end`, as text."""
    own, names = groups(plan), adjoint_groups(plan)
    states = tuple_of(own["states"], "[begin : end + 1]")
    record = f"({states}, {tuple_of(own['lines'], '[begin:end]')}, clamps)"
    products = [_product(plan, product) for product in plan.products]
    adjoints = (
        f"({tuple_of(names['carried'], '[: size + 1]')}, {tuple_of(names['totals'], '[:size]')}, "
        f"{tuple_of(products, '[:size]')}, d_x[:size])"
    )
    sums = f"({tuple_of(['unused'] * len(own['packs']))}, {tuple_of(names['of_vectors'])})"
    return (
        f"x[n % len(x), begin:end], mask[:size], cut[:size], sizes, {_parameters(plan)}, "
        f"{record}, {adjoints}, {sums}, {tuple_of(own['packs'])}"
    )


def _product(plan, product):
    """The array of a product's adjoint; twins share one."""
    return identifier("adjoint_product", plan.first_of(product).name)


def _memory(plan):
    """Lines that make the arrays of one network: a whole series forward, one block backward."""
    own, names, lengths = groups(plan), adjoint_groups(plan), {}
    graph = plan.graph
    for name, node in zip(own["states"], graph.states.values(), strict=True):
        lengths[name] = ("len(mask) + 1", "1", size_name(plan.size(node)))
    for name, (_, node) in zip(own["lines"], plan.kept, strict=True):
        lengths[name] = ("len(mask)", "1", size_name(plan.size(node)))
    for name, node in zip(names["carried"], graph.states.values(), strict=True):
        lengths[name] = ("BLOCK + 1", "1", size_name(plan.size(node)))
    for name, line in zip(names["totals"], adjoint_lines(plan), strict=True):
        lengths[name] = ("BLOCK", "1", size_name(plan.size(graph.lines[line])))
    for product in plan.products:
        lengths[_product(plan, product)] = ("BLOCK", "1", rows(product.pack))
    for name, vector in zip(names["of_vectors"], plan.layout.vectors, strict=True):
        lengths[name] = ("BLOCK", size_name(plan.size(graph.parameters[vector])))
    lengths |= {"d_x": ("BLOCK", "1", "input_size"), "unused": ("1", "1")}
    return [
        f"{name} = memory({' * '.join(f'({n})' for n in shape)}).reshape(({', '.join(shape)}))"
        for name, shape in lengths.items()
    ]


def _added_to(plan):
    """The names of the adjoints that `backward` adds to, which begin at zero."""
    names = adjoint_groups(plan)
    adjoints = [*names["carried"], *names["totals"], *(_product(plan, p) for p in plan.products)]
    filled = overwritten(plan, ())
    return [name for name in dict.fromkeys(adjoints) if name not in filled]
