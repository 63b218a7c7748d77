"""Tasks made of random numbers that ask for memory, each with the cost of answering without any.

Does not train and does not pad: every sequence of a call has the same length. Sequences are
(count, time, features) as everywhere in this room; the same seed gives the same sequences.
"""

from __future__ import annotations

import math

import numpy as np

ADDING_BASELINE = 1 / 6
COPIED = 10
COPY_LETTERS = 8
FLIP_FLOPS = 3
ORDER_SYMBOLS = "abcdXYEB"
ORDER_BASELINE = math.log(4)
PARITY_BASELINE = math.log(2)


def adding_problem(count: int, length: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Add the two numbers that are marked, one in each half of the sequence.

    Gives x (count, length, 2), a number in 0..1 and a mark that is 1 at two steps and else 0, and
    y (count, 1), the sum of the two marked numbers; mean squared error. Always answering 1 costs
    `ADDING_BASELINE`, 1/6: twice the variance 1/12 of such a number. Under 0.01 counts as solved.
    Raises ValueError for a count under 1 or a length under 2.

    Source: Hochreiter and Schmidhuber 1997, section 5.4; numbers in 0..1 and their plain sum as in
    Le, Jaitly and Hinton 2015, one mark in each half as in Arjovsky, Shah and Bengio 2016.
    """
    random = _random(count, length, seed, shortest=2)
    rows, half = np.arange(count), length // 2
    x = np.zeros((count, length, 2))
    x[:, :, 0] = random.random((count, length))
    first, second = random.integers(half, size=count), random.integers(half, length, size=count)
    x[rows, first, 1] = x[rows, second, 1] = 1
    return x, (x[rows, first, 0] + x[rows, second, 0])[:, None]


def copy_memory(count: int, length: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Keep 10 letters over a pause, then write them down.

    `length` is the pause T; a sequence has T + 20 steps. Gives x (count, T + 20, 10), one-hot:
    10 of the letters 1..8, T - 1 blanks 0, the sign 9 to begin, 10 blanks; and y (count, T + 20)
    int, the symbol to write at each step: T + 10 blanks, then the 10 letters; cross-entropy over 10
    classes at every step. Without memory it costs `copy_baseline(T)`. Raises ValueError for a count
    or a length under 1.

    Source: Hochreiter and Schmidhuber 1997; Arjovsky, Shah and Bengio 2016.
    """
    letters = _random(count, length, seed).integers(1, COPY_LETTERS + 1, size=(count, COPIED))
    symbols = np.zeros((count, length + 2 * COPIED), dtype=np.int64)
    y = symbols.copy()
    symbols[:, :COPIED] = y[:, -COPIED:] = letters
    symbols[:, length + COPIED - 1] = COPY_LETTERS + 1
    return np.eye(COPY_LETTERS + 2)[symbols], y


def copy_baseline(length: int) -> float:
    """The cost of `copy_memory` without memory: 10 ln 8 / (T + 20), in nats a step.

    Blanks are certain; each of the last 10 of T + 20 steps is one of 8 letters, all as likely.
    """
    return COPIED * math.log(COPY_LETTERS) / (length + 2 * COPIED)


def temporal_order(count: int, length: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """In which order did X and Y come? Two of them stand far apart among letters of no meaning.

    Gives x (count, length, 8), one-hot over `ORDER_SYMBOLS`: E first, B last, X or Y at a step in
    the second tenth and at one in the sixth, a to d elsewhere; and y (count,) int: 0, 1, 2, 3 for
    XX, XY, YX, YY; cross-entropy. Always answering all four alike costs `ORDER_BASELINE`, ln 4.
    Raises ValueError for a count under 1 or a length under 10.

    Source: Hochreiter and Schmidhuber 1997, section 5.6, task 6a, whose lengths are 100 to 110;
    here all sequences of a call are equally long.
    """
    random = _random(count, length, seed, shortest=10)
    rows, signs = np.arange(count), random.integers(2, size=(count, 2))
    symbols = random.integers(4, size=(count, length))
    for column, (begin, end) in enumerate(((0.1, 0.2), (0.5, 0.6))):
        first = round(begin * length)
        steps = random.integers(first, max(round(end * length), first + 1), size=count)
        symbols[rows, steps] = ORDER_SYMBOLS.index("X") + signs[:, column]
    symbols[:, 0], symbols[:, -1] = ORDER_SYMBOLS.index("E"), ORDER_SYMBOLS.index("B")
    return np.eye(len(ORDER_SYMBOLS))[symbols], 2 * signs[:, 0] + signs[:, 1]


def parity(count: int, length: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Is the number of ones so far odd? One wrong step spoils all that follow.

    Gives x (count, length, 1) of 0 and 1, as likely, and y (count, length) int: 1 after an odd
    number of ones, the current step included; for one answer a sequence, take `y[:, -1]`. Without
    memory it costs `PARITY_BASELINE`, ln 2 a step of cross-entropy, but for the first step, which
    x itself tells. Raises ValueError for a count or a length under 1.

    Source: Minsky and Papert 1969; for recurrent networks, Hochreiter and Schmidhuber 1996.
    """
    bits = _random(count, length, seed).integers(2, size=(count, length))
    return bits[:, :, None].astype(np.float64), np.bitwise_xor.accumulate(bits, axis=1)


def flip_flop(
    count: int, length: int, seed: int, pulse_rate: float = 0.1
) -> tuple[np.ndarray, np.ndarray]:
    """Three switches: hold for each the sign of its last pulse.

    Gives x (count, length, 3), a pulse of -1 or 1 with probability `pulse_rate` and else 0, and
    y (count, length, 3), the last pulse, the current one included; mean squared error. All three
    get a pulse at the first step, so that every answer is defined. Without memory it costs
    `flip_flop_baseline(length, pulse_rate)`. A trained network has a stable state for each of the
    8 answers. Raises ValueError for a count or a length under 1, or a rate not in 0..1.

    Source: Sussillo and Barak 2013.
    """
    random = _random(count, length, seed)
    _check_rate(pulse_rate)
    shape = (count, length, FLIP_FLOPS)
    pulsed = random.random(shape) < pulse_rate
    pulsed[:, 0] = True
    x = np.where(pulsed, random.choice([-1.0, 1.0], size=shape), 0.0)
    last = np.maximum.accumulate(np.where(pulsed, np.arange(length)[:, None], 0), axis=1)
    return x, np.take_along_axis(x, last, axis=1)


def flip_flop_baseline(length: int, pulse_rate: float = 0.1) -> float:
    """The cost of `flip_flop` without memory: the share of answers that no pulse gives away.

    At a pulse the answer is seen and costs nothing; elsewhere -1 and 1 are as likely, the best
    answer is 0, and it costs 1. The first step always has its pulse.
    """
    _check_rate(pulse_rate)
    return (1 - pulse_rate) * (length - 1) / length


def _random(count: int, length: int, seed: int, shortest: int = 1) -> np.random.Generator:
    for name, value, least in (("count", count, 1), ("length", length, shortest)):
        if value < least:
            raise ValueError(f"{name}: expected {least} or more, got {value}")
    return np.random.default_rng(seed)


def _check_rate(pulse_rate: float) -> None:
    if not 0 <= pulse_rate <= 1:
        raise ValueError(f"pulse_rate: expected 0..1, got {pulse_rate}")
