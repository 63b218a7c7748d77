"""Trained networks and single traces in the explorers."""

import numpy as np
import pytest

import workbench as wb
from workbench.explorers.opened import of_trace, opened
from workbench.explorers.subject import Sequence

X = np.random.default_rng(0).standard_normal((30, 2, 3))
EXPLORERS = ("gates", "gradients", "unfold", "jacobian", "carousel")


def network():
    return wb.Network(wb.Dense(3, 4), wb.Recurrent("lstm", 4, 6), wb.Dense(6, 2))


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_network_and_its_trace_are_shown_as_the_layer_with_what_it_reads(name):
    model, explore = network(), getattr(wb.explore, name)
    layer = model.layers["lstm_1"].net
    reads = X[:, 1] @ model.parameters["dense_1.W"].T + model.parameters["dense_1.b"]
    wanted = explore(layer, reads)._arrays
    for found in (explore(model, X, batch=1), explore(model.run(X)["lstm_1"], batch=1)):
        assert found._arrays.keys() == wanted.keys()
        for key, array in wanted.items():
            np.testing.assert_allclose(found._arrays[key], array, rtol=1e-12, err_msg=key)


def test_a_network_of_numbers_keeps_the_times_of_a_series():
    model = wb.Network(wb.Recurrent("gru", 1, 4), wb.Dense(4, 1))
    _, sequence = opened(model, wb.data.sunspots()[-20:])
    assert sequence.times[-1] == 2008
    assert sequence.name == "sunspots"


def test_a_network_of_tokens_reads_tokens():
    model = wb.Network(wb.OneHot(5), wb.Recurrent("gru", 5, 6), wb.Dense(6, 5))
    tokens = np.arange(20) % 5
    _, sequence = opened(model, tokens)
    assert np.array_equal(sequence.x, np.eye(5)[tokens])


def test_the_real_steps_of_a_padded_row_are_shown():
    model = network()
    trace = model.run(X, lengths=[30, 12])["lstm_1"]
    net, sequence = opened(trace, None, 1)
    assert len(sequence.x) == 12
    np.testing.assert_allclose(net.run(sequence.x).h, trace.h[:12, 1], rtol=0, atol=1e-14)


def test_one_direction_of_two_is_shown_as_it_reads():
    model = wb.Network(wb.Bidirectional(wb.Recurrent("gru", 3, 4)))
    trace = model.run(X[:, 0])["bidirectional_1.backward"]
    net, sequence = opened(trace)
    assert np.array_equal(sequence.x, X[::-1, 0])
    assert np.array_equal(net.run(sequence.x).h, trace.h)


def test_a_network_of_a_trace_has_its_numbers_sizes_and_type():
    made = wb.Recurrent("leaky", 3, 4, dtype="float32", leak_rate=0.7)
    net = of_trace(made.run(X))
    assert (net.numbers["leak_rate"], net.dtype, net.hidden_size) == (
        pytest.approx(0.7), np.dtype("float32"), 4
    )  # fmt: skip
    jordan = of_trace(wb.Recurrent("jordan", 3, 4, sizes={"y": 2}).run(X))
    assert jordan.lengths["y"] == 2


def test_padding_opens_a_network_that_begins_with_a_recurrent_layer():
    net = wb.Recurrent("gru", 3, 4)
    model = wb.Network(net, wb.Last(), wb.Dense(4, 2))
    sequences = [X[:5, 0], X[:9, 1]]
    assert wb.explore.padding(model, sequences).message == (
        wb.explore.padding(net, sequences).message
    )


STACK = wb.Network(wb.Recurrent("gru", 3, 6), wb.Recurrent("gru", 6, 6))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: wb.explore.gates(STACK, X),
         "net: expected a network with one recurrent layer, got gru_1, gru_2; choose one"),
        (lambda: wb.explore.gates(wb.Network(wb.Dense(3, 2)), X),
         "net: expected a network with one recurrent layer, got none"),
        (lambda: wb.explore.gates(wb.Network(wb.OneHot(3), wb.Recurrent("gru", 3, 2))),
         "x: expected the tokens that the network reads, got None"),
        (lambda: wb.explore.gates(wb.Network(wb.Recurrent("gru", 3, 2))),
         "x: expected what the network reads, 3 inputs, got None"),
        (lambda: wb.explore.gates(wb.Recurrent("gru", 3, 2)),
         "x: expected what the network reads, 3 inputs, got None"),
        (lambda: wb.explore.gates(STACK.run(X)["gru_1"], X),
         "x: expected None beside a trace"),
        (lambda: wb.explore.gates(STACK.run(X)["gru_1"], batch=2), "batch: expected 0..1, got 2"),
        (lambda: wb.explore.gates(network(), X[..., :2]), "x: expected"),
        (lambda: wb.explore.padding(network(), [X[:4, 0]]),
         "net: expected a network that begins with a recurrent layer, got dense_1"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_told_in_one_line(wrong, message):
    with pytest.raises(ValueError, match="expected") as caught:
        wrong()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_text_keeps_its_letters_and_the_whole_vocabulary():
    line = wb.data.Text("line", "a cab", " abcd")
    model = wb.Network(wb.OneHot(5), wb.Recurrent("gru", 5, 6), wb.Dense(6, 5))
    _, sequence = opened(model, line)
    for found in (sequence, Sequence.of(line)):
        assert np.array_equal(found.x, np.eye(5)[[1, 0, 3, 1, 2]])
        assert "".join(found.times) == "a\N{OPEN BOX}cab"
        assert found.inputs == tuple(" abcd")


def test_letters_stand_under_what_an_embedding_makes_of_them():
    line = wb.data.Text("line", "cab", "abcd")
    model = wb.Network(wb.Embedding(4, 3, seed=0), wb.Recurrent("gru", 3, 6), wb.Dense(6, 4))
    _, sequence = opened(model, line)
    assert np.array_equal(sequence.x, model.parameters["embedding_1.E"][[2, 0, 1]])
    assert "".join(sequence.times) == "cab"
    assert len(sequence.inputs) == 3
