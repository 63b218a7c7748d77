"""Minimal gated unit: one gate both resets and updates.

Zhou, G.-B., Wu, J., Zhang, C.-L. and Zhou, Z.-H. (2016). Minimal gated unit for recurrent neural
networks. International Journal of Automation and Computing 13, 226-234.
"""

from ..equations import cell
from ..functions import sigmoid, tanh


@cell
def mgu(x, h, W, U, b):
    """x (input,), h (hidden,). A gate f of 1 takes the candidate n, of 0 keeps the state."""
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    n = tanh(W.n @ x + U.n @ (f * h) + b.n)
    h = (1 - f) * h + f * n
    return h
