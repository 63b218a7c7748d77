"""Surnames of ten countries, letter by letter. Loads and folds them to one alphabet."""

from __future__ import annotations

import string
import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np

from workbench.data.packages import need
from workbench.data.sequence_set import SequenceSet, every_fifth_of_each_class

ALPHABET = string.ascii_lowercase
LOCALES = {
    "Croatia": "hr_HR",
    "Finland": "fi_FI",
    "France": "fr_FR",
    "Germany": "de_DE",
    "Italy": "it_IT",
    "Netherlands": "nl_NL",
    "Slovakia": "sk_SK",
    "Spain": "es_ES",
    "Sweden": "sv_SE",
    "United Kingdom": "en_GB",
}
# Letters that Unicode does not take for a base letter with a mark.
_FOLDED = str.maketrans({"ß": "ss", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l"})


@dataclass(frozen=True, eq=False)
class Surnames:
    """Names of the letters a to z and where they are from.

    `names` is a tuple of distinct strings; `labels` is int64 (count,), the place of the country
    in `class_names`; `train_rows` and `test_rows` index both and share nothing. Arrays are
    read-only.
    """

    names: tuple[str, ...]
    labels: np.ndarray
    class_names: tuple[str, ...]
    train_rows: np.ndarray
    test_rows: np.ndarray

    def __post_init__(self):
        for array in (self.labels, self.train_rows, self.test_rows):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"Surnames({len(self)} names of {len(self.class_names)} countries)"

    @property
    def codes(self) -> list[np.ndarray]:
        """The letters of each name as numbers 0..25: a list of int64 (letters_i,)."""
        return [letter_codes(name) for name in self.names]

    def one_hot(self) -> SequenceSet:
        """The same names as sequences (letters_i, 26) of one 1 among zeros."""
        return SequenceSet(
            name="surnames",
            sequences=tuple(np.eye(len(ALPHABET))[codes] for codes in self.codes),
            labels=self.labels,
            class_names=self.class_names,
            train_rows=self.train_rows,
            test_rows=self.test_rows,
            source="Faker's locales",
        )


def surnames() -> Surnames:
    """About 6,300 surnames of ten countries, every fifth of each country for testing.

    Accents are taken off and capitals made small, since a single letter such as "š" would give the
    country away; names of several words are left out, and so is a name that two countries share,
    because nobody could tell. Slovak names are the men's: the women's are the same with an ending.
    The lists are what volunteers collected, some with rare names and some with common ones, so a
    score here says nothing about people. Needs the package Faker; raises ImportError with the
    install command where it is missing.

    Source: Faker's locale providers, `faker.providers.person`.
    """
    by_country = {country: _names(locale) for country, locale in LOCALES.items()}
    countries = Counter(name for names in by_country.values() for name in names)
    pairs = [
        (name, label)
        for label, names in enumerate(by_country.values())
        for name in sorted(names)
        if countries[name] == 1
    ]
    labels = np.array([label for _, label in pairs], dtype=np.int64)
    return Surnames(
        tuple(name for name, _ in pairs),
        labels,
        tuple(LOCALES),
        *every_fifth_of_each_class(labels),
    )


def fold(name: str) -> str:
    """A name in the letters a to z: small, without accents. Other characters stay as they are."""
    small = unicodedata.normalize("NFKD", name.lower().translate(_FOLDED))
    return "".join(letter for letter in small if not unicodedata.combining(letter))


def letter_codes(name: str) -> np.ndarray:
    """The letters of a name as numbers 0..25, int64 (letters,); any name, folded first.

    Raises ValueError where a character is no letter a to z after folding, or none is left.
    """
    folded = fold(name)
    if not folded or set(folded) - set(ALPHABET):
        raise ValueError(f"name: expected letters that fold to a..z, got {name!r}")
    return np.array([ALPHABET.index(letter) for letter in folded], dtype=np.int64)


def _names(locale: str) -> set[str]:
    """The folded surnames of one of Faker's locales; the men's where it tells them apart."""
    provider = need(f"faker.providers.person.{locale}").Provider
    shipped = getattr(provider, "last_names_male", None) or provider.last_names
    return {name for name in map(fold, shipped) if not set(name) - set(ALPHABET)}
