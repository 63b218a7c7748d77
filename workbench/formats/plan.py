"""From a description to a model: everything is checked, and counted, before anything is made.

A `Plan` says how many numbers a layer's parameters hold and makes the layer when it is asked to.
The classes are those of `KINDS`, the functions those of `functions.py`, the cells the built-in
ones and those that the caller hands in: nothing is looked up anywhere else.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .. import cells, functions, layers
from ..equations import Cell
from ..layers.bidirectional import MERGES
from ..layers.hierarchical import STYLES
from ..recurrent import Recurrent
from ..recurrent.inputs import DTYPES
from ..recurrent.starts import STARTS
from .wrong import Wrong, one_line, short

DEEPEST = 8  # layers within layers
MOST_LAYERS = 200
MOST = 2**63 - 1  # of anything that is counted


@dataclass(frozen=True)
class Plan:
    """count: numbers in the parameters and in the arrays of starts.

    build: (name -> array) -> the layer with parameters yet to be filled; takes its starts out.
    """

    count: int
    build: Callable


class Part:
    """One object of a description: what stands under each name, checked; told with its place."""

    def __init__(self, told, place, own_cells, budget, depth=0):
        if not isinstance(told, dict):
            raise Wrong(f"a layer by name at {place}", short(told))
        self.told, self.place, self.own_cells, self.budget = told, place, own_cells, budget
        self.depth, self.taken = depth, {"class"}
        budget.append(place)
        if depth > DEEPEST:
            raise Wrong(f"layers at most {DEEPEST} deep in each other", "deeper ones")
        if len(budget) > MOST_LAYERS:
            raise Wrong(f"at most {MOST_LAYERS} layers", "more")

    def take(self, name):
        if name not in self.told:
            raise Wrong(f"{name} at {self.place}", short(sorted(self.told)))
        self.taken.add(name)
        return self.told[name]

    def refuse(self, name, wanted):
        return Wrong(f"{wanted} for {name} at {self.place}", short(self.told.get(name)))

    def whole(self, name):
        value = self.take(name)
        if type(value) is not int or not 1 <= value <= MOST:
            raise self.refuse(name, "a whole number of at least 1")
        return value

    def seed(self):
        value = self.take("seed")
        if type(value) is not int or value < 0:
            raise self.refuse("seed", "a whole number of at least 0")
        return value

    def number(self, name):
        value = self.take(name)
        if not is_number(value):
            raise self.refuse(name, "a number")
        return float(value)

    def flag(self, name):
        value = self.take(name)
        if type(value) is not bool:
            raise self.refuse(name, "true or false")
        return value

    def one_of(self, name, known):
        value = self.take(name)
        if not (value is None or isinstance(value, str)) or value not in known:
            raise self.refuse(name, f"one of {', '.join(map(str, known))}")
        return value

    def by_name(self, name):
        value = self.take(name)
        if not isinstance(value, dict):
            raise self.refuse(name, "values by name")
        return value

    def layer(self, name):
        return plan(self._inside(self.take(name), f"{self.place}.{name}"))

    def net(self, name):
        """The Plan of a bare Recurrent."""
        told = self.take(name)
        if not isinstance(told, dict) or told.get("class") != "Recurrent":
            raise self.refuse(name, "a Recurrent")
        return self.layer(name)

    def layers(self, name):
        value = self.take(name)
        if not isinstance(value, list):
            raise self.refuse(name, "a list of layers")
        places = (f"{self.place}.{name}[{i}]" for i in range(len(value)))
        return [plan(self._inside(one, p)) for one, p in zip(value, places, strict=True)]

    def _inside(self, told, place):
        return Part(told, place, self.own_cells, self.budget, self.depth + 1)

    def close(self):
        extra = sorted(set(self.told) - self.taken)
        if extra:
            raise Wrong(f"only {', '.join(sorted(self.taken))} at {self.place}", short(extra))


def plan(part):
    """Return the Plan of one part of a description. Raises Wrong for what cannot be."""
    kind = part.told.get("class")
    if not isinstance(kind, str) or kind not in KINDS:
        raise Wrong(f"a class ({', '.join(KINDS)}) at {part.place}", short(kind))
    made = KINDS[kind](part)
    part.close()

    def build(arrays):
        try:
            return made.build(arrays)
        except Wrong:
            raise
        except ValueError as error:
            raise Wrong(f"a {kind} that can be at {part.place}", f"'{one_line(error)}'") from None

    return Plan(made.count, build)


def recurrent(part):
    cell = cell_of(part)
    input_size, hidden_size = part.whole("input_size"), part.whole("hidden_size")
    seed, dtype = part.seed(), part.one_of("dtype", DTYPES)
    sizes = part.by_name("sizes")
    fitting = all(type(n) is int and 1 <= n <= MOST for n in sizes.values())
    if set(sizes) != set(cell.size_names) or not fitting:
        raise part.refuse("sizes", f"whole numbers ({', '.join(cell.size_names) or 'none'})")
    try:
        shapes = cell.shapes(cell.lengths(input_size, hidden_size, sizes))
    except ValueError:
        raise part.refuse("input_size", f"sizes that fit the equations of {cell.name}") from None
    start = part.by_name("start")
    stored = {key: array_of(part, key, value, shapes) for key, value in start.items()}
    stored = {key: found for key, found in stored.items() if found is not None}

    def build(arrays):
        net = Recurrent(
            cell, input_size, hidden_size, sizes=sizes, seed=seed, dtype=dtype,
            start=dict.fromkeys(shapes, "zeros"),
        )  # fmt: skip
        net.start = start | {key: taken(arrays, *found) for key, found in stored.items()}
        return net

    counts = [math.prod(shape) for shape in [*shapes.values(), *(s for _, s in stored.values())]]
    return Plan(sum(counts), build)


def cell_of(part):
    """Return the cell of that name whose equations have the digest that was saved."""
    name, digest, hyper = part.take("cell"), part.take("digest"), part.by_name("hyper")
    known = [c for c in [*part.own_cells, *cells.CELLS.values()] if c.name == name]
    if not known:
        own = short(name).strip("'") if isinstance(name, str) and name.isidentifier() else "..."
        raise Wrong(f"a built-in cell or one of cells=[{own}] at {part.place}", short(name))
    for cell in known:
        if set(hyper) != set(cell.hyper):
            continue
        for key, value in hyper.items():
            function = isinstance(cell.hyper[key], functions.Function)
            if not (value in functions.FUNCTIONS if isinstance(value, str) else is_number(value)):
                raise part.refuse("hyper", f"a function or a number for each {key}")
            if function != isinstance(value, str):
                raise part.refuse("hyper", f"{'a function' if function else 'a number'} as {key}")
        try:
            chosen = cell.choose(**hyper)
        except ValueError:
            raise part.refuse("hyper", f"functions that fit the equations of {name}") from None
        if chosen.digest == digest:
            return chosen
    digests = ", ".join(dict.fromkeys(cell.digest for cell in known))
    raise Wrong(
        f"the equations of {name!r} that were saved, digest {short(digest)}, at {part.place}",
        f"a cell of other equations, digest {digests}; hand in the right one, cells=[{name}]",
    )


def array_of(part, key, value, shapes):
    """(stored name, shape) of a start that is an array; None for a number or a named start."""
    fitting = [s for name, s in shapes.items() if key in (name, name.split(".")[0])]
    if fitting and (is_number(value) or (isinstance(value, str) and value in STARTS)):
        return None
    if not fitting or not isinstance(value, dict) or set(value) != {"array"}:
        raise part.refuse("start", f"starts of parameters ({', '.join(shapes)})")
    return value["array"], fitting[0]


def taken(arrays, name, shape):
    """Take an array out of those that were stored."""
    array = arrays.pop(name, None) if isinstance(name, str) else None
    if array is None or array.shape != shape:
        raise Wrong(f"an array {short(name)} {shape}", array if array is None else array.shape)
    return array


def is_number(value):
    """Whether a value from JSON is a number that a float can hold."""
    return type(value) is float or (type(value) is int and abs(value) < 2**1023)


def bidirectional(part):
    one, other = part.layer("forward"), part.layer("backward")
    merge, ends = part.one_of("merge", MERGES), part.flag("ends")
    return Plan(
        one.count + other.count,
        lambda arrays: layers.Bidirectional(
            one.build(arrays), other.build(arrays), merge=merge, ends=ends
        ),
    )


def hierarchical(part):
    fast, slow = part.layer("fast"), part.layer("slow")
    every, style = part.whole("every"), part.one_of("style", STYLES)
    return Plan(
        fast.count + slow.count,
        lambda arrays: layers.Hierarchical(
            fast.build(arrays), slow.build(arrays), every=every, style=style
        ),
    )


def network(part):
    inside = part.layers("layers")
    return Plan(
        sum(one.count for one in inside),
        lambda arrays: layers.Network(*(one.build(arrays) for one in inside)),
    )


def encoder_decoder(part):
    encoder, decoder = part.layer("encoder"), part.layer("decoder")
    return Plan(
        encoder.count + decoder.count,
        lambda arrays: layers.EncoderDecoder(encoder.build(arrays), decoder.build(arrays)),
    )


def recurrent_dropout(part):
    net, rate = part.net("net"), part.number("rate")
    return Plan(net.count, lambda arrays: layers.RecurrentDropout(net.build(arrays), rate))


def reservoir(part):
    names = ("spectral_radius", "density", "input_scale", "bias_scale")
    net, numbers = part.net("net"), {name: part.number(name) for name in names}
    return Plan(net.count, lambda arrays: layers.Reservoir.of(net.build(arrays), **numbers))


def dense(part):
    columns, rows = part.whole("input_size"), part.whole("output_size")
    one_argument = [name for name, f in functions.FUNCTIONS.items() if f.arity == 1]
    activation = part.one_of("activation", [None, *one_argument])
    drawn = {"seed": part.seed(), "dtype": part.one_of("dtype", DTYPES)}
    return Plan(
        rows * columns + rows, lambda arrays: layers.Dense(columns, rows, activation, **drawn)
    )


def embedding(part):
    rows, columns = part.whole("vocabulary_size"), part.whole("output_size")
    drawn = {"seed": part.seed(), "dtype": part.one_of("dtype", DTYPES)}
    return Plan(rows * columns, lambda arrays: layers.Embedding(rows, columns, **drawn))


def layer_norm(part):
    size, epsilon = part.whole("input_size"), part.number("epsilon")
    dtype = part.one_of("dtype", DTYPES)
    return Plan(2 * size, lambda arrays: layers.LayerNorm(size, epsilon=epsilon, dtype=dtype))


def one_hot(part):
    size, dtype = part.whole("vocabulary_size"), part.one_of("dtype", DTYPES)
    return Plan(0, lambda arrays: layers.OneHot(size, dtype=dtype))


def dropout(part):
    rate, same = part.number("rate"), part.flag("same_over_time")
    return Plan(0, lambda arrays: layers.Dropout(rate, same_over_time=same))


def repeat(part):
    steps, first_only = part.whole("steps"), part.flag("first_only")
    return Plan(0, lambda arrays: layers.Repeat(steps, first_only=first_only))


KINDS = {
    "Recurrent": recurrent,
    "Bidirectional": bidirectional,
    "Dense": dense,
    "Dropout": dropout,
    "Embedding": embedding,
    "EncoderDecoder": encoder_decoder,
    "Hierarchical": hierarchical,
    "Last": lambda part: Plan(0, lambda arrays: layers.Last()),
    "LayerNorm": layer_norm,
    "MeanOverTime": lambda part: Plan(0, lambda arrays: layers.MeanOverTime()),
    "Network": network,
    "OneHot": one_hot,
    "RecurrentDropout": recurrent_dropout,
    "Repeat": repeat,
    "Reservoir": reservoir,
}
"""Class by name -> function from its Part to its Plan."""


def read_cells(given):
    """Return the cells that a caller hands in, or say which is none."""
    given = (given,) if isinstance(given, Cell) else given
    if not isinstance(given, list | tuple) or not all(isinstance(c, Cell) for c in given):
        raise ValueError(f"cells: expected cells made with @workbench.cell, got {short(given)}")
    return tuple(given)
