"""The shapes of all arrays of a run and of its gradients, in the order in which they lie."""

from ..spelling import identifier
from .backward import adjoint_names, matrix_name
from .by_step import Grid, arrays_of_a_step
from .forward import pack_name, record_names, recurrent_packs
from .group import Group


def group_of(room, lengths):
    """Who works together where a Room is; lengths: name -> length of every size."""
    return Grid(lengths) if room.by_step else Group(lengths, room.blocks, room.rows)


def record_shapes(plan, own, group, shape, each=False):
    """name -> shape of every array of a run. own: Lengths. shape: (time, batch).

    group: of the forward kernel. each: every row has parameters of its own.
    """
    (time, batch), graph, rows = shape, plan.graph, (shape[1],) * each
    lengths, lines = group.lengths, graph.clampable_lines
    shapes = [shape, (*rows, len(plan.layout.numbers)), (len(lines),)]
    shapes += [(*rows, length) for length in own.vectors]
    shapes += [(*rows, *matrix) for matrix in own.matrices]
    shapes += [(*rows, *reversed(matrix)) for matrix in own.matrices]
    shapes += by_block(plan, "forward", group).values()
    units = [lengths["input_size"], *(lengths[plan.size(graph.lines[name])] for name in lines)]
    shapes += [(time, batch, length) for length in units]
    shapes += [(time + 1, batch, length) for length in own.states]
    shapes += [(time, batch, length) for length in own.lines]
    ahead = [] if each else [p for p in plan.products if p.stage == 0]
    shapes += [(time, batch, own.matrices[plan.layout.packs.index(p.pack)][0]) for p in ahead]
    named = dict(zip(record_names(plan, group, each), shapes, strict=True))
    return named | _of_a_step(plan, "forward", group, batch)


def adjoint_shapes(plan, own, group, shape, parts):
    """name -> shape of every array of gradients of one network. own: Lengths.

    group: of the backward kernel. shape: (time, batch). parts: (sums over rows side by side, of
    every matrix the parts of its sum over all steps); one part goes where the sum belongs.
    """
    (time, batch), layout, (rows, sums) = shape, plan.layout, parts
    shapes = [*shapes_of_lines(own, shape, group.lengths["input_size"])]
    shapes += [(rows * time, length) for length in own.vectors]
    shapes += by_block(plan, "backward", group).values()
    named = dict(zip(adjoint_names(plan, group), shapes, strict=True))
    named |= _of_a_step(plan, "backward", group, batch)
    for pack, matrix, cut in zip(layout.packs, own.matrices, sums, strict=True):
        named[identifier("parts", pack.name)] = cut if cut > 1 else 0, *matrix
        named[identifier("gradient", pack.name)] = matrix
    for vector, length in zip(layout.vectors, own.vectors, strict=True):
        named[identifier("gradient", vector)] = time, length
    return named


def shapes_of_lines(own, shape, inputs):
    """Shapes of cuts, and of the adjoints of states, lines, products and x."""
    time, batch = shape
    shapes = [(time,), *((time + 1, batch, length) for length in own.states)]
    return [*shapes, *((time, batch, n) for n in (*own.adjoints, *own.products, inputs))]


def by_block(plan, kernel, group):
    """name -> (blocks, numbers of the operand, sums of a block) of every recurrent pack.

    Only where several blocks share them; elsewhere there is nothing to deal.
    """
    found, lengths = {}, group.lengths
    for pack in recurrent_packs(plan) if group.blocks > 1 else []:
        if kernel == "forward":
            inner, own = lengths[pack.columns], group.slot(pack.rows.values())
            found[pack_name(pack, group)] = group.blocks, inner, own
        else:
            inner = sum(lengths[size] for size in pack.rows.values())
            found[matrix_name(pack, group)] = group.blocks, inner, group.own(pack.columns)
    return found


def dealt(plan, kernel, group, matrices):
    """name -> array of the shape of `by_block`. matrices: of every pack, (rows, columns)."""
    found, of = {}, dict(zip([p.name for p in plan.layout.packs], matrices, strict=True))
    for pack, name in zip(recurrent_packs(plan), by_block(plan, kernel, group), strict=False):
        matrix = of[pack.name]
        sizes = pack.rows.values() if kernel == "forward" else [pack.columns]
        found[name] = group.dealt(matrix if kernel == "forward" else matrix.T, sizes)
    return {name: array.swapaxes(1, 2) for name, array in found.items()}


def _of_a_step(plan, kernel, group, batch):
    if group.together:
        return {}
    lengths = group.lengths
    return {name: (batch, n) for name, n in arrays_of_a_step(plan, kernel, lengths).items()}
