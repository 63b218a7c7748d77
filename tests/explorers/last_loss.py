"""The loss of the unfold explorer, at the last step, and its gradient by all states."""

import numpy as np


def loss_at_the_end(trace, net):
    """dL/d(output) of the loss that the page takes."""
    seed = np.zeros(trace[net.cell.output].shape)
    seed[-1] = 1 / np.sqrt(seed.shape[1])
    return seed


def stacked_gradient(trace, net, t):
    """dL/d(states after step t), each with the others held, of the loss at the last step."""
    seed = loss_at_the_end(trace, net)
    carried = trace.bptt(seed).carried
    parts = [carried[s][t] + (seed[t] if s == net.cell.output else 0) for s in net.cell.states]
    return np.concatenate(parts)
