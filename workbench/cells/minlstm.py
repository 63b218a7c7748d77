"""minLSTM: two gates that do not look at the state and are scaled to add up to 1.

Feng, L., Tung, F., Ahmed, M. O., Bengio, Y. and Hajimirsadeghi, H. (2024). Were RNNs all we
needed? arXiv:2410.01201, section 3.2.
"""

from ..equations import cell
from ..functions import sigmoid, softplus


@cell(start={"b.f": 1.0})
def minlstm(x, h, W, b):
    """x (input,), h (hidden,). f and i are the gates divided by their sum.

    sigmoid(log a - log b) is a / (a + b), and stays right where both gates underflow.
    """
    log_f = -softplus(-(W.f @ x + b.f))
    log_i = -softplus(-(W.i @ x + b.i))
    f = sigmoid(log_f - log_i)
    i = sigmoid(log_i - log_f)
    n = W.n @ x + b.n
    h = f * h + i * n
    return h
