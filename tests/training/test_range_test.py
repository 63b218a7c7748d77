"""The learning-rate range test: it changes nothing, and what it suggests trains well."""

import numpy as np
import pytest
from small import classifier, copied, same_bits, sequences

import workbench as wb
from workbench.training import RangeTest, range_test


def task(count=400, time=8):
    """The sign of the sum of a sequence: a smooth thing to learn."""
    x = np.random.default_rng(0).standard_normal((count, time, 1))
    return x, (x.sum(axis=(1, 2)) > 0).astype(int)


def model():
    return wb.Network(wb.Recurrent("gru", 1, 8), wb.Last(), wb.Dense(8, 2))


def test_it_does_not_change_the_model_nor_the_optimizer():
    own, adam = classifier(0.3), wb.Adam(0.01)
    wb.fit(own, sequences(), optimizer=adam, epochs=2, progress=False)
    before, state = copied(own.parameters), adam.state
    range_test(own, sequences(40), optimizer=adam)
    assert same_bits(own.parameters, before)
    assert same_bits(adam.state, state)
    assert adam.learning_rate == 0.01


def test_an_optimizer_that_has_been_used_begins_the_ramp_at_its_lowest_rate():
    own, adam = model(), wb.Adam(0.01)
    wb.fit(own, task(100), optimizer=adam, epochs=2, progress=False)
    found = range_test(model(), task(), optimizer=adam, lowest=1e-4)
    fresh = range_test(model(), task(), optimizer=wb.Adam(0.01), lowest=1e-4)
    assert found.rates[0] == 1e-4
    assert same_bits(vars(found), vars(fresh))


def test_it_is_the_training_with_a_growing_rate():
    found = range_test(model(), task(), lowest=1e-4, highest=0.1, updates=50, seed=3)
    ramp = wb.training.ExponentialRamp(1e-4, 0.1, 50)
    history = wb.fit(model(), task(), optimizer=wb.Adam(ramp), seed=3, epochs=4, progress=False)
    np.testing.assert_array_equal(found.losses, history.updates["loss"][:50])
    np.testing.assert_allclose(found.rates, np.geomspace(1e-4, 0.1, 50), rtol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "highest"), [(wb.Adam(), 1.0), (wb.SGD(0.1), 100.0), (wb.RMSprop(), 1.0)]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_what_it_suggests_trains_better_than_a_tenth_of_it(optimizer, highest, seed):
    found = range_test(model(), task(), optimizer=optimizer, highest=highest, seed=seed)
    assert found.rates[10] <= found.suggested < found.rates[-1]

    def loss(rate):
        own = type(optimizer)(rate)
        return wb.fit(model(), task(), optimizer=own, epochs=3, progress=False)["loss"][-1]

    at_suggested = loss(found.suggested)
    assert at_suggested < loss(found.suggested / 10)
    assert at_suggested < 0.6


def test_it_ends_early_where_the_loss_is_far_above_its_first_value():
    x = np.random.default_rng(0).standard_normal((200, 8, 1))
    own = wb.Network(wb.Recurrent("gru", 1, 8), wb.Dense(8, 1))
    data = x, x.cumsum(axis=1)
    options = {"loss": "mean_squared", "optimizer": wb.SGD(1.0), "batch_size": 200}
    found = range_test(own, data, highest=1e6, **options)
    assert isinstance(found, RangeTest)
    assert len(found.rates) == len(found.losses) == len(found.smooth) < 100
    assert np.isfinite(found.losses).all()
    assert found.suggested < found.rates[found.smooth.argmin()]


def test_losses_are_averaged_with_their_neighbours_on_the_log_axis():
    found = range_test(model(), task(), updates=60)
    k = np.arange(60)
    for place in (0, 25, 59):
        weights = np.exp(-0.5 * ((k - place) / 3.0) ** 2)
        wanted = np.average(found.losses, weights=weights)
        assert found.smooth[place] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"epochs": 3},
            "epochs: expected one of batch_size, seed, clip_norm, clip_value, truncate",
        ),
        ({"checkpoint": "c"}, "checkpoint: expected one of batch_size, seed, clip_norm, clip_val"),
        ({"updates": 5}, "updates: expected a whole number of at least 20, got 5"),
        ({"lowest": 0}, "lowest: expected a finite number above 0, got 0"),
        ({"highest": "a"}, "highest: expected a finite number above 0, got 'a'"),
        ({"lowest": 1.0, "highest": 0.1}, "highest: expected above lowest, 1, got 0.1"),
        ({"optimizer": 0.1}, "optimizer: expected SGD, RMSprop, Adam or AdamW, got 0.1"),
        (
            {"optimizer": wb.SGD(1.0), "lowest": 1e290, "highest": 1e300},
            "lowest: expected a ramp whose first 20 rates are bearable, got 1e+300 from 1e+290 in",
        ),
        ({"batch_size": 0}, "batch_size: expected a whole number of at least 1, got 0"),
        ({"train": 3}, "train: expected (x, y), Batches, Pairs or Stream, got int"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(options, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the line is compared
        range_test(**{"model": model(), "train": task(100)} | options)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_loss_that_nothing_lowers_is_no_ground_for_a_rate():
    def flat(output, targets, mask):
        return 1.0, np.zeros_like(output)

    message = "train: expected a loss that some rate lowers by more than it scatters, got none"
    with pytest.raises(ValueError, match=message):
        range_test(model(), task(), loss=flat)
    # Noise alone falls somewhere, too.
    x, _ = task()
    noise = x, np.random.default_rng(5).integers(0, 2, 400)
    with pytest.raises(ValueError, match=message):
        range_test(model(), noise, highest=1e-4)
