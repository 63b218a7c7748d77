"""The functions of a kernel: the equations of one stage and one length, without any index.

`elementwise` makes vector code of each. Here its text is gathered: what it reads, its lines, what
it writes, and the text of its call.
"""

from ...equations.graph import is_scalar
from ..spelling import identifier, indented, size_name


class Step:
    """One function under construction. name: of the function. size: of its units, by name."""

    def __init__(self, name, size):
        self.name, self.size = name, size
        self.reads, self.writes, self.values = {}, {}, {}
        self.numbers, self.flags, self.lines = {}, {}, []

    def read(self, place):
        """The text of the value at a place, as it is after the lines so far."""
        if place not in self.values:
            self.reads[place] = self.values[place] = place.name
        return self.values[place]

    def let(self, variable, text):
        # Brackets let a long line be broken.
        self.lines.append(f"{variable} = {text}" if len(text) < 60 else f"{variable} = ({text})")
        return variable

    def write(self, place, text):
        self.values[place] = self.writes[place] = text

    def add(self, place, text):
        """Add to what lies at a place."""
        text = f"{self.read(place)} + {text}".replace("+ -", "- ")
        self.write(place, self.let(identifier("sum", place.name, str(len(self.lines))), text))

    def refer(self, spelling, variables):
        """How `Spelling.spell` finds the text of a node: a variable, a read, a number or None."""

        def text(node):
            if id(node) in variables:
                return variables[id(node)]
            if node.op == "constant":
                finite = abs(node.value) < float("inf")
                return repr(node.value) if finite else f'float("{node.value}")'
            if node.op == "number":
                self.numbers[identifier("number", node.value)] = None
                return identifier("number", node.value)
            if node.op == "unless held":
                self.flags[identifier("held", node.value)] = None
                return None
            if node.args and is_scalar(node):
                return None
            place = spelling.place(node)
            return None if place is None else self.read(place)

        return text

    def function(self):
        """The lines of the function and of its intrinsic, or none where nothing is written."""
        if not self.writes:
            return []
        made = f"elementwise({self.name}, {len(self.reads)}, {len(self.writes)}"
        made = f"{self.name} = {made}, {len(self.numbers)}, {len(self.flags)}, WIDTH)"
        return [*self.definition(), "", "", made, "", ""]

    def definition(self):
        """The lines of the function itself."""
        arguments = [*self.reads.values(), *self.numbers, *self.flags]
        results = "".join(f"{value}, " for value in self.writes.values())
        return [
            f"def {self.name}({', '.join(arguments)}):",
            *indented([*self.lines, f"return ({results.rstrip()})"], 1),
        ]

    def call(self):
        """The lines of the call, at one row of one step."""
        if not self.writes:
            return ["pass"]
        return [
            f"{self.name}(",
            f"    {size_name(self.size)},",
            f"    {_tuple(p.array for p in self.reads)}, {_tuple(p.at for p in self.reads)},",
            f"    {_tuple(p.array for p in self.writes)}, {_tuple(p.at for p in self.writes)},",
            f"    {_tuple(self.numbers)}, {_tuple(f'held[{flag}]' for flag in self.flags)},",
            ")",
        ]


def _tuple(texts):
    texts = list(texts)
    return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"
