import numpy as np
import pytest

from workbench.pictures import gradient_sentence


def ends(part, end=1.0):
    """Norms over 11 steps: `end` at the last, `part` of it ten steps before."""
    return np.r_[part * end, np.full(9, 7.0), end]


@pytest.mark.parametrize(
    ("curves", "sentence"),
    [
        (
            {"Elman": ends(5.4e-4, 3.0), "LSTM": ends(0.0075), "GRU": ends(0.012, 1e-9)},
            "After 10 steps back, 5.4 \N{MULTIPLICATION SIGN} 10⁻⁴ of the gradient is left in the "
            "Elman network, 0.75 % in the LSTM and 1.2 % in the GRU.",
        ),
        (
            {"Elman": ends(0.0), "gain 0.8": ends(0.5)},
            "After 10 steps back, nothing (exactly 0) of the gradient is left in the Elman network "
            "and 50 % in “gain 0.8”.",
        ),
        (
            {"Elman": ends(35.0), "LSTM": ends(0.5)},
            "After 10 steps back, 50 % of the gradient is left in the LSTM; "
            "it is 35 times as large in the Elman network.",
        ),
        (
            {"Elman": ends(1e308, 1e-308)},
            "After 10 steps back, the gradient is 1 \N{MULTIPLICATION SIGN} 10³⁰⁸ times as large "
            "in the Elman network.",
        ),
        (
            {"Elman": ends(np.nan)},
            "After 10 steps back, the gradient is not a number in the Elman network.",
        ),
        (
            {"LSTM": ends(0.5), "Elman": ends(np.inf)},
            "After 10 steps back, 50 % of the gradient is left in the LSTM; "
            "it is infinite in the Elman network.",
        ),
        (
            {"GRU": np.zeros(11)},
            "After 10 steps back, there is no gradient at the loss in the GRU.",
        ),
    ],
)
def test_the_sentence_says_what_is_left(curves, sentence):
    assert gradient_sentence(curves, loss_step=10, lag=10) == sentence


def test_the_lag_counts_from_the_step_of_the_loss():
    norms = 10.0 ** np.arange(-6, 1)
    assert "After 1 step back, 10 %" in gradient_sentence({"GRU": norms}, 4, 1)
    assert "After 2 steps back, 1 %" in gradient_sentence({"GRU": norms}, 4, 2)
    assert "After 0 steps back, 100 %" in gradient_sentence({"GRU": norms}, 4, 0)


def test_a_ratio_beyond_float64_is_said_to_be():
    norms = np.r_[1e200, 1e-200]
    assert "more than 10³⁰⁸ times as large" in gradient_sentence({"GRU": norms}, 1, 1)


@pytest.mark.parametrize(
    ("loss_step", "lag", "message"),
    [
        (11, 1, "loss_step: expected 0..10, got 11"),
        (5, 6, "lag: expected 0..5, got 6"),
        (5, -1, "lag: expected 0..5, got -1"),
    ],
)
def test_a_step_that_is_not_there_is_refused(loss_step, lag, message):
    with pytest.raises(ValueError, match=message):
        gradient_sentence({"GRU": ends(1.0)}, loss_step, lag)
