"""The numbers of a report: the cell run over the series, and gradients back through time.

Does not draw, and does not train: see `learn`.
"""

from typing import NamedTuple

import numpy as np

from .. import pictures
from ..pictures.style import cell_title
from ..recurrent import Gradients, Recurrent, Trace
from .learn import Learnt
from .source import Source

COMPARED = ("elman", "lstm", "gru")
BACK = 24  # steps back that the sentence speaks of
WINDOW = 120  # steps that the gradients are drawn over: untrained, little is left beyond
ROUNDING = 1e-12  # beside a gradient of norm 1
NEAR = 10  # steps from the loss that the sentence about a weight's gradient calls near


class Path(NamedTuple):
    """The gradient of one network: `norms` (time,) of dL/d(its output) and, by state name, of
    its other states. `label`: "LSTM", or "LSTM, trained"."""

    cell: str
    label: str
    norms: np.ndarray
    others: dict[str, np.ndarray]
    gradients: Gradients


class Study(NamedTuple):
    """Everything that a page tells: `trace` of the chosen network over all steps, the step
    `place` where its state changes most, and for each compared network a Path; the loss is at
    the last step. `learnt` is what training gave, None where the network was not trained."""

    network: Recurrent
    trace: Trace
    place: int
    paths: tuple[Path, ...]
    learnt: Learnt | None


def study(
    source: Source, cell: str, hidden_size: int, seed: int, learnt: Learnt | None = None
) -> Study:
    """Run the chosen cell, and Elman, LSTM and GRU of the same size and seed, over the series.

    These are as they start out; of the trained network, if there is one, there is a path too.
    """
    names = dict.fromkeys([*COMPARED, cell])
    networks = {name: Recurrent(name, 1, hidden_size, seed=seed) for name in names}
    traces = {name: network.run(source.x) for name, network in networks.items()}
    paths = [_path(name, cell_title(name), traces[name]) for name in names]
    network, trace = networks[cell], traces[cell]
    if learnt is not None:
        network, trace = learnt.net, learnt.net.run(source.x)
        paths.append(_path(cell, f"{cell_title(cell)}, trained", trace))
    return Study(network, trace, liveliest(trace), tuple(paths), learnt)


def liveliest(trace: Trace) -> int:
    """The step at which the output changes most, past the start, where all states leave zero."""
    output = trace[trace.cell.output]
    moved = np.linalg.norm(np.diff(output, axis=0), axis=1)
    settle = min(2 * BACK, len(moved) // 4)
    return int(np.argmax(moved[settle:])) + settle + 1


def _path(name: str, label: str, trace: Trace) -> Path:
    """Follow L = sum of h_T / sqrt(units) back: it pulls on every unit alike, with norm 1."""
    output = trace.cell.output
    d_output = np.zeros(trace[output].shape)
    d_output[-1] = 1 / np.sqrt(d_output.shape[1])
    gradients = trace.bptt(d_output)
    norms = {state: pictures.step_norms(gradients[state]) for state in trace.cell.states}
    own = norms.pop(output)
    # The stabiliser of an sLSTM changes nothing that comes out: its gradient is rounding alone.
    others = {state: other for state, other in norms.items() if not other.max() < ROUNDING}
    return Path(name, label, own, others, gradients)


def recurrent_weight(path: Path) -> str | None:
    """The first parameter by which the output at the last step reads the step before, or None."""
    names = list(path.gradients.parameters)
    return next((name for name in names if name.split(".")[0] in ("U", "u")), None)


def weight_share(path: Path) -> tuple[str, float, float] | None:
    """(parameter, norm of its gradient, share of what the steps add that is from the last NEAR).

    None for a cell without recurrent weights and for a gradient of 0 or not finite.
    """
    name = recurrent_weight(path)
    if name is None:
        return None
    added = path.gradients.by_step(name)
    total = float(np.linalg.norm(path.gradients.parameters[name]))
    if not (np.isfinite(added).all() and total > 0):
        return None
    return name, total, float(added[-NEAR:].sum() / added.sum())
