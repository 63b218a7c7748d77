"""The kernels of one graph on a GPU, and the arrays that they work on."""

from functools import lru_cache

import numpy as np

from ..cpu.lengths import PlanKernels
from ..spelling import identifier
from . import source
from .arena import Arena, Hosted, counters
from .backward import adjoint_names, matrix_name
from .device import simulated
from .forward import record_names, recurrent_packs
from .group import Group
from .kernel import LaunchedKernel
from .over_time import over_time
from .room import THREADS, multiprocessors, room_of
from .sharing import shared_room
from .stopwatch import stretch

BLOCKS = 2 if simulated() else 1024
"""Blocks of a launch, at most; further rows of the batch wait for their turn."""


class Record:
    """What a run keeps on the device; as (states, lines, clamps) its arrays on the host."""

    def __init__(self, plan, arena, initial, clamps, turned):
        self.arena, self.initial, self.clamps = arena, initial, clamps
        states = [identifier("state", name) for name in plan.graph.states]
        lines = [identifier("line", key) for key, _ in plan.kept]
        self._groups = Hosted(arena, states, turned), Hosted(arena, lines, turned), ()

    def place_of(self, name):
        """(the array of a line, how many steps before the first lie in it)."""
        state = identifier("state", name)
        return (state, 1) if state in self.arena.shapes else (identifier("line", name), 0)

    def __iter__(self):
        return iter(self._groups)

    def __getitem__(self, index):
        return self._groups[index]


class Adjoints:
    """What `backward` has found, on the host as it is asked for."""

    def __init__(self, arena, carried, totals, products, turned):
        self.arena = arena
        self.carried, self.totals = Hosted(arena, carried, turned), Hosted(arena, totals, turned)
        self.products, self._x = Hosted(arena, products), Hosted(arena, ["d_x"], turned)

    def __iter__(self):
        return iter((self.carried, self.totals, self.products, self.d_x))

    @property
    def d_x(self):
        return self._x[0]

    def place_of(self, name):
        """(the array of a line's total adjoint, 0)."""
        return identifier("adjoint", name), 0


class Kernels(PlanKernels):
    """The kernels of one graph: as `cpu.Kernels`, with all arrays on a GPU.

    plan: what is kept at each step. dtype: "float32" or "float64".
    """

    each = False
    """Whether every row of the batch has parameters of its own."""

    def __init__(self, plan, dtype):
        super().__init__(plan, dtype)
        self.over_time = over_time(self.dtype.name, THREADS, BLOCKS)
        self._rooms = lru_cache(
            lambda name, items, batch: shared_room(plan, name, self.dtype, dict(items), batch)
        )
        self._kernels = {}

    def room(self, name, lengths, batch):
        """The Room of the kernel called `name` for these lengths and rows of the batch."""
        if self.each or name not in ("forward", "backward"):
            return room_of(self.plan, self.dtype, lengths, self.each)
        return self._rooms(name, tuple(lengths.items()), batch)

    def kernel(self, name, lengths, batch, given=None):
        """Return (the kernel called `name`, its Memory, its Room) for these lengths and rows."""
        room = self.room(name, lengths, batch)
        key = name, tuple(lengths.items()), room, given
        if key not in self._kernels:
            text, memory = source(self.plan, name, self.dtype.name, lengths, room, given, self.each)
            if memory.size > room.shared:
                raise ValueError(
                    "hidden_size: expected a network of which one step fits into the "
                    f"{room.shared * self.dtype.itemsize:,} bytes of shared memory that a GPU's "
                    f"block has, got {memory.size * self.dtype.itemsize:,} bytes"
                )
            label = identifier("cuda_each" if self.each else "cuda", self.plan.graph.name, name)
            shared = memory.size * self.dtype.itemsize
            launched = LaunchedKernel(text, name, label, shared, room.blocks > 1)
            self._kernels[key] = launched, memory, room
        return self._kernels[key]

    def on_device(self, arrays, name):
        """A line of a Record, or its total adjoint of Adjoints, where it lies."""
        return arrays.arena.on_device(*arrays.place_of(name))

    def _launch(self, name, grid, lengths, arenas, given=None):
        time, batch = arenas[0].shapes["mask"]
        kernel, memory, room = self.kernel(name, lengths, batch, given)
        offsets = [arenas[kind == "adjoint"].offsets[n] for n, kind in memory.arena.items()]
        # As numbers of the call they lie in constant memory and take no thread's registers.
        places = (time, batch, *offsets)
        meetings = [counters(grid // room.blocks)] if room.blocks > 1 else []
        kernel(grid, room.threads, *(arena.array for arena in arenas), *meetings, places)

    def empty_record(self, lengths, time, batch, initial, clamps, masked):
        """The arrays of one run; rows that no step writes are 0."""
        arena = Arena(self._record_shapes(lengths, time, batch), self.dtype)
        if masked:
            self.over_time.clear(arena.array, 0, arena.array.size)
        return Record(self.plan, arena, initial, clamps, self.each)

    def _record_shapes(self, lengths, time, batch):
        own, plan, layout = self.lengths(lengths), self.plan, self.plan.layout
        lines, each = plan.graph.clampable_lines, (batch,) * self.each
        shapes = [(time, batch), (*each, len(layout.numbers)), (len(lines),)]
        shapes += [(*each, length) for length in own.vectors]
        shapes += [(*each, rows, columns) for rows, columns in own.matrices]
        shapes += [(*each, columns, rows) for rows, columns in own.matrices]
        group = self._group("forward", lengths, batch)
        for pack in recurrent_packs(plan) if group.blocks > 1 else []:
            columns, rows = lengths[pack.columns], group.slot(pack.rows.values())
            shapes.append((group.blocks, columns, rows))
        units = [lengths["input_size"]]
        units += [lengths[plan.size(plan.graph.lines[name])] for name in lines]
        shapes += [(time, batch, length) for length in units]
        shapes += [(time + 1, batch, length) for length in own.states]
        shapes += [(time, batch, length) for length in own.lines]
        for product in [p for p in plan.products if p.stage == 0 and not self.each]:
            rows, _ = own.matrices[layout.packs.index(product.pack)]
            shapes.append((time, batch, rows))
        return dict(zip(record_names(plan, group, self.each), shapes, strict=True))

    def _group(self, name, lengths, batch):
        room = self.room(name, lengths, batch)
        return Group(lengths, room.blocks, room.rows)

    def forward(self, x, mask, lengths, parameters, record):
        """Fill `record`."""
        (matrices, vectors, numbers), arena, plan = parameters, record.arena, self.plan
        graph = plan.graph
        values = [mask, numbers, [name in record.clamps for name in graph.clampable_lines]]
        values += [*vectors, *matrices, *(m.swapaxes(-1, -2) for m in matrices)]
        values += [*self._packs_by_block(matrices, lengths, mask.shape[1]), x]
        values += [record.clamps.get(name, 0) for name in graph.clampable_lines]
        values = dict(zip(arena.shapes, values, strict=False))
        arena.upload(values)
        for name, first in record.initial.items():
            arena.upload_steps(identifier("state", name), first)
        with stretch():
            for product in [p for p in plan.products if p.stage == 0 and not self.each]:
                self._input_product(product, arena, mask.size)
            self._launch("forward", self._blocks("forward", lengths, mask), lengths, (arena,))

    def _packs_by_block(self, matrices, lengths, batch):
        """What every block of a group has of the recurrent matrices, as `forward` reads it."""
        group = self._group("forward", lengths, batch)
        if group.blocks == 1:
            return []
        own = [(p, m) for p, m in self._by_pack(matrices) if p in recurrent_packs(self.plan)]
        return [group.dealt(m, pack.rows.values()).swapaxes(1, 2) for pack, m in own]

    def _by_pack(self, matrices):
        return zip(self.plan.layout.packs, matrices, strict=True)

    def _input_product(self, product, arena, steps):
        """A matrix times x, for all steps."""
        pack = identifier("pack", product.pack.name)
        columns, rows = arena.shapes[pack]
        a = arena.array, arena.offsets["x"], columns, 1
        b = arena.array, arena.offsets[pack], rows, 1
        c = arena.array, arena.offsets[identifier("product", product.name)]
        self.over_time.multiply(a, b, c, (steps, rows, columns))

    def _blocks(self, name, lengths, mask):
        """How many blocks are launched: groups of them, each with rows of the batch."""
        room = self.room(name, lengths, mask.shape[1])
        groups = -(-mask.shape[1] // room.rows)
        most = BLOCKS if room.blocks == 1 else max(1, multiprocessors() // room.blocks)
        return room.blocks * min(groups, most)

    def backward(self, x, mask, cut, lengths, parameters, record, given):
        """Return Adjoints, (matrix gradients, vector steps); arguments as on the CPU."""
        blocks = self._blocks("backward", lengths, mask)
        adjoint = Arena(self._adjoint_shapes(lengths, mask, blocks), self.dtype)
        with stretch():
            self.over_time.clear(adjoint.array, 0, adjoint.array.size)
        adjoint.upload({"cut": cut})
        adjoint.upload(self._matrices_by_block(parameters[0], lengths, mask.shape[1]))
        for line, d in given.items():
            adjoint.upload_steps(identifier("adjoint", line), np.where(mask[:, :, None], d, 0))
        first = next(iter(self.plan.graph.states))
        lines = None if set(given) <= {first} else tuple(self.adjoint_lines)
        with stretch():
            self._launch("backward", blocks, lengths, (record.arena, adjoint), lines)
            self._finish(record.arena, adjoint)
        return self._found(adjoint)

    def _matrices_by_block(self, matrices, lengths, batch):
        """name -> what every block of a group has of a matrix, as `backward` reads it."""
        group = self._group("backward", lengths, batch)
        if group.blocks == 1:
            return {}
        return {
            matrix_name(pack, group): group.dealt(m.T, [pack.columns]).swapaxes(1, 2)
            for pack, m in self._by_pack(matrices)
            if pack in recurrent_packs(self.plan)
        }

    def _finish(self, record, adjoint):
        """Gradients that are one product, or one sum, over all steps."""
        for pack in self.plan.layout.packs:
            self._matrix_gradient(pack, record, adjoint)
        for product in [p for p in self.plan.products if p.operand.op == "input"]:
            self._input_gradient(product, record, adjoint)
        for vector in self.plan.layout.vectors:
            self._vector_gradient(vector, adjoint)

    def _adjoint_shapes(self, lengths, mask, blocks):
        own, layout, (time, batch) = self.lengths(lengths), self.plan.layout, mask.shape
        named = self._shapes_of_adjoints(own, mask.shape, lengths["input_size"])
        group = self._group("backward", lengths, batch)
        parts = blocks // group.blocks * group.rows
        named += [(parts * time, length) for length in own.vectors]
        for pack in recurrent_packs(self.plan) if group.blocks > 1 else []:
            rows = sum(lengths[size] for size in pack.rows.values())
            named.append((group.blocks, rows, group.own(pack.columns)))
        named = dict(zip(adjoint_names(self.plan, group), named, strict=True))
        for pack, (rows, columns) in zip(layout.packs, own.matrices, strict=True):
            parts = self.over_time.parts((rows, columns, time * batch))
            # A sum in one part goes where it belongs.
            named[identifier("parts", pack.name)] = parts if parts > 1 else 0, rows, columns
            named[identifier("gradient", pack.name)] = rows, columns
        for vector, length in zip(layout.vectors, own.vectors, strict=True):
            named[identifier("gradient", vector)] = time, length
        return named

    def _shapes_of_adjoints(self, own, shape, inputs):
        """Of cuts, and of the adjoints of states, lines, products and x."""
        time, batch = shape
        shapes = [(time,), *((time + 1, batch, length) for length in own.states)]
        return [*shapes, *((time, batch, n) for n in (*own.adjoints, *own.products, inputs))]

    def _adjoint_of(self, product, adjoint):
        """(array, offset) of a product's adjoint over time; twins have one."""
        name = identifier("adjoint_product", self.plan.first_of(product).name)
        return adjoint.array, adjoint.offsets[name]

    def _matrix_gradient(self, pack, record, adjoint):
        """The adjoints of all products with a matrix times what it multiplied, over all steps."""
        array, total = adjoint.array, identifier("gradient", pack.name)
        c, parts = (array, adjoint.offsets[total]), adjoint.offsets[identifier("parts", pack.name)]
        (rows, columns), (time, batch) = adjoint.shapes[total], record.shapes["mask"]
        for number, product in enumerate(p for p in self.plan.products if p.pack is pack):
            kind, name, later = self.plan.kept_as(product.operand)
            at = record.offsets[identifier(kind, name) if kind != "x" else kind]
            a = *self._adjoint_of(product, adjoint), 1, rows
            b = record.array, at + later * batch * columns, columns, 1
            shape = rows, columns, time * batch
            self.over_time.multiply_in_parts(a, b, c, shape, parts, add=number > 0)

    def _input_gradient(self, product, record, adjoint):
        """What reaches x through its matrix."""
        matrix = identifier("matrix", product.pack.name)
        rows, columns = record.shapes[matrix]
        steps = record.shapes["mask"][0] * record.shapes["mask"][1]
        a = *self._adjoint_of(product, adjoint), rows, 1
        b = record.array, record.offsets[matrix], columns, 1
        c = adjoint.array, adjoint.offsets["d_x"]
        self.over_time.multiply(a, b, c, (steps, columns, rows), add=True)

    def _vector_gradient(self, vector, adjoint):
        """What has been gathered for one vector, step by step."""
        steps, total = identifier("steps", vector), identifier("gradient", vector)
        time, length = adjoint.shapes[total]
        first = adjoint.array, adjoint.offsets[steps]
        target = adjoint.array, adjoint.offsets[total]
        parts = adjoint.shapes[steps][0] // time
        self.over_time.add_up(*first, time * length, parts, *target)

    def _found(self, adjoint):
        """Adjoints, (matrix gradients, vector steps), on the host as they are asked for."""
        layout = self.plan.layout
        matrices = [identifier("gradient", pack.name) for pack in layout.packs]
        vectors = [identifier("gradient", vector) for vector in layout.vectors]
        return self._adjoints(adjoint), (Hosted(adjoint, matrices), Hosted(adjoint, vectors))

    def _adjoints(self, adjoint):
        first = [self.plan.first_of(p) for p in self.plan.products]
        return Adjoints(
            adjoint,
            [identifier("carried", s) for s in self.plan.graph.states],
            [identifier("adjoint", n) for n in self.adjoint_lines],
            [identifier("adjoint_product", p.name) for p in first],
            self.each,
        )

    def jacobian(self, x, mask, lengths, parameters, record):
        """Return (time, batch, n, n): the derivative of the new states by the old ones."""
        states = sum(self.lengths(lengths).states)
        result = Arena({"result": (*mask.shape, states, states)}, self.dtype)
        grid = min(mask.size, BLOCKS), min(states, BLOCKS)
        self._launch("jacobian", grid, lengths, (record.arena, result))
        return result["result"]
