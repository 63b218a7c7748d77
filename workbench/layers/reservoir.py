"""Reservoir computing: a fixed random recurrent layer, and a readout that is solved at once."""

import numpy as np
import scipy.linalg

from ..recurrent import Recurrent
from ..recurrent.inputs import numeric, positive_integer
from .dense import Dense, rows
from .recurrent_layer import RecurrentLayer


class Reservoir(RecurrentLayer):
    """An echo state network without its readout: leaky units with weights that never change.

    h_t = (1 - a) h_{t-1} + a tanh(W x_t + U h_{t-1} + b), Jaeger (2001); Jaeger et al. (2007).
    input_size, hidden_size: units. spectral_radius: the largest absolute eigenvalue that U is
    scaled to. leak_rate: a, above 0 and at most 1. density: the share of U that is not zero.
    input_scale: W is uniform in +- this. bias_scale: b likewise. seed: draws all of them.
    `net` is the Recurrent; its parameters get no gradient in a Network.
    """

    trainable = False

    def __init__(
        self, input_size, hidden_size, *, spectral_radius=0.9, leak_rate=1.0, density=0.1,
        input_scale=1.0, bias_scale=0.0, seed=0, dtype="float64",
    ):  # fmt: skip
        for name, value, least, most in (
            ("spectral_radius", spectral_radius, 0, np.inf), ("leak_rate", leak_rate, 0, 1),
            ("density", density, 0, 1), ("input_scale", input_scale, -np.inf, np.inf),
            ("bias_scale", bias_scale, -np.inf, np.inf),
        ):  # fmt: skip
            number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
            lowest = "above 0" if name in ("leak_rate", "density") else f"at least {least}"
            if not number or not least <= value <= most or (lowest == "above 0" and value == 0):
                raise ValueError(
                    f"{name}: expected a number {lowest}, at most {most}, got {value!r}"
                )
        net = Recurrent(
            "leaky", input_size, hidden_size, seed=seed, dtype=dtype, leak_rate=leak_rate
        )
        generator = np.random.default_rng(net.seed)
        net.parameters["W"] = input_scale * generator.uniform(-1, 1, (hidden_size, input_size))
        net.parameters["b"] = bias_scale * generator.uniform(-1, 1, hidden_size)
        net.parameters["U"] = sparse_matrix(generator, hidden_size, density, spectral_radius)
        super().__init__(net)
        self.spectral_radius, self.density = float(spectral_radius), float(density)
        self.input_scale, self.bias_scale = float(input_scale), float(bias_scale)

    @property
    def kind(self):
        return "reservoir"

    def readout(self, x, y, *, ridge=1e-6, washout=0, lengths=None, mask=None):
        """Run over x and return the Dense layer whose outputs come nearest to y; see `solve`.

        x: as in `Recurrent.run`. y: (time, batch, outputs) or (time, outputs).
        """
        trace = self.net.run(x, lengths=lengths, mask=mask)
        y = numeric("y", y)
        if y.shape[:-1] != trace.h.shape[:-1]:
            wanted = ", ".join(map(str, trace.h.shape[:-1]))
            raise ValueError(f"y: expected ({wanted}, outputs), got {y.shape}")
        washout = positive_integer("washout", washout, least=0)
        return solve(trace.h[washout:], y[washout:], ridge=ridge, mask=trace.mask[washout:])

    @classmethod
    def of(cls, net, *, spectral_radius, density, input_scale, bias_scale):
        """Return the reservoir whose Recurrent is there already: nothing is drawn or scaled."""
        self = cls.__new__(cls)
        RecurrentLayer.__init__(self, net)
        self.spectral_radius, self.density = float(spectral_radius), float(density)
        self.input_scale, self.bias_scale = float(input_scale), float(bias_scale)
        return self

    def describe(self):
        """Return the arguments of `of`."""
        return {
            "net": self.net, "spectral_radius": self.spectral_radius, "density": self.density,
            "input_scale": self.input_scale, "bias_scale": self.bias_scale,
        }  # fmt: skip

    def __repr__(self):
        return (
            f"Reservoir({self.input_size}, {self.net.hidden_size}, "
            f"spectral_radius={self.spectral_radius:g}, density={self.density:g}, "
            f"leak_rate={self.net.numbers['leak_rate']:g})"
        )


def solve(h, y, *, ridge=1e-6, mask=None):
    """Return the Dense layer that minimises |W h + b - y|^2 + ridge |W|^2 over all steps.

    h: (..., units). y: (..., outputs). ridge: 0 or above. mask: (...), False where a step does not
    count. Solved with SciPy from the normal equations of the centred h and y; b is not penalised.
    """
    if not ridge >= 0:
        raise ValueError(f"ridge: expected a number of at least 0, got {ridge!r}")
    h, y = rows(numeric("h", h)).astype(float), rows(numeric("y", y)).astype(float)
    if mask is not None:
        h, y = h[np.ravel(mask)], y[np.ravel(mask)]
    if len(h) < 2:
        raise ValueError(f"h: expected at least two steps, got {len(h)}")
    H, Y = h - h.mean(axis=0), y - y.mean(axis=0)
    gram = H.T @ H + ridge * np.eye(H.shape[1])
    if ridge > 0:
        W = scipy.linalg.solve(gram, H.T @ Y, assume_a="pos").T
    else:
        W = scipy.linalg.lstsq(H, Y)[0].T
    layer = Dense(H.shape[1], Y.shape[1])
    layer.parameters["W"], layer.parameters["b"] = W, y.mean(axis=0) - W @ h.mean(axis=0)
    return layer


def sparse_matrix(generator, size, density, spectral_radius):
    """Return (size, size), a share of it not zero, scaled to its largest absolute eigenvalue."""
    U = generator.standard_normal((size, size)) * (generator.random((size, size)) < density)
    radius = np.abs(np.linalg.eigvals(U)).max()
    if radius < 1e-12:
        raise ValueError(
            f"density: expected enough weights for a cycle, got {density!r} for {size} units"
        )
    return U * (spectral_radius / radius)
