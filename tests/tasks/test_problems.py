"""What the tasks ask: rows of train and test apart, shapes, and baselines worked out once more."""

from collections import Counter
from itertools import pairwise
from math import log

import numpy as np
import pytest

from workbench import data
from workbench.layers import Dense, Network, OneHot
from workbench.recurrent import Recurrent
from workbench.tasks import TASKS, memory, texts
from workbench.tasks.names import last_letter

MEMORY = ("adding", "copy_memory", "temporal_order", "parity", "flip_flop")
TARGETS = {
    "prose": 2.9,
    "shakespeare": 2.9,
    "surnames": 0.55,
    "adding": 0.01,
    "copy_memory": 10 * log(8) / 40 / 2,
    "temporal_order": 0.95,
    "parity": 0.95,
    "flip_flop": 0.05,
}
DRAWN = {
    "adding": (data.adding_problem, 50),
    "copy_memory": (data.copy_memory, 20),
    "temporal_order": (data.temporal_order, 40),
    "parity": (data.parity, 12),
    "flip_flop": (data.flip_flop, 40),
}


@pytest.fixture
def cuts(monkeypatch):
    """Every ((x, y) to train, (x, y) to test) that is cut while the test runs."""
    seen, cut = [], memory.cut
    monkeypatch.setattr(memory, "cut", lambda x, y: seen.append(cut(x, y)) or seen[-1])
    return seen


def rows(x):
    return [row.tobytes() for row in x]


def pieces(text, size):
    """Every stretch of so many characters."""
    return {text[k : k + size] for k in range(len(text) - size + 1)}


@pytest.mark.parametrize("name", TARGETS)
def test_targets_stand_as_they_were_set_before_tuning(name):
    assert TASKS[name].target == pytest.approx(TARGETS[name], rel=1e-12)


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("name", MEMORY)
def test_no_row_is_in_training_twice_or_in_the_test_too(name, seed, cuts):
    TASKS[name].load(seed)
    ((x, y), (x_test, y_test)), train = cuts[0], rows(cuts[0][0][0])
    assert len(x) == len(y)
    assert len(x_test) == len(y_test) == 1000
    assert len(set(train)) == len(train)
    assert not set(train) & set(rows(x_test))


@pytest.mark.parametrize("name", MEMORY)
def test_rows_are_as_drawn_with_the_answers_that_belong_to_them(name, cuts):
    TASKS[name].load(1)
    draw, length = DRAWN[name]
    x, y = draw(16 * 4096 if name == "parity" else 11_000, length, 1)
    known = dict(zip(rows(x), y, strict=True))
    for part in cuts[0]:
        assert all(np.array_equal(known[r], a) for r, a in zip(rows(part[0]), part[1], strict=True))
    assert len(known) == sum(len(part[0]) for part in cuts[0])


def test_parity_has_every_sequence_of_twelve_bits_once(cuts):
    TASKS["parity"].load(0)
    assert sum(len(part[0]) for part in cuts[0]) == 2**12


def test_each_seed_draws_its_own_rows():
    one, same, other = (TASKS["adding"].load(seed).train[0] for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not set(rows(one)) & set(rows(other))


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("adding", (50, 2), (1,)),
        ("copy_memory", (40, 10), (40,)),
        ("temporal_order", (40, 8), ()),
        ("parity", (12, 1), (12,)),
        ("flip_flop", (40, 3), (40, 3)),
    ],
)
def test_shapes(name, x, y):
    problem = TASKS[name].load(0)
    assert problem.train[0].shape[1:] == x
    assert problem.train[1].shape[1:] == y
    assert problem.inputs == x[-1]
    model = TASKS[name].network(problem, TASKS[name].recipe, 0)
    assert isinstance(model, Network)
    assert model.output_size == problem.outputs
    assert np.isfinite(problem.score(model))


def answer_without_memory(name, x, y):
    """What the best answer that does not look back costs on these rows, or how often it is right.

    Counted on the rows themselves: for each input of one step, the mean (or commonest) target.
    """
    if name in ("adding", "temporal_order"):  # one answer a sequence, whose last step tells nothing
        return y.var() if name == "adding" else np.bincount(y).max() / len(y)
    if name == "parity":
        odd = np.array([y[x[:, -1, 0] == bit, -1].mean() for bit in (0, 1)])
        return np.maximum(odd, 1 - odd).mean()
    if name == "flip_flop":
        held = y[x == 0]
        return held.var() * (x == 0).mean()
    letters = y[:, -10:]
    shares = np.bincount(letters.ravel(), minlength=10)[1:9] / letters.size
    return -(shares * np.log(shares)).sum() * 10 / y.shape[1]


@pytest.mark.parametrize("name", MEMORY)
def test_baselines_are_what_an_answer_without_memory_reaches(name):
    problem = TASKS[name].load(2)
    counted = answer_without_memory(name, *problem.train)
    assert counted == pytest.approx(problem.baseline, rel=0.05)


def test_the_last_letter_of_a_name_counted_once_more():
    names = data.surnames()
    by_end = {}
    for row in names.train_rows:
        by_end.setdefault(names.names[row][-1], Counter())[names.labels[row]] += 1
    right = 0
    for row in names.test_rows:
        counts = by_end[names.names[row][-1]]
        most = max(counts.values())
        right += min(label for label, n in counts.items() if n == most) == names.labels[row]
    assert TASKS["surnames"].load(0).baseline == pytest.approx(right / len(names.test_rows))


def test_a_last_letter_that_training_lacks_gets_the_commonest_label():
    train = [np.array([0, 1]), np.array([2, 1]), np.array([1, 3])], np.array([4, 4, 2])
    test = [np.array([5]), np.array([3]), np.array([9, 1])], np.array([4, 2, 0])
    assert last_letter(train, test) == pytest.approx(2 / 3)


def test_no_surname_is_in_training_and_in_the_test():
    names = data.surnames()
    train, test = ({names.names[r] for r in part} for part in (names.train_rows, names.test_rows))
    assert not train & test
    learnt = TASKS["surnames"].load(0).train
    assert len(learnt[0]) == len(train)
    letters = {"".join(chr(97 + code) for code in codes) for codes in learnt[0]}
    assert letters == train


def test_the_last_tenth_of_the_prose_is_not_in_training():
    text = data.english_prose()
    problem, cut = TASKS["prose"].load(0), int(0.9 * len(text))
    assert np.array_equal(problem.train.x, text.codes[: cut - 1])
    assert np.array_equal(problem.train.y, text.codes[1:cut])
    # Stock phrases recur in a reference; whole lines of it do not.
    again = pieces(text.characters[:cut], 200) & pieces(text.characters[cut:], 200)
    assert len(again) < 0.01 * (len(text) - cut)


def test_bits_of_a_bigram_counted_by_hand():
    # After 0 came 1 twice, after 1 came 0 once; with one added to each of 2: 3/4, 1/4, 2/3, 1/3.
    past, rest = np.array([0, 1, 0, 1]), np.array([0, 1, 0, 0])
    expected = -(np.log2(3 / 4) + np.log2(2 / 3) + np.log2(1 / 4)) / 3
    assert texts.bigram_bits(past, rest, 2) == pytest.approx(expected, rel=1e-14)


def test_the_prose_baseline_counted_once_more():
    text = data.english_prose()
    cut = int(0.9 * len(text))
    past, rest = text.characters[:cut], text.characters[cut:]
    pairs, firsts, size = Counter(pairwise(past)), Counter(past[:-1]), len(set(text.characters))
    bits = [-log((pairs[a, b] + 1) / (firsts[a] + size), 2) for a, b in pairwise(rest)]
    assert TASKS["prose"].load(0).baseline == pytest.approx(sum(bits) / len(bits), rel=1e-12)


def test_bits_of_a_network_do_not_depend_on_how_its_stream_is_cut():
    text = data.Text("short", "abcabdabcabeabcabd" * 3)
    codes, size = text.codes, len(text.vocabulary)
    net = Recurrent("lstm", size, 5, seed=1)
    model = Network(OneHot(size), net, Dense(5, size, seed=1))
    logits = model.run(codes[:-1]).output
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    whole = -np.log2(shares[np.arange(len(codes) - 1), codes[1:]]).mean()
    for steps in (1, 7, 1000):
        assert texts.bits_of(model, codes, steps) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("name", MEMORY)
def test_a_rehearsal_of_random_numbers_has_rows_of_its_own(name):
    task = TASKS[name]
    table, rehearsed = (of.load(0).train[0] for of in (task, task.rehearse()))
    if name == "parity":  # which has no other rows: their order, and so the cut, differs
        assert not np.array_equal(table[:100], rehearsed[:100])
    else:
        assert not set(rows(table)) & set(rows(rehearsed))


def test_the_test_rows_have_no_say_in_a_rehearsal():
    text = data.english_prose()
    learnt = TASKS["prose"].rehearse().load(0).train.x
    assert np.array_equal(learnt, text.codes[: len(learnt)])
    assert len(learnt) == int(0.9 * int(0.9 * len(text))) - 1
    names = [codes.tobytes() for codes in TASKS["surnames"].load(0).train[0]]
    for seed in (0, 1):
        part = {codes.tobytes() for codes in TASKS["surnames"].rehearse().load(seed).train[0]}
        assert part < set(names)
        assert len(part) == pytest.approx(0.8 * len(names), rel=0.01)
