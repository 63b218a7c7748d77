"""Chapter 6: one step back through an LSTM's cell state.

Hochreiter and Schmidhuber (1997), Neural Computation 9, appendix A; Gers, Schmidhuber and Cummins
(2000).
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw
from .lstm import C, H, step, step_case


def step_back(d_h, d_c, i, f, g, o, c_before, c):
    """One step back through the last two lines of an LSTM.

    d_h: (units,), dL/dh of this step. d_c: (units,), what later steps send to c_t. i, f, g, o, c:
    (units,), this step's lines. c_before: (units,), the cell state before.
    Return d_o, d_c, d_i, d_f, d_g, d_c_before, where d_c is the total for c_t.
    """
    squashed = np.tanh(c)
    d_o = d_h * squashed
    d_c = d_c + d_h * o * (1 - squashed**2)
    d_i = d_c * g
    d_f = d_c * c_before
    d_g = d_c * i
    d_c_before = d_c * f
    return d_o, d_c, d_i, d_f, d_g, d_c_before


def _step_back_case(seed):
    draw = Draw(seed)
    n = draw.hidden
    inputs = step_case(seed)
    i, f, g, o, c, _ = step(**inputs)
    gates = {"i": i, "f": f, "g": g, "o": o}
    return {
        "d_h": draw.normal(n), "d_c": draw.normal(n), **gates, "c_before": inputs["c"], "c": c
    }  # fmt: skip


BACK = Exercise(
    name="lstm.step_back",
    chapter=6,
    title="Back through the cell",
    task="Take two gradients back through h = o * tanh(c) and c = f * c_before + i * g: what "
    "comes down from h, and what later steps send along the cell state. The last line is the "
    "carousel: c_before receives d_c times f, and no slope of a tanh.",
    returns=(
        Result("d_o", ("unit",), "dL/do_t = dL/dh_t * tanh(c_t)"),
        Result("d_c", ("unit",), "dL/dc_t = carried + dL/dh_t * o_t * (1 - tanh(c_t)^2)"),
        Result("d_i", ("unit",), "dL/di_t = dL/dc_t * g_t"),
        Result("d_f", ("unit",), "dL/df_t = dL/dc_t * c_{t-1}"),
        Result("d_g", ("unit",), "dL/dg_t = dL/dc_t * i_t"),
        Result("d_c_before", ("unit",), "dL/dc_{t-1} = dL/dc_t * f_t"),
    ),
    solution=step_back,
    case=_step_back_case,
    misconceptions=(
        wrong(
            step_back,
            {"d_c = d_c + d_h": "d_c = d_h"},
            "what later steps send along the cell state was overwritten. Both ways meet in c, so "
            "they are added.",
            "`wb.explore.carousel()`: that way is what an LSTM is for.",
        ),
        wrong(
            step_back,
            {"d_c + d_h * o * (1 - squashed**2)": "d_c"},
            "the way from h down to c was left out.",
            "`wb.explore.gradients()` shows the paths of h and c apart.",
        ),
        wrong(
            step_back,
            {"(1 - squashed**2)": "(1 - c**2)"},
            "the slope was taken as if c were what comes out of the tanh; it is what enters it: "
            "1 - tanh(c)^2.",
            H,
        ),
        wrong(
            step_back,
            {" * (1 - squashed**2)": ""},
            "the slope of the tanh around c was forgotten.",
            H,
        ),
        wrong(
            step_back,
            {"d_c * c_before": "d_c * c"},
            "the forget gate multiplied the old cell state, so its gradient holds c_before.",
            C,
        ),
        wrong(
            step_back,
            {"d_i = d_c * g": "d_i = d_c * i", "d_g = d_c * i": "d_g = d_c * g"},
            "in a product each factor's gradient holds the other one: d_i holds g, d_g holds i.",
            C,
        ),
        wrong(
            step_back,
            {"d_c_before = d_c * f": "d_c_before = d_c"},
            "the forget gate was left out on the way to the step before.",
            "`wb.explore.carousel()`: drag its bias.",
        ),
        wrong(
            step_back,
            {"d_h * squashed": "d_h * c"},
            "o multiplied tanh(c), not c.",
            H,
        ),
        wrong(
            step_back,
            {"d_h * squashed": "d_h * squashed * o * (1 - o)"},
            "the slope of the gate's own function is in it already. Asked for is dL/do, for the "
            "gate as it is; the way on to its weights comes later.",
            H,
        ),
        wrong(
            step_back,
            {"d_h * o * ": "d_h * "},
            "on its way from h to c the gradient passes the output gate: times o.",
            H,
        ),
        wrong(
            step_back,
            {"(1 - squashed**2)": "(1 - (o * squashed) ** 2)"},
            "the slope was taken from h. What comes out of this tanh is tanh(c); h is that times "
            "o.",
            H,
        ),
        wrong(
            step_back,
            {"(1 - squashed**2)": "(1 - np.tanh(c_before) ** 2)"},
            "the slope belongs to the new cell state c, not to the old one.",
            H,
        ),
        wrong(
            step_back,
            {
                "squashed = np.tanh(c)": "squashed, later = np.tanh(c), d_c",
                "d_c_before = d_c * f": "d_c_before = later * f",
            },
            "only what came from later steps was handed on. The step before gets its share of the "
            "total.",
            C,
        ),
    ),
    hints=(
        "From h = o * tanh(c): d_o = d_h * tanh(c), and c receives d_h * o times the slope of "
        "the tanh at c.",
        "c is used twice, by h and by the next step's c: its total is the sum, d_c + ...",
        "From c = f * c_before + i * g: each factor receives d_c times its partner.",
    ),
)

EXERCISES = (BACK,)
