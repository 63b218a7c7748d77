"""The largest singular value beside all of them, by LAPACK."""

import numpy as np
import pytest

import workbench as wb
from workbench.measure import jacobian_norms
from workbench.measure.spectral import SMALL, largest_singular

SIZE = 3 * SMALL
random = np.random.default_rng(0)


def orthogonal():
    return np.linalg.qr(random.standard_normal((SIZE, SIZE)))[0]


def with_values(values):
    return orthogonal() * values @ orthogonal()


CASES = {
    "random": random.standard_normal((SIZE, SIZE)),
    "all the same": orthogonal(),
    "two nearly the same": with_values(np.r_[1, 1 - 1e-9, np.linspace(0.9, 0, SIZE - 2)]),
    "close together": with_values(np.linspace(1, 0.99, SIZE)),
    "one that counts": with_values(np.r_[1, np.full(SIZE - 1, 1e-12)]),
    "zeros": np.zeros((SIZE, SIZE)),
    "one entry": np.diag(np.r_[np.zeros(SIZE - 1), 0.7]),
    "not normal": np.triu(np.ones((SIZE, SIZE))),
}
CLUSTERED = ("two nearly the same", "close together")


@pytest.mark.parametrize("name", CASES)
def test_the_largest_is_that_of_all(name):
    wanted = np.linalg.svd(CASES[name], compute_uv=False)[0]
    (found,) = largest_singular(CASES[name][None])
    near = 1e-6 if name in CLUSTERED else 1e-11
    np.testing.assert_allclose(found, wanted, rtol=near, atol=1e-300)


def test_norms_of_products_of_large_jacobians_are_those_of_all_their_singular_values():
    net = wb.Recurrent("gru", 1, SMALL + 8, seed=0)
    trace = net.run(random.standard_normal((5, 1)))
    found, jacobians = jacobian_norms(trace), trace.jacobian()
    for t in range(5):
        for k in range(t):
            product = np.linalg.multi_dot([np.eye(SMALL + 8), *jacobians[k + 1 : t + 1][::-1]])
            wanted = np.linalg.svd(product, compute_uv=False)[0]
            np.testing.assert_allclose(found[t, k], np.log10(wanted), atol=1e-7)
