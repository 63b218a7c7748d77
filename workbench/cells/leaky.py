"""Leaky units: each state follows its input slowly, with one fixed time constant.

Jaeger, H., Lukosevicius, M., Popovici, D. and Siewert, U. (2007). Optimization and applications of
echo state networks with leaky-integrator neurons. Neural Networks 20, 335-352, eq. 5.
"""

from ..equations import cell
from ..functions import tanh


@cell
def leaky(x, h, W, U, b, *, leak_rate=0.3, activation=tanh):
    """x (input,), h (hidden,). leak_rate in 0..1: 1 is an Elman network, 0 never changes."""
    n = activation(W @ x + U @ h + b)
    h = (1 - leak_rate) * h + leak_rate * n
    return h
