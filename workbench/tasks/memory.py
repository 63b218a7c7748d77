"""Tasks made of random numbers that nobody solves without memory: each seed draws its own rows.

Every row occurs once, so that none of those for the test can have been learnt by heart. The
baseline is the best that an answer without memory can do, by arithmetic. The rehearsal, by which
recipes are chosen, draws from other seeds.
"""

from ..data import ADDING_BASELINE, adding_problem, copy_baseline, flip_flop_baseline
from ..data import copy_memory as draw_copy_memory
from ..data import flip_flop as draw_flip_flop
from ..data import parity as draw_parity
from ..data import temporal_order as draw_temporal_order
from .networks import many_to_many, many_to_one
from .scores import accuracy_on, loss_on
from .task import Problem, Recipe, Task

TRAIN, TEST = 10_000, 1_000
DATA = "{} random sequences of {} steps"
SPLIT = f"{TRAIN:,} to train, {TEST:,} others to test"
PARITY_STEPS = 12


def rehearsal(load):
    """The same Problem with rows, and a network, of a seed that the table does not use."""
    return lambda seed: load(seed + 100)


def distinct(x, y):
    """(x, y) without the rows whose x occurs again later on; the others stay in their order."""
    last = {row.tobytes(): place for place, row in enumerate(x)}
    kept = sorted(last.values())
    return x[kept], y[kept]


def cut(x, y):
    """((x, y) to train, (x, y) to test): the last `TEST` of the distinct rows are for the test."""
    x, y = distinct(x, y)
    return (x[:-TEST], y[:-TEST]), (x[-TEST:], y[-TEST:])


def adding_of(seed):
    train, test = cut(*adding_problem(TRAIN + TEST, 50, seed))
    score = loss_on(test, "mean_squared")
    return Problem(train, "mean_squared", score, ADDING_BASELINE, "always 1", 2, 1)


def copy_of(seed):
    train, test = cut(*draw_copy_memory(TRAIN + TEST, 20, seed))
    score, baseline = loss_on(test, "cross_entropy"), copy_baseline(20)
    return Problem(train, "cross_entropy", score, baseline, "blanks, then any letter", 10, 10)


def order_of(seed):
    train, test = cut(*draw_temporal_order(TRAIN + TEST, 40, seed))
    return Problem(train, "cross_entropy", accuracy_on(test), 1 / 4, "always the same", 8, 4)


def parity_of(seed):
    """All rows of 12 bits, each once: sixteen times as many drawings miss next to none."""
    train, (x, y) = cut(*draw_parity(16 * 2**PARITY_STEPS, PARITY_STEPS, seed))

    def score(model):
        """The share of right answers at the last step, which all bits before it decide."""
        answer = model.run(x, batch_first=True).output[:, -1].argmax(axis=-1)
        return float((answer == y[:, -1]).mean())

    return Problem(train, "cross_entropy", score, 1 / 2, "always the same", 1, 2)


def flip_flop_of(seed):
    train, test = cut(*draw_flip_flop(TRAIN + TEST, 40, seed))
    score, baseline = loss_on(test, "mean_squared"), flip_flop_baseline(40)
    return Problem(train, "mean_squared", score, baseline, "0 where there is no pulse", 3, 3)


adding = Task(
    "adding", "What do the two marked numbers add up to?", DATA.format(f"{TRAIN + TEST:,}", 50),
    SPLIT, "mean squared error", False, 0.01, adding_of, many_to_one,
    Recipe("lstm", 32, epochs=5, learning_rate=1e-2),
    rehearsal=rehearsal(adding_of),
)  # fmt: skip

copy_memory = Task(
    "copy_memory", "Which ten letters stood before the pause of 20 steps?",
    DATA.format(f"{TRAIN + TEST:,}", 40), SPLIT, "cross-entropy, nats a step", False,
    copy_baseline(20) / 2, copy_of, many_to_many, Recipe("gru", 96, epochs=8, learning_rate=5e-3),
    rehearsal=rehearsal(copy_of),
)  # fmt: skip

temporal_order = Task(
    "temporal_order", "In which order did X and Y come?", DATA.format(f"{TRAIN + TEST:,}", 40),
    SPLIT, "accuracy", True, 0.95, order_of, many_to_one,
    Recipe("lstm", 32, epochs=3, learning_rate=1e-2),
    rehearsal=rehearsal(order_of),
)  # fmt: skip

parity = Task(
    "parity", "Is the number of ones so far odd?", f"all {2**PARITY_STEPS:,} sequences of 12 bits",
    f"{TEST:,} to test, the others to train", "accuracy at the last step", True, 0.95, parity_of,
    many_to_many, Recipe("lstm", 32, epochs=10, learning_rate=5e-3),
    rehearsal=rehearsal(parity_of),
)  # fmt: skip

flip_flop = Task(
    "flip_flop", "Which sign had the last pulse of each of three switches?",
    DATA.format(f"{TRAIN + TEST:,}", 40), SPLIT, "mean squared error", False, 0.05, flip_flop_of,
    many_to_many, Recipe("lstm", 32, epochs=3, learning_rate=1e-2),
    rehearsal=rehearsal(flip_flop_of),
)  # fmt: skip
