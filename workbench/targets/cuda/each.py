"""Writes what a network of an ensemble does once its steps are done: products over all of them.

The networks of an ensemble are the rows of the other kernels, each with parameters of its own. So
the gradients of its matrices belong to its block of threads alone.
"""

from ..spelling import identifier
from .loops import upwards


def over_time_of_a_row(plan, lengths):
    """Lines of `backward` after the last step of row n: gradients of its matrices and of its x."""
    lines = ["cuda.syncthreads()"]
    for pack in plan.layout.packs:
        rows, columns = _shape(pack, lengths)
        own = [p for p in plan.products if p.pack is pack]
        terms = [f"total = (total + {_term(plan, p, rows, columns)})" for p in own]
        gradient = identifier("gradient", pack.name)
        entry = [
            f"r, c, total = e // {columns}, e % {columns}, real(0)",
            *upwards("t", 0, "T", ["row = t * B + n", *terms]),
            f"adjoint[index({gradient} + n * {rows * columns} + e)] = total",
        ]
        lines += upwards("e", "thread", rows * columns, entry, "threads")
    for product in [p for p in plan.products if p.operand.op == "input"]:
        rows, columns = _shape(product.pack, lengths)
        matrix = identifier("matrix", product.pack.name)
        weight = f"record[index({matrix} + r * {columns} + c)]"
        term = f"total = (total + {_adjoint(plan, product, rows)} * {weight})"
        entry = [
            f"row, c = e // {columns} * B + n, e % {columns}",
            f"here = d_x + row * {columns} + c",
            "total = adjoint[index(here)]",
            *upwards("r", 0, rows, [term]),
            "adjoint[index(here)] = total",
        ]
        lines += upwards("e", "thread", f"T * {columns}", entry, "threads")
    return lines


def _shape(pack, lengths):
    return sum(lengths[size] for size in pack.rows.values()), lengths[pack.columns]


def _adjoint(plan, product, rows):
    """The adjoint of a product's row r at this step."""
    name = identifier("adjoint_product", plan.first_of(product).name)
    return f"adjoint[index({name} + row * {rows} + r)]"


def _term(plan, product, rows, columns):
    """What one step adds to entry (r, c) of a matrix's gradient."""
    kind, name, later = plan.kept_as(product.operand)
    array = kind if kind == "x" else identifier(kind, name)
    step = "(row + B)" if later else "row"
    operand = f"record[index({array} + {step} * {columns} + c)]"
    return f"{_adjoint(plan, product, rows)} * {operand}"
