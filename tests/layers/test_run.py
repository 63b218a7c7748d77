"""A run of a network and its gradients: what they are called, and what they refuse."""

import numpy as np
import pytest

import workbench as wb
from workbench.training import clip_norm

from .networks import cell, stirred

X = np.random.default_rng(0).standard_normal((6, 3, 3))
MODEL = stirred(wb.Network(cell(), cell("gru", 4, 5, 1), wb.Dense(5, 2)))
RUN = MODEL.run(X)
D = np.random.default_rng(1).standard_normal((6, 3, 2))


def test_each_trace_and_its_gradients_stand_under_the_name_of_the_layer():
    gradients = RUN.backward(D)
    assert set(RUN.traces) == set(gradients.gradients) == {"lstm_1", "gru_1"}
    assert RUN["lstm_1"]["f"].shape == gradients["lstm_1"]["f"].shape == (6, 3, 4)
    assert list(gradients.parameters) == list(MODEL.parameters)
    for name, d in gradients.parameters.items():
        assert d.shape == MODEL.parameters[name].shape
    d_h = D @ MODEL.parameters["dense_1.W"]
    by_hand = RUN["gru_1"].bptt(d_h)
    assert np.array_equal(gradients["gru_1"]["z"], by_hand["z"])
    assert np.array_equal(gradients.x, RUN["lstm_1"].bptt(by_hand.x).x)


def test_initial_goes_back_into_the_run_before():
    first = MODEL.run(X[:4])
    second = MODEL.run(X[4:], first.final)
    late = second.backward(D[4:])
    early = first.backward(D[:4], d_final=late.initial)
    whole = RUN.backward(D)
    for name, d in whole.parameters.items():
        total = late.parameters[name] + early.parameters[name]
        assert np.allclose(total, d, rtol=0, atol=1e-12), name
    assert np.allclose(early.x, whole.x[:4], rtol=0, atol=1e-13)


def test_truncate_cuts_every_recurrent_layer():
    d = np.zeros_like(D)
    d[5] = 1
    reached = np.abs(RUN.backward(d, truncate=2).x).max(axis=(1, 2)) > 0
    assert reached.tolist() == [False, False, False, False, True, True]


def test_no_derivative_given_is_zero():
    assert all((d == 0).all() for d in RUN.backward().parameters.values())
    one = RUN.backward(d_final={"gru_1": {"h": np.ones((3, 5), int)}})
    assert (one.parameters["dense_1.W"] == 0).all()
    assert (one.x != 0).any()


def test_without_a_batch_axis_nothing_has_one():
    alone = MODEL.run(X[:, 0])
    gradients = alone.backward(D[:, 0], d_final={"gru_1": {"h": np.ones(5)}})
    assert alone.output.shape == (6, 2)
    assert alone["lstm_1"]["f"].shape == gradients["lstm_1"]["f"].shape == (6, 4)
    assert alone.final["gru_1"]["h"].shape == gradients.initial["gru_1"]["h"].shape == (5,)
    assert gradients.x.shape == (6, 3)


@pytest.mark.parametrize("name", ["dense_1", "lstm_2", 3])
def test_a_name_without_a_trace_is_refused(name):
    for where in (RUN, RUN.backward(D)):
        with pytest.raises(KeyError, match=r"expected a recurrent layer \(lstm_1, gru_1\)"):
            where[name]


def test_runs_and_gradients_tell_what_they_are():
    assert repr(RUN) == "Run(output (6, 3, 2); lstm_1, gru_1)"
    assert repr(RUN.backward(D)) == f"NetworkGradients({len(MODEL.parameters)} parameters, x)"


def test_the_output_is_read_only_with_and_without_time_and_mask():
    one = wb.Network(cell(), wb.Last(), wb.Dense(4, 2, "tanh"))
    for run in (MODEL.run(X), MODEL.run(X[:, 0]), MODEL.run(X, lengths=[6, 2, 3]), one.run(X)):
        with pytest.raises(ValueError, match="read-only"):
            run.output[0] = 0


def test_clipping_the_gradients_leaves_those_of_the_traces_alone():
    gradients = RUN.backward(D)
    before = gradients["lstm_1"].parameters
    clip_norm(gradients.parameters, 1e-3)
    after = gradients["lstm_1"].parameters
    assert all(np.array_equal(after[name], before[name]) for name in before)
