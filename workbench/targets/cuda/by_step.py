"""Writes kernels of one stage of one step, for networks that no GPU keeps on chip.

The host launches them one after another, with matrix products of the whole batch between them. All
arrays lie in the arenas; every thread of a launch has its share of the units of all rows.
"""

from dataclasses import dataclass

from ..cpu.backward import lines_with_loss
from ..spelling import identifier, indented, size_name
from .backward import Time, adjoint_names, adjoint_stages, cleared, cut_off, passed
from .forward import forward_stages, held, numbers, record_names
from .group import Group
from .loops import upwards
from .spelling import Memory, Spelling


@dataclass(frozen=True)
class Grid(Group):
    """All blocks of a launch, which share nothing."""

    together = False

    def part(self):
        return "n"

    def each_unit(self, size, body, real=True):
        name = size_name(size)
        lines = [
            f"n, j = e // {name}, e % {name}",
            "row = t * B + n",
            f"if record[index(mask + row)] {'!=' if real else '=='} 0:",
            *indented(body, 1),
        ]
        return upwards("e", "cuda.grid(1)", f"B * {name}", lines, "cuda.gridsize(1)")


def arrays_of_a_step(plan, kernel, lengths):
    """name -> numbers of one row, of what lies in an arena for one step. kernel: "forward", ..."""
    if kernel == "forward":
        return {
            identifier("product", p.name): sum(lengths[size] for size in p.pack.rows.values())
            for p in plan.products
            if p.stage
        }
    scratch = places_by_step(plan, Grid(lengths)).scratch
    return {name: lengths[plan.size(plan.forward[i])] for i, name in scratch.items()}


def places_by_step(plan, grid, given=None):
    """Where adjoints lie."""
    spelling = Spelling(plan, grid)
    return Time(plan, spelling, lines_with_loss(plan, given), grid.part(), at="n")


def forward_by_step_source(plan, lengths):
    """Return (the text of `forward_1`, `forward_2`, ... for every stage, their Memory)."""
    grid = Grid(lengths)
    names = [*record_names(plan, grid), *arrays_of_a_step(plan, "forward", lengths)]
    memory = Memory(names, (), grid)
    stages = forward_stages(plan, Spelling(plan, grid), memory)
    lines = [line for block in stages for step in block for line in step.function()]
    for number, block in enumerate(stages, 1):
        body = held(plan, grid) if number == 1 else []
        body += [line for step in block for line in step.call()]
        lines += _kernel(f"forward_{number}", "record", plan, memory, body)
    return "\n".join(lines) + "\n", memory


def backward_by_step_source(plan, lengths, given=None):
    """Return (the text of `backward_1`, ... for every stage and of `cut_off`, their Memory)."""
    grid = Grid(lengths)
    places = places_by_step(plan, grid, given)
    names = [*adjoint_names(plan, grid), *places.scratch.values()]
    memory = Memory(record_names(plan, grid), names, grid)
    stages = adjoint_stages(plan, places.spelling, places, memory)
    scratch = {name: plan.size(plan.forward[i]) for i, name in places.scratch.items()}
    lines = [line for block in stages for step in block for line in step.function()]
    for number, block in zip(range(len(stages), 0, -1), stages, strict=True):
        first = number == len(stages)
        body = [*passed(plan, grid), *cleared(scratch, memory, "n")] if first else []
        body += [line for step in block for line in step.call()]
        lines += _kernel(f"backward_{number}", "record, adjoint", plan, memory, body)
    lines += _kernel("cut_off", "record, adjoint", plan, memory, cut_off(plan, grid))
    return "\n".join(lines) + "\n", memory


def _kernel(name, arenas, plan, memory, body):
    first = [*memory.places(), *numbers(plan)]
    return [
        "@cuda.jit(**options)",
        f"def {name}({arenas}, t, places):",
        *indented([*first, *body], 1),
        "",
        "",
    ]
