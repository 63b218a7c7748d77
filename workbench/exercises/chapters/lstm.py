"""Chapter 6: the LSTM, one step and a sequence.

Hochreiter and Schmidhuber (1997), Neural Computation 9; Gers, Schmidhuber and Cummins (2000).
"""

import numpy as np

from ...functions import sigmoid
from ..exercise import Exercise, Result, exchanged, wrong
from .draw import Draw

GATE_LINES = [
    f"{k}_t = {'tanh' if k == 'g' else 'sigmoid'}(W.{k} x_t + U.{k} h_{{t-1}} + b.{k})"
    for k in "ifgo"
]
C, H = "c_t = f_t * c_{t-1} + i_t * g_t", "h_t = o_t * tanh(c_t)"
GATES = "`wb.explore.gates()`: drag a gate's bias and see what it causes."


def step(x, h, c, W, U, b):
    """One step of an LSTM.

    x: (inputs,). h, c: (units,), the states before. W.i, W.f, W.g, W.o: (units, inputs). U.i, ...:
    (units, units). b.i, ...: (units,). `wb.functions.sigmoid` is there.
    Return i, f, g, o, c, h, each (units,).
    """
    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = np.tanh(W.g @ x + U.g @ h + b.g)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    c = f * c + i * g
    h = o * np.tanh(c)
    return i, f, g, o, c, h


def step_case(seed):
    draw = Draw(seed)
    n = draw.hidden
    x, h, c = draw.normal(draw.inputs), np.tanh(draw.normal(n)), draw.normal(n)
    return {"x": x, "h": h, "c": c, **draw.lstm()}


LINES = tuple(
    Result(name, ("unit",), equation)
    for name, equation in zip("ifgoch", (*GATE_LINES, C, H), strict=True)
)

STEP = Exercise(
    name="lstm.step",
    chapter=6,
    title="One step of an LSTM, line by line",
    task="Six lines: three gates, a candidate, the cell state, the output. Return them all, and "
    "the check can tell which one is the first to go wrong.",
    returns=LINES,
    solution=step,
    case=step_case,
    misconceptions=(
        wrong(
            step,
            {"c = f * c + i * g": "c = i * c + f * g"},
            "the gates i and f are swapped where they act: f keeps the old cell state, i lets the "
            "candidate in.",
            GATES,
        ),
        wrong(
            step,
            exchanged("    i = ", "    f = "),
            "the weights of i and f are swapped. It happens when weights are brought from a "
            "library that stacks its gates in another order.",
            "Try `lstm.gate_order`; " + GATES,
        ),
        wrong(
            step,
            {" + b.i": "", " + b.f": "", " + b.g": "", " + b.o": ""},
            "the biases were forgotten in all lines.",
            "The forget gate's bias decides how long the cell remembers: `wb.explore.carousel()`.",
        ),
        wrong(
            step,
            {" + b.f": ""},
            "the forget gate has lost its bias.",
            "`wb.explore.carousel()`: that bias decides how long the cell remembers.",
        ),
        wrong(
            step,
            exchanged("c = f * c + i * g", "h = o * np.tanh(c)"),
            "the output was made from the old cell state: h comes after the new c.",
            GATES,
        ),
        wrong(
            step,
            {"np.tanh(c)": "c"},
            "the tanh around the cell state is missing, so h may leave -1..1.",
            "Greff et al. (2017) found that leaving it out costs much.",
        ),
        wrong(
            step,
            {"g = np.tanh": "g = sigmoid"},
            "the candidate g went through the logistic function. It can only add then, never "
            "take away: tanh.",
            GATES,
        ),
        wrong(
            step,
            {"f * c + i * g": "f * c + (1 - f) * g"},
            "the input gate was replaced by 1 - f: that is the LSTM with coupled gates.",
            "Compare `wb.cells.lstm_coupled`.",
        ),
        wrong(
            step,
            {"f * c + i * g": "c + i * g"},
            "the forget gate does not act: this is the LSTM of 1997, before it had one.",
            "Compare `wb.cells.lstm_no_forget_gate`.",
        ),
        wrong(
            step,
            {"sigmoid(": "np.tanh("},
            "the gates went through tanh. A gate is a share, in 0..1: the logistic function.",
            GATES,
        ),
        wrong(
            step,
            {"f * c + i": "(1 - f) * c + i"},
            "f was taken as the share that is forgotten. It is the share that is kept.",
            GATES,
        ),
        wrong(
            step,
            {"@ h": "@ c"},
            "the gates heard the cell state. They hear h, the output of the step before.",
            "Cells that hear c have peepholes: compare `wb.cells.lstm_peephole`.",
        ),
        wrong(
            step,
            {"c = f * c + i * g": "c = np.tanh(f * c + i * g)", "o * np.tanh(c)": "o * c"},
            "the tanh bends the cell state itself. It stands in the line of h only, so that c is "
            "kept as it is.",
            H,
        ),
        wrong(
            step,
            {
                "    c = f * c + i * g\n": "",
                "    o = sigmoid": "    c = f * c + i * g\n    h = np.tanh(c)\n    o = sigmoid",
            },
            "the output gate heard a state of this step. All four lines hear the old h.",
            GATES,
        ),
    ),
    hints=(
        "Four lines of one form: `sigmoid(W.i @ x + U.i @ h + b.i)` for i, f and o; g has tanh.",
        "The cell state: what the forget gate keeps of the old one, and what the input gate lets "
        "in of the candidate.",
        "`c = f * c + i * g`, then `h = o * np.tanh(c)`, with the new c.",
    ),
)


def forward(x, h, c, W, U, b):
    """An LSTM over a sequence.

    x: (steps, inputs). h, c: (units,), the states before step 0. W.i, ...: (units, inputs).
    U.i, ...: (units, units). b.i, ...: (units,). `wb.functions.sigmoid` is there.
    Return c and h, each (steps, units).
    """
    cells, states = [], []
    for x_t in x:
        i = sigmoid(W.i @ x_t + U.i @ h + b.i)
        f = sigmoid(W.f @ x_t + U.f @ h + b.f)
        g = np.tanh(W.g @ x_t + U.g @ h + b.g)
        o = sigmoid(W.o @ x_t + U.o @ h + b.o)
        c = f * c + i * g
        h = o * np.tanh(c)
        cells.append(c)
        states.append(h)
    return np.stack(cells), np.stack(states)


def _forward_case(seed):
    draw = Draw(seed)
    n = draw.hidden
    x, h, c = draw.normal(draw.time, draw.inputs), np.tanh(draw.normal(n)), draw.normal(n)
    return {"x": x, "h": h, "c": c, **draw.lstm()}


FORWARD = Exercise(
    name="lstm.forward",
    chapter=6,
    title="An LSTM over a sequence",
    task="Run the step over a sequence, with both states handed on.",
    returns=(Result("c", ("step", "unit"), C), Result("h", ("step", "unit"), H)),
    solution=forward,
    case=_forward_case,
    misconceptions=(
        wrong(
            forward,
            {"c = f * c + i * g": "c = i * c + f * g"},
            "the gates i and f are swapped: f keeps the old cell state, i lets the candidate in.",
            GATES,
        ),
        wrong(
            forward,
            exchanged("W.g @ x_t + U.g @ h + b.g", "W.o @ x_t + U.o @ h + b.o"),
            "the weights of g and o are swapped, as when weights come from a library that stacks "
            "its gates in another order.",
            "Try `lstm.gate_order`.",
        ),
        wrong(
            forward,
            {" + b.i": "", " + b.f": "", " + b.g": "", " + b.o": ""},
            "the biases were forgotten in all lines.",
            "The forget gate's bias decides how long the cell remembers: `wb.explore.carousel()`.",
        ),
        wrong(
            forward,
            exchanged("c = f * c + i * g", "h = o * np.tanh(c)"),
            "the output was made from the old cell state: h comes after the new c.",
            GATES,
        ),
        wrong(
            forward,
            {"np.tanh(c)": "c"},
            "the tanh around the cell state is missing, so h may leave -1..1.",
            GATES,
        ),
        wrong(
            forward,
            {
                "        c = f * c + i * g\n": "        keep = c\n        c = f * c + i * g\n",
                "        states.append(h)\n": "        states.append(h)\n        c = keep\n",
            },
            "the cell state is not handed on: every step begins with the first one. h alone is "
            "not an LSTM's memory.",
            "`wb.explore.carousel()` shows what the cell keeps.",
        ),
        wrong(
            forward,
            {
                "        i = sigmoid": "        h_new, h = h, start\n        i = sigmoid",
                "cells, states = [], []": "cells, states, start = [], [], h",
            },
            "h is not handed on to the gates: every step's gates hear the first h.",
            GATES,
        ),
        wrong(
            forward,
            {"cells, states = [], []": "cells, states, h, c = [], [], 0 * h, 0 * c"},
            "the states that were given are not used: the sequence begins at 0.",
            "Whoever carries a state over from chunk to chunk needs them: `wb.Stream`.",
        ),
        wrong(
            forward,
            {"cells.append(c)": "cells.append(np.tanh(c))"},
            "the cell state was recorded behind its tanh. c itself has no bounds.",
            GATES,
        ),
        wrong(
            forward,
            {"np.stack(cells), np.stack(states)": "np.stack(states), np.stack(cells)"},
            "c and h are in the wrong order: c first.",
            "The lines are returned in the order in which they are computed.",
        ),
        wrong(
            forward,
            {
                "        i = sigmoid": "        h, c = start\n        i = sigmoid",
                "cells, states = [], []": "cells, states, start = [], [], (h, c)",
            },
            "neither h nor c is handed on: every step begins with the first states.",
            "`wb.explore.carousel()` shows what the cell keeps.",
        ),
        wrong(
            forward,
            {"        cells.append(c)": "        h, c = c, h\n        cells.append(c)"},
            "h and c have changed places: what one step calls h, the next takes as c.",
            "The order in which a function of yours returns them, and that in which you take them.",
        ),
        wrong(
            forward,
            {
                "        c = f * c + i * g\n": "",
                "        o = sigmoid": "        c = f * c + i * g\n        h = np.tanh(c)\n"
                "        o = sigmoid",
            },
            "the output gate heard a state of this step. All four lines hear the old h.",
            GATES,
        ),
    ),
    hints=(
        "It is `lstm.step` in a loop, with h and c handed on.",
        "All four gates hear the same old h, so compute i, f, g and o before c and h.",
        "Append c and h at the end of each step, and `np.stack` both lists.",
    ),
)


EXERCISES = (STEP, FORWARD)
