"""Writing text from a network: what is drawn follows its logits, and nothing is read twice."""

import numpy as np
import pytest
from scipy.stats import chisquare

import workbench as wb
from workbench.data import Text
from workbench.training import generate

TEXT = Text("letters", "abcde\nfgh")
SIZE = len(TEXT.vocabulary)


def language_model(cell="lstm", seed=3, size=SIZE, dtype="float64"):
    """Random weights, large enough that the characters are not all as likely."""
    net = wb.Recurrent(cell, size, 6, seed=seed, dtype=dtype)
    model = wb.Network(wb.OneHot(size, dtype=dtype), net, wb.Dense(6, size, seed=seed, dtype=dtype))
    model.parameters["dense_1.W"] = 4 * model.parameters["dense_1.W"]
    return model


def reread(model, prompt, length):
    """Greedy writing with no state carried: everything is read anew for each character."""
    written = prompt
    for _ in range(length):
        logits = model.run(TEXT.encode(written)).output[-1]
        written += TEXT.vocabulary[int(logits.argmax())]
    return written[len(prompt) :]


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_at_temperature_0_it_writes_the_likeliest_as_when_all_is_read_anew(cell):
    model = language_model(cell)
    once = generate(model, TEXT, "abc", 40, temperature=0, seed=1)
    assert once == reread(model, "abc", 40)
    assert once == generate(model, TEXT, "abc", 40, temperature=0, seed=2)
    assert len(set(once)) > 1


def test_the_same_seed_writes_the_same_and_another_seed_something_else():
    model = language_model()
    texts = [generate(model, TEXT, "a", 60, seed=seed) for seed in (5, 5, 6)]
    assert texts[0] == texts[1] != texts[2]
    assert [len(t) for t in texts] == [60] * 3
    assert set("".join(texts)) <= set(TEXT.vocabulary)
    assert texts[0].startswith(generate(model, TEXT, "a", 20, seed=5))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_first_character_is_drawn_from_softmax_of_logits_over_temperature(temperature, dtype):
    model = language_model(dtype=dtype)
    logits = model.run(TEXT.encode("abc")).output[-1].astype(np.float64)
    likely = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
    draws = 1000
    written = [generate(model, TEXT, "abc", 1, temperature, seed) for seed in range(draws)]
    seen = np.array([written.count(c) for c in TEXT.vocabulary])
    # Cells that expect fewer than 5 are one cell: the statistic is not chi-square there.
    rare = likely * draws < 5
    seen = np.append(seen[~rare], seen[rare].sum())
    expected = draws * np.append(likely[~rare], likely[rare].sum())
    kept = expected > 0
    assert kept.sum() >= 3
    assert (seen[~kept] == 0).all()
    assert chisquare(seen[kept], expected[kept]).pvalue > 1e-3


def test_a_temperature_near_0_is_that_of_the_likeliest():
    model = language_model()
    cold = generate(model, TEXT, "ab", 30, temperature=1e-300)
    assert cold == generate(model, TEXT, "ab", 30, temperature=0)


def test_logits_that_are_huge_do_not_overflow():
    model = language_model()
    model.parameters["dense_1.W"] = 1e4 * model.parameters["dense_1.W"]
    assert len(generate(model, TEXT, "ab", 10)) == 10


def test_without_a_prompt_it_begins_after_a_line_break():
    model = language_model()
    assert generate(model, TEXT, length=20, seed=4) == generate(model, TEXT, "\n", 20, seed=4)


def test_the_model_is_as_it_was():
    model = language_model()
    before = {name: array.copy() for name, array in model.parameters.items()}
    generate(model, TEXT, "ab", 5)
    assert all(np.array_equal(model.parameters[name], before[name]) for name in before)


BOTH_WAYS = wb.Bidirectional(wb.Recurrent("gru", SIZE, 4))
SLOW_AND_FAST = wb.Hierarchical(wb.Recurrent("gru", SIZE, 4), wb.Recurrent("gru", 4, 4), every=3)


def reading(layer):
    return wb.Network(wb.OneHot(SIZE), layer, wb.Dense(8, SIZE))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"prompt": "aXbY"}, r"prompt: expected only characters of the vocabulary, got 'X', 'Y'"),
        ({"prompt": 3}, "prompt: expected a string, got int"),
        ({"text": Text("none", "abcdefghi")}, "prompt: expected a character to begin with"),
        ({"text": Text("two", "a\n"), "prompt": "a"}, "text: expected a vocabulary of 9 char"),
        ({"text": "abc"}, "text: expected a Text with its vocabulary, got str"),
        ({"length": 0}, "length: expected a whole number of at least 1, got 0"),
        ({"length": 2.5}, "length: expected a whole number"),
        ({"temperature": -1}, "temperature: expected a finite number of at least 0, got -1"),
        ({"temperature": np.inf}, "temperature: expected a finite number"),
        ({"temperature": "hot"}, "temperature: expected a finite number"),
        ({"seed": -1}, "seed: expected a whole number of at least 0, got -1"),
        ({"model": wb.Recurrent("gru", SIZE, 4)}, "model: expected a Network, got Recurrent"),
        ({"model": wb.Network(wb.Recurrent("gru", SIZE, 4))}, "model: expected tokens in"),
        (
            {"model": reading(BOTH_WAYS)},
            "model: expected layers that can run a step at a time",
        ),
        ({"model": reading(wb.Network(BOTH_WAYS))}, "model: expected layers that can run a step"),
        ({"model": reading(SLOW_AND_FAST)}, "model: expected layers that can run a step at a time"),
    ],
)
def test_a_wrong_argument_is_named_in_one_line(given, said):
    arguments = {"model": language_model(), "text": TEXT} | given
    with pytest.raises(ValueError, match=said) as told:
        generate(**arguments)
    assert "\n" not in str(told.value)


def test_a_network_that_gives_one_vector_is_refused():
    one = wb.Network(wb.OneHot(SIZE), wb.Recurrent("gru", SIZE, 4), wb.Last(), wb.Dense(4, SIZE))
    with pytest.raises(ValueError, match="logits out at each step"):
        generate(one, TEXT, "a")
