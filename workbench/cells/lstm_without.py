"""LSTM with one gate taken out, which is how one learns what the gate was for.

Greff, K., Srivastava, R. K., Koutnik, J., Steunebrink, B. R. and Schmidhuber, J. (2017). LSTM: a
search space odyssey. IEEE TNNLS 28, 2222-2232 (variants NIG, NFG, NOG). Without the forget gate it
is the network of Hochreiter and Schmidhuber (1997).
"""

from ..equations import cell
from ..functions import sigmoid, tanh


@cell(start={"b.f": 1.0})
def lstm_no_input_gate(x, h, c, W, U, b):
    """x (input,), h and c (hidden,). Every candidate enters the cell state whole."""
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    c = f * c + g
    h = o * tanh(c)
    return h, c


@cell
def lstm_no_forget_gate(x, h, c, W, U, b):
    """x (input,), h and c (hidden,). Nothing is ever forgotten."""
    i = sigmoid(W.i @ x + U.i @ h + b.i)
    g = tanh(W.g @ x + U.g @ h + b.g)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    c = c + i * g
    h = o * tanh(c)
    return h, c


@cell(start={"b.f": 1.0})
def lstm_no_output_gate(x, h, c, W, U, b):
    """x (input,), h and c (hidden,). The cell state is always seen from outside."""
    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    h = tanh(c)
    return h, c
