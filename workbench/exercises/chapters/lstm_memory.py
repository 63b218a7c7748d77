"""Chapter 6, its second half: how long a cell remembers, how many weights it has, in which order.

Jozefowicz, Zaremba and Sutskever (2015), ICML: a forget bias of 1. The orders of the gates are
those that PyTorch, Keras and ONNX document for their files.
"""

import numpy as np

from ...functions import sigmoid
from ..exercise import Exercise, Result, wrong
from .draw import Draw

CAROUSEL = "`wb.explore.carousel()`: drag the forget bias and read the half-life."


def half_life(bias):
    """After how many steps half of a cell state is left.

    bias: (units,), the forget gate's pre-activation, the same at every step; nothing is let in.
    Return (units,): the number of steps, not rounded.
    """
    kept = sigmoid(bias)
    return np.log(0.5) / np.log(kept)


def _half_life_case(seed):
    draw = Draw(seed)
    first = np.array([0.0, 1.0, 5.0])
    return {"bias": first if seed % 6 == 0 else draw.rng.uniform(-1.0, 6.0, draw.hidden)}


HALF_LIFE = Exercise(
    name="lstm.half_life",
    chapter=6,
    title="How long a cell remembers",
    task="With a forget gate that stays at f = sigmoid(bias), a cell state is multiplied by f at "
    "every step. After how many steps is half of it left? The first case asks for the biases 0, "
    "1 and 5.",
    returns=(Result("steps", ("unit",), "f^steps = 1/2,  f = sigmoid(bias)"),),
    solution=half_life,
    case=_half_life_case,
    misconceptions=(
        wrong(
            half_life,
            {"np.log(0.5) / np.log(kept)": "1 / (1 - kept)"},
            "1 / (1 - f) is the mean time that something stays, not the time to a half.",
            CAROUSEL,
        ),
        wrong(
            half_life,
            {"np.log(0.5)": "-1"},
            "this is the time until 1/e is left, about 37 %, not one half.",
            CAROUSEL,
        ),
        wrong(
            half_life,
            {"sigmoid(bias)": "np.tanh(bias)"},
            "a gate is a logistic function of its bias; tanh is the candidate's.",
            CAROUSEL,
        ),
        wrong(
            half_life,
            {"np.log(0.5) / np.log(kept)": "0.5 / (1 - kept)"},
            "the loss per step was taken as constant. It is a share of what is left, so the state "
            "falls as a power of f.",
            CAROUSEL,
        ),
        wrong(
            half_life,
            {"np.log(0.5) / np.log(kept)": "np.log(kept) / np.log(0.5)"},
            "the fraction is upside down.",
            "The longer it remembers, the nearer to 0 is log f.",
        ),
        wrong(
            half_life,
            {"np.log(0.5) / np.log(kept)": "np.ceil(np.log(0.5) / np.log(kept))"},
            "the number of steps was rounded up; asked for is where the curve crosses one half.",
            CAROUSEL,
        ),
        wrong(
            half_life,
            {"sigmoid(bias)": "bias"},
            "the bias was taken as the gate. The gate is f = sigmoid(bias).",
            CAROUSEL,
        ),
        wrong(
            half_life,
            {"np.log(kept)": "np.log(1 - kept)"},
            "1 - f was taken as what is kept. At each step f is kept and 1 - f lost.",
            CAROUSEL,
        ),
        wrong(
            half_life,
            {"np.log(0.5) / np.log(kept)": "0.5 / kept"},
            "one half was divided by f. Steps multiply: f^n = 1/2, so n comes out of logarithms.",
            CAROUSEL,
        ),
    ),
    hints=(
        "After n steps f^n is left, with f = sigmoid(bias).",
        "f^n = 1/2: take the logarithm of both sides.",
        "n = log(1/2) / log(f). With bias 1 that is 2.21 steps.",
    ),
)


def count(inputs, units):
    """How many weights an LSTM layer has, with one bias vector for each line.

    inputs, units: whole numbers.
    Return a whole number.
    """
    return 4 * (units * inputs + units * units + units)


def _count_case(seed):
    rng = np.random.default_rng(seed)
    if seed % 6 == 0:
        return {"inputs": 28, "units": 128}
    return {"inputs": int(rng.integers(2, 60)), "units": int(rng.integers(60, 200))}


COUNT = Exercise(
    name="lstm.count",
    chapter=6,
    title="How many weights",
    task="Count the weights of an LSTM layer. The first case is the layer that reads the rows of "
    "a digit: 28 inputs, 128 units.",
    returns=(Result("count", (), "four lines, each with W (units, inputs), U, b", whole=True),),
    solution=count,
    case=_count_case,
    misconceptions=(
        wrong(
            count,
            {"+ units)": "+ 2 * units)"},
            "there are two bias vectors for each line here, as PyTorch keeps them. Asked for is "
            "one, as in the equations and in Keras.",
            "`wb.cells.lstm.parameter_count(input_size=28, hidden_size=128)`.",
        ),
        wrong(
            count,
            {"4 * ": "3 * "},
            "three lines were counted, as in a GRU; an LSTM has four: i, f, g and o.",
            "The candidate g has weights as a gate has.",
        ),
        wrong(
            count,
            {"4 * ": ""},
            "this is one line's count, that of a simple recurrent network.",
            "Each of i, f, g, o has its own W, U and b.",
        ),
        wrong(
            count,
            {" + units)": ")"},
            "the biases were not counted.",
            "`wb.cells.lstm` prints the lines.",
        ),
        wrong(
            count,
            {"units * inputs + units * units": "units * inputs + units"},
            "U is a matrix: units times units.",
            "Every unit hears every unit.",
        ),
        wrong(
            count,
            {" + units * units": ""},
            "the recurrent matrices U were not counted.",
            "Every unit hears every unit: U is units times units.",
        ),
    ),
    hints=(
        "Count one line first: W.i, U.i and b.i.",
        "W.i has units * inputs numbers, U.i units * units, b.i units.",
        "Four such lines.",
    ),
)


def split(stacked):
    """The four matrices of an LSTM out of one that ONNX stacks.

    stacked: (4 * units, inputs), the rows of i, o, f, g, in this order.
    Return i, f, g, o, each (units, inputs).
    """
    i, o, f, g = np.split(stacked, 4)
    return i, f, g, o


def _split_case(seed):
    draw = Draw(seed)
    return {"stacked": draw.normal(4 * draw.hidden, draw.inputs)}


GATE_ORDER = Exercise(
    name="lstm.gate_order",
    chapter=6,
    title="Whose gate is whose",
    task="A library keeps the matrices of all lines in one, stacked in an order of its own: "
    "PyTorch and Keras i, f, g, o, ONNX i, o, f, g. Take ONNX's apart. A swapped pair raises no "
    "error anywhere: the model is merely wrong.",
    returns=tuple(
        Result(name, ("unit", "input"), f"rows of {name} in (i, o, f, g)") for name in "ifgo"
    ),
    solution=split,
    case=_split_case,
    misconceptions=(
        wrong(
            split,
            {"i, o, f, g = np": "i, f, g, o = np"},
            "the blocks come back as they lie. That is right for PyTorch and Keras; ONNX has o "
            "in the second place.",
            "With random weights for each line a swap shows; with equal ones it hides.",
        ),
        wrong(
            split,
            {"i, o, f, g = np": "i, f, o, g = np"},
            "o and f are swapped.",
            'Clamp a gate and compare: `net.run(x, clamp={"f": 1.0})`.',
        ),
        wrong(
            split,
            {"np.split(stacked, 4)": "(stacked[k::4] for k in range(4))"},
            "every fourth row was taken; each line's rows lie together.",
            "The first `units` rows are all of i.",
        ),
    ),
    hints=(
        "`np.split(stacked, 4)` gives four blocks of rows.",
        "Name them in the order in which they lie: i, o, f, g.",
        "Return them in the order that is asked for.",
    ),
)

EXERCISES = (HALF_LIFE, COUNT, GATE_ORDER)
