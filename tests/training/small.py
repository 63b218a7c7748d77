"""Small networks and sets that train in milliseconds, for the tests of the training room."""

import numpy as np

import workbench as wb

CLASSES, UNITS = 3, 2


def sequences(count=13, seed=0):
    """Sequences of unequal length, and one class for each."""
    generator = np.random.default_rng(seed)
    x = [generator.standard_normal((t, UNITS)) for t in generator.integers(2, 7, count)]
    return x, generator.integers(0, CLASSES, count)


def per_step(count=13, seed=0):
    """Sequences of unequal length, and one class for each step."""
    x, _ = sequences(count, seed)
    generator = np.random.default_rng(seed + 1)
    return x, [generator.integers(0, CLASSES, len(row)) for row in x]


def series(time=61, seed=3):
    """A long series and a number to tell at each step."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((time, UNITS))
    return x, np.tanh(np.cumsum(x, axis=0)[:, :1])


def classifier(dropout=0.0, seed=0, dtype="float64"):
    layers = [
        wb.Recurrent("gru", UNITS, 4, seed=seed, dtype=dtype),
        wb.Dropout(dropout),
        wb.Last(),
        wb.Dense(4, CLASSES, seed=seed, dtype=dtype),
    ]
    return wb.Network(*layers)


def labeller(seed=0, outputs=CLASSES):
    return wb.Network(wb.Recurrent("gru", UNITS, 4, seed=seed), wb.Dense(4, outputs, seed=seed))


def translator(seed=0, hidden=6):
    """An encoder and a decoder of tokens 0..3; the decoder's start is 4."""
    return wb.EncoderDecoder(
        wb.Network(wb.Embedding(4, 3, seed=seed), wb.Recurrent("gru", 3, hidden, seed=seed)),
        wb.Network(
            wb.Embedding(5, 3, seed=seed + 1),
            wb.Recurrent("gru", 3, hidden, seed=seed + 1),
            wb.Dense(hidden, 4, seed=seed),
        ),
    )


def words(count=11, seed=0):
    """Sequences of tokens 0..3 and the same reversed."""
    generator = np.random.default_rng(seed)
    source = [generator.integers(0, 4, t) for t in generator.integers(1, 6, count)]
    return source, [row[::-1].copy() for row in source]


def same_bits(one, other):
    """Whether two mappings hold the same arrays, bit for bit."""
    return list(one) == list(other) and all(
        np.asarray(one[n]).tobytes() == np.asarray(other[n]).tobytes() for n in one
    )


def copied(parameters):
    return {name: array.copy() for name, array in parameters.items()}
