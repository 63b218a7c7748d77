"""Stochastic gradient descent, with classical or Nesterov momentum. Does not average."""

import numpy as np

from ...recurrent.inputs import real_number
from .optimizer import Optimizer


class SGD(Optimizer):
    """theta <- theta - rate g, or with a velocity v that remembers past gradients:

        v     <- momentum v - rate g
        theta <- theta + v                          classical
        theta <- theta + momentum v - rate g        nesterov

    momentum: 0 <= momentum < 1. Nesterov's form is written by the gradient at theta itself, as
    one has it after a backward pass. The rate stands inside the velocity; PyTorch keeps it
    outside, which is the same while the rate does not change.
    Sources: Sutskever, Martens, Dahl and Hinton 2013, eq. 1 to 4; for this form of Nesterov's
    Bengio, Boulanger-Lewandowski and Pascanu 2013, Advances in optimizing recurrent networks.
    """

    def __init__(self, learning_rate, momentum=0.0, nesterov=False):
        super().__init__(learning_rate)
        self.momentum = real_number("momentum", momentum, least=0, below=1)
        if not isinstance(nesterov, bool):
            raise ValueError(f"nesterov: expected True or False, got {nesterov!r}")
        if nesterov and self.momentum == 0:
            raise ValueError("nesterov: expected a momentum above 0 with it, got 0")
        self.nesterov = nesterov
        self.slots = ("velocity",) if self.momentum else ()

    def update(self, name, theta, gradient, kept, rate):
        descent, work = self.scratch(theta)
        np.multiply(gradient, rate, out=descent)
        if not kept:
            theta -= descent
            return
        (v,) = kept
        v *= self.momentum
        v -= descent
        if not self.nesterov:
            theta += v
            return
        np.multiply(v, self.momentum, out=work)
        work -= descent
        theta += work
