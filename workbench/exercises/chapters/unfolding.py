"""Chapter 2, unfolding: how many weights, and what each copy of the step adds to a gradient."""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw
from .elman_by_hand import UNFOLD, forward


def count(inputs, units, steps):
    """How many weights an Elman layer has that reads `steps` steps.

    inputs, units, steps: whole numbers.
    Return a whole number.
    """
    return units * inputs + units * units + units


def _count_case(seed):
    rng = np.random.default_rng(seed)
    if seed % 6 == 0:
        return {"inputs": 1, "units": 16, "steps": 309}
    inputs, units = int(rng.integers(2, 20)), int(rng.integers(20, 90))
    return {"inputs": inputs, "units": units, "steps": int(rng.integers(2, 300))}


COUNT = Exercise(
    name="unfold.count",
    chapter=2,
    title="How many weights for 309 years",
    task="Count the weights of an Elman layer. The first case is the one of this chapter: 1 "
    "input, 16 units, 309 steps.",
    returns=(Result("count", (), "h_t = tanh(W x_t + U h_{t-1} + b)", whole=True),),
    solution=count,
    case=_count_case,
    misconceptions=(
        wrong(
            count,
            {"return ": "return steps * (", "units * units + units\n": "units * units + units)\n"},
            "each copy of the step was given weights of its own. They are the same at every step.",
            UNFOLD,
        ),
        wrong(
            count,
            {" + units * units": ""},
            "the recurrent matrix U was not counted.",
            UNFOLD,
        ),
        wrong(
            count,
            {"units * units + units": "units * units"},
            "the bias was not counted.",
            "`wb.cells.elman` prints its line.",
        ),
        wrong(
            count,
            {"units * units + units": "units + units"},
            "U was counted as if each unit heard only itself; it is a matrix.",
            "Compare `wb.cells.indrnn`.",
        ),
        wrong(
            count,
            {"+ units * units + units": "+ units * units + units + steps * units"},
            "the states were counted too. They are computed, not learnt.",
            UNFOLD,
        ),
    ),
    hints=(
        "Which letters of the line are weights: W, U and b.",
        "W is (units, inputs), U is (units, units), b is (units,).",
        "Does the number of steps occur in any of these shapes?",
    ),
)


def parts(h_first, h, U):
    """What each step adds to the gradient of U, for a loss that is the sum of the last state.

    h_first: (units,), the state before step 0. h: (steps, units), the states of an Elman layer.
    U: (units, units).
    Return (steps,): the norm of each step's part of dL/dU, the root of the sum of its squares.
    """
    before = np.concatenate([h_first[None], h[:-1]])
    d, found = np.ones(len(U)), np.empty(len(h))
    for t in reversed(range(len(h))):
        d_a = d * (1 - h[t] ** 2)
        found[t] = np.sqrt((np.outer(d_a, before[t]) ** 2).sum())
        d = U.T @ d_a
    return found


def _parts_case(seed):
    draw = Draw(seed)
    p = draw.elman()
    x, first = draw.normal(draw.time + 6, draw.inputs), np.tanh(draw.normal(draw.hidden))
    return {"h_first": first, "h": forward(x, first, **p), "U": p["U"]}


PARTS = Exercise(
    name="unfold.parts",
    chapter=2,
    title="Which years teach",
    task="The gradient of U is a sum with one part for each step. Compute how long each part is, "
    "before they are added: that tells which steps teach, and a sum that is not 0 does not.",
    returns=(
        Result("part", ("step",), "part_t = |dL/da_t h_{t-1}^T|,  dL/da_t = dL/dh_t * (1 - h_t^2)"),
    ),
    solution=parts,
    case=_parts_case,
    backwards=True,
    misconceptions=(
        wrong(
            parts,
            {"before[t])": "h[t])"},
            "U was multiplied by the state before each step, not by the one after.",
            UNFOLD,
        ),
        wrong(
            parts,
            {"d = U.T @ d_a": "d = U @ d_a"},
            "on the way back U is turned: `U.T @ d_a`.",
            UNFOLD,
        ),
        wrong(
            parts,
            {"d = U.T @ d_a": "d = U.T @ d"},
            "the slope of the tanh was left out on the way to the step before.",
            UNFOLD,
        ),
        wrong(
            parts,
            {"np.sqrt(": "("},
            "these are the squares: the root is missing.",
            "`np.linalg.norm`.",
        ),
        wrong(
            parts,
            {"d = U.T @ d_a": "d = U.T @ d_a + 1"},
            "each step was given a loss of its own; the loss looks at the last state alone.",
            UNFOLD,
        ),
        wrong(
            parts,
            {"(1 - h[t] ** 2)": "(1 - np.tanh(h[t]) ** 2)"},
            "the slope was taken as if h were what enters the tanh; it is what comes out.",
            "The slope is 1 - h^2.",
        ),
    ),
    hints=(
        "For a sum of the last state, dL/dh is 1 for every unit at the last step.",
        "At each step: d_a = d * (1 - h^2), and the part of U is np.outer(d_a, state before).",
        "Write down its norm, then go on with d = U.T @ d_a.",
    ),
)

EXERCISES = (COUNT, PARTS)
