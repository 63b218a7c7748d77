"""A vector of numbers that is not there yet: its operators write LLVM instructions.

`Lanes` stands for one number in an equation and for a vector register in the kernel: every
operator appends one vector instruction to the function that is being written. A comparison gives
a `Choice`, a vector of bits. This module has the operators and the way to the bits of a number;
exp, tanh and the like are built from them in `primitives`.

The instructions carry two liberties only: `contract`, a product and a sum may become one fused
instruction, and `nsz`, the sign of a zero may be lost. NaN, infinity and the order of every sum
stay as they are written.
"""

from dataclasses import dataclass

import numpy as np
from llvmlite import ir
from numba.core import cgutils

__all__ = ["Choice", "Form", "Lanes"]

FLAGS = ("nsz", "contract")


@dataclass(frozen=True)
class Form:
    """The register that a value takes: `count` real numbers of `bits` (32 or 64) each."""

    bits: int
    count: int

    @property
    def dtype(self):
        return np.dtype(f"float{self.bits}")

    @property
    def reals(self):
        """The LLVM type of a vector of reals."""
        element = ir.FloatType() if self.bits == 32 else ir.DoubleType()
        return ir.VectorType(element, self.count)

    @property
    def integers(self):
        """The LLVM type of a vector of integers of the same size."""
        return ir.VectorType(ir.IntType(self.bits), self.count)

    @property
    def suffix(self):
        """How LLVM marks its vector functions for this type, such as v16f32."""
        return f"v{self.count}f{self.bits}"

    def constant(self, number):
        """The same number (rounded to the real type) in every lane."""
        return ir.Constant(self.reals, [float(self.dtype.type(number))] * self.count)

    def whole(self, integer):
        """The same integer in every lane."""
        return ir.Constant(self.integers, [int(integer)] * self.count)


class Lanes:
    """One number of the equations, in as many lanes as the register has.

    builder: the llvmlite IRBuilder that the instructions go to.
    value: an LLVM vector of `form.count` reals. form: a Form.

    + - * / and comparisons take Lanes or Python numbers on either side. `==`, `<`, `<=`, `>` and
    `>=` are false where a side is NaN, `!=` is true there, as in NumPy.
    """

    __slots__ = ("builder", "form", "value")
    __hash__ = None

    def __init__(self, builder, value, form):
        self.builder, self.value, self.form = builder, value, form

    def like(self, other):
        """Return `other` (Lanes, or a number for every lane) as Lanes of this form.

        Raises TypeError for anything else.
        """
        if isinstance(other, Lanes):
            return other
        if isinstance(other, int | float | np.integer | np.floating):
            return Lanes(self.builder, self.form.constant(other), self.form)
        raise TypeError(f"lanes: expected Lanes or a number, got {type(other).__name__}")

    def _new(self, value):
        return Lanes(self.builder, value, self.form)

    def _operate(self, name, left, right):
        write = getattr(self.builder, name)
        return self._new(write(self.like(left).value, self.like(right).value, flags=FLAGS))

    def __add__(self, other):
        return self._operate("fadd", self, other)

    def __radd__(self, other):
        return self._operate("fadd", other, self)

    def __sub__(self, other):
        return self._operate("fsub", self, other)

    def __rsub__(self, other):
        return self._operate("fsub", other, self)

    def __mul__(self, other):
        return self._operate("fmul", self, other)

    def __rmul__(self, other):
        return self._operate("fmul", other, self)

    def __truediv__(self, other):
        return self._operate("fdiv", self, other)

    def __rtruediv__(self, other):
        return self._operate("fdiv", other, self)

    def __neg__(self):
        return self._new(self.builder.fneg(self.value))

    def _compare(self, sign, other):
        write = self.builder.fcmp_unordered if sign == "!=" else self.builder.fcmp_ordered
        return Choice(self, write(sign, self.value, self.like(other).value))

    def __lt__(self, other):
        return self._compare("<", other)

    def __le__(self, other):
        return self._compare("<=", other)

    def __gt__(self, other):
        return self._compare(">", other)

    def __ge__(self, other):
        return self._compare(">=", other)

    def __eq__(self, other):
        return self._compare("==", other)

    def __ne__(self, other):
        return self._compare("!=", other)

    def call(self, name, *others):
        """Return LLVM's own function llvm.`name` of this value and `others`, lane by lane."""
        arguments = [self.value, *(self.like(other).value for other in others)]
        kind = ir.FunctionType(self.form.reals, [self.form.reals] * len(arguments))
        name = f"llvm.{name}.{self.form.suffix}"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self._new(self.builder.call(function, arguments))

    def to_bits(self):
        """Return the LLVM vector of integers with the same bits."""
        return self.builder.bitcast(self.value, self.form.integers)

    def of_bits(self, integers):
        """Return Lanes with the bits of an LLVM vector of integers."""
        return self._new(self.builder.bitcast(integers, self.form.reals))

    def __pow__(self, exponent):
        """Return self ** exponent (a Python number).

        A whole exponent is multiplied out by repeated squaring, 0.5 is the square root.
        """
        if exponent == 0.5:
            return self.call("sqrt")
        if exponent != int(exponent):
            return self.call("pow", exponent)
        result, square, left = None, self, abs(int(exponent))
        while left:
            if left & 1:
                result = square if result is None else result * square
            left >>= 1
            square = square * square if left else square
        if result is None:
            return self.like(1.0)
        return 1.0 / result if exponent < 0 else result

    def apply_function(self, function, arguments):
        """Return a Function of workbench.functions of these arguments (Lanes or numbers)."""
        from . import primitives

        return function.cpu(primitives, *(self.like(argument) for argument in arguments))


class Choice:
    """One bit for each lane: what a comparison gives and `where` takes; & | ~ combine them.

    lanes: any Lanes of the same form. value: an LLVM vector of one-bit integers.
    """

    __slots__ = ("lanes", "value")

    def __init__(self, lanes, value):
        self.lanes, self.value = lanes, value

    def __and__(self, other):
        return Choice(self.lanes, self.lanes.builder.and_(self.value, other.value))

    def __or__(self, other):
        return Choice(self.lanes, self.lanes.builder.or_(self.value, other.value))

    def __invert__(self):
        return Choice(self.lanes, self.lanes.builder.not_(self.value))

    def __bool__(self):
        raise TypeError("a choice holds one bit for each lane: use where(choice, a, b), & | and ~")

    def select(self, a, b):
        """Return a where the bit is set and b elsewhere (Lanes or numbers)."""
        a, b = self.lanes.like(a), self.lanes.like(b)
        value = self.lanes.builder.select(self.value, a.value, b.value)
        return Lanes(self.lanes.builder, value, self.lanes.form)
