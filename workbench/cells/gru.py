"""Gated recurrent unit, resetting the state before its matrix product.

Cho, K. et al. (2014). Learning phrase representations using RNN encoder-decoder for statistical
machine translation. EMNLP 2014, section 2.3.
"""

from ..equations import cell
from ..functions import sigmoid, tanh


@cell
def gru(x, h, W, U, b):
    """x (input,), h (hidden,). Reset gate r, update gate z (1 keeps the old state), candidate n."""
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    z = sigmoid(W.z @ x + U.z @ h + b.z)
    n = tanh(W.n @ x + U.n @ (r * h) + b.n)
    h = (1 - z) * n + z * h
    return h
