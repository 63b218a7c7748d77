from workbench.data import english_prose


def test_there_is_enough_to_learn_from_and_it_reads_as_english():
    text = english_prose()
    assert len(text) > 100_000
    words = text.characters.lower().split()
    # "the" is about one word in sixteen of written English; identifiers make it a little rarer.
    assert 1 / 25 < words.count("the") / len(words) < 1 / 10
    assert text.characters.count("e") > text.characters.count("z") * 20


def test_no_paragraph_is_in_both_parts_of_a_split():
    past, future = english_prose().split(0.8)
    seen = set(past.characters.split("\n"))
    assert not seen & set(future.characters.split("\n")[1:])


def test_every_line_is_a_sentence():
    for line in english_prose().characters.split("\n"):
        assert line[0].isupper()
        assert line[-1] == "."
        assert "  " not in line
