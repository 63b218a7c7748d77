"""A score over a whole set is the mean over its sequences, one by one."""

import numpy as np
import pytest
from small import classifier, labeller, per_step, sequences, series, translator, words

import workbench as wb
from workbench.training import Batches, Sequences


def each_loss(output, labels):
    """The cross-entropy of each step by itself."""
    shifted = output - output.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return (-log_p[np.arange(len(labels)), labels]).tolist()


@pytest.mark.parametrize("batch_size", [1, 4, 256])
def test_evaluate_is_the_mean_over_single_sequences(batch_size):
    x, y = sequences()
    model = classifier(dropout=0.5)
    outputs = np.array([model.run(row).output for row in x])
    scores = wb.evaluate(model, (x, y), batch_size=batch_size)
    assert scores["loss"] == pytest.approx(np.mean(each_loss(outputs, y)), rel=1e-13)
    assert scores["accuracy"] == pytest.approx((outputs.argmax(axis=1) == y).mean(), rel=1e-13)


@pytest.mark.parametrize("pad", ["post", "pre"])
def test_each_real_step_counts_once_and_padding_never(pad):
    x, y = per_step()
    model = labeller()
    losses, right = [], []
    for row, labels in zip(x, y, strict=True):
        output = model.run(row).output
        losses += each_loss(output, labels)
        right += (output.argmax(axis=1) == labels).tolist()
    scores = wb.evaluate(model, Batches(x, y, 5, pad=pad))
    assert scores["loss"] == pytest.approx(np.mean(losses), rel=1e-13)
    assert scores["accuracy"] == pytest.approx(np.mean(right), rel=1e-13)


def test_a_mask_with_holes_leaves_out_exactly_its_steps():
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((6, 5, 2)), generator.integers(0, 3, (6, 5))
    mask = generator.random((6, 5)) < 0.6
    mask[:, 0] = True
    kept = [(row[m], labels[m]) for row, labels, m in zip(x, y, mask, strict=True)]
    whole = wb.evaluate(labeller(), Sequences(x, y, mask=mask))
    cut = wb.evaluate(labeller(), tuple(zip(*kept, strict=True)))
    assert whole["loss"] == pytest.approx(cut["loss"], rel=1e-13)


def test_a_stream_is_scored_with_its_states_carried():
    x, y = series()
    model = labeller(outputs=1)
    whole = model.run(x[:60]).output
    wanted = np.mean((whole - y[:60]) ** 2)
    scores = wb.evaluate(model, wb.Stream(x, y, steps=10), "mean_squared")
    assert scores == {"loss": pytest.approx(wanted, rel=1e-13)}


def test_an_encoder_and_decoder_is_scored_pair_by_pair():
    source, target = words()
    model = translator()
    losses = []
    for read, written in zip(source, target, strict=True):
        output = model.run(read[:, None], np.r_[4, written[:-1]][:, None]).output[:, 0]
        losses += each_loss(output, written)
    scores = wb.evaluate(model, wb.Pairs(source, target, 4, start=4))
    assert scores["loss"] == pytest.approx(np.mean(losses), rel=1e-13)


def test_evaluate_changes_no_parameter_and_takes_a_recurrent():
    net = wb.Recurrent("gru", 2, 3)
    before = {name: array.copy() for name, array in net.parameters.items()}
    first = wb.evaluate(net, per_step())
    assert first == wb.evaluate(net, per_step())
    assert all(np.array_equal(before[n], net.parameters[n]) for n in before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((classifier(), 3), "data: expected (x, y), Batches, Pairs or Stream, got int"),
        ((None, sequences()), "model: expected a Network, an EncoderDecoder or a Recurrent, got N"),
        ((classifier(), sequences(), "no"), "loss: expected one of mean_squared, cross_entropy,"),
        ((classifier(), per_step()), "data: y: expected a target for each sequence"),
        ((translator(), sequences()), "data: expected Pairs for a model of kind EncoderDecoder, g"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(arguments, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the line is compared
        wb.evaluate(*arguments)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
