"""From tokens to vectors: a learnt row for each token, or the row of the identity matrix."""

import numpy as np

from ..recurrent.inputs import positive_integer
from .layer import SEQUENCE, TOKENS, Back, Layer, Pass, Signal, Weights


class Embedding(Layer):
    """y_t = E[token_t]: row `token` of a learnt matrix.

    vocabulary_size: how many tokens there are; tokens are 0..vocabulary_size - 1.
    output_size: units of y. seed: draws E from a Gaussian with variance 1 / output_size.
    `parameters`: "E" (vocabulary, output). Masked steps give zeros.
    """

    takes = (TOKENS,)

    def __init__(self, vocabulary_size, output_size, *, seed=0, dtype="float64"):
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        self._output_size = positive_integer("output_size", output_size)
        self.seed = positive_integer("seed", seed, least=0)
        self.parameters = Weights.started(
            self.seed, dtype, E=((vocabulary_size, output_size), "normal")
        )
        self.dtype = self.parameters["E"].dtype

    @property
    def output_size(self):
        return self._output_size

    def gives(self, taken):
        return SEQUENCE

    def forward(self, signal, setting):
        tokens, mask = signal.values, signal.mask
        read_tokens(tokens, mask, self.vocabulary_size)
        if mask is not None:
            tokens = np.where(mask, tokens, 0)
        y = self.parameters["E"][tokens]
        if mask is not None:
            y = np.where(mask[..., None], y, 0)

        def back(d_y, way=None):
            if mask is not None:
                d_y = np.where(mask[..., None], d_y, 0)
            d_E = np.zeros_like(self.parameters["E"])
            np.add.at(d_E, tokens, d_y)
            return Back(None, {"E": d_E})

        return Pass(Signal(y, mask), back)

    def describe(self):
        return {
            "vocabulary_size": self.vocabulary_size, "output_size": self.output_size,
            "seed": self.seed, "dtype": self.dtype.name,
        }  # fmt: skip

    def __repr__(self):
        return f"Embedding({self.vocabulary_size}, {self.output_size})"


class OneHot(Layer):
    """y_t has a one at the place of token t and zeros elsewhere; nothing is learnt.

    vocabulary_size: how many tokens there are; tokens are 0..vocabulary_size - 1.
    """

    takes = (TOKENS,)

    def __init__(self, vocabulary_size, *, dtype="float64"):
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        self.dtype = np.dtype(dtype)

    @property
    def output_size(self):
        return self.vocabulary_size

    def gives(self, taken):
        return SEQUENCE

    def forward(self, signal, setting):
        tokens, mask = signal.values, signal.mask
        read_tokens(tokens, mask, self.vocabulary_size)
        y = np.zeros((*tokens.shape, self.vocabulary_size), self.dtype)
        time, batch = np.nonzero(np.ones(tokens.shape, bool) if mask is None else mask)
        y[time, batch, tokens[time, batch]] = 1
        return Pass(Signal(y, mask), lambda d_y, way=None: Back(None))

    def describe(self):
        return {"vocabulary_size": self.vocabulary_size, "dtype": self.dtype.name}

    def __repr__(self):
        return f"OneHot({self.vocabulary_size})"


def read_tokens(tokens, mask, vocabulary_size):
    """Refuse tokens outside the vocabulary, wherever a step is real."""
    wrong = (tokens < 0) | (tokens >= vocabulary_size)
    if mask is not None:
        wrong &= mask
    if wrong.any():
        t, row = np.argwhere(wrong)[0]
        raise ValueError(
            f"x: expected tokens 0..{vocabulary_size - 1}, got {tokens[t, row]} "
            f"at step {t}, batch row {row}"
        )
