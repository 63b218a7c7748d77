"""Chapter 2, unfolding: a state fed back from the output, and one cell wired in four ways.

Jordan, M. I. (1986). Serial order: a parallel distributed processing approach. ICS Report 8604.
"""

from functools import partial

import numpy as np

from ..exercise import Exercise, Result, wrong
from . import elman_by_hand
from .draw import Draw

CELL = "`wb.cells.jordan` prints its two lines."
SILENT = "`wb.Repeat` with first_only=True, `wb.Last` and `wb.EncoderDecoder` wire a network so."


def jordan(x, y, W, U, b, V, b_y):
    """A Jordan layer over a sequence: what is handed on is the output, not the hidden layer.

    x: (steps, inputs). y: (outputs,), the output before step 0. W: (units, inputs). U: (units,
    outputs). b: (units,). V: (outputs, units). b_y: (outputs,).
    Return (steps, outputs): the output of each step.
    """
    outputs = []
    for x_t in x:
        h = np.tanh(W @ x_t + U @ y + b)
        y = V @ h + b_y
        outputs.append(y)
    return np.array(outputs)


def _jordan_case(seed):
    draw = Draw(seed)
    units, outputs = draw.hidden, draw.hidden + 1
    own = draw.elman() | {"U": draw.normal(units, outputs, scale=0.7)}
    readout = {"V": draw.normal(outputs, units, scale=0.7), "b_y": draw.normal(outputs)}
    return {"x": draw.normal(draw.time, draw.inputs), "y": draw.normal(outputs), **own, **readout}


JORDAN = Exercise(
    name="unfold.jordan",
    chapter=2,
    title="What if the output is the memory?",
    task="Write Jordan's network: each step reads the input and the last output, and only its own "
    "output is handed on.",
    returns=(
        Result("y", ("step", "output"), "h_t = tanh(W x_t + U y_{t-1} + b),  y_t = V h_t + b_y"),
    ),
    solution=jordan,
    case=_jordan_case,
    misconceptions=(
        wrong(
            jordan,
            {"        y = V @ h + b_y\n        outputs.append(y)": (
                "        outputs.append(V @ h + b_y)"
            )},
            "every step got the output before step 0: the new one was not handed on.",
            CELL,
        ),
        wrong(
            jordan,
            {" + U @ y": ""},
            "the last output does not come back, so the network has no memory.",
            CELL,
        ),
        wrong(
            jordan,
            {
                "        h = np.tanh": "        outputs.append(y)\n        h = np.tanh",
                "b_y\n        outputs.append(y)": "b_y",
            },
            "what was returned is the output before each step, not the one after it.",
            CELL,
        ),
        wrong(
            jordan,
            {"np.tanh(W @ x_t + U @ y + b)": "np.tanh(W @ x_t + b) + U @ y"},
            "the last output was added behind the tanh; it is one of the things that enter it.",
            CELL,
        ),
        wrong(
            jordan,
            {"y = V @ h + b_y": "y = np.tanh(V @ h + b_y)"},
            "the output was sent through a tanh too. Here it is linear.",
            CELL,
        ),
        wrong(
            jordan,
            {"        y = V @ h + b_y\n        outputs.append(y)": (
                "        y = V @ h\n        outputs.append(y + b_y)"
            )},
            "what comes back lacks the bias `b_y`: the output itself is fed back.",
            CELL,
        ),
    ),
    hints=(
        "It is the loop of an Elman layer with `y` in the place of the old `h`.",
        "In each step: `h = np.tanh(W @ x_t + U @ y + b)`, then `y = V @ h + b_y`.",
        "`h` is used within its step and then forgotten.",
    ),
)  # fmt: skip


def wirings(forward, x, more, V, b_y):
    """One cell and one readout y = V h + b_y, wired in four ways.

    forward: a function (inputs (steps, inputs), state (units,)) -> (steps, units), the states
    after each step. x: (steps, inputs). more: so many further steps, each with an input of 0.
    V: (outputs, units). b_y: (outputs,). The state before step 0 is 0.
    Return one_to_many (1 + more, outputs): it reads x[0] and then the further steps, and answers
    at each; many_to_one (outputs,): it reads x and answers after the last step; synced (steps,
    outputs): it reads x and answers at each step; encoder_decoder (more, outputs): it reads all
    of x first and answers at each of the further steps.
    """
    start, silence = np.zeros(V.shape[1]), np.zeros((more, x.shape[1]))
    h = forward(x, start)
    one_to_many = forward(np.concatenate([x[:1], silence]), start) @ V.T + b_y
    many_to_one = V @ h[-1] + b_y
    synced = h @ V.T + b_y
    encoder_decoder = forward(silence, h[-1]) @ V.T + b_y
    return one_to_many, many_to_one, synced, encoder_decoder


def _wirings_case(seed):
    draw = Draw(seed)
    readout = {"V": draw.normal(5, draw.hidden, scale=0.7), "b_y": draw.normal(5)}
    forward = partial(elman_by_hand.forward, **draw.elman())
    x = draw.normal(draw.time, draw.inputs)
    return {"forward": forward, "x": x, "more": 2 + seed % 2, **readout}


WIRINGS = Exercise(
    name="unfold.wirings",
    chapter=2,
    title="One cell, four wirings",
    task="The cell is given as a function of a sequence and a state. Let it read and answer in "
    "four ways; none of them needs another weight.",
    returns=(
        Result("one_to_many", ("step", "output"), "reads x[0], 0, 0, ...; y_t = V h_t + b_y"),
        Result("many_to_one", ("output",), "reads x; y = V h_last + b_y"),
        Result("synced", ("step", "output"), "reads x; y_t = V h_t + b_y"),
        Result(
            "encoder_decoder",
            ("step", "output"),
            "reads 0, 0, ... from the state after x; y_t = V h_t + b_y",
        ),
    ),
    solution=wirings,
    case=_wirings_case,
    misconceptions=(
        wrong(
            wirings,
            {"forward(silence, h[-1])": "forward(silence, start)"},
            "the decoder begins with the state 0: nothing of what the encoder has read reaches it.",
            SILENT,
        ),
        wrong(
            wirings,
            {"np.concatenate([x[:1], silence])": "np.repeat(x[:1], 1 + more, axis=0)"},
            "in one-to-many the one input was read again at every step. That is a wiring too; "
            "asked for is an input of 0 after the first step.",
            "`wb.Repeat`, with first_only=False.",
        ),
        wrong(
            wirings,
            {"V @ h[-1] + b_y": "(h @ V.T + b_y).mean(axis=0)"},
            "many-to-one gave the mean of all outputs; asked for is the one after the last step.",
            "`wb.MeanOverTime` is not `wb.Last`.",
        ),
        wrong(
            wirings,
            {"V @ h[-1] + b_y": "V @ h[0] + b_y"},
            "many-to-one answered after the first step, having read one input.",
            SILENT,
        ),
        wrong(
            wirings,
            {"forward(silence, h[-1])": "forward(np.concatenate([x, silence]), start)"},
            "the encoder answers as well: its outputs stand before those of the decoder.",
            SILENT,
        ),
        wrong(
            wirings,
            {"synced = h @ V.T": "synced = np.concatenate([start[None], h[:-1]]) @ V.T"},
            "the synced outputs are one step late: output t is made from the state after step t.",
            SILENT,
        ),
        wrong(
            wirings,
            {"forward(silence, h[-1])": "forward(np.repeat(x[-1:], more, axis=0), h[-1])"},
            "the decoder reads the last input again; it was to read 0.",
            SILENT,
        ),
    ),
    hints=(
        "All states over x at once: `h = forward(x, np.zeros(units))`; units is V.shape[1].",
        "Two of the four read x: `h @ V.T + b_y` has the outputs of all steps, and the last of "
        "them is many-to-one.",
        "The further steps: `np.zeros((more, x.shape[1]))`; behind x[:1] for one-to-many, by "
        "themselves from the state h[-1] for the decoder.",
    ),
)

EXERCISES = (JORDAN, WIRINGS)
