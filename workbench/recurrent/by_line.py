"""What a trace and its gradients have in common: arrays by the names of the equations' lines."""


class ByLine:
    """found["f"]: the array of a line. A subclass has `names`, `_problem`, and `_at(name)`."""

    def __getitem__(self, name):
        return self._at(self._recorded(name))

    def _recorded(self, name):
        """The name under which a line is recorded."""
        name = self._problem.graph.aliases.get(name, name) if isinstance(name, str) else name
        if name not in self.names:
            raise KeyError(f"{name}: expected a recorded line ({', '.join(self.names)})")
        return name


class ByAttribute(ByLine):
    """As `ByLine`, and found.f for found["f"]."""

    def __getattr__(self, name):
        if name.startswith("_"):  # while a copy is being made there is no problem to ask
            raise AttributeError(name)
        if name in (*self.names, *self._problem.graph.aliases):
            return self[name]
        raise AttributeError(f"{name}: expected a recorded line ({', '.join(self.names)})")
