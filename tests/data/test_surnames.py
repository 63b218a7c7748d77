import numpy as np
import pytest

from workbench.data import letter_codes, surnames
from workbench.data.surnames import ALPHABET, fold


@pytest.fixture(scope="module")
def people():
    pytest.importorskip("faker")
    return surnames()


def test_names_are_letters_of_one_alphabet_and_of_one_country_each(people):
    assert set("".join(people.names)) == set("abcdefghijklmnopqrstuvwxyz")
    assert len(set(people.names)) == len(people.names) == len(people.labels)


def test_a_name_that_two_countries_share_is_in_neither(people):
    assert not {"garcia", "novak"} & set(people.names)  # France and Spain; Croatia and Slovakia


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("virtanen", "Finland"),
        ("lefebvre", "France"),
        ("esposito", "Italy"),
        ("svensson", "Sweden"),
        ("bakker", "Netherlands"),
        ("kovacevic", "Croatia"),
        ("taylor", "United Kingdom"),
    ],
)
def test_well_known_names_are_where_they_belong(people, name, country):
    assert people.class_names[people.labels[people.names.index(name)]] == country


def test_every_country_has_names_and_a_fifth_of_them_for_testing(people):
    assert people.class_names[people.labels[0]] == "Croatia"
    assert len(people.class_names) == 10
    counts = np.bincount(people.labels)
    assert counts.min() >= 100
    np.testing.assert_array_equal(np.bincount(people.labels[people.test_rows]), -(-counts // 5))
    assert sorted([*people.train_rows, *people.test_rows]) == list(range(len(people)))


def test_no_name_for_testing_is_a_womans_form_of_one_for_training(people):
    slovak = people.class_names.index("Slovakia")
    train = {people.names[k] for k in people.train_rows if people.labels[k] == slovak}
    test = {people.names[k] for k in people.test_rows if people.labels[k] == slovak}
    assert not {f"{name}ova" for name in train} & test


def test_one_hot_sequences_spell_the_names(people):
    sequences = people.one_hot()
    assert sequences.features == 26
    for k in (0, len(people) // 2, len(people) - 1):
        letters = sequences.sequences[k].argmax(axis=1)
        assert "".join(ALPHABET[letter] for letter in letters) == people.names[k]
        np.testing.assert_array_equal(letters, people.codes[k])
        np.testing.assert_array_equal(sequences.sequences[k].sum(axis=1), 1)


@pytest.mark.parametrize(
    ("name", "folded"),
    [("Müller", "muller"), ("Đurić", "duric"), ("Groß", "gross"), ("Ľupták", "luptak")],
)
def test_a_name_is_folded_to_plain_small_letters(name, folded):
    assert fold(name) == folded
    assert letter_codes(name).tolist() == [ALPHABET.index(letter) for letter in folded]


@pytest.mark.parametrize("name", ["", "de Vries", "O'Neill", "Иванов"])
def test_a_name_that_does_not_fold_is_refused_in_one_line(name):
    with pytest.raises(ValueError, match=r"name: expected letters that fold to a\.\.z, got"):
        letter_codes(name)
