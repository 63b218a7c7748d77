"""The NumPy form of a cell, run step by step with complex numbers: derivatives without BPTT."""

import inspect

import numpy as np

import workbench as wb

STEP = 1e-30


def network(cell="lstm", hidden=4, inputs=2, seed=0, strength=1.0, **options):
    """A network whose parameters, biases too, are random and distinct."""
    net = wb.Recurrent(cell, inputs, hidden, seed=seed, **options)
    rng = np.random.default_rng([seed, 7])
    for name, array in net.parameters.items():
        fan_in = array.shape[1] if array.ndim == 2 else 4
        net.parameters[name] = strength * rng.standard_normal(array.shape) / np.sqrt(fan_in)
    return net


def sequence(time, inputs=2, batch=None, seed=0):
    shape = (time, inputs) if batch is None else (time, batch, inputs)
    return np.random.default_rng([seed, 3]).standard_normal(shape)


def linear(gain, time, hidden=16):
    """A linear network with a scaled orthogonal recurrence, and its trace."""
    net = wb.Recurrent("elman", 2, hidden, activation="identity", start={"U": "orthogonal"})
    net.parameters["U"] = gain * net.parameters["U"]
    return net.run(sequence(time))


def walk(net, x, states, moved=None):
    """The states after x (time, input) from `states`, a list in the order of the signature.

    moved: "U.f" -> an array, complex too, that takes the place of that parameter.
    """
    spaces = net.parameters.namespaces()
    for name, array in (moved or {}).items():
        letter, _, rest = name.partition(".")
        setattr(spaces[letter], rest, array)
    names = list(inspect.signature(net.cell.function).parameters)[1 + len(states) :]
    arguments = [spaces[name] for name in names if name in spaces]
    for x_t in x:
        new = net.cell(x_t, *states, *arguments, **net.numbers)
        states = list(new) if isinstance(new, tuple) else [new]
    return states


def states_at(net, trace, k):
    return [np.asarray(trace[name][k]) for name in net.cell.states]


def derivative(net, x, trace, t, k):
    """dS_t/dS_k (n, n) of a trace without a batch axis, by complex steps through the equations."""
    start = states_at(net, trace, k)
    sizes = np.cumsum([len(state) for state in start])
    columns = []
    for unit in np.eye(sizes[-1]):
        moved = [s + 1j * STEP * d for s, d in zip(start, np.split(unit, sizes[:-1]), strict=True)]
        end = np.concatenate(walk(net, x[k + 1 : t + 1], moved))
        columns.append(end.imag / STEP)
    return np.array(columns).T
