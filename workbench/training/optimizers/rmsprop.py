"""RMSprop: every gradient divided by the size of its recent ones. No momentum, no centring."""

import numpy as np

from ...recurrent.inputs import real_number
from .optimizer import Optimizer, average


class RMSprop(Optimizer):
    """Divides each gradient by a running root mean square of its own:

        v     <- rho v + (1 - rho) g^2
        theta <- theta - rate g / (sqrt(v) + epsilon)

    rho: 0 <= rho < 1. v begins at 0 and is not corrected for it: the first steps are longer, by
    1 / sqrt(1 - rho) at the first. The lecture has no epsilon; here it is added to the root, as
    in Adam and in PyTorch. Keras adds it to v, under the root.
    Source: Tieleman and Hinton 2012, Neural Networks for Machine Learning, lecture 6e, slide 29.
    """

    slots = ("v",)

    def __init__(self, learning_rate=1e-3, rho=0.9, epsilon=1e-8):
        super().__init__(learning_rate)
        self.rho = real_number("rho", rho, least=0, below=1)
        self.epsilon = real_number("epsilon", epsilon, above=0)

    def update(self, name, theta, gradient, kept, rate):
        (v,), (change, root) = kept, self.scratch(theta)
        np.multiply(gradient, gradient, out=root)
        average(v, self.rho, root, work=root)
        np.sqrt(v, out=root)
        root += self.epsilon
        np.divide(gradient, root, out=change)
        change *= rate
        theta -= change
