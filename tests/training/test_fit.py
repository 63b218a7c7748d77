"""`fit` is the loop that a student would write: the same batches, the same bits."""

import copy

import numpy as np
import pytest
from small import (
    classifier,
    copied,
    labeller,
    per_step,
    same_bits,
    sequences,
    series,
    translator,
    words,
)

import workbench as wb
from workbench.targets import cpu
from workbench.training import LOSSES, Batches, clip_norm, clip_value, gradient_norm

QUIET = {"progress": False}


def by_hand(model, batches, optimizer, epochs, loss="cross_entropy", clip=None, truncate=None):
    """Run, loss, backward, clip, step, in a plain loop; return the losses and norms."""
    losses, norms = [], []
    for epoch in range(epochs):
        for batch in batches.epoch(epoch):
            seed = np.random.SeedSequence([batches.seed, optimizer.steps]).generate_state(1)[0]
            # The kernel that keeps less rounds differently in the last bit; fit uses that one.
            how = {"training": True, "seed": int(seed), "record": "output"}
            run = model.run(batch.x, mask=batch.mask, **how)
            mask = run.mask if run.output.ndim == 3 else None
            value, d_output = LOSSES[loss](run.output, batch.y, mask)
            gradients = run.backward(d_output, truncate=truncate).parameters
            norms.append(gradient_norm(gradients))
            if clip is not None:
                clip(gradients)
            optimizer.step(model.parameters, gradients)
            losses.append(value)
    return losses, norms


@pytest.mark.parametrize(
    ("options", "clip"),
    [
        ({}, None),
        ({"clip_norm": 0.05}, lambda g: clip_norm(g, 0.05)),
        ({"clip_value": 0.01}, lambda g: clip_value(g, 0.01)),
        ({"truncate": 2}, None),
    ],
    ids=["plain", "clip_norm", "clip_value", "truncate"],
)
@pytest.mark.parametrize(
    "optimizer",
    [lambda: wb.Adam(0.01), lambda: wb.SGD(0.1, momentum=0.9, nesterov=True)],
    ids=["Adam", "SGD"],
)
def test_fit_is_the_loop_written_by_hand_bit_for_bit(options, clip, optimizer):
    x, y = sequences()
    model, slow = classifier(dropout=0.3), classifier(dropout=0.3)
    history = wb.fit(
        model, (x, y), optimizer=optimizer(), epochs=3, batch_size=4, seed=5, **options, **QUIET
    )
    truncate = options.get("truncate")
    batches = Batches(x, y, 4, seed=5)
    losses, norms = by_hand(slow, batches, optimizer(), 3, clip=clip, truncate=truncate)
    assert same_bits(model.parameters, slow.parameters)
    assert history.updates["loss"].tolist() == losses
    assert history.updates["norm"].tolist() == norms


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_masked_steps_are_trained_as_by_hand_too(dtype):
    x, y = per_step()
    model, slow = (wb.Network(wb.Recurrent("lstm", 2, 3, dtype=dtype)) for _ in range(2))
    wb.fit(model, (x, y), epochs=2, batch_size=5, optimizer=wb.Adam(0.01), **QUIET)
    by_hand(slow, Batches(x, y, 5, seed=0), wb.Adam(0.01), 2)
    assert same_bits(model.parameters, slow.parameters)


def test_a_recurrent_alone_is_trained_in_place():
    x, y = per_step()
    net = wb.Recurrent("gru", 2, 3)
    before = copied(net.parameters)
    history = wb.fit(net, (x, y), epochs=1, **QUIET)
    assert all(not np.array_equal(before[n], net.parameters[n]) for n in ("W.z", "U.n"))
    assert history.norms["gru_1"].shape == (1, max(map(len, x)))


def test_without_clipping_the_norm_stays_and_with_it_is_bounded():
    history = wb.fit(classifier(), sequences(), epochs=2, **QUIET)
    assert np.array_equal(history.updates["norm"], history.updates["clipped_norm"])
    history = wb.fit(classifier(), sequences(), epochs=2, clip_norm=1e-3, **QUIET)
    assert (history.updates["clipped_norm"] <= 1e-3 * (1 + 1e-12)).all()
    assert (history.updates["norm"] > 1e-3).all()


def test_the_training_loss_of_an_epoch_is_over_all_its_entries_and_rates_are_the_schedules():
    x, y = sequences(13)
    schedule = wb.training.ExponentialDecay(0.0, 0.5)
    history = wb.fit(classifier(), (x, y), optimizer=wb.SGD(schedule), batch_size=4, **QUIET)
    # With a rate of 0 the parameters stay, and an epoch in small batches is the whole set at once.
    whole = wb.evaluate(classifier(), (x, y))
    np.testing.assert_allclose(history["loss"], whole["loss"], rtol=1e-13)
    np.testing.assert_allclose(history["accuracy"], whole["accuracy"], rtol=1e-13)
    decay = wb.training.ExponentialDecay(0.1, 0.5)
    history = wb.fit(classifier(), (x, y), optimizer=wb.SGD(decay), epochs=2, **QUIET)
    assert history.updates["rate"].tolist() == [0.1, 0.05]


def test_early_stopping_stops_and_keeps_the_parameters_of_the_best_epoch():
    train, other = sequences(20), sequences(40, seed=9)
    options = {"optimizer": wb.Adam(0.05), "batch_size": 5} | QUIET
    model = classifier()
    history = wb.fit(
        model, train, validation=other, epochs=60, early_stopping=wb.EarlyStopping(4), **options
    )
    best = history.best_epoch
    assert best == history["validation_loss"].argmin()
    assert len(history) == best + 1 + 4 < 60
    assert history.stopped == f"no better validation loss since epoch {best}"
    assert wb.evaluate(model, other)["loss"] == history["validation_loss"][best]
    twin = classifier()
    wb.fit(twin, train, epochs=best + 1, **options | {"optimizer": wb.Adam(0.05)})
    assert same_bits(model.parameters, twin.parameters)


def test_what_is_not_better_by_least_is_not_better():
    stopping = wb.EarlyStopping(2, least=10.0)
    options = {"validation": sequences(5), "epochs": 9, "early_stopping": stopping} | QUIET
    history = wb.fit(classifier(), sequences(), **options)
    assert (len(history), history.best_epoch) == (3, 0)


def test_a_validation_loss_that_is_never_a_number_stops_too_and_keeps_the_last_parameters():
    def loss(output, targets, mask):
        value, d_output = LOSSES["cross_entropy"](output, targets, mask)
        return (np.nan if len(targets) == 5 else value), d_output

    stopping = wb.EarlyStopping(3)
    options = {"validation": sequences(5), "epochs": 9, "early_stopping": stopping} | QUIET
    history = wb.fit(classifier(), sequences(13), loss=loss, **options)
    assert (len(history), history.best_epoch) == (3, None)
    assert history.stopped == "no better validation loss since epoch None"


def test_a_loss_of_ones_own_has_no_accuracy_and_is_used():
    def thrice(output, targets, mask):
        value, d_output = LOSSES["cross_entropy"](output, targets, mask)
        return 3 * value, 3 * d_output

    history = wb.fit(classifier(), sequences(), loss=thrice, epochs=1, **QUIET)
    plain = wb.fit(classifier(), sequences(), epochs=1, **QUIET)
    assert history["loss"][0] == pytest.approx(3 * plain["loss"][0], rel=1e-14)
    with pytest.raises(KeyError, match="accuracy: expected one of loss, seconds"):
        history["accuracy"]


@pytest.mark.parametrize(("soft", "has"), [(False, True), (True, False)])
def test_soft_targets_of_a_binary_cross_entropy_have_a_loss_and_no_accuracy(soft, has):
    x, y = sequences()
    y = y / 2 if soft else (y > 0).astype(float)
    model = wb.Network(wb.Recurrent("gru", 2, 3), wb.Last(), wb.Dense(3, 1))
    train = Batches(x, y, 13)
    history = wb.fit(model, train, validation=train, loss="binary_cross_entropy", epochs=1, **QUIET)
    assert ("accuracy" in history.epochs[0]) == has
    assert ("validation_accuracy" in history.epochs[0]) == has


def test_two_trainings_that_follow_each_other_go_on_with_the_same_optimizer():
    adam, model = wb.Adam(0.01), classifier()
    for _ in range(2):
        wb.fit(model, sequences(), optimizer=adam, epochs=1, batch_size=13, **QUIET)
    twin = classifier()
    wb.fit(twin, sequences(), optimizer=wb.Adam(0.01), epochs=2, batch_size=13, **QUIET)
    assert adam.steps == 2
    for name, array in model.parameters.items():
        np.testing.assert_allclose(array, twin.parameters[name], rtol=1e-12, atol=1e-14)


def test_batches_that_drop_the_last_rows_and_a_stream_of_one_chunk_are_trained():
    x, y = sequences(13)
    history = wb.fit(classifier(), Batches(x, y, 5, drop_last=True), epochs=2, **QUIET)
    assert len(history.updates["loss"]) == 4
    stream = wb.Stream(*series(20), steps=20)
    history = wb.fit(labeller(outputs=1), stream, loss="mean_squared", epochs=2, **QUIET)
    assert len(history.updates["loss"]) == 2


def test_a_copy_of_a_network_learns_alone_and_what_the_first_would_have_learnt():
    model, twin = classifier(), classifier()
    other, before = copy.deepcopy(model), copied(model.parameters)
    wb.fit(other, sequences(), epochs=3, **QUIET)
    assert same_bits(model.parameters, before)
    wb.fit(twin, sequences(), epochs=3, **QUIET)
    assert same_bits(other.parameters, twin.parameters)


def test_a_copy_of_a_network_compiles_nothing():
    model = classifier()
    wb.fit(model, sequences(), epochs=1, **QUIET)
    made = cpu.kernels.cache_info().misses
    wb.fit(copy.deepcopy(model), sequences(), epochs=1, **QUIET)
    assert cpu.kernels.cache_info().misses == made


X, Y = sequences()
STREAM = wb.Stream(*series(), steps=10)


def scalar_loss(output, targets, mask):
    return 1.0


def flat_loss(output, targets, mask):
    return 1.0, np.zeros(3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"model": 3}, "model: expected a Network, an EncoderDecoder or a Recurrent, got int"),
        ({"train": X}, "train: expected (x, y), Batches, Pairs or Stream, got list"),
        ({"train": 7}, "train: expected (x, y), Batches, Pairs or Stream, got int"),
        ({"train": (X, Y[:5])}, "train: y: expected 13 targets, got 5"),
        ({"train": (X, None)}, "train: expected (x, y) with targets, got no y"),
        (
            {"train": ([row[:, :1] for row in X], Y)},
            "train: x: expected (sequence, time, 2), got (1, ",
        ),
        ({"train": (X, Y + 9)}, "train: targets: expected classes 0..2, got 9 at targets["),
        ({"train": per_step()}, "train: y: expected a target for each sequence, as the netw"),
        ({"train": (X, Y * 1.0)}, "train: targets: expected whole class numbers, got float64"),
        ({"validation": X}, "validation: expected (x, y), Batches, Pairs or Stream, got list"),
        ({"validation": (X, Y + 9)}, "validation: targets: expected classes 0..2, got"),
        (
            {"validation": per_step()},
            "validation: y: expected a target for each sequence, as the netw",
        ),
        ({"train": STREAM}, "train: y: expected a target for each sequence, as the netw"),
        (
            {"train": wb.Pairs(*words(), start=4)},
            "train: expected no Pairs for a model of kind Network, got Pairs",
        ),
        (
            {"model": translator()},
            "train: expected Pairs for a model of kind EncoderDecoder, got Batches",
        ),
        ({"loss": "hinge"}, "loss: expected one of mean_squared, cross_entropy, binary_cross_"),
        ({"loss": 3}, "loss: expected one of mean_squared, cross_entropy, binary_cross_entropy"),
        ({"loss": scalar_loss}, "loss: expected a function of (output, targets, mask) that ret"),
        ({"loss": lambda y: y}, "loss: expected a function of (output, targets, mask) that ret"),
        ({"loss": flat_loss}, "loss: expected a derivative by the output of (13, 3), got (3,)"),
        ({"loss": "mean_squared"}, "train: targets: expected (13, 3), got (13,)"),
        ({"optimizer": "adam"}, "optimizer: expected SGD, RMSprop, Adam or AdamW, got 'adam'"),
        ({"optimizer": 0.1}, "optimizer: expected SGD, RMSprop, Adam or AdamW, got 0.1"),
        ({"epochs": 0}, "epochs: expected a whole number of at least 1, got 0"),
        ({"epochs": 1.5}, "epochs: expected a whole number of at least 1, got 1.5"),
        ({"batch_size": 0}, "batch_size: expected a whole number of at least 1, got 0"),
        ({"seed": -1}, "seed: expected a whole number of at least 0, got -1"),
        ({"save_every": 0}, "save_every: expected a whole number of at least 1, got 0"),
        ({"clip_norm": 0}, "clip_norm: expected a finite number above 0, got 0"),
        ({"clip_value": "1"}, "clip_value: expected a finite number above 0, got '1'"),
        ({"clip_norm": 1, "clip_value": 1}, "clip_value: expected clip_norm or clip_value, got b"),
        ({"truncate": 0}, "truncate: expected a whole number of at least 1, got 0"),
        ({"early_stopping": 3}, "early_stopping: expected EarlyStopping(patience=...), got 3"),
        (
            {"early_stopping": wb.EarlyStopping()},
            "validation: expected data to compare epochs on, got None",
        ),
        ({"resume": True}, "checkpoint: expected a path to resume from, got None"),
        ({"resume": 1}, "resume: expected True or False, got 1"),
        ({"progress": None}, "progress: expected True or False, got None"),
        ({"checkpoint": 3}, "checkpoint: expected a path, got 3"),
        ({"learning_rate": 0.1}, "learning_rate: expected an option of fit (batch_size, seed, "),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(changed, message):
    arguments = {"model": classifier(), "train": (X, Y), "epochs": 1} | QUIET | changed
    before = copied(classifier().parameters)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the line is compared
        wb.fit(**arguments)
    said = str(caught.value)
    assert said.startswith(message)
    assert "\n" not in said
    if "validation" not in changed:
        assert same_bits(classifier().parameters, before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"patience": 0}, "patience: expected a whole number of at least 1, got 0"),
        ({"least": -1}, "least: expected a finite number of at least 0, got -1"),
    ],
)
def test_a_wrong_patience_is_answered_in_one_line(arguments, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole line is compared
        wb.EarlyStopping(**arguments)
    assert str(caught.value) == message
