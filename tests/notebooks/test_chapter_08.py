"""Chapter 8: runs with empty starters and with solutions, and says what its prose says."""

import re
import sys

import numpy as np
import pytest
from chapters import FOLDER

import workbench as wb

CHAPTER = FOLDER / "08_batches.ipynb"
GUESSING = 88 / 370 * 100  # per cent: the commonest class of the test part


def scope_of(notebook, *ids):
    found = {}
    for cell in notebook.cells:
        if cell.id in ids:
            exec(cell.source, found)
    return found


@pytest.fixture(scope="module")
def scope(notebook):
    """The names of the chapter after its network has been trained and asked in batches."""
    return scope_of(notebook, "imports", "load", "train", "company")


def states_alone(net, x):
    """The states of an Elman layer, step by step in NumPy."""
    W, U, b = (net.parameters[name] for name in "WUb")
    h, found = np.zeros(len(b)), []
    for x_t in x:
        h = np.tanh(W @ x_t + U @ h + b)
        found.append(h)
    return np.array(found)


@pytest.fixture(scope="module")
def true(scope):
    """(recordings, units): the last state of each test recording by itself."""
    return np.array([states_alone(scope["net"], x)[-1] for x in scope["asked"]])


@pytest.fixture(scope="module")
def leaked(scope):
    """The same at the end of zeros up to the longest recording."""
    longest = max(map(len, scope["asked"]))
    rows = [np.pad(x, ((0, longest - len(x)), (0, 0))) for x in scope["asked"]]
    return np.array([states_alone(scope["net"], x)[-1] for x in rows])


def percents(text):
    """A row of numbers for every line that has percentages."""
    rows = [re.findall(r"([\d.]+)%", line) for line in text.splitlines()]
    return [[float(share) for share in row] for row in rows if row]


def test_what_needs_an_empty_starter_says_so(starters):
    users = {cell for cell, text in starters.items() if "not written yet" in text}
    assert users == {"both-read", "reset-or-carry-table", "closing"}


def test_the_recordings_are_as_long_as_the_prose_says(scope, solved):
    lengths = [len(x) for x in scope["asked"]]
    assert (min(lengths), max(lengths)) == (7, 29)
    assert (len(scope["heard"]), len(lengths), len(set(scope["truth"]))) == (270, 370, 9)
    assert "longest 29\n" in solved["load"]
    assert round(100 / 9) == 11
    ((right,),) = percents(solved["train"])
    assert right > 85


def test_without_the_package_it_is_said_and_noise_is_read(notebook, monkeypatch, capsys):
    for module in ("sktime", "sktime.datasets"):
        monkeypatch.setitem(sys.modules, module, None)
    found = scope_of(notebook, "imports", "load")
    assert "pip install sktime" in capsys.readouterr().out
    assert len(found["heard"]) == len(found["who"]) == 270
    assert len(found["asked"]) == len(found["truth"]) == 370
    assert {x.shape[1] for x in found["asked"]} == {12}


def test_the_answer_depends_on_the_company(scope, solved, true, leaked):
    rows = re.findall(r"^ +(\d+) +([\d.]+)% +(\d+) of 370$", solved["company"], flags=re.M)
    assert [int(rows_) for rows_, _, _ in rows] == [1, 2, 5, 10, 37, 370]
    right = [float(share) for _, share, _ in rows]
    assert right == sorted(right, reverse=True)
    names, model = scope["names"], scope["model"]
    answers, other = names(model, true), names(model, leaked)
    assert (int(rows[0][2]), int(rows[-1][2])) == (0, np.sum(answers != other))
    assert rows[-1][1] == f"{np.mean(other == scope['truth']) * 100:.1f}"


def test_the_live_picture_does_what_its_prose_says(notebook, scope):
    found = dict(scope)
    (cell,) = [cell for cell in notebook.cells if cell.id == "explore-padding"]
    exec(cell.source, found)
    four = [scope["asked"][k] for k in found["four"]]
    changed = np.flatnonzero(scope["in_company"] != scope["alone"])
    assert set(found["four"][:3]) <= set(changed)
    assert len(four[0]) == scope["lengths"][changed].min()
    assert len(four[3]) == scope["lengths"].max() > max(map(len, four[:3]))

    def right(**how):
        return wb.measure.last_states(scope["net"], four, **how).right.tolist()

    assert right() == [False, False, False, True]
    longer = [*four, np.zeros((len(four[3]) + 1, 12))]  # one extra step
    assert not wb.measure.last_states(scope["net"], longer).right[:4].any()
    assert right(rule="lengths") == [True] * 4
    masked = wb.measure.last_states(scope["net"], four, masked=True)
    assert masked.right.tolist() == [False, False, False, True]
    assert not masked.read[:3].any()
    assert right(where="pre") == [False, False, False, True]
    assert right(where="pre", masked=True) == [True] * 4


def test_masked_is_looped_and_buckets_spare_padding(solved, scope):
    apart = [float(n) for n in re.findall(r"apart by (\S+)", solved["packed-is-looped"])]
    assert max(apart) < 1e-13
    (batch,), *buckets = percents(solved["packed-is-looped"])
    share = 1 - scope["lengths"].mean() / scope["lengths"].max()
    assert batch == round(100 * share)
    assert 40 < batch < 50  # nearly half
    assert buckets[0] > 2 * buckets[1] > 2 * buckets[2]


def test_the_four_mistakes_cost_and_the_three_right_lines_agree(solved, true, leaked, scope):
    rows = percents(solved["silent-bugs-table"])
    leak, by_index, zeros, pre, wrong_index, pre_masked, handed = rows
    assert by_index == pre_masked == handed
    assert min(by_index) > 85
    truth, names = scope["truth"], lambda h: scope["names"](scope["model"], h)
    assert by_index[0] == round(100 * np.mean(names(true) == truth), 1)
    assert leak[0] == round(100 * np.mean(names(leaked) == truth), 1)
    for wrong in (leak, zeros, wrong_index):
        assert max(wrong) < 60
    assert all(a < b for a, b in zip(pre, by_index, strict=True))


def test_a_network_trained_with_padding_knows_no_other(solved):
    rows = percents(solved["learnt-with-padding"])
    assert len(rows) == 3
    for same, alone, longer in rows:
        assert same > 50
        assert max(alone, longer) < GUESSING


def test_each_direction_is_read_where_it_has_heard_all(solved):
    (end,), (array,), (begin,), (yours,), (last,) = percents(solved["both-read"])
    assert yours == last > 85
    assert max(end, begin) < yours - 5
    assert array < GUESSING


def test_the_bytes_are_those_of_the_formula_and_too_many_are_refused(solved):
    rows = re.findall(r"by hand +(\S+) bytes, told +(\S+)\n", solved["bytes-told"])
    for steps, (by_hand, told) in zip((10**3, 10**6), rows, strict=True):
        assert by_hand == told == f"{8 * (460 * steps + 128):,}"
    assert "x: expected a run that fits into" in solved["bytes-told"]
    assert "36.8 TB" in solved["bytes-told"]


def test_checkpointing_takes_less_and_gives_the_same(solved):
    rows = re.findall(r"checkpoint=(\S+) +(\d+) MB", solved["measured-memory"])
    peaks = {how: int(megabytes) for how, megabytes in rows}
    assert list(peaks) == ["None", "10", "'sqrt'"]
    assert peaks["None"] > 3 * peaks["10"] > 3 * 3 * peaks["'sqrt'"]
    # i, f, g, o, c, h and tanh(c) at least
    assert peaks["None"] > 50_000 * 7 * 64 * 8 / 1e6
    (apart,) = re.findall(r"apart by (\S+) of", solved["same-gradient"])
    assert float(apart) < 1e-12


def test_the_cut_gradient_turns_towards_the_whole(solved):
    rows = re.findall(r"^ +(\d+) +([\d.]+) +([\d.]+)$", solved["truncation-table"], flags=re.M)
    errors, cosines = np.array([[float(n) for n in row[1:]] for row in rows]).T
    assert [int(row[0]) for row in rows] == [1, 5, 20, 100, 1000]
    assert (np.diff(errors) < 0).all()
    assert cosines[0] < 0.8
    assert (cosines[2:] > 0.97).all()


def test_carried_states_hide_the_cuts_and_reset_ones_do_not(solved):
    persistence, whole = (
        float(n) for n in re.findall(r"  (0\.\d+)\n", solved["stream-fit"].replace(") ", ")  "))
    )
    rows = re.findall(r"^ +(\d+) +(\S+) +(\S+) +(\S+)$", solved["reset-or-carry-table"], flags=re.M)
    size, reset, carried, apart = np.array(rows, float).T
    assert size.tolist() == [1, 5, 25, 100]
    assert (carried == whole).all()
    assert apart.max() < 1e-13
    assert (np.diff(reset) < 0).all()
    assert (reset > whole).all()
    assert whole < persistence < reset[1]


def test_threads_change_no_number(solved):
    assert "other numbers" not in solved["rows-and-threads"]
    assert solved["rows-and-threads"].count("\n") == 6


def test_zeros_do_no_harm_before_training_only(solved, scope):
    before, after = re.findall(
        r"bias ([\d.]+), .* in (\d+) of 370 rows", solved["zeros-do-nothing"]
    )
    assert before == ("0.00", "370")
    longest = int((scope["lengths"] == scope["lengths"].max()).sum())
    assert int(after[1]) == longest
    assert f"{longest} row has no padding" in solved["zeros-do-nothing"]


def test_the_closing_number(solved, prose, scope, true, leaked):
    rows = re.findall(
        r"by (\S+): (\d+) digits agree, (\d+) of 370 answers change", solved["closing"]
    )
    (apart, digits, same), (far, none, other) = rows
    assert float(apart) < 1e-13
    assert int(digits) >= 13
    assert (same, none) == ("0", "0")
    assert far == f"{np.abs(leaked - true).max():.0e}"
    answers = [scope["names"](scope["model"], h) for h in (true, leaked)]
    assert int(other) == np.sum(answers[0] != answers[1])
    assert int(other) > 150
    assert "**13 digits** and more agree" in prose
    assert "more than **150 of 370** recordings" in prose
