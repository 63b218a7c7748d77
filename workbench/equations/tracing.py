"""From a Python function to a graph: the function is called once, with nodes for arguments.

The names of the lines are the local names that the function binds, seen while it runs. Whatever
goes wrong is told as one `EquationError` that shows the student's own line.
"""

import difflib
import inspect
import linecache
import sys
from dataclasses import dataclass

from .. import functions
from .errors import EquationError
from .graph import LEAVES, Graph, Node, as_node, is_scalar, topological
from .sizes import infer

TAKEN = ("cell", "input_size", "hidden_size", "sizes", "seed", "start", "dtype")


@dataclass(frozen=True)
class Signature:
    """The arguments of a cell's function, sorted by what they stand for."""

    input: str
    states: tuple
    parameters: tuple
    hyper: dict

    @classmethod
    def of(cls, function):
        """Read the signature: x, states, parameters from the first upper-case one, * and numbers.

        Raises EquationError when it is not of that form.
        """
        name = function.__name__
        positional, hyper = [], {}
        for argument in inspect.signature(function).parameters.values():
            if argument.name in TAKEN:
                raise EquationError(
                    f"{name}: {argument.name} is an argument of Recurrent; choose another name"
                )
            if argument.kind is argument.KEYWORD_ONLY:
                hyper[argument.name] = _default(name, argument)
            elif argument.kind is argument.POSITIONAL_OR_KEYWORD:
                positional.append(argument.name)
            else:
                raise EquationError(f"{name}: *{argument.name} has no meaning in a cell")
        matrices = [i for i, n in enumerate(positional) if n[0].isupper()]
        first = matrices[0] if matrices else len(positional)
        if first < 2:
            raise EquationError(
                f"{name}: expected the arguments x, then the states, then the parameters from the "
                f"first upper-case letter on, as in {name}(x, h, W, U, b); got "
                f"({', '.join(positional)})"
            )
        return cls(positional[0], tuple(positional[1:first]), tuple(positional[first:]), hyper)


def _default(name, argument):
    value = argument.default
    if isinstance(value, functions.Function):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    got = "nothing" if value is argument.empty else repr(value)
    raise EquationError(
        f"{name}: hyper-parameter {argument.name}: expected a default that is a number or a "
        f"function of workbench.functions, got {got}"
    )


class Namespace:
    """What a parameter letter of the signature stands for while tracing: W.i, W.f, or W itself."""

    def __init__(self, letter, made):
        self._letter, self._made = letter, made
        self._op = "matrix" if letter[0].isupper() else "vector"

    def as_node(self):
        """The parameter that the letter without a dot stands for."""
        return self._node(self._letter)

    def _node(self, name):
        if name not in self._made:
            others = [n for n in self._made if n.split(".")[0] == self._letter]
            if others and self._letter in (name, others[0]):
                raise EquationError(
                    f"{self._letter} already stands for {others[0]}; write either "
                    f"{self._letter} or {self._letter}.name, not both"
                )
            self._made[name] = Node(self._op, value=name)
        return self._made[name]

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return self._node(f"{self._letter}.{attribute}")

    def apply_function(self, function, arguments):
        return self.as_node().apply_function(function, arguments)

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        return self.as_node().__array_ufunc__(ufunc, method, *inputs, **keywords)


def _of_its_node(name):
    def operator(self, *others):
        return getattr(self.as_node(), name)(*others)

    return operator


_OPERATORS = "add radd sub rsub mul rmul truediv rtruediv matmul rmatmul pow rpow neg pos abs"
_REFUSED = "bool iter len getitem float lt le gt ge eq ne"
for _name in f"{_OPERATORS} {_REFUSED}".split():
    setattr(Namespace, f"__{_name}__", _of_its_node(f"__{_name}__"))
Namespace.__hash__ = object.__hash__


class Bindings:
    """Watches one function run and notes every local name that is bound to a node."""

    def __init__(self, code):
        self.code, self.found, self.before, self.line = code, [], {}, None

    def __call__(self, frame, event, _):
        if frame.f_code is not self.code:
            return None
        if event == "call":
            # Several equations may share a line; look after every store.
            frame.f_trace_opcodes = True
        else:
            for name, value in frame.f_locals.items():
                if isinstance(value, Node) and self.before.get(name) is not value:
                    self.found.append((name, value, self.line))
        self.before = dict(frame.f_locals)
        self.line = frame.f_lineno
        return self


def source_line(function, number):
    """Return the text of one line of the student's file, or an empty text when it is not known."""
    return linecache.getline(function.__code__.co_filename, number).strip()


def located(function, number, message):
    """Make the error that shows the student's line."""
    text = source_line(function, number)
    shown = f": {text}" if text else ""
    return EquationError(f"{function.__name__}, line {number}{shown} -- {message}")


def trace(function, hyper):
    """Call the function with nodes and return its Graph.

    hyper: name -> number or Function, one for each hyper-parameter of the signature.
    Raises EquationError that shows the line and says what to write.
    """
    signature = Signature.of(function)
    parameters = {}
    leaves = {signature.input: Node("input", value=signature.input)}
    leaves |= {name: Node("state", value=name) for name in signature.states}
    numbers = {n: Node("number", value=n) for n, v in hyper.items() if isinstance(v, float)}
    arguments = [*leaves.values(), *(Namespace(n, parameters) for n in signature.parameters)]
    bindings = Bindings(function.__code__)
    returned = _call(function, arguments, hyper | numbers, bindings)

    outputs = _outputs(function, signature, returned, bindings)
    named = _named(function, signature, bindings)
    numbered = {name: line for name, _, line in bindings.found}
    numbered |= dict.fromkeys(set(signature.states) - set(numbered), bindings.line)
    return _graph(function.__name__, leaves, signature, named, outputs, numbers, numbered)


def _call(function, arguments, hyper, bindings):
    """Run the function under watch; tell what it raises in the student's terms."""
    watching = sys.gettrace()
    sys.settrace(bindings)
    try:
        return function(*arguments, **hyper)
    except Exception as error:
        sys.settrace(watching)
        number = _line_of(function, error)
        raise located(function, number, _explanation(error)) from None
    finally:
        sys.settrace(watching)


def _line_of(function, error):
    number, step = function.__code__.co_firstlineno, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code is function.__code__:
            number = step.tb_lineno
        step = step.tb_next
    return number


def _explanation(error):
    if isinstance(error, UnboundLocalError):
        return f"{str(error).split(chr(39))[1]} is used before it is computed"
    if isinstance(error, NameError):
        return _unknown_name(error.name)
    if isinstance(error, EquationError):
        return str(error)
    return str(error) or type(error).__name__


def _unknown_name(name):
    known = [*functions.FUNCTIONS, "clip"]
    if name in known:
        return f"{name} is not known here: write 'from workbench.functions import {name}' above"
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"unknown name {name!r}: {hint}the functions of equations are {', '.join(known)}"


def _last_line(function, bindings):
    return bindings.line or function.__code__.co_firstlineno


def _outputs(function, signature, returned, bindings):
    """Match what was returned with the states; a plain input or a repeat is copied."""
    line = _last_line(function, bindings)
    values = returned if isinstance(returned, tuple) else (returned,)
    wanted = ", ".join(signature.states)
    if len(values) != len(signature.states) or returned is None:
        got = "nothing" if returned is None else f"{len(values)} value(s)"
        raise located(
            function, line, f"expected every state in the order of the signature, "
            f"'return {wanted}'; got {got}"
        )  # fmt: skip
    outputs, taken = {}, set()
    local = {id(node): name for name, node, _ in bindings.found}
    for state, value in zip(signature.states, values, strict=True):
        value = as_node(value)
        if not isinstance(value, Node) or value.op == "matrix" or is_scalar(value):
            raise located(function, line, f"state {state}: expected a vector, got {value!r}")
        other = local.get(id(value))
        if other in signature.states and other != state:
            raise located(
                function, line, f"state {state}: got {other}; return the states in the order of "
                f"the signature, 'return {wanted}'"
            )  # fmt: skip
        if value.op in LEAVES or id(value) in taken:
            value = Node("copy", [value])
        taken.add(id(value))
        outputs[state] = value
    return outputs


def _named(function, signature, bindings):
    """Return name -> node of every line that is not a state, refusing a name bound twice."""
    reserved = {signature.input: "the input", **dict.fromkeys(signature.parameters, "a parameter")}
    reserved |= dict.fromkeys(signature.hyper, "a hyper-parameter")
    named = {}
    for name, node, line in bindings.found:
        if name in signature.states or (node.op in LEAVES and name not in reserved):
            continue
        if name in reserved:
            if node.op in LEAVES and node.value == name:
                continue
            message = f"{name} is {reserved[name]} already; give this line another name"
            raise located(function, line, message)
        if name in named:
            message = (
                f"{name} is bound twice; every line needs a name of its own "
                "(only a state may be bound again)"
            )
            raise located(function, line, message)
        named[name] = node
    return named


def _graph(name, leaves, signature, named, outputs, numbers, numbered):
    """Order the lines, drop numbers and dead ends, copy named products, infer the sizes."""
    lines = {n: node for n, node in named.items() if not is_scalar(node)}
    by_output = {id(node): state for state, node in outputs.items()}
    aliases = {n: by_output[id(node)] for n, node in lines.items() if id(node) in by_output}
    lines = {n: node for n, node in lines.items() if n not in aliases}
    first = {}
    for line, node in lines.items():
        if first.setdefault(id(node), line) != line:
            aliases[line] = first[id(node)]
    lines = {n: node for n, node in lines.items() if n not in aliases} | outputs

    x, *states = leaves.values()
    nodes = topological([*lines.values(), x, *states])
    rank = {id(node): i for i, node in enumerate(nodes)}
    lines = dict(sorted(lines.items(), key=lambda item: rank[id(item[1])]))
    states = {state.value: state for state in states}
    sizes, tied = infer(nodes, x, states, lines)
    letters = list(signature.parameters)
    used = [n for n in nodes if n.op in ("matrix", "vector")]
    used.sort(key=lambda n: letters.index(n.value.split(".")[0]))
    parameters = {n.value: n for n in used}
    graph = Graph(name, x, states, lines, parameters, numbers, sizes, (), aliases, numbered, tied)
    return graph.with_copies([node for node in lines.values() if node.op == "product"])
