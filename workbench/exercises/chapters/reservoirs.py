"""Chapter 9, the second half: a reservoir scaled, its readout solved, its memory counted.

Jaeger, H. (2001): The "echo state" approach to analysing and training recurrent neural networks,
GMD Report 148, and Short term memory in echo state networks, GMD Report 152.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw

RADIUS = "`np.abs(np.linalg.eigvals(U)).max()` of what you return must be `radius`."
SOLVE = "`wb.layers.solve` does the same with the singular values of h."
CAPACITY = "`wb.measure.memory_capacity` does the same for a `wb.Reservoir`."


def scale(U, radius):
    """A recurrent matrix with a given spectral radius.

    U: (units, units). radius: a number, the size of the largest eigenvalue that is asked for.
    Return (units, units), U times one number.
    """
    own = np.abs(np.linalg.eigvals(U)).max()
    return U * (radius / own)


def _scale_case(seed):
    draw = Draw(seed)
    units = 2 if seed % 6 == 0 else int(draw.rng.integers(4, 8))
    return {"U": draw.normal(units, units), "radius": float(draw.rng.uniform(0.4, 1.4))}


SCALE = Exercise(
    name="reservoir.scale",
    chapter=9,
    title="Set the spectral radius",
    task="A random matrix is multiplied by one number, so that the size of its largest eigenvalue "
    "is `radius`. Eigenvalues may be complex: their size is the absolute value.",
    returns=(
        Result("scaled", ("unit", "unit"), "scaled = U radius / max_k |lambda_k|,  lambda_k of U"),
    ),
    solution=scale,
    case=_scale_case,
    misconceptions=(
        wrong(
            scale,
            {"np.abs(np.linalg.eigvals(U)).max()": "np.linalg.norm(U, 2)"},
            "it was divided by the largest singular value: the most that U stretches a vector in "
            "one step. The spectral radius is the size of the largest eigenvalue, and smaller.",
            RADIUS,
        ),
        wrong(
            scale,
            {"np.abs(np.linalg.eigvals(U)).max()": "np.linalg.eigvals(U).real.max()"},
            "the largest real part was taken. An eigenvalue may be complex or negative; its size "
            "is its absolute value.",
            RADIUS,
        ),
        wrong(
            scale,
            {"np.linalg.eigvals(U)": "np.linalg.eigvalsh(U)"},
            "`eigvalsh` is for symmetric matrices: it reads one half of U and takes it for the "
            "other.",
            "`np.linalg.eigvals`.",
        ),
        wrong(
            scale,
            {"np.linalg.eigvals(U)": "U"},
            "it was divided by the largest entry; eigenvalues belong to the matrix as a whole.",
            RADIUS,
        ),
        wrong(
            scale,
            {"np.abs(np.linalg.eigvals(U)).max()": "np.linalg.norm(U)"},
            "it was divided by the root of the sum of all squares, the Frobenius norm.",
            RADIUS,
        ),
        wrong(
            scale,
            {"U * (radius / own)": "U * radius"},
            "U was multiplied by the radius without being divided by its own.",
            RADIUS,
        ),
        wrong(
            scale,
            {"np.abs(np.linalg.eigvals(U)).max()": "np.sqrt(len(U))"},
            "it was divided by the root of the number of units. A large Gaussian matrix has about "
            "that radius; this one has its own.",
            RADIUS,
        ),
    ),
    hints=(
        "`np.linalg.eigvals(U)` gives all eigenvalues, complex ones too.",
        "Their sizes: `np.abs(...)`. The largest of them is the radius that U has now.",
        "A matrix times a number has its eigenvalues times that number.",
    ),
)


def readout(h, y, ridge, washout):
    """The linear readout that comes nearest to y, solved at once: ridge regression.

    h: (steps, units), the states. y: (steps, outputs), the targets. ridge: a number above 0.
    washout: so many steps at the beginning do not count.
    Return W (outputs, units) and b (outputs,), which make the sum over the steps that count of
    |W h_t + b - y_t|^2, plus ridge times the sum of the squares of W, as small as can be. b costs
    nothing.
    """
    h, y = h[washout:], y[washout:]
    H = h - h.mean(axis=0)
    W = np.linalg.solve(H.T @ H + ridge * np.eye(h.shape[1]), H.T @ y).T
    b = y.mean(axis=0) - W @ h.mean(axis=0)
    return W, b


def _readout_case(seed):
    draw = Draw(seed)
    units, outputs, steps = draw.hidden, draw.inputs, draw.time + 10
    h = np.tanh(draw.normal(steps, units) + draw.normal(units))
    y = h @ draw.normal(units, outputs) + draw.normal(outputs, scale=2.0)
    y = y + draw.normal(steps, outputs, scale=0.5)
    washout = int(draw.rng.integers(2, 5))
    return {"h": h, "y": y, "ridge": float(draw.rng.uniform(0.2, 0.8)), "washout": washout}


CENTRED = {
    "    H = h - h.mean(axis=0)\n": "    H = h\n",
    "b = y.mean(axis=0) - W @ h.mean(axis=0)": "b = np.zeros(y.shape[1])",
}

READOUT = Exercise(
    name="reservoir.readout",
    chapter=9,
    title="Solve the readout",
    task="Nothing inside a reservoir is trained. What it says is read off by one linear layer, and "
    "the best one is the solution of linear equations. Leave the first `washout` steps out, take "
    "the mean of h away, solve for W, and let b put the means right.",
    returns=(
        Result("W", ("output", "unit"), "(H^T H + ridge I) W^T = H^T y,  H = h - mean(h)"),
        Result("b", ("output",), "b = mean(y) - W mean(h)"),
    ),
    solution=readout,
    case=_readout_case,
    misconceptions=(
        wrong(
            readout,
            {"h, y = h[washout:], y[washout:]": "h, y = h, y"},
            "the first steps were counted too. What the reservoir does there is still an echo of "
            "its first state.",
            SOLVE,
        ),
        wrong(
            readout,
            {"h[washout:], y[washout:]": "h[:-washout], y[:-washout]"},
            "the last steps were left out; the washout is at the beginning.",
            SOLVE,
        ),
        wrong(
            readout,
            {
                "    H = h - h.mean(axis=0)\n": "    H = np.column_stack([h, np.ones(len(h))])\n",
                "np.eye(h.shape[1])": "np.eye(H.shape[1])",
                "b = y.mean(axis=0) - W @ h.mean(axis=0)": "W, b = W[:, :-1], W[:, -1]",
            },
            "the ridge lies on b as well: a column of ones was put beside h and penalised like "
            "the others. That draws every answer towards 0.",
            "Add 100 to y: W must stay as it is, and b must grow by 100.",
        ),
        wrong(
            readout,
            CENTRED,
            "there is no b, and h was not centred: the plane was forced through 0.",
            SOLVE,
        ),
        wrong(
            readout,
            {"ridge * np.eye(h.shape[1])": "ridge"},
            "the ridge was added to every entry of H^T H. It belongs on the diagonal.",
            "`np.eye(units)`.",
        ),
        wrong(
            readout,
            {"ridge * np.eye": "len(h) * ridge * np.eye"},
            "the ridge was multiplied by the number of steps. That is right where the errors are "
            "averaged; here they are summed.",
            SOLVE,
        ),
        wrong(
            readout,
            {" + ridge * np.eye(h.shape[1])": ""},
            "there is no ridge: plain least squares.",
            SOLVE,
        ),
        wrong(
            readout,
            {" - W @ h.mean(axis=0)": ""},
            "b is the mean of y alone. It has to take back what W makes of the mean of h.",
            SOLVE,
        ),
        wrong(
            readout,
            {"ridge * np.eye": "ridge**2 * np.eye"},
            "the ridge was squared. It multiplies the squares of W itself.",
            SOLVE,
        ),
    ),
    hints=(
        "First `h, y = h[washout:], y[washout:]`, then `H = h - h.mean(axis=0)`.",
        "`np.linalg.solve(H.T @ H + ridge * np.eye(units), H.T @ y)` is (units, outputs): turn it.",
        "At the mean of h the answer must be the mean of y: b = mean(y) - W mean(h).",
    ),
)


def capacity(u, said):
    """Jaeger's memory capacity, from what linear readouts said.

    u: (steps,), the random input. said: (steps, delays); column k - 1 is what a readout says at
    each step that the input was k steps before it, k = 1, 2, ..., delays.
    Return by_delay (delays,), the squared correlation of what was said and what was, over all
    steps from `delays` on; and total, their sum.
    """
    delays = said.shape[1]
    by_delay = np.empty(delays)
    for k in range(1, delays + 1):
        was, word = u[delays - k : -k], said[delays:, k - 1]
        by_delay[k - 1] = np.corrcoef(was, word)[0, 1] ** 2
    return by_delay, by_delay.sum()


def _capacity_case(seed):
    draw = Draw(seed)
    delays, steps = draw.hidden + 1, draw.time + 14
    u = draw.rng.uniform(-1, 1, steps)
    past = np.stack([np.roll(u, k) for k in range(1, delays + 1)], axis=1)
    fading = 0.3 * np.arange(1, delays + 1)
    return {"u": u, "said": 0.6 * past + fading * draw.normal(steps, delays) + 0.4}


WHAT_WAS = "u[delays - k : -k]"
MEMORY = Exercise(
    name="reservoir.capacity",
    chapter=9,
    title="Count what it remembers",
    task="For each delay k a readout was asked which number came in k steps ago. Compare what it "
    "says with what came in: 1 where it knows, 0 where it guesses. The sum over all delays counts "
    "the numbers that are remembered.",
    returns=(
        Result("by_delay", ("delay",), "by_delay_k = corr(u_{t-k}, said_{t,k})^2 over t >= delays"),
        Result("total", (), "total = sum over k of by_delay_k"),
    ),
    solution=capacity,
    case=_capacity_case,
    misconceptions=(
        wrong(
            capacity,
            {"[0, 1] ** 2": "[0, 1]"},
            "the correlation was not squared. Its square is the share of the input's variance "
            "that the readout knows, and only that is bounded by the number of units.",
            CAPACITY,
        ),
        wrong(
            capacity,
            {WHAT_WAS: "u[delays - k + 1 : len(u) - k + 1]"},
            "the delays are one short: column 0 says what came in one step ago, not now.",
            CAPACITY,
        ),
        wrong(
            capacity,
            {WHAT_WAS: "u[delays:]"},
            "all columns were compared with the input of now; column k - 1 speaks of k steps ago.",
            CAPACITY,
        ),
        wrong(
            capacity,
            {"by_delay.sum()": "by_delay.mean()"},
            "the total is the mean over the delays; asked for is the sum, a count of numbers.",
            CAPACITY,
        ),
        wrong(
            capacity,
            {"np.corrcoef(was, word)[0, 1]": "np.cov(was, word)[0, 1]"},
            "this is the covariance: it grows with the size of what is said. Divide by both "
            "standard deviations.",
            "`np.corrcoef`.",
        ),
        wrong(
            capacity,
            {
                "np.corrcoef(was, word)[0, 1] ** 2": "1 - ((was - word) ** 2).mean() / was.var()",
            },
            "this is one minus the share of the error. It punishes a wrong mean or size as well; "
            "the capacity asks for the correlation.",
            CAPACITY,
        ),
        wrong(
            capacity,
            {WHAT_WAS: "u[delays - k : -k]", "said[delays:, k - 1]": "said[delays:, -k]"},
            "the columns were read from the last one: column k - 1 belongs to delay k.",
            CAPACITY,
        ),
    ),
    hints=(
        "At step t, column k - 1 speaks of u[t - k]. Steps t = delays, delays + 1, ... to the end.",
        "So what was: `u[delays - k : -k]`; what was said: `said[delays:, k - 1]`.",
        "`np.corrcoef(a, b)[0, 1] ** 2`, for each k; then the sum.",
    ),
)

EXERCISES = (SCALE, READOUT, MEMORY)
