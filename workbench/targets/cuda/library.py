"""cuBLAS, through CuPy where that is installed: matrix products of arrays on a GPU, uncopied.

CuPy is imported when somebody first multiplies, never with the workbench and never in the
simulator. One that cannot be used counts as none, and this is said once.
"""

import importlib.util
import warnings
from functools import lru_cache

from .device import simulated


def cupy():
    """CuPy, ready to multiply, or None."""
    return _found()[0]


def why_not():
    """None where cuBLAS multiplies; else the reason in a few words."""
    return _found()[1]


@lru_cache(maxsize=1)
def _found():
    """(CuPy or None, why it is None)."""
    if simulated():
        return None, "there is none in the simulator"
    if importlib.util.find_spec("cupy") is None:
        return None, "CuPy is not installed"
    try:
        import cupy
        import cupy.cublas

        cupy.cuda.device.get_cublas_handle()
    except Exception as error:  # a missing cuBLAS, a driver too old, a CuPy for another CUDA
        reason = " ".join(str(error).split())
        warnings.warn(
            f"cuBLAS is not used, our own kernel multiplies: CuPy is here but fails ({reason})",
            RuntimeWarning,
            stacklevel=2,
        )
        return None, f"CuPy fails: {reason}"
    return cupy, None


def multiply(cupy, a, b, c, shape, add):
    """c = a b, or c += a b, in the arrays' own number type. Arguments as of `OverTime.multiply`.

    cuBLAS's default mode keeps all bits of a float32; CUPY_TF32 does not reach this function.
    """
    m, n, k = shape
    # Kernels of numba.cuda are launched on the same stream: CUDA's default one.
    with cupy.cuda.Stream.null:
        left, right = _matrix(cupy, a, (m, k)), _matrix(cupy, b, (k, n))
        out = _matrix(cupy, (*c, n, 1), (m, n))
        cupy.cublas.gemm("N", "N", left, right, out=out, beta=float(add))


def _matrix(cupy, factor, shape):
    """A view of a part of an array. factor: (array, offset, stride of a row, of a column)."""
    (array, at, *strides), (rows, columns) = factor, shape
    flat = cupy.asarray(array)[at : at + rows * columns]
    if strides == [columns, 1]:
        return flat.reshape(rows, columns)
    if strides == [1, rows]:
        return flat.reshape(columns, rows).T
    raise ValueError(f"factor: expected rows or columns behind each other, got strides {strides}")
