"""Writes loops as while-loops.

Of `for ... in range(...)` Numba makes an iterator, which a GPU's compiler does not see through:
every turn then costs a dozen instructions, and nothing is unrolled.
"""

from ..spelling import indented


def upwards(variable, first, end, body, step=1):
    """Lines that do `body` for every `step`-th number from `first` on, below `end`."""
    return _while(variable, first, f"{variable} < {end}", [*body, f"{variable} += {step}"])


def downwards(variable, count, body):
    """Lines that do `body` for every number below `count`, from the last one to 0."""
    return _while(variable, count, f"{variable} > 0", [f"{variable} -= 1", *body])


def _while(variable, first, condition, body):
    return [f"{variable} = {first}", f"while {condition}:", *indented(body, 1)]
