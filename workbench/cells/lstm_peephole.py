"""LSTM whose gates look at the cell state through peepholes.

Gers, F. A., Schraudolph, N. N. and Schmidhuber, J. (2002). Learning precise timing with LSTM
recurrent networks. Journal of Machine Learning Research 3, 115-143.
"""

from ..equations import cell
from ..functions import sigmoid, tanh


@cell(start={"b.f": 1.0})
def lstm_peephole(x, h, c, W, U, b, p):
    """x (input,), h and c (hidden,). i and f see the old cell state, o the new one."""
    i = sigmoid(W.i @ x + U.i @ h + p.i * c + b.i)
    f = sigmoid(W.f @ x + U.f @ h + p.f * c + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + p.o * c + b.o)
    h = o * tanh(c)
    return h, c
