"""What a user passes to a network, checked and brought into the form that layers take it in.

Every refusal is one line: the argument, what was expected, what came. What a recurrent layer is
given is checked further in `recurrent.inputs`.
"""

from contextlib import contextmanager

import numpy as np

from ..recurrent.inputs import Edge, briefly, numeric, read_mask, read_state, read_x, refuse_nan
from .layer import TOKENS, VECTOR


def read_values(model, x, batch_first):
    """Return (sequences, tokens or vectors, batch axis and time first; the Edge of x)."""
    x = numeric("x", x)
    if TOKENS in model.takes:
        if x.dtype.kind not in "iu" or x.ndim not in (1, 2) or 0 in x.shape:
            raise ValueError(
                f"x: expected whole numbers (time, batch) or (time,), got {x.dtype} {x.shape}"
            )
        edge = Edge(x.ndim == 1, batch_first and x.ndim == 2)
        return edge.inside(x), edge
    if model.takes == (VECTOR,):
        units = "units" if model.input_size is None else model.input_size
        if x.ndim not in (1, 2) or 0 in x.shape or units not in ("units", x.shape[-1]):
            raise ValueError(f"x: expected (batch, {units}) or ({units},), got {x.shape}")
        refuse_nan("x", x)
        return np.atleast_2d(x).astype(model.dtype), Edge(x.ndim == 1)
    units = model.input_size or (x.shape[-1] if x.ndim else "units")
    x, edge = read_x(x, units, batch_first)
    return x.astype(model.dtype), edge


def read_real(model, values, mask, lengths, edge):
    """Return (values with zeros at masked steps, their mask or None where every step is real)."""
    if model.takes == (VECTOR,):
        if mask is not None or lengths is not None:
            raise ValueError("mask: expected None for vectors, which have no steps, got one")
        return values, None
    real = read_mask(mask, lengths, edge, *values.shape[:2])
    if values.ndim == 3:
        values = np.where(real[..., None], values, 0)
        refuse_nan("x", values)
    return values, None if real.all() else real


def read_states(model, given, values, edge):
    """Return layer name -> state -> (batch, units) of the states that are given."""
    given = {} if given is None else given
    check_layers("state", given, model.states)
    batch = values.shape[0 if model.takes == (VECTOR,) else 1]
    read = {}
    for name, state in given.items():
        shapes = {s: (batch, units) for s, units in model.states[name].items()}
        with named(name):
            read[name] = read_state(state, tuple(shapes), shapes, edge, model.dtype)
    return read


def read_clamps(model, given, edge):
    """Return layer name -> line -> value; a value with time and batch has its time first."""
    given = {} if given is None else given
    check_layers("clamp", given, model.nets)
    read = {}
    for name, lines in given.items():
        if not isinstance(lines, dict):
            raise ValueError(
                f'clamp[{name!r}]: expected a dict such as {{"f": 1.0}}, got {briefly(lines)}'
            )
        values = {line: numeric(f"clamp[{line!r}]", value) for line, value in lines.items()}
        turn = {n: v.swapaxes(0, 1) for n, v in values.items() if v.ndim == 3 and edge.batch_first}
        read[name] = values | turn
    return read


@contextmanager
def named(part):
    """Begin the message of a refusal with the name of the layer or argument that it comes from."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{part}: {error}") from None


def check_layers(argument, given, known):
    """Refuse anything but a dict by names of recurrent layers."""
    wanted = f"a dict by recurrent layer ({', '.join(known) or 'there is none'})"
    if not isinstance(given, dict):
        raise ValueError(f"{argument}: expected {wanted}, got {briefly(given)}")
    for name in given:
        if name not in known:
            raise ValueError(f"{argument}: expected {wanted}, got {name!r}")
