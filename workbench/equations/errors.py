"""The error of wrong equations: one line that shows the student's line and says what to write."""


class EquationError(ValueError):
    """The equations of a cell cannot be used; the message names the line and the remedy."""
