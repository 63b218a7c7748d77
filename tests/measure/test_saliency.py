import numpy as np
import pytest

import workbench as wb
from workbench.measure import saliency

from .equations import STEP, network, sequence, walk


def differences(run, x, pick):
    """d pick(run(x)) / dx by five-point differences, one number of x after the other."""
    h, found = 1e-3, np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        values = {}
        for k in (-2, -1, 1, 2):
            moved = x.copy()
            moved[place] += k * h
            values[k] = pick(run(moved))
        found[place] = (values[-2] - 8 * values[-1] + 8 * values[1] - values[2]) / (12 * h)
    return found


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru", "jordan"])
def test_of_a_recurrent_network_it_is_the_complex_step_derivative_of_the_equations(cell):
    net, x = network(cell), sequence(6)
    found, wanted = saliency(net, x, 2, 4), np.zeros((6, 2))
    start = [np.zeros(len(s)) for s in (net.run(x).initial[name] for name in net.cell.states)]
    for place in np.ndindex(5, 2):
        moved = x.astype(complex)
        moved[place] += 1j * STEP
        wanted[place] = walk(net, moved[:5], start)[0][2].imag / STEP
    np.testing.assert_allclose(found.gradient, wanted, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(found.norms, np.linalg.norm(wanted, axis=1), rtol=1e-12)
    np.testing.assert_allclose(found.times_input, (wanted * x).sum(axis=1), rtol=1e-11)
    assert found.value == net.run(x)[net.cell.output][4, 2]
    assert (found.output, found.step) == (2, 4)


def models():
    lstm, gru = network("lstm"), network("gru", inputs=4, hidden=3)
    return {
        "last": wb.Network(lstm, gru, wb.Last(), wb.Dense(3, 3, seed=1)),
        "every step": wb.Network(lstm, wb.LayerNorm(4), wb.Dropout(0.5), wb.Dense(4, 3)),
        "both directions": wb.Network(wb.Bidirectional(lstm), wb.Dense(8, 3)),
        "mean": wb.Network(wb.Dense(2, 2, "tanh"), lstm, wb.MeanOverTime(), wb.Dense(4, 3)),
    }


@pytest.mark.parametrize("name", models())
def test_of_a_network_it_is_the_derivative_by_differences(name):
    model, x = models()[name], sequence(6, batch=2)
    lengths = [6, 4]
    found = saliency(model, x, 1, batch=1, lengths=lengths)

    def pick(run):
        return run.output[3, 1, 1] if run.output.ndim == 3 else run.output[1, 1]

    wanted = differences(lambda moved: model.run(moved, lengths=lengths), x, pick)
    np.testing.assert_allclose(found.gradient, wanted[:, 1], atol=1e-10)
    assert np.abs(wanted[:, 1]).max() > 1e-3
    assert found.step == (3 if name in ("every step", "both directions") else None)
    assert found.mask.tolist() == [True] * 4 + [False] * 2
    assert (found.gradient[4:] == 0).all()
    assert (found.x[4:] == 0).all()


@pytest.mark.parametrize("nested", [False, True])
def test_of_tokens_it_is_the_derivative_by_the_row_of_the_embedding(nested):
    embedding, net = wb.Embedding(7, 2, seed=2), network("lstm")
    rest = [wb.Last(), wb.Dense(4, 3)]
    first = [wb.Network(embedding, net)] if nested else [embedding, net]
    model, tokens = wb.Network(*first, *rest), np.array([3, 1, 1, 6, 0])
    found = saliency(model, tokens, 2)
    rows = embedding.parameters["E"][tokens]
    np.testing.assert_array_equal(found.x, rows)
    behind = wb.Network(net, *rest)
    wanted = differences(behind.run, rows, lambda run: run.output[2])
    np.testing.assert_allclose(found.gradient, wanted, atol=1e-10)
    # Token 1 stands at two steps: the gradient of its row is the sum of both.
    by_row = model.run(tokens).backward(np.eye(3)[2]).parameters
    name = next(n for n in by_row if n.endswith("embedding_1.E"))
    np.testing.assert_allclose(by_row[name][1], found.gradient[1:3].sum(axis=0), rtol=1e-12)


def test_of_ones_and_zeros_gradient_times_input_is_the_entry_of_the_token_that_was_read():
    model = wb.Network(wb.OneHot(2), network("gru"), wb.Last(), wb.Dense(4, 3))
    tokens = np.array([[0, 1], [1, 1], [1, 0]])
    found = saliency(model, tokens, 0, batch=1)
    np.testing.assert_allclose(found.times_input, found.gradient[range(3), [1, 1, 0]], rtol=1e-15)


def test_the_largest_output_at_the_last_real_step_is_the_default():
    net, x = network("gru"), sequence(7, batch=2)
    found = saliency(net, x, batch=1, lengths=[7, 3])
    h = net.run(x, lengths=[7, 3]).h
    assert (found.step, found.output) == (2, int(h[2, 1].argmax()))
    assert found.value == h[2, 1].max()


def test_in_a_linear_network_the_products_with_the_input_add_up_to_the_output():
    net = wb.Recurrent("elman", 2, 4, activation="identity", seed=3)
    found = saliency(net, sequence(8), 1)
    np.testing.assert_allclose(found.times_input.sum(), found.value, rtol=1e-12)


def test_a_saturated_unit_hides_the_input_that_decided():
    net = wb.Recurrent("elman", 1, 1, start={"W": 1.0, "U": 0.0})
    found = saliency(net, np.array([[0.0], [20.0]]), 0)
    assert found.value > 0.99
    assert found.norms[1] < 1e-15


def test_wrong_arguments_are_refused_in_one_line():
    net, x = network("lstm"), sequence(5, batch=2)
    last = wb.Network(net, wb.Last())
    vectors = wb.Network(wb.Repeat(3), wb.Recurrent("gru", 2, 3))
    for call, message in [
        (lambda: saliency("lstm", x), "model: expected a Network or a Recurrent, got str"),
        (lambda: saliency(vectors, x), "model: expected one that reads sequences, got one that"),
        (lambda: saliency(wb.Network(wb.Embedding(3, 2)), [1, 2]), "model: expected layers behind"),
        (lambda: saliency(net, x, 4), "output: expected 0..3, got 4"),
        (lambda: saliency(net, x, "a"), "output: expected a whole number of at least 0, got 'a'"),
        (lambda: saliency(net, x, 0, 5), "step: expected 0..4, got 5"),
        (lambda: saliency(last, x, 0, 3), "step: expected None, a sequence has one output here, "),
        (
            lambda: saliency(net, x, 0, 3, lengths=[3, 5]),
            "step: expected a step that is not masked",
        ),
        (lambda: saliency(net, x, batch=2), "batch: expected 0..1, got 2"),
        (lambda: saliency(net, x[:, 0], batch=1), "batch: expected 0, got 1"),
        (lambda: saliency(net, x, lengths=[0, 5]), "batch: expected a row with a real step, got 0"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            call()
        assert str(caught.value).startswith(message)
        assert "\n" not in str(caught.value)
