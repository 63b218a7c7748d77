"""Cells such as a reader may type, for the tests of explorers."""

import workbench as wb


@wb.cell
def mine(x, h, m, W, U, b, *, keep=0.9, squash=wb.functions.tanh):
    """A cell that nobody has: a slow memory, a number and a function to choose."""
    n = squash(W.n @ x + U.n @ h + b.n)
    m = keep * m + (1 - keep) * n
    h = squash(U.m @ m + b.m)
    return h, m


@wb.cell
def gated(x, h, m, W, U, b, *, keep=0.9):
    """Another: one gate, a slow memory."""
    f = wb.functions.sigmoid(W.f @ x + U.f @ h + b.f)
    n = wb.functions.tanh(W.n @ x + U.n @ (f * m))
    m = keep * m + (1 - keep) * n
    h = f * m + (1 - f) * n
    return h, m
