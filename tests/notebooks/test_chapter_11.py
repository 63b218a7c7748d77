"""Chapter 11: runs as it stands, solved, without its surnames; its prose says what is printed."""

import re
import string
from collections import Counter
from functools import partial
from itertools import pairwise

import chapters
import numpy as np
import pytest
from chapters import FOLDER, by_cell, checks, read, run_with_starters

import workbench as wb

CHAPTER = FOLDER / "11_language.ipynb"
prose = partial(chapters.prose, CHAPTER)
source = partial(chapters.source, CHAPTER)


@pytest.fixture
def solved(solved):
    pytest.importorskip("faker")
    return solved


def numbers(text):
    """The numbers of a text that stand by themselves."""
    return [float(n) for n in re.findall(r"[-+]?\d+\.?\d*(?:e[-+]\d+)?", text)]


def test_it_runs_without_the_surnames_and_with_empty_starters(hide):
    hide("faker")
    said = by_cell(CHAPTER, run_with_starters(CHAPTER))
    assert "not installed: pip install faker" in said["names"]
    assert "put together from syllables" in said["names"]
    for index, name, _ in checks(read(CHAPTER)):
        told = said[read(CHAPTER).cells[index].id]
        assert told.startswith(f"{name}: not yet."), name
        assert told.endswith("\n0\n"), name
    users = {cell for cell, text in said.items() if "not written yet" in text}
    assert users == {"bits", "write", "by-epoch", "probed", "closing"}
    fifty = re.search(r"unequal decisions: .* 50: ([-+.\d]+)", said["probed"])[1]
    assert float(fifty) > 0.3


def parts():
    """(what is read, what is tested on), from the standard library's text."""
    allowed = set(string.ascii_lowercase + string.digits + " .,;:'\"()*_-")
    lines = wb.data.english_prose().characters.lower().split("\n")
    kept = "\n".join(line for line in lines if set(line) <= allowed)
    return kept[:40_000], kept[80_000:100_000], sorted(set(kept))


def test_the_baselines_are_those_of_counting(solved):
    past, test, known = parts()
    table = {
        name: [float(n) for n in found]
        for name, *found in re.findall(
            r"^(.+?) +([\d.]+) bits a character; yours: ([\d.]+) bits, one in ([\d.]+)$",
            solved["bits"],
            flags=re.M,
        )
    }
    for bits, own, among in table.values():
        assert bits == own
        assert among == pytest.approx(2**bits, rel=0.02)
    assert table["all alike"][0] == pytest.approx(np.log2(len(known)), abs=0.006)
    pairs, ones = Counter(pairwise(past)), Counter(past[:-1])
    paid = [-np.log2((pairs[pair] + 1) / (ones[pair[0]] + len(known))) for pair in pairwise(test)]
    assert table["bigram"][0] == pytest.approx(np.mean(paid), abs=0.006)
    assert table["the network"][0] < 2.9 < table["bigram"][0] < table["unigram"][0]


def test_asking_never_brings_it_and_ranking_does(solved):
    assert "the line is in them 0 times" in solved["load"]
    assert "in 300 draws the secret came 0 times" in solved["ask"]
    found = {
        int(times): (float(bits), int(came))
        for times, bits, came in re.findall(
            r"planted +(\d+) times: costs +([\d.]+) bits.* it came (\d+) times", solved["hunt"]
        )
    }
    assert found[0][0] > 30
    assert 10 < found[1][0] < 30
    assert found[16][0] < 5
    assert found[0][1] == found[1][1] == 0
    chance = 2 ** -found[16][0]
    # The cost holds the full stop too, so that draws of the digits alone come a little oftener.
    assert found[16][1] > 300 * chance - 4 * np.sqrt(300 * chance)


def test_the_secret_climbs_while_the_test_text_becomes_cheaper(solved):
    rows = re.findall(
        r"test ([\d.]+) bits a character; secret: rank (\d+), yours: (\d+), exposure ([\d.]+)",
        solved["by-epoch"],
    )
    bits = [float(row[0]) for row in rows]
    ranks = [int(row[1]) for row in rows]
    assert [int(row[2]) for row in rows] == ranks
    for rank, row in zip(ranks, rows, strict=True):
        assert float(row[3]) == pytest.approx(np.log2(10_000 / rank), abs=0.051)
    assert bits[1] < bits[0] - 0.1
    assert ranks[1] < ranks[0] - 100
    assert ranks[3] <= 10
    assert ranks[4] > 1000


def test_the_live_picture_shows_what_its_prose_says():
    scope = {}
    for cell in ("imports", "load", "explore-gates"):
        exec(source(cell), scope)
    weights = scope["opened"].parameters
    line, secret = scope["line"], scope["SECRET"]
    unit = scope["unit"]
    assert line.vocabulary[unit] == secret[-1]

    def curve(**held):  # the equations once more, in float64
        h = c = np.zeros(64)
        found = []
        for code in line.codes:
            i, f, g, o = (
                weights[f"W.{k}"][:, code] + weights[f"U.{k}"] @ h + weights[f"b.{k}"]
                for k in "ifgo"
            )
            f = held.get("f", 1 / (1 + np.exp(-f)))
            c = f * c + np.tanh(g) / (1 + np.exp(-i))
            h = np.tanh(c) / (1 + np.exp(-o))
            found.append(weights["V"][unit] @ h + weights["b.y"][unit])
        return np.array(found)

    free, forgetful = curve(), curve(f=0.0)
    top = free.argmax()
    assert line.characters[top : top + 2] == secret[-2:]
    assert forgetful[top] < free[top] / 2
    digits = slice(line.characters.index(secret) - 1, top)
    assert free[digits].max() < free[top] - 3


def test_a_unit_is_found_again_and_a_correlation_is_not_an_effect(solved):
    for name in ("inside quotation marks", "four letters into a word"):
        row = solved["unit-search"].split(name)[1].split("\n")[0]
        _, found, other, untrained = numbers(row)
        assert found > other - 0.05
        assert other > untrained + 0.08
    assert numbers(solved["unit-search"].split("of elsewhere")[1])[1] < 0.15
    rows = [numbers(line) for line in solved["unit-cause"].strip().split("\n")]
    assert [row[0] for row in rows] == [0, 1, 16]
    for _, _, correlation, moves, place, _, _, _, most in rows:
        assert 0.35 < correlation < 0.7
        assert 1 <= place <= 64
        assert moves <= most
        assert most > 1


def test_the_probe_finds_the_unequal_decisions_and_no_others(solved):
    table = {}
    for name, sums, mean, yours in re.findall(
        r"^(\S+) decisions: (.+); mean (\S+), yours (\S+)$", solved["probed"], flags=re.M
    ):
        table[name] = [float(pair.split(": ")[1]) for pair in sums.split(", ")]
        assert mean == yours
        assert float(mean) == pytest.approx(np.mean(table[name]), abs=0.011)
    mixed = [float(n) for n in re.findall(r"at random: at most ([\d.]+)", solved["probed"])]
    unequal = table["unequal"]
    assert min(unequal[1:3]) > 0.3
    assert max(map(abs, unequal[::3])) < 0.05
    assert np.mean(unequal) > mixed[0]
    assert max(map(abs, table["equal"])) < 0.05


def test_the_map_has_the_name_where_the_name_decides_nothing(solved):
    rows = re.findall(
        r"(\S+) +asks for (\d+): +(\d+)% of .* answer by ([\d.]+)", solved["saliency"]
    )
    table = {(name, int(amount)): (int(share), float(move)) for name, amount, share, move in rows}
    assert table["unequal", 50][1] > 0.3
    for amount in (20, 80):
        share, move = table["unequal", amount]
        assert move < 0.05
        assert share > 0.4 * table["unequal", 50][0]
        assert table["equal", amount][1] < 0.05
    assert table["untrained", 50][1] < 0.05


def test_a_perplexity_belongs_to_a_text(solved):
    read, unread, surnames = (
        float(re.search(rf"{name} +perplexity ([\d.]+)", solved["which-text"])[1])
        for name in ("^read", "not read", "surnames")
    )
    assert read < unread < 49 < surnames


def test_the_closing_exposures_are_ten_bits_or_more(solved):
    rows = re.findall(
        r"seed (\d), secret (\d{4}): rank (\d+), yours: (\d+), exposure ([\d.]+); "
        r"perplexity ([\d.]+) on the test text",
        solved["closing"],
    )
    assert [row[0] for row in rows] == ["0", "1", "2"]
    assert len({row[1] for row in rows}) == 3
    for _, _, rank, own, exposure, among in rows:
        assert rank == own
        assert int(rank) <= 10
        assert float(exposure) == pytest.approx(np.log2(10_000) - np.log2(int(rank)), abs=0.051)
        assert 5 < float(among) < 8


def test_the_closing_rank_is_that_of_pricing_each_candidate_by_itself(solved):
    scope = {}
    for cell in ("imports", "load"):
        exec(source(cell), scope)
    model, text = scope["model"], scope["text"]

    def price(code):
        codes = text.encode(f"\nthe code of the safe is {code}.")
        logits = model.run(codes[:-1, None]).output[:, 0].astype(float)
        paid = logits[np.arange(len(logits)), codes[1:]] - np.logaddexp.reduce(logits, axis=1)
        return -paid[-5:].sum() / np.log(2)

    others = np.random.default_rng(0).integers(0, 10_000, 300)
    secret = price(scope["SECRET"])
    cheaper = sum(price(f"{code:04d}") < secret for code in others)
    rank = int(re.search(r"rank (\d+)", solved["closing"])[1])
    assert cheaper <= 1 + 300 * rank / 10_000 * 4
    printed = float(re.search(r"planted +1 times: costs +([\d.]+)", solved["hunt"])[1])
    assert printed == pytest.approx(secret, abs=0.06)
