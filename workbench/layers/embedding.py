"""From tokens to vectors: a learnt row for each token, or the row of the identity matrix."""

import numpy as np

from ..recurrent.inputs import positive_integer, read_dtype
from .layer import SEQUENCE, TOKENS, Back, Layer, Pass, Signal
from .over_time import real_steps
from .weights import Weights


class Embedding(Layer):
    """y_t = E[token_t]: row `token` of a learnt matrix.

    vocabulary_size: how many tokens there are; tokens are 0..vocabulary_size - 1.
    output_size: units of y. seed: draws E from a Gaussian with variance 1 / output_size.
    `parameters`: "E" (vocabulary, output). Masked steps give zeros, whatever token stands there.
    Raises ValueError for a token outside the vocabulary, with its step and batch row.
    """

    takes = (TOKENS,)

    def __init__(self, vocabulary_size, output_size, *, seed=0, dtype="float64"):
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        self._output_size = positive_integer("output_size", output_size)
        self.seed = positive_integer("seed", seed, least=0)
        self.parameters = Weights.started(seed, dtype, E=((vocabulary_size, output_size), "normal"))
        self.dtype = self.parameters["E"].dtype

    @property
    def output_size(self):
        return self._output_size

    def gives(self, taken):
        return SEQUENCE

    def forward(self, signal, setting):
        tokens, real = signal.values, real_steps(signal)
        read_tokens(tokens, real, self.vocabulary_size)
        E = self.parameters["E"]
        y = np.zeros((*tokens.shape, self.output_size), self.dtype)
        y[real] = E[tokens[real]]

        def back(d_y, way=None):
            d_E = np.zeros_like(E)
            np.add.at(d_E, tokens[real], d_y[real])
            return Back(None, {"E": d_E})

        return Pass(Signal(y, signal.mask), back)

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
        self.dtype = read_dtype(dtype)

    @property
    def output_size(self):
        return self.vocabulary_size

    def gives(self, taken):
        return SEQUENCE

    def forward(self, signal, setting):
        tokens, real = signal.values, real_steps(signal)
        read_tokens(tokens, real, self.vocabulary_size)
        y = np.zeros((*tokens.shape, self.vocabulary_size), self.dtype)
        y[real, tokens[real]] = 1
        return Pass(Signal(y, signal.mask), lambda d_y, way=None: Back(None))

    def describe(self):
        return {"vocabulary_size": self.vocabulary_size, "dtype": self.dtype.name}

    def __repr__(self):
        return f"OneHot({self.vocabulary_size})"


def read_tokens(tokens, real, vocabulary_size):
    """Refuse tokens outside the vocabulary, wherever a step is real."""
    wrong = real & ((tokens < 0) | (tokens >= vocabulary_size))
    if wrong.any():
        t, row = np.argwhere(wrong)[0]
        raise ValueError(
            f"x: expected tokens 0..{vocabulary_size - 1}, got {tokens[t, row]} "
            f"at step {t}, batch row {row}"
        )
