"""Hierarchical beside a loop of single steps."""

import numpy as np
import pytest

import workbench as wb

from .networks import cell, masks, stirred

X = np.random.default_rng(0).standard_normal((7, 3, 2))
MASKS = {"whole": np.ones((7, 3), bool)} | masks(7)


def layers(every, style):
    fast, slow = cell("lstm", 2, 4, seed=1), cell("gru", 4, 3, seed=2)
    model = stirred(wb.Network(wb.Hierarchical(fast, slow, every=every, style=style)), 3)
    return model, fast, slow


@pytest.mark.parametrize("padding", MASKS)
@pytest.mark.parametrize("every", [1, 2, 3, 9])
def test_clockwork_moves_the_slow_layer_once_in_every_real_steps(every, padding):
    model, fast, slow = layers(every, "clockwork")
    mask = MASKS[padding]
    y = model.run(X, mask=mask).output
    expected = np.zeros((7, 3, 7))
    for row in range(3):
        of_fast, of_slow, count = None, {"h": np.zeros(3)}, 0
        for t in np.flatnonzero(mask[:, row]):
            of_fast, count = fast.step(X[t, row], of_fast), count + 1
            if count % every == 0:
                of_slow = slow.step(of_fast["h"], of_slow)
            expected[t, row] = np.concatenate([of_fast["h"], of_slow["h"]])
    assert np.allclose(y, expected, rtol=0, atol=1e-14)
    if every > 7:
        assert (y[..., 4:] == 0).all()


@pytest.mark.parametrize("padding", MASKS)
@pytest.mark.parametrize("every", [1, 2, 3, 9])
def test_chunked_gives_the_slow_layer_what_each_chunk_left(every, padding):
    model, fast, slow = layers(every, "chunked")
    mask = MASKS[padding]
    run = model.run(X, mask=mask)
    chunks = [range(7)[first : first + every] for first in range(0, 7, every)]
    expected, real = np.zeros((len(chunks), 3, 3)), np.zeros((len(chunks), 3), bool)
    for row in range(3):
        of_slow = None
        for k, chunk in enumerate(chunks):
            steps = [t for t in chunk if mask[t, row]]
            if not steps:
                continue
            of_fast = None
            for t in steps:
                of_fast = fast.step(X[t, row], of_fast)
            of_slow = slow.step(of_fast["h"], of_slow)
            expected[k, row], real[k, row] = of_slow["h"], True
    assert np.allclose(run.output, expected, rtol=0, atol=1e-14)
    assert run.mask is None if real.all() else np.array_equal(run.mask, real)


def test_clockwork_holds_a_given_slow_state_until_the_first_tick():
    model, _, _ = layers(3, "clockwork")
    h = np.random.default_rng(5).standard_normal((3, 3))
    run = model.run(X, {"hierarchical_1.slow": h})
    assert np.array_equal(run.output[:2, :, 4:], np.stack([h, h]))
    d = np.zeros_like(run.output)
    d[0, :, 4:], d[1, :, 4:] = 1, 10
    assert (run.backward(d).initial["hierarchical_1.slow"]["h"] == 11).all()


def test_only_states_that_can_go_on_are_handed_on():
    clockwork, chunked = layers(2, "clockwork")[0], layers(2, "chunked")[0]
    run = clockwork.run(X)
    assert set(run.final) == {"hierarchical_1.fast", "hierarchical_1.slow"}
    assert clockwork.run(X, run.final).output.shape == (7, 3, 7)
    run = chunked.run(X)
    assert set(run.traces) == {"hierarchical_1.fast", "hierarchical_1.slow"}
    assert set(run.final) == {"hierarchical_1.slow"}
    assert chunked.run(X, run.final).output.shape == (4, 3, 3)
    with pytest.raises(ValueError, match=r"state: .*hierarchical_1.slow.*got 'hierarchical_1.fast"):
        chunked.run(X, {"hierarchical_1.fast": {"h": np.zeros((3, 4))}})


def test_both_layers_can_be_clamped():
    model, _, _ = layers(2, "chunked")
    run = model.run(X, clamp={"hierarchical_1.fast": {"f": 0.0}, "hierarchical_1.slow": {"z": 1.0}})
    assert (run["hierarchical_1.fast"]["f"] == 0).all()
    assert (run.output == 0).all()


@pytest.mark.parametrize("padding", ["whole", "padded after"])
@pytest.mark.parametrize(("every", "truncate"), [(2, 4), (3, 3), (1, 2), (2, 7)])
def test_truncated_its_gradient_is_that_of_chunks_each_on_its_own(every, truncate, padding):
    model = layers(every, "clockwork")[0]
    lengths = np.array([7, 7, 7] if padding == "whole" else [7, 4, 2])
    d = np.random.default_rng(5).standard_normal((7, 3, 7))
    cut = model.run(X, lengths=lengths).backward(d, truncate=truncate)
    state, added = None, {name: 0 for name in model.parameters}
    for first in range(0, 7, truncate):
        chunk = slice(first, first + truncate)
        x = X[chunk]
        run = model.run(x, state, lengths=np.clip(lengths - first, 0, len(x)))
        alone, state = run.backward(d[chunk]), run.final
        assert np.allclose(cut.x[chunk], alone.x, rtol=0, atol=1e-13)
        for name, each in alone.parameters.items():
            added[name] = added[name] + each
    for name, total in added.items():
        assert np.allclose(cut.parameters[name], total, rtol=0, atol=1e-12), name
