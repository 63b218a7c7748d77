"""sLSTM: exponential gates, kept in range by a stabiliser state m and a normaliser state n.

Beck, M. et al. (2024). xLSTM: extended long short-term memory. NeurIPS 2024, arXiv:2405.04517,
eqs. 8 to 17, with the sigmoid as forget gate: log f = -softplus(-pre-activation).
"""

from ..equations import cell
from ..functions import exp, maximum, sigmoid, softplus, tanh


@cell(start={"b.f": 3.0})
def slstm(x, h, c, n, m, W, U, b):
    """x (input,), h, c, n, m (hidden,). i and f are the gates after stabilisation, in 0..1."""
    log_i = W.i @ x + U.i @ h + b.i
    log_f = -softplus(-(W.f @ x + U.f @ h + b.f))
    z = tanh(W.z @ x + U.z @ h + b.z)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    log_kept = log_f + m
    m = maximum(log_kept, log_i)
    i = exp(log_i - m)
    f = exp(log_kept - m)
    c = f * c + i * z
    n = f * n + i
    h = o * (c / n)
    return h, c, n, m
