"""Chapter 3, its end: a gradient by the definition of the derivative, a check that needs no rule.

Dennis and Schnabel (1983), Numerical Methods for Unconstrained Optimization, section 5.6: central
differences.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw
from .elman_by_hand import forward


def numeric(loss, w, eps):
    """The gradient of a loss by pushing each weight up and down: central differences.

    loss: a function of an array shaped like w; gives one number. w: an array of any shape. eps:
    how far to push.
    Return an array shaped like w.
    """
    gradient = np.zeros_like(w)
    for place in np.ndindex(w.shape):
        up, down = w.copy(), w.copy()
        up[place] += eps
        down[place] -= eps
        gradient[place] = (loss(up) - loss(down)) / (2 * eps)
    return gradient


def _numeric_case(seed):
    draw = Draw(seed)
    x, first = draw.normal(draw.time, draw.inputs), np.tanh(draw.normal(draw.hidden))
    p = draw.elman()

    name = "Ub"[seed % 2]  # a matrix or a vector

    def loss(w):
        if np.shape(w) != p[name].shape:
            raise ValueError(f"loss: expected all of w, {p[name].shape}, got {np.shape(w)}")
        return float((forward(x, first, **(p | {name: w}))[-1] ** 2).sum() / 2)

    return {"loss": loss, "w": p[name], "eps": float(draw.rng.choice([1e-2, 5e-3]))}


NUMERIC = Exercise(
    name="bptt.numeric",
    chapter=3,
    title="Ask the definition",
    task="Both your pencil and a machine's rules could be wrong in the same way. Find the "
    "gradient without any rule: push one weight up a little, then down, and see how the loss "
    "changes.",
    returns=(
        Result(
            "gradient",
            (),
            "dL/dw_k = (L(w_k + eps) - L(w_k - eps)) / (2 eps)",
        ),
    ),
    solution=numeric,
    case=_numeric_case,
    misconceptions=(
        wrong(
            numeric,
            {"(loss(up) - loss(down)) / (2 * eps)": "(loss(up) - loss(w)) / eps"},
            "one side only: its error shrinks with eps, that of both sides with eps squared.",
            "Halve eps and see how far each answer moves.",
        ),
        wrong(
            numeric,
            {"(2 * eps)": "eps"},
            "between up and down lie two eps, not one.",
            "Draw w - eps, w and w + eps on a line.",
        ),
        wrong(
            numeric,
            {"/ (2 * eps)": ""},
            "the difference was not divided by how far the weight was pushed.",
            "A slope is a difference by a distance.",
        ),
        wrong(
            numeric,
            {"loss(up) - loss(down)": "loss(down) - loss(up)"},
            "the sign is turned: up minus down.",
            "The gradient is positive where the loss grows with the weight.",
        ),
        wrong(
            numeric,
            {"up[place] += eps": "up += eps", "down[place] -= eps": "down -= eps"},
            "all weights were pushed at once, so every entry is the sum over all of them.",
            "One weight at a time: `up[place] += eps`.",
        ),
        wrong(
            numeric,
            {"/ (2 * eps)": "/ 2 * eps"},
            "`/ 2 * eps` divides by 2 and then multiplies by eps: Python goes from left to right.",
            "Brackets: `/ (2 * eps)`.",
        ),
        wrong(
            numeric,
            {
                "gradient = np.zeros_like(w)": "gradient, pushed = np.zeros_like(w), w.copy()",
                "up, down = w.copy(), w.copy()": "up, down = pushed.copy(), pushed",
            },
            "a weight that was pushed stays pushed while the next ones are tried. Put each back "
            "before you go on.",
            "A fresh `w.copy()` for each weight does it.",
        ),
        wrong(
            numeric,
            {"up, down = w.copy(), w.copy()": "up = down = w.copy()"},
            "up and down are one array: pushed up and then down it is where it was, and the "
            "difference is 0.",
            "`up = w` gives w a second name; `w.copy()` makes a second array.",
        ),
        wrong(
            numeric,
            {"np.ndindex(w.shape)": "range(len(w))"},
            "whole rows were pushed at once: `w[i]` is row i of a matrix.",
            "`np.ndindex(w.shape)` gives the place of each number.",
        ),
        wrong(
            numeric,
            {"gradient = np.zeros_like(w)": "gradient, eps = np.zeros_like(w), 1e-5"},
            "these are the numbers of a far smaller eps: the one that was given was not used.",
            "With the eps that is given the last cells of the chapter can change it.",
        ),
    ),
    hints=(
        "One weight at a time: `for place in np.ndindex(w.shape):`.",
        "Two copies of w, one with eps added at that place, one with eps taken away.",
        "The distance between them is 2 * eps.",
    ),
)

EXERCISES = (NUMERIC,)
