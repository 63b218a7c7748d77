"""See inside recurrent networks: step by step, every gate, every gradient.

import workbench as wb

net = wb.Recurrent("lstm", input_size=1, hidden_size=8, seed=0)
trace = net.run(x)                  # x: (time, batch, input) or (time, input)
trace["f"]                          # any named line of the equations, at every step
gradients = trace.bptt(d_h)         # every line's gradient, at every step
"""

import importlib
from importlib.metadata import PackageNotFoundError, version

# Each public name and the room it is in. A room is imported when one of its names is first used:
# the import is quick, matplotlib waits until a picture is drawn, and `workbench doctor` can still
# speak where NumPy or Numba is broken.
_ROOMS = {
    "cells": "cells",
    "data": "data",
    "functions": "functions",
    "measure": "measure",
    "pictures": "pictures",
    "Cell": "equations",
    "EquationError": "equations",
    "cell": "equations",
    "Gradients": "recurrent",
    "Parameters": "recurrent",
    "Recurrent": "recurrent",
    "Trace": "recurrent",
}

try:
    __version__ = version("rnn-workbench")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0"

__all__ = sorted(_ROOMS)


def __getattr__(name):
    if name not in _ROOMS:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    room = importlib.import_module(f"workbench.{_ROOMS[name]}")
    return room if name == _ROOMS[name] else getattr(room, name)


def __dir__():
    return [*__all__, "__version__"]
