"""EncoderDecoder beside its two networks run by hand."""

import numpy as np
import pytest

import workbench as wb

from .networks import cell, stirred
from .slopes import misfits

TOKENS = np.random.default_rng(0).integers(0, 6, (7, 3))
GIVEN = np.random.default_rng(1).integers(0, 6, (4, 3))
X = np.random.default_rng(2).standard_normal((7, 3, 2))
Y = np.random.default_rng(3).standard_normal((4, 3, 2))
LENGTHS = [7, 4, 2]


def translator():
    """Two recurrent layers on each side, tokens in and logits out."""
    encoder = wb.Network(wb.Embedding(6, 3), cell("lstm", 3, 4), cell("gru", 4, 5, 1))
    decoder = wb.Network(
        wb.Embedding(6, 3, seed=1), cell("lstm", 3, 4, 2), cell("gru", 4, 5, 3), wb.Dense(5, 6)
    )
    return stirred(wb.EncoderDecoder(encoder, decoder))


def forecaster():
    """Numbers in and out: what the decoder gives can be what it reads next."""
    encoder = wb.Network(cell("gru", 2, 4))
    decoder = wb.Network(cell("gru", 2, 4, 1), wb.Dense(4, 2))
    return stirred(wb.EncoderDecoder(encoder, decoder))


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "padded"])
@pytest.mark.parametrize("of", ["tokens", "numbers"])
def test_derivatives_equal_differences(of, lengths):
    model, x, given = (
        (translator(), TOKENS, GIVEN) if of == "tokens" else (forecaster(), X.copy(), Y)
    )
    found = misfits(lambda: model.run(x, given, lengths=lengths), model.parameters)
    assert set(found) == set(model.parameters)
    assert any(name.startswith("encoder.") for name in found)
    assert max(found.values()) < 1e-9, found


def test_the_decoder_starts_from_the_last_states_of_the_encoder():
    model = translator()
    run = model.run(TOKENS, GIVEN, lengths=LENGTHS)
    seen = model.encoder.run(TOKENS, lengths=LENGTHS)
    said = model.decoder.run(GIVEN, state=seen.final)
    assert np.array_equal(run.output, said.output)
    assert np.array_equal(run["decoder.lstm_1"].initial["c"], run["encoder.lstm_1"].final["c"])
    assert np.array_equal(run.encoder["gru_1"].h, run["encoder.gru_1"].h)


def test_a_padded_source_is_as_if_it_were_alone():
    model = translator()
    whole = model.run(TOKENS, GIVEN, lengths=LENGTHS)
    w = np.random.default_rng(1).standard_normal(whole.output.shape)
    total = {name: 0 for name in model.parameters}
    for row, length in enumerate(LENGTHS):
        alone = model.run(TOKENS[:length, row], GIVEN[:, row])
        assert np.allclose(whole.output[:, row], alone.output, rtol=0, atol=1e-13)
        for name, d in alone.backward(w[:, row]).parameters.items():
            total[name] = total[name] + d
    for name, d in whole.backward(w).parameters.items():
        assert np.allclose(d, total[name], rtol=0, atol=1e-12), name


def test_padded_targets_are_ignored():
    model = translator()
    given_mask = np.arange(4)[:, None] < [4, 2, 1]
    run = model.run(TOKENS, GIVEN, given_mask=given_mask)
    assert (run.output[~given_mask] == 0).all()
    d = np.ones_like(run.output)
    other = d + 100 * ~given_mask[..., None]
    first, second = run.backward(d), run.backward(other)
    for name, array in first.parameters.items():
        assert np.array_equal(array, second.parameters[name]), name


def test_an_empty_source_hands_the_derivative_back_to_its_first_state():
    model = forecaster()
    seen = model.encoder.run(X, lengths=[7, 0, 2])
    assert (seen.final["gru_1"]["h"][1] == 0).all()
    d = np.random.default_rng(1).standard_normal((3, 4))
    gradients = seen.backward(d_final={"gru_1": {"h": d}})
    assert np.array_equal(gradients.initial["gru_1"]["h"][1], d[1])
    assert (gradients.x[:, 1] == 0).all()


@pytest.mark.parametrize("of", ["tokens", "numbers"])
def test_generating_equals_teacher_forcing_with_its_own_choices(of):
    model, x, first = (
        (translator(), TOKENS, GIVEN[0]) if of == "tokens" else (forecaster(), X, Y[0])
    )
    outputs, chosen = model.generate(x, first, 5, lengths=LENGTHS)
    given = np.concatenate([first[None], chosen[:-1]])
    taught = model.run(x, given, lengths=LENGTHS)
    assert np.allclose(outputs, taught.output, rtol=0, atol=1e-13)
    if of == "tokens":
        assert np.array_equal(chosen, np.argmax(outputs, axis=-1))
        assert chosen.shape == (5, 3)
    else:
        assert np.array_equal(chosen, outputs)


def test_a_choice_of_one_s_own_and_no_batch_axis():
    model, seen = translator(), []

    def least(output):
        seen.append(output)
        return output.argmin(axis=-1)

    outputs, chosen = model.generate(TOKENS[:, 0], 2, 3, choose=least)
    assert (outputs.shape, chosen.shape) == ((3, 6), (3,))
    assert np.array_equal(chosen, outputs.argmin(axis=-1))
    assert np.array_equal(np.stack(seen), outputs)


def test_dropout_in_both_parts_while_training():
    encoder = wb.Network(wb.RecurrentDropout(cell("lstm", 2, 4), 0.3))
    decoder = wb.Network(wb.RecurrentDropout(cell("lstm", 2, 4, 1), 0.3), wb.Dense(4, 2))
    model, x = stirred(wb.EncoderDecoder(encoder, decoder)), X.copy()
    found = misfits(lambda: model.run(x, Y, training=True, seed=4), model.parameters)
    assert max(found.values()) < 1e-9, found
    run = model.run(x, Y, training=True, seed=4)
    assert not np.array_equal(run["encoder.lstm_1"]["kept"][0], run["decoder.lstm_1"]["kept"][0])


def test_truncate_reaches_both_parts():
    model = forecaster()
    run = model.run(X, Y)
    d = np.zeros_like(run.output)
    d[3] = 1
    gradients = run.backward(d, truncate=2)
    assert (gradients.encoder.x == 0).all()
    assert (gradients.decoder.x[:2] == 0).all()
    assert (gradients.decoder.x[2:] != 0).all()
