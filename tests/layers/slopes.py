"""Derivatives of a network's loss by differences: an oracle that knows nothing of layers.

Five-point differences of the loss sum(w * output) along random directions of length 1: the error
of the formula is h^4, that of rounding 1e-16 / h, so about 1e-12 at h = 1e-3 for losses near 1.
"""

import numpy as np

H = 1e-3


def slope(loss, array, direction):
    """d loss / d array along a direction, by moving the array in place."""
    before, values = array.copy(), {}
    for k in (-2, -1, 1, 2):
        array[...] = before + k * H * direction
        values[k] = loss()
    array[...] = before
    return (values[-2] - 8 * values[-1] + 8 * values[1] - values[2]) / (12 * H)


def misfits(run, parameters, x=None, seed=0):
    """{name: relative misfit between backward and differences} for every parameter, and for x.

    run: () -> a run with `output` and `backward`. parameters: name -> array that can be moved.
    x: the array that run() reads, moved too, or None.
    """
    generator = np.random.default_rng(seed)
    done = run()
    w = generator.standard_normal(done.output.shape)
    gradients = done.backward(w)
    found = {name: (parameters[name], d) for name, d in gradients.parameters.items()}
    if x is not None:
        found["x"] = (x, gradients.x)
    result = {}
    for name, (array, d) in found.items():
        direction = generator.standard_normal(array.shape)
        direction /= np.linalg.norm(direction)
        expected = slope(lambda: float((w * run().output).sum()), array, direction)
        scale = max(np.linalg.norm(d), 1e-2)
        result[name] = abs(float((d * direction).sum()) - expected) / scale
    return result
