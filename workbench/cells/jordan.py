"""A network that feeds its output, not its hidden layer, back to itself.

Jordan, M. I. (1986). Serial order: a parallel distributed processing approach. ICS Report 8604.
"""

from ..equations import cell
from ..functions import identity, tanh


@cell
def jordan(x, y, W, U, V, b, *, activation=tanh, output_activation=identity):
    """x (input,), y (sizes["y"],). The hidden layer h is no state: only y is carried on."""
    h = activation(W @ x + U @ y + b.h)
    y = output_activation(V @ h + b.y)
    return y
