"""One step of a large network with what lies around it: values forward, the gradient back.

Runs the whole network; tells lengths for all of it, and numbers for a few units beside the chosen
one. The other side is web/src/views/unfold/told.js.
"""

import numpy as np

from ...measure import gradient_reach
from ...measure.norms import step_norms
from ...measure.sequence import unit_loss
from ...targets.javascript import products
from .gates import as_bytes, before_steps, evaluated
from .gradients import small
from .wishes import one_of, put, whole

UNITS = 32
"""Units of one size whose numbers are told: the chosen one and its neighbours."""
COPIES = 32


class Unfolded:
    """Answers for the networks of one explorer over x (time, input)."""

    def __init__(self, x):
        self.x, self.ran = x, (None, None)

    def __call__(self, networks, label, about):
        """(about, arrays) of one step, and of the copies that are in sight.

        about: "unit", "step"; "from" and "count", the copies; "arrow", a state, "input" or any
        other word; "x", [[index, value]], what the hand has put into the input.
        Arrays of one step, of the units in "spans" (size -> [first, count]): "before/S" of states,
        "line/L" and "back/L", of a line and the gradient by it; "vector/b" and "x", gradients;
        "operand/P" of products with a line or with something that has no name; "product", what all
        products give the unit; "column/N", "entering/N" and "sum", the way back along the arrow,
        whose terms are named in "way". Over the copies "state/S". Over all steps "norm/S",
        "left/S", "total", "moved", and "track", bytes of some units of the output.
        """
        net, steps = networks[label], len(self.x)
        cell = net.cell
        unit = whole("unit", about.get("unit"), 0, net.output_size - 1)
        t = whole("step", about.get("step"), 0, steps - 1)
        first = whole("from", about.get("from"), 0, steps - 1)
        count = whole("count", about.get("count"), 1, COPIES)
        other = ("input", "bias", "output", "cell")
        arrow = one_of("arrow", about.get("arrow"), [*cell.states, *other])
        run = self._run(net, label, about.get("x", []))
        part = Part(net, unit, run.x[t])
        limits = {name: _largest(run.trace[name]) for name in cell.states}
        arrays = run.over_time(limits[cell.output])
        copies = slice(first, first + count)
        arrays |= {f"state/{s}": part.of(s, run.trace[s][copies]) for s in cell.states}
        keys, here = run.at(t, part)
        way, back = run.way(t, part, arrow)
        told = {"spans": part.spans, "limits": limits, "products": keys, "way": way}
        told |= {"unit": unit, "step": t, "from": first, "arrow": arrow}
        return told, {name: small(own) for name, own in (arrays | here | back).items()}

    def _run(self, net, label, changes):
        """One run forward and back; kept, since a hand moves over steps more often."""
        if self.ran[0] != (label, changes):
            self.ran = (label, changes), Run(net, self.x, _changed(self.x, changes))
        return self.ran[1]


class Run:
    """A network's run over the changed input x, and the gradient of the loss at its end."""

    def __init__(self, net, first, x):
        self.net, self.x, self.trace = net, x, net.run(x)
        self.reach = gradient_reach(self.trace)
        self.gradients = unit_loss(self.trace, len(x) - 1, 0)
        self.moved = None
        if x is not first:
            output = net.cell.output
            self.moved = step_norms(self.trace[output] - net.run(first)[output])
        self.before = before_steps(self.trace)

    def over_time(self, limit):
        """What is told of all steps."""
        output, states = self.net.cell.output, self.net.cell.states
        arrays = {f"norm/{s}": step_norms(self.trace[s]) for s in states}
        arrays |= {f"left/{s}": self.reach.carried[s] for s in states}
        arrays["total"] = self.reach.total
        if self.moved is not None:
            arrays["moved"] = self.moved
        track = as_bytes(self.trace[output], limit, gate=False)
        return arrays | {"track": track}

    def at(self, t, part):
        """(names of the products, arrays) of one step."""
        cell, numbers, arrays = self.net.cell, {}, {}
        for name, values in self.before.items():
            arrays[f"before/{name}"] = part.of(name, values[t])
        for name in cell.lines:
            arrays[f"line/{name}"] = part.of(name, self.trace[name][t])
            arrays[f"back/{name}"] = part.of(name, self.gradients[name][t])
        for name, parameter in self.trace.parameters.items():
            if parameter.ndim == 1:
                adjoint = self.gradients.by_step(name, full=True)[t]
                arrays[f"vector/{name}"] = part.of(name, adjoint)
        arrays["x"] = part.cut("input_size", self.gradients.x[t])
        for key, (matrix, operand, line_of) in products(cell).items():
            rows, columns = cell.graph.size(cell.graph.parameters[matrix])
            values = evaluated(operand, self.x, self.before, self.trace, line_of)[t]
            weights = self.trace.parameters[matrix][part.chosen(rows)]
            numbers[key] = weights @ values
            if operand.op not in ("state", "input"):
                arrays[f"operand/{key}"] = part.cut(columns, values)
        return list(numbers), arrays | {"product": np.array(list(numbers.values()))}

    def way(self, t, part, arrow):
        """(names of the terms, arrays) of the way back along an arrow; nothing for others."""
        if arrow == "input":
            return self._way_to_input(t, part)
        if arrow not in self.net.cell.states:
            return [], {}
        start = {name: values[t] for name, values in self.before.items()}
        jacobian = self.net.run(self.x[t : t + 1], start).jacobian()[0]
        firsts, first = {}, 0
        for name, values in self.before.items():
            firsts[name], first = first, first + values.shape[1]
        column = jacobian[:, firsts[arrow] + part.chosen(part.size[arrow])]
        sums, arrays = {}, {}
        for name, values in self.before.items():
            own = column[firsts[name] : firsts[name] + values.shape[1]]
            entering = self.gradients.carried[name][t].copy()
            if name == self.net.cell.output and t == len(self.x) - 1:
                entering += 1 / np.sqrt(len(entering))
            sums[name] = own @ entering
            arrays[f"column/{name}"] = part.of(name, own)
            arrays[f"entering/{name}"] = part.of(name, entering)
        return list(sums), arrays | {"sum": np.array(list(sums.values()))}

    def _way_to_input(self, t, part):
        """The same over the products that read x."""
        cell, sums, arrays = self.net.cell, {}, {}
        feature = part.chosen("input_size")
        for key, (matrix, operand, _) in products(cell).items():
            if operand.op != "input":
                continue
            rows, _ = cell.graph.size(cell.graph.parameters[matrix])
            entering = self._entering(matrix)[t]
            column = self.trace.parameters[matrix][:, feature]
            sums[key] = column @ entering
            arrays[f"entering/{key}"] = part.cut(rows, entering)
        return list(sums), arrays | {"sum": np.array(list(sums.values()))}

    def _entering(self, matrix):
        """dL/d(product) of a matrix with x: (time, rows)."""
        for adjoint, operand in self.gradients.factors(matrix):
            if np.array_equal(operand[:, 0], self.x):
                return adjoint[:, 0]
        raise ValueError(f"arrow: expected a matrix that multiplies x, got {matrix}")


class Part:
    """Some neighbouring units of every size of a network, with the chosen one among them."""

    def __init__(self, net, unit, x_t):
        """x_t: what is read, whose largest entry is among the inputs that are told."""
        graph = net.cell.graph
        self.size = {name: graph.size(node) for name, node in graph.lines.items()}
        self.size |= {name: graph.size(node) for name, node in graph.parameters.items()}
        self.spans = {}
        for size, length in net.lengths.items():
            middle = int(np.abs(x_t).argmax()) if size == "input_size" else unit
            first = int(np.clip(middle - UNITS // 2, 0, max(0, length - UNITS)))
            self.spans[size] = [first, min(length, UNITS)]
        self.own = unit - self.spans[self.size[net.cell.output]][0]

    def chosen(self, size):
        """The unit that stands for the chosen one where another size is meant."""
        first, count = self.spans[size]
        return first + min(self.own, count - 1)

    def cut(self, size, values):
        """The units of a size that are told, of (..., units)."""
        first, count = self.spans[size]
        return values[..., first : first + count]

    def of(self, name, values):
        """The same of a line, a state or a vector."""
        return self.cut(self.size[name], values)


def _largest(values):
    return float(np.abs(values).max()) if np.isfinite(values).all() else 1.0


def _changed(x, changes):
    """x with other numbers; x itself where there are none."""
    if not isinstance(changes, list):
        raise ValueError(f"x: expected [[index, finite number]], got {changes!r:.60}")
    copy = x.copy() if changes else x
    for change in changes:
        if not isinstance(change, list) or len(change) != 2 or not put(copy, *change):
            raise ValueError(f"x: expected [index, finite number], got {change!r:.60}")
    return copy
