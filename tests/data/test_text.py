import numpy as np
import pytest

from workbench.data import Text


def test_encode_gives_the_place_in_the_vocabulary_and_decode_the_characters_back():
    text = Text("t", "to be, or not — 𝄞!")
    assert text.vocabulary == "".join(sorted(set(text.characters)))
    expected = [text.vocabulary.index(character) for character in text.characters]
    np.testing.assert_array_equal(text.codes, expected)
    assert text.codes.dtype == np.int64
    assert text.decode(text.codes) == text.characters
    assert text.decode([]) == ""
    assert text.encode("").shape == (0,)


def test_a_vocabulary_keeps_the_order_that_it_is_given_in():
    text = Text("t", "abba", vocabulary="xba")
    assert text.codes.tolist() == [2, 1, 1, 2]
    assert text.decode([0, 1]) == "xb"


def test_codes_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        Text("t", "ab").codes[0] = 1


@pytest.mark.parametrize("fraction", [0.1, 0.29, 0.5, 0.9])
def test_the_parts_make_the_whole_without_overlap_and_number_characters_alike(fraction):
    text = Text("t", "abcdefghij" * 10)
    past, future = text.split(fraction)
    assert past.characters + future.characters == text.characters
    assert len(past) == round(fraction * 100)
    assert past.vocabulary == future.vocabulary == text.vocabulary
    np.testing.assert_array_equal(np.r_[past.codes, future.codes], text.codes)


def test_it_says_in_one_line_what_it_is():
    assert repr(Text("short", "abca")) == "Text(short: 4 characters, 3 different)"
    assert len(Text("short", "abca")) == 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Text("t", ""), "characters: expected a text, got an empty one"),
        (lambda: Text("t", "a", vocabulary="aba"), "vocabulary: expected each character once, got"),
        (
            lambda: Text("t", "abz", vocabulary="ab"),
            "characters: expected only the 2 characters of the vocabulary, got 'z'",
        ),
        (lambda: Text("t", "ab").encode("aé"), "characters: expected only the 2 .* got 'é'"),
        (lambda: Text("t", "ab").decode([0, 2]), "codes: expected 0..1, got 2"),
        (lambda: Text("t", "ab").decode([-1]), "codes: expected 0..1, got -1"),
        (lambda: Text("t", "ab").decode([0.5]), "codes: expected integers, got float64"),
        (lambda: Text("t", "ab").decode([[0]]), r"codes: expected \(characters,\), got \(1, 1\)"),
        (lambda: Text("t", "ab").split(1.0), "fraction: expected between 0 and 1, got 1.0"),
        (lambda: Text("t", "ab").split(0.1), "fraction: expected at least one character on each"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
