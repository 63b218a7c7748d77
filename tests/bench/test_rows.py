"""The arithmetic of the speed table, from seconds made up by hand."""

import json

import numpy as np
import pytest

from workbench.bench import floor, losses, rows, table
from workbench.bench.peers import Peer
from workbench.bench.problems import Case, Problem

CASE = Case("lstm", 2, 3, 4, 5)


@pytest.fixture(scope="module")
def problem():
    return Problem(CASE)


def samples(**taken):
    """forward samples of peers, and floors of one second each."""
    made = {("floor", "gemm"): [1.0], ("floor", "copy"): [1.0]}
    return made | {(name, "forward"): seconds for name, seconds in taken.items()}


def test_everyone_is_asked_in_turn_and_never_twice_running():
    offers = {"a": ["forward", "both"], "b": ["forward"], "c": ["forward", "both"], "f": ["gemm"]}
    once = [("a", "forward"), ("b", "forward"), ("c", "forward"), ("a", "both"), ("c", "both")]
    assert rows.schedule(offers) == [*once, ("f", "gemm")]


def test_ratios_are_of_medians_and_the_best_peer_is_the_fastest(problem):
    # An outlier each, which a mean would follow.
    taken = samples(ours=[2.0, 2.0, 90.0], a=[6.0, 5.0, 0.1], b=[3.0, 80.0, 3.0])
    forward, both = rows.rows(problem, 2, taken, {})
    assert forward["seconds"] == {"ours": 2.0, "a": 5.0, "b": 3.0}
    assert (forward["best"], forward["ratio"], forward["threads"]) == ("b", 1.5, 2)
    assert forward["samples"]["b"] == [3.0, 80.0, 3.0]
    assert (both["pass"], both["seconds"], both["ratio"]) == ("both", {}, None)
    assert json.loads(json.dumps(forward)) == forward


def test_products_and_bytes_are_those_of_the_equations(problem):
    # Four gates, each 5 x 4 and 5 x 5, for 2 steps of 3 rows; a multiplication goes with a sum.
    assert floor.flops(problem, "forward") == 2 * (2 * 3) * 4 * (5 * 4 + 5 * 5)
    assert floor.flops(problem, "both") == 3 * floor.flops(problem, "forward")
    # x, the lines i f g o c h, and the parameters, in 4 bytes each.
    numbers = (2 * 3) * (4 + 6 * 5) + 4 * (5 * 4 + 5 * 5 + 5)
    assert floor.moved(problem, "forward") == 4 * numbers
    assert floor.moved(problem, "both") == 12 * numbers


def test_the_floor_is_the_longer_of_multiplying_and_moving(problem):
    product, copy = 2 * 960**3, 8 * 16 * 2**20
    assert floor.seconds(product / 2, copy / 4, 6.0, 8.0) == 3.0
    assert floor.seconds(product / 2, copy / 4, 2.0, 8.0) == 2.0
    row = rows.rows(problem, 1, samples(ours=[1.0]), {})[0]
    assert row["gemm_flops_per_second"] == product
    assert row["copy_bytes_per_second"] == copy
    assert row["floor_seconds"] == max(row["flops"] / product, row["bytes"] / copy)
    assert row["of_floor"] == 1.0 / row["floor_seconds"]


def test_without_a_floor_or_ours_the_rest_stays(problem):
    row = rows.rows(problem, 1, {("a", "forward"): [2.0], ("ours", "forward"): []}, {})[0]
    assert row["seconds"] == {"a": 2.0}
    assert row["best"] == "a"
    assert [row[key] for key in ("ratio", "floor_seconds", "of_floor")] == [None] * 3


def test_a_lost_row_says_why_and_a_won_one_does_not(problem, monkeypatch):
    lost, won = samples(ours=[2.0], a=[1.0]), samples(ours=[1.0], a=[2.0])
    assert rows.rows(problem, 1, lost, {})[0]["note"] == losses.NOT_KNOWN
    note = {("lstm", CASE.sizes, "forward"): "it skips a gate; tried skipping too"}
    monkeypatch.setattr(losses, "NOTES", note)
    row = rows.rows(problem, 1, lost, {})[0]
    assert table.line(row, [Peer("a", "")])[1:] == [
        "    a wins: it skips a gate; tried skipping too"
    ]
    assert rows.rows(problem, 1, won, {})[0]["note"] == ""


def test_a_line_shows_ratios_and_a_dash_for_who_is_missing(problem):
    row = rows.rows(problem, 1, samples(ours=[0.004], a=[0.01]), {"b": "no"})[0]
    text = table.line(row, [Peer("a", ""), Peer("b", "")])[0]
    assert text.split()[:9] == ["2,", "3,", "4,", "5", "forward", "4", "2.5", "-", "2.5"]
    head = table.heading("lstm", 1, [Peer("a", ""), Peer("b", "")])
    assert len(head[-1]) == len(text) <= table.WIDTH


def test_a_reason_is_said_once():
    said = {}
    assert table.reasons({"a": "gone"}, said) == ["    a: gone"]
    assert table.reasons({"a": "gone", "b": "late"}, said) == ["    b: late"]


def test_the_last_line_counts_what_is_lost(problem):
    won, lost = samples(ours=[1.0], a=[2.0]), samples(ours=[2.0], a=[1.0])
    both = rows.rows(problem, 1, won, {}) + rows.rows(problem, 1, lost, {})
    assert table.summary(both)[-1] == (
        "Lost to a peer: 1 of 2 rows, 1 of them without a known reason."
    )
    assert table.summary(both[:2])[-1] == "No row of 1 is lost to a peer."
    assert table.summary(both[1:2])[-1] == "No peer was measured."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a * (1 + 5e-5), ""),
        (lambda a: a * (1 + 5e-4), "h differs by 0.0005 of its largest value"),
        (lambda a: np.where(a == a.max(), np.nan, a), "h differs by nan of its largest value"),
        (lambda a: a[1:], "h is (5,), expected (6,)"),
    ],
)
def test_a_peer_with_other_results_is_found(change, words):
    ours = {"h": np.arange(1.0, 7.0)}
    assert rows.difference(ours, {"h": change(ours["h"])}) == words


def test_a_gradient_that_is_not_given_is_found():
    assert (
        rows.difference({"x": np.ones(2), "W.i": np.ones(2)}, {"x": np.ones(2)}) == "gives no W.i"
    )


def test_a_gradient_that_is_zero_but_for_rounding_is_compared_with_the_others():
    ours, theirs = {"x": np.ones(2), "b": np.full(2, 1e-8)}, {"x": np.ones(2), "b": np.zeros(2)}
    assert rows.difference(ours, theirs) == ""
    ours["b"][0] = 1e-5
    assert rows.difference(ours, theirs) == "b differs by 0.001 of its largest value"


def test_our_own_product_of_the_floor_is_the_product():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 480, 480), np.float32)
    call, total = floor.own_product(a, b)
    call()
    assert np.abs(total - a @ b).max() < 1e-3
