"""LSTM that forgets just as much as it takes in: f = 1 - i.

Greff, K., Srivastava, R. K., Koutnik, J., Steunebrink, B. R. and Schmidhuber, J. (2017). LSTM: a
search space odyssey. IEEE TNNLS 28, 2222-2232 (variant CIFG).
"""

from ..equations import cell
from ..functions import sigmoid, tanh


@cell(start={"b.i": -1.0})
def lstm_coupled(x, h, c, W, U, b):
    """x (input,), h and c (hidden,). The bias of i starts at -1, so that f starts like LSTM's."""
    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = 1 - i
    g = tanh(W.g @ x + U.g @ h + b.g)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    c = f * c + i * g
    h = o * tanh(c)
    return h, c
