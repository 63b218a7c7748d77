"""The graph of a cell: what is left of the equations when they are called with nodes.

A `Node` stands for one value of one step. Operators and functions on nodes make new nodes and
compute nothing. A `Graph` holds the finished equations: nodes in order of computing, the named
lines, the states, the parameters, and how long each vector is.

This file knows nothing of time, of kernels or of derivatives.
"""

from dataclasses import dataclass, field, replace

from .. import functions
from .errors import EquationError

LEAVES = ("input", "state", "matrix", "vector", "number", "constant")
SCALARS = ("number", "constant")
ARITHMETIC = ("add", "subtract", "multiply", "divide", "negative", "power")
COMPARISON = (
    "equations have no branches: 'if', 'while' and comparisons cannot look at a traced value; "
    "write maximum, minimum or clip"
)
REDUCTION = (
    "equations speak of one unit at a time: sums, means, indexing and other operations over "
    "units are not traced; write a matrix product (W @ h) instead"
)


class Node:
    """One value of a step: a leaf (input, state, parameter, number) or an operation on others.

    op: one of LEAVES or ARITHMETIC, "product" (matrix @ vector), "call" (of a Function), "copy",
        "held" (its argument, or a given value while the line is held). In derivatives also
        "adjoint" (of the loss by the node in `args`) and "unless held" (0 while it is held).
    args: the nodes it is computed from.
    value: the Function of a call, the exponent of a power, the value of a constant, the name of
        a leaf or of a held line.
    """

    __slots__ = ("args", "op", "value")
    # NumPy must leave mixed operations to us, so that the message can say what to write.
    __array_priority__ = 1000

    def __init__(self, op, args=(), value=None):
        self.op, self.args, self.value = op, tuple(args), value

    def __repr__(self):
        inside = ", ".join(map(repr, self.args))
        label = self.op if self.value is None else f"{self.op} {self.value}"
        return f"{label}({inside})" if inside else label

    def apply_function(self, function, arguments):
        return Node("call", [_vector(a, function.name) for a in arguments], function)

    def __add__(self, other):
        return _binary("add", "+", self, other)

    def __radd__(self, other):
        return _binary("add", "+", other, self)

    def __sub__(self, other):
        return _binary("subtract", "-", self, other)

    def __rsub__(self, other):
        return _binary("subtract", "-", other, self)

    def __mul__(self, other):
        return _binary("multiply", "*", self, other)

    def __rmul__(self, other):
        return _binary("multiply", "*", other, self)

    def __truediv__(self, other):
        return _binary("divide", "/", self, other)

    def __rtruediv__(self, other):
        return _binary("divide", "/", other, self)

    def __neg__(self):
        return Node("negative", [_vector(self, "-", follows=True)])

    def __pos__(self):
        return self

    def __abs__(self):
        return functions.abs(self)

    def __pow__(self, exponent):
        if isinstance(exponent, bool) or not isinstance(exponent, int | float):
            raise EquationError("a power needs a constant exponent, such as h**2")
        return Node("power", [_vector(self, "**")], exponent)

    def __rpow__(self, base):
        raise EquationError("a power needs a constant exponent; write exp(h) or h**2")

    def __matmul__(self, other):
        if self.op != "matrix":
            raise EquationError(
                f"'@' needs a matrix on its left, and {_spoken(self)} is a vector: matrices have "
                "upper-case names (W @ x); elementwise products are written with *"
            )
        other = as_node(other)
        if not isinstance(other, Node):
            raise EquationError(f"{self.value} @ ...: expected a vector, got {other!r}")
        if other.op == "matrix":
            raise EquationError(
                f"{self.value} @ {other.value}: a matrix multiplies a vector (W @ x), "
                "not another matrix"
            )
        if other.op in ("vector", *SCALARS):
            raise EquationError(
                f"{self.value} @ {other.value}: a matrix multiplies the input, a state or a line, "
                "not a parameter or a number"
            )
        return Node("product", [self, other])

    def __rmatmul__(self, other):
        raise EquationError(f"'@' needs a matrix parameter on its left (W @ x), got {other!r}")

    def _branch(self, *_):
        raise EquationError(COMPARISON)

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _branch
    __hash__ = object.__hash__

    def _reduce(self, *_):
        raise EquationError(REDUCTION)

    __iter__ = __len__ = __getitem__ = _reduce

    def _convert(self, *_):
        raise EquationError(
            "math functions and float() cannot take a traced value; "
            "write the function of workbench.functions (tanh, exp, sqrt, ...)"
        )

    __float__ = __int__ = __complex__ = __index__ = _convert

    def __array_ufunc__(self, ufunc, method, *inputs, **_):
        if method != "__call__":
            raise EquationError(REDUCTION)
        raise EquationError(_numpy_message(ufunc.__name__))

    def __array_function__(self, function, types, args, kwargs):
        raise EquationError(_numpy_message(function.__name__))

    def __array__(self, *_, **__):
        raise EquationError("a traced value is not an array; use workbench.functions on it")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if self.op == "matrix" or self.op == "vector":
            raise EquationError(
                f"{self.value} already stands for one parameter; write either {self.value} or "
                f"{self.value}.{name}, not both"
            )
        raise EquationError(f".{name}: {REDUCTION}")


def _numpy_message(name):
    name = {"absolute": "abs", "arctan": "tanh", "dot": "@", "matmul": "@"}.get(name, name)
    if name == "@":
        return "NumPy's matrix product cannot be traced; write W @ x"
    if name in functions.FUNCTIONS or name == "clip":
        return f"np.{name} cannot be traced; use workbench.functions.{name}"
    if name in ("sum", "mean", "max", "min", "prod", "std", "var", "cumsum", "linalg.norm"):
        return f"np.{name} cannot be traced: {REDUCTION}"
    if name in ("add", "subtract", "multiply", "divide", "power", "negative"):
        return (
            "NumPy arrays cannot stand in equations; values that a cell needs are parameters or "
            "hyper-parameters of its signature"
        )
    known = ", ".join([*functions.FUNCTIONS, "clip"])
    return f"np.{name} cannot be traced; the functions of equations are {known}"


def _spoken(node):
    return node.value if node.op in LEAVES and node.op != "constant" else "what stands there"


def as_node(value):
    """Return the node that the value stands for, or the value itself when it is none."""
    return value.as_node() if hasattr(type(value), "as_node") else value


def _vector(value, operation, follows=False):
    """Turn a number into a constant node; refuse what has no place in an elementwise operation.

    follows: whether the value stands behind the operation's sign.
    """
    value = as_node(value)
    if isinstance(value, Node):
        if value.op == "matrix":
            remedy = f"write {value.value} @ x, or give a vector a lower-case name"
            if follows:
                # a * W @ x is (a * W) @ x to Python, which is seldom what was meant.
                remedy = f"write {operation} ({value.value} @ x), with brackets"
            raise EquationError(
                f"{value.value} is a matrix (its name begins in upper case) and '{operation}' is "
                f"elementwise: {remedy}"
            )
        return value
    number = isinstance(value, int | float) or getattr(value, "ndim", None) == 0
    if number and not isinstance(value, bool):
        return Node("constant", value=float(value))
    if callable(value) or isinstance(value, str | bool) or value is None:
        raise EquationError(f"'{operation}': expected a vector or a number, got {value!r}")
    raise EquationError(
        f"'{operation}': expected a vector or a number, got {type(value).__name__}; "
        "values that a cell needs are parameters or hyper-parameters of its signature"
    )


def _binary(op, symbol, left, right):
    return Node(op, [_vector(left, symbol), _vector(right, symbol, follows=True)])


def topological(outputs):
    """Return every node that the outputs need, each after what it is computed from."""
    order, seen = [], set()
    stack = [(node, False) for node in reversed(list(outputs))]
    while stack:
        node, expanded = stack.pop()
        if expanded:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((a, False) for a in reversed(node.args))
    return order


def is_scalar(node):
    """Tell whether a node is a number for all units alike, such as `1 - leak_rate`."""
    if node.op == "product" or node.op in LEAVES:
        return node.op in SCALARS
    return all(is_scalar(a) for a in node.args)


@dataclass(frozen=True, eq=False)
class Graph:
    """The traced equations of one cell with its functions chosen.

    name: of the cell.
    input: the node of x.
    states: name -> node of the state before the step, in the order of the signature.
    lines: name -> node of every named line, in order of computing; a state's name stands for
        its value after the step.
    parameters: name ("W.i") -> node, matrices and vectors, in order of first use.
    numbers: name -> node of every numeric hyper-parameter.
    sizes: id of node -> name of its length ("input_size", "hidden_size", or a named size).
    clampable_lines: names of the lines that may be held at given values, all or none.
    aliases: second name of a line -> the name under which it is recorded.
    numbered: line -> its line number in the student's file.
    tied: the node that forces x to be as long as the hidden units, if there is one.
    """

    name: str
    input: Node
    states: dict
    lines: dict
    parameters: dict
    numbers: dict
    sizes: dict = field(repr=False)
    clampable_lines: tuple = ()
    aliases: dict = field(default_factory=dict)
    numbered: dict = field(default_factory=dict)
    tied: Node | None = None

    @property
    def outputs(self):
        """The node of every state after the step, in the order of the signature."""
        return {name: self.lines[name] for name in self.states}

    @property
    def nodes(self):
        """Every node, each after what it is computed from."""
        return topological([*self.lines.values(), self.input, *self.states.values()])

    def size(self, node):
        """The name of the node's length."""
        return self.sizes[id(node)]

    def consumers(self):
        """Map the id of each node to the nodes that are computed from it."""
        users = {}
        for node in self.nodes:
            for argument in node.args:
                users.setdefault(id(argument), []).append(node)
        return users

    def clampable(self):
        """Return the graph in which any line may be held at a given value while it runs.

        No derivative passes through a held line to what its equation is computed from.
        """
        swaps = {
            id(node): lambda inner, name=name: Node("held", [inner], name)
            for name, node in self.lines.items()
        }
        lines, sizes = self._rebuilt(swaps)
        return replace(self, lines=lines, sizes=sizes, clampable_lines=tuple(lines))

    def with_dropped_states(self, name):
        """Return the graph in which what matrices take from the step before is multiplied first.

        Each product of a matrix with anything but x gets the operand `name * operand`; `name` is
        one more state, which no step changes: a mask over units for the whole sequence.
        """
        size, kept, masked = "hidden_size", Node("state", value=name), {}
        added = {id(kept): size}

        def with_mask(product):
            matrix, operand = product.args
            if operand.op == "input":
                return product
            if id(operand) not in masked:
                masked[id(operand)] = Node("multiply", [kept, operand])
                added[id(masked[id(operand)])] = size
            return Node("product", [matrix, masked[id(operand)]])

        products = [n for n in self.nodes if n.op == "product"]
        lines, sizes = self._rebuilt({id(n): with_mask for n in products})
        unchanged = Node("copy", [kept])
        return replace(
            self, lines=lines | {name: unchanged}, states=self.states | {name: kept},
            sizes=sizes | added | {id(unchanged): size},
        )  # fmt: skip

    def with_copies(self, nodes):
        """Return the graph in which each of these nodes is read through a copy."""
        if not nodes:
            return self
        lines, sizes = self._rebuilt({id(n): lambda node: Node("copy", [node]) for n in nodes})
        return replace(self, lines=lines, sizes=sizes)

    def _rebuilt(self, swaps):
        """Rebuild every node on top of the swapped ones; return the new lines and sizes.

        swaps: id of node -> function from the rebuilt node to what takes its place.
        """
        made, sizes = {}, {}
        for node in self.nodes:
            args = [made[id(a)] for a in node.args]
            same = all(a is b for a, b in zip(args, node.args, strict=True))
            made[id(node)] = node if same else Node(node.op, args, node.value)
            if id(node) not in self.sizes:
                continue  # a number, the same for all units
            sizes[id(made[id(node)])] = self.sizes[id(node)]
            if id(node) in swaps:
                made[id(node)] = swaps[id(node)](made[id(node)])
                sizes[id(made[id(node)])] = self.sizes[id(node)]
        return {name: made[id(node)] for name, node in self.lines.items()}, sizes
