"""Ways to diverge: each is told with its layer, its step and its cause, and undone."""

import math
import re

import numpy as np
import pytest
from small import classifier, copied, labeller, same_bits, sequences, words

import workbench as wb
from workbench.training import LOSSES, NotFinite
from workbench.training.not_finite import Jumps

QUIET = {"progress": False}


def diverged(model, train, **options):
    """(the message, how many updates were made); checks what holds after every divergence.

    Replays the updates that were made: the parameters must be those of the last finite loss.
    """
    start, adam = copied(model.parameters), options.pop("optimizer", lambda: wb.Adam(0.01))
    with pytest.raises(NotFinite) as caught:
        wb.fit(model, train, optimizer=adam(), **options, **QUIET)
    error = caught.value
    said, done = str(error), len(error.history.updates["loss"])
    assert "\n" not in said
    assert said.startswith(f"update {done}: ")
    assert error.history.stopped == said
    assert all(map(math.isfinite, error.history.updates["loss"]))
    assert all(np.isfinite(array).all() for array in model.parameters.values())
    if done == 0:
        assert same_bits(model.parameters, start)
    return said, done


def replay(model, train, updates, optimizer, **options):
    """The same training with so many updates, stopped by hand."""
    batch_size = options.pop("batch_size", 32)
    batches = wb.Batches(*train, batch_size) if isinstance(train, tuple) else train
    loss, k = LOSSES[options.pop("loss", "cross_entropy")], 0
    for epoch in range(10**3):
        for batch in batches.epoch(epoch):
            if k == updates:
                return
            run = model.run(batch.x, mask=batch.mask, record="output", training=True)
            mask = run.mask if run.output.ndim == 3 else None
            with np.errstate(all="ignore"):
                _, d_output = loss(run.output, batch.y, mask)
                optimizer.step(model.parameters, run.backward(d_output).parameters)
            k += 1


def elman(gain, activation="relu", time=400, outputs=1):
    """An Elman layer whose recurrent matrix is `gain` times the identity, and a Dense."""
    net = wb.Recurrent("elman", 2, 4, start={"U": "identity"}, activation=activation)
    net.parameters["U"] *= gain
    x = np.abs(np.random.default_rng(0).standard_normal((3, time, 2)))
    return wb.Network(net, wb.Dense(4, outputs)), x


def regression(time=20, scale=1.0):
    generator = np.random.default_rng(0)
    x = generator.standard_normal((8, time, 2))
    return x, scale * x.sum(axis=2, keepdims=True)


def test_a_learning_rate_that_is_too_high_is_told_with_the_jump_it_made():
    for rate in (1e3, 1e30):
        model, twin = (labeller(outputs=1) for _ in range(2))
        options = {"loss": "mean_squared", "epochs": 200, "batch_size": 8}
        said, done = diverged(model, regression(), optimizer=lambda r=rate: wb.SGD(r), **options)
        assert f"likely cause: the learning rate {rate:g} is too high: update 0 made" in said
        assert re.search(r"largest parameter \d\.\d+e\+\d+, from 1\.\d+|\d+, from \d", said)
        replay(twin, regression(), done - 1, wb.SGD(rate), **options)
        assert same_bits(model.parameters, twin.parameters)


def test_a_step_to_an_infinite_parameter_is_undone_and_names_it():
    model = labeller(outputs=1)
    options = {"loss": "mean_squared", "epochs": 3, "batch_size": 8}
    train = regression(scale=1e10)
    said, done = diverged(model, train, optimizer=lambda: wb.SGD(1e300), **options)
    assert said.startswith("update 0: the parameter ")
    assert "is not finite after the step; likely cause: the learning rate 1e+300" in said
    assert done == 0


def test_a_state_that_grows_names_the_layer_the_line_the_step_and_the_factor():
    model, x = elman(7.0)
    said, _ = diverged(model, (x, x[..., :1]), loss="mean_squared")
    trace = model.run(x.swapaxes(0, 1)).traces["elman_1"]
    first = int((~np.isfinite(trace["h"])).any(axis=(1, 2)).argmax())
    assert 300 < first < 400
    assert f"update 0: elman_1: line h is not finite from step {first} on" in said
    assert "likely cause: the state h grows about 7-fold a step" in said


def test_a_gradient_that_explodes_on_its_way_back_names_the_step_from_which_on():
    # Large inputs saturate nothing here: h stays small, the gradient grows 1e4-fold a step.
    net = wb.Recurrent("elman", 2, 2, start={"U": "identity"}, activation="tanh")
    net.parameters["U"] *= 1e4
    net.parameters["W"] = np.zeros((2, 2))
    model = wb.Network(net, wb.Last(), wb.Dense(2, 1))
    x, y = np.zeros((4, 120, 2)), np.ones((4, 1))
    start = copied(model.parameters)
    with np.errstate(all="ignore"):
        said, _ = diverged(model, (x, y), loss="mean_squared")
    gradients = 1e4 ** np.arange(120.0)[:78]
    assert np.isfinite(gradients[:77]).all()
    step = int(re.search(r"elman_1: the gradient is not finite at step (\d+) and before", said)[1])
    # |dL/dh| at the last step is at most 10, so that it overflows 1e308 after 77 steps or so.
    assert 120 - 79 <= step <= 120 - 76
    assert "an exploding gradient: it grows about 1e+04-fold a step on its way back" in said
    assert same_bits(model.parameters, start)  # their loss was finite


def test_a_sudden_gradient_is_told_apart_from_a_learning_rate():
    jumps = Jumps()
    for k in range(5):
        jumps.note(k, loss=1.0, norm=2.0, rate=0.1, sizes=(1.0, 1.1))
    assert jumps.cause() is None
    jumps.note(5, loss=1.0, norm=5000.0, rate=0.1, sizes=(1.1, 500.0))
    jumps.note(6, loss=1e9, norm=1e9, rate=0.1, sizes=(500.0, 1e8))
    assert jumps.cause() == (
        "an exploding gradient: its norm was 5e+03 at update 5 and at most 2 before; "
        "clip_norm=2 bounds it"
    )
    jumps.note(7, loss=0.5, norm=1.0, rate=0.1, sizes=(500.0, 500.0))
    assert jumps.cause() is None  # it recovered


def test_one_gradient_that_explodes_is_named_with_its_update_and_a_limit_for_it():
    calls = iter(range(10**6))

    def loss(output, targets, mask):
        value, d_output = LOSSES["mean_squared"](output, targets, mask)
        k = next(calls)
        return value, d_output * (1 if k < 5 else 1e12 if k == 5 else 1e3)

    options = {"loss": loss, "epochs": 500, "optimizer": lambda: wb.SGD(0.1)}
    said, done = diverged(labeller(outputs=1), regression(), **options)
    assert done > 5
    assert "likely cause: an exploding gradient: its norm was" in said
    assert re.search(r"e\+\d+ at update 5 and at most [\d.]+ before; clip_norm=[\d.]+ bounds", said)


@pytest.mark.parametrize("epoch_of", [0, 1])
def test_an_infinite_input_names_its_place_before_any_layer(epoch_of):
    x, y = regression()
    x[5, 13, 1] = np.inf
    batches = wb.Batches(x, y, 4, seed=epoch_of)
    model = labeller(outputs=1)
    said, done = diverged(model, batches, loss="mean_squared", epochs=1)
    row = np.flatnonzero(batches.order(0)[done] == 5)[0]
    place = f"step 13, batch row {row}, unit 1 (sequence 5 of the data);"
    assert f"update {done}: x is infinite at {place}" in said
    assert said.endswith("likely cause: the data: x must be finite")


def test_inputs_that_are_finite_and_far_too_large_are_told_by_their_size():
    x, _ = regression()
    net = wb.Network(wb.Dense(2, 3), wb.Recurrent("gru", 3, 2))
    net.parameters["dense_1.W"] = np.full((3, 2), 10.0)
    said, _ = diverged(net, (np.full_like(x, 1e308), x), loss="mean_squared")
    assert "update 0: dense_1: the output is infinite at step 0, batch row 0, unit 0" in said
    assert said.endswith("likely cause: the scale: x reaches 1e+308")


def test_bad_targets_are_told_apart_from_a_bad_network():
    x, y = regression()
    y[2, 4] = np.inf
    said, _ = diverged(labeller(outputs=1), (x, y), loss="mean_squared")
    assert re.search(r"update 0: y\[4, \d, 0\] of the batch is not finite", said)
    assert said.endswith("likely cause: the data: y must be finite")
    said, _ = diverged(labeller(outputs=1), regression(scale=1e200), loss="mean_squared")
    assert "though the output of every layer is; likely cause: the data: y reaches" in said
    assert said.endswith("e+200; scale it")


@pytest.mark.parametrize("part", [0, 1])
def test_a_loss_function_that_is_not_finite_is_named(part):
    calls = iter(range(100))

    def loss(output, targets, mask):
        found = list(LOSSES["cross_entropy"](output, targets, mask))
        if next(calls) == 3:
            found[part] = found[part] * np.nan
        return tuple(found)

    model, twin = classifier(), classifier()
    said, done = diverged(model, sequences(), loss=loss, epochs=9, batch_size=4)
    assert said.startswith("update 3: the loss or its derivative is not finite, though the output")
    assert "likely cause: the loss function" in said
    replay(twin, sequences(), done - 1, wb.Adam(0.01), batch_size=4)
    assert same_bits(model.parameters, twin.parameters)


def test_a_parameter_that_was_not_finite_before_is_named():
    model = classifier()
    model.parameters["gru_1.U.z"][1, 1] = np.nan
    with pytest.raises(NotFinite) as caught:
        wb.fit(model, sequences(), **QUIET)
    assert str(caught.value) == (
        "update 0: the parameter gru_1.U.z is not finite; "
        "likely cause: it was so before this training"
    )


def test_float32_overflows_where_it_does():
    net = wb.Recurrent("elman", 2, 2, start={"U": "identity"}, activation="relu", dtype="float32")
    net.parameters["U"] *= 10
    x = np.ones((2, 60, 2))
    net.parameters["W"] = np.ones((2, 2))
    said, _ = diverged(wb.Network(net), (x, x), loss="mean_squared")
    first = int((~np.isfinite(net.run(x.swapaxes(0, 1))["h"])).any(axis=(1, 2)).argmax())
    assert 36 <= first <= 40
    assert f"elman_1: line h is not finite from step {first} on" in said
    assert "grows about 10-fold a step" in said


def test_a_stream_is_looked_at_with_the_states_that_were_carried():
    model, x = elman(9.0, time=400)
    stream = wb.Stream(x[0], x[0, :, :1], steps=5)

    def loss(output, targets, mask):
        return (0.0 if np.isfinite(output).all() else np.nan), np.zeros_like(output)

    said, done = diverged(model, stream, loss=loss, epochs=1)
    trace = model.run(x[0]).traces["elman_1"]
    first = int((~np.isfinite(trace["h"])).any(axis=1).argmax())
    # A chunk alone, from zero, would be finite: 9^5 is not much.
    assert done == first // 5 > 60
    assert f"update {done}: elman_1: line h is not finite from step {first % 5} on" in said


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_the_part_of_an_encoder_and_decoder_is_named(part):
    def network(tokens, seed):
        return wb.Network(
            wb.Embedding(tokens, 3, seed=seed), wb.Dense(3, 3), wb.Recurrent("gru", 3, 4, seed=seed)
        )

    model = wb.EncoderDecoder(network(4, 0), network(5, 1))
    model.parameters[f"{part}.embedding_1.E"] += 10
    model.parameters[f"{part}.dense_1.W"] = np.full((3, 3), 1e308)
    said, _ = diverged(model, wb.Pairs(*words(), start=4))
    assert f"update 0: {part}.dense_1: the output is infinite at step 0, batch row 0, unit" in said
    assert said.endswith(f"likely cause: the scale: {part}.dense_1.W reaches 1e+308")


def test_a_decoder_that_drops_its_states_is_named_too():
    decoder = wb.Network(
        wb.OneHot(5), wb.RecurrentDropout(wb.Recurrent("gru", 5, 4, seed=1), 0.3), wb.Dense(4, 4)
    )
    encoder = wb.Network(wb.OneHot(4), wb.Recurrent("gru", 4, 4))
    model = wb.EncoderDecoder(encoder, decoder)
    model.parameters["decoder.dense_1.W"] = np.full((4, 4), 1e308)
    for part in ("encoder", "decoder"):
        model.parameters[f"{part}.gru_1.b.n"] = np.full(4, 30.0)
    said, _ = diverged(model, wb.Pairs(*words(), start=4))
    assert "update 0: decoder.dense_1: the output is infinite at step" in said


def test_dropout_of_the_failing_update_is_dropped_again():
    model = classifier(dropout=0.5)
    model.parameters["dense_1.W"] = np.full((3, 4), 1e308)
    model.parameters["gru_1.b.n"] = np.full(4, 30.0)
    said, _ = diverged(model, sequences())
    assert "update 0: dense_1: the output is " in said
    assert said.endswith("likely cause: the scale: dense_1.W reaches 1e+308")
