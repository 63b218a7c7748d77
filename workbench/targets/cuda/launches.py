"""How a written kernel is launched: once for a whole sequence, or once for every stage and step."""

import numpy as np

from ..spelling import identifier
from .arena import counters
from .by_step import Grid, places_by_step
from .kernel import LaunchedKernel
from .room import multiprocessors


class Launch:
    """A kernel that goes through all steps; launch(grid, record, adjoint): arenas.

    text: its module. name: of its function. memory, room: what it is written for.
    """

    def __init__(self, plan, text, name, memory, room, dtype):
        self.memory, self.room = memory, room
        shared, most = (count * np.dtype(dtype).itemsize for count in (memory.size, room.shared))
        if shared > most:
            raise ValueError(
                f"hidden_size: expected a network of which one step fits into the {most:,} bytes "
                f"of shared memory that a GPU's block has, got {shared:,} bytes"
            )
        label = identifier("cuda", plan.graph.name, name)
        self.kernel = LaunchedKernel(text, name, label, shared, room.blocks > 1)

    def __call__(self, grid, record, adjoint=None, cut=None):
        arrays = [arena.array for arena in (record, adjoint) if arena is not None]
        if self.room.blocks > 1:
            arrays.append(counters(grid // self.room.blocks))
        own = places(self.memory, record, adjoint)
        self.kernel(grid, self.room.threads, *arrays, own)


def places(memory, record, adjoint):
    """What kernels take besides arenas: steps, rows and the offset of every array.

    As numbers of the call they lie in constant memory and take no thread's registers.
    """
    arenas = {"record": record, "adjoint": adjoint}
    return *record.shapes["mask"], *(arenas[kind].offsets[n] for n, kind in memory.arena.items())


class StepLaunches:
    """Kernels of one stage and step, and between them matrix products of the whole batch.

    For networks whose matrices no GPU keeps on chip: a product of many rows, which reads them
    once, is the most that can be had of its memory. Nothing is copied and nothing is waited for
    between two launches. They are not captured in a CUDA graph: every run records into new
    memory, so that a graph could not be launched a second time.
    """

    def __init__(self, plan, text, name, memory, room, over_time, given=None):
        self.plan, self.text, self.name, self.memory = plan, text, name, memory
        self.threads, self.over_time, self._kernels = room.threads, over_time, {}
        self.units = max(memory.group.lengths.values())
        self.places = places_by_step(plan, Grid({}), given)

    def __call__(self, grid, record, adjoint=None, cut=None):
        """Take every step, the last one first where there are adjoints. cut: (time,) bool."""
        (time, batch), stages = record.shapes["mask"], len(self.plan.blocks)
        own = places(self.memory, record, adjoint)
        if adjoint is None:
            for t in range(time):
                for stage in range(1, stages + 1):
                    self._products(stage, record, t, batch)
                    self._launch(f"forward_{stage}", (record.array,), t, own)
            return
        arrays = record.array, adjoint.array
        for t in range(time - 1, -1, -1):
            for stage in range(stages, 0, -1):
                self._launch(f"backward_{stage}", arrays, t, own)
                self._products_back(stage, (record, adjoint), t, batch)
            if cut[t]:
                self._launch("cut_off", arrays, t, own)

    def _products(self, stage, record, t, batch):
        """Each matrix of a stage times what it multiplies at step t, in all rows."""
        for product in [p for p in self.plan.products if p.stage == stage]:
            pack = identifier("pack", product.pack.name)
            columns, rows = record.shapes[pack]
            kind, name, later = self.plan.kept_as(product.operand)
            at = record.offsets[identifier(kind, name)] + (t + later) * batch * columns
            a = record.array, at, columns, 1
            b = record.array, record.offsets[pack], rows, 1
            c = record.array, record.offsets[identifier("product", product.name)]
            self.over_time.multiply(a, b, c, (batch, rows, columns))

    def _products_back(self, stage, arenas, t, batch):
        """Add what reaches the operands of a stage's products at step t, in all rows."""
        record, adjoint = arenas
        for product in [p for p in self.plan.products if p.stage == stage]:
            matrix = identifier("matrix", product.pack.name)
            rows, columns = record.shapes[matrix]
            own = identifier("adjoint_product", self.plan.first_of(product).name)
            target = self.places.place(product.operand).array
            first = 0 if target in self.places.scratch.values() else t * batch * columns
            a = adjoint.array, adjoint.offsets[own] + t * batch * rows, rows, 1
            b = record.array, record.offsets[matrix], columns, 1
            c = adjoint.array, adjoint.offsets[target] + first
            self.over_time.multiply(a, b, c, (batch, columns, rows), add=True)

    def _launch(self, name, arrays, t, own):
        if name not in self._kernels:
            label = identifier("cuda_by_step", self.plan.graph.name, self.name)
            self._kernels[name] = LaunchedKernel(self.text, name, label)
        blocks = min(4 * multiprocessors(), -(-own[1] * self.units // self.threads))
        self._kernels[name](max(1, blocks), self.threads, *arrays, t, own)
