"""Where gradients vanish and where they explode: networks of one draw over two scales.

4,096 networks at once, which differ in two numbers alone: the scale of the recurrent weights and
the standard deviation of the bias. Does not train them, and looks at cells with one state, one
recurrent matrix and one bias.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from .. import cells
from ..equations.cell import Cell
from ..functions import tanh
from ..recurrent import Ensemble
from ..recurrent.inputs import positive_integer, real_number
from .lags import recurrent_matrices
from .sequence import in_float64

SIDE = 64
"""Networks a side of the diagram."""
SCALES, BIASES = (0.2, 3.0), (0.0, 2.0)
"""Ends of the axes: standard deviation of a recurrent weight times sqrt(units), and of a bias."""
STEPS = (10, 100)
"""Steps that the gradient may go back; 64 x 64 networks over more would not follow a hand."""
STRONGEST = 2.0
"""The largest standard deviation of the input."""
WASHOUT = 10
"""Steps before the measured ones, in which the states forget where they began."""
STEEP = 0.1  # decades a step: what is steeper counts no more for the edge
START = 0.5  # standard deviation of the first states, so that none rests at 0 for ever
ROWS, COLUMNS = 7, 3  # of the diagram, from one that theory looks at to the next
NODES = 801  # of a sum over a Gaussian
VARIANCES = np.linspace(0, 5, 401) ** 2  # of a pre-activation, finer where they are small


class Phases(NamedTuple):
    """`slopes` (biases, scales): decades a step by which the norm of the gradient changes on its
    way back, below 0 where it vanishes, -inf where it is exactly 0. `logs` (biases, scales,
    steps): log10 of its norm at lags 0, 1, ... `edge` (biases,): the scale that best parts
    vanishing from exploding, not-a-number where the diagram holds only one of them. `theory`: the
    edge of infinitely many units, for tanh; else not-a-number. `steps`, `strength`: what was
    asked for."""

    scales: np.ndarray
    biases: np.ndarray
    slopes: np.ndarray
    logs: np.ndarray
    edge: np.ndarray
    theory: np.ndarray
    steps: int
    strength: float


class PhasePlane:
    """The networks of one draw; `measure` looks at their gradients as often as one likes.

    cell: a cell, or its name, with one state, one recurrent matrix and one bias, such as elman.
    hidden_size: units. seed: of the draw, which all networks share: recurrent weights, biases,
    input weights (standard deviation 1) and the noise that is read, one number a step.

    `networks` is the Ensemble, biases by scales; `first` (units,) the state that all begin with.
    Raises ValueError with one line for what does not fit.
    """

    def __init__(self, cell="elman", hidden_size=32, seed=0):
        self.cell = cells.get(cell) if isinstance(cell, str | Cell) else cell
        self.matrix, self.bias, self.reads = _named(self.cell)
        units = positive_integer("hidden_size", hidden_size, least=2)
        self.seed = positive_integer("seed", seed, least=0)
        self.scales, self.biases = (np.linspace(*ends, SIDE) for ends in (SCALES, BIASES))
        alike = np.zeros(SIDE**2, int)  # drawn below, at their scales
        self.networks = Ensemble(self.cell, SIDE**2, 1, units, seed=alike, dtype="float32")
        self.draw(self.seed)

    def draw(self, seed):
        """Draw all weights, biases and the noise anew."""
        self.seed = positive_integer("seed", seed, least=0)
        stream, parameters = np.random.default_rng(seed), self.networks.parameters
        units = self.networks.hidden_size
        weights = (stream.standard_normal((units, units)) / np.sqrt(units)).astype(np.float32)
        biases, first = stream.standard_normal((2, units)).astype(np.float32)
        self.first = START * first
        for name in self.reads:
            parameters[name] = stream.standard_normal((units, 1))
        self._noise = stream.standard_normal((WASHOUT + STEPS[1], 1))
        scale = np.tile(self.scales, SIDE).astype(np.float32)
        np.multiply(scale[:, None, None], weights, out=parameters[self.matrix])
        spread = np.repeat(self.biases, SIDE).astype(np.float32)
        np.multiply(spread[:, None], biases, out=parameters[self.bias])

    def noise(self, steps, strength):
        """The input (washout + steps, 1): noise of that standard deviation, the same last steps."""
        return strength * self._noise[STEPS[1] - steps :]

    def measure(self, steps=40, strength=0.0):
        """Follow the gradient of a loss at the last step back: the Phases.

        steps: lags that are looked at, 10..100. strength: standard deviation of the input, 0..2.
        """
        steps, strength = read_steps(steps), read_strength(strength)
        x = self.noise(steps, strength)
        logs = self.networks.log_gradient_norms(x, state=self.first)
        logs = logs[:, WASHOUT:][:, ::-1]
        slopes = slopes_of(logs).reshape(SIDE, SIDE)
        edge = edge_of(smoothed(slopes), self.scales)
        theory = np.full(SIDE, np.nan)
        if self.cell.hyper.get("activation") is tanh and self.cell.name == "elman":
            theory = mean_field_edge(self.scales, self.biases, x[:, 0])
        logs = logs.reshape(SIDE, SIDE, steps)
        return Phases(self.scales, self.biases, slopes, logs, edge, theory, steps, strength)

    def network(self, row, column):
        """The network at biases[row], scales[column], as a Recurrent of its own, in float64."""
        return in_float64(self.networks[row * SIDE + column])


def gradient_phases(cell="elman", *, steps=40, strength=0.0, hidden_size=32, seed=0):
    """How fast the gradient vanishes or explodes in 64 x 64 networks of one draw: the Phases.

    cell, hidden_size, seed: as for `PhasePlane`. steps, strength: as for its `measure`.
    Source: Poole et al. 2016 and Schoenholz et al. 2017 for the edge in theory.
    """
    return PhasePlane(cell, hidden_size, seed).measure(steps, strength)


def read_steps(steps):
    """A number of steps that the networks can be followed back."""
    low, high = STEPS
    if isinstance(steps, bool) or not hasattr(steps, "__index__") or not low <= steps <= high:
        raise ValueError(f"steps: expected {low}..{high}, got {steps!r:.60}")
    return int(steps)


def read_strength(strength):
    """A standard deviation of the input."""
    return real_number("strength", strength, least=0, most=STRONGEST)


def slopes_of(logs):
    """Slopes of straight lines through logs (networks, lags), by least squares.

    -inf where a norm is exactly 0; not-a-number where one is none.
    """
    lag = np.arange(logs.shape[1]) - (logs.shape[1] - 1) / 2
    zero = np.isneginf(logs).any(axis=1)
    with np.errstate(invalid="ignore"):
        slopes = logs @ (lag / (lag @ lag))
    return np.where(zero, -np.inf, slopes)


def smoothed(slopes, reach=2):
    """Means over each network and its neighbours up to `reach` rows and columns away."""
    padded = np.pad(np.clip(slopes, -STEEP, STEEP), reach, mode="reflect")
    wide = 2 * reach + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, (wide, wide))
    return windows.mean(axis=(2, 3))


def edge_of(slopes, scales):
    """For each row of slopes (rows, scales) the scale that parts vanishing from exploding.

    The place with most slope below 0 to its left and above 0 to its right; between two
    neighbours of different sign where a straight line through them is 0. Not-a-number where all of
    a row lies on one side.
    """
    rows, columns = slopes.shape
    vanishing = -np.nan_to_num(np.clip(slopes, -STEEP, STEEP))
    right = np.hstack([np.zeros((rows, 1)), np.cumsum(vanishing, axis=1)])
    place = right.argmax(axis=1)
    inside = (place > 0) & (place < columns)
    after = np.clip(place, 1, columns - 1)
    row = np.arange(rows)
    low, high = slopes[row, after - 1], slopes[row, after]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(np.isfinite(low) & (high > low), -low / (high - low), 0.5)
    found = scales[after - 1] + np.clip(share, 0, 1) * (scales[after] - scales[after - 1])
    return np.where(inside, found, np.nan)


def mean_field_edge(scales, biases, x):
    """The edge (biases,) of tanh networks of infinitely many units that read x (time,).

    The variance of a pre-activation is q_t = s^2 E[tanh(sqrt(q_{t-1}) z)^2] + b^2 + x_t^2 for
    scale s, bias b and Gaussian z; a step back multiplies the squared norm by
    chi_t = s^2 E[tanh'(sqrt(q_t) z)^2] on average. The edge is where log chi_t is 0 on average
    over the steps after the washout. Source: Poole et al. 2016, Schoenholz et al. 2017.
    """
    squares, slopes = _averages()
    some, scale = biases[::ROWS], scales[::COLUMNS] ** 2  # the edge is smooth
    bias = some[:, None] ** 2
    q = np.full((len(some), len(scale)), START**2) + bias
    total = np.zeros(q.shape)
    for t, value in enumerate(x):
        q = scale * np.interp(q, VARIANCES, squares) + bias + value**2
        if t >= WASHOUT:
            total += np.log(scale * np.interp(q, VARIANCES, slopes))
    return np.interp(biases, some, edge_of(total, scales[::COLUMNS]))


@cache
def _averages():
    """E[tanh(sqrt(q) z)^2] and E[tanh'(sqrt(q) z)^2] at each q of VARIANCES."""
    # Gauss-Hermite nodes lie too far apart for tanh' where q is large.
    z = np.linspace(-8, 8, NODES)
    weights = np.exp(-(z**2) / 2)
    weights /= weights.sum()
    values = np.tanh(np.sqrt(VARIANCES)[:, None] * z)
    return values**2 @ weights, (1 - values**2) ** 2 @ weights


def _named(cell):
    """(recurrent matrix, bias, matrices of the input) of a cell that has one of each."""
    wanted = "cell: expected one with one state, one recurrent matrix and one bias, such as elman"
    if not isinstance(cell, Cell):
        raise ValueError(f"{wanted}, got {cell!r:.60}")
    matrices = recurrent_matrices(cell)
    kinds = {name: node.op for name, node in cell.graph.parameters.items()}
    vectors = [name for name, op in kinds.items() if op == "vector"]
    if (len(cell.states), len(matrices), len(vectors)) != (1, 1, 1):
        raise ValueError(f"{wanted}, got {cell.name}")
    reads = [name for name, op in kinds.items() if op == "matrix" and name not in matrices]
    return matrices[0], vectors[0], reads
