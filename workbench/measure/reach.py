"""How far back the gradient of one step's loss reaches, by each state.

Does not compare networks: measure each one on the same input with the same step of the loss.
"""

from dataclasses import dataclass

import numpy as np

from .norms import step_norms
from .sequence import check_batch, check_loss_step, one, unit_loss


@dataclass(frozen=True, eq=False)
class Reach:
    """Norms of the gradient of a loss at step `at`, at every step k; all arrays are (time,).

    output: the cell's first state, which the loss looks at ("h").
    total: the norm of dL/d(output_k), over all ways back; 1 at step `at`.
    carried: state -> the norm of dL/d(state_k), the cell's other states at step k held: dL/dc_k
        at fixed h_k. All later ways count, also those through h; what goes along c alone is
        `dL/dc` times forget gates (`measured_retention`). At step `at` it is what the loss puts
        in: 1 for the output, 0 for other states.
    together: the norm of dL/d(all states_k), the root of the sum of the squares of those.

    Steps after `at` have 0. A masked step computes nothing: `total` is 0 there, while `carried`
    passes it unchanged. A 0 before `at` is an exact 0 or less than float64 holds (5e-324).
    """

    at: int
    output: str
    total: np.ndarray
    carried: dict[str, np.ndarray]
    together: np.ndarray


def gradient_reach(network, x=None, at=None, batch=0):
    """How the gradient of a loss at step `at` comes back to every earlier step: a `Reach`.

    network: a network, run over x, (time, batch, input) or (time, input); or a trace, without x.
    at: the step of the loss, the last real one for None. batch: the row that is measured.

    The loss has the derivative 1/sqrt(n) by each of the n units of the output at step `at`, a
    vector of norm 1, and none elsewhere. Raises ValueError for a row or step that is not there,
    for a masked step, and for x where it does not belong or is missing.
    """
    trace = _trace(network, x)
    check_batch(trace, batch)
    at = check_loss_step(trace, at, batch)
    gradients = unit_loss(trace, at, batch)
    output = trace.cell.output
    total = step_norms(one(trace, gradients[output], batch))
    carried = {}
    for state, adjoint in gradients.carried.items():
        carried[state] = step_norms(one(trace, adjoint, batch))
        # Nothing comes from later steps here; what the loss itself puts in has norm 1.
        carried[state][at] = float(state == output)
    together = step_norms(np.stack(list(carried.values()), axis=1))
    for array in (total, together, *carried.values()):
        array.setflags(write=False)
    return Reach(at, output, total, carried, together)


def _trace(network, x):
    if hasattr(network, "bptt"):
        if x is not None:
            raise ValueError("x: expected nothing beside a trace, got an input")
        return network
    if x is None:
        raise ValueError("x: expected the input of the network, got None")
    return network.run(x)
