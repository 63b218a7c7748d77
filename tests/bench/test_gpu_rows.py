"""The arithmetic of the GPU's table and its goals, from seconds made up by hand."""

import json

import pytest

from workbench.bench import gpu_goals, gpu_rows, gpu_table
from workbench.bench.peers import Peer
from workbench.bench.problems import Case

CASE = Case("lstm", 2, 3, 4, 256)


def samples(direction="forward", host=None, **taken):
    made = {(name, direction): seconds for name, seconds in taken.items()}
    return made | {(n, f"{direction} from the host"): s for n, s in (host or {}).items()}


def row(case=CASE, why=None, **taken):
    return gpu_rows.row(case, "forward", samples(**taken), why or {})


def test_the_two_clocks_are_kept_apart_and_ratios_are_of_medians():
    # An outlier each, which a mean would follow.
    host = {"ours": [4.0, 4.0, 99.0], "a": [2.0, 2.0, 2.0]}
    found = row(host=host, ours=[2.0, 2.0, 90.0], a=[6.0, 5.0, 0.1], b=[3.0, 80.0, 3.0], gone=[])
    assert found["device"] == {"ours": 2.0, "a": 5.0, "b": 3.0}
    assert found["host"] == {"ours": 4.0, "a": 2.0}
    assert (found["best"], found["ratio"], found["host_ratio"]) == ("b", 1.5, 0.5)
    assert found["samples"]["device"]["b"] == [3.0, 80.0, 3.0]
    assert (found["dtype"], found["hidden_size"], found["pass"]) == ("float32", 256, "forward")
    assert json.loads(json.dumps(found)) == found


def test_without_ours_or_peers_there_is_no_ratio():
    assert [row(a=[2.0])[key] for key in ("best", "ratio", "host_ratio")] == ["a", None, None]
    assert [row(ours=[2.0])[key] for key in ("best", "ratio")] == [None, None]


def test_both_passes_of_a_case_have_a_row():
    found = gpu_rows.rows(Case("elman", 2, 1, 1, 2), samples("both", ours=[1.0]), {})
    assert [(r["pass"], r["device"]) for r in found] == [("forward", {}), ("both", {"ours": 1.0})]


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        (Case("lstm", 1, 1, 1, 256), {"a loop": 15, "cuDNN at hidden_size 256": 2}),
        (Case("gru_reset_after", 1, 1, 1, 512), {"cuDNN at hidden_size 256": 2}),
        (Case("elman", 1, 1, 1, 512), {}),
        (Case("elman", 1, 1, 1, 128), {"cuDNN at hidden_size up to 128": 1}),
        (Case("lstm", 1, 1, 1, 16), {"a loop": 15, "cuDNN at hidden_size up to 128": 1}),
        (Case("lstm", 1, 1, 1, 16, dtype="float64"), {"cuDNN in float64": 2}),
        (Case("mine", 1, 1, 1, 16, "my_cell.py"), {}),
    ],
)
def test_a_row_has_the_goals_of_its_cell_size_and_number_type(case, wanted):
    goals = row(case, ours=[1.0])["goals"]
    assert [goal["wanted"] for goal in goals] == list(wanted.values())
    assert all(g["goal"].startswith(words) for g, words in zip(goals, wanted, strict=True))
    assert {goal["got"] for goal in goals} <= {None}


def test_a_goal_is_held_against_the_best_of_the_peers_that_it_names():
    found = row(ours=[1.0], cudnn=[3.0], tf32=[1.5], loop=[20.0], jax=[0.1])
    assert [goal["got"] for goal in found["goals"]] == [20.0, 1.5]
    lines = gpu_table.lines(found, [Peer("cudnn", ""), Peer("gone", "")])
    assert lines[2:] == [
        "    goal missed: 2 times cuDNN at hidden_size 256 to 512, LSTM and GRU, got 1.5"
    ]
    summary = gpu_goals.summary([found, row(ours=[1.0], cudnn=[2.0], loop=[9.0])])
    assert summary[0] == "Goal 15 times a loop of LSTMCell: reached in 1 of 2 rows, 9 to 20."
    assert summary[1].endswith("LSTM and GRU: reached in 1 of 2 rows, 1.5 to 2.")
    assert summary[2].endswith("up to 128: not measured.")
    assert summary[-1].startswith("float16 is not measured: at hidden_size 768 and more")


def test_a_line_shows_both_clocks_and_a_dash_for_who_is_missing():
    peers = [Peer("a", ""), Peer("b", "")]
    found = row(host={"ours": [0.008], "a": [0.002]}, ours=[0.004], a=[0.01])
    device, host = (line.split() for line in gpu_table.lines(found, peers)[:2])
    assert device == ["2,", "3,", "4,", "256", "forward", "device", "4", "2.5", "-", "2.5"]
    assert host == ["2,", "3,", "4,", "256", "forward", "host", "8", "0.25", "-", "0.25"]
    head = gpu_table.heading(CASE, peers)
    assert head[1] == "lstm, float32"
    assert len(head[-1]) == len(gpu_table.lines(found, peers)[0])


def test_five_peers_fit_into_the_width():
    found = row(Case("gru_reset_after", 1000, 128, 512, 512), ours=[0.1])
    peers = [Peer(name, "") for name in ("cudnn", "tf32", "loop", "jax", "jaxtf32")]
    texts = [*gpu_table.heading(CASE, peers), *gpu_table.lines(found, peers)]
    assert max(len(text) for text in texts) <= 100


def test_whose_numbers_are_others_is_told_with_the_rows():
    wrong = row(why={"a": "not timed: h differs by 0.1 of its largest value", "b": "gone"})
    assert gpu_table.other_numbers([wrong, wrong]) == {"a": ["lstm float32 2, 3, 4, 256"]}
