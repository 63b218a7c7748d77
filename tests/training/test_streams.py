"""A long series in chunks: with its states carried, it is the series as a whole."""

import numpy as np
import pytest
from small import labeller, same_bits, series

import workbench as wb
from workbench.training import LOSSES, run_in_chunks, truncation_bias

QUIET = {"progress": False}


def stack():
    return wb.Network(
        wb.Recurrent("lstm", 2, 4, seed=1), wb.Recurrent("gru", 4, 3, seed=2), wb.Dense(3, 1)
    )


@pytest.mark.parametrize("steps", [1, 7, 61, 100])
def test_run_in_chunks_is_one_run_over_the_whole(steps):
    x = np.random.default_rng(0).standard_normal((61, 3, 2))
    whole, runs = stack().run(x), list(run_in_chunks(stack(), x, steps))
    output = np.concatenate([run.output for run in runs])
    np.testing.assert_allclose(output, whole.output, rtol=0, atol=1e-13)
    for layer, states in whole.final.items():
        for name, last in states.items():
            np.testing.assert_allclose(runs[-1].final[layer][name], last, rtol=0, atol=1e-13)


def test_run_in_chunks_goes_on_from_a_state():
    x = np.random.default_rng(0).standard_normal((20, 1, 2))
    first = stack().run(x[:5])
    runs = run_in_chunks(stack(), x[5:], 4, first.final)
    output = np.concatenate([first.output, *(run.output for run in runs)])
    np.testing.assert_allclose(output, stack().run(x).output, rtol=0, atol=1e-13)


def test_states_of_a_layer_that_reads_from_the_end_too_are_not_carried_on():
    x, y = series(20)
    both = wb.Bidirectional(wb.Recurrent("elman", 2, 3))
    for model in (wb.Network(both), wb.Network(wb.Network(both))):
        with pytest.raises(ValueError, match="model: expected layers that read forwards only"):
            next(run_in_chunks(model, x, 5))
        for call, name in ((wb.fit, "train"), (wb.evaluate, "data")):
            with pytest.raises(ValueError, match=f"{name}: expected whole sequences .* got Stream"):
                call(model, wb.Stream(x, y, steps=5))


def test_a_slow_layer_runs_in_chunks_of_whole_periods():
    x = np.random.default_rng(0).standard_normal((24, 2, 2))
    slow = wb.Hierarchical(wb.Recurrent("gru", 2, 4), wb.Recurrent("gru", 4, 3), every=3)
    output = np.concatenate([run.output for run in run_in_chunks(wb.Network(slow), x, 6)])
    np.testing.assert_allclose(output, wb.Network(slow).run(x).output, rtol=0, atol=1e-13)


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_each_row_is_a_stretch_of_the_series_and_its_chunks_follow_each_other(rows):
    x, y = series(61)
    stream = wb.Stream(x, y, steps=5, rows=rows)
    chunks = list(stream.epoch(0))
    length = 61 // rows
    assert len(chunks) == len(stream) == length // 5
    for k in range(rows):
        own = np.concatenate([chunk.x[:, k] for chunk in chunks])
        start = k * length
        np.testing.assert_array_equal(own, x[start : start + len(own)])
        told = np.concatenate([chunk.y[:, k] for chunk in chunks])
        np.testing.assert_array_equal(told, y[start : start + len(told)])
    assert stream.seen == sum(chunk.x.shape[0] * chunk.x.shape[1] for chunk in chunks)
    assert [chunk.continues for chunk in chunks] == [False] + [True] * (len(chunks) - 1)
    assert f"{stream.seen} steps seen" in repr(stream)


def test_an_epoch_can_begin_in_its_middle():
    stream = wb.Stream(*series(61), steps=5, rows=2)
    for start in range(len(stream) + 1):
        late, all_of_them = list(stream.epoch(4, start)), list(stream.epoch(0))[start:]
        assert len(late) == len(all_of_them)
        for one, other in zip(late, all_of_them, strict=True):
            np.testing.assert_array_equal(one.x, other.x)
            assert one.continues == other.continues


def test_fit_carries_states_within_an_epoch_and_begins_the_next_from_zero():
    stream = wb.Stream(*series(60), steps=10, rows=2)
    model, slow, adam = labeller(outputs=1), labeller(outputs=1), wb.Adam(0.01)
    wb.fit(model, stream, loss="mean_squared", optimizer=wb.Adam(0.01), epochs=3, **QUIET)
    for _ in range(3):
        state = None
        for batch in stream.epoch(0):
            run = slow.run(batch.x, state, record="output")
            _, d_output = LOSSES["mean_squared"](run.output, batch.y)
            adam.step(slow.parameters, run.backward(d_output).parameters)
            state = run.final
    assert same_bits(model.parameters, slow.parameters)


def test_with_parameters_that_stay_every_chunk_sees_what_the_whole_does():
    stream = wb.Stream(*series(60), steps=10)
    model = labeller(outputs=1)
    history = wb.fit(model, stream, loss="mean_squared", optimizer=wb.SGD(0.0), epochs=2, **QUIET)
    error = model.run(stream.x[:, None]).output[:, 0] - stream.y
    wanted = np.square(error).reshape(6, -1).mean(axis=1)
    np.testing.assert_allclose(history.updates["loss"], [*wanted, *wanted], rtol=1e-13)


def test_tokens_are_streamed_too():
    tokens = np.random.default_rng(0).integers(0, 5, 41)
    model = wb.Network(wb.Embedding(5, 3), wb.Recurrent("gru", 3, 4), wb.Dense(4, 5))
    stream = wb.Stream(tokens[:-1], tokens[1:], steps=8, rows=2)
    history = wb.fit(model, stream, validation=stream, epochs=2, **QUIET)
    assert history["validation_accuracy"].shape == (2,)
    assert next(stream.epoch(0)).x.shape == (8, 2)


def test_truncation_bias_is_that_of_gradients_added_up_chunk_by_chunk():
    x = np.random.default_rng(1).standard_normal((12, 2, 2))
    d_output = np.random.default_rng(2).standard_normal((12, 2, 3))
    model = labeller()
    full = model.run(x).backward(d_output).parameters
    for k in (1, 5):
        cut = {name: np.zeros_like(array) for name, array in full.items()}
        for first, run in zip(range(0, 12, k), run_in_chunks(model, x, k), strict=True):
            for name, d in run.backward(d_output[first : first + k]).parameters.items():
                cut[name] += d
        for name, (error, cosine) in truncation_bias(model, x, d_output, k).items():
            a, b = cut[name].ravel(), full[name].ravel()
            wanted = np.linalg.norm(a - b) / np.linalg.norm(b)
            assert error == pytest.approx(wanted, rel=1e-10, abs=1e-14)
            if np.linalg.norm(a):
                wanted = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
                assert cosine == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("truncate", [12, 13, 1000])
def test_truncation_beyond_the_end_has_no_bias(truncate):
    x = np.random.default_rng(1).standard_normal((12, 2, 2))
    for error, cosine in truncation_bias(labeller(), x, np.ones((12, 2, 3)), truncate).values():
        assert error == 0
        assert cosine == pytest.approx(1, abs=1e-12)


def test_gradients_too_small_to_be_squared_are_not_taken_for_zero():
    x = np.random.default_rng(1).standard_normal((12, 2, 2))
    d_output = np.random.default_rng(2).standard_normal((12, 2, 3))
    plain = truncation_bias(labeller(), x, d_output, 3)
    tiny = truncation_bias(labeller(), x, d_output * 1e-200, 3)
    for name, pair in plain.items():
        assert tiny[name] == pytest.approx(pair, rel=1e-10, abs=1e-14)
    none = truncation_bias(labeller(), x, d_output * 0, 3)
    assert all(error == 0 and np.isnan(cosine) for error, cosine in none.values())


X, Y = series(20)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x": X[:, 0]}, "x: expected (time, features) or (time,) tokens, got (20,) float64"),
        ({"x": X[None]}, "x: expected (time, features) or (time,) tokens, got (1, 20, 2) float64"),
        ({"x": "abc"}, "x: expected real numbers, got str"),
        ({"y": Y[:7]}, "y: expected 20 targets, one a step, got 7"),
        ({"y": 3.0}, "y: expected 20 targets, one a step, got one number"),
        ({"steps": 21}, "steps: expected at most 20, a row's length, got 21"),
        ({"steps": 0}, "steps: expected a whole number of at least 1, got 0"),
        ({"steps": 5, "rows": 6}, "steps: expected at most 3, a row's length, got 5"),
        ({"rows": 1.5}, "rows: expected a whole number of at least 1, got 1.5"),
        (
            {"x": np.where(np.arange(20)[:, None] == 13, np.nan, X)},
            "x: expected numbers, got not-a-number at step 13",
        ),
        (
            {"y": np.where(np.arange(20)[:, None] == 4, np.nan, Y)},
            "y: expected numbers, got not-a-number at step 4",
        ),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(changed, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole line is compared
        wb.Stream(**{"x": X, "y": Y, "steps": 5} | changed)
    assert str(caught.value) == message
