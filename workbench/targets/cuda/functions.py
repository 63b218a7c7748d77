"""Writes the functions that equations call as device functions of one number.

What `Function.cpu` does to vectors is done here to names, and every operation leaves its text.
"""

import re

from ..cpu.spelling import helper_name

BUILT_IN = ("fabs", "sqrt", "exp", "expm1", "log", "log1p", "tanh")
"""Functions of one number that `arithmetic` has, for a GPU and for the simulator."""


class _Text:
    """A value as it is spelled; arithmetic on it spells more."""

    def __init__(self, text):
        self.text = text

    def _with(self, symbol, other, turned=False):
        left, right = (_text(other), self.text) if turned else (self.text, _text(other))
        return _Text(f"({left} {symbol} {right})")

    def __neg__(self):
        return _Text(f"(-{self.text})")

    __hash__ = None


def _operation(symbol, turned):
    return lambda self, other: self._with(symbol, other, turned)


for _name, _symbol in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "or": "|"}.items():
    setattr(_Text, f"__{_name}__", _operation(_symbol, False))
    setattr(_Text, f"__r{_name}__", _operation(_symbol, True))
for _name, _symbol in {
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
}.items():
    setattr(_Text, f"__{_name}__", _operation(_symbol, False))


def _text(value):
    return value.text if isinstance(value, _Text) else number(value)


def number(value):
    """A number of the kernel's type: a bare one would make float64 of a float32 expression."""
    finite = abs(value) < float("inf")
    return f"real({value!r})" if finite else f'real(float("{value}"))'


class _Vocabulary:
    """The functions that `Function.cpu` calls; each call becomes a line of its own."""

    def __init__(self):
        self.lines = []

    def _call(self, name, arguments):
        self.lines.append(f"v{len(self.lines) + 1} = {name}({', '.join(map(_text, arguments))})")
        return _Text(f"v{len(self.lines)}")

    def where(self, condition, a, b):
        return self._call("where", (condition, a, b))

    def __getattr__(self, name):
        if name not in BUILT_IN:
            raise AttributeError(name)
        return lambda a: self._call(name, (a,))


def device_function(function):
    """The lines of one function, under the name that `helper_name` gives it."""
    names = ["a", "b", "c"][: function.arity]
    vocabulary = _Vocabulary()
    result = _text(function.cpu(vocabulary, *map(_Text, names)))
    own = helper_name(function)
    # The name of a built-in function may be that of the function itself.
    lines = [
        re.sub(rf"= ({'|'.join(BUILT_IN)})\(", r"= arithmetic.\1(", v) for v in vocabulary.lines
    ]
    return [
        "@cuda.jit(device=True)",
        f"def {own}({', '.join(names)}):",
        *(f"    {line}" for line in lines),
        f"    return {result}",
        "",
        "",
    ]
