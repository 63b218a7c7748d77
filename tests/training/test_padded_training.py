"""Batches, losses, network and optimizer together: padding changes no step of training."""

import numpy as np
import pytest

import workbench as wb
from workbench.training import Adam, Batches, Sequences, cross_entropy

STREAM = np.random.default_rng(13)
LENGTHS = (5, 2, 7, 1, 4)
X = [STREAM.standard_normal((t, 2)) for t in LENGTHS]
Y = [STREAM.integers(0, 3, t) for t in LENGTHS]


def network():
    return wb.Recurrent("gru", 2, 3, seed=2, start={"b": "small"})


def gradients(net, batch):
    """(mean loss, its gradients), the states taken as logits of three classes."""
    trace = net.run(batch.x, mask=batch.mask)
    value, d_h = cross_entropy(trace.h, batch.y, batch.mask)
    return value, trace.bptt(d_h).parameters


@pytest.mark.parametrize("pad", ["post", "pre"])
def test_a_padded_batch_has_the_loss_and_gradient_of_its_sequences_one_by_one(pad):
    net, sequences = network(), Sequences(X, Y, pad=pad)
    value, found = gradients(net, sequences.batch(range(5)))
    alone = [gradients(net, sequences.batch([row])) for row in range(5)]
    shares = np.array(LENGTHS) / sum(LENGTHS)
    assert value == pytest.approx(sum(s * v for s, (v, _) in zip(shares, alone, strict=True)))
    for name, gradient in found.items():
        expected = sum(s * g[name] for s, (_, g) in zip(shares, alone, strict=True))
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_training_resumed_in_the_middle_of_an_epoch_ends_bit_for_bit_the_same(dtype):
    def train(net, optimizer, epoch, start, stop):
        for batch in list(batches.epoch(epoch, start))[: stop - start]:
            optimizer.step(net.parameters, gradients(net, batch)[1])

    batches = Batches(X, Y, 2, bucket=2, seed=3)
    whole, adam = wb.Recurrent("gru", 2, 3, seed=2, dtype=dtype), Adam(0.01)
    for epoch in range(3):
        train(whole, adam, epoch, 0, 3)
    first, part = wb.Recurrent("gru", 2, 3, seed=2, dtype=dtype), Adam(0.01)
    train(first, part, 0, 0, 3)
    train(first, part, 1, 0, 1)
    second, resumed = wb.Recurrent("gru", 2, 3, seed=9, dtype=dtype), Adam(0.01)
    for name, array in first.parameters.items():
        second.parameters[name] = array
    resumed.restore(part.state)
    train(second, resumed, 1, 1, 3)
    train(second, resumed, 2, 0, 3)
    for name, array in whole.parameters.items():
        assert np.array_equal(second.parameters[name], array)


def test_adam_lowers_the_loss_of_every_epoch_it_is_given():
    net, adam, batches = network(), Adam(0.03), Batches(X, Y, 5, shuffle=False)
    losses = []
    for epoch in range(30):
        for batch in batches.epoch(epoch):
            value, found = gradients(net, batch)
            adam.step(net.parameters, found)
            losses.append(value)
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.9 * losses[0]
