"""Adam, and AdamW with weight decay decoupled from the gradient. No AMSGrad."""

from fnmatch import fnmatchcase

import numpy as np

from ...recurrent.inputs import real_number
from .optimizer import Optimizer, average


class Adam(Optimizer):
    """Steps by running means of the gradient and of its square, corrected for their start at 0:

        m     <- beta1 m + (1 - beta1) g
        v     <- beta2 v + (1 - beta2) g^2
        theta <- theta - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)

    with t = 1 at the first step, whose length is therefore the learning rate in every number.
    beta1, beta2: 0 <= beta < 1. Source: Kingma and Ba 2015, algorithm 1.
    """

    slots = ("m", "v")

    def __init__(self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8):
        super().__init__(learning_rate)
        self.beta1 = real_number("beta1", beta1, least=0, below=1)
        self.beta2 = real_number("beta2", beta2, least=0, below=1)
        self.epsilon = real_number("epsilon", epsilon, above=0)

    def update(self, name, theta, gradient, kept, rate):
        (m, v), (change, root), t = kept, self.scratch(theta), self.steps + 1
        average(m, self.beta1, gradient, work=change)
        np.multiply(gradient, gradient, out=root)
        average(v, self.beta2, root, work=root)
        np.divide(v, 1 - self.beta2**t, out=root)
        np.sqrt(root, out=root)
        root += self.epsilon
        np.divide(m, root, out=change)
        change *= rate / (1 - self.beta1**t)
        theta -= change


class AdamW(Adam):
    """Adam, and apart from it each decaying parameter shrinks by its own size:

        theta <- theta - rate weight_decay theta - (Adam's step)

    weight_decay: at least 0. decay: which parameters do: "matrices" (not biases and other
    vectors), "all", or names, in which * stands for anything: ["*.W.*", "dense_1.W"].
    The decay is multiplied by the learning rate, as libraries do: lambda of the paper is
    rate * weight_decay, and a schedule scales both parts, as eta does there.
    Raises ValueError at the first step for a name that fits no parameter.
    Source: Loshchilov and Hutter 2019, algorithm 2.
    """

    def __init__(
        self, learning_rate=1e-3, weight_decay=0.01, decay="matrices", beta1=0.9, beta2=0.999,
        epsilon=1e-8,
    ):  # fmt: skip
        super().__init__(learning_rate, beta1, beta2, epsilon)
        self.weight_decay = real_number("weight_decay", weight_decay, least=0)
        self.decay = _read_decay(decay)

    def decays(self, name, theta):
        """Whether this parameter decays."""
        if isinstance(self.decay, str):
            return self.decay == "all" or theta.ndim >= 2
        return any(fnmatchcase(name, pattern) for pattern in self.decay)

    def update(self, name, theta, gradient, kept, rate):
        if self.decays(name, theta):
            theta *= 1 - rate * self.weight_decay
        super().update(name, theta, gradient, kept, rate)

    def _pairs(self, parameters, gradients):
        for pattern in self.decay if isinstance(self.decay, tuple) else ():
            if not any(fnmatchcase(name, pattern) for name in parameters):
                known = ", ".join(parameters)
                raise ValueError(f"decay: expected names of {known}, got {pattern!r}")
        return super()._pairs(parameters, gradients)


def _read_decay(decay):
    if isinstance(decay, str) and decay in ("matrices", "all"):
        return decay
    if isinstance(decay, list | tuple) and all(isinstance(name, str) for name in decay):
        return tuple(decay)
    raise ValueError(f"decay: expected 'matrices', 'all' or a list of names, got {decay!r}")
