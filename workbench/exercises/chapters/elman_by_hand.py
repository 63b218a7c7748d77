"""Chapter 3, the worked example: an Elman layer with a readout, worked by hand.

Elman, J. L. (1990), Cognitive Science 14, 179-211.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw

STATE = "h_t = tanh(W x_t + U h_{t-1} + b)"
UNFOLD = "`wb.explore.unfold()` shows what every arrow carries, forwards and back."


def step(x, h, W, U, b, V, b_y):
    """One step of an Elman layer with a linear readout.

    x: (inputs,). h: (units,), the state before this step. W: (units, inputs). U: (units, units).
    b: (units,). V: (outputs, units). b_y: (outputs,).
    Return a, h, y: before the tanh, the new state, the output.
    """
    a = W @ x + U @ h + b
    h = np.tanh(a)
    y = V @ h + b_y
    return a, h, y


def _step_case(seed):
    draw = Draw(seed)
    n = draw.hidden
    x, h = draw.normal(draw.inputs), np.tanh(draw.normal(n))
    return {"x": x, "h": h, **draw.elman(), "V": draw.normal(2, n), "b_y": draw.normal(2)}


STEP = Exercise(
    name="elman.step",
    chapter=3,
    title="One step with pencil and paper",
    task="Write one step of the network: what enters the tanh, the new state, and the output. "
    "Every number of this chapter's worked example is one of these.",
    returns=(
        Result("a", ("unit",), "a_t = W x_t + U h_{t-1} + b"),
        Result("h", ("unit",), "h_t = tanh(a_t)"),
        Result("y", ("output",), "y_t = V h_t + b_y"),
    ),
    solution=step,
    case=_step_case,
    misconceptions=(
        wrong(
            step,
            {"W @ x + U @ h + b": "W @ x + U @ h"},
            "the bias `b` was forgotten.",
            "Put x = 0 and h = 0: what is left of the line is b.",
        ),
        wrong(
            step,
            {"W @ x + U @ h + b": "W @ x + b"},
            "the state before was left out, so the network has no memory.",
            UNFOLD,
        ),
        wrong(
            step,
            {"U @ h": "h @ U"},
            "`h @ U` is the transposed product: row i of U holds what unit i hears, and must "
            "meet h.",
            "`wb.pictures.worked` writes each sum out with its numbers.",
        ),
        wrong(
            step,
            {"U @ h": "np.diag(U) * h"},
            "each unit hears only itself. In an Elman layer it hears all units; one that hears "
            "only itself is an IndRNN.",
            "Compare `wb.cells.elman` with `wb.cells.indrnn`.",
        ),
        wrong(
            step,
            {"np.tanh(a)": "1 / (1 + np.exp(-a))"},
            "the logistic function stands where tanh should be: its values lie in 0..1.",
            "A state of tanh may be negative.",
        ),
        wrong(
            step,
            {"V @ h + b_y": "V @ a + b_y"},
            "the output was read from `a`, before the tanh, and not from the new state.",
            UNFOLD,
        ),
        wrong(
            step,
            {"    h = np.tanh(a)\n    y = V @ h + b_y": "    y = V @ h + b_y\n    h = np.tanh(a)"},
            "the output was read from the old state: it comes one step late.",
            UNFOLD,
        ),
        wrong(
            step,
            {" + b_y": ""},
            "the readout's own bias `b_y` was forgotten.",
            "The readout has a bias of its own, beside that of the state.",
        ),
        wrong(
            step,
            {"V @ h + b_y": "np.tanh(V @ h + b_y)"},
            "the output went through a tanh as well. This readout is linear: y may be any number.",
            "y_t = V h_t + b_y",
        ),
    ),
    hints=(
        "Three lines, in the order of the three equations. `@` is the product of a matrix and a "
        "vector.",
        "Each row of U says how much one unit listens to all units of the step before: `U @ h`.",
        "The output reads the new state, so compute `h = np.tanh(a)` before `y`.",
    ),
)


def forward(x, h, W, U, b):
    """The states of an Elman layer over a sequence.

    x: (steps, inputs). h: (units,), the state before step 0. W: (units, inputs). U: (units,
    units). b: (units,).
    Return an array (steps, units): the state after each step.
    """
    states = []
    for x_t in x:
        h = np.tanh(W @ x_t + U @ h + b)
        states.append(h)
    return np.stack(states)


def _forward_case(seed):
    draw = Draw(seed)
    x, h = draw.normal(draw.time, draw.inputs), np.tanh(draw.normal(draw.hidden))
    return {"x": x, "h": h, **draw.elman()}


FORWARD = Exercise(
    name="elman.forward",
    chapter=3,
    title="The same step, all along a sequence",
    task="Unfold the step over a whole sequence. The weights are the same at every step; the "
    "state is handed on.",
    returns=(Result("h", ("step", "unit"), STATE),),
    solution=forward,
    case=_forward_case,
    misconceptions=(
        wrong(
            forward,
            {"        h = np.tanh(": "        new = np.tanh(", "append(h)": "append(new)"},
            "every step begins at the first state again: the new state is never handed on.",
            UNFOLD,
        ),
        wrong(
            forward,
            {"states = []": "states, h = [], 0 * h"},
            "the sequence begins at 0, and the state that was given is not used.",
            "Step 0 reads the state before it as any other step does.",
        ),
        wrong(
            forward,
            {"for x_t in x:": "for x_t in x[::-1]:"},
            "the sequence was read from its end.",
            "`wb.Bidirectional` reads it both ways, on purpose.",
        ),
        wrong(
            forward,
            {"np.stack(states)": "np.stack([0 * h, *states])[:-1]"},
            "all states are one step late, as if each were the state before its step, from 0.",
            "The first row of the result is the state after step 0.",
        ),
        wrong(
            forward,
            {"np.tanh(W @ x_t + U @ h + b)": "np.tanh(W @ x_t + b) + U @ h"},
            "the old state is added behind the tanh. Both sums belong inside it.",
            "Inside, no state leaves -1..1.",
        ),
        wrong(
            forward,
            {"return np.stack(states)": "return states[-1]"},
            "only the last state was returned; each step's is asked for.",
            "Collect the states in a list, then `np.stack`.",
        ),
        wrong(
            forward,
            {
                "h = np.tanh(W @ x_t + U @ h + b)": "h = W @ x_t + U @ h + b",
                "append(h)": "append(np.tanh(h))",
            },
            "what enters the tanh was handed on, and not the new state, which comes out of it.",
            STATE,
        ),
        wrong(
            forward,
            {"for x_t in x:": "states.append(h)\n    for x_t in x[1:]:"},
            "row 0 is the state that was given, and x[0] was never read.",
            "The first row of the result is the state after step 0.",
        ),
    ),
    hints=(
        "A loop over the steps: `for x_t in x:`. What must be there before it, and what after?",
        "Inside, `h` on the right is the state before, `h` on the left the one after: "
        "`h = np.tanh(W @ x_t + U @ h + b)`.",
        "Append every h to a list, and make it one array at the end with `np.stack`.",
    ),
)

EXERCISES = (STEP, FORWARD)
