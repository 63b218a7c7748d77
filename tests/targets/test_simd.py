"""Vector instructions: every function on every width against NumPy, tails, flags, the assembly.

The oracle is the NumPy form in a wider type: float64 for float32, long double for float64.
"""

import math
import os
import platform
import re
import subprocess
import sys

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from workbench import functions
from workbench.functions import FUNCTIONS, choose, greater
from workbench.targets import simd
from workbench.targets.simd import WIDTH, elementwise, where

WIDTHS = (16, 32, 64)
DTYPES = (np.float32, np.float64)
WIDER = {np.float32: np.float64, np.float64: np.longdouble}
TOLERANCE = {np.float32: 3e-7, np.float64: 4.5e-16}
EVERY = [*FUNCTIONS.values(), greater, choose]
ENDS = np.array([0, 1e-45, 1e-40, 1e-310, 5e-324, 1e-9, 0.3, 1, 3, 40, 90, 120, 720, 1000, np.inf])
SPECIAL = np.concatenate([ENDS, -ENDS, [np.nan]])

everywhere = pytest.mark.parametrize(
    ("dtype", "width"),
    [(dtype, width) for dtype in DTYPES for width in WIDTHS],
    ids=lambda value: getattr(value, "__name__", str(value)),
)


def applied(function, *arrays, writes=1, width=WIDTH, numbers=(), flags=()):
    """Compile `function` over arrays of one shape and return what it writes, and the compiled."""
    step = elementwise(function, len(arrays), writes, len(numbers), len(flags), width)
    zeros, results = (0,) * len(arrays), tuple(np.empty_like(arrays[0]) for _ in range(writes))
    none = (0,) * writes

    @njit
    def run(count, read, read_from, written, write_to, numbers, flags):
        step(count, read, read_from, written, write_to, numbers, flags)

    run(arrays[0].size, arrays, zeros, results, none, numbers, flags)
    return results, run


def points(arity, dtype, seed=0):
    """Special values in every combination, then random ones of many sizes."""
    random = np.random.default_rng(seed)
    grids = [grid.ravel() for grid in np.meshgrid(*[SPECIAL] * arity)]
    result = []
    for grid in grids:
        near, far = random.normal(size=3000), random.uniform(-800, 800, 3000)
        small = random.normal(size=3000) * 10.0 ** random.uniform(-300, 2, 3000)
        middle = random.uniform(-105, 105, 3000)
        with np.errstate(over="ignore", under="ignore"):
            result.append(np.concatenate([grid, near, far, small, middle]).astype(dtype))
    return result


def assert_close(got, exact, dtype, slack=0.0):
    """Hold the relative error; subnormal results are rounded to steps of the smallest one."""
    with np.errstate(all="ignore"):
        rounded = exact.astype(dtype)
        step = np.finfo(dtype).smallest_subnormal.astype(exact.dtype)
        allowed = TOLERANCE[dtype] * np.abs(exact) + 2 * step + slack
        close = np.abs(got - exact) <= allowed
    same = (got == rounded) | (np.isnan(got) & np.isnan(rounded))
    wrong = np.flatnonzero(~np.where(np.isfinite(rounded), close, same))
    assert not wrong.size, [(got[i], exact[i]) for i in wrong[:5]]


@everywhere
@pytest.mark.parametrize("function", EVERY, ids=lambda f: f.name)
def test_every_function_is_that_of_numpy(function, dtype, width):
    arrays = points(function.arity, dtype)
    (got,), _ = applied(lambda *a: (function(*a),), *arrays, width=width)
    exact = function(*(a.astype(WIDER[dtype]) for a in arrays))
    # a / 6 + 0.5 passes through 0: there the last digit of 0.5 is what counts.
    slack = np.finfo(dtype).eps if function.name == "hard_sigmoid" else 0.0
    assert_close(got, np.asarray(exact, WIDER[dtype]), dtype, slack)


@everywhere
@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "tanh", "sqrt", "rint", "fabs"])
def test_every_primitive_is_that_of_numpy(name, dtype, width):
    (a,) = points(1, dtype, seed=1)
    a = np.concatenate([a, np.linspace(-2, 2, 4001).astype(dtype)])
    (got,), _ = applied(lambda a: (getattr(simd, name)(a),), a, width=width)
    with np.errstate(all="ignore"):
        exact = getattr(np, name)(a.astype(WIDER[dtype]))
    assert_close(got, exact, dtype)


@everywhere
def test_overflow_and_underflow_are_where_the_exact_result_has_them(dtype, width):
    wide, near = WIDER[dtype], np.linspace(-0.01, 0.01, 2001)
    highest = np.log(wide(np.finfo(dtype).max))
    lowest = np.log(wide(np.finfo(dtype).smallest_subnormal) / 2)
    for middle in (highest, lowest):
        a = (middle + near).astype(dtype)
        (got, gate), _ = applied(
            lambda a: (simd.exp(a), functions.sigmoid(a)), a, writes=2, width=width
        )
        with np.errstate(all="ignore"):
            exact = np.exp(a.astype(wide))
            exact_gate = 1 / (1 + 1 / exact)
        assert_close(got, exact, dtype)
        assert_close(gate, exact_gate, dtype)
        assert len(np.unique(np.isin(got, (0, np.inf)))) == 2


@everywhere
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 7, -1, -2, 0.5, 1.5, -0.5])
def test_powers(exponent, dtype, width):
    a = np.concatenate([np.linspace(0.1, 5, 99), [0, np.inf, np.nan, 1e-3, 1e3]]).astype(dtype)
    (got,), _ = applied(lambda a: (a**exponent,), a, width=width)
    with np.errstate(all="ignore"):
        exact = a.astype(WIDER[dtype]) ** exponent
    np.testing.assert_allclose(got, exact.astype(dtype), rtol=3 * TOLERANCE[dtype])


def test_the_sign_of_zero_passes_through_tanh_and_copysign():
    a = np.array([0.0, -0.0, 2.0, -2.0])
    (t, c), _ = applied(lambda a: (simd.tanh(a), simd.copysign(3.0 + 0 * a, a)), a, writes=2)
    assert np.signbit(t).tolist() == np.signbit(c).tolist() == [False, True, False, True]
    assert np.abs(c).tolist() == [3.0] * 4


@everywhere
def test_any_count_is_exact_and_nothing_else_is_written(dtype, width):
    lanes = width // np.dtype(dtype).itemsize
    most = 2 * lanes + 3
    step = elementwise(lambda a, b: (a * b, a - b, 7.0), 2, 3, width=width)

    @njit
    def run(count, a, b, x, y, z):
        step(count, (a, b), (3, a.size - most), (x, y, z), (5, 1, count), (), ())

    random = np.random.default_rng(2)
    a, b = (random.normal(size=(3, most)).astype(dtype) for _ in range(2))
    for count in range(-1, most + 1):
        got = [np.full((2, 2, most), -99, dtype) for _ in range(3)]
        expected = [g.copy() for g in got]
        n = max(count, 0)
        first, second = a.ravel()[3 : 3 + n], b.ravel()[a.size - most :][:n]
        expected[0].reshape(-1)[5 : 5 + n] = first * second
        expected[1].reshape(-1)[1 : 1 + n] = first - second
        expected[2].reshape(-1)[n : n + n] = 7
        run(count, a, b, *got)
        for g, e in zip(got, expected, strict=True):
            assert np.array_equal(g, e), count


@everywhere
def test_an_array_may_be_read_and_written(dtype, width):
    a = np.arange(37, dtype=dtype)
    b = np.arange(37, dtype=dtype)[::-1].copy()
    step = elementwise(lambda a, b: (b + 1.0, a * 2.0), 2, 2, width=width)

    @njit
    def run(a, b):
        step(a.size, (a, b), (0, 0), (a, b), (0, 0), (), ())

    first, second = b + 1, a * 2
    run(a, b)
    assert np.array_equal(a, first)
    assert np.array_equal(b, second)


@everywhere
def test_numbers_and_flags_hold_for_all_units(dtype, width):
    def choice(a, scale, shift, up, twice):
        b = where(up, a * scale + shift, a)
        return where(up & ~twice, b, where(up | twice, 2.0 * b, -1.0)), where(up, 1.0, 0.0)

    a = np.linspace(-3, 3, 41).astype(dtype)
    for up in (False, True):
        for twice in (False, True):
            numbers = (0.5, 3)
            got, _ = applied(choice, a, writes=2, width=width, numbers=numbers, flags=(up, twice))
            b = a * dtype(0.5) + dtype(3) if up else a
            expected = b if up and not twice else 2 * b if up or twice else np.full_like(a, -1)
            assert np.array_equal(got[0], expected)
            assert (got[1] == up).all()


def test_operators_take_numbers_on_either_side():
    a = np.array([-2.0, -0.5, 0.0, 0.5, 2.0, np.inf, np.nan])

    def both(a):
        return 2 + a, a + 2, 2 - a, a - 2, 2 * a, a * 2, 2 / a, a / 2, -a

    got, _ = applied(both, a, writes=9)
    with np.errstate(all="ignore"):
        assert all(np.array_equal(g, e, equal_nan=True) for g, e in zip(got, both(a), strict=True))


def test_comparisons_are_those_of_numpy():
    values = np.array([-1.0, 0.0, -0.0, 2.0, np.inf, -np.inf, np.nan])
    a, b = (grid.ravel() for grid in np.meshgrid(values, values))

    def all_of(a, b):
        return a < b, a <= b, a > b, a >= b, a == b, a != b, a < 1.0, a > 1.0, (a < b) | (b < 1.0)

    got, _ = applied(lambda a, b: tuple(where(c, 1, 0) for c in all_of(a, b)), a, b, writes=9)
    for g, e in zip(got, all_of(a, b), strict=True):
        assert np.array_equal(g, e)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="x86 registers")
@everywhere
def test_the_instructions_are_packed(dtype, width):
    if width > WIDTH:
        pytest.skip("this processor has no such register")
    a = np.ones(99, dtype)
    _, run = applied(lambda a: (functions.tanh(a) * a,), a, width=width)
    (assembly,) = run.inspect_asm().values()
    kind = "ps" if dtype is np.float32 else "pd"
    register = {16: "xmm", 32: "ymm", 64: "zmm"}[width]
    for instruction in ("mul", "div"):
        assert re.search(rf"\bv?{instruction}{kind}\b.*%{register}", assembly), instruction
    assert not re.search(rf"\bv?div{kind.replace('p', 's')}\b", assembly)


def test_wrong_arguments_are_told():
    a, c = np.ones(4), np.ones(4, np.float32)
    with pytest.raises(ValueError, match="width: expected 16, 32 or 64 bytes, got 8"):
        elementwise(functions.tanh, 1, 1, width=8)
    with pytest.raises(TypingError, match="expected arrays of one type, float32 or float64"):
        applied(lambda a, b: (a,), a, c)
    with pytest.raises(TypingError, match="expected C-contiguous arrays"):
        applied(lambda a: (a,), np.ones((4, 4))[:, 0])
    _, run = applied(lambda a: (a,), a)
    with pytest.raises(TypingError, match="numbers: expected a tuple of 0"):
        run(4, (a,), (0,), (a,), (0,), (1.0,), ())
    with pytest.raises(TypeError, match="where: expected a Choice first, got Lanes"):
        applied(lambda a: (where(a, a, a),), a)
    with pytest.raises(TypeError, match="a choice holds one bit for each lane"):
        applied(lambda a: (a if a > 0 else -a,), a)
    with pytest.raises(TypeError, match="lanes: expected Lanes or a number, got str"):
        applied(lambda a: (a + "1",), a)


MODULE = """
import numpy as np
from numba import njit
from workbench.functions import sigmoid
from workbench.targets.simd import WIDTH, elementwise

def gate(a, b):
    return (sigmoid(a) * b,)

step = elementwise(gate, 2, 1)

@njit(cache=True)
def run(a, b):
    step(a.size, (a, b), (0, 0), (b,), (0,), (), ())
"""


def test_a_module_is_kept_in_numbas_cache_and_the_width_can_be_chosen(tmp_path):
    (tmp_path / "kernel.py").write_text(MODULE)
    script = (
        "import kernel, numpy as np; b = np.arange(5.0); kernel.run(np.zeros(5), b);"
        "print(kernel.WIDTH, b.tolist(), sum(kernel.run.stats.cache_hits.values()))"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    settings = {
        "PYTHONPATH": path,
        "WORKBENCH_VECTOR_BYTES": "32",
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    for hits in (0, 1):
        out = subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert out.strip() == f"32 [0.0, 0.5, 1.0, 1.5, 2.0] {hits}"


def test_the_primitives_agree_with_pythons_own_mathematics():
    a = np.array([0.25, 1.5, 3.0])
    (e, g), _ = applied(lambda a: (simd.exp(a), simd.log(a)), a, writes=2)
    assert e.tolist() == pytest.approx([math.exp(x) for x in a], rel=4e-16)
    assert g.tolist() == pytest.approx([math.log(x) for x in a], rel=4e-16)
