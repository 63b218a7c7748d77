"""Chapter 5: gradients that vanish or explode along a product of Jacobians, and what bounds them.

Bengio, Simard and Frasconi (1994), IEEE Transactions on Neural Networks 5; Pascanu, Mikolov and
Bengio (2013), ICML.
"""

import numpy as np

from ..exercise import Exercise, Result, exchanged, wrong
from .draw import Draw
from .jacobians import REACH


def norms(d_last, jacobians):
    """How long the gradient of a loss at the end still is at each earlier step.

    d_last: (units,), dL/dh of the last step. jacobians: (steps, units, units); jacobians[t] is
    d h_t / d h_{t-1}.
    Return (steps,): the Euclidean norm of dL/dh_t.
    """
    d, found = d_last, np.empty(len(jacobians))
    for t in range(len(jacobians) - 1, -1, -1):
        found[t] = np.sqrt((d**2).sum())
        d = jacobians[t].T @ d
    return found


def _norms_case(seed):
    draw = Draw(seed)
    gain = 0.3 if seed % 2 else 1.4
    jacobians = draw.normal(draw.time + 8, draw.hidden, draw.hidden, scale=gain)
    return {"d_last": draw.normal(draw.hidden), "jacobians": jacobians}


NORMS = Exercise(
    name="gradients.norms",
    chapter=5,
    title="Watch it vanish",
    task="Carry one gradient back and write down its length at every step. Half of the cases "
    "vanish, half explode. The numbers of early steps must be right too, however small.",
    returns=(Result("norm", ("step",), "dL/dh_{t-1} = J_t^T dL/dh_t;  norm_t = |dL/dh_t|"),),
    solution=norms,
    case=_norms_case,
    backwards=True,
    misconceptions=(
        wrong(
            norms,
            {"jacobians[t].T @ d": "jacobians[t] @ d"},
            "the Jacobian was not transposed: this carries a change of the state, not a gradient.",
            REACH,
        ),
        wrong(
            norms,
            {"np.sqrt((d**2).sum())": "(d**2).sum()"},
            "this is the norm squared: the root is missing.",
            "It vanishes twice as fast on a log axis.",
        ),
        wrong(
            norms,
            {"np.sqrt((d**2).sum())": "np.abs(d).sum()"},
            "these are sums of sizes (the 1-norm). The Euclidean norm is the root of the sum of "
            "squares.",
            "`np.linalg.norm(d)`.",
        ),
        wrong(
            norms,
            {"np.sqrt((d**2).sum())": "np.sqrt((d**2).mean())"},
            "a mean stands where the sum should be: the length must not depend on how many units "
            "there are.",
            "`np.linalg.norm(d)`.",
        ),
        wrong(
            norms,
            {"range(len(jacobians) - 1, -1, -1)": "range(len(jacobians))"},
            "the walk begins at the first step; the loss is at the last one.",
            REACH,
        ),
        wrong(
            norms,
            exchanged("found[t] = np.sqrt((d**2).sum())", "d = jacobians[t].T @ d"),
            "all lengths are one step early: the last one is that of d_last itself.",
            "Write down the length first, then go one step back.",
        ),
        wrong(
            norms,
            {"d = jacobians[t].T @ d": "d = jacobians[t].T @ d / found[t]"},
            "the gradient is made one long again at every step, which hides that it vanishes.",
            REACH,
        ),
        wrong(
            norms,
            {"np.sqrt((d**2).sum())": "np.abs(d).max()"},
            "this is the largest entry. The Euclidean norm is the root of the sum of squares.",
            "`np.linalg.norm(d)`.",
        ),
        wrong(
            norms,
            {"d = jacobians[t].T @ d": "d = d * np.sqrt((jacobians[t] ** 2).sum())"},
            "the norms of the Jacobians were multiplied. That is a bound; what is left depends on "
            "the gradient's direction, so carry the gradient itself.",
            REACH,
        ),
        wrong(
            norms,
            {"d = jacobians[t].T @ d": "d = d * np.linalg.norm(jacobians[t], 2)"},
            "the largest singular values were multiplied. That is a bound; what is left depends "
            "on the gradient's direction, so carry the gradient itself.",
            REACH,
        ),
        wrong(
            norms,
            {"jacobians[t].T @ d\n": "jacobians[t].T @ d_last\n"},
            "each step begins at d_last again: what has come back one step is not handed on.",
            "`d = jacobians[t].T @ d`, with d on both sides.",
        ),
        wrong(
            norms,
            {
                "found[t] = np.sqrt((d**2).sum())": "d = jacobians[t].T @ d_last",
                "d = jacobians[t].T @ d\n": "found[t] = np.sqrt((d**2).sum())\n",
            },
            "each Jacobian was multiplied by d_last alone: what has come back one step is not "
            "handed on.",
            "`d = jacobians[t].T @ d`, with d on both sides.",
        ),
    ),
    hints=(
        "Begin with t = the last step and d = d_last.",
        "Write down the norm, then take d one step back: `d = jacobians[t].T @ d`.",
        "`np.sqrt((d**2).sum())` is the norm.",
    ),
)


def bound(U, slope, lag):
    """The most that can be left of a gradient, by the largest singular value.

    U: (units, units), the recurrent matrix. slope: the largest slope of the activation, 1 for
    tanh, 1/4 for the logistic function. lag: a whole number of steps.
    Return one number: no gradient is longer than this times its length `lag` steps later.
    """
    largest = np.linalg.svd(U, compute_uv=False)[0]
    return (slope * largest) ** lag


def _bound_case(seed):
    draw = Draw(seed)
    n = draw.hidden
    slope = [1.0, 0.25][seed % 2]
    return {"U": draw.normal(n, n), "slope": slope, "lag": int(draw.rng.integers(3, 9))}


BOUND = Exercise(
    name="gradients.bound",
    chapter=5,
    title="What decides: the singular value",
    task="Pascanu, Mikolov and Bengio (2013): if the activation's largest slope times U's largest "
    "singular value is below 1, gradients must vanish. Above 1 they may explode, and need not. "
    "Compute how much can be left after `lag` steps.",
    returns=(Result("bound", (), "|dL/dh_{t-lag}| <= (slope * sigma_max(U))^lag |dL/dh_t|"),),
    solution=bound,
    case=_bound_case,
    misconceptions=(
        wrong(
            bound,
            {"np.linalg.svd(U, compute_uv=False)[0]": "np.abs(np.linalg.eigvals(U)).max()"},
            "that is the spectral radius, the largest eigenvalue. It is not larger than the "
            "largest singular value, and a gradient can grow for a while although it is below 1.",
            "`wb.measure.sigma_bound`, `wb.explore.jacobian()`.",
        ),
        wrong(
            bound,
            {"np.linalg.svd(U, compute_uv=False)[0]": "np.sqrt((U**2).sum())"},
            "that is the Frobenius norm, the root of the sum of all squared singular values: a "
            "bound as well, and a worse one.",
            "`np.linalg.norm(U, 2)` is the largest singular value; without the 2 it is this one.",
        ),
        wrong(
            bound,
            {"[0]": "[-1]"},
            "that is the smallest singular value: how much is left of the direction that shrinks "
            "most.",
            "`np.linalg.svd` gives the largest first.",
        ),
        wrong(
            bound,
            {"(slope * largest) ** lag": "slope * largest**lag"},
            "the slope belongs to every step: there are as many slopes as factors U.",
            REACH,
        ),
        wrong(
            bound,
            {"(slope * largest) ** lag": "(slope * largest) * lag"},
            "steps multiply, they do not add: to the power of lag.",
            REACH,
        ),
        wrong(
            bound,
            {"[0]\n": "[0] ** 2\n"},
            "that is an eigenvalue of U^T U; its root is the singular value.",
            "`np.linalg.svd` gives the roots already.",
        ),
        wrong(
            bound,
            {"slope * largest": "largest"},
            "the activation's slope was left out: each step back multiplies by it too.",
            REACH,
        ),
        wrong(
            bound,
            {"** lag": "** (lag - 1)"},
            "one factor is missing: `lag` steps back are `lag` factors.",
            "For a lag of 1 the factor stands there once.",
        ),
        wrong(
            bound,
            {"(slope * largest) ** lag": "min(1.0, (slope * largest) ** lag)"},
            "the bound was cut off at 1. A gradient may grow, so it may be above 1.",
            REACH,
        ),
        wrong(
            bound,
            {"np.linalg.svd(U, compute_uv=False)[0]": "np.abs(U).max()"},
            "that is the largest entry of U. How far a matrix stretches a vector depends on all "
            "of them.",
            "`np.linalg.svd(U, compute_uv=False)`.",
        ),
        wrong(
            bound,
            {
                "(slope * largest) ** lag": "slope**lag"
                " * np.linalg.norm(np.linalg.matrix_power(U, lag), 2)"
            },
            "that is the singular value of U to the power of lag. Between two factors U stands a "
            "diagonal of slopes, another one at each step, so it bounds nothing: take the "
            "singular value of U, then the power.",
            "`wb.measure.sigma_bound`, `wb.explore.jacobian()`.",
        ),
    ),
    hints=(
        "`np.linalg.svd(U, compute_uv=False)` gives the singular values, the largest first.",
        "Each step back multiplies by a diagonal of slopes and by U^T, so the length by no more "
        "than slope * sigma.",
        "lag steps: to the power of lag.",
    ),
)

EXERCISES = (NORMS, BOUND)
