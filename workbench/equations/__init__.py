"""Equations: from a Python function to a graph, and from the graph to its derivatives."""

from .cell import Cell, cell
from .errors import EquationError

__all__ = ["Cell", "EquationError", "cell"]
