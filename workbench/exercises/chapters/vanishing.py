"""Chapter 5: gradients that vanish or explode along a product of Jacobians, and what bounds them.

Bengio, Simard and Frasconi (1994), IEEE Transactions on Neural Networks 5; Pascanu, Mikolov and
Bengio (2013), ICML.
"""

import numpy as np

from ..exercise import Exercise, Result, exchanged, wrong
from .draw import Draw

JACOBIAN = "`wb.explore.jacobian()` shows the whole triangle of d h_t / d h_k."
REACH = "`wb.explore.gradients()`: drag the recurrent gain and watch gradients die or blow up."


def jacobian(x, h, W, U, b):
    """The derivative of an Elman layer's new state by the one before.

    x: (inputs,). h: (units,), the state before. W: (units, inputs). U: (units, units). b: (units,).
    Return (units, units): entry i, j is d h_new[i] / d h[j].
    """
    new = np.tanh(W @ x + U @ h + b)
    return (1 - new**2)[:, None] * U


def _jacobian_case(seed):
    draw = Draw(seed)
    x, h = draw.normal(draw.inputs), np.tanh(draw.normal(draw.hidden))
    return {"x": x, "h": h, **draw.elman()}


ONE_STEP = Exercise(
    name="gradients.jacobian",
    chapter=5,
    title="The Jacobian of one step",
    task="How does the new state move when the one before is moved a little? One matrix says it, "
    "and the way back through time is a product of such matrices.",
    returns=(
        Result("J", ("unit", "from unit"), "J = diag(1 - h_t^2) U,  h_t = tanh(W x_t + ...)"),
    ),
    solution=jacobian,
    case=_jacobian_case,
    misconceptions=(
        wrong(
            jacobian,
            {"(1 - new**2)[:, None] * U": "(1 - new**2) * U"},
            "the slopes multiply the columns of U; each belongs to the unit that hears, so to a "
            "row. NumPy lays a vector along the last axis.",
            "`[:, None]` makes a column of it; " + JACOBIAN,
        ),
        wrong(
            jacobian,
            {"(1 - new**2)": "(1 - h**2)"},
            "the slopes are those at the state before. The tanh that is passed is the new one.",
            JACOBIAN,
        ),
        wrong(
            jacobian,
            {"(1 - new**2)": "(1 - np.tanh(new) ** 2)"},
            "the slope was taken as if the new state were what enters the tanh; it is what comes "
            "out.",
            "The slope is 1 - h^2.",
        ),
        wrong(
            jacobian,
            {"(1 - new**2)[:, None] * U": "U"},
            "this is U alone. The tanh's slope, at most 1, makes every row shorter.",
            REACH,
        ),
        wrong(
            jacobian,
            {"(1 - new**2)[:, None] * U": "((1 - new**2)[:, None] * U).T"},
            "the matrix is transposed. That is what a gradient is multiplied by on its way back; "
            "asked for is d h_new[i] / d h[j] in row i, column j.",
            JACOBIAN,
        ),
        wrong(
            jacobian,
            {" + b)": ")"},
            "the bias was forgotten, so the slopes are those at another point.",
            "A bias drives units into saturation, where slopes are small.",
        ),
    ),
    hints=(
        "Compute the new state first; the slope of each unit's tanh is 1 - h_new^2.",
        "d h_new[i] / d h[j] = slope[i] * U[i, j].",
        "`slope[:, None] * U` multiplies row i by slope[i].",
    ),
)


def product(jacobians):
    """How the last state depends on each earlier one.

    jacobians: (steps, units, units); jacobians[t] is d h_t / d h_{t-1}.
    Return an array of the same shape: entry k is d h_last / d h_k.
    """
    products = np.empty_like(jacobians)
    products[-1] = np.eye(jacobians.shape[1])
    for k in range(len(jacobians) - 2, -1, -1):
        products[k] = products[k + 1] @ jacobians[k + 1]
    return products


def _product_case(seed):
    draw = Draw(seed)
    return {"jacobians": draw.normal(draw.time, draw.hidden, draw.hidden, scale=0.6)}


PRODUCT = Exercise(
    name="gradients.product",
    chapter=5,
    title="The product of Jacobians",
    task="By the chain rule, d h_last / d h_k is a product, one Jacobian for each step after k. "
    "Mind the order, and count the factors: the last state by itself is the identity.",
    returns=(
        Result("P", ("step", "unit", "from unit"), "d h_T / d h_k = J_T J_{T-1} ... J_{k+1}"),
    ),
    solution=product,
    case=_product_case,
    backwards=True,
    misconceptions=(
        wrong(
            product,
            {"products[k + 1] @ jacobians[k + 1]": "jacobians[k + 1] @ products[k + 1]"},
            "the factors stand in the wrong order: the latest step's Jacobian is the leftmost.",
            "Take two steps and write out d h_2 / d h_0.",
        ),
        wrong(
            product,
            {"products[k + 1] @ jacobians[k + 1]": "products[k + 1] * jacobians[k + 1]"},
            "`*` multiplies entry by entry; the chain rule adds over all units in between, so it "
            "is `@`.",
            JACOBIAN,
        ),
        wrong(
            product,
            {"@ jacobians[k + 1]": "@ jacobians[k]"},
            "each product has taken the Jacobian of one step too early: J_k leads into h_k, "
            "J_{k+1} leads out of it.",
            JACOBIAN,
        ),
        wrong(
            product,
            {
                "products[-1] = np.eye(jacobians.shape[1])": "products[-1] = jacobians[-1]",
                "jacobians[k + 1]": "jacobians[k]",
            },
            "there is one factor too many: d h_k / d h_k is the identity.",
            JACOBIAN,
        ),
        wrong(
            product,
            {"@ jacobians[k + 1]": "@ jacobians[k + 1].T"},
            "the factors are transposed. Transposed they take a gradient back; here it is the "
            "state that is followed.",
            JACOBIAN,
        ),
    ),
    hints=(
        "Begin at the end: products[-1] is the identity.",
        "Walk backwards; each step has one more factor than the one behind it.",
        "`products[k] = products[k + 1] @ jacobians[k + 1]`.",
    ),
)


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
    ),
    hints=(
        "`np.linalg.svd(U, compute_uv=False)` gives the singular values, the largest first.",
        "Each step back multiplies by a diagonal of slopes and by U^T, so the length by no more "
        "than slope * sigma.",
        "lag steps: to the power of lag.",
    ),
)

EXERCISES = (ONE_STEP, PRODUCT, NORMS, BOUND)
