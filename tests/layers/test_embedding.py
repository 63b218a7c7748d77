"""Embedding and OneHot beside loops over steps and rows."""

import numpy as np
import pytest

import workbench as wb

TOKENS = np.random.default_rng(0).integers(0, 5, (7, 3))
MASK = np.arange(7)[:, None] < [7, 4, 1]
D = np.random.default_rng(1).standard_normal((7, 3, 2))


@pytest.mark.parametrize("mask", [None, MASK, MASK[::-1]], ids=["whole", "post", "pre"])
def test_each_token_is_its_row_and_repeated_tokens_add_up(mask):
    layer = wb.Embedding(5, 2, seed=4)
    E = layer.parameters["E"]
    run = wb.Network(layer).run(TOKENS, mask=mask)
    expected, d_E = np.zeros((7, 3, 2)), np.zeros((5, 2))
    for t, row in np.ndindex(7, 3):
        if mask is None or mask[t, row]:
            expected[t, row] = E[TOKENS[t, row]]
            d_E[TOKENS[t, row]] += D[t, row]
    assert np.array_equal(run.output, expected)
    gradients = run.backward(D)
    assert np.allclose(gradients.parameters["embedding_1.E"], d_E, rtol=0, atol=1e-14)
    assert gradients.x is None


def test_tokens_without_a_batch_axis():
    model = wb.Network(wb.Embedding(5, 2))
    whole, alone = model.run(TOKENS[:, :1]), model.run(TOKENS[:, 0])
    assert np.array_equal(whole.output[:, 0], alone.output)
    turned = model.run(TOKENS.T, batch_first=True)
    assert np.array_equal(turned.output.swapaxes(0, 1), model.run(TOKENS).output)


@pytest.mark.parametrize("mask", [None, MASK, MASK[::-1]], ids=["whole", "post", "pre"])
def test_one_hot_is_the_row_of_the_identity_matrix(mask):
    y = wb.Network(wb.OneHot(5)).run(TOKENS, mask=mask).output
    expected = np.eye(5)[TOKENS]
    if mask is not None:
        expected[~mask] = 0
    assert np.array_equal(y, expected)


def test_one_hot_and_dense_equal_an_embedding():
    embedding, dense = wb.Embedding(5, 2, seed=4), wb.Dense(5, 2)
    dense.parameters["W"] = embedding.parameters["E"].T
    learnt, fixed = wb.Network(embedding).run(TOKENS), wb.Network(wb.OneHot(5), dense).run(TOKENS)
    assert np.array_equal(learnt.output, fixed.output)
    d_E = learnt.backward(D).parameters["embedding_1.E"]
    d_W = fixed.backward(D).parameters["dense_1.W"]
    assert np.allclose(d_E, d_W.T, rtol=0, atol=1e-14)


@pytest.mark.parametrize("layer", [wb.Embedding(5, 2), wb.OneHot(5)], ids=["embedding", "one hot"])
@pytest.mark.parametrize("wrong", [-1, 5, 2**40])
def test_a_token_out_of_range_is_named_unless_it_is_padding(layer, wrong):
    tokens = TOKENS.astype(np.int64)
    tokens[4, 1] = wrong
    model, lengths = wb.Network(layer), [7, 4, 1]
    expected = f"x: expected tokens 0..4, got {wrong} at step 4, batch row 1"
    with pytest.raises(ValueError, match=expected):
        model.run(tokens)
    padded, clean = model.run(tokens, lengths=lengths), model.run(TOKENS, lengths=lengths)
    assert np.array_equal(padded.output, clean.output)
    for name, d in padded.backward(np.ones_like(padded.output)).parameters.items():
        assert np.array_equal(d, clean.backward(np.ones_like(clean.output)).parameters[name])


def test_an_embedding_starts_with_vectors_of_length_near_one():
    E = wb.Embedding(500, 400, seed=2).parameters["E"]
    assert abs((E**2).sum(axis=1).mean() - 1) < 0.01
