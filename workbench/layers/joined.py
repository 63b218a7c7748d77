"""The parameters of several layers under one roof: "lstm_1.W.i" is "W.i" of the layer lstm_1."""

from ..recurrent.parameters import NamedArrays


class Joined(NamedArrays):
    """ "part.name" -> array `name` of a part. parts: {part: its own mapping}."""

    def __init__(self, parts):
        self._parts = dict(parts)

    def __getitem__(self, name):
        part, _, rest = name.partition(".") if isinstance(name, str) else ("", "", "")
        if part not in self._parts or rest not in self._parts[part]:
            raise KeyError(f"{name}: expected one of {', '.join(self)}")
        return self._parts[part][rest]

    def __iter__(self):
        return (f"{part}.{name}" for part, names in self._parts.items() for name in names)

    def __len__(self):
        return sum(map(len, self._parts.values()))


def joined(parts):
    """{part: {name: value}} -> {"part.name": value}; the empty name is the part itself."""
    return {
        f"{part}.{name}" if name else part: value
        for part, names in parts.items()
        for name, value in names.items()
    }
