import itertools

import numpy as np
import pytest

import workbench as wb
from workbench.measure import last_states, pad

LENGTHS = (4, 1, 6, 3)
STREAM = np.random.default_rng(2)
SEQUENCES = [STREAM.standard_normal((length, 2)) for length in LENGTHS]
EVERY = list(
    itertools.product(
        ("pre", "post"),
        (False, True),
        ("forward", "backward", "both"),
        ("[-1]", "[0]", "lengths", "-lengths"),
    )
)


def network(cell="lstm", seed=0, units=3):
    """A network whose padding moves the state: its biases are not zero."""
    return wb.Recurrent(cell, 2, units, seed=seed, start={"b": "small"})


def steps(net, sequence):
    """The outputs after each step of one sequence alone, by `net.step`: (time, units)."""
    state, found = None, []
    for x_t in sequence:
        state = net.step(x_t, state)
        found.append(state[net.cell.output])
    return np.array(found)


def as_written(net, where, masked, direction, rule, row, value=0.0):
    """What h[rule] reads in one direction, worked out step by step for one sequence."""
    own, longest = SEQUENCES[row], max(LENGTHS)
    blank = np.full((longest - len(own), 2), value)
    column = [True] * len(own), [False] * len(blank)
    x = np.concatenate([blank, own] if where == "pre" else [own, blank])
    real = np.concatenate([column[1], column[0]] if where == "pre" else column).astype(bool)
    if direction == "backward":
        x, real = x[::-1], real[::-1]
    if masked:
        h = np.zeros((longest, net.hidden_size))
        h[real] = steps(net, x[real])
    else:
        h = steps(net, x)
    if direction == "backward":
        h = h[::-1]
    return h[{"[-1]": -1, "[0]": 0, "lengths": len(own) - 1, "-lengths": -len(own)}[rule]]


@pytest.mark.parametrize("where", ["pre", "post"])
@pytest.mark.parametrize("longest", [None, 6, 9])
def test_padding_stands_before_or_after_and_the_mask_knows_it(where, longest):
    x, mask, lengths = pad(SEQUENCES, where, 7.5, longest)
    assert x.shape == (longest or 6, 4, 2)
    assert lengths.tolist() == list(LENGTHS)
    for row, own in enumerate(SEQUENCES):
        assert np.array_equal(x[mask[:, row], row], own)
        assert (x[~mask[:, row], row] == 7.5).all()
        edge = 0 if where == "post" else len(x) - len(own)
        assert mask[edge, row]
        assert mask[edge + len(own) - 1, row]


def test_lengths_of_post_padding_are_those_that_run_takes():
    net, (x, mask, lengths) = network(), pad(SEQUENCES)
    assert np.array_equal(net.run(x, lengths=lengths).h, net.run(x, mask=mask).h)


@pytest.mark.parametrize("cell", ["lstm", "gru", "elman"])
@pytest.mark.parametrize(("where", "masked", "direction", "rule"), EVERY)
def test_what_is_read_is_what_the_loop_of_one_sequence_gives(cell, where, masked, direction, rule):
    net, back = network(cell), network(cell, seed=1, units=2)
    found = last_states(net, SEQUENCES, where, masked, direction, rule, 0.5, back)
    parts = {"forward": (net, 1), "backward": (back, -1)}
    passes = ("forward", "backward") if direction == "both" else (direction,)
    for row, own in enumerate(SEQUENCES):
        read, truth, right = [], [], []
        for name in passes:
            part, turn = parts[name]
            read.append(as_written(part, where, masked, name, rule, row, 0.5))
            truth.append(steps(part, own[::turn])[-1])
            right.append(np.abs(read[-1] - truth[-1]).max() < 1e-13)
        np.testing.assert_allclose(found.read[row], np.concatenate(read), atol=1e-13)
        np.testing.assert_allclose(found.truth[row], np.concatenate(truth), atol=1e-13)
        assert found.right_passes[row].tolist() == right
        assert found.right[row] == all(right)
    assert np.array_equal(found.difference, found.read - found.truth)


def right_ones(where, masked, direction, rule):
    """Which sequences must be right, from the geometry alone."""
    longest, found = max(LENGTHS), []
    for length in LENGTHS:
        first = longest - length if where == "pre" else 0
        ends = {"lengths": length - 1, "-lengths": longest - length}
        step = ({"[-1]": longest - 1, "[0]": 0} | ends)[rule]
        forward = step == first + length - 1 and (masked or first == 0)
        backward = step == first and (masked or first + length == longest)
        found.append(
            {"forward": forward, "backward": backward, "both": forward and backward}[direction]
        )
    return found


@pytest.mark.parametrize(("where", "masked", "direction", "rule"), EVERY)
def test_right_is_where_the_pass_ends_and_met_no_padding_before(where, masked, direction, rule):
    found = last_states(network(), SEQUENCES, where, masked, direction, rule)
    assert found.right.tolist() == right_ones(where, masked, direction, rule)
    for row, sentence in enumerate(found.says()):
        assert sentence.endswith("right") == bool(found.right_passes[row, -1])
        assert f"at step {found.step_read[row]}" in sentence


def test_the_steps_that_are_read_and_true_are_places_of_the_batch():
    found = last_states(network(), SEQUENCES, "pre", True, "both", "lengths")
    assert found.step_read.tolist() == [3, 0, 5, 2]
    assert found.step_true.tolist() == [[5, 2], [5, 5], [5, 0], [5, 3]]


@pytest.mark.parametrize("where", ["pre", "post"])
@pytest.mark.parametrize("direction", ["forward", "backward", "both"])
def test_the_state_held_over_masked_padding_is_always_the_true_one(where, direction):
    found = last_states(network(), SEQUENCES, where, True, direction)
    np.testing.assert_allclose(found.held, found.truth, atol=1e-13)


def test_padding_before_a_network_with_biases_of_0_leaves_the_state_at_0():
    found = last_states(wb.Recurrent("lstm", 2, 3), SEQUENCES, "pre")
    assert found.right.all()
    assert found.says()[0].endswith(": right, as 2 steps of padding left the state where it was")
    assert not last_states(wb.Recurrent("lstm", 2, 3), SEQUENCES, "pre", value=1.0).right.all()


def test_the_sentence_says_what_is_read_and_what_would_be_right():
    masked = last_states(network(), SEQUENCES, "post", masked=True)
    truth = steps(network(), SEQUENCES[0])[-1]
    assert masked.says()[0] == (
        f"reads 0 at step 5, the padding: the sequence ended at step 3 with {truth[0]:.3g}"
    )
    assert masked.says(2, "<{}>".format)[0].endswith(f"<{masked.truth[0, 2]}>")
    free = last_states(network(), SEQUENCES, "post", direction="both")
    assert free.says()[0].startswith("forward reads ")
    assert "after 4 of 4 steps and 2 of padding" in free.says()[0]
    assert "; backward reads " in free.says()[0]
    assert "after 0 of 4 steps and 1 of padding" in free.says()[0]


def test_numbers_that_look_equal_are_told_apart():
    found = last_states(network(), SEQUENCES)
    assert "(another unit differs by " in found.says(write=lambda value: "0.1")[0]


def test_a_float32_network_is_right_within_its_own_rounding():
    net = wb.Recurrent("lstm", 2, 40, start={"b": "small"}, dtype="float32")
    assert last_states(net, SEQUENCES, "post", rule="lengths").right.all()
    assert last_states(net, SEQUENCES, "post").right.tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pad([]), "sequences: expected at least one, got none"),
        (lambda: pad([[1.0, 2.0]]), "sequences[0]: expected (time, input), got (2,); write"),
        (lambda: pad([np.ones((3, 2)), np.ones((3, 1))]), "sequences[1]: expected (time, 2), got"),
        (lambda: pad([np.ones((0, 2))]), "sequences[0]: expected (time, input), got (0, 2)"),
        (lambda: pad([[[np.nan]]]), "sequences[0]: expected numbers, got not-a-number at step 0"),
        (lambda: pad(SEQUENCES, "left"), "where: expected one of pre, post, got 'left'"),
        (lambda: pad(SEQUENCES, value="0"), "value: expected a number, got '0'"),
        (lambda: pad(SEQUENCES, longest=5), "longest: expected at least 6 steps, got 5"),
        (
            lambda: last_states(network(), SEQUENCES, direction="back"),
            "direction: expected one of forward, backward, both, got 'back'",
        ),
        (
            lambda: last_states(network(), SEQUENCES, rule=-1),
            "rule: expected one of [-1], [0], lengths, -lengths, got -1",
        ),
        (
            lambda: last_states(network(), SEQUENCES, value=np.nan),
            "value: expected numbers, got not-a-number",
        ),
        (lambda: last_states(network(), [np.ones((2, 5))]), "x: expected (time, batch, 2)"),
        (lambda: last_states(network(), SEQUENCES).says(3), "unit: expected 0..2, got 3"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(call, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole line is compared
        call()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
