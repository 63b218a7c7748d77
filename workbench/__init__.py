"""See inside recurrent networks: step by step, every gate, every gradient.

import workbench as wb

net = wb.Recurrent("lstm", input_size=1, hidden_size=8, seed=0)
trace = net.run(x)                  # x: (time, batch, input) or (time, input)
trace["f"]                          # any named line of the equations, at every step
gradients = trace.bptt(d_h)         # every line's gradient, at every step
"""

from importlib.metadata import PackageNotFoundError, version

from . import cells, functions
from .equations import Cell, EquationError, cell
from .recurrent import Gradients, Parameters, Recurrent, Trace

try:
    __version__ = version("rnn-workbench")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0"

__all__ = [
    "Cell",
    "EquationError",
    "Gradients",
    "Parameters",
    "Recurrent",
    "Trace",
    "cell",
    "cells",
    "functions",
]
