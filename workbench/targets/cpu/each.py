"""Writes drivers: loops over the networks of an ensemble, each of which calls the cell's kernel.

A driver stands below the kernel in one module and takes the same arguments with a leading axis of
networks. For every network of its share it packs the matrices into memory of its own and calls the
kernel with a batch of one: each network is computed as it would be alone, to the last bit. Nothing
is computed for several networks at once.
"""

from ..spelling import indented, size_name
from .backward import backward_source, jacobian_source
from .forward import forward_source, groups, unpacked
from .places import adjoint_groups
from .spelling import rows

ALONE = "(0, 1, 1, address)"
"""The `job` of a kernel whose batch of one is not shared."""
OWN = ("sizes", "parameters", "matrices", "vectors", "record", "states", "lines")
"""What every driver unpacks; the packs it makes."""


def forward_each_source(plan):
    """Return the text of `forward` and of its driver `forward_each`."""
    call = f"forward({ALONE}, x[n % len(x)], mask, sizes, {', '.join(of_one(plan))})"
    head = "forward_each(job, x, mask, sizes, parameters, record)"
    return "\n\n".join([forward_source(plan), driver(plan, head, True, call)])


def backward_each_source(plan, given=None):
    """Return the text of `backward` and of its driver. given: as for `backward_source`."""
    names = adjoint_groups(plan)
    parameters, record, packs = of_one(plan)
    carried, totals, products, matrices, vectors = (
        tuple_of(names[group], "[n]")
        for group in ("carried", "totals", "of_products", "of_matrices", "of_vectors")
    )
    call = (
        f"backward({ALONE}, x[n % len(x)], mask, cut, sizes, {parameters}, {record}, "
        f"({carried}, {totals}, {products}, d_x[n]), ({matrices}, {vectors}), {packs})"
    )
    head = "backward_each(job, x, mask, cut, sizes, parameters, record, adjoints, sums)"
    driven = driver(plan, head, False, call, unpacked(names))
    return "\n\n".join([backward_source(plan, given), driven])


def jacobian_each_source(plan):
    """Return the text of `jacobian` and of its driver `jacobian_each`."""
    own = ", ".join(of_one(plan))
    call = f"jacobian({ALONE}, x[n % len(x)], mask, sizes, {own}, result[n])"
    head = "jacobian_each(job, x, mask, sizes, parameters, record, result)"
    return "\n\n".join([jacobian_source(plan), driver(plan, head, False, call)])


MEMORY = '''LANES = WIDTH // np.dtype(real).itemsize


@njit(**options)
def memory(count):
    """An array of zeros that begins at a whole cache line: no vector lies across two of them."""
    whole = np.zeros(count + 16 * LANES, real)
    first = -np.int64(whole.ctypes.data) % 64 // whole.itemsize
    return whole[first : first + count]
'''


def driver(plan, head, transposed, call, more=()):
    """The text of a driver. head: its name and arguments; more: lines before the loop."""
    own = {group: names for group, names in groups(plan).items() if group in OWN}
    lines = [
        MEMORY,
        "",
        "@njit(**options)",
        f"def {head}:",
        "    first, last, address, pack_address = job",
        *indented([*unpacked(own), *more, *pack_memory(plan)], 1),
        "    for n in range(first, last):",
        *indented([*packed(plan, transposed), call], 2),
    ]
    return "\n".join(lines) + "\n"


def of_one(plan):
    """The arguments `parameters`, `record` and `packs` of network n, as texts."""
    names = groups(plan)
    matrices, vectors, states, lines = (
        tuple_of(names[group], "[n]") for group in ("matrices", "vectors", "states", "lines")
    )
    packs = tuple_of(names["packs"])
    return f"({matrices}, {vectors}, numbers[n])", f"({states}, {lines}, clamps)", packs


def tuple_of(names, index=""):
    """The text of a tuple of variables, all with the same index."""
    return f"({', '.join(name + index for name in names)}{',' if len(names) == 1 else ''})"


def pack_memory(plan, suffix=""):
    """Lines that make an array for each packed matrix, long enough for it and its transpose."""
    lines = []
    for pack, name in zip(plan.layout.packs, groups(plan)["packs"], strict=True):
        k, n = rows(pack), size_name(pack.columns)
        lines.append(f"{name}{suffix} = memory(({k} + LANES) * ({n} + LANES))")
    return lines


def packed(plan, transposed, suffix=""):
    """Lines that pack the matrices of network n, or their transposes, as far as they are read."""
    names, lines = groups(plan), []
    read = {id(p.pack) for p in plan.products if transposed or p.operand.op != "input"}
    matrices = zip(plan.layout.packs, names["matrices"], names["packs"], strict=True)
    for pack, matrix, into in matrices:
        k, n = rows(pack), size_name(pack.columns)
        place = f"1, {n}, {n}, {k}" if transposed else f"{n}, 1, {k}, {n}"
        if id(pack) in read:
            lines.append(f"pack(pack_address, {matrix}[n], 0, {place}, {into}{suffix})")
    return lines or ["pass"]
