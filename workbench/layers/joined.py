"""The parameters of several layers under one roof: "lstm_1.W.i" is "W.i" of the layer lstm_1."""

from collections.abc import MutableMapping


class Joined(MutableMapping):
    """name -> array. Assigning copies the values in; names cannot be added or deleted."""

    def __init__(self, parts):
        self._parts = dict(parts)

    def _place(self, name):
        part, _, rest = name.partition(".") if isinstance(name, str) else ("", "", "")
        if part not in self._parts or rest not in self._parts[part]:
            raise KeyError(f"{name}: expected one of {', '.join(self)}")
        return self._parts[part], rest

    def __getitem__(self, name):
        part, rest = self._place(name)
        return part[rest]

    def __setitem__(self, name, value):
        part, rest = self._place(name)
        try:
            part[rest] = value
        except ValueError as error:
            raise ValueError(f"{name.partition('.')[0]}.{error}") from None

    def __delitem__(self, name):
        raise TypeError(f"{name}: parameters cannot be deleted")

    def __iter__(self):
        return (f"{part}.{name}" for part, names in self._parts.items() for name in names)

    def __len__(self):
        return sum(map(len, self._parts.values()))

    @property
    def count(self):
        """How many numbers there are in all."""
        return sum(array.size for array in self.values())

    def __repr__(self):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.items())
        return f"<{self.count:,} parameters: {shapes}>"


def joined(parts):
    """{part: {name: value}} -> {"part.name": value}; the empty name is the part itself."""
    return {
        f"{part}.{name}" if name else part: value
        for part, names in parts.items()
        for name, value in names.items()
    }
