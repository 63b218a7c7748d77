"""What an exercise is: a task, a solution, cases to try it on, the ideas that go wrong, hints.

Neither runs a learner's function nor compares anything. The wrong answers are the solution with
a line or two written as those write it who hold the idea, so each is code that can be run.
"""

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

CASES = 6
"""On so many cases a function is tried."""


@dataclass(frozen=True)
class Result:
    """One thing that a function returns: its name, its axes, and the equation it comes from.

    axes: names such as ("step", "unit"), in the order of the array; () for a number
    and for what has the shape of an input, whatever that is.
    whole: whether it counts something, so that integers are right.
    """

    name: str
    axes: tuple[str, ...]
    equation: str
    whole: bool = False


@dataclass(frozen=True, eq=False)
class Misconception:
    """A wrong answer that is well known: its code, the idea behind it, and what to look at."""

    function: Callable
    idea: str
    look: str


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise. `case(seed)` gives the inputs of one case, name -> value, always the same.

    returns: in the order of computing, which is the order of comparing. backwards: whether the
    steps are computed from the last to the first, so that the last wrong one is the first mistake.
    tolerance: largest difference, as a share of the largest number of the same step.
    """

    name: str
    chapter: int
    title: str
    task: str
    returns: tuple[Result, ...]
    solution: Callable
    case: Callable
    misconceptions: tuple[Misconception, ...]
    hints: tuple[str, ...]
    backwards: bool = False
    tolerance: float = field(default=1e-8)

    @property
    def call(self):
        """The first line without its `def`: `forward(x, h, W, U, b)`."""
        return self.solution.__name__ + str(inspect.signature(self.solution))

    @property
    def starter(self):
        """The function with its docstring and no lines yet."""
        told = inspect.getdoc(self.solution)
        quoted = textwrap.indent(f'"""{told}"""', "    ", lambda line: line.strip())
        names = ", ".join(result.name for result in self.returns)
        return f"def {self.call}:\n{quoted}\n    ...  # your lines; return {names}\n"

    @property
    def source(self):
        """The solution as it is written, below what it uses besides NumPy's `np`."""
        used = inspect.getclosurevars(self.solution).globals
        pieces = [_made(name, value) for name, value in used.items() if name != "np"]
        return "\n\n".join([*pieces, textwrap.dedent(inspect.getsource(self.solution))])

    def cases(self, seed):
        """CASES dicts of inputs."""
        return [self.case(CASES * seed + number) for number in range(CASES)]


def _made(name, value):
    """The lines that make a name known: an import, or a function as it is written."""
    if inspect.isfunction(value):
        return textwrap.dedent(inspect.getsource(value))
    return f"from {value.__module__} import {name}\n"


def wrong(solution, changes, idea, look):
    """The misconception whose code is the solution with the old texts of `changes` made new.

    changes: old text -> new text; each old one must occur, and all its occurrences are changed.
    """
    source = textwrap.dedent(inspect.getsource(solution))
    for old, new in changes.items():
        if old not in source:
            raise ValueError(f"changes: expected a text of {solution.__name__}, got {old!r}")
        source = source.replace(old, new)
    return Misconception(written(source, solution.__globals__), idea, look)


def exchanged(one, other):
    """The changes for `wrong` that put each of two texts in the place of the other."""
    return {one: "<one>", other: one, "<one>": other}


def written(source, around):
    """The function that this source text defines, with the names `around` it in sight."""
    file = f"<exercise {abs(hash(source)):x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    scope = dict(around)
    exec(compile(source, file, "exec"), scope)
    return scope[ast.parse(source).body[0].name]
