"""Chapter 7: the GRU, one step in both conventions, and how many weights it has.

Cho et al. (2014), EMNLP, section 2.3: the state is reset before the product. The first version of
that paper, arXiv:1406.1078v1, and the fast libraries reset after it.
"""

import numpy as np

from ...functions import sigmoid
from ..exercise import Exercise, Result, exchanged, wrong
from .draw import Draw

GATES = '`wb.explore.gates("gru")`: hold a gate at 0 or at 1 and see what it causes.'
BOTH = "Compare `wb.cells.gru` and `wb.cells.gru_reset_after`: each prints its lines."
GATE_LINES = [f"{k}_t = sigmoid(W.{k} x_t + U.{k} h_{{t-1}} + b.{k})" for k in "rz"]
BEFORE = "n_t = tanh(W.n x_t + U.n (r_t * h_{t-1}) + b.n)"
AFTER = "n_t = tanh(W.n x_t + b.n + r_t * (U.n h_{t-1} + d.n))"
H = "h_t = (1 - z_t) * n_t + z_t * h_{t-1}"


def step(x, h, W, U, b):
    """One step of a GRU that resets the state before its product.

    x: (inputs,). h: (units,), the state before. W.r, W.z, W.n: (units, inputs). U.r, ...:
    (units, units). b.r, ...: (units,). `wb.functions.sigmoid` is there.
    Return r, z, n, h, each (units,).
    """
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    z = sigmoid(W.z @ x + U.z @ h + b.z)
    n = np.tanh(W.n @ x + U.n @ (r * h) + b.n)
    h = (1 - z) * n + z * h
    return r, z, n, h


def _step_case(seed):
    draw = Draw(seed)
    return {
        "x": draw.normal(draw.inputs), "h": np.tanh(draw.normal(draw.hidden)), **draw.gru()
    }  # fmt: skip


def _lines(candidate):
    equations = (*GATE_LINES, candidate, H)
    return tuple(Result(name, ("unit",), e) for name, e in zip("rznh", equations, strict=True))


STEP = Exercise(
    name="gru.step",
    chapter=7,
    title="One step of a GRU, line by line",
    task="Four lines: the reset gate, the update gate, the candidate, the state. The candidate "
    "hears the state after r has been laid over it, unit by unit; z keeps.",
    returns=_lines(BEFORE),
    solution=step,
    case=_step_case,
    misconceptions=(
        wrong(
            step,
            {"(1 - z) * n + z * h": "z * n + (1 - z) * h"},
            "the update gate is turned round: z keeps the old state here, as in Cho et al. and in "
            "the libraries. Chung et al. (2014) write it the other way.",
            "With the signs of W.z, U.z and b.z changed, the one becomes the other. " + GATES,
        ),
        wrong(
            step,
            {"U.n @ (r * h)": "r * (U.n @ h)"},
            "the reset gate came after the product: that is the other convention, exercise "
            "`gru.reset_after`.",
            BOTH,
        ),
        wrong(
            step,
            {"W.n @ x + U.n @ (r * h) + b.n": "r * (W.n @ x + U.n @ h + b.n)"},
            "the reset gate lies over the input and the bias too. It acts on what the candidate "
            "hears of the state, and on nothing else.",
            GATES,
        ),
        wrong(
            step,
            {"U.n @ (r * h)": "U.n @ h"},
            "the reset gate was computed and is not used.",
            GATES,
        ),
        wrong(
            step,
            exchanged("    r = ", "    z = "),
            "the weights of r and z are swapped. It happens when weights are brought from a "
            "library that stacks z first, as Keras and ONNX do.",
            "PyTorch stacks r, z, n; with equal weights a swap hides, with random ones it shows.",
        ),
        wrong(
            step,
            {"n = np.tanh": "n = sigmoid"},
            "the candidate went through the logistic function, so the state could never be "
            "negative: tanh.",
            GATES,
        ),
        wrong(
            step,
            {"(1 - z) * n + z * h": "n + z * h"},
            "the new part is taken whole: what z keeps of the old state has to be missing from "
            "the new one, so the candidate is multiplied by 1 - z.",
            "(1 - z) and z add up to 1: h stays between its old value and n.",
        ),
        wrong(
            step,
            {"+ z * h": "+ z * (r * h)"},
            "the reset gate was laid over the state that z keeps. It changes what the candidate "
            "hears, not what is kept.",
            GATES,
        ),
        wrong(
            step,
            {" + b.r": "", " + b.z": "", " + b.n": ""},
            "the biases were forgotten in all lines.",
            "`wb.cells.gru` prints the lines.",
        ),
    ),
    hints=(
        "Both gates have one form: `sigmoid(W.r @ x + U.r @ h + b.r)`, and with z.",
        "The candidate: tanh of W.n @ x, of U.n @ (what r leaves of h), and of the bias.",
        "`h = (1 - z) * n + z * h`: z at 1 keeps, z at 0 takes the candidate.",
    ),
)


def step_after(x, h, W, U, b, d):
    """One step of a GRU that resets after the product.

    x: (inputs,). h: (units,), the state before. W.r, W.z, W.n: (units, inputs). U.r, ...:
    (units, units). b.r, ..., and d.n: (units,); d.n is added before r acts.
    Return r, z, n, h, each (units,).
    """
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    z = sigmoid(W.z @ x + U.z @ h + b.z)
    n = np.tanh(W.n @ x + b.n + r * (U.n @ h + d.n))
    h = (1 - z) * n + z * h
    return r, z, n, h


def _after_case(seed):
    draw = Draw(seed)
    x, h = draw.normal(draw.inputs), np.tanh(draw.normal(draw.hidden))
    return {"x": x, "h": h, **draw.gru(), "d": draw.lines("n", draw.hidden)}


AFTER_STEP = Exercise(
    name="gru.reset_after",
    chapter=7,
    title="The other convention",
    task="The same cell as fast libraries have it: the product with the whole state is made "
    "first, its own bias is added, and the reset gate is laid over the sum.",
    returns=_lines(AFTER),
    solution=step_after,
    case=_after_case,
    misconceptions=(
        wrong(
            step_after,
            {"r * (U.n @ h + d.n)": "U.n @ (r * h) + d.n"},
            "the state was reset before the product: that is `gru.step` with one bias more.",
            BOTH,
        ),
        wrong(
            step_after,
            {"r * (U.n @ h + d.n)": "r * (U.n @ h) + d.n"},
            "the second bias is outside the reset. There it would be the same as b.n and of no "
            "use; it is added to the product before r acts.",
            BOTH,
        ),
        wrong(
            step_after,
            {" + d.n": ""},
            "the second bias d.n was left out. A file of PyTorch holds it, as a part of bias_hh.",
            BOTH,
        ),
        wrong(
            step_after,
            {"W.n @ x + b.n + r * (U.n @ h + d.n)": "r * (W.n @ x + b.n + U.n @ h + d.n)"},
            "the reset gate lies over the input and its bias too. It acts on the part that comes "
            "from the state.",
            GATES,
        ),
        wrong(
            step_after,
            {"b.n + r * (U.n @ h + d.n)": "d.n + r * (U.n @ h + b.n)"},
            "the two biases of n are swapped: b.n stays with the input, d.n with the state.",
            "In PyTorch's names b.n is the last third of bias_ih, d.n of bias_hh.",
        ),
        wrong(
            step_after,
            {"(1 - z) * n + z * h": "z * n + (1 - z) * h"},
            "the update gate is turned round: z keeps the old state in this convention too.",
            GATES,
        ),
    ),
    hints=(
        "Only the line of n differs from `gru.step`.",
        "First `U.n @ h + d.n`, with the whole state; then multiply by r, number by number.",
        "`n = np.tanh(W.n @ x + b.n + r * (U.n @ h + d.n))`.",
    ),
)


def count(inputs, units):
    """How many weights a GRU layer has, in three ways of keeping its biases.

    inputs, units: whole numbers.
    Return before, after, stored: one bias to each line (reset before); the same and d.n (reset
    after, as in the lines); two biases to each line, as PyTorch stores it.
    """
    before = 3 * (units * inputs + units * units + units)
    after = before + units
    stored = before + 3 * units
    return before, after, stored


def _count_case(seed):
    rng = np.random.default_rng(seed)
    if seed % 6 == 0:
        return {"inputs": 28, "units": 128}
    return {"inputs": int(rng.integers(2, 60)), "units": int(rng.integers(60, 200))}


LAYER = "`wb.cells.gru.parameter_count(input_size=28, hidden_size=128)`."

COUNT = Exercise(
    name="gru.count",
    chapter=7,
    title="How many weights, and why two libraries differ",
    task="Count the weights of a GRU layer with one bias to each line, with the second bias of n, "
    "and with two biases to each line. The first case: 28 inputs, 128 units.",
    returns=(
        Result("before", (), "three lines, each with W (units, inputs), U, b", whole=True),
        Result("after", (), "before, and d.n", whole=True),
        Result("stored", (), "three lines, each with W, U and two biases", whole=True),
    ),
    solution=count,
    case=_count_case,
    misconceptions=(
        wrong(
            count,
            {"before = 3 *": "before = 4 *"},
            "four lines were counted, as in an LSTM. The line of h has no weights: r, z and n do.",
            LAYER,
        ),
        wrong(
            count,
            {"before = 3 *": "before = 2 *"},
            "two lines were counted. The candidate n has weights as a gate has.",
            LAYER,
        ),
        wrong(
            count,
            {"units * units + units)": "units * units)"},
            "the first bias of each line was not counted.",
            "`wb.cells.gru` prints the lines.",
        ),
        wrong(
            count,
            {"units * units": "units"},
            "U is a matrix: units times units. Every unit hears every unit.",
            LAYER,
        ),
        wrong(
            count,
            {"after = before + units": "after = before + 3 * units"},
            "all three second biases were counted in `after`. In r and z a second bias could be "
            "added to the first; only in n does r come between.",
            BOTH,
        ),
        wrong(
            count,
            {"stored = before + 3 * units": "stored = after + 3 * units"},
            "d.n was counted twice in `stored`: it is one of the three second biases.",
            BOTH,
        ),
    ),
    hints=(
        "Count one line first: W.r has units * inputs numbers, U.r units * units, b.r units.",
        "Three such lines: r, z and n. d.n has units numbers.",
        "before, before + units, before + 3 * units.",
    ),
)

EXERCISES = (STEP, AFTER_STEP, COUNT)
