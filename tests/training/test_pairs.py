"""Pairs for an encoder and decoder: what each reads, and that a task is learnt."""

import numpy as np
import pytest
from small import same_bits, translator, words

import workbench as wb
from workbench.training import LOSSES, Sequences

QUIET = {"progress": False}


def test_the_decoder_reads_a_start_and_then_one_step_behind_what_it_writes():
    source, target = words()
    seen = 0
    for batch in wb.Pairs(source, target, 4, start=4).epoch(3):
        for k, row in enumerate(batch.rows):
            real = slice(None) if batch.mask is None else batch.mask[:, k]
            steps = slice(None) if batch.given_mask is None else batch.given_mask[:, k]
            np.testing.assert_array_equal(batch.x[real, k], source[row])
            np.testing.assert_array_equal(batch.y[steps, k], target[row])
            np.testing.assert_array_equal(batch.given[steps, k], [4, *target[row][:-1]])
            seen += 1
    assert seen == len(source)


def test_numbers_are_written_as_tokens_are():
    generator = np.random.default_rng(0)
    source, target = generator.standard_normal((5, 7, 2)), generator.standard_normal((5, 3, 2))
    batch = next(wb.Pairs(source, target, 5, start=[0.5, 1], shuffle=False).epoch(0))
    np.testing.assert_array_equal(batch.given[0], np.tile([0.5, 1], (5, 1)))
    np.testing.assert_array_equal(batch.given[1:], batch.y[:-1])
    model = wb.EncoderDecoder(
        wb.Network(wb.Recurrent("elman", 2, 4)),
        wb.Network(wb.Recurrent("elman", 2, 4, seed=1), wb.Dense(4, 2)),
    )
    pairs = wb.Pairs(source, target, 5, start=[0.5, 1])
    history = wb.fit(model, pairs, loss="mean_squared", optimizer=wb.Adam(0.02), epochs=40, **QUIET)
    assert history["loss"][-1] < 0.7 * history["loss"][0]
    assert {"encoder.elman_1", "decoder.elman_1"} == set(history.norms)


def test_fit_is_the_loop_written_by_hand_bit_for_bit():
    pairs = wb.Pairs(*words(), 4, start=4, bucket=2)
    model, slow, adam = translator(), translator(), wb.Adam(0.01)
    history = wb.fit(
        model, pairs, validation=pairs, optimizer=wb.Adam(0.01), epochs=2, truncate=3, **QUIET
    )
    for epoch in range(2):
        for batch in pairs.epoch(epoch):
            run = slow.run(batch.x, batch.given, mask=batch.mask, given_mask=batch.given_mask)
            _, d_output = LOSSES["cross_entropy"](run.output, batch.y, batch.given_mask)
            adam.step(slow.parameters, run.backward(d_output, truncate=3).parameters)
    assert same_bits(model.parameters, slow.parameters)
    assert history["validation_accuracy"].shape == (2,)


def test_reversing_a_sequence_is_learnt_and_done_without_a_teacher():
    generator = np.random.default_rng(1)
    tokens, most = 4, 5
    source = [generator.integers(0, tokens, t) for t in generator.integers(1, most + 1, 600)]
    target = [row[::-1].copy() for row in source]
    encoder = wb.Network(wb.Embedding(tokens, 8, seed=1), wb.Recurrent("gru", 8, 32, seed=1))
    decoder = wb.Network(
        wb.Embedding(tokens + 1, 8, seed=2),
        wb.Recurrent("gru", 8, 32, seed=2),
        wb.Dense(32, tokens),
    )
    model = wb.EncoderDecoder(encoder, decoder)
    pairs = wb.Pairs(source, target, 30, start=tokens)
    wb.fit(model, pairs, optimizer=wb.Adam(0.01), epochs=15, clip_norm=1.0, **QUIET)
    # New sequences, each of them read alone and written until its length.
    right, total = 0, 0
    for steps in generator.integers(1, most + 1, 150):
        row = generator.integers(0, tokens, (steps, 1))
        _, written = model.generate(row, [tokens], int(steps))
        right += (written[:, 0] == row[::-1, 0]).sum()
        total += steps
    assert right / total > 0.95


SOURCE, TARGET = words()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"source": 3}, "source: x: expected an array or a list of arrays, got int"),
        ({"target": 3}, "target: x: expected an array or a list of arrays, got int"),
        (
            {"target": Sequences(TARGET)},
            "target: expected an array or a list of sequences",
        ),
        ({"target": TARGET[:4]}, "target: expected 11, one a source, got 4"),
        ({"start": 1.5}, "start: expected a whole number, a token, got () of float64"),
        ({"start": [4]}, "start: expected a whole number, a token, got (1,) of int64"),
        ({"start": "a"}, "start: expected real numbers, got str"),
        ({"target": [np.zeros((2, 3))] * 11}, "start: expected (3,), as a step of target, got ()"),
        ({"batch_size": 0}, "batch_size: expected a whole number of at least 1, got 0"),
        ({"pad": "pre"}, "pad: expected None with Sequences, got 'pre'"),
        ({"shuffle": 1}, "shuffle: expected True or False, got 1"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(changed, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the line is compared
        wb.Pairs(**{"source": SOURCE, "target": TARGET, "start": 4} | changed)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_source_that_is_padded_before_its_sequences_is_read_alike():
    plain = wb.Pairs(SOURCE, TARGET, 11, start=4)
    padded = wb.Pairs(Sequences(SOURCE, pad="pre"), TARGET, 11, start=4)
    scores = wb.evaluate(translator(), plain), wb.evaluate(translator(), padded)
    assert scores[0]["loss"] == pytest.approx(scores[1]["loss"], rel=1e-13)
    assert repr(plain).startswith("Pairs(11 pairs, 1 batches of 11")
