"""Reservoir computing: a fixed random recurrent layer, and a readout that is solved at once."""

from dataclasses import replace

import numpy as np

from ..recurrent import Recurrent
from ..recurrent.inputs import DTYPES, numeric, positive_integer, real_number, refuse_nan
from .dense import Dense
from .recurrent_layer import RecurrentLayer


class Reservoir(RecurrentLayer):
    """An echo state network without its readout: leaky units with weights that never change.

    h_t = (1 - a) h_{t-1} + a tanh(W x_t + U h_{t-1} + b), Jaeger (2001); Jaeger et al. (2007).
    input_size, hidden_size: units. spectral_radius: the largest absolute eigenvalue that U is
    scaled to. leak_rate: a, above 0 and at most 1. density: the share of U that is not zero.
    input_scale: W is uniform in +- this. bias_scale: b likewise. seed: draws all of them.
    `net` is the Recurrent; its parameters get no gradient in a Network.
    Raises ValueError with one line for a wrong argument, and where chance has put no cycle into U,
    so that nothing can be scaled.
    """

    def __init__(
        self, input_size, hidden_size, *, spectral_radius=0.9, leak_rate=1.0, density=0.1,
        input_scale=1.0, bias_scale=0.0, seed=0, dtype="float64",
    ):  # fmt: skip
        self.spectral_radius = real_number("spectral_radius", spectral_radius, least=0)
        leak_rate = real_number("leak_rate", leak_rate, above=0, most=1)
        self.density = real_number("density", density, above=0, most=1)
        self.input_scale = real_number("input_scale", input_scale)
        self.bias_scale = real_number("bias_scale", bias_scale)
        net = Recurrent(
            "leaky", input_size, hidden_size, seed=seed, dtype=dtype, leak_rate=leak_rate
        )
        generator = np.random.default_rng(net.seed)
        net.parameters["W"] = self.input_scale * generator.uniform(-1, 1, (hidden_size, input_size))
        net.parameters["b"] = self.bias_scale * generator.uniform(-1, 1, hidden_size)
        U = sparse_matrix(generator, hidden_size, self.density, self.spectral_radius)
        net.parameters["U"] = U
        super().__init__(net)

    @property
    def kind(self):
        return "reservoir"

    def twin(self):
        return Reservoir(
            self.input_size, self.net.hidden_size, spectral_radius=self.spectral_radius,
            leak_rate=self.net.numbers["leak_rate"], density=self.density,
            input_scale=self.input_scale, bias_scale=self.bias_scale,
            seed=self.net.seed + 1, dtype=self.dtype,
        )  # fmt: skip

    def forward(self, signal, setting):
        done = super().forward(signal, setting)

        def back(d_y, way=None):
            return replace(done.back(d_y, way), parameters={})

        return replace(done, back=back)

    def readout(self, x, y, *, ridge=1e-6, washout=0, lengths=None, mask=None):
        """Run over x and return the Dense layer whose outputs come nearest to y; see `solve`.

        x: as in `Recurrent.run`. y: (time, batch, outputs) or (time, outputs). washout: how many
        real steps at the beginning of each sequence do not count, because what the reservoir
        does there still depends on its first state.
        """
        washout = positive_integer("washout", washout, least=0)
        trace = self.net.run(x, lengths=lengths, mask=mask)
        y = numeric("y", y)
        if y.ndim != trace.h.ndim or y.shape[:-1] != trace.h.shape[:-1]:
            wanted = ", ".join(map(str, trace.h.shape[:-1]))
            raise ValueError(f"y: expected ({wanted}, outputs), got {y.shape}")
        counts = trace.mask & (trace.mask.cumsum(axis=0) > washout)
        if counts.sum() < 2:
            raise ValueError(
                f"washout: expected at least two of {trace.mask.sum()} real steps to be left, "
                f"got {washout}"
            )
        return solve(trace.h, y, ridge=ridge, mask=counts)

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
    """Return the Dense layer that minimises |W h + b - y|^2 + ridge |W|^2, summed over all steps.

    h: (..., units). y: (..., outputs). ridge: 0 or above; b is not penalised. mask: (...), False
    where a step does not count. The layer has the number type of h.
    With the singular values s of the centred h, direction by direction: s / (s^2 + ridge) times
    what y has of it (Hoerl and Kennard 1970; Hastie, Tibshirani and Friedman 2009, eq. 3.47).
    With ridge 0, directions in which h does not move get no weight. Raises ValueError.
    """
    ridge = real_number("ridge", ridge, least=0)
    h, y = numeric("h", h), numeric("y", y)
    if h.ndim < 2 or y.ndim != h.ndim or y.shape[:-1] != h.shape[:-1]:
        raise ValueError(f"y: expected one row for each of h {h.shape}, got {y.shape}")
    counts = np.ones(h.shape[:-1], bool) if mask is None else numeric("mask", mask).astype(bool)
    if counts.shape != h.shape[:-1] or counts.sum() < 2:
        raise ValueError(
            f"mask: expected {h.shape[:-1]} with at least two steps that count, "
            f"got {counts.shape} with {counts.sum()}"
        )
    H, Y = h[counts].astype(float), y[counts].astype(float)
    refuse_nan("h", H, ("row", "unit"))
    refuse_nan("y", Y, ("row", "output"))
    means = H.mean(axis=0), Y.mean(axis=0)
    left, s, right = np.linalg.svd(H - means[0], full_matrices=False)
    moves = s > s[0] * np.finfo(float).eps * max(H.shape)
    left, s, right = left[:, moves], s[moves], right[moves]
    W = ((Y - means[1]).T @ left * (s / (s**2 + ridge))) @ right
    dtype = h.dtype if h.dtype.name in DTYPES else "float64"
    layer = Dense(H.shape[1], Y.shape[1], dtype=dtype)
    layer.parameters["W"], layer.parameters["b"] = W, means[1] - W @ means[0]
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
