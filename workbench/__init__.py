"""See inside recurrent networks: step by step, every gate, every gradient.

import workbench as wb

net = wb.Recurrent("lstm", input_size=1, hidden_size=8, seed=0)
trace = net.run(x)                  # x: (time, batch, input) or (time, input)
trace["f"]                          # any named line of the equations, at every step
gradients = trace.bptt(d_h)         # every line's gradient, at every step
"""

import importlib
from importlib.metadata import PackageNotFoundError, version

# The rooms that are public as a whole, and each public name with the room it is in. A room is
# imported when one of its names is first used: the import is quick, matplotlib waits until a
# picture is drawn, and `workbench doctor` can still speak where NumPy or Numba is broken.
_WHOLE = {
    "cells": "cells",
    "data": "data",
    "exercises": "exercises",
    "explore": "explorers",
    "functions": "functions",
    "layers": "layers",
    "measure": "measure",
    "pictures": "pictures",
    "tasks": "tasks",
    "training": "training",
}
_NAMES = {
    "Cell": "equations",
    "EquationError": "equations",
    "cell": "equations",
    "Gradients": "recurrent",
    "Parameters": "recurrent",
    "Ensemble": "recurrent",
    "Recurrent": "recurrent",
    "Trace": "recurrent",
    "fit": "training",
    "evaluate": "training",
    "generate": "training",
    "SGD": "training",
    "RMSprop": "training",
    "Adam": "training",
    "AdamW": "training",
    "EarlyStopping": "training",
    "Stream": "training",
    "Batches": "training",
    "History": "training",
    "Pairs": "training",
    "range_test": "training",
    "Bidirectional": "layers",
    "Dense": "layers",
    "Dropout": "layers",
    "Embedding": "layers",
    "EncoderDecoder": "layers",
    "Hierarchical": "layers",
    "Last": "layers",
    "LayerNorm": "layers",
    "MeanOverTime": "layers",
    "Network": "layers",
    "OneHot": "layers",
    "RecurrentDropout": "layers",
    "Repeat": "layers",
    "Reservoir": "layers",
    "check": "exercises",
    "hint": "exercises",
    "solution": "exercises",
    "load_model": "formats",
    "save_model": "formats",
}

try:
    __version__ = version("rnn-workbench")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0"

__all__ = sorted(_WHOLE | _NAMES)


def __getattr__(name):
    if name in _WHOLE:
        return importlib.import_module(f"workbench.{_WHOLE[name]}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"workbench.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")


def __dir__():
    return [*__all__, "__version__"]
