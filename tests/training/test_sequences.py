"""Sequences into mini-batches: every real number at its place, every other one masked."""

import numpy as np
import pytest

from workbench.training import Sequences

STREAM = np.random.default_rng(7)
LENGTHS = (4, 1, 6, 3)
RAGGED = [STREAM.standard_normal((t, 2)) for t in LENGTHS]
STEPS = [STREAM.integers(0, 5, t) for t in LENGTHS]
TOKENS = [STREAM.integers(1, 9, t) for t in LENGTHS]
EQUAL = STREAM.standard_normal((4, 6, 2))
LABELS = np.array([3, 1, 0, 2])
EACH_STEP = STREAM.integers(0, 5, (4, 6))
EARLY = np.array([[k < t for k in range(6)] for t in LENGTHS])
HOLES = np.array(
    [
        [0, 1, 0, 1, 0, 0],
        [0, 1, 1, 1, 0, 0],
        [0, 0, 1, 0, 1, 0],
        [0, 1, 0, 0, 0, 0],
    ],
    bool,
)


def edge(pad, longest, length):
    return longest - length if pad == "pre" else 0


@pytest.mark.parametrize("pad", ["post", "pre"])
@pytest.mark.parametrize("rows", [[0, 1, 2, 3], [3, 0], [1]])
def test_a_list_is_padded_to_its_longest_with_targets_beside(pad, rows):
    batch = Sequences(RAGGED, STEPS, pad=pad).batch(rows)
    longest = max(LENGTHS[row] for row in rows)
    assert batch.x.shape == (longest, len(rows), 2)
    assert batch.y.shape == (longest, len(rows))
    assert batch.rows.tolist() == rows
    for k, row in enumerate(rows):
        first = edge(pad, longest, LENGTHS[row])
        real = np.zeros(longest, bool)
        real[first : first + LENGTHS[row]] = True
        assert np.array_equal(batch.x[real, k], RAGGED[row])
        assert np.array_equal(batch.y[real, k], STEPS[row])
        assert (batch.x[~real, k] == 0).all()
        if batch.mask is None:
            assert real.all()
        else:
            assert np.array_equal(batch.mask[:, k], real)


def test_sequences_of_one_length_need_no_mask():
    batch = Sequences(EQUAL, LABELS).batch([2, 0])
    assert batch.mask is None
    assert np.array_equal(batch.x, EQUAL[[2, 0]].transpose(1, 0, 2))
    assert batch.x.flags.c_contiguous
    assert batch.y.tolist() == [0, 3]
    assert Sequences(RAGGED, LABELS).batch([2]).mask is None
    assert Sequences(EQUAL, LABELS, lengths=LENGTHS).batch([2]).mask is None


@pytest.mark.parametrize("pad", ["post", "pre"])
def test_lengths_of_an_array_are_a_mask_and_the_batch_ends_with_its_longest(pad):
    sequences = Sequences(EQUAL, EACH_STEP, lengths=LENGTHS, pad=pad)
    mask = EARLY if pad == "post" else EARLY[:, ::-1]
    masked = Sequences(EQUAL, EACH_STEP, mask=mask)
    for rows in ([0, 1, 2, 3], [0, 3], [1, 3]):
        batch, same = sequences.batch(rows), masked.batch(rows)
        longest = max(LENGTHS[row] for row in rows)
        cut = slice(0, longest) if pad == "post" else slice(6 - longest, 6)
        assert np.array_equal(batch.x, EQUAL[rows, cut].transpose(1, 0, 2))
        assert np.array_equal(batch.y, EACH_STEP[rows, cut].T)
        assert np.array_equal(batch.mask, mask[rows, cut].T)
        assert all(np.array_equal(getattr(batch, n), getattr(same, n)) for n in ("x", "y", "mask"))
    assert sequences.lengths.tolist() == list(LENGTHS)


def test_a_mask_may_have_holes_and_only_steps_that_nobody_uses_are_cut():
    batch = Sequences(EQUAL, EACH_STEP, mask=HOLES).batch([0, 2])
    assert np.array_equal(batch.mask, HOLES[[0, 2], 1:5].T)
    assert np.array_equal(batch.x, EQUAL[[0, 2], 1:5].transpose(1, 0, 2))
    assert np.array_equal(batch.y, EACH_STEP[[0, 2], 1:5].T)


@pytest.mark.parametrize("tokens", [TOKENS, [t.tolist() for t in TOKENS]])
def test_tokens_stay_whole_numbers_of_shape_time_batch(tokens):
    batch = Sequences(tokens, LABELS.tolist()).batch([0, 1])
    assert batch.x.dtype.kind == "i"
    assert batch.x[:, 0].tolist() == TOKENS[0].tolist()
    assert batch.x[:, 1].tolist() == [TOKENS[1][0], 0, 0, 0]
    assert Sequences(EACH_STEP).batch([1, 3]).x.tolist() == EACH_STEP[[1, 3]].T.tolist()


def test_an_array_of_arrays_is_a_list():
    boxed = np.empty(4, object)
    boxed[:] = RAGGED
    assert np.array_equal(Sequences(boxed).batch([0, 2]).x, Sequences(RAGGED).batch([0, 2]).x)


PER_STEP = [
    (EQUAL, LABELS, None, False),
    (EQUAL, EACH_STEP, None, True),
    (EQUAL, EACH_STEP.tolist(), None, True),
    (EQUAL, STREAM.standard_normal((4, 6, 1)), None, True),
    (EQUAL, STREAM.standard_normal((4, 3)), None, False),
    (EQUAL, STREAM.standard_normal((4, 6)), True, True),
    (EQUAL, STREAM.standard_normal((4, 6)), False, False),
    (EQUAL, EACH_STEP, False, False),
    (list(EQUAL), EACH_STEP, None, True),
    (list(EQUAL), list(STREAM.standard_normal((4, 6))), True, True),
    (RAGGED, STEPS, None, True),
    (RAGGED, [STREAM.standard_normal(t) for t in LENGTHS], None, True),
    (RAGGED, [STREAM.standard_normal((t, 3)) for t in LENGTHS], None, True),
    (RAGGED, LABELS, None, False),
    (RAGGED, LABELS.tolist(), None, False),
    (RAGGED, STREAM.standard_normal((4, 6)), None, False),
    (RAGGED, None, None, False),
]


@pytest.mark.parametrize(("x", "y", "per_step", "expected"), PER_STEP)
def test_targets_of_steps_and_of_sequences_are_told_apart(x, y, per_step, expected):
    sequences = Sequences(x, y, per_step=per_step)
    assert sequences.per_step == expected
    batch = sequences.batch([1, 2])
    if y is None:
        assert batch.y is None
    elif expected:
        assert batch.y.shape[:2] == (6, 2)
        assert np.array_equal(batch.y[:, 1], np.asarray(y[2]))
    else:
        assert np.array_equal(batch.y, np.asarray([y[1], y[2]]))


def test_what_is_not_a_number_may_stand_in_the_padding():
    x, y = EQUAL.copy(), STREAM.standard_normal((4, 6, 1))
    x[~EARLY] = np.nan
    y[~EARLY] = np.nan
    assert Sequences(x, y, lengths=LENGTHS).batch([0]).mask is None


def spoilt(values, place):
    values = np.array(values, float)
    values[place] = np.nan
    return values


WRONG = [
    (lambda: Sequences(EQUAL[0]), r"x: expected \(count, time, features\) or .* got \(6, 2\) of"),
    (lambda: Sequences(EQUAL[0]), r"got \(6, 2\) of float64; write x\[:, :, None\]"),
    (lambda: Sequences(EQUAL[:0]), r"x: expected at least one sequence.*got \(0, 6, 2\)"),
    (lambda: Sequences([]), "x: expected at least one sequence, got none"),
    (lambda: Sequences(5), "x: expected an array or a list of arrays, got int"),
    (lambda: Sequences("abc"), "x: expected an array or a list of arrays, got str"),
    (lambda: Sequences(np.array(5)), "x: expected an array or a list of arrays, got ndarray"),
    (lambda: Sequences([RAGGED[0], "a"]), r"x\[1\]: expected real numbers, got str"),
    (lambda: Sequences([RAGGED[0], RAGGED[1][:0]]), r"x\[1\]: expected \(time, features\)"),
    (lambda: Sequences([RAGGED[0], EQUAL[0, :, :1]]), r"x\[1\]: expected \(time, 2\), got \(6, 1"),
    (lambda: Sequences([np.ones(3)]), r"x\[0\]: expected .*; write x\[0\]\[:, None\]"),
    (lambda: Sequences(EQUAL, lengths=[1, 2]), r"lengths: expected 4 whole numbers in 1..6"),
    (lambda: Sequences(EQUAL, lengths=[1, 2, 7, 3]), "in 1..6, got .* from 1 to 7"),
    (lambda: Sequences(EQUAL, lengths=[1, 2, 0, 3]), "in 1..6, got .* from 0 to 3"),
    (lambda: Sequences(EQUAL, lengths=[]), "lengths: expected 4 whole numbers"),
    (lambda: Sequences(EQUAL, lengths=[1.5] * 4), "lengths: expected 4 whole numbers"),
    (lambda: Sequences(RAGGED, lengths=LENGTHS), "lengths: expected none with a list"),
    (lambda: Sequences(EQUAL, lengths=LENGTHS, mask=EARLY), "expected mask or lengths, got both"),
    (lambda: Sequences(EQUAL, mask=EARLY.T), r"mask: expected \(4, 6\) .* got \(6, 4\)"),
    (lambda: Sequences(EQUAL, mask=EARLY * [[1], [0], [1], [1]]), "real step .* got none in 1"),
    (lambda: Sequences(EQUAL, pad="left"), "pad: expected one of post, pre, got 'left'"),
    (lambda: Sequences(EQUAL, [1, 2]), "y: expected 4 targets, got 2"),
    (lambda: Sequences(EQUAL, STEPS), "y: expected targets of one shape, or one for each step"),
    (lambda: Sequences(EQUAL, EQUAL[:, :, 0]), r"y: \(4, 6\) real numbers may be one a step or 6"),
    (lambda: Sequences(list(EQUAL), list(EQUAL[:, :, 0])), "give per_step=True or per_step=False"),
    (lambda: Sequences(EQUAL, LABELS, per_step=True), "y: expected one target for each step of x"),
    (lambda: Sequences(EQUAL, LABELS, per_step="no"), "per_step: expected True, False or None"),
    (lambda: Sequences(EQUAL, ["a"] * 4), r"y\[0\]: expected real numbers, got str"),
    (
        lambda: Sequences(spoilt(EQUAL, (2, 5, 1))),
        "x: .* at sequence 2, step 5, unit 1",
    ),
    (lambda: Sequences([spoilt(RAGGED[0], (3, 1))]), r"x\[0\]: .*not-a-number at step 3, unit 1"),
    (lambda: Sequences(EQUAL, spoilt(LABELS, 2)), "y: .*not-a-number at sequence 2"),
    (lambda: Sequences(RAGGED).batch([0, 4]), r"rows: .*whole numbers in 0..3, got \[0, 4\]"),
    (lambda: Sequences(RAGGED).batch([-1]), r"rows: .*whole numbers in 0..3, got \[-1\]"),
    (lambda: Sequences(RAGGED).batch([]), r"rows: .*whole numbers in 0..3, got \[\]"),
    (lambda: Sequences(RAGGED).batch(2), "rows: .*a list of whole numbers in 0..3, got 2"),
    (
        lambda: Sequences(RAGGED, [STEPS[0][:, None], *STEPS[1:]]),
        r"y\[1\]: expected \(time, 1\), got \(1,\)",
    ),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_mistake_is_answered_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
