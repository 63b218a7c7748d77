"""Matrix products of a few rows by a matrix that is used at every step, as explicit vector code.

A library's product is made for large matrices: at the sizes of a recurrent step (1 to 64 rows,
32 to 512 columns) half of its time goes into the call and into packing. Here the matrix is packed
once for the whole sequence, into panels of a few vectors' width, and each tile of the result
stays in registers while k runs: one multiply-add for every vector of the panel and row of the tile.

`tile` makes the inner loop as an intrinsic, `GEMM` is the text of the functions around it: one
module for each number type, compiled once for all cells. A cell's kernel reaches its `multiply`
through an address, with the intrinsic of the same name. Not-a-number and infinity go through as in
any sum of products; the order of the sum is that of k, or that of two or four interleaved parts
for a single row.
"""

from functools import lru_cache

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

I64, I32 = ir.IntType(64), ir.IntType(32)


class _Vectors:
    """Vector loads, stores and multiply-adds in one builder. width: bytes of a vector."""

    def __init__(self, builder, bits, width):
        self.builder, self.bits = builder, bits
        self.lanes = width * 8 // bits
        self.number = ir.FloatType() if bits == 32 else ir.DoubleType()
        self.type = ir.VectorType(self.number, self.lanes)
        self.zero = ir.Constant(self.type, [0.0] * self.lanes)
        self.name = f"v{self.lanes}f{bits}"

    def _function(self, name, result, arguments):
        kind = ir.FunctionType(result, arguments)
        return cgutils.get_or_insert_function(self.builder.module, kind, name)

    def at(self, pointer, offset):
        return self.builder.gep(pointer, [offset])

    def load(self, pointer, mask=None):
        pointer = self.builder.bitcast(pointer, self.type.as_pointer())
        if mask is None:
            return self.builder.load(pointer, align=self.bits // 8)
        pointer_type, mask_type = pointer.type, mask.type
        function = self._function(
            f"llvm.masked.load.{self.name}.p0", self.type, [pointer_type, I32, mask_type, self.type]
        )
        align = ir.Constant(I32, self.bits // 8)
        return self.builder.call(function, [pointer, align, mask, self.zero])

    def store(self, value, pointer, mask=None):
        pointer = self.builder.bitcast(pointer, self.type.as_pointer())
        if mask is None:
            self.builder.store(value, pointer, align=self.bits // 8)
            return
        function = self._function(
            f"llvm.masked.store.{self.name}.p0",
            ir.VoidType(),
            [self.type, pointer.type, I32, mask.type],
        )
        self.builder.call(function, [value, pointer, ir.Constant(I32, self.bits // 8), mask])

    def broadcast(self, pointer):
        value = self.builder.load(pointer, align=self.bits // 8)
        return self._spread(value, self.type)

    def first(self, count):
        """The mask of the first `count` lanes."""
        indices = ir.VectorType(I64, self.lanes)
        spread = self._spread(count, indices)
        return self.builder.icmp_signed("<", ir.Constant(indices, list(range(self.lanes))), spread)

    def _spread(self, value, kind):
        undefined = ir.Constant(kind, ir.Undefined)
        one = self.builder.insert_element(undefined, value, ir.Constant(I32, 0))
        lanes = ir.Constant(ir.VectorType(I32, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(one, undefined, lanes)

    def multiply_add(self, a, b, c):
        function = self._function(f"llvm.fma.{self.name}", self.type, [self.type] * 3)
        return self.builder.call(function, [a, b, c])


@lru_cache(maxsize=64)
def tile(rows, vectors, width, masked=False):
    """Return an intrinsic that computes one tile of c (+)= a b: rows x (vectors of `width` bytes).

    tile(k, a, a_at, a_row, a_step, b, b_at, c, c_at, c_row, add, left): a is read at
    a_at + row * a_row + k * a_step, b is a packed panel from b_at on, c is written at c_at +
    row * c_row (all flat indices into C-contiguous arrays of one type). add: 0 to overwrite c.
    left: with `masked`, how many columns there are of the last vector.
    """
    # One row alone would wait for each multiply-add: let k run over interleaved halves.
    halves = max(1, min(4, 8 // (rows * vectors)))

    @intrinsic
    def tile(typing, k, a, a_at, a_row, a_step, b, b_at, c, c_at, c_row, add, left):
        n = types.int64
        signature = types.void(n, a, n, n, n, b, n, c, n, n, n, n)

        def code(context, builder, signature, arguments):
            k, a, a_at, a_row, a_step, b, b_at, c, c_at, c_row, add, left = arguments
            v = _Vectors(builder, signature.args[1].dtype.bitwidth, width)

            def data(position, value, at):
                array = context.make_array(signature.args[position])(context, builder, value)
                return v.at(array.data, at)

            a, b, c = data(1, a, a_at), data(5, b, b_at), data(7, c, c_at)
            edge = v.first(left) if masked else None
            number = lambda value: ir.Constant(I64, value)  # noqa: E731
            places = [
                (
                    v.at(c, builder.add(builder.mul(c_row, number(r)), number(i * v.lanes))),
                    edge if i == vectors - 1 else None,
                )
                for r in range(rows)
                for i in range(vectors)
            ]

            def sums(step, sums):
                """One step of k: every register of the tile gets a[row] * b[vector]."""
                a_k = v.at(a, builder.mul(step, a_step))
                b_k = v.at(b, builder.mul(step, number(vectors * v.lanes)))
                across = [v.load(v.at(b_k, number(i * v.lanes))) for i in range(vectors)]
                result = []
                for r in range(rows):
                    down = v.broadcast(v.at(a_k, builder.mul(a_row, number(r))))
                    own = sums[r * vectors : (r + 1) * vectors]
                    pairs = zip(across, own, strict=True)
                    result += [v.multiply_add(down, wide, total) for wide, total in pairs]
                return result

            def loop(first, last, stride, initial, body):
                """for step in range(first, last, stride): values = body(step, values)"""
                before = builder.block
                head = builder.append_basic_block("head")
                inside = builder.append_basic_block("body")
                after = builder.append_basic_block("after")
                builder.branch(head)
                builder.position_at_end(head)
                step = builder.phi(I64)
                step.add_incoming(first, before)
                values = [builder.phi(v.type) for _ in initial]
                for value, start in zip(values, initial, strict=True):
                    value.add_incoming(start, before)
                builder.cbranch(builder.icmp_signed("<", step, last), inside, after)
                builder.position_at_end(inside)
                new = body(step, values)
                step.add_incoming(builder.add(step, number(stride)), builder.block)
                for value, result in zip(values, new, strict=True):
                    value.add_incoming(result, builder.block)
                builder.branch(head)
                builder.position_at_end(after)
                return values

            def interleaved(step, values):
                result, size = [], rows * vectors
                for half in range(halves):
                    at = builder.add(step, number(half))
                    result += sums(at, values[half * size : (half + 1) * size])
                return result

            whole = builder.sub(k, builder.srem(k, number(halves)))
            start = [v.zero] * (rows * vectors * halves)
            totals = loop(number(0), whole, halves, start, interleaved)
            if halves > 1:
                size = rows * vectors
                parts = [totals[i * size : (i + 1) * size] for i in range(halves)]
                totals = [_added(builder, together) for together in zip(*parts, strict=True)]
                totals = loop(whole, k, 1, totals, sums)
            with builder.if_else(builder.icmp_signed("!=", add, number(0))) as (then, otherwise):
                with then:
                    for total, (place, mask) in zip(totals, places, strict=True):
                        v.store(builder.fadd(v.load(place, mask), total), place, mask)
                with otherwise:
                    for total, (place, mask) in zip(totals, places, strict=True):
                        v.store(total, place, mask)
            return context.get_dummy_value()

        return signature, code

    return tile


def _added(builder, values):
    while len(values) > 1:
        pairs = zip(values[::2], values[1::2], strict=True)
        values = [builder.fadd(a, b) for a, b in pairs]
    return values[0]


@intrinsic
def multiply(typing, address, m, n, k, a, a_at, a_row, a_step, b, c, c_at, c_row, add):
    """c (+)= a b through the address of `multiply_at`, with its arguments; a, b, c are arrays."""
    return _through(13, {4: a, 8: b, 9: c})


@intrinsic
def pack(typing, address, b, b_at, b_row, b_step, k, n, into):
    """Pack a matrix through the address of `pack_at`, with its arguments; b, into are arrays."""
    return _through(8, {1: b, 7: into})


def _through(count, arrays):
    """(signature, code) of a call through an address, the first of `count` arguments.

    arrays: position -> type of the arguments that are arrays; their data is passed.
    """
    signature = types.void(*(arrays.get(i, types.int64) for i in range(count)))

    def code(context, builder, signature, arguments):
        given = list(arguments)
        for position, kind in arrays.items():
            array = context.make_array(kind)(context, builder, given[position])
            given[position] = array.data
        function = ir.FunctionType(ir.VoidType(), [value.type for value in given[1:]])
        builder.call(builder.inttoptr(given[0], function.as_pointer()), given[1:])
        return context.get_dummy_value()

    return signature, code


GEMM = '''"""Matrix products for {dtype}: written for vectors of {width} bytes. Do not edit."""

import numpy as np
from numba import carray, cfunc, njit, types
from workbench.targets.gemm import multiply, tile
from workbench.targets.simd import elementwise

real = np.{dtype}
WIDTH = {width}  # bytes of a vector
options = dict(cache=CACHE, nogil=True, error_model="numpy", fastmath={{"contract", "nsz"}})
tile_6x4, tile_4x4, tile_2x4, tile_1x4 = [tile(rows, 4, WIDTH) for rows in (6, 4, 2, 1)]
tile_8x2, tile_1x2, tile_8x1, tile_1x1 = [tile(r, v, WIDTH) for v in (2, 1) for r in (8, 1)]
edge_8x2, edge_1x2, edge_8x1, edge_1x1 = [tile(r, v, WIDTH, True) for v in (2, 1) for r in (8, 1)]
copy = elementwise(lambda a: (a,), 1, 1, 0, 0, WIDTH)
LANES = WIDTH // np.dtype(real).itemsize


@njit(**options)
def pack(b, b_at, b_row, b_step, k, n, into):
    """Write b, k rows of n numbers, as panels of 4, 2 or 1 vectors, each panel row after row."""
    j, at, flat = 0, 0, b.reshape(-1)
    while j < n:
        vectors = 4 if n - j >= 4 * LANES else 2 if n - j > LANES else 1
        panel, width = vectors * LANES, min(vectors * LANES, n - j)
        if b_step == 1:
            for row in range(k):
                copy(width, (b,), (b_at + row * b_row + j,), (into,), (at + row * panel,), (), ())
        else:
            for i in range(width):
                for row in range(k):
                    into[at + row * panel + i] = flat[b_at + row * b_row + (j + i) * b_step]
        for row in range(k):
            for i in range(width, panel):
                into[at + row * panel + i] = real(0)
        j += panel
        at += panel * k


@njit(**options)
def turned(a, a_at, a_row, k, m, into):
    """Copy k rows of m numbers out of a wide matrix, so that a tile reads them side by side."""
    for row in range(k):
        copy(m, (a,), (a_at + row * a_row,), (into,), (row * m,), (), ())


number, pointer = types.int64, types.CPointer(types.{dtype})


@cfunc(
    types.void(*[number] * 3, pointer, *[number] * 3, pointer, pointer, *[number] * 3), cache=CACHE
)
def multiply_at(m, n, k, a, a_at, a_row, a_step, b, c, c_at, c_row, add):
    """c (+)= a b for m rows of a; b is packed, n columns, k rows. add: 0 to overwrite c."""
    a, b, c = carray(a, (1,)), carray(b, (1,)), carray(c, (1,))
    j, at = 0, 0
    # One row alone goes the short way: what many rows need costs more than its product.
    while m == 1 and n - j > 0:
        left, c_r = n - j, c_at + j
        vectors = 4 if left >= 4 * LANES else 2 if left > LANES else 1
        if vectors == 4:
            tile_1x4(k, a, a_at, 0, a_step, b, at, c, c_r, 0, add, 0)
        elif left >= 2 * LANES:
            tile_1x2(k, a, a_at, 0, a_step, b, at, c, c_r, 0, add, 0)
        elif vectors == 2:
            edge_1x2(k, a, a_at, 0, a_step, b, at, c, c_r, 0, add, left - LANES)
        elif left == LANES:
            tile_1x1(k, a, a_at, 0, a_step, b, at, c, c_r, 0, add, 0)
        else:
            edge_1x1(k, a, a_at, 0, a_step, b, at, c, c_r, 0, add, left)
        j += vectors * LANES
        at += vectors * LANES * k
    while n - j >= 4 * LANES:
        r = 0
        while r < m:
            rows = 6 if m - r >= 6 and m - r != 8 else 4 if m - r >= 4 else 2 if m - r >= 2 else 1
            a_r, c_r = a_at + r * a_row, c_at + r * c_row + j
            if rows == 6:
                tile_6x4(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, 0)
            elif rows == 4:
                tile_4x4(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, 0)
            elif rows == 2:
                tile_2x4(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, 0)
            else:
                tile_1x4(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, 0)
            r += rows
        j += 4 * LANES
        at += 4 * LANES * k
    while n - j > 0:
        left, r = n - j, 0
        vectors = 2 if left > LANES else 1
        while r < m:
            rows = 8 if m - r >= 8 else 1
            a_r, c_r = a_at + r * a_row, c_at + r * c_row + j
            if left >= vectors * LANES:
                if vectors == 2 and rows == 8:
                    tile_8x2(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, 0)
                elif vectors == 2:
                    tile_1x2(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, 0)
                elif rows == 8:
                    tile_8x1(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, 0)
                else:
                    tile_1x1(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, 0)
            else:
                last = left - (vectors - 1) * LANES
                if vectors == 2 and rows == 8:
                    edge_8x2(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, last)
                elif vectors == 2:
                    edge_1x2(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, last)
                elif rows == 8:
                    edge_8x1(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, last)
                else:
                    edge_1x1(k, a, a_r, a_row, a_step, b, at, c, c_r, c_row, add, last)
            r += rows
        j += vectors * LANES
        at += vectors * LANES * k


@cfunc(types.void(pointer, *[number] * 5, pointer), cache=CACHE)
def pack_at(b, b_at, b_row, b_step, k, n, into):
    pack(carray(b, (1,)), b_at, b_row, b_step, k, n, carray(into, (1,)))


@njit(**options)
def weight_gradient(share, address, adjoint, operand, gradient, add):
    """gradient (rows, columns) (+)= the sum over steps of adjoint (rows) times operand (columns).

    share: (worker, workers). Blocks of 48 rows are shared; each adds the steps in the same order.
    """
    worker, workers = share
    rows, columns = gradient.shape
    total = adjoint.size // rows
    panel = np.empty(256 * -(-columns // LANES) * LANES, real)
    block = np.empty(256 * 48, real)
    for start in range(0, total, 256):
        k = min(256, total - start)
        pack(operand, start * columns, columns, 1, k, columns, panel)
        for top in range(worker * 48, rows, workers * 48):
            high = min(48, rows - top)
            turned(adjoint, start * rows + top, rows, k, high, block)
            multiply(address, high, columns, k, block, 0, 1, high, panel, gradient, top * columns,
                     columns, add + start)


@njit(**options)
def operand_gradient(share, address, adjoint, rows, packed, d):
    """d (time, batch, columns) += adjoint times the packed matrix, in blocks of 240 steps."""
    worker, workers = share
    columns = d.shape[2]
    total = adjoint.size // rows
    for start in range(worker * 240, total, workers * 240):
        multiply(address, min(240, total - start), columns, rows, adjoint, start * rows, rows, 1,
                 packed, d, start * columns, columns, 1)


@njit(**options)
def weight_gradients(share, address, adjoint, operand, start, gradient, add):
    """`weight_gradient` of networks share[0] to before share[1]; operand from step `start` on."""
    first, last = share
    steps = adjoint.shape[1]
    for n in range(first, last):
        own = operand[n % len(operand)][start : start + steps]
        weight_gradient((0, 1), address, adjoint[n], own, gradient[n], add)


@njit(**options)
def operand_gradients(share, address, adjoint, matrices, d):
    """`operand_gradient` of each network from share[0] to before share[1]."""
    first, last = share
    rows, columns = matrices.shape[1:]
    packed = np.empty(rows * -(-columns // LANES) * LANES, real)
    for n in range(first, last):
        pack(matrices[n], 0, columns, 1, rows, columns, packed)
        operand_gradient((0, 1), address, adjoint[n], rows, packed, d[n])
'''
