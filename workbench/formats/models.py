"""Models in files: what they are made of as JSON, their parameters as arrays under their names.

A model file never carries code. It names classes of the workbench and a cell with the digest of
its equations; a cell of one's own is handed in when the file is read. Other people's files are
not read here.
"""

import math
import os

import numpy as np

from .arrays import opened, write_arrays
from .description import MODELS, PLACE, Description
from .plan import Part, plan, read_cells
from .wrong import Wrong, read_path, short, told_of

VERSION = 1
ENDING = ".safetensors"
NOT_READ_YET = (".pt", ".pth", ".keras", ".h5", ".onnx")
FLOATS = {"float64", "float32"}


def save_model(model, path, *, about=None):
    """Write a model to a file, which is replaced whole or not at all.

    model: a Network, a Recurrent or an EncoderDecoder. path: a name that ends in .safetensors.
    about: anything that JSON can hold, to be read with `read_about`: where the data came from,
    how long it learnt. Not-a-number in a parameter is saved as it is; `read_about` names it.
    Raises ValueError for what a file cannot hold, such as a layer of one's own, and OSError where
    the file cannot be written, both with one line; the one there before stays.
    """
    path = _model_path(path)
    told, arrays = model_parts(model)
    not_finite = [name for name, a in model.parameters.items() if not np.isfinite(a).all()]
    metadata = {"kind": "model", "version": VERSION, "model": told, "not_finite": not_finite}
    write_arrays(path, arrays, metadata | {"about": about})


def load_model(path, *, cells=()):
    """Return the model of a file: the same class, layers, number type and parameters, bit for bit.

    path: a file that `save_model` wrote. cells: the cells of one's own that are in it, made with
    `@workbench.cell`; their equations must be those that were saved, and built-in cells likewise.
    Raises ValueError with one line for any other file. Nothing of a file is ever run.
    """
    path, cells = _model_path(path), read_cells(cells)
    with told_of(path), opened(path) as stored:
        planned = _planned(_model_metadata(stored)["model"], cells)
        _compare_counts(planned, stored.kinds)
        return _filled(planned, stored.arrays())


def read_about(path):
    """Return what a model file says of itself, without making the model.

    A dict: "about" as it was given to `save_model`; "model": the layers with their options;
    "not_finite": names of the parameters that hold not-a-number or infinity.
    """
    path = _model_path(path)
    with told_of(path), opened(path) as stored:
        metadata = _model_metadata(stored)
        return {name: metadata[name] for name in ("about", "model", "not_finite")}


def model_parts(model):
    """Return (description, arrays) of a model: a dict that JSON can hold, and name -> array.

    The arrays are the parameters under their own names, and those that starts are made of.
    `model_from` puts both together again.
    """
    description = Description(model)
    arrays = {name: array.copy() for name, array in model.parameters.items()} | description.arrays
    try:
        planned = _planned(description.told, tuple(description.cells))
        _compare_counts(planned, {n: (a.dtype.name, a.shape) for n, a in arrays.items()})
    except Wrong as wrong:
        raise ValueError(f"model: {wrong}") from None
    return description.told, arrays


def model_from(description, arrays, *, cells=()):
    """Return the model of a description and its arrays, as `model_parts` gave them.

    cells: as in `load_model`. Raises ValueError where they do not belong together.
    """
    try:
        planned = _planned(description, read_cells(cells))
        _compare_counts(planned, {n: (a.dtype.name, a.shape) for n, a in arrays.items()})
        return _filled(planned, arrays)
    except Wrong as wrong:
        raise ValueError(f"description: {wrong}") from None


def _model_path(path):
    path = read_path(path)
    ending = os.path.splitext(path)[1].lower()
    if ending in NOT_READ_YET:
        raise ValueError(
            f"path: expected a file that ends in {ENDING}, got {path!r}: {ending} is not read yet"
        )
    if ending != ENDING:
        raise ValueError(f"path: expected a file that ends in {ENDING}, got {path!r}")
    return path


def _model_metadata(stored):
    metadata = stored.metadata
    if metadata.get("kind") != "model":
        raise Wrong("a model file", f"a file of {short(metadata.get('kind', 'arrays'))}")
    if metadata.get("version") != VERSION:
        raise Wrong(f"version {VERSION} of a model", f"version {short(metadata.get('version'))}")
    missing = {"about", "model", "not_finite"} - set(metadata)
    if missing:
        raise Wrong("about, model and not_finite", f"none called {', '.join(sorted(missing))}")
    return metadata


def _planned(told, cells):
    planned = plan(Part(told, PLACE, cells, []))
    if told["class"] not in MODELS:
        raise Wrong(f"a {', '.join(MODELS[:-1])} or {MODELS[-1]}", short(told["class"]))
    return planned


def _compare_counts(planned, kinds):
    """Before memory is taken: the arrays hold just as many numbers as the description speaks of."""
    for name, (dtype, _) in kinds.items():
        if dtype not in FLOATS:
            raise Wrong("parameters of float64 or float32", f"{dtype} for {name!r}")
    count = sum(math.prod(shape) for _, shape in kinds.values())
    if count != planned.count:
        raise Wrong(f"{short(planned.count)} numbers as described", f"{count} in the arrays")


def _filled(planned, arrays):
    arrays = dict(arrays)
    model = planned.build(arrays)
    if set(arrays) != set(model.parameters):
        odd = sorted(set(arrays) ^ set(model.parameters))[0]
        wanted = f"an array {odd}" if odd in model.parameters else "arrays of parameters only"
        raise Wrong(wanted, "none" if odd in model.parameters else short(odd))
    for name, parameter in model.parameters.items():
        array = arrays[name]
        if (array.shape, array.dtype) != (parameter.shape, parameter.dtype):
            wanted, came = (f"{a.dtype} {a.shape}" for a in (parameter, array))
            raise Wrong(f"{name} {wanted}", came)
        parameter[...] = array
    return model
