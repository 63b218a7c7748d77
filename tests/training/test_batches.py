"""Mini-batches: every row once an epoch, the same order again, less padding by bucketing."""

import subprocess
import sys

import numpy as np
import pytest

from workbench.training import Batches, Sequences

STREAM = np.random.default_rng(11)
LENGTHS = STREAM.integers(1, 40, 83)
RAGGED = [STREAM.standard_normal((t, 2)) for t in LENGTHS]
LABELS = np.arange(83)
OPTIONS = [
    {},
    {"shuffle": False},
    {"bucket": 3},
    {"bucket": 100},
    {"bucket": 4, "shuffle": False},
    {"bucket": 2, "pad": "pre"},
]


def batches(batch_size=8, **options):
    return Batches(RAGGED, LABELS, batch_size, **options)


def rows_of(plan):
    return [row for rows in plan for row in rows.tolist()]


@pytest.mark.parametrize("batch_size", [1, 8, 83, 200])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_row_is_seen_exactly_once_an_epoch_with_its_own_data(options, batch_size):
    found = batches(batch_size, **options)
    seen = []
    for batch in found.epoch(2):
        for k, row in enumerate(batch.rows):
            real = slice(None) if batch.mask is None else batch.mask[:, k]
            assert np.array_equal(batch.x[real, k], RAGGED[row])
            assert batch.y[k] == row
        seen += batch.rows.tolist()
    assert sorted(seen) == list(range(83))
    sizes = [len(rows) for rows in found.order(2)]
    assert len(sizes) == len(found) == -(-83 // batch_size)
    assert sorted(sizes)[1:] == [batch_size] * (len(sizes) - 1)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_dropping_the_last_batch_leaves_full_ones_without_a_row_twice(options):
    found = batches(8, drop_last=True, **options)
    plan = found.order(1)
    assert [len(rows) for rows in plan] == [8] * 10
    assert len(found) == 10
    assert len(set(rows_of(plan))) == 80


def test_what_is_dropped_has_no_preferred_length():
    found = batches(8, drop_last=True, bucket=100)
    dropped = [set(range(83)) - set(rows_of(found.order(k))) for k in range(200)]
    assert set.union(*dropped) == set(range(83))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_an_epoch_resumed_in_its_middle_has_the_same_batches(options):
    whole = list(batches(**options).epoch(3))
    for start in (0, 4, len(whole)):
        rest = list(batches(**options).epoch(3, start=start))
        assert len(rest) == len(whole) - start
        for mine, theirs in zip(rest, whole[start:], strict=True):
            assert np.array_equal(mine.rows, theirs.rows)
            assert np.array_equal(mine.x, theirs.x)
            assert np.array_equal(mine.mask, theirs.mask)


def test_the_order_depends_on_seed_and_epoch_and_nothing_else():
    found = batches(seed=4)
    first = rows_of(found.order(5))
    list(found.epoch(0))
    assert rows_of(found.order(5)) == first
    assert rows_of(batches(seed=4).order(5)) == first
    assert rows_of(batches(batch_size=10, seed=4).order(5)) == first
    assert rows_of(found.order(6)) != first
    assert rows_of(batches(seed=5).order(5)) != first
    assert rows_of(batches(shuffle=False).order(5)) == list(range(83))


def test_another_process_draws_the_same_order():
    code = (
        "import numpy as np; from workbench.training import Batches;"
        "print(*np.concatenate(Batches(np.ones((83, 2, 1)), None, 8, seed=4).order(5)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    equal = Batches(np.ones((83, 2, 1)), None, 8, seed=4)
    assert [int(row) for row in done.stdout.split()] == rows_of(equal.order(5))


def padding_of(plan):
    """The share of padding, counted cell by cell."""
    real = sum(LENGTHS[row] for rows in plan for row in rows)
    return 1 - real / sum(max(LENGTHS[row] for row in rows) * len(rows) for rows in plan)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_padding_is_the_share_of_masked_steps(options):
    found = batches(**options)
    assert found.padding == pytest.approx(padding_of(found.order(0)), abs=1e-15)
    masks = [np.ones(b.x.shape[:2]) if b.mask is None else b.mask for b in found.epoch(0)]
    share = 1 - sum(mask.sum() for mask in masks) / sum(mask.size for mask in masks)
    assert found.padding == pytest.approx(share, abs=1e-15)
    assert f"{found.padding:.1%} padding" in repr(found)


def test_wider_buckets_waste_less_and_a_whole_sort_least_of_all():
    shares = [batches(bucket=bucket).padding for bucket in (1, 3, 100)]
    assert shares == sorted(shares, reverse=True)
    best = np.argsort(LENGTHS, kind="stable")
    least = padding_of([best[first : first + 8] for first in range(0, 83, 8)])
    assert shares[-1] == pytest.approx(least, abs=1e-15)
    assert batches().padding > 2 * least
    assert Batches(np.ones((10, 5, 1)), None, 4).padding == 0


def test_bucketed_batches_come_in_no_order_of_length_and_new_ones_every_epoch():
    found = batches(bucket=3)
    longest = [LENGTHS[rows].max() for rows in found.order(0)]
    assert longest != sorted(longest)
    assert {frozenset(rows.tolist()) for rows in found.order(0)} != {
        frozenset(rows.tolist()) for rows in found.order(1)
    }


def test_a_set_that_is_read_already_can_be_cut_in_two_ways():
    sequences = Sequences(RAGGED, LABELS)
    assert Batches(sequences, None, 8).sequences is sequences
    assert len(Batches(sequences, None, 40, shuffle=False)) == 3


READ = Sequences(RAGGED)
WRONG = [
    (lambda: batches(0), "batch_size: expected a whole number of at least 1, got 0"),
    (lambda: batches(2.0), "batch_size: expected a whole number of at least 1, got 2.0"),
    (lambda: batches(seed=-1), "seed: expected a whole number of at least 0, got -1"),
    (lambda: batches(shuffle=1), "shuffle: expected True or False, got 1"),
    (lambda: batches(drop_last="no"), "drop_last: expected True or False, got 'no'"),
    (lambda: batches(bucket=0), "bucket: expected a whole number of at least 1, got 0"),
    (lambda: batches(100, drop_last=True), "drop_last: expected at least 100 sequences, got 83"),
    (lambda: batches().epoch(-1), "epoch: expected a whole number of at least 0, got -1"),
    (lambda: batches().epoch(0, 12), "start: expected 0..11, got 12"),
    (lambda: batches().epoch(0, "a"), "start: expected a whole number of at least 0, got 'a'"),
    (lambda: Batches(READ, LABELS, 8), "y: expected None with Sequences"),
    (lambda: Batches(READ, None, 8, pad="pre"), "pad: expected None with Sequences, got 'pre'"),
    (lambda: Batches(RAGGED, LABELS[:5], 8), "y: expected 83 targets, got 5"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_mistake_is_answered_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_an_unknown_option_is_named():
    with pytest.raises(TypeError, match="length"):
        batches(length=3)
