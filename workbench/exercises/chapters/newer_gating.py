"""Chapter 7, its second half: a scan in the place of the loop, and a cell typed from a paper.

Hillis and Steele (1986), Communications of the ACM 29: the doubling of spans. Feng et al. (2024),
arXiv:2410.01201: gates that ignore the state, so that it can be used. Laurent and von Brecht
(2017), ICLR: the cell without chaos.
"""

import numpy as np

from ...functions import sigmoid, tanh
from ..exercise import Exercise, Misconception, Result, exchanged, wrong
from .draw import Draw

SPANS = "Work one number by hand: a = (1/2, 1/2, 1/2, 1/2), v = (1, 1, 1, 1), two rounds."
LINES = "Lay your lines beside the paper's, sign by sign."


def scan(a, v, h):
    """All states of h_t = a_t * h_{t-1} + v_t at once.

    a, v: (steps, units). h: (units,), the state before step 0. Row t stands for a span that ends at
    step t: one step long at first, and twice as long after each round.
    Return h (steps, units), and how many rounds it took.
    """
    rounds, reach = 0, 1
    while reach < len(a):
        v = np.concatenate([v[:reach], a[reach:] * v[:-reach] + v[reach:]])
        a = np.concatenate([a[:reach], a[reach:] * a[:-reach]])
        reach *= 2
        rounds += 1
    return a * h + v, rounds


def _loop(a, v, h):
    states = []
    for a_t, v_t in zip(a, v, strict=True):
        h = a_t * h + v_t
        states.append(h)
    return np.stack(states), len(a)


def _scan_case(seed):
    draw = Draw(seed)
    shape = draw.time, draw.hidden
    return {
        "a": draw.rng.uniform(0.1, 0.9, shape), "v": draw.normal(*shape), "h": draw.normal(shape[1])
    }  # fmt: skip


SCAN = Exercise(
    name="mingru.scan",
    chapter=7,
    title="All steps in a few rounds",
    task="Two steps in a row are one step of the same form: a2 (a1 h + v1) + v2 has a = a2 a1 and "
    "v = a2 v1 + v2. In each round join every span with the one that ends where it begins, so "
    "that all spans double; those that begin at step 0 stay. Then lay them over the first state.",
    returns=(
        Result("h", ("step", "unit"), "h_t = a_t * h_{t-1} + v_t"),
        Result("rounds", (), "spans of 1, 2, 4, ... steps, until one holds them all", whole=True),
    ),
    solution=scan,
    case=_scan_case,
    misconceptions=(
        Misconception(
            _loop,
            "the states are right, and were made one after the other: as many rounds as steps. "
            "Join spans, all of them in one line of NumPy, and let them double.",
            SPANS,
        ),
        wrong(
            scan,
            exchanged(
                "v = np.concatenate([v[:reach], a[reach:] * v[:-reach] + v[reach:]])",
                "a = np.concatenate([a[:reach], a[reach:] * a[:-reach]])",
            ),
            "v was joined with an a that holds the longer span already: v first, or keep the "
            "old a.",
            SPANS,
        ),
        wrong(
            scan,
            {"a[reach:] * v[:-reach]": "a[:-reach] * v[:-reach]"},
            "the earlier span's v was multiplied by its own a. What came in earlier fades through "
            "the later span.",
            "a2 (a1 h + v1) + v2: it is a2 that multiplies v1.",
        ),
        wrong(
            scan,
            {
                "np.concatenate([v[:reach], a[reach:] * v[:-reach] + v[reach:]])": "a * np.roll("
                "v, reach, axis=0) + v",
                "np.concatenate([a[:reach], a[reach:] * a[:-reach]])": "a * np.roll("
                "a, reach, axis=0)",
            },
            "the rows were rolled round, so the first steps were joined with the last ones. A span "
            "that begins at step 0 has nothing before it and stays.",
            SPANS,
        ),
        wrong(
            scan,
            {"while reach < len(a)": "while 2 * reach < len(a)"},
            "one round is missing: the spans do not yet reach from the last step to the first.",
            "Count: after k rounds a span holds 2^k steps.",
        ),
        wrong(
            scan,
            {"reach *= 2": "reach += 1"},
            "the spans double in each round, and so does the distance to the one before: 1, 2, 4.",
            SPANS,
        ),
        wrong(
            scan,
            {"a * h + v, rounds": "v, rounds"},
            "the state before step 0 was left out.",
            "At the end row t holds the whole span from step 0 to t: h_t = a_t * h + v_t.",
        ),
        wrong(
            scan,
            {"return a * h + v": "v[0] += a[0] * h\n    return v"},
            "the state before step 0 reached step 0 alone. It fades through every later step.",
            "At the end row t holds the whole span from step 0 to t: h_t = a_t * h + v_t.",
        ),
    ),
    hints=(
        "Row t joined with row t - reach: a[t] * v[t - reach] + v[t], and a[t] * a[t - reach].",
        "For all rows at once: `a[reach:] * v[:-reach] + v[reach:]`; the first `reach` rows stay, "
        "`np.concatenate` puts them in front.",
        "Begin with reach = 1, double it while it is less than the steps, count the rounds; then "
        "`a * h + v`.",
    ),
)


def cfn(x, h, W, U, b):
    """One step of a chaos-free network.

    x: (inputs,). h: (units,), the state before. W.theta, W.eta, W.n: (units, inputs). U.theta,
    U.eta: (units, units). b.theta, b.eta: (units,). Use sigmoid and tanh of wb.functions.
    Return h, (units,).
    """
    theta = sigmoid(W.theta @ x + U.theta @ h + b.theta)
    eta = sigmoid(W.eta @ x + U.eta @ h + b.eta)
    h = theta * tanh(h) + eta * tanh(W.n @ x)
    return h


def _cfn_case(seed):
    draw = Draw(seed)
    n, gates = draw.hidden, ("theta", "eta")
    return {
        "x": draw.normal(draw.inputs),
        "h": draw.normal(n),
        "W": draw.lines((*gates, "n"), n, draw.inputs),
        "U": draw.lines(gates, n, n),
        "b": draw.lines(gates, n),
    }


CFN = Exercise(
    name="cfn.step",
    chapter=7,
    title="A cell from its paper",
    task="Laurent and von Brecht (2017): two gates, theta and eta, of the usual form; the state is "
    "theta * tanh(h before) + eta * tanh(W.n x). Type it so that `wb.cell` can read it: with "
    "`sigmoid` and `tanh` of `wb.functions`, not NumPy's.",
    returns=(Result("h", ("unit",), "h_t = theta_t * tanh(h_{t-1}) + eta_t * tanh(W.n x_t)"),),
    solution=cfn,
    case=_cfn_case,
    misconceptions=(
        wrong(
            cfn,
            {"theta * tanh(h)": "theta * h"},
            "the tanh over the old state is missing. It is what lets the state come to rest when "
            "nothing is read.",
            LINES,
        ),
        wrong(
            cfn,
            {"eta * tanh(W.n @ x)": "(1 - theta) * tanh(W.n @ x)"},
            "the second gate was replaced by 1 - theta, as in a GRU. Here it is a gate of its own.",
            LINES,
        ),
        wrong(
            cfn,
            {"theta * tanh(h) + eta * tanh(W.n @ x)": "tanh(theta * h + eta * (W.n @ x))"},
            "one tanh was laid over the sum. Each part has its own, inside its gate.",
            LINES,
        ),
        wrong(
            cfn,
            {"theta * tanh(h) + eta * tanh(W.n @ x)": "eta * tanh(h) + theta * tanh(W.n @ x)"},
            "the two gates are swapped where they act: theta keeps, eta lets in.",
            LINES,
        ),
        wrong(
            cfn,
            {" + U.theta @ h": "", " + U.eta @ h": ""},
            "the gates do not hear the state: these would be gates as in the minGRU.",
            "Compare `wb.cells.mingru`, and `U.theta` in the signature.",
        ),
        wrong(
            cfn,
            {"eta * tanh(W.n @ x)": "eta * (W.n @ x)"},
            "the tanh over what comes in is missing.",
            LINES,
        ),
        wrong(
            cfn,
            {" + b.theta": "", " + b.eta": ""},
            "the biases of both gates were forgotten.",
            LINES,
        ),
    ),
    hints=(
        "The gates first: `theta = sigmoid(W.theta @ x + U.theta @ h + b.theta)`, and eta.",
        "What is kept: `theta * tanh(h)`. What comes in: `eta * tanh(W.n @ x)`.",
        "The new state is their sum, and the only thing returned: `return h`.",
    ),
)

EXERCISES = (SCAN, CFN)
