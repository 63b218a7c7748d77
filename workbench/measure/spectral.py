"""The largest singular value of many matrices, without the others. Does not know what they are.

Small matrices are given to LAPACK, all at once. For a large one the largest value alone costs a
small part of all: Lanczos steps on A^T A with every vector kept orthogonal to those before, until
the residual says that the value stands (Golub and Van Loan, sections 10.1 and 10.3).
"""

import numpy as np

SMALL = 32
"""Rows up to which all singular values are as fast as the largest."""
TOLERANCE = 1e-6  # of the residual; the value itself is nearer by far
LOOKS = 1.25  # times as many steps from one look at the residual to the next


def largest_singular(matrices):
    """The largest singular value of each matrix: (count, n, n) finite numbers -> (count,).

    To 1e-6 at worst, where many values of a large matrix lie side by side; else the error is about
    the square of that. Entries are neither all tiny nor huge.
    """
    if matrices.shape[-1] <= SMALL:
        return np.linalg.svd(matrices, compute_uv=False)[:, 0]
    start = np.random.default_rng(0).standard_normal(matrices.shape[-1])
    return np.array([_lanczos(matrix, start) for matrix in matrices])


def _lanczos(matrix, start):
    size = len(start)
    basis, alpha, beta = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    vector, look = start / np.linalg.norm(start), 8
    for m in range(size):
        basis[m] = vector
        known = basis[: m + 1]
        image = (matrix @ vector) @ matrix
        alpha[m] = image @ vector
        for _ in range(2):
            image -= (known @ image) @ known
        beta[m] = np.linalg.norm(image)
        last = m == size - 1 or beta[m] <= 1e-14 * alpha[: m + 1].max()
        if last or m >= look:
            look = LOOKS * m
            values, vectors = np.linalg.eigh(_tridiagonal(alpha[: m + 1], beta[:m]))
            if last or beta[m] * abs(vectors[-1, -1]) <= TOLERANCE * values[-1]:
                break
        vector = image / beta[m]
    return np.sqrt(max(values[-1], 0.0))


def _tridiagonal(diagonal, beside):
    return np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
