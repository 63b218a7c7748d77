"""Matrix products in register tiles, against sums of products in float64."""

import numpy as np
import pytest

from workbench.targets.cpu.products import products

SIZES = [
    (1, 1, 1), (1, 7, 3), (2, 16, 5), (3, 5, 2), (5, 17, 9), (6, 64, 8), (7, 37, 19), (8, 33, 4),
    (9, 40, 33), (13, 96, 21), (16, 100, 64), (14, 129, 7), (25, 31, 50),
    (1, 4, 6), (1, 8, 5), (1, 12, 9), (1, 16, 32), (1, 24, 7), (1, 32, 3), (1, 61, 8), (1, 129, 5),
]  # fmt: skip
EPS = {"float32": 2e-6, "float64": 4e-15}


def random(*shape, dtype):
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("m", "n", "k"), SIZES)
def test_an_operands_gradient_is_the_product_with_the_matrix(m, n, k, dtype):
    made = products(dtype)
    adjoint, matrix = random(m, 1, k, dtype=dtype), random(k, n, dtype=dtype)
    start = random(m, 1, n, dtype=dtype)
    for transposed in (False, True):
        own = np.ascontiguousarray(matrix.T) if transposed else matrix
        d = start.copy()
        (packed,) = made.packed(own, transposed=transposed)
        made.operand_gradient((0, 1), made.address, adjoint, k, packed, d)
        expected = start + adjoint.astype(float) @ matrix.astype(float)
        assert np.abs(d - expected).max() <= EPS[dtype] * k


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("rows", "columns", "steps"), [*SIZES, (100, 20, 600), (49, 65, 257)])
def test_a_weights_gradient_sums_outer_products_over_the_steps(rows, columns, steps, dtype):
    made = products(dtype)
    adjoint = random(steps, 1, rows, dtype=dtype)
    operand = random(steps, 1, columns, dtype=dtype)
    wanted = np.einsum("tbi,tbj->ij", adjoint.astype(float), operand.astype(float))
    gradient = np.full((rows, columns), 3, dtype)
    made.weight_gradient((0, 1), made.address, adjoint, operand, gradient, 0)
    assert np.abs(gradient - wanted).max() <= EPS[dtype] * steps
    made.weight_gradient((0, 1), made.address, adjoint, operand, gradient, 1)
    assert np.abs(gradient - 2 * wanted).max() <= 2 * EPS[dtype] * steps


def test_the_workers_blocks_make_the_same_bits_as_one_worker():
    made = products("float32")
    adjoint, operand = random(700, 1, 200, dtype="f4"), random(700, 1, 30, dtype="f4")
    one, three = np.zeros((200, 30), "f4"), np.zeros((200, 30), "f4")
    made.weight_gradient((0, 1), made.address, adjoint, operand, one, 0)
    for worker in (2, 0, 1):
        made.weight_gradient((worker, 3), made.address, adjoint, operand, three, 0)
    assert (one == three).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_reaches_its_row_and_no_other(bad):
    made = products("float64")
    adjoint, matrix = random(9, 1, 12, dtype="f8"), random(12, 21, dtype="f8")
    adjoint[4, 0, 5] = bad
    d = np.zeros((9, 1, 21))
    made.operand_gradient(
        (0, 1), made.address, adjoint, 12, *made.packed(matrix, transposed=False), d
    )
    assert not np.isfinite(d[4]).any()
    assert np.isfinite(np.delete(d, 4, axis=0)).all()


def test_what_lasts_is_not_packed_over():
    made, g = products("float64"), np.random.default_rng(0)
    first, second = g.standard_normal((2, 5, 7))
    (kept,) = made.packed(first, transposed=False, lasting=True)
    before = kept.copy()
    (passing,) = made.packed(first, transposed=False)
    made.packed(second, transposed=False)
    assert (kept == before).all()
    assert not (passing == before).all()
