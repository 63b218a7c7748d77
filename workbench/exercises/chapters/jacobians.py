"""Chapter 5, its beginning: the Jacobian of one step, and the product of several.

Pascanu, Mikolov and Bengio (2013), ICML, equation 5.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
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
        wrong(
            jacobian,
            {"[:, None] * U": "[:, None] * U.T"},
            "U was transposed. It is turned on the way back only; this is how the state itself "
            "moves.",
            JACOBIAN,
        ),
        wrong(
            jacobian,
            {"np.tanh(W @ x + U @ h + b)": "W @ x + U @ h + b"},
            "1 - a^2 was taken, with the a that enters the tanh. The slope is 1 - h^2, with what "
            "comes out.",
            "A slope of tanh lies in 0..1.",
        ),
        wrong(
            jacobian,
            {"W @ x + ": ""},
            "the input was left out, so the slopes are those at another point.",
            JACOBIAN,
        ),
        wrong(
            jacobian,
            {"(1 - new**2)[:, None] * U": "np.diag(1 - new**2) * U"},
            "`*` multiplies entry by entry and leaves the diagonal alone; a product of matrices "
            "is `@`.",
            "`np.diag(slope) @ U`, or `slope[:, None] * U`.",
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

EXERCISES = (ONE_STEP, PRODUCT)
