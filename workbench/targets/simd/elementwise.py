"""The loop over units: a function of numbers becomes a Numba intrinsic over arrays.

The loop takes whole vectors, then the rest once with the surplus lanes masked off, so that
nothing before or after the units is read or written. It allocates nothing and checks no bounds:
who calls it answers for the offsets.
"""

import os

from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.extending import intrinsic

from .lanes import Choice, Form, Lanes

__all__ = ["WIDTH", "elementwise"]

WIDTHS = (16, 32, 64)


def _widest():
    """Bytes of the widest vector register here; WORKBENCH_VECTOR_BYTES overrides it."""
    chosen = os.environ.get("WORKBENCH_VECTOR_BYTES")
    if chosen is not None:
        if chosen not in map(str, WIDTHS):
            raise ValueError(f"WORKBENCH_VECTOR_BYTES: expected 16, 32 or 64, got {chosen!r}")
        return int(chosen)
    features = binding.get_host_cpu_features()
    if features.get("avx512f"):
        return 64
    return 32 if features.get("avx2") or features.get("avx") else 16


WIDTH = _widest()


def elementwise(function, reads, writes, numbers=0, flags=0, width=WIDTH):
    """Return a Numba intrinsic that applies `function` to units of arrays.

    function: called once for each type of arrays, with `reads` Lanes, then `numbers` Lanes, then
        `flags` Choices, all positional; returns a tuple of `writes` Lanes or numbers.
    width: bytes of a vector, 16, 32 or 64.

    The intrinsic is called in compiled code as

        step(count, arrays_read, offsets_read, arrays_written, offsets_written, numbers, flags)

    with the number of units (none if it is negative) and tuples (`()` where there are none):
    C-contiguous arrays of one real type and any dimensions, for each array the flat offset of
    unit 0, then numbers and booleans that hold for all units. Of each vector all reads come
    before all writes, so an array may be both, at the same offset.

    Raises ValueError for a width that is none; arrays or lengths that do not fit are a
    TypingError when the caller is compiled.
    """
    if width not in WIDTHS:
        raise ValueError(f"width: expected 16, 32 or 64 bytes, got {width!r}")
    lengths = (reads, reads, writes, writes, numbers, flags)

    def step(typing, count, read, read_from, written, write_to, values, booleans):
        tuples = (read, read_from, written, write_to, values, booleans)
        dtype = _checked(function.__name__, lengths, tuples)
        signature = types.void(types.int64, *tuples)
        form = Form(dtype.bitwidth, width * 8 // dtype.bitwidth)

        def write(context, builder, signature, arguments):
            loop = Loop(context, builder, form, signature.args[1:], arguments[1:])
            loop.run(function, arguments[0])
            return context.get_dummy_value()

        return signature, write

    step.__name__ = step.__qualname__ = f"elementwise_{function.__name__}"
    return intrinsic(step)


PARTS = (
    "arrays read",
    "offsets read",
    "arrays written",
    "offsets written",
    "numbers",
    "flags",
)


def _checked(name, lengths, tuples):
    """Return the real type of the arrays; raise TypingError where the arguments do not fit."""
    for part, length, given in zip(PARTS, lengths, tuples, strict=True):
        if not isinstance(given, types.BaseTuple) or len(given) != length:
            raise TypingError(f"{name}: {part}: expected a tuple of {length}, got {given}")
    arrays = [*tuples[0], *tuples[2]]
    for array in arrays:
        if not isinstance(array, types.Array) or array.layout != "C":
            raise TypingError(f"{name}: expected C-contiguous arrays, got {array}")
    for array in tuples[2]:
        if not array.mutable:
            raise TypingError(f"{name}: arrays written: expected writable arrays, got {array}")
    kinds = {array.dtype for array in arrays}
    if len(kinds) != 1 or not kinds <= {types.float32, types.float64}:
        found = ", ".join(sorted(map(str, kinds))) or "no array"
        raise TypingError(f"{name}: expected arrays of one type, float32 or float64, got {found}")
    return kinds.pop()


class Loop:
    """The instructions of one call: what they read and write, and the loop over it."""

    def __init__(self, context, builder, form, kinds, values):
        self.context, self.builder, self.form = context, builder, form
        self.word = ir.IntType(64)
        parts = [self._items(*pair) for pair in zip(kinds, values, strict=True)]
        read, read_from, written, write_to, numbers, flags = parts
        self.sources = self._addresses(read, read_from)
        self.targets = self._addresses(written, write_to)
        blank = Lanes(builder, form.constant(0.0), form)
        real = types.float32 if form.bits == 32 else types.float64
        self.arguments = [
            Lanes(builder, self._everywhere(self._cast(item, real), form.reals), form)
            for item in numbers
        ]
        bits = ir.VectorType(ir.IntType(1), form.count)
        self.arguments += [
            Choice(blank, self._everywhere(self._cast(item, types.boolean), bits)) for item in flags
        ]

    def _items(self, kind, value):
        return [(self.builder.extract_value(value, i), item) for i, item in enumerate(kind)]

    def _cast(self, item, kind):
        return self.context.cast(self.builder, *item, kind)

    def _addresses(self, arrays, offsets):
        result = []
        for (array, kind), offset in zip(arrays, offsets, strict=True):
            start = self.context.make_array(kind)(self.context, self.builder, array).data
            result.append(self.builder.gep(start, [self._cast(offset, types.int64)]))
        return result

    def _everywhere(self, scalar, kind):
        """Return the scalar in every lane of a vector type."""
        index = ir.VectorType(ir.IntType(32), self.form.count)
        nothing = ir.Constant(kind, ir.Undefined)
        one = self.builder.insert_element(nothing, scalar, ir.Constant(ir.IntType(32), 0))
        return self.builder.shuffle_vector(one, nothing, ir.Constant(index, None))

    def run(self, function, count):
        """Write the loop: whole vectors, then the rest under a mask."""
        build, lanes = self.builder, self.form.count
        zero, step = ir.Constant(self.word, 0), ir.Constant(self.word, lanes)
        count = build.select(build.icmp_signed("<", count, zero), zero, count)
        whole = build.and_(count, ir.Constant(self.word, -lanes))
        with cgutils.for_range_slice(build, zero, whole, step, self.word) as (unit, _):
            self._units(function, unit, None)
        with build.if_then(build.icmp_signed("<", whole, count), likely=False):
            words = ir.VectorType(self.word, lanes)
            rest = self._everywhere(build.sub(count, whole), words)
            mask = build.icmp_signed("<", ir.Constant(words, list(range(lanes))), rest)
            self._units(function, whole, mask)

    def _units(self, function, unit, mask):
        """Write the instructions for one vector that begins at `unit`."""
        arguments = [self._load(source, unit, mask) for source in self.sources]
        results = function(*arguments, *self.arguments)
        if not isinstance(results, tuple) or len(results) != len(self.targets):
            raise TypingError(
                f"{function.__name__}: expected a tuple of {len(self.targets)}, got {results!r}"
            )
        blank = Lanes(self.builder, self.form.constant(0.0), self.form)
        for result, target in zip(results, self.targets, strict=True):
            self._store(blank.like(result).value, target, unit, mask)

    def _vector_at(self, address, unit):
        place = self.builder.gep(address, [unit])
        return self.builder.bitcast(place, self.form.reals.as_pointer())

    def _masked(self, name, result, arguments):
        kind = ir.FunctionType(result, [argument.type for argument in arguments])
        name = f"llvm.masked.{name}.{self.form.suffix}.p0"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, arguments)

    def _load(self, address, unit, mask):
        place, size = self._vector_at(address, unit), self.form.bits // 8
        if mask is None:
            value = self.builder.load(place, align=size)
        else:
            align = ir.Constant(ir.IntType(32), size)
            blank = self.form.constant(0.0)
            value = self._masked("load", self.form.reals, [place, align, mask, blank])
        return Lanes(self.builder, value, self.form)

    def _store(self, value, address, unit, mask):
        place, size = self._vector_at(address, unit), self.form.bits // 8
        if mask is None:
            self.builder.store(value, place, align=size)
        else:
            align = ir.Constant(ir.IntType(32), size)
            self._masked("store", ir.VoidType(), [value, place, align, mask])
