import numpy as np
import pytest

from workbench.pictures import gradient_by_step, gradient_by_step_arrays
from workbench.training import History

from .looking import check

LAYERS = ("lstm_1", "gru_1")


def history(epochs=5, layers=LAYERS, time=30):
    made = History()
    for epoch in range(epochs):
        keep = 0.5 + 0.1 * epoch
        made.add_norms({n: (k + 1) * keep ** np.arange(time)[::-1] for k, n in enumerate(layers)})
    return made


def drawn(picture, panel, time=30):
    return [line for line in picture.axes[panel].lines if len(line.get_xdata()) == time]


def test_the_first_and_the_last_epoch_of_each_layer_are_drawn_in_decades():
    made = history()
    arrays = gradient_by_step_arrays(made)
    picture = gradient_by_step(made)
    assert arrays.epochs == (0, 4)
    assert list(arrays.norms) == list(LAYERS)
    for panel, name in enumerate(LAYERS):
        np.testing.assert_array_equal(arrays.norms[name], made.norms[name][[0, 4]])
        for line, norms in zip(drawn(picture, panel), arrays.norms[name], strict=True):
            np.testing.assert_allclose(10 ** line.get_ydata(), norms, rtol=1e-12)
    said = check(picture)
    assert said.count("epoch 0") == said.count("epoch 4") == 2


def test_layers_have_the_colour_of_their_cell_and_the_first_epoch_is_dashed():
    picture = gradient_by_step(history())
    for panel, colour in enumerate(("#0072b2", "#009e73")):
        first, last = drawn(picture, panel)
        assert first.get_color() == last.get_color() == colour
        assert (first.get_linestyle(), last.get_linestyle()) == ("--", "-")


def test_layers_of_a_pair_have_the_colour_of_their_cell_too():
    picture = gradient_by_step(history(layers=("encoder.gru_1", "decoder.gru_1")))
    assert drawn(picture, 0)[0].get_color() == "#009e73"


def test_all_panels_have_one_axis_of_steps():
    made = history()
    made.add_norms({"lstm_1": np.full(30, 1e-250), "gru_1": np.ones(30)})
    picture = gradient_by_step(made)
    assert len({tuple(axes.get_position().intervalx) for axes in picture.axes}) == 1


def test_layers_can_be_chosen_and_one_epoch_is_one_curve():
    arrays = gradient_by_step_arrays(history(1), layers=["gru_1"])
    assert (list(arrays.norms), arrays.epochs) == (["gru_1"], (0,))
    assert len(drawn(gradient_by_step(history(1), ["gru_1"]), 0)) == 1


def test_a_shorter_batch_begins_later_and_an_exact_0_has_its_band():
    made = history(1, ("lstm_1",))
    made.add_norms({"lstm_1": np.r_[0.0, np.ones(9)]})
    picture = gradient_by_step(made)
    last = drawn(picture, 0)[1].get_ydata()
    assert np.isnan(last[:20]).all()
    np.testing.assert_allclose(last[21:], 0, atol=1e-12)
    said = check(picture)
    assert "exactly 0" in said
    assert "not a number" not in said


@pytest.mark.parametrize(("theme", "width"), [("light", 640), ("dark", 960)])
@pytest.mark.parametrize("time", [1, 2, 30, 1000])
@pytest.mark.parametrize("epochs", [1, 2, 1001])
def test_text_fits_at_every_size(theme, width, time, epochs):
    layers = ("lstm_1", "a_cell_of_my_own_1", "elman_1")
    made = history(2 if epochs > 1 else 1, layers, time)
    for _ in range(epochs - 2):
        made.add_norms({name: np.full(time, 1e-7) for name in layers})
    picture = gradient_by_step(made, theme=theme, width=width)
    assert picture.size()[0] == width
    check(picture)


@pytest.mark.parametrize(
    ("made", "arguments", "message"),
    [
        (3, {}, "history: expected a History, got int"),
        (History(), {}, "history: expected norms of a recurrent layer, got none"),
        (history(), {"layers": ["x"]}, "layers: expected some of lstm_1, gru_1, got 'x'"),
        (history(), {"layers": []}, "layers: expected some of lstm_1, gru_1, got none"),
        (history(), {"theme": "blue"}, "theme: expected light or dark, got 'blue'"),
        (history(), {"width": 600}, "width: expected 640 px or more, got 600"),
    ],
)
def test_a_wrong_argument_is_answered_in_one_line(made, arguments, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the whole line is compared
        gradient_by_step(made, **arguments)
    assert str(caught.value) == message
