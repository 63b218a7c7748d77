"""minLSTM: two gates that do not look at the state and are scaled to add up to 1.

Feng, L., Tung, F., Ahmed, M. O., Bengio, Y. and Hajimirsadeghi, H. (2024). Were RNNs all we
needed? arXiv:2410.01201, section 3.2.
"""

from ..equations import cell
from ..functions import sigmoid


@cell(start={"b.f": 1.0})
def minlstm(x, h, W, b):
    """x (input,), h (hidden,). Shares: how much of the old state and of the candidate is taken."""
    f = sigmoid(W.f @ x + b.f)
    i = sigmoid(W.i @ x + b.i)
    n = W.n @ x + b.n
    f_share = f / (f + i)
    i_share = i / (f + i)
    h = f_share * h + i_share * n
    return h
