"""What an explorer is about: a network, one sequence, and what its steps are called.

Takes what a reader has at hand (a network, a cell or its name; an array, a text, a series, a CSV
file) and gives what a page needs to run it. Draws nothing.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .. import cells, data
from ..equations.cell import Cell
from ..measure import gate_lines
from ..recurrent import Recurrent
from ..themes import cell_key, cell_title
from .wiring import inside

HIDDEN = 8
LONGEST = 400
"""Steps that one page shows: past this a step is narrower than a pixel or two."""
SHOWN = 96
"""Steps of the built-in series that are shown where nothing else is asked for."""


@dataclass(frozen=True)
class Sequence:
    """x (time, input); names of the inputs; `times` (time,) numbers or strings, None for step
    numbers; what the time axis and the input are called."""

    x: np.ndarray
    times: np.ndarray | None
    axis: str
    name: str
    inputs: tuple = ()

    @classmethod
    def of(cls, x, batch=0):
        """Read a sequence.

        x: (time,), (time, input) or (time, batch, input), of which row `batch` is taken; a
            `Series`; a path of a CSV file with one column of numbers; any other text, whose
            characters become one-hot vectors; a `Text`, the same with its vocabulary; None for
            the yearly number of sunspots; a Sequence, which is given back.
        Raises ValueError with one line for anything else.
        """
        if isinstance(x, Sequence):
            return x
        if x is None:
            return cls.of(data.sunspots()[-SHOWN:])
        if isinstance(x, data.Series):
            return cls._of_series(x)
        if isinstance(x, Path) or (isinstance(x, str) and x.lower().endswith(".csv")):
            return cls._of_series(data.csv_column(x))
        if isinstance(x, str):
            return cls._of_text(x, sorted(set(x)))
        if isinstance(x, data.Text):
            return cls._of_text(x.characters, x.vocabulary)
        return cls._of_array(x, batch)

    @classmethod
    def _of_series(cls, series):
        kind, times = series.times.dtype.kind, series.times
        axis = {"f": "year", "i": "step t", "u": "step t"}.get(kind, "date")
        if axis == "date":
            times = times.astype(str)
        elif np.array_equal(times, np.arange(len(times))):
            axis, times = "step t", None
        return cls(series.inputs().x, times, axis, series.name or "x")._checked()

    @classmethod
    def _of_text(cls, text, letters):
        x = np.array([[float(letter == own) for own in letters] for letter in text])
        shown = np.array([{" ": "␣", "\n": "⏎"}.get(letter, letter) for letter in text])
        x = x.reshape(len(text), len(letters))
        return cls(x, shown, "letter", "text", tuple(letters))._checked()

    @classmethod
    def _of_array(cls, x, batch):
        try:
            array = np.asarray(x, np.float64)
        except (TypeError, ValueError):
            wanted = "an array of numbers, a Series, a text or a CSV file"
            raise ValueError(f"x: expected {wanted}, got {type(x).__name__}") from None
        if array.ndim == 3:
            if not 0 <= batch < array.shape[1]:
                raise ValueError(f"batch: expected 0..{array.shape[1] - 1}, got {batch}")
            array = array[:, batch]
        if array.ndim == 1:
            array = array[:, None]
        if array.ndim != 2:
            raise ValueError(
                f"x: expected (time,), (time, input) or (time, batch, input), got {array.shape}"
            )
        return cls(array, None, "step t", "x")._checked()

    def _checked(self):
        time, inputs = self.x.shape
        if not 2 <= time <= LONGEST:
            part = "; take a part, x[:200]" if time > LONGEST else ""
            raise ValueError(f"x: expected 2..{LONGEST} steps in one explorer, got {time}{part}")
        bad = np.argwhere(~np.isfinite(self.x))
        if len(bad):
            t, k = bad[0]
            raise ValueError(
                f"x: expected finite numbers, got {self.x[t, k]} at step {t}, input {k}"
            )
        return self if self.inputs else replace(self, inputs=self._input_names(inputs))

    def _input_names(self, count):
        return (self.name,) if count == 1 else tuple(f"{self.name}[{k}]" for k in range(count))

    def described(self):
        """The time axis and the inputs as plain values for a page."""
        if self.times is None:
            kind = "step"
        else:
            words = "date" if self.axis == "date" else "label"
            kind = "number" if self.times.dtype.kind in "fiu" else words
        times = None if self.times is None else self.times.tolist()
        return {
            "times": {"kind": kind, "values": times, "name": self.axis},
            "inputs": list(self.inputs),
            "input": self.name,
        }


def network(net, sequence, hidden_size=HIDDEN, seed=0):
    """Return a Recurrent that can read the sequence: the network itself, or one of a cell.

    Raises ValueError where its input_size is not the sequence's.
    """
    if isinstance(net, str | Cell):
        return Recurrent(net, sequence.x.shape[1], hidden_size, seed=seed)
    if not isinstance(net, Recurrent):
        raise ValueError(
            f"net: expected a Recurrent, a cell or its name ({', '.join(cells.CELLS)}), "
            f"got {type(net).__name__}"
        )
    if net.input_size != sequence.x.shape[1]:
        raise ValueError(
            f"x: expected {net.input_size} inputs, as the network reads, got {sequence.x.shape[1]}"
        )
    return net


def beside(net, names):
    """The network and others of the same sizes: label -> Recurrent, the network first.

    names: cells or their names, or one name.
    """
    names = (names,) if isinstance(names, str) else names
    nets = {cell_title(net.cell.name): net}
    for name in names:
        label = cell_title(cells.get(name).name)
        if label not in nets:
            nets[label] = Recurrent(name, net.input_size, net.hidden_size, seed=net.seed)
    return nets


def packed(nets, sequence):
    """Return (about, arrays) of networks (label -> Recurrent) and a sequence, for `pack`."""
    sources, networks, arrays = [], [], {"x": np.asarray(sequence.x, np.float64)}
    for k, (label, net) in enumerate(nets.items()):
        source = net.cell.source("module", "javascript")
        if source not in sources:
            sources.append(source)
        networks.append(
            {
                "label": label,
                "key": cell_key(net.cell.name),
                "source": sources.index(source),
                "sizes": {name: int(size) for name, size in net.lengths.items()},
                "numbers": {name: float(value) for name, value in net.numbers.items()},
                "parameters": list(net.parameters),
                "gates": gate_lines(net.cell),
                "passes": passes(net.cell),
            }
        )
        arrays |= {f"{k}/{name}": np.float64(a) for name, a in net.parameters.items()}
    return {"networks": networks, "sources": sources, **sequence.described()}, arrays


def check_step(step, sequence, name="step"):
    """Return a step of the sequence, the last for None; ValueError where there is none such."""
    last = len(sequence.x) - 1
    if step is None:
        return last
    if isinstance(step, bool) or not hasattr(step, "__index__") or not 0 <= step <= last:
        raise ValueError(f"{name}: expected a whole number in 0..{last}, got {step!r}")
    return int(step)


def passes(cell):
    """[(gate, what it multiplies in words, the line in which it does)] for gates that multiply.

    Such as ("f", "c[t-1]", "c").
    """
    names = {id(node): name for name, node in cell.graph.lines.items()}
    names |= {id(node): f"{name}[t\N{MINUS SIGN}1]" for name, node in cell.graph.states.items()}
    known, found = gate_lines(cell), {}
    for line, root in cell.graph.lines.items():
        for node in inside(cell.graph, root):
            if node.op != "multiply":
                continue
            for gate, other in (node.args, node.args[::-1]):
                name = names.get(id(gate))
                if name in known and name not in found:
                    found[name] = names.get(id(other)) or _called(other, names), line
    return [(name, what, line) for name, (what, line) in found.items() if what]


def _called(node, names):
    """A function of something that has a name, such as tanh(c)."""
    if node.op == "call" and id(node.args[0]) in names:
        return f"{node.value.name}({names[id(node.args[0])]})"
    return None
