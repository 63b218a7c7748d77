"""Named starts: how parameters are filled before anything is learnt.

Every parameter draws from a stream of its own, seeded by the network's seed and the parameter's
name: a cell with one more gate starts the others with the same numbers.

    glorot      uniform in +-sqrt(6 / (rows + columns))      Glorot and Bengio 2010, eq. 16
    he          Gaussian with variance 2 / columns           He, Zhang, Ren and Sun 2015, eq. 10
    orthogonal  Q of a Gaussian matrix, signs fixed          Saxe, McClelland and Ganguli 2013
    identity    ones on the diagonal                         Le, Jaitly and Hinton 2015
    normal      standard deviation 1 / sqrt(columns)
    small       standard deviation 0.1
    unit        uniform in 0..1
    zeros       0
"""

import zlib

import numpy as np


def glorot(generator, shape):
    bound = np.sqrt(6 / sum(shape))
    return generator.uniform(-bound, bound, shape)


def he(generator, shape):
    return generator.standard_normal(shape) * np.sqrt(2 / shape[-1])


def orthogonal(generator, shape):
    rows, columns = shape
    gaussian = generator.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(gaussian)
    q *= np.where(np.diagonal(r) < 0, -1, 1)
    return q if rows >= columns else q.T


def identity(generator, shape):
    return np.eye(*shape)


def normal(generator, shape):
    return generator.standard_normal(shape) / np.sqrt(shape[-1])


def small(generator, shape):
    return 0.1 * generator.standard_normal(shape)


def unit(generator, shape):
    return generator.uniform(0, 1, shape)


def zeros(generator, shape):
    return np.zeros(shape)


STARTS = {f.__name__: f for f in (glorot, he, orthogonal, identity, normal, small, unit, zeros)}
MATRICES_ONLY = ("glorot", "he", "orthogonal", "identity")


def start_of(graph, name):
    """The default start of a parameter: by what it multiplies.

    Matrices that multiply x are Glorot, square ones that multiply states or lines orthogonal,
    other matrices Glorot. Vectors that are only added are zero, vectors that multiply are small.
    """
    node = graph.parameters[name]
    users = graph.consumers().get(id(node), [])
    if node.op == "vector":
        return "zeros" if all(u.op in ("add", "subtract") for u in users) else "small"
    rows, columns = graph.size(node)
    recurrent = any(u.args[1].op != "input" for u in users)
    return "orthogonal" if recurrent and rows == columns else "glorot"


def fill(cell, parameters, seed, chosen):
    """Fill every parameter: chosen starts first, then the cell's own, then the defaults.

    chosen: name ("b.f") or letter ("U") -> start name, number, or array of the parameter's shape.
    Raises ValueError that names the start.
    """
    for key in chosen:
        if key not in parameters and not any(n.split(".")[0] == key for n in parameters):
            known = ", ".join(parameters)
            raise ValueError(f"start: expected parameters of {cell.name} ({known}), got {key!r}")
    for name in parameters:
        letter = name.split(".")[0]
        own = cell.start.get(name, cell.start.get(letter, start_of(cell.graph, name)))
        start = chosen.get(name, chosen.get(letter, own))
        stream = np.random.default_rng([seed, zlib.crc32(name.encode())])
        parameters[name] = _values(name, start, stream, parameters[name].shape)


def _values(name, start, stream, shape):
    if isinstance(start, str):
        if start not in STARTS:
            raise ValueError(
                f"start: {name}: expected one of {', '.join(STARTS)}, a number or an array, "
                f"got {start!r}"
            )
        if start in MATRICES_ONLY and len(shape) == 1:
            raise ValueError(f"start: {name}: {start!r} is for matrices, got a vector {shape}")
        return STARTS[start](stream, shape)
    if np.ndim(start) == 0:
        return np.full(shape, start)
    return start
