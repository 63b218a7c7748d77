import numpy as np
import pytest

import workbench as wb
from workbench.measure import jacobian_norms, sigma_bound, singular_values

from .equations import derivative, linear, network, sequence


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru", "lstm_peephole", "leaky", "jordan"])
def test_norms_are_those_of_complex_step_derivatives_of_the_equations(cell):
    net, x = network(cell), sequence(7)
    trace = net.run(x)
    whole, output = jacobian_norms(trace), jacobian_norms(trace, state=net.cell.output)
    first = trace.initial[net.cell.output].shape[-1]
    for t in range(7):
        for k in range(t + 1):
            wanted = derivative(net, x, trace, t, k)
            for found, matrix in ((whole, wanted), (output, wanted[:first, :first])):
                norm = np.linalg.norm(matrix, 2)
                np.testing.assert_allclose(10 ** found[t, k], norm, rtol=1e-11)


def test_singular_values_are_those_of_the_complex_step_derivative():
    net, x = network("lstm"), sequence(9)
    trace = net.run(x)
    matrix = derivative(net, x, trace, 7, 4)
    for state, part in ((None, slice(None)), ("h", slice(0, 4)), ("c", slice(4, 8))):
        wanted = np.linalg.svd(matrix[part, part], compute_uv=False)
        found = 10 ** singular_values(trace, 7, 4, state=state)
        np.testing.assert_allclose(found, wanted, atol=1e-13)
        top = jacobian_norms(trace, state=state)[7, 4]
        np.testing.assert_allclose(np.log10(found[0]), top, atol=1e-13)


def test_the_block_of_h_has_the_paths_through_c_in_it():
    net, x = network("lstm"), sequence(4)
    trace = net.run(x)
    only_h = trace.jacobian()[2, :4, :4] @ trace.jacobian()[1, :4, :4]
    found = jacobian_norms(trace, state="h")[2, 0]
    assert abs(10**found - np.linalg.norm(only_h, 2)) > 1e-3


def test_the_triangle_has_the_identity_on_its_diagonal_and_nothing_above():
    logs = jacobian_norms(network("gru").run(sequence(6)))
    assert logs.shape == (6, 6)
    assert (np.diagonal(logs) == 0).all()
    assert np.isnan(logs[np.triu_indices(6, 1)]).all()
    assert np.isfinite(logs[np.tril_indices(6)]).all()
    assert jacobian_norms(network("gru").run(sequence(1))).tolist() == [[0]]


@pytest.mark.parametrize("gain", [1e-9, 1e9])
def test_a_product_beyond_the_range_of_float64_keeps_its_logarithm(gain):
    trace = linear(gain, 81) if gain < 1 else linear(1e3, 101)
    gain, lag = (1e-9, 80) if gain < 1 else (1e3, 100)
    found = jacobian_norms(trace)[lag, 0]
    np.testing.assert_allclose(found, lag * np.log10(gain), rtol=1e-12)
    np.testing.assert_allclose(singular_values(trace, lag, 0), found, rtol=1e-12)


def test_an_exact_zero_is_minus_infinity():
    net = network("elman")
    net.parameters["U"] = np.zeros((4, 4))
    trace = net.run(sequence(4))
    logs = jacobian_norms(trace)
    assert (logs[np.tril_indices(4, -1)] == -np.inf).all()
    assert (singular_values(trace, 3, 0) == -np.inf).all()
    assert sigma_bound(trace).log10([0, 1]).tolist() == [0, -np.inf]


def test_a_singular_value_within_rounding_of_zero_is_minus_infinity():
    net = network("elman", hidden=6)
    u = net.parameters["U"].copy()
    u[:, 3] = u[:, 1] - 2 * u[:, 2]
    net.parameters["U"] = u
    values = singular_values(net.run(sequence(5)), 3, 2)
    assert np.isfinite(values[:5]).all()
    assert values[5] == -np.inf


def test_a_jacobian_that_is_not_finite_gives_not_a_number_and_nothing_else():
    net = wb.Recurrent("elman", 1, 2, activation="exp", start={"W": 1.0})
    trace = net.run(np.array([[0.1], [0.2], [1e6], [0.1]]))
    logs = jacobian_norms(trace)
    assert np.isnan(logs[2, :2]).all()
    assert np.isfinite(logs[1, 0])
    assert np.isnan(singular_values(trace, 2, 0)).all()


def test_norms_stay_below_the_bound_and_it_is_reached_in_one_step():
    trace = network("lstm", strength=1.5).run(sequence(20))
    logs, bound = jacobian_norms(trace), sigma_bound(trace)
    assert bound.classical is None
    largest = max(np.linalg.norm(j, 2) for j in trace.jacobian())
    np.testing.assert_allclose(bound.largest, largest, rtol=1e-13)
    lags = np.subtract.outer(np.arange(20), np.arange(20))
    lower = np.tril_indices(20)
    for found in (logs, jacobian_norms(trace, state="h"), jacobian_norms(trace, state="c")):
        assert (found[lower] <= bound.log10(lags)[lower] + 1e-12).all()


def test_a_typed_cell_with_elman_s_equations_has_the_classical_bound_and_others_have_none():
    @wb.cell
    def mine(x, h, W, U, b):
        h = wb.functions.tanh(W @ x + U @ h + b)
        return h

    x = sequence(5)
    assert sigma_bound(network(mine).run(x)).slope == 1
    for cell in ("gru", "indrnn", "leaky"):
        assert sigma_bound(network(cell).run(x)).slope is None
    masked = sigma_bound(network("elman").run(x, mask=np.array([1, 1, 0, 1, 1])))
    assert masked.classical is None
    with pytest.raises(ValueError, match="classical: expected an Elman cell"):
        masked.log10(3, classical=True)


def test_a_masked_step_is_the_identity():
    net, x = network("gru"), sequence(6)
    mask = np.array([1, 1, 0, 1, 0, 1])
    logs, kept = jacobian_norms(net.run(x, mask=mask)), np.flatnonzero(mask)
    alone = jacobian_norms(net.run(x[kept]))
    np.testing.assert_allclose(logs[np.ix_(kept, kept)], alone, atol=1e-13)
    np.testing.assert_array_equal(logs[2, :2], logs[1, :2])


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_row_of_a_batch_is_measured_as_if_it_were_alone(batch_first):
    net, x = network("lstm"), sequence(5, batch=6)
    trace = net.run(x.swapaxes(0, 1) if batch_first else x, batch_first=batch_first)
    alone = net.run(x[:, 5])
    np.testing.assert_allclose(jacobian_norms(trace, 5), jacobian_norms(alone), atol=1e-12)
    found, wanted = singular_values(trace, 4, 1, 5), singular_values(alone, 4, 1)
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    assert sigma_bound(trace, 5).largest == pytest.approx(sigma_bound(alone).largest, rel=1e-12)


def test_float32_is_measured_in_float64():
    net, x = network("gru", dtype="float32"), sequence(5)
    logs = jacobian_norms(net.run(x))
    assert logs.dtype == np.float64
    np.testing.assert_allclose(logs, jacobian_norms(network("gru").run(x)), atol=1e-5)


def test_wrong_arguments_are_refused_in_one_line():
    trace = network("lstm").run(sequence(5))
    for call, message in [
        (lambda: jacobian_norms(trace, 1), "batch: expected 0, got 1"),
        (lambda: jacobian_norms(trace, state="f"), "state: expected one of h, c, got 'f'"),
        (lambda: singular_values(trace, 5, 0), "t: expected 0..4, got 5"),
        (lambda: singular_values(trace, 2, 3), "k: expected 0..2, no later than t, got 3"),
        (lambda: sigma_bound(trace, 2), "batch: expected 0, got 2"),
    ]:
        with pytest.raises(ValueError, match="expected") as caught:
            call()
        assert str(caught.value) == message
