"""minGRU: a gate that does not look at the state, so that all steps could be scanned at once.

Feng, L., Tung, F., Ahmed, M. O., Bengio, Y. and Hajimirsadeghi, H. (2024). Were RNNs all we
needed? arXiv:2410.01201, section 3.1.
"""

from ..equations import cell
from ..functions import sigmoid


@cell
def mingru(x, h, W, b):
    """x (input,), h (hidden,). A gate z of 1 takes the candidate n, of 0 keeps the state."""
    z = sigmoid(W.z @ x + b.z)
    n = W.n @ x + b.n
    h = (1 - z) * h + z * n
    return h
