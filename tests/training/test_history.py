"""The record of a training: what is in it, and that it comes back from a file as it was."""

import json

import numpy as np
import pytest
from small import classifier, labeller, same_bits, sequences, series

import workbench as wb
from workbench.training import History

QUIET = {"progress": False}


def trained(**options):
    data = {"validation": sequences(5)} | options
    return wb.fit(classifier(), sequences(), epochs=3, batch_size=4, **data, **QUIET)


def test_it_has_a_number_for_each_epoch_and_each_update():
    history = trained()
    assert len(history) == 3
    for name in ("loss", "accuracy", "validation_loss", "validation_accuracy", "seconds"):
        assert history[name].shape == (3,)
    assert {name: len(values) for name, values in history.updates.items()} == {
        "loss": 12, "norm": 12, "clipped_norm": 12, "rate": 12,
    }  # fmt: skip
    assert history.stopped is None
    assert history.best_epoch is None


def test_its_norms_are_those_of_the_first_batch_of_an_epoch_before_its_update():
    stream = wb.Stream(*series(60), steps=20)
    model = labeller(outputs=1)
    run = model.run(stream.x[:20, None])
    d_output = 2 * (run.output - stream.y[:20, None]) / 20
    wanted = np.linalg.norm(run.backward(d_output)["gru_1"]["h"], axis=(1, 2))
    history = wb.fit(model, stream, loss="mean_squared", epochs=2, **QUIET)
    assert history.norms["gru_1"].shape == (2, 20)
    np.testing.assert_allclose(history.norms["gru_1"][0], wanted, rtol=1e-12)


def test_norms_of_batches_of_unequal_length_end_at_the_same_step():
    history = History()
    history.add_norms({"lstm_1": [1.0, 2.0]})
    history.add_norms({"lstm_1": [3.0, 4.0, 5.0]})
    np.testing.assert_array_equal(history.norms["lstm_1"], [[np.nan, 1, 2], [3, 4, 5]])


def test_it_comes_back_from_arrays_and_json_bit_for_bit():
    history = trained(early_stopping=wb.EarlyStopping(9))
    history.stopped = "by hand"
    arrays, about = history.as_saved()
    other = History.restored(arrays, json.loads(json.dumps(about)))
    assert other.epochs == history.epochs
    assert other.best_epoch == history.best_epoch is not None
    assert same_bits(other.updates, history.updates)
    assert same_bits(other.norms, history.norms)
    assert other.stopped is None
    empty = History.restored(*History().as_saved())
    assert (len(empty), empty.norms) == (0, {})


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(KeyError, match="acuracy: expected one of loss, accuracy, seconds, valida"):
        trained()["acuracy"]
    with pytest.raises(KeyError, match="loss: expected one of no epoch yet"):
        History()["loss"]


def test_it_says_in_one_line_how_far_the_training_came():
    assert repr(History()) == "History(no epoch yet)"
    history = trained()
    assert repr(history).startswith("History(3 epochs; last: loss ")
    history.stopped = "by hand in epoch 1"
    assert repr(history).endswith("; stopped: by hand in epoch 1)")


def test_a_cross_entropy_is_told_as_perplexity_and_bits_too():
    history = History()
    history.add_epoch({"loss": np.log(8.0), "validation_loss": np.log(2.0)})
    assert history["perplexity"] == pytest.approx([8])
    assert history["bits_per_character"] == pytest.approx([3])
    assert history["validation_perplexity"] == pytest.approx([2])
    assert history["validation_bits_per_character"] == pytest.approx([1])
    with pytest.raises(KeyError, match="perplexitty: expected one of"):
        history["perplexitty"]
