"""Mistakes between a model, its data and its loss are told in the user's own terms, and how to mend
them; what they advise works."""

import re

import numpy as np
import pytest

import workbench as wb
from workbench.training import range_test

DRAW = np.random.default_rng(0)
X = DRAW.standard_normal((40, 7, 3))
Y = DRAW.integers(0, 4, 40)
TOKENS = DRAW.integers(0, 4, (40, 7))
QUIET = {"progress": False, "epochs": 1}


def net(*layers):
    return wb.Network(wb.Recurrent("gru", 3, 5, seed=0), *layers)


def one(inputs=3, outputs=4, activation=None):
    """A network of one answer a sequence."""
    first = wb.Recurrent("gru", inputs, 5, seed=0)
    return wb.Network(first, wb.Last(), wb.Dense(5, outputs, activation))


def each(*before):
    """A network of one answer a step."""
    return wb.Network(*before, wb.Recurrent("gru", 3, 5, seed=0), wb.Dense(5, 4))


@pytest.mark.parametrize(
    ("model", "train", "line"),
    [
        (one(), (X.swapaxes(0, 1), Y), "y: expected 7 targets, got 40; .*x.swapaxes(0, 1)"),
        (one(), (X.swapaxes(1, 2), Y), "x: expected (sequence, time, 3), got (40, 3, 7); write x"),
        (one(2), (list(X), Y), "x: expected (sequence, time, 2), got (1, 7, 3)"),
        (one(), (TOKENS, Y), "x: expected (sequence, time, 3), got tokens (40, 7); begin the net"),
        (one(1), (TOKENS, Y), "x: expected (sequence, time, 1), got tokens (40, 7); write x[..."),
        (each(wb.Embedding(4, 3)), (X, Y), "x: expected whole-number tokens (sequence, time), w"),
        (each(), (X, Y), "y: expected a target for each step, .*; write Last() behind"),
        (each(), (list(X), Y), "y: expected a target for each step, .*; write Last() behind"),
        (one(), (X, TOKENS), "y: expected a target for each sequence, .*per_step=False"),
        (one(), wb.Stream(X[0], Y[:7], steps=3), "y: expected a target for each sequence"),
        (
            wb.Network(wb.Bidirectional(wb.Recurrent("gru", 3, 5)), wb.Dense(10, 4)),
            wb.Stream(X[0], Y[:7], steps=3),
            "expected whole sequences for a model that reads from the end too, in bidirectional_1",
        ),
        (one(), (X, Y[:, None]), "targets: expected (32,), got (32, 1); write targets[..., 0]"),
        (one(), (X, Y * 1.0), "targets: expected whole class numbers, .*targets.astype(int)"),
        (one(), (X,), "expected (x, y), Batches, Pairs or Stream, got tuple of 1"),
        (one(), X, "expected (x, y), Batches, Pairs or Stream, got ndarray; write (x, y)"),
    ],
)
def test_data_of_another_form_are_told_as_they_were_given(model, train, line):
    with pytest.raises(
        ValueError, match=r"^train: " + re.escape(line).replace(r"\.\*", ".*")
    ) as said:
        wb.fit(model, train, **QUIET)
    assert "\n" not in str(said.value)


def test_what_the_lines_advise_works():
    wb.fit(one(), (X.swapaxes(0, 1).swapaxes(0, 1), Y), **QUIET)
    wb.fit(one(1), (TOKENS[..., None], Y), **QUIET)
    wb.fit(net(wb.Last(), wb.Dense(5, 4)), (X, (Y * 1.0).astype(int)), **QUIET)
    batches = wb.Batches(X, TOKENS, 8, per_step=False)
    wb.fit(one(outputs=7), batches, loss="mean_squared", **QUIET)


@pytest.mark.parametrize("function", ["sigmoid", "hard_sigmoid"])
def test_a_loss_of_logits_refuses_a_squashed_output_and_others_take_it(function):
    model = one(outputs=1, activation=function)
    with pytest.raises(ValueError, match=r"^loss: binary_cross_entropy reads logits .* dense_1"):
        wb.fit(model, (X, Y % 2), loss="binary_cross_entropy", **QUIET)
    wb.fit(model, (X, Y % 2), loss="mean_squared", **QUIET)
    with pytest.raises(ValueError, match=r"^activation: .*'softmax'; leave it out"):
        wb.Dense(5, 4, "softmax")


def test_a_loss_of_ones_own_may_score_a_sequence_by_one_target():
    def last_step(output, targets, mask):
        value, d_last = wb.training.losses.cross_entropy(output[-1], targets)
        d_output = np.zeros_like(output)
        d_output[-1] = d_last
        return value, d_output

    wb.fit(each(), (X, Y), loss=last_step, **QUIET)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"lr": 1}, r"^lr: .*; write optimizer=wb.Adam"),
        ({"patience": 1}, r"^patience: .*; write early_stopping=wb.EarlyStopping"),
        ({"batch": 1}, r"^batch: .*; did you mean batch_size\?"),
        ({"optimizer": "adam"}, r"^optimizer: .*; write wb.Adam\("),
        ({"optimizer": wb.SGD}, r"^optimizer: .* got SGD; write wb.SGD\("),
    ],
)
def test_habits_of_other_libraries_are_answered_with_what_to_write(options, line):
    with pytest.raises(ValueError, match=line):
        wb.fit(one(), (X, Y), **QUIET | options)


def test_data_and_targets_apart_and_a_second_batch_size_are_refused():
    with pytest.raises(ValueError, match=r"^train: expected one argument, .*fit\(model, \(x, y\)"):
        wb.fit(one(), X, Y)
    with pytest.raises(ValueError, match=r"^batch_size: expected 4, got 8 with Batches"):
        wb.fit(one(), wb.Batches(X, Y, 4), batch_size=8, **QUIET)
    with pytest.raises(ValueError, match=r"^batch_size: expected none, got 8 with Stream"):
        wb.fit(each(), wb.Stream(X[0], Y[:7], steps=3), batch_size=8, **QUIET)


def test_the_other_calls_look_at_form_too():
    with pytest.raises(ValueError, match=r"^data: x: expected \(sequence, time, 2\)"):
        wb.evaluate(one(2), (X, Y))
    with pytest.raises(ValueError, match=r"^train: y: expected a target for each step"):
        range_test(each(), (X, Y))
    model = wb.Network(wb.OneHot(4), wb.Recurrent("gru", 4, 4), wb.Dense(4, 4))
    model.parameters["dense_1.b"][0] = np.nan
    with pytest.raises(ValueError, match=r"^model: expected finite logits"):
        wb.generate(model, wb.data.Text("t", "abcd"), "a", length=2, temperature=0)


@pytest.mark.parametrize(
    ("layers", "line"),
    [
        (([wb.Last()],), r"write Network\(\*layers\)"),
        ((wb.Last,), "write Last"),
        (("lstm",), "write Recurrent"),
        ((wb.Recurrent("gru", 3, 5), wb.Last(), wb.Recurrent("gru", 5, 5)), "only the last layer"),
    ],
)
def test_what_is_no_layer_is_answered_with_what_to_write(layers, line):
    with pytest.raises(ValueError, match=f"; {line}"):
        wb.Network(*layers)
