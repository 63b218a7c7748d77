"""Laws that every layer keeps: its derivatives, and that padding is as if it were not there."""

import numpy as np
import pytest

import workbench as wb

from .networks import UNITS, masks, sequences, stirred
from .slopes import misfits

TOLERANCE = 1e-9
X = np.random.default_rng(5).standard_normal((6, 3, UNITS))
NETWORKS = sequences()


@pytest.mark.parametrize("padding", [None, "post", "pre", "holes"])
@pytest.mark.parametrize("name", NETWORKS)
def test_derivatives_equal_differences(name, padding):
    model, x = stirred(NETWORKS[name]()), X.copy()
    mask = None if padding is None else masks()[padding]
    found = misfits(lambda: model.run(x, mask=mask), model.parameters, x)
    fixed = {n for n in model.parameters if n.startswith("reservoir")}
    assert set(found) == {*model.parameters, "x"} - fixed
    assert max(found.values()) < TOLERANCE, found


@pytest.mark.parametrize("name", NETWORKS)
def test_derivatives_equal_differences_of_last_states(name):
    model, x = stirred(NETWORKS[name]()), X.copy()
    mask = masks()["post"]
    generator = np.random.default_rng(8)
    final = model.run(x, mask=mask).final
    d_final = {
        layer: {s: generator.standard_normal(a.shape) for s, a in states.items()}
        for layer, states in final.items()
    }
    direction = generator.standard_normal(x.shape)
    direction /= np.linalg.norm(direction)

    def loss(along):
        final = model.run(x + along * direction, mask=mask).final
        return sum((final[n][s] * d).sum() for n, by in d_final.items() for s, d in by.items())

    gradients = model.run(x, mask=mask).backward(d_final=d_final)
    h = 1e-3
    expected = (loss(-2 * h) - 8 * loss(-h) + 8 * loss(h) - loss(2 * h)) / (12 * h)
    assert abs((gradients.x * direction).sum() - expected) < TOLERANCE * max(1, abs(expected))


@pytest.mark.parametrize("padding", ["post", "pre"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_padded_row_equals_the_row_alone(name, padding):
    if (name, padding) == ("chunked", "pre"):
        return  # its chunks are counted from the first step, padded or not
    model, mask = stirred(NETWORKS[name]()), masks()[padding]
    whole = model.run(np.where(mask[..., None], X, 99.0), mask=mask)
    w = np.random.default_rng(1).standard_normal(whole.output.shape)
    total = {n: 0 for n in model.parameters}
    for row in range(X.shape[1]):
        real = mask[:, row]
        alone = model.run(X[real, row : row + 1])
        output, weight = whole.output[..., row : row + 1, :], w[..., row : row + 1, :]
        if output.ndim == 3 and len(alone.output) == real.sum() != len(output):
            output, weight = output[real], weight[real]
        assert np.allclose(output, alone.output, rtol=0, atol=1e-13)
        for n, d in alone.backward(weight).parameters.items():
            total[n] = total[n] + d
    padded = w.copy()
    if whole.mask is not None:
        padded[~whole.mask] = 0
    for n, d in whole.backward(padded).parameters.items():
        assert np.allclose(d, total[n], rtol=0, atol=1e-12), n


@pytest.mark.parametrize("name", NETWORKS)
def test_the_forms_of_x_give_the_same(name):
    model = stirred(NETWORKS[name]())
    whole = model.run(X[:, :1])
    alone, swapped = model.run(X[:, 0]), model.run(X[:, :1].swapaxes(0, 1), batch_first=True)
    w = np.random.default_rng(1).standard_normal(whole.output.shape)
    with_time = w.ndim == 3
    axes = lambda a: a.swapaxes(0, 1) if with_time else a  # noqa: E731
    assert np.array_equal(whole.output[..., 0, :], alone.output)
    assert np.array_equal(axes(whole.output), swapped.output)
    back = whole.backward(w), alone.backward(w[..., 0, :]), swapped.backward(axes(w))
    assert np.array_equal(back[0].x[:, 0], back[1].x)
    assert np.array_equal(back[0].x.swapaxes(0, 1), back[2].x)
    for n in back[0].parameters:
        assert np.array_equal(back[0].parameters[n], back[1].parameters[n])
        assert np.array_equal(back[0].parameters[n], back[2].parameters[n])


@pytest.mark.parametrize("name", ["recurrent", "stack", "dense on every step", "clockwork"])
def test_chunks_with_carried_states_equal_the_whole(name):
    model = stirred(NETWORKS[name]())
    whole = model.run(X)
    first = model.run(X[:4])
    second = model.run(X[4:], state=first.final)
    output = np.concatenate([first.output, second.output])
    assert np.allclose(output, whole.output, rtol=0, atol=1e-13)
    w = np.random.default_rng(1).standard_normal(whole.output.shape)
    late = second.backward(w[4:])
    early = first.backward(w[:4], d_final={n: late[n].initial for n in second.traces})
    for n, d in whole.backward(w).parameters.items():
        total = early.parameters[n] + late.parameters[n]
        assert np.allclose(total, d, rtol=0, atol=1e-12), n


def test_every_layer_computes_in_float32_throughout():
    f = {"dtype": "float32"}
    model = wb.Network(
        wb.Embedding(7, 3, **f),
        wb.RecurrentDropout(wb.Recurrent("gru", 3, 4, **f), 0.3),
        wb.Bidirectional(wb.Recurrent("lstm", 4, 2, **f)),
        wb.Dropout(0.2),
        wb.Hierarchical(wb.Recurrent("elman", 4, 3, **f), wb.Recurrent("gru", 3, 2, **f)),
        wb.LayerNorm(5, **f),
        wb.Dense(5, 3, "relu", **f),
        wb.MeanOverTime(),
    )
    tokens = np.random.default_rng(0).integers(0, 7, (9, 2))
    run = model.run(tokens, training=True, lengths=[9, 5])
    assert run.output.dtype == np.float32
    gradients = run.backward(np.ones((2, 3)))
    assert {d.dtype.name for d in gradients.parameters.values()} == {"float32"}
    assert set(gradients.parameters) == set(model.parameters)
    assert gradients.x is None
