"""Arrays that lie on the device, and the parts of CUDA that the kernels are built on."""

import math

import numpy as np
import pytest
from numba import float32

from workbench.targets.cuda import device
from workbench.targets.cuda.device import DeviceArray, cuda


@cuda.jit(device=True)
def with_square(value):
    return value, value * value


@cuda.jit
def neighbours(x, y):
    """y[b, i]: x times the square of x of the thread that faces thread i in block b."""
    shared = cuda.shared.array(0, float32)
    values, squares = shared[: x.shape[1]], shared[x.shape[1] : 2 * x.shape[1]]
    local = cuda.local.array(2, float32)
    block, thread = cuda.blockIdx.x, cuda.threadIdx.x
    local[0], local[1] = with_square(x[block, thread])
    values[thread], squares[thread] = math.tanh(local[0]), local[1]
    cuda.syncthreads()
    facing = x.shape[1] - 1 - thread
    y[block, thread] = values[thread] * squares[facing]


def test_threads_of_a_block_share_memory_behind_a_barrier():
    x = np.random.default_rng(0).standard_normal((3, 8)).astype(np.float32)
    y = cuda.device_array(x.shape, np.float32)
    neighbours[3, 8, 0, 2 * 8 * 4](cuda.to_device(x), y)
    expected = np.tanh(x.astype(float)) * x[:, ::-1].astype(float) ** 2
    assert np.abs(np.asarray(DeviceArray(y)) - expected).max() < 1e-6


@pytest.mark.parametrize("part", [np.s_[:], np.s_[1], np.s_[1:], np.s_[:, :2], np.s_[:, :, ::2]])
def test_a_slice_comes_back_as_numpy_slices(part):
    whole = np.random.default_rng(1).standard_normal((2, 3, 4))
    array = DeviceArray(cuda.to_device(whole)[part])
    here = np.asarray(array)
    assert (here == whole[part]).all()
    assert (array.shape, array.ndim) == (whole[part].shape, whole[part].ndim)
    assert here.flags.c_contiguous
    assert not here.flags.writeable
    assert np.asarray(array) is here


def test_bytes_are_read_with_another_shape_and_type():
    there = cuda.to_device(np.arange(24, dtype=np.float32).view(np.uint8))
    array = DeviceArray(there[16:64], shape=(2, 3), dtype="float64")
    expected = np.arange(4, 16, dtype=np.float32).view(np.float64).reshape(2, 3)
    assert (array.dtype, array.nbytes) == (np.float64, 48)
    assert (np.asarray(array) == expected).all()
    assert DeviceArray(cuda.device_array((0, 3), np.float32)).nbytes == 0


def test_the_simulator_hands_no_memory_to_other_libraries():
    array = DeviceArray(cuda.to_device(np.zeros(3)))
    assert repr(array) == "DeviceArray(shape=(3,), dtype=float64, in the simulator)"
    assert not hasattr(array, "__cuda_array_interface__")
    with pytest.raises(BufferError, match="expected an array on a GPU"):
        array.__dlpack__()


def test_the_simulator_counts_as_usable_and_is_told_apart():
    device.require("cuda")
    assert device.simulated()
    assert device.describe()["name"] == "simulator"
