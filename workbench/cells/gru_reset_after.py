"""Gated recurrent unit, resetting after the matrix product, as PyTorch and cuDNN have it.

Cho et al. (2014), arXiv:1406.1078v1, first version; the form of the fast libraries, because all
products with h can be done at once. Its candidate has a second bias, inside the reset.
"""

from ..equations import cell
from ..functions import sigmoid, tanh


@cell
def gru_reset_after(x, h, W, U, b, d):
    """x (input,), h (hidden,). Reset gate r, update gate z (1 keeps the old state), candidate n."""
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    z = sigmoid(W.z @ x + U.z @ h + b.z)
    n = tanh(W.n @ x + b.n + r * (U.n @ h + d.n))
    h = (1 - z) * n + z * h
    return h
