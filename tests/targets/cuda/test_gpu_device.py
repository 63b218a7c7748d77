"""What a real GPU says and holds, by two independent ways each."""

import numpy as np
import pytest

from workbench.targets.cuda import device

pytestmark = pytest.mark.gpu


def test_the_driver_and_numba_describe_the_same_device():
    numbas, described = device.cuda.get_current_device(), device.describe()
    assert described["name"] == numbas.name
    assert described["compute_capability"] == device.dotted(numbas.compute_capability)
    assert described["multiprocessors"] == numbas.MULTIPROCESSOR_COUNT
    assert described["runtime"] == device.dotted(device.cuda.runtime.get_version())
    assert described["memory"] >= device.cuda.current_context().get_memory_info().total


@pytest.mark.parametrize("part", [np.s_[:], np.s_[1], np.s_[1:], np.s_[:, :2], np.s_[:, :, ::2]])
def test_a_slice_comes_back_as_numpy_slices(part):
    whole = np.random.default_rng(1).standard_normal((2, 3, 4))
    here = np.asarray(device.DeviceArray(device.cuda.to_device(whole)[part]))
    assert (here == whole[part]).all()
    assert here.flags.c_contiguous


def test_other_libraries_see_the_same_memory():
    from cuda.core.utils import StridedMemoryView

    there = device.cuda.to_device(np.arange(6, dtype=np.float32))
    array = device.DeviceArray(there, shape=(2, 3))
    address = there.__cuda_array_interface__["data"][0]
    assert array.__cuda_array_interface__["data"][0] == address
    assert array.__dlpack_device__()[0] == 2  # kDLCUDA
    seen = StridedMemoryView.from_dlpack(array, stream_ptr=-1)
    assert (seen.ptr, tuple(seen.shape), seen.is_device_accessible) == (address, (2, 3), True)
    device.cuda.as_cuda_array(array)[1, 2] = 7
    assert there.copy_to_host()[5] == 7
