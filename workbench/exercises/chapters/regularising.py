"""Chapter 10, its first half: dropout, weight decay, early stopping.

Srivastava et al. (2014); Gal and Ghahramani (2016); Kingma and Ba (2015), algorithm 1; Loshchilov
and Hutter (2019), algorithm 2; Prechelt (1998).
"""

import numpy as np

from ..exercise import CASES, Exercise, Result, wrong
from .draw import Draw

LAYERS = "`wb.Dropout(rate, same_over_time=True)` is this layer."
DECAYED = "`wb.AdamW` takes this step."
STOPPED = "`wb.fit(..., early_stopping=wb.EarlyStopping(patience))` does this."


def drop(x, u, rate, same):
    """Dropout of a batch of sequences, while training.

    x: (steps, sequences, units). u: (steps, sequences, units), drawn evenly from 0 to 1; a number
    of x is dropped where its u is below the rate. rate: the share to be dropped. same: True where
    what is drawn for step 0 holds for the whole sequence, False where each step has its own.
    Return (steps, sequences, units), with the mean that x has, over many draws.
    """
    kept = (u[:1] if same else u) >= rate
    return x * kept / (1 - rate)


def _drop_case(seed):
    draw, kind = Draw(seed), seed % CASES
    shape = draw.time, draw.inputs, draw.hidden
    return {
        "x": draw.normal(*shape),
        "u": draw.rng.random(shape),
        "rate": [0.25, 0.4, 0.6, 0.2, 0.5, 0.7][kind],
        "same": kind % 2 == 1,
    }


DROP = Exercise(
    name="dropout.mask",
    chapter=10,
    title="Dropout, step by step or for a whole sequence",
    task="Set units to zero by chance and scale up those that are left, so that nothing has to be "
    "changed after training. What is drawn is given: the same numbers, the same answer.",
    returns=(Result("dropped", ("step", "sequence", "unit"), "x_t * (u >= rate) / (1 - rate)"),),
    solution=drop,
    case=_drop_case,
    misconceptions=(
        wrong(
            drop,
            {" / (1 - rate)": ""},
            "what is left was not scaled up: the next layer hears less while training than it "
            "will afterwards.",
            LAYERS,
        ),
        wrong(
            drop,
            {" / (1 - rate)": " * (1 - rate)"},
            "it was multiplied by 1 - rate, which makes the rest smaller still. To keep the mean, "
            "divide.",
            LAYERS,
        ),
        wrong(
            drop,
            {"/ (1 - rate)": "/ rate"},
            "it was divided by the share that goes; the share that stays is 1 - rate.",
            LAYERS,
        ),
        wrong(
            drop,
            {">= rate": "< rate"},
            "what should go was kept, and what should stay is gone.",
            "At a rate of 0 nothing may be dropped.",
        ),
        wrong(
            drop,
            {"(u[:1] if same else u)": "u"},
            "each step has a mask of its own where one was asked for: over a long sequence every "
            "unit is lost sooner or later, and a memory with it.",
            LAYERS,
        ),
        wrong(
            drop,
            {"(u[:1] if same else u)": "u[:1]"},
            "one mask holds for all steps where each step was to have its own.",
            "`same` says which.",
        ),
        wrong(
            drop,
            {"u[:1] if same": "u[:, :1] if same"},
            "the same mask went to all sequences of the batch, and changes from step to step. Axis "
            "0 is the steps.",
            LAYERS,
        ),
    ),
    hints=(
        "What stays is `u >= rate`: True counts as 1, False as 0.",
        "`u[:1]` is the first step, with its axis: it goes with every step of x.",
        "Divide what is left by the share that is kept, 1 - rate.",
    ),
)


def step(w, d_w, m, v, t, rate, decay):
    """One step of Adam with weight decay that is decoupled from the gradient (AdamW).

    w, d_w: (units, inputs), weights and the gradient of the loss. m, v: (units, inputs), the
    running means of the gradient and of its square, before this step. t: the number of this step,
    1 for the first. rate: the learning rate. decay: the weight decay, scaled by the rate.
    The means keep 0.9 and 0.999 of what they were; 1e-8 is added to the root.
    Return m, v, w after the step.
    """
    m = 0.9 * m + 0.1 * d_w
    v = 0.999 * v + 0.001 * d_w**2
    m_hat = m / (1 - 0.9**t)
    v_hat = v / (1 - 0.999**t)
    w = w - rate * m_hat / (np.sqrt(v_hat) + 1e-8) - rate * decay * w
    return m, v, w


def _step_case(seed):
    draw, kind = Draw(seed), seed % CASES
    shape, size = (draw.hidden, draw.inputs), [1.0, 1e-3, 20.0, 1e-6, 0.1, 3.0][kind]
    t = [1, 2, 5, 3, 40, 1][kind]
    before = 0.0 if t == 1 else 1.0
    return {
        "w": draw.normal(*shape),
        "d_w": draw.normal(*shape, scale=size),
        "m": before * draw.normal(*shape, scale=0.3 * size),
        "v": before * draw.normal(*shape, scale=0.1 * size) ** 2,
        "t": t,
        "rate": float(draw.rng.uniform(0.05, 0.2)),
        "decay": float(draw.rng.uniform(0.3, 0.9)),
    }


L2 = {"m = 0.9": "d_w = d_w + decay * w\n    m = 0.9", " - rate * decay * w": ""}

STEP = Exercise(
    name="decay.step",
    chapter=10,
    title="Adam, and weights that shrink",
    task="One step of Adam, with its correction for means that began at 0. Beside it, and not "
    "through it, each weight shrinks by a share of itself.",
    returns=(
        Result("m", ("unit", "input"), "m = 0.9 m + 0.1 d_w"),
        Result("v", ("unit", "input"), "v = 0.999 v + 0.001 d_w^2"),
        Result(
            "w",
            ("unit", "input"),
            "w = w - rate (m / (1 - 0.9^t)) / (sqrt(v / (1 - 0.999^t)) + 1e-8) - rate decay w",
        ),
    ),
    solution=step,
    case=_step_case,
    misconceptions=(
        wrong(
            step,
            L2,
            "decay * w was added to the gradient. That is an L2 penalty: Adam divides it by the "
            "root of v like the rest, and weights with large gradients hardly shrink.",
            DECAYED,
        ),
        wrong(
            step,
            {" - rate * decay * w": "", "rate * m_hat": "rate * (m_hat + decay * w)"},
            "the decay was divided by the root of v. Each weight shrinks by the same share, "
            "whatever its gradients were.",
            DECAYED,
        ),
        wrong(
            step,
            {" - rate * decay * w": " - decay * w"},
            "the decay is not scaled by the learning rate, so a schedule that ends at 0 would "
            "go on shrinking the weights.",
            DECAYED,
        ),
        wrong(
            step,
            {" - rate * decay * w": ""},
            "nothing decays: this is Adam alone.",
            "`wb.Adam` takes this step.",
        ),
        wrong(
            step,
            {
                " - rate * decay * w": "\n    w = w * (1 - rate * decay)",
            },
            "the weights shrank after Adam's step, and the step with them. Both parts start from "
            "the weights before.",
            DECAYED,
        ),
        wrong(
            step,
            {" / (1 - 0.9**t)": "", " / (1 - 0.999**t)": ""},
            "the means were not corrected. They begin at 0, and at first are far too small; v "
            "more than m, so the first step is three times too long.",
            "At t = 1, without decay, each weight moves by the learning rate.",
        ),
        wrong(
            step,
            {"0.9**t": "0.9 ** (t + 1)", "0.999**t": "0.999 ** (t + 1)"},
            "t is counted one too far: at the first step it is 1, and one gradient is in m.",
            "At t = 1, without decay, each weight moves by the learning rate.",
        ),
        wrong(
            step,
            {"return m, v, w": "return m_hat, v_hat, w"},
            "the corrected means were handed on. The next step corrects them again.",
            "m and v are kept as they are; the correction is for this step's use.",
        ),
        wrong(
            step,
            {"np.sqrt(v_hat) + 1e-8": "np.sqrt(v_hat + 1e-8)"},
            "1e-8 stands under the root: there it is as much as a gradient of 1e-4.",
            "Some cases have gradients that small.",
        ),
        wrong(
            step,
            {"np.sqrt(v_hat)": "v_hat"},
            "the root is missing, so that a gradient twice as large takes a step half as long.",
            "At t = 1, without decay, each weight moves by the learning rate.",
        ),
    ),
    hints=(
        "First the means: 0.9 of m and 0.1 of the gradient; 0.999 of v and 0.001 of its square.",
        "For this step both are divided by what they lack: 1 - 0.9**t, 1 - 0.999**t.",
        "Adam's change is rate * m_hat / (np.sqrt(v_hat) + 1e-8).",
        "The decay is rate * decay * w, with the w from before the step, and passes no mean.",
    ),
)


def keep(losses, patience):
    """Early stopping: which epoch is kept.

    losses: (epochs,), the validation loss after each epoch, as it would be without stopping.
    patience: the training ends after so many epochs without a new lowest loss.
    Return best, trained: the epoch whose weights are kept, counted from 0, the first of equals;
    and how many epochs were trained.
    """
    best = 0
    for epoch in range(len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        if epoch - best == patience:
            return best, epoch + 1
    return best, len(losses)


def _keep_case(seed):
    draw, kind = Draw(seed), seed % CASES
    # A fall with a small rise in it, a valley, a climb with a dip, and a late second valley; in
    # other seeds it begins later.
    made = np.array(
        [1.0, 0.8, 0.9, 0.7, 0.6, 0.65, 0.5, 0.6, 0.7, 0.65, 0.8, 0.7, 0.8, 0.9, 0.8, 0.2, 0.3, 0.4]
    )
    before = np.linspace(1.6, 1.2, seed // CASES % 4 + 1)
    losses = np.concatenate([before, made]) + draw.rng.uniform(0.0, 0.01, len(before) + len(made))
    valley = len(before) + 6
    if kind == 1:
        losses[valley + 2] = losses[valley]  # as good, not better
    if kind == 2:
        losses = np.sort(losses)[::-1].copy()  # better to the very end
    if kind == 3:
        losses[:2] = 0.1  # never better than at first, where two are equal
    if kind == 4:
        losses = losses[: valley + 2]  # it ends before the patience does
    return {"losses": losses, "patience": [4, 5, 3, 3, 3, 6][kind]}


KEEP = Exercise(
    name="stopping.epoch",
    chapter=10,
    title="When to stop, and what to keep",
    task="Validation losses come one at a time. Say which epoch early stopping keeps, and after "
    "how many it ends the training.",
    returns=(
        Result("best", (), "best = the first lowest of losses[:trained]", whole=True),
        Result("trained", (), "the first count with trained - 1 - best = patience", whole=True),
    ),
    solution=keep,
    case=_keep_case,
    misconceptions=(
        wrong(
            keep,
            {"return best, epoch + 1": "return epoch, epoch + 1"},
            "the weights of the last epoch were kept. They are `patience` epochs past the best: "
            "stopping without going back keeps part of the overfitting.",
            STOPPED,
        ),
        wrong(
            keep,
            {"return best, epoch + 1": "return int(np.argmin(losses)), epoch + 1"},
            "the lowest of all losses was taken, of epochs too that were never trained.",
            "What comes after the end is not known.",
        ),
        wrong(
            keep,
            {
                "best = 0": "best, since = 0, 0",
                "if epoch - best == patience": "since = since + 1 if epoch and losses[epoch] > "
                "losses[epoch - 1] else 0\n        if since == patience",
            },
            "rises in a row were counted. A loss that falls a little and stays above the best is "
            "still no better.",
            STOPPED,
        ),
        wrong(
            keep,
            {
                "best = 0": "best, worse = 0, 0",
                "best = epoch": "best = epoch\n        elif epoch:\n            worse += 1",
                "if epoch - best == patience": "if worse == patience",
            },
            "all epochs without a new best were counted together. A new best gives the whole "
            "patience back.",
            STOPPED,
        ),
        wrong(
            keep,
            {"losses[epoch] < losses": "losses[epoch] <= losses"},
            "an equal loss was taken for a better one.",
            "`wb.EarlyStopping` asks for less, and `least` says by how much.",
        ),
        wrong(
            keep,
            {"epoch - best == patience": "epoch - best > patience"},
            "it ends one epoch late: with a patience of 1, the first epoch that is no better is "
            "the last.",
            STOPPED,
        ),
        wrong(
            keep,
            {"epoch - best == patience": "epoch - best == 1"},
            "it ends at the first epoch that is no better, whatever the patience.",
            "Validation losses are noisy.",
        ),
    ),
    hints=(
        "One loop over the epochs, and one number that is remembered: the best so far.",
        "An epoch is a new best where its loss is smaller than that of the best so far.",
        "It ends where epoch - best is the patience. `best` is what is kept.",
    ),
)

EXERCISES = (DROP, STEP, KEEP)
