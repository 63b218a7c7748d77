"""The simple recurrent network: the hidden layer sees its own last values.

Elman, J. L. (1990). Finding structure in time. Cognitive Science 14, 179-211.
"""

from ..equations import cell
from ..functions import tanh


@cell
def elman(x, h, W, U, b, *, activation=tanh):
    """x (input,), h (hidden,). activation: tanh, relu, sigmoid, ..."""
    h = activation(W @ x + U @ h + b)
    return h
