"""What the workbench uses of CuPy, with NumPy's arrays in place of a GPU's.

Checks what `cupy.cublas.gemm` of CuPy 14 and cublasSgemm check, and refuses what CuPy would do only
by a copy: factors and results that lie neither by rows nor by columns, arrays of the host.
"""

from types import SimpleNamespace

import numpy as np


class FakeCupy:
    """In place of the module. calls: of gemm, (shape (m, n, k), is a turned, is b turned, beta)."""

    def __init__(self):
        self.calls, self._streams = [], ["another library's"]
        self.cuda = SimpleNamespace(Stream=SimpleNamespace(null=_Stream(self._streams)))
        self.cublas = SimpleNamespace(gemm=self._gemm)

    def asarray(self, array):
        """The memory of an array of the simulator, or of `OnDevice`, itself."""
        assert not isinstance(array, np.ndarray), "CuPy would copy an array of the host"
        return array._ary

    def _gemm(self, transa, transb, a, b, out=None, alpha=1.0, beta=0.0):
        assert self._streams[-1] == "null"
        assert transa in ("N", "T", "H")
        assert transb in ("N", "T", "H")
        assert a.ndim == b.ndim == out.ndim == 2
        assert a.dtype == b.dtype == out.dtype
        assert a.dtype.char in "fd"
        left, right = (x if t == "N" else x.T for x, t in ((a, transa), (b, transb)))
        (m, k), n = left.shape, right.shape[1]
        assert right.shape[0] == k
        assert out.shape == (m, n)
        for matrix in (a, b, out):
            # The leading dimension, which cuBLAS refuses where it is 0.
            assert matrix.size
            assert matrix.flags.c_contiguous or matrix.flags.f_contiguous
            assert matrix.base is not None, "expected a view of an arena"
        assert not np.shares_memory(a, out)
        assert not np.shares_memory(b, out)
        turned = [not matrix.flags.c_contiguous for matrix in (left, right)]
        self.calls.append(((m, n, k), *turned, beta))
        with np.errstate(all="ignore"):
            product = np.asarray(alpha, a.dtype) * (left @ right)
            # With a beta of 0 what lies in `out` is not read.
            out[...] = product if beta == 0 else product + np.asarray(beta, a.dtype) * out
        return out


class OnDevice:
    """An array that is not NumPy's."""

    def __init__(self, array):
        self._ary = array


class _Stream:
    def __init__(self, streams):
        self._streams = streams

    def __enter__(self):
        self._streams.append("null")

    def __exit__(self, *error):
        self._streams.pop()
