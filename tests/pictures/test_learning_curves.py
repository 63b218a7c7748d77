import numpy as np
import pytest

from workbench.pictures import learning_curves, learning_curves_arrays
from workbench.training import History

from .looking import check

STREAM = np.random.default_rng(0)


def history(epochs=12, accuracy=True, validation=True, scale=1.0, best=None):
    made = History()
    for k in range(epochs):
        numbers = {"loss": scale * (0.9**k + 0.05 * STREAM.random()), "seconds": 0.1}
        if accuracy:
            numbers["accuracy"] = 1 - 0.8**k
        if validation:
            numbers |= {"validation_loss": scale * (0.92**k + 0.1)}
        if accuracy and validation:
            numbers |= {"validation_accuracy": 0.9 * (1 - 0.8**k)}
        made.add_epoch(numbers)
    made.best_epoch = best
    return made


def curves_of(picture, panel, count=12):
    """The drawn lines of a panel with a point at every epoch."""
    return [line for line in picture.axes[panel].lines if len(line.get_xdata()) == count]


def test_the_arrays_are_the_numbers_of_the_history():
    made = history(best=7)
    arrays = learning_curves_arrays(made)
    assert list(arrays.curves) == ["loss", "accuracy"]
    for measure, own in arrays.curves.items():
        np.testing.assert_array_equal(own["training"], made[measure])
        np.testing.assert_array_equal(own["validation"], made[f"validation_{measure}"])
    assert (arrays.epochs, arrays.best_epoch) == (12, 7)


def test_what_is_drawn_is_what_the_arrays_hold_and_lies_in_the_panel():
    made = history(scale=37.0)
    picture = learning_curves(made)
    for panel, measure in enumerate(("loss", "accuracy")):
        training, validation = curves_of(picture, panel)
        np.testing.assert_array_equal(training.get_ydata(), made[measure])
        np.testing.assert_array_equal(validation.get_ydata(), made[f"validation_{measure}"])
        low, high = picture.axes[panel].get_ylim()
        drawn = np.r_[training.get_ydata(), validation.get_ydata()]
        assert low <= drawn.min() < drawn.max() <= high


def test_a_measure_that_is_not_there_has_no_panel_and_no_name():
    picture = learning_curves(history(accuracy=False, validation=False))
    assert len(picture.axes) == 1
    said = check(picture)
    assert any(text.startswith("training ") for text in said)
    assert not any("validation" in text or "accuracy" in text for text in said)


def test_the_best_epoch_is_marked_in_every_panel_and_named_once():
    picture = learning_curves(history(best=7))
    for axes in picture.axes:
        assert [7, 7] in [list(line.get_xdata()) for line in axes.lines]
    assert check(picture).count("best epoch, 7") == 1
    assert not any("best" in text for text in check(learning_curves(history())))


def test_a_loss_that_is_not_finite_is_marked_at_the_upper_edge_and_said():
    made = history()
    made.epochs[3]["validation_loss"] = np.inf
    made.epochs[11]["validation_loss"] = np.nan
    picture = learning_curves(made)
    crosses = [line for line in picture.axes[0].lines if line.get_marker() == "x"]
    places = {tuple(line.get_xdata()) for line in crosses if len(line.get_xdata())}
    assert places == {(3, 11)}
    high = picture.axes[0].get_ylim()[1]
    assert all((line.get_ydata() == high).all() for line in crosses)
    assert "validation not a number" in check(picture)


def test_the_description_says_the_numbers():
    made = history(best=2)
    said = learning_curves(made).description
    assert said.startswith("Learning curves over 12 epochs: training loss from ")
    assert said.endswith("The best epoch is 2.")


LONG = pytest.mark.long


@pytest.mark.parametrize(("theme", "width"), [("light", 640), ("dark", 960)])
@pytest.mark.parametrize("epochs", [1, 500, *(pytest.param(n, marks=LONG) for n in (2, 12))])
@pytest.mark.parametrize("scale", [1e-9, -2.0, *(pytest.param(s, marks=LONG) for s in (1.0, 3e8))])
@pytest.mark.parametrize("best", [None, 0, -1])
def test_text_fits_at_every_size(theme, width, epochs, scale, best):
    best = epochs - 1 if best == -1 else best
    picture = learning_curves(history(epochs, scale=scale, best=best), theme=theme, width=width)
    assert picture.size()[0] == width
    check(picture)


def test_curves_of_one_value_and_of_none_can_be_drawn():
    for value in (0.0, 1.0, np.nan, np.inf):
        made = History()
        made.add_epoch({"loss": value})
        made.add_epoch({"loss": value})
        check(learning_curves(made))


@pytest.mark.parametrize(
    ("made", "arguments", "message"),
    [
        (3, {}, "history: expected a History, got int"),
        (History(), {}, "history: expected at least one epoch, got none"),
        (history(), {"theme": "blue"}, "theme: expected light or dark, got 'blue'"),
        (history(), {"width": 600}, "width: expected 640 px or more, got 600"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(made, arguments, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole line is compared
        learning_curves(made, **arguments)
    assert str(caught.value) == message
