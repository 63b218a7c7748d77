"""What products over all steps hold to: NumPy's in float64. Run in the simulator and on a GPU."""

import numpy as np
import pytest
from cases import generator

from workbench.targets.cuda import device, library
from workbench.targets.cuda.over_time import ACROSS, BLOCKS, LEAST, PARTS, TILE, over_time

TOLERANCE = {"float64": 1e-13, "float32": 1e-6}
SHAPES = [
    (1, 1, 1),
    (TILE, TILE, ACROSS),
    (TILE + 1, 2 * TILE - 1, ACROSS + 1),
    (2, TILE + 3, 1),
    (TILE - 1, 1, 3 * ACROSS - 1),
]
"""(m, n, k) that fill tiles, and that do not."""
BEFORE = 32
"""Numbers that lie before an array: its offset."""


class Case:
    """c (m, n) = a (m, k) b (k, n), each amid numbers that are not numbers, on the device.

    turned: whether a's, and b's, columns lie behind each other instead of rows.
    """

    def __init__(self, g, shape, dtype, turned):
        m, n, k = shape
        self.shape, self.dtype, self.turned = shape, dtype, turned
        self.over_time = over_time(dtype, 6, 2)
        self.a, self.b, self.c = (
            g.standard_normal(s).astype(dtype) for s in ((m, k), (k, n), (m, n))
        )
        self.factors = [self.factor(x, t) for x, t in zip((self.a, self.b), turned, strict=True)]

    def factor(self, x, turned):
        (rows, columns), laid = x.shape, x.T if turned else x
        return self.amid(laid), BEFORE, *((1, rows) if turned else (columns, 1))

    def amid(self, x, further=0):
        around = [np.full(count, np.nan, self.dtype) for count in (BEFORE, 5 + further)]
        return device.cuda.to_device(np.concatenate([around[0], x.ravel(), around[1]]))

    def check(self, there, expected):
        """The product, and that nothing around it was written."""
        here = np.asarray(device.DeviceArray(there))
        size, k = expected.size, self.shape[2]
        found = here[BEFORE : BEFORE + size].reshape(expected.shape)
        assert found.dtype == self.dtype
        assert np.abs(found - expected).max() <= TOLERANCE[self.dtype] * 8 * np.sqrt(k)
        assert np.isnan(here[:BEFORE]).all()
        assert np.isnan(here[BEFORE + size :]).all()

    def product(self):
        return self.a.astype(float) @ self.b.astype(float)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("add", [False, True])
@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
def test_a_product_is_numpys(turned, add, dtype):
    for shape in SHAPES:
        case = Case(generator("product", shape, turned), shape, dtype, turned)
        c = case.amid(case.c if add else np.full_like(case.c, np.nan))
        case.over_time.multiply(*case.factors, (c, BEFORE), shape, add=add)
        case.check(c, case.product() + (case.c if add else 0))


@pytest.mark.parametrize("turned", [(False, False), (True, False)])
@pytest.mark.parametrize("parts", [2, 3])
def test_parts_lie_behind_each_other(parts, turned):
    for shape in SHAPES:
        case, (_, _, k) = Case(generator("parts", shape), shape, "float64", turned), shape
        c = case.amid(np.full((parts, *case.c.shape), np.nan))
        case.over_time.multiply(*case.factors, (c, BEFORE), shape, parts=parts)
        share = -(-k // parts)
        own = [slice(part * share, (part + 1) * share) for part in range(parts)]
        case.check(c, np.array([case.a[:, s] @ case.b[s] for s in own]))


@pytest.mark.parametrize("add", [False, True])
@pytest.mark.parametrize("long", [False, True])
def test_a_long_sum_is_cut_and_added_up(long, add):
    shape = TILE + 1, 2, 2 * LEAST + 1 if long else LEAST
    case = Case(generator("long", long, add), shape, "float64", (True, False))
    parts = case.over_time.parts(shape)
    assert parts == (2 if long and not library.cupy() else 1)
    between = 3 * case.c.size
    c = case.amid(np.concatenate([np.zeros(between), case.c.ravel()]))
    case.over_time.multiply_in_parts(*case.factors, (c, BEFORE + between), shape, BEFORE, add=add)
    here = np.asarray(device.DeviceArray(c))[BEFORE + between :][: case.c.size]
    expected = case.product() + (case.c if add else 0)
    assert np.abs(here.reshape(expected.shape) - expected).max() < 1e-12


def test_a_sum_is_cut_into_no_more_parts_than_a_gpu_is_kept_busy_with():
    parts = over_time("float32", 6, 2).parts
    if library.cupy():
        assert parts((1, 1, 10**9)) == 1
        return
    assert parts((1, 1, 1)) == parts((1, 1, LEAST)) == 1
    assert parts((1, 1, 10**9)) == PARTS
    tiles = BLOCKS // 2
    assert parts((TILE, tiles * TILE, 10**9)) == 2
    assert parts((TILE, 2 * tiles * TILE + 1, 10**9)) == 1
