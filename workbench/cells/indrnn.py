"""Independently recurrent network: each unit sees only its own past.

Li, S., Li, W., Cook, C., Zhu, C. and Gao, Y. (2018). Independently recurrent neural network
(IndRNN): building a longer and deeper RNN. CVPR 2018, eq. 2.
"""

from ..equations import cell
from ..functions import relu


@cell(start={"u": "unit"})
def indrnn(x, h, W, u, b, *, activation=relu):
    """x (input,), h (hidden,). u is a vector: its entry to the power of the lag is the gradient."""
    h = activation(W @ x + u * h + b)
    return h
