"""The kernels of one graph on a GPU, and the arrays that they work on."""

from functools import lru_cache

import numpy as np

from ..cpu.lengths import PlanKernels
from ..spelling import identifier
from . import source
from .arena import Arena, Hosted
from .device import simulated
from .launches import Launch, StepLaunches
from .over_time import over_time
from .room import THREADS, multiprocessors, room_of
from .shapes import adjoint_shapes, dealt, group_of, record_shapes
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
        """Return the launch of the kernel called `name` for these lengths and rows."""
        room = self.room(name, lengths, batch)
        key = name, tuple(lengths.items()), room, given
        if key not in self._kernels:
            text, memory = source(self.plan, name, self.dtype.name, lengths, room, given, self.each)
            made = self.plan, text, name, memory, room
            self._kernels[key] = (
                StepLaunches(*made, self.over_time, given)
                if room.by_step
                else Launch(*made, self.dtype)
            )
        return self._kernels[key]

    def on_device(self, arrays, name):
        """A line of a Record, or its total adjoint of Adjoints, where it lies."""
        return arrays.arena.on_device(*arrays.place_of(name))

    def empty_record(self, lengths, time, batch, initial, clamps, masked):
        """The arrays of one run; rows that no step writes are 0."""
        group = self._group("forward", lengths, batch)
        shapes = record_shapes(self.plan, self.lengths(lengths), group, (time, batch), self.each)
        arena = Arena(shapes, self.dtype)
        if masked:
            self.over_time.clear(arena.array, 0, arena.array.size)
        return Record(self.plan, arena, initial, clamps, self.each)

    def _group(self, name, lengths, batch):
        return group_of(self.room(name, lengths, batch), lengths)

    def forward(self, x, mask, lengths, parameters, record):
        """Fill `record`."""
        (matrices, vectors, numbers), arena, plan = parameters, record.arena, self.plan
        graph, batch = plan.graph, mask.shape[1]
        values = [mask, numbers, [name in record.clamps for name in graph.clampable_lines]]
        values += [*vectors, *matrices, *(m.swapaxes(-1, -2) for m in matrices)]
        values += dealt(plan, "forward", self._group("forward", lengths, batch), matrices).values()
        values.append(x)
        values += [record.clamps.get(name, 0) for name in graph.clampable_lines]
        values = dict(zip(arena.shapes, values, strict=False))
        arena.upload(values)
        for name, first in record.initial.items():
            arena.upload_steps(identifier("state", name), first)
        with stretch():
            for product in [p for p in plan.products if p.stage == 0 and not self.each]:
                self._input_product(product, arena, mask.size)
            self.kernel("forward", lengths, batch)(self._blocks("forward", lengths, batch), arena)

    def _input_product(self, product, arena, steps):
        """A matrix times x, for all steps."""
        pack = identifier("pack", product.pack.name)
        columns, rows = arena.shapes[pack]
        a = arena.array, arena.offsets["x"], columns, 1
        b = arena.array, arena.offsets[pack], rows, 1
        c = arena.array, arena.offsets[identifier("product", product.name)]
        self.over_time.multiply(a, b, c, (steps, rows, columns))

    def _blocks(self, name, lengths, batch):
        """How many blocks are launched: groups of them, each with rows of the batch."""
        room = self.room(name, lengths, batch)
        most = BLOCKS if room.blocks == 1 else max(1, multiprocessors() // room.blocks)
        return room.blocks * min(-(-batch // room.rows), most)

    def backward(self, x, mask, cut, lengths, parameters, record, given):
        """Return Adjoints, (matrix gradients, vector steps); arguments as on the CPU."""
        batch = mask.shape[1]
        group, blocks = (f("backward", lengths, batch) for f in (self._group, self._blocks))
        adjoint = Arena(self._adjoint_shapes(lengths, mask.shape), self.dtype)
        with stretch():
            self.over_time.clear(adjoint.array, 0, adjoint.array.size)
        adjoint.upload({"cut": cut})
        adjoint.upload(dealt(self.plan, "backward", group, parameters[0]))
        for line, d in given.items():
            adjoint.upload_steps(identifier("adjoint", line), np.where(mask[:, :, None], d, 0))
        first = next(iter(self.plan.graph.states))
        lines = None if set(given) <= {first} else tuple(self.adjoint_lines)
        with stretch():
            self.kernel("backward", lengths, batch, lines)(blocks, record.arena, adjoint, cut)
            self._finish(record.arena, adjoint)
        return self._found(adjoint)

    def _adjoint_shapes(self, lengths, shape):
        time, batch = shape
        group = self._group("backward", lengths, batch)
        rows = self._blocks("backward", lengths, batch) // group.blocks * group.rows
        own = self.lengths(lengths)
        sums = [self.over_time.parts((*matrix, time * batch)) for matrix in own.matrices]
        parts = rows if group.together else batch, sums
        return adjoint_shapes(self.plan, own, group, shape, parts)

    def _finish(self, record, adjoint):
        """Gradients that are one product, or one sum, over all steps."""
        for pack in self.plan.layout.packs:
            self._matrix_gradient(pack, record, adjoint)
        for product in [p for p in self.plan.products if p.operand.op == "input"]:
            self._input_gradient(product, record, adjoint)
        for vector in self.plan.layout.vectors:
            self._vector_gradient(vector, adjoint)

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
        self.kernel("jacobian", lengths, mask.shape[1])(grid, record.arena, result)
        return result["result"]
