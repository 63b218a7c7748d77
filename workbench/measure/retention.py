"""How long a cell state lasts: the forget gate alone, on a real run, and against other cells.

Along its direct path an LSTM's cell state is multiplied by the forget gate at every step and by
nothing else: the constant error carousel of Hochreiter and Schmidhuber (1997), with the forget
gate of Gers, Schmidhuber and Cummins (2000). Does not train, and does not draw.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..functions import sigmoid, softplus
from ..recurrent import Recurrent
from ..recurrent.inputs import numeric, positive_integer, refuse_nan
from .norms import step_norms

LATE = 30.0  # from this bias on, 1 / log(1 + exp(-b)) is exp(b) + 1/2 in float64


def retention(bias, steps: int) -> np.ndarray:
    """What an open-loop forget gate leaves of a cell state after 0..steps steps: sigmoid(b)^k.

    bias: a number or an array of any shape; infinite ones are a gate that is always open or
    always closed. Returns (..., steps + 1), 1 at step 0. Raises ValueError for a bias that is
    no number and for steps under 0. Computed as exp(k log sigmoid(b)), so that a bias of 40,
    whose sigmoid is 1 in float64, still forgets.
    """
    bias = _bias(bias)
    steps = np.arange(positive_integer("steps", steps, least=0) + 1.0)
    with np.errstate(invalid="ignore", under="ignore"):
        kept = np.exp(-softplus(-bias)[..., None] * steps)
    # A closed gate has log 0 = -infinity, and -infinity times 0 steps is not a number.
    return np.where(steps == 0, 1.0, kept)


def half_life(bias) -> np.ndarray:
    """Steps after which an open-loop forget gate leaves one half: ln 2 / -ln sigmoid(b).

    bias: a number or an array; the result has its shape. 1.00 at bias 0, 2.21 at 1, 103 at 5;
    above 30 it is ln 2 (e^b + 1/2). Infinite only at a bias of infinity and above 710, where
    the count of steps leaves float64. Raises ValueError for a bias that is no number.
    """
    bias = _bias(bias)
    root = np.exp(np.maximum(bias, LATE) / 2)
    with np.errstate(over="ignore", divide="ignore"):
        # Grouped so that a product overflows no sooner than the half-life itself.
        late = (np.log(2) * root) * root + np.log(2) / 2
        early = np.log(2) / softplus(-np.minimum(bias, LATE))
    return np.where(bias > LATE, late, early)[()]


def _bias(bias) -> np.ndarray:
    bias = numeric("bias", bias).astype(np.float64)
    if np.isnan(bias).any():
        raise ValueError("bias: expected numbers, got not-a-number")
    return bias


class ChronoBiases(NamedTuple):
    """`forget` and `input`, (hidden,) each: starts for b.f and b.i of an LSTM."""

    forget: np.ndarray
    input: np.ndarray


def chrono_biases(hidden_size: int, longest: int, seed: int = 0) -> ChronoBiases:
    """Gate biases for memories of up to `longest` steps, T: b_f = log U(1, T - 1), b_i = -b_f.

    The units' time constants, 1 / (1 - sigmoid(b_f)) = 1 + e^(b_f), are spread evenly over
    2..longest. Use them as start={"b.f": biases.forget, "b.i": biases.input}. Raises ValueError
    unless hidden_size >= 1, longest >= 3 and seed >= 0 are whole numbers.

    Source: Tallec and Ollivier (2018), Can recurrent neural networks warp time?, section 2.
    """
    hidden_size = positive_integer("hidden_size", hidden_size)
    longest = positive_integer("longest", longest, least=3)
    seed = positive_integer("seed", seed, least=0)
    stream = np.random.default_rng([seed, zlib.crc32(b"chrono")])
    forget = np.log(stream.uniform(1, longest - 1, hidden_size))
    return ChronoBiases(forget, -forget)


@dataclass(frozen=True)
class MeasuredRetention:
    """What the forget gate left of earlier cell states on one run, seen from one step.

    step: the step t looked back from. All arrays have lags 0..t + 1 first, 1 at lag 0; the last
        lag is that of the state before the first step.
    units: (lags, batch, hidden): f_t f_(t-1) ... over the last k steps, which is
        d c_t / d c_(t-k) along the direct path, h held fixed. Without a batch axis (lags, hidden).
    mean: (lags, batch) or (lags,): the mean of `units` over the units.
    open_loop: (lags, hidden): sigmoid(b.f)^k, the gate by its bias alone.
    """

    step: int
    units: np.ndarray
    mean: np.ndarray
    open_loop: np.ndarray


def measured_retention(net: Recurrent, x, step: int | None = None) -> MeasuredRetention:
    """Run an LSTM over x and multiply its forget gates, back from `step` (the last for None).

    x: (time, batch, input) or (time, input). Raises ValueError for a cell without a cell state c
    and a forget gate f = sigmoid(... + b.f), such as lstm and lstm_peephole have, and for a step
    that is not there.
    """
    gate = net.cell.graph.lines.get("f")
    is_gate = gate is not None and gate.op == "call" and gate.value is sigmoid
    if not (is_gate and "c" in net.cell.states and "b.f" in net.parameters):
        raise ValueError(
            f"net: expected a cell with a state c and a gate f = sigmoid(... + b.f), "
            f"got {net.cell.name}"
        )
    f = net.run(x)["f"]
    last = len(f) - 1
    step = last if step is None else positive_integer("step", step, least=0)
    if step > last:
        raise ValueError(f"step: expected 0..{last}, got {step}")
    units = np.ones((step + 2, *f.shape[1:]))
    np.cumprod(f[step::-1], axis=0, out=units[1:])
    return MeasuredRetention(
        step, units, units.mean(axis=-1), retention(net.parameters["b.f"], step + 1).T
    )


def gradient_left(net: Recurrent, x) -> np.ndarray:
    """The part of a gradient at the last step that is left k steps earlier, k = 0..time - 1.

    The loss is the sum of the outputs of the last step divided by sqrt(units): dL/dh is
    1/sqrt(units) in every unit, of norm 1. What is measured at step t is the norm of dL/d(all
    states after step t), the states taken as independent of each other, so that nothing that an
    LSTM carries in c is left out: the vector J_(t+1)^T ... J_T^T dL/dh with the step Jacobians J.

    x: (time, batch, input) or (time, input). Returns (time, batch) or (time,), entry k for lag k,
    1 at lag 0. Source: Pascanu, Mikolov and Bengio (2013), equation 5.
    """
    trace = net.run(x)
    output = trace.cell.output
    d_output = np.zeros(trace[output].shape)
    d_output[-1] = 1 / np.sqrt(d_output.shape[-1])
    carried = trace.bptt(d_output).carried
    carried[output] = carried[output] + d_output
    whole = np.concatenate([carried[state] for state in trace.cell.states], axis=-1)[::-1]
    if whole.ndim == 2:
        return step_norms(whole)
    return np.stack([step_norms(whole[:, row]) for row in range(whole.shape[1])], axis=1)


def memory_networks(
    input_size: int, hidden_size: int, forget_biases=(1.0,), longest: int | None = None, seed=0
) -> dict[str, Recurrent]:
    """Networks to compare, by label: an LSTM for each forget bias, a GRU and an Elman network.

    All have the same sizes, seed and default starts, so that LSTMs differ in b.f alone. With
    `longest` there is one LSTM more, "LSTM, chrono start", with `chrono_biases`. Raises
    ValueError for a forget bias that is not a finite number.
    """
    biases = np.atleast_1d(numeric("forget_biases", forget_biases)).astype(np.float64)
    refuse_nan("forget_biases", biases, ("place",))
    if biases.ndim != 1 or np.isinf(biases).any():
        raise ValueError(f"forget_biases: expected finite numbers, got {forget_biases!r}")
    starts = {f"LSTM, forget bias {bias:g}": {"b.f": bias} for bias in biases.tolist()}
    if longest is not None:
        chrono = chrono_biases(hidden_size, longest, seed)
        starts["LSTM, chrono start"] = {"b.f": chrono.forget, "b.i": chrono.input}
    sizes = {"input_size": input_size, "hidden_size": hidden_size, "seed": seed}
    found = {label: Recurrent("lstm", start=start, **sizes) for label, start in starts.items()}
    return found | {"GRU": Recurrent("gru", **sizes), "Elman": Recurrent("elman", **sizes)}


def compare_gradients(networks: Mapping[str, Recurrent], x) -> dict[str, np.ndarray]:
    """`gradient_left` of each network on the same input: label -> (time,) or (time, batch).

    networks: as `memory_networks` gives them. Raises ValueError for none.
    """
    if not isinstance(networks, Mapping) or not networks:
        raise ValueError(f"networks: expected a dict of label and network, got {networks!r:.60}")
    return {label: gradient_left(net, x) for label, net in networks.items()}
