"""Chapter 4: from states to a loss at every step, and back through time in pieces.

Williams and Peng (1990), Neural Computation 2: truncated backpropagation through time.
"""

import numpy as np

from ..exercise import Exercise, Result, wrong
from .draw import Draw

CURVES = '`wb.fit` takes it as `loss="cross_entropy"`, and `History` keeps it.'
PIECES = "`trace.bptt(d_h, truncate=k)`, and `wb.Stream`, which needs it."


def softmax(logits):
    """The probabilities of the classes at every step.

    logits: (steps, classes), any size.
    Return (steps, classes).
    """
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _softmax_case(seed):
    draw = Draw(seed)
    scale = [1.0, 3.0, 400.0][seed % 3]
    return {"logits": draw.normal(draw.time, draw.hidden + 1, scale=scale)}


SOFTMAX = Exercise(
    name="output.softmax",
    chapter=4,
    title="Probabilities at every step",
    task="Turn numbers of any size into probabilities, step by step. Some cases have numbers "
    "that exp cannot take.",
    returns=(Result("p", ("step", "class"), "p_tk = exp(y_tk) / sum over classes j of exp(y_tj)"),),
    solution=softmax,
    case=_softmax_case,
    misconceptions=(
        wrong(
            softmax,
            {"axis=1": "axis=0"},
            "the softmax runs over the wrong axis: each class's numbers add up to 1 over time. "
            "Each step's should, over the classes.",
            "`p.sum(axis=1)` must be 1 at every step.",
        ),
        wrong(
            softmax,
            {"e.sum(axis=1, keepdims=True)": "e.sum()"},
            "all numbers together add up to 1; each step should by itself.",
            "`p.sum(axis=1)` must be 1 at every step.",
        ),
        wrong(
            softmax,
            {"logits - logits.max(axis=1, keepdims=True)": "logits"},
            "exp of a large number is infinite, and infinite by infinite is not a number. Take "
            "the largest of each step away first: the result is the same.",
            "`np.exp(710.0)` is infinite already.",
        ),
        wrong(
            softmax,
            {"e / e.sum(axis=1, keepdims=True)": "1 / (1 + np.exp(-logits))"},
            "the logistic function was taken for each class by itself: these do not add up to 1.",
            "`p.sum(axis=1)` must be 1 at every step.",
        ),
        wrong(
            softmax,
            {"e / e.sum(axis=1, keepdims=True)": "e"},
            "it was not divided by the sum.",
            "`p.sum(axis=1)` must be 1 at every step.",
        ),
    ),
    hints=(
        "One step at a time, over the classes: axis 1.",
        "A number that is taken from all logits of a step does not change its probabilities.",
        "`np.exp(logits - logits.max(axis=1, keepdims=True))`, then divide by its sum.",
    ),
)


def cross_entropy(p, targets):
    """The cross-entropy of a sequence of forecasts.

    p: (steps, classes), probabilities. targets: (steps,), the number of the right class.
    Return losses, loss: that of each step (steps,), and their mean.
    """
    losses = -np.log(p[np.arange(len(targets)), targets])
    return losses, losses.mean()


def _cross_entropy_case(seed):
    draw = Draw(seed)
    p = softmax(draw.normal(draw.time, draw.hidden + 1))
    return {"p": p, "targets": draw.rng.integers(0, p.shape[1], draw.time)}


CROSS_ENTROPY = Exercise(
    name="output.cross_entropy",
    chapter=4,
    title="How wrong, at every step",
    task="The loss of a step is the surprise at what came: minus the logarithm of the "
    "probability that the right class was given.",
    returns=(
        Result("losses", ("step",), "L_t = -log p_t[target_t]"),
        Result("loss", (), "L = mean over t of L_t"),
    ),
    solution=cross_entropy,
    case=_cross_entropy_case,
    misconceptions=(
        wrong(
            cross_entropy,
            {"-np.log": "np.log"},
            "the minus is missing: logarithms of probabilities are negative, a loss is not.",
            CURVES,
        ),
        wrong(
            cross_entropy,
            {"losses.mean()": "losses.sum()"},
            "the steps were added, so that a longer sequence has a larger loss; asked for is the "
            "mean.",
            CURVES,
        ),
        wrong(
            cross_entropy,
            {"np.log(": "np.log2("},
            "these are bits, logarithms to the base of 2; asked for is the natural one.",
            '`history["bits_per_character"]` divides by log 2.',
        ),
        wrong(
            cross_entropy,
            {
                "-np.log(p[np.arange(len(targets)), targets])": "1 - p[np.arange(len(targets)), "
                "targets]"
            },
            "one minus the probability is not the cross-entropy: a class that was held for "
            "impossible must cost without end.",
            CURVES,
        ),
        wrong(
            cross_entropy,
            {"-np.log(p[np.arange(len(targets)), targets])": "-(p * np.log(p)).sum(axis=1)"},
            "this is the entropy of the forecast itself; what came does not occur in it.",
            "It says how sure the network is, not how right.",
        ),
        wrong(
            cross_entropy,
            {"p[np.arange(len(targets)), targets]": "p.max(axis=1)"},
            "the largest probability was taken, that of what was forecast, not of what came.",
            CURVES,
        ),
    ),
    hints=(
        "For one step: `-np.log(p[t, targets[t]])`.",
        "All steps at once: `p[np.arange(steps), targets]`.",
        "The mean over the steps is the loss.",
    ),
)


def logit_gradient(p, targets):
    """The gradient of the mean cross-entropy by the logits, the numbers before the softmax.

    p: (steps, classes), the softmax of the logits. targets: (steps,), the number of the right
    class.
    Return (steps, classes).
    """
    right = np.eye(p.shape[1])[targets]
    return (p - right) / len(targets)


GRADIENT = Exercise(
    name="output.gradient",
    chapter=4,
    title="Where every way back begins",
    task="Softmax and cross-entropy together have a gradient of one short line. It is what enters "
    "the network at every step on the way back.",
    returns=(Result("d_y", ("step", "class"), "dL/dy_t = (p_t - one_hot(target_t)) / steps"),),
    solution=logit_gradient,
    case=_cross_entropy_case,
    misconceptions=(
        wrong(
            logit_gradient,
            {" / len(targets)": ""},
            "it was not divided by the number of steps, though the loss is a mean.",
            CURVES,
        ),
        wrong(
            logit_gradient,
            {"p - right": "right - p"},
            "the sign is turned: the loss grows where a wrong class gets more.",
            "The entry of the right class is negative.",
        ),
        wrong(
            logit_gradient,
            {"(p - right)": "p"},
            "the right class was not taken away.",
            "Each step's entries add up to 0.",
        ),
        wrong(
            logit_gradient,
            {"(p - right)": "(p - right) * p * (1 - p)"},
            "there is one slope too many: that of the softmax is in p - one_hot already.",
            "Each step's entries add up to 0.",
        ),
        wrong(
            logit_gradient,
            {"(p - right)": "(-right / p)"},
            "this is the gradient by the probabilities; the way through the softmax is missing.",
            "Each step's entries add up to 0.",
        ),
        wrong(
            logit_gradient,
            {"len(targets)": "p.size"},
            "it was divided by steps times classes; the mean is over the steps.",
            CURVES,
        ),
    ),
    hints=(
        "One-hot: 1 for the right class, 0 for the others: `np.eye(classes)[targets]`.",
        "The gradient of one step's loss by its logits is p - one_hot.",
        "The loss is the mean over the steps: divide by their number.",
    ),
)


def truncated(d_h, h, U, k):
    """The way back through an Elman layer, cut before the steps k, 2k, 3k, ...

    d_h: (steps, units), the part of dL/dh_t that does not come from later steps. h: (steps,
    units). U: (units, units). k: a whole number; what step k, 2k, ... would send to the step
    before it is dropped.
    Return (steps, units): dL/da_t.
    """
    d_a = np.zeros_like(h)
    carried = np.zeros(len(U))
    for t in reversed(range(len(h))):
        d_a[t] = (d_h[t] + carried) * (1 - h[t] ** 2)
        carried = U.T @ d_a[t] if t % k else np.zeros(len(U))
    return d_a


def _truncated_case(seed):
    draw = Draw(seed)
    n = draw.hidden
    h = np.tanh(draw.normal(draw.time + 2, n))
    U = draw.normal(n, n, scale=0.7)
    return {"d_h": draw.normal(draw.time + 2, n), "h": h, "U": U, "k": 2 + seed % 2}


TRUNCATED = Exercise(
    name="bptt.truncated",
    chapter=4,
    title="Back through time, in pieces",
    task="A long series is learnt in pieces of k steps. The state is handed on from piece to "
    "piece, the gradient is not.",
    returns=(
        Result("d_a", ("step", "unit"), "dL/da_t = (d_h_t + U^T dL/da_{t+1}) * (1 - h_t^2), cut"),
    ),
    solution=truncated,
    case=_truncated_case,
    backwards=True,
    misconceptions=(
        wrong(
            truncated,
            {" if t % k else np.zeros(len(U))": ""},
            "nothing was cut: this is the whole way back.",
            PIECES,
        ),
        wrong(
            truncated,
            {"if t % k else": "if (t + 1) % k else"},
            "the cut is one step too late: it lies before step k, between k - 1 and k.",
            PIECES,
        ),
        wrong(
            truncated,
            {"(d_h[t] + carried)": "d_h[t]"},
            "it was cut between all steps.",
            PIECES,
        ),
        wrong(
            truncated,
            {"if t % k else": "if t >= len(h) - k + 1 else"},
            "only the last k steps carry anything; each piece has a way back of its own.",
            PIECES,
        ),
        wrong(
            truncated,
            {"if t % k else": "if (len(h) - t) % k else"},
            "the pieces were counted from the end. They begin at step 0.",
            PIECES,
        ),
        wrong(
            truncated,
            {"if t % k else np.zeros(len(U))": "if t % k else d_a[t]"},
            "at the cut the gradient was handed on without U; it should not be handed on at all.",
            PIECES,
        ),
    ),
    hints=(
        "It is `bptt.through_time` once more, with one line changed.",
        "After step k, 2k, ... on the way back, carried is 0.",
        "`if t % k == 0: carried = 0`, as the last line of the loop.",
    ),
)

EXERCISES = (SOFTMAX, CROSS_ENTROPY, GRADIENT, TRUNCATED)
