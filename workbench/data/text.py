"""Characters as numbers, and back. Does not load a text and does not cut it into sequences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Text:
    """A text and the characters that may occur in it.

    `vocabulary` is a string of distinct characters in the order of their numbers; None takes those
    of the text, sorted. Parts of a text keep the vocabulary of the whole, so that a number means
    the same character in all of them. Raises ValueError for an empty text, a repeated character of
    the vocabulary, and a character of the text that is not in it.
    """

    name: str
    characters: str
    vocabulary: str | None = None
    source: str = ""

    def __post_init__(self):
        if not self.characters:
            raise ValueError("characters: expected a text, got an empty one")
        if self.vocabulary is None:
            object.__setattr__(self, "vocabulary", "".join(sorted(set(self.characters))))
        elif len(set(self.vocabulary)) != len(self.vocabulary):
            twice = next(c for c in self.vocabulary if self.vocabulary.count(c) > 1)
            raise ValueError(f"vocabulary: expected each character once, got {twice!r} twice")
        _check_known("characters", self.characters, self.vocabulary)

    def __len__(self) -> int:
        return len(self.characters)

    def __repr__(self) -> str:
        """`Text(Hamlet: 180000 characters, 61 different)`, not all of them."""
        return f"Text({self.name}: {len(self)} characters, {len(self.vocabulary)} different)"

    @cached_property
    def codes(self) -> np.ndarray:
        """The number of each character, int64 (characters,), read-only."""
        codes = self.encode(self.characters)
        codes.setflags(write=False)
        return codes

    def encode(self, characters: str) -> np.ndarray:
        """The number of each character in the vocabulary, int64 (characters,).

        Raises ValueError for a character that the vocabulary lacks.
        """
        _check_known("characters", characters, self.vocabulary)
        points, known = _code_points(characters), _code_points(self.vocabulary)
        order = np.argsort(known)
        return order[np.searchsorted(known[order], points)]

    def decode(self, codes) -> str:
        """The characters of these numbers, an array (characters,) of integers.

        Raises ValueError for numbers outside 0..len(vocabulary) - 1 or another shape.
        """
        codes = np.asarray(codes)
        if codes.ndim != 1:
            raise ValueError(f"codes: expected (characters,), got {codes.shape}")
        if codes.size and codes.dtype.kind not in "iu":
            raise ValueError(f"codes: expected integers, got {codes.dtype}")
        bad = codes[(codes < 0) | (codes >= len(self.vocabulary))]
        if bad.size:
            raise ValueError(f"codes: expected 0..{len(self.vocabulary) - 1}, got {bad[0]}")
        return "".join(self.vocabulary[code] for code in codes.tolist())

    def split(self, fraction: float) -> tuple[Text, Text]:
        """The first `fraction` of the text, and the rest: no character is in both.

        The first has int(fraction * characters), and both have at least one. Raises ValueError
        where they cannot.
        """
        if not 0 < fraction < 1:
            raise ValueError(f"fraction: expected between 0 and 1, got {fraction}")
        # As in `windows.split`: 0.29 * 100 falls a hair under 29.
        cut = int(fraction * len(self) + 1e-9)
        if not 0 < cut < len(self):
            raise ValueError(
                f"fraction: expected at least one character on each side of {len(self)}, "
                f"got {fraction}"
            )
        parts = self.characters[:cut], self.characters[cut:]
        return tuple(Text(self.name, part, self.vocabulary, self.source) for part in parts)


def _code_points(characters: str) -> np.ndarray:
    return np.frombuffer(characters.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _check_known(name: str, characters: str, vocabulary: str) -> None:
    unknown = set(characters) - set(vocabulary)
    if unknown:
        raise ValueError(
            f"{name}: expected only the {len(vocabulary)} characters of the vocabulary, "
            f"got {min(unknown)!r}"
        )
