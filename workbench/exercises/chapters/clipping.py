"""Chapter 5, its second half: gradients that explode are clipped before the step.

Pascanu, Mikolov and Bengio (2013), algorithm 1; Mikolov (2012), thesis.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw

LOOK = "`wb.training.clip_norm` returns the norm before and after; `History` keeps both."


def clip_norm(d_W, d_U, d_b, limit):
    """Clip the gradients of a layer by their norm together.

    d_W: (units, inputs). d_U: (units, units). d_b: (units,). limit: the largest norm allowed.
    Return d_W, d_U, d_b: unchanged where the norm of all numbers together is at most the limit,
    otherwise scaled by one factor so that it is the limit.
    """
    norm = np.sqrt((d_W**2).sum() + (d_U**2).sum() + (d_b**2).sum())
    factor = min(1.0, limit / norm)
    return factor * d_W, factor * d_U, factor * d_b


def _gradients(seed):
    draw = Draw(seed)
    return draw, {f"d_{name}": value for name, value in draw.elman().items()}


def _norm(arrays):
    return float(np.sqrt(sum((array**2).sum() for array in arrays)))


def _norm_case(seed):
    _, found = _gradients(seed)
    share = [0.5, 1.6, 0.8, 0.1, 3.0, 0.3][seed % 6]
    return found | {"limit": share * _norm(found.values())}


NORM = Exercise(
    name="clipping.norm",
    chapter=5,
    title="Clip by the norm",
    task="Where the gradient is longer than the limit, shorten it to the limit and keep its "
    "direction. It is one gradient, in three arrays.",
    returns=(
        Result("d_W", ("unit", "input"), "d_W = min(1, limit / norm) d_W"),
        Result("d_U", ("unit", "from unit"), "d_U = min(1, limit / norm) d_U"),
        Result("d_b", ("unit",), "d_b = min(1, limit / norm) d_b"),
    ),
    solution=clip_norm,
    case=_norm_case,
    misconceptions=(
        wrong(
            clip_norm,
            {
                "factor * d_W, factor * d_U, factor * d_b": "tuple("
                "min(1.0, limit / np.sqrt((d**2).sum())) * d for d in (d_W, d_U, d_b))"
            },
            "each array was clipped by a norm of its own, so the direction changes. The norm is "
            "that of all numbers together.",
            LOOK,
        ),
        wrong(
            clip_norm,
            {"min(1.0, limit / norm)": "limit / norm"},
            "short gradients were made longer: every gradient has the limit's length now. Below "
            "the limit nothing is to happen.",
            "The learning would never come to rest.",
        ),
        wrong(
            clip_norm,
            {
                "factor * d_W, factor * d_U, factor * d_b": "tuple("
                "np.clip(d, -limit, limit) for d in (d_W, d_U, d_b))"
            },
            "each number was clipped by itself: that is clipping by value, and it turns the "
            "gradient.",
            LOOK,
        ),
        wrong(
            clip_norm,
            {"np.sqrt(": "("},
            "the root is missing: this compares the limit with the norm squared.",
            LOOK,
        ),
        wrong(
            clip_norm,
            {" + (d_b**2).sum()": ""},
            "the bias was left out of the norm.",
            "All numbers together are one gradient.",
        ),
        wrong(
            clip_norm,
            {"min(1.0, limit / norm)": "max(1.0, limit / norm)"},
            "`max` lengthens short gradients and leaves long ones as they are: it is `min`.",
            LOOK,
        ),
        wrong(
            clip_norm,
            {"min(1.0, limit / norm)": "1.0"},
            "nothing was clipped.",
            "`wb.explore.gradients()` shows what explodes.",
        ),
        wrong(
            clip_norm,
            {
                "np.sqrt((d_W**2).sum() + (d_U**2).sum() + (d_b**2).sum())": "sum("
                "np.sqrt((d**2).sum()) for d in (d_W, d_U, d_b))"
            },
            "three norms were added. Squares add, and the root comes last.",
            LOOK,
        ),
        wrong(
            clip_norm,
            {"limit / norm": "norm / limit"},
            "the fraction is upside down: a norm of twice the limit asks for a factor of one half.",
            LOOK,
        ),
        wrong(
            clip_norm,
            {"min(1.0, limit / norm)": "1.0 if norm <= limit else 1 / norm"},
            "long gradients have length 1 now, and not that of the limit.",
            LOOK,
        ),
        wrong(
            clip_norm,
            {"min(1.0, limit / norm)": "1.0 if norm <= limit else 0.0"},
            "long gradients were thrown away. Their direction is good: keep it and shorten them.",
            LOOK,
        ),
        wrong(
            clip_norm,
            {"factor * d_b": "d_b"},
            "the bias was not scaled. One factor for all three, or the direction changes.",
            LOOK,
        ),
    ),
    hints=(
        "The norm of all: the root of the sum of the squares of every number in all three arrays.",
        "One factor for all three: limit / norm where that is below 1, otherwise 1.",
        "`factor = min(1.0, limit / norm)`.",
    ),
)


def clipped_step(w, d_w, learning_rate, limit):
    """One step of gradient descent with clipping by the norm.

    w, d_w: (units, units), the weights and their gradient. learning_rate, limit: numbers.
    Return the new weights, shaped like w.
    """
    norm = np.sqrt((d_w**2).sum())
    if norm > limit:
        d_w = d_w * limit / norm
    return w - learning_rate * d_w


def _step_case(seed):
    draw = Draw(seed)
    n = draw.hidden
    d_w = draw.normal(n, n, scale=[20.0, 0.5, 3.0][seed % 3])
    share = [0.4, 2.0, 0.7, 0.2, 1.5, 0.5][seed % 6]
    rate = float(draw.rng.uniform(0.5, 0.9))
    return {
        "w": draw.normal(n, n),
        "d_w": d_w,
        "learning_rate": rate,
        "limit": share * _norm([d_w]),
    }


STEP = Exercise(
    name="clipping.step",
    chapter=5,
    title="Clip, then step",
    task="Put clipping where it belongs in one step of gradient descent.",
    returns=(
        Result("w", ("unit", "from unit"), "w = w - learning_rate * min(1, limit / |d_w|) d_w"),
    ),
    solution=clipped_step,
    case=_step_case,
    misconceptions=(
        wrong(
            clipped_step,
            {"d_w = d_w * limit / norm": "pass"},
            "the long gradient has moved the weights: nothing was clipped, or it was clipped after "
            "the step, which is too late.",
            LOOK,
        ),
        wrong(
            clipped_step,
            {
                "if norm > limit": "if False",
                "return w - learning_rate * d_w": "w = w - learning_rate * d_w\n"
                "    return w * min(1.0, limit / np.sqrt((w**2).sum()))",
            },
            "the weights were clipped, and not their gradient.",
            "Clipping limits how far one step goes, not where the weights may be.",
        ),
        wrong(
            clipped_step,
            {
                "np.sqrt((d_w**2).sum())": "np.sqrt(((learning_rate * d_w) ** 2).sum())",
            },
            "the limit was held against the learning rate times the gradient: it belongs to the "
            "gradient alone.",
            LOOK,
        ),
        wrong(
            clipped_step,
            {"w - learning_rate": "w + learning_rate"},
            "the step goes uphill: the loss falls against the gradient.",
            "Minus.",
        ),
        wrong(
            clipped_step,
            {"w - learning_rate * d_w": "w - d_w"},
            "the learning rate was forgotten.",
            "`wb.range_test` shows how much depends on it.",
        ),
        wrong(
            clipped_step,
            {"if norm > limit": "if True"},
            "short gradients were made longer: clip only where the norm is above the limit.",
            LOOK,
        ),
        wrong(
            clipped_step,
            {"d_w * limit / norm": "np.clip(d_w, -limit, limit)"},
            "each number was clipped by itself; asked for is one factor for all, by the norm.",
            LOOK,
        ),
        wrong(
            clipped_step,
            {"w - learning_rate * d_w": "-learning_rate * d_w"},
            "this is the change alone; asked for are the new weights.",
            "w minus that step.",
        ),
        wrong(
            clipped_step,
            {"np.sqrt((d_w**2).sum())": "np.sqrt((w**2).sum())"},
            "the limit was held against the norm of the weights: it belongs to the gradient.",
            LOOK,
        ),
        wrong(
            clipped_step,
            {"limit / norm": "norm / limit"},
            "the fraction is upside down: a norm of twice the limit asks for a factor of one half.",
            LOOK,
        ),
        wrong(
            clipped_step,
            {
                "(d_w**2).sum()": "(d_w**2).sum(axis=1, keepdims=True)",
                "if norm > limit:\n        d_w = d_w * limit / norm": "d_w = "
                "d_w * np.minimum(1.0, limit / norm)",
            },
            "each row was clipped by a norm of its own, so the direction changes: one norm of all "
            "numbers.",
            LOOK,
        ),
        wrong(
            clipped_step,
            {"np.sqrt((d_w**2).sum())": "np.linalg.norm(d_w, 2)"},
            "the norm is the largest singular value here. The gradient's length is the root of the "
            "sum of all squares: `np.linalg.norm(d_w)`, without the 2.",
            LOOK,
        ),
    ),
    hints=(
        "First the norm of d_w, then the clip, and the step is the last line.",
        "Only where the norm is above the limit: d_w * limit / norm.",
        "`return w - learning_rate * d_w`.",
    ),
)

EXERCISES = (NORM, STEP)
