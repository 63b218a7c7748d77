"""The sum of squares of a few numbers, one vector after the other."""

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.extending import intrinsic

from .elementwise import WIDTH

__all__ = ["sum_of_squares"]

WORD, INDEX, REAL = ir.IntType(64), ir.IntType(32), ir.DoubleType()
LANES = WIDTH // 8


@intrinsic
def sum_of_squares(typing, count, array, offset):
    """The sum of squares of `count` numbers of an array from a flat offset on, as a float64.

    array: C-contiguous, float32 or float64; its numbers are squared as float64, so that no square
    of a float32 is too small or too large. The order of the sum depends on `count` alone.
    """
    if array.dtype not in (types.float32, types.float64) or array.layout != "C":
        raise TypingError(f"sum_of_squares: expected a C-contiguous real array, got {array}")
    signature = types.float64(types.int64, array, types.int64)

    def code(context, builder, signature, arguments):
        count, given, offset = arguments
        data = context.make_array(array)(context, builder, given).data
        squares = _Squares(builder, builder.gep(data, [offset]), array.dtype.bitwidth)
        return squares.sum(count)

    return signature, code


class _Squares:
    """Writes the instructions. start: pointer to the first number. bits: of a number."""

    def __init__(self, builder, start, bits):
        self.builder, self.start, self.bits = builder, start, bits
        number = ir.FloatType() if bits == 32 else REAL
        self.numbers, self.reals = ir.VectorType(number, LANES), ir.VectorType(REAL, LANES)
        self.zero = ir.Constant(self.reals, [0.0] * LANES)

    def sum(self, count):
        build = self.builder
        total = cgutils.alloca_once_value(build, self.zero)
        whole = build.and_(count, ir.Constant(WORD, -LANES))
        step = ir.Constant(WORD, LANES)
        with cgutils.for_range_slice(build, ir.Constant(WORD, 0), whole, step, WORD) as (unit, _):
            place = self._place(unit)
            self._add(total, build.load(place, align=self.bits // 8))
        with build.if_then(build.icmp_signed("<", whole, count)):
            self._add(total, self._rest(whole, build.sub(count, whole)))
        name = f"llvm.vector.reduce.fadd.v{LANES}f64"
        kind = ir.FunctionType(REAL, [REAL, self.reals])
        reduce = cgutils.get_or_insert_function(build.module, kind, name)
        nothing = ir.Constant(REAL, 0.0)
        return build.call(reduce, [nothing, build.load(total)], fastmath=("reassoc",))

    def _place(self, unit):
        return self.builder.bitcast(self.builder.gep(self.start, [unit]), self.numbers.as_pointer())

    def _rest(self, unit, left):
        """The last numbers, fewer than a vector; zeros behind them."""
        build, place = self.builder, self._place(unit)
        words, lanes = ir.VectorType(WORD, LANES), ir.VectorType(INDEX, LANES)
        one = build.insert_element(ir.Constant(words, ir.Undefined), left, ir.Constant(INDEX, 0))
        spread = build.shuffle_vector(one, one, ir.Constant(lanes, None))
        mask = build.icmp_signed("<", ir.Constant(words, list(range(LANES))), spread)
        blank = ir.Constant(self.numbers, [0.0] * LANES)
        kind = ir.FunctionType(self.numbers, [place.type, INDEX, mask.type, self.numbers])
        name = f"llvm.masked.load.v{LANES}f{self.bits}.p0"
        load = cgutils.get_or_insert_function(build.module, kind, name)
        return build.call(load, [place, ir.Constant(INDEX, self.bits // 8), mask, blank])

    def _add(self, total, numbers):
        """total += numbers squared, as float64."""
        build = self.builder
        if self.bits == 32:
            numbers = build.fpext(numbers, self.reals)
        kind = ir.FunctionType(self.reals, [self.reals] * 3)
        name = f"llvm.fma.v{LANES}f64"
        multiply_add = cgutils.get_or_insert_function(build.module, kind, name)
        build.store(build.call(multiply_add, [numbers, numbers, build.load(total)]), total)
