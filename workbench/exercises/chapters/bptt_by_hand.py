"""Chapter 3, its second half: backpropagation through time by hand.

Werbos, P. J. (1990), Backpropagation through time, Proceedings of the IEEE 78.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw
from .elman_by_hand import STATE, UNFOLD, forward


def step_back(d_h, x, h_before, h, W, U):
    """One step of the way back, for h = tanh(W x + U h_before + b).

    d_h: (units,), dL/dh of this step, complete. x: (inputs,). h_before, h: (units,), the states
    before and after. W: (units, inputs). U: (units, units).
    Return d_a, d_W, d_U, d_x, d_h_before: what this step gives to each.
    """
    d_a = d_h * (1 - h**2)
    d_W = np.outer(d_a, x)
    d_U = np.outer(d_a, h_before)
    d_x = W.T @ d_a
    d_h_before = U.T @ d_a
    return d_a, d_W, d_U, d_x, d_h_before


def _step_back_case(seed):
    draw = Draw(seed)
    p = draw.elman()
    x, before = draw.normal(draw.inputs), np.tanh(draw.normal(draw.hidden))
    h = np.tanh(p["W"] @ x + p["U"] @ before + p["b"])
    d_h = draw.normal(draw.hidden)
    return {"d_h": d_h, "x": x, "h_before": before, "h": h, "W": p["W"], "U": p["U"]}


STEP_BACK = Exercise(
    name="bptt.step",
    chapter=3,
    title="One step back",
    task="You know how the loss changes with this step's state, d_h = dL/dh. Take it back through "
    "the tanh, and from there to the weights, the input and the state before.",
    returns=(
        Result("d_a", ("unit",), "dL/da_t = dL/dh_t * (1 - h_t^2)"),
        Result("d_W", ("unit", "input"), "dL/dW = dL/da_t x_t^T  (this step's part)"),
        Result("d_U", ("unit", "from unit"), "dL/dU = dL/da_t h_{t-1}^T  (this step's part)"),
        Result("d_x", ("input",), "dL/dx_t = W^T dL/da_t"),
        Result("d_h_before", ("unit",), "dL/dh_{t-1} = U^T dL/da_t"),
    ),
    solution=step_back,
    case=_step_back_case,
    misconceptions=(
        wrong(
            step_back,
            {"(1 - h**2)": "(1 - np.tanh(h) ** 2)"},
            "the slope was taken as if h were what enters the tanh. h is what comes out: the "
            "slope is 1 - h^2.",
            "`np.tanh` occurs nowhere on the way back.",
        ),
        wrong(
            step_back,
            {"d_h * (1 - h**2)": "d_h"},
            "the slope of the tanh was forgotten.",
            "`wb.explore.unfold()`: click an arrow that leads back through a tanh.",
        ),
        wrong(
            step_back,
            {"(1 - h**2)": "(1 - h_before**2)"},
            "the slope belongs to the state after the step, h, not to the one before.",
            UNFOLD,
        ),
        wrong(
            step_back,
            {"(1 - h**2)": "h * (1 - h)"},
            "h (1 - h) is the slope of the logistic function; that of tanh is 1 - h^2.",
            "`wb.functions` has each function with its derivative.",
        ),
        wrong(
            step_back,
            {"np.outer(d_a, h_before)": "np.outer(d_a, h)"},
            "U was multiplied by the state before the step, so its gradient holds that one.",
            STATE,
        ),
        wrong(
            step_back,
            {"np.outer(d_a, h_before)": "np.outer(h_before, d_a)"},
            "d_U is transposed: U[i, j] leads from old unit j to new unit i.",
            "d_U[i, j] = d_a[i] * h_before[j].",
        ),
        wrong(
            step_back,
            {"U.T @ d_a": "U @ d_a"},
            "on the way back U is turned: unit j hears of its error from all units i that it "
            "spoke to.",
            UNFOLD,
        ),
        wrong(
            step_back,
            {"U.T @ d_a": "U.T @ d_h"},
            "the way to the state before leads through the tanh too: multiply d_a, not d_h.",
            UNFOLD,
        ),
        wrong(
            step_back,
            {"(1 - h**2)": "(1 - h)"},
            "the square was forgotten: the slope of tanh is 1 - h^2.",
            "At h = -0.5 a slope of 1.5 came out; that of tanh is never above 1.",
        ),
        wrong(
            step_back,
            {"np.outer(d_a,": "np.outer(d_h,"},
            "the weights stand before the tanh, so their gradients hold d_a, not d_h.",
            STATE,
        ),
    ),
    hints=(
        "First d_a = dL/da, where a is what enters the tanh. The slope of tanh, told by its "
        "output, is 1 - h^2.",
        "W[i, j] stands between x[j] and a[i], so d_W[i, j] = d_a[i] * x[j]: `np.outer(d_a, x)`.",
        "x[j] reaches every a[i] through W[i, j], so add over i: `W.T @ d_a`. The same with U.",
    ),
)


def through_time(d_h, x, h_first, h, W, U):
    """Backpropagation through time for an Elman layer.

    d_h: (steps, units), the part of dL/dh_t that does not come from later steps. x: (steps,
    inputs). h_first: (units,), the state before step 0. h: (steps, units). W: (units, inputs).
    U: (units, units).
    Return d_a (steps, units), d_W, d_U and d_b, the last three shaped like W, U and b.
    """
    d_a = np.zeros_like(h)
    d_W, d_U, d_b = np.zeros_like(W), np.zeros_like(U), np.zeros_like(h_first)
    carried = np.zeros_like(h_first)
    for t in reversed(range(len(x))):
        d_a[t] = (d_h[t] + carried) * (1 - h[t] ** 2)
        d_W += np.outer(d_a[t], x[t])
        d_U += np.outer(d_a[t], h[t - 1] if t > 0 else h_first)
        d_b += d_a[t]
        carried = U.T @ d_a[t]
    return d_a, d_W, d_U, d_b


def _through_time_case(seed):
    draw = Draw(seed)
    p = draw.elman()
    x, first = draw.normal(draw.time, draw.inputs), np.tanh(draw.normal(draw.hidden))
    h = forward(x, first, **p)
    d_h = draw.normal(draw.time, draw.hidden)
    return {"d_h": d_h, "x": x, "h_first": first, "h": h, "W": p["W"], "U": p["U"]}


THROUGH_TIME = Exercise(
    name="bptt.through_time",
    chapter=3,
    title="All the way back",
    task="Walk from the last step to the first. At each step two gradients meet: the loss's own, "
    "d_h[t], and what the later steps send back. The weights are shared, so every step adds to "
    "the same d_W, d_U and d_b.",
    returns=(
        Result("d_a", ("step", "unit"), "dL/da_t = (d_h_t + U^T dL/da_{t+1}) * (1 - h_t^2)"),
        Result("d_W", ("unit", "input"), "dL/dW = sum over t of dL/da_t x_t^T"),
        Result("d_U", ("unit", "from unit"), "dL/dU = sum over t of dL/da_t h_{t-1}^T"),
        Result("d_b", ("unit",), "dL/db = sum over t of dL/da_t"),
    ),
    solution=through_time,
    case=_through_time_case,
    backwards=True,
    misconceptions=(
        wrong(
            through_time,
            {"(d_h[t] + carried)": "d_h[t]"},
            "nothing is carried back: each step knows only its own loss, as if time were cut "
            "between all steps.",
            "`trace.bptt(d_h, truncate=1)` does that on purpose; " + UNFOLD,
        ),
        wrong(
            through_time,
            {"(d_h[t] + carried)": "(carried if t < len(x) - 1 else d_h[t])"},
            "only the last step's loss is sent back; the others' own parts, d_h[t], were left out.",
            UNFOLD,
        ),
        wrong(
            through_time,
            {"reversed(range(len(x)))": "range(len(x))"},
            "the walk goes forwards. What a step sends back comes from later steps, so begin at "
            "the last.",
            UNFOLD,
        ),
        wrong(
            through_time,
            {"+= np.outer": "= np.outer", "d_b +=": "d_b ="},
            "each step overwrites the gradient of the weights: what is left is that of step 0. "
            "Shared weights add up.",
            '`gradients.by_step("U")` shows what each step adds.',
        ),
        wrong(
            through_time,
            {"h[t - 1] if t > 0 else h_first": "h[t]"},
            "the gradient of U uses the new state of each step; U was multiplied by the old one.",
            STATE,
        ),
        wrong(
            through_time,
            {"h[t - 1] if t > 0 else h_first": "h[t - 1]"},
            "at step 0, `h[t - 1]` is h[-1], the last state of all: Python counts from the end. "
            "Before step 0 stands h_first.",
            "Print t and t - 1 in the loop.",
        ),
        wrong(
            through_time,
            {"(1 - h[t] ** 2)": "(1 - np.tanh(h[t]) ** 2)"},
            "the slope was taken as if h were what enters the tanh; it is what comes out.",
            "The slope is 1 - h^2.",
        ),
        wrong(
            through_time,
            {"U.T @ d_a[t]": "U @ d_a[t]"},
            "on the way back U is turned: `U.T @ d_a[t]`.",
            UNFOLD,
        ),
        wrong(
            through_time,
            {"carried = U.T @ d_a[t]": "carried = U.T @ (d_h[t] + carried)"},
            "what is carried skips the tanh: its slope belongs into every step of the way.",
            "`wb.explore.gradients()` shows how those slopes make gradients vanish.",
        ),
        wrong(
            through_time,
            {" * (1 - h[t] ** 2)": ""},
            "the slope of the tanh was forgotten.",
            "`wb.explore.unfold()`: click an arrow that leads back through a tanh.",
        ),
        wrong(
            through_time,
            {"(d_h[t] + carried) * (1": "d_h[t] + carried * (1"},
            "the loss's own part was not multiplied by the slope. Both parts reach h[t], so both "
            "go back through its tanh.",
            "`(d_h[t] + carried) * ...`: mind the brackets.",
        ),
        wrong(
            through_time,
            {"(1 - h[t] ** 2)": "(1 - (h[t - 1] if t > 0 else h_first) ** 2)"},
            "the slope belongs to the state after step t, h[t], not to the one before.",
            STATE,
        ),
        wrong(
            through_time,
            {"carried = U.T @ d_a[t]": "carried = d_a[t]"},
            "what is carried skips U: the old state reaches the new one through it.",
            UNFOLD,
        ),
        wrong(
            through_time,
            {"carried = U.T": "carried += U.T"},
            "what is carried piles up. `d_a[t]` holds what came from all later steps already, so "
            "`U.T @ d_a[t]` takes the place of what was carried before.",
            UNFOLD,
        ),
        wrong(
            through_time,
            {"reversed(range(len(x)))": "range(len(x) - 1, 0, -1)"},
            "the walk ends at step 1. Step 0 has a gradient too, and gives to the weights.",
            "`range(n - 1, -1, -1)`, or `reversed(range(n))`, comes to 0.",
        ),
        wrong(
            through_time,
            {"else h_first": "else 0 * h_first"},
            "the state before step 0 was taken as 0; it is h_first.",
            "Only step 0's part of d_U meets it.",
        ),
        wrong(
            through_time,
            {"return d_a, d_W, d_U, d_b": "return d_a, d_W / len(x), d_U / len(x), d_b / len(x)"},
            "the weights got the mean over the steps; what each step gives is added up.",
            '`gradients.by_step("U")` shows what each step adds.',
        ),
    ),
    hints=(
        "`for t in reversed(range(len(x))):`, with `carried = np.zeros(...)` before it: nothing "
        "comes from behind the last step.",
        "Inside it is `bptt.step` once more, with d_h[t] + carried in the place of d_h, and `+=` "
        "for the weights.",
        "The last line of the loop makes what the step before receives: `carried = U.T @ d_a[t]`. "
        "Mind the state before step 0.",
    ),
)


EXERCISES = (STEP_BACK, THROUGH_TIME)
