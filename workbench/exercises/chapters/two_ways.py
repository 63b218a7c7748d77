"""Chapter 9, the first half: a sequence read from both ends, and a slow layer over a fast one.

Schuster and Paliwal (1997), IEEE Transactions on Signal Processing 45: the two directions.
El Hihi and Bengio (1995), NIPS 8; Koutnik et al. (2014), ICML: layers at several speeds.
"""

from functools import partial

import numpy as np

from ..exercise import Exercise, Result, wrong
from . import elman_by_hand
from .draw import Draw

BOTH = "`wb.Bidirectional` keeps this order; with `ends=True` it gives the vector."
SPEEDS = "`wb.Hierarchical`: its trace has the slow states, which stand still between two ticks."


def two_ways(ahead, back, x):
    """Read a sequence in both directions.

    ahead, back: functions (steps, inputs) -> (steps, units), two layers with weights of their own:
    each gives its states in the order in which it reads. x: (steps, inputs).
    Return y (steps, 2 * units), at each step the state of `ahead` beside that of `back`; and end
    (2 * units,), the two states that have each read everything.
    """
    f = ahead(x)
    b = back(x[::-1])[::-1]
    y = np.concatenate([f, b], axis=1)
    end = np.concatenate([f[-1], b[0]])
    return y, end


def _two_ways_case(seed):
    draw = Draw(seed)
    h = np.zeros(draw.hidden)
    ahead, back = (partial(elman_by_hand.forward, h=h, **draw.elman()) for _ in range(2))
    return {"ahead": ahead, "back": back, "x": draw.normal(draw.time, draw.inputs)}


TWO_WAYS = Exercise(
    name="bidirectional.forward",
    chapter=9,
    title="Read from both ends",
    task="One layer reads the sequence as it stands, another one from its end. Put side by side "
    "what both know at each step, and give the two states that have read everything.",
    returns=(
        Result(
            "y", ("step", "unit"), "y_t = [f_t, b_t];  f_t has read x_0 .. x_t, b_t x_t .. x_last"
        ),
        Result("end", ("unit",), "end = [f_last, b_0]"),
    ),
    solution=two_ways,
    case=_two_ways_case,
    misconceptions=(
        wrong(
            two_ways,
            {"back(x[::-1])[::-1]": "back(x[::-1])", "b[0]": "b[-1]"},
            "the states of the way back were not turned round. They come in the order of reading, "
            "so b_0 stood beside f_0 although it had read the last step.",
            BOTH,
        ),
        wrong(
            two_ways,
            {"np.concatenate([f[-1], b[0]])": "y[-1]"},
            "`end` is the last step of both. There the way back has only begun: it has read one "
            "step. It has read everything at step 0.",
            BOTH,
        ),
        wrong(
            two_ways,
            {"back(x[::-1])[::-1]": "back(x)", "b[0]": "b[-1]"},
            "both layers read from the beginning. Turn the sequence for the second one.",
            BOTH,
        ),
        wrong(
            two_ways,
            {"back(x[::-1])[::-1]": "back(x)[::-1]"},
            "the states were turned round, but not the sequence: `back` read from the beginning.",
            BOTH,
        ),
        wrong(
            two_ways,
            {"x[::-1]": "x[:, ::-1]"},
            "the inputs of each step were turned round, not the steps: time is the first axis.",
            "`np.arange(6).reshape(3, 2)[::-1]`, and the same with `[:, ::-1]`.",
        ),
        wrong(
            two_ways,
            {"back(x[::-1])": "ahead(x[::-1])"},
            "one layer read in both directions. The way back has weights of its own.",
            BOTH,
        ),
        wrong(
            two_ways,
            {"[f, b], axis=1": "[b, f], axis=1", "[f[-1], b[0]]": "[b[0], f[-1]]"},
            "the directions are in the wrong order: the one that goes ahead comes first.",
            BOTH,
        ),
        wrong(
            two_ways,
            {
                "np.concatenate([f, b], axis=1)": "f + b",
                "np.concatenate([f[-1], b[0]])": "f[-1] + b[0]",
            },
            "the two were added; asked for are both, side by side.",
            "`wb.Bidirectional` can do either: `merge`.",
        ),
    ),
    hints=(
        "`x[::-1]` is the sequence from its end. What does `back` give for it, and in which order?",
        "`b = back(x[::-1])[::-1]`: turned once for reading, once more to stand beside f.",
        "f has read everything at its last step. Where does b stand when it has?",
    ),
)


def two_speeds(fast, slow, x, h, s, every):
    """A slow layer over a fast one.

    fast, slow: functions (input, state) -> state, one step each; the slow layer's input is the
    fast one's new state. x: (steps, inputs). h: (fast units,), s: (slow units,), the states before
    step 0. every: the slow layer moves at the last of each `every` steps, and stands still between.
    Return (steps, fast units + slow units): both states after each step, the fast one first.
    """
    states = []
    for t, x_t in enumerate(x):
        h = fast(x_t, h)
        if (t + 1) % every == 0:
            s = slow(h, s)
        states.append(np.concatenate([h, s]))
    return np.stack(states)


def _step(x, h, W, U, b):
    return np.tanh(W @ x + U @ h + b)


def _two_speeds_case(seed):
    draw = Draw(seed)
    below, above = draw.elman(), draw.hidden + 1
    over = {
        "W": draw.normal(above, draw.hidden, scale=0.7),
        "U": draw.normal(above, above, scale=0.7),
        "b": draw.normal(above, scale=0.5),
    }
    states = {"h": np.tanh(draw.normal(draw.hidden)), "s": np.tanh(draw.normal(above))}
    every = [2, 3, 1][seed % 3]
    x = draw.normal(draw.time + 2, draw.inputs)
    return {
        "fast": partial(_step, **below), "slow": partial(_step, **over), "x": x, **states,
        "every": every,
    }  # fmt: skip


TWO_SPEEDS = Exercise(
    name="stack.two_speeds",
    chapter=9,
    title="A layer on a layer, with a clock of its own",
    task="The upper layer reads what the lower one makes, once in `every` steps. With `every` 1 "
    "this is the usual stack of two layers.",
    returns=(
        Result(
            "states",
            ("step", "unit"),
            "h_t = fast(x_t, h_{t-1});  s_t = slow(h_t, s_{t-1}) at every k-th step, else s_{t-1}",
        ),
    ),
    solution=two_speeds,
    case=_two_speeds_case,
    misconceptions=(
        wrong(
            two_speeds,
            {"(t + 1) % every": "t % every"},
            "the slow layer moved at the first of each `every` steps; it moves at the last, when "
            "the fast one has read them all.",
            SPEEDS,
        ),
        wrong(
            two_speeds,
            {"if (t + 1) % every == 0:": "if True:"},
            "the slow layer moved at each step, whatever `every` says.",
            SPEEDS,
        ),
        wrong(
            two_speeds,
            {
                "            s = slow(h, s)\n": "            s = slow(h, s)\n        else:\n"
                "            s = np.zeros_like(s)\n"
            },
            "between its steps the slow state was set to 0. It stands still: that is its memory.",
            SPEEDS,
        ),
        wrong(
            two_speeds,
            {
                "        h = fast(x_t, h)\n": "        before = h\n        h = fast(x_t, h)\n",
                "slow(h, s)": "slow(before, s)",
            },
            "the slow layer read the fast state of the step before; it reads the new one.",
            SPEEDS,
        ),
        wrong(
            two_speeds,
            {"            s = slow(h, s)": "            s = slow(h, np.zeros_like(s))"},
            "the slow layer began at 0 whenever it moved. It is recurrent too: its own last state "
            "goes in.",
            SPEEDS,
        ),
        wrong(
            two_speeds,
            {
                "        states.append(np.concatenate([h, s]))": "        states.append(np."
                "concatenate([h, s]))\n        if (t + 1) % every == 0:\n"
                "            h = np.zeros_like(h)"
            },
            "the fast layer began anew after each stretch. That is the chunked way; here its state "
            "goes on.",
            '`wb.Hierarchical` has both: `style="clockwork"` and `style="chunked"`.',
        ),
        wrong(
            two_speeds,
            {"np.concatenate([h, s])": "s"},
            "only the slow state was returned; asked for are both, side by side.",
            SPEEDS,
        ),
    ),
    hints=(
        "The fast layer moves at each step: `h = fast(x_t, h)`.",
        "Counted from 1, steps every, 2 * every, ... are the slow layer's: `(t + 1) % every == 0`.",
        "When it does not move, `s` simply stays. Note both after each step.",
    ),
)

EXERCISES = (TWO_WAYS, TWO_SPEEDS)
