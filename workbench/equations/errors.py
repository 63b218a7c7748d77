"""The error of wrong equations: one line that shows the student's line and says what to write."""


class EquationError(ValueError):
    """The equations of a cell cannot be used; the message names the line and the remedy."""

    def _render_traceback_(self):
        """What a notebook shows: the message alone, for the steps of the tracing would hide it."""
        return [f"{type(self).__name__}: {self}"]
