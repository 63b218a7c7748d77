"""What Python answers for networks too large, or too many, to run in a page as a hand moves.

One module for each explorer; each answers a wish with small arrays, whatever the networks' size.
The page's side is web/src/frame/kernel.js. Here is only what decides who computes.
"""

LARGE = 8_000_000
"""Multiplications of one run above which a page would no longer follow a hand."""
RESTS = 40_000_000
"""Multiplications of runs whose gradients Python has in about 60 ms; for more a hand must rest."""


def multiplications(net, steps):
    """How many one run over so many steps takes."""
    return steps * net.cell.multiply_count(net.input_size, net.hidden_size, net.sizes)


def is_large(net, steps):
    """Whether a run over so many steps is work for the kernel."""
    return multiplications(net, steps) > LARGE
