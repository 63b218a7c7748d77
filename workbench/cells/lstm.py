"""Long short-term memory: an additive cell state behind three gates.

Hochreiter, S. and Schmidhuber, J. (1997). Long short-term memory. Neural Computation 9, 1735-1780.
The forget gate: Gers, Schmidhuber and Cummins (2000). Its bias starts at 1: Jozefowicz, Zaremba
and Sutskever (2015).
"""

from ..equations import cell
from ..functions import sigmoid, tanh


@cell(start={"b.f": 1.0})
def lstm(x, h, c, W, U, b):
    """x (input,), h and c (hidden,). Gates i, f, o in 0..1; candidate g in -1..1."""
    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    c = f * c + i * g
    h = o * tanh(c)
    return h, c
