"""The GPU: whether there is one that can be used, why not, what it is, and arrays that lie on it.

The only file that imports numba.cuda; written kernels and the host's code take the module from
here: `from workbench.targets.cuda.device import cuda`. It is imported when somebody first asks for
it, so importing this file costs nothing and never fails. NVIDIA's numba-cuda is what counts as
support; the older `numba.cuda` inside Numba is used for its simulator alone
(NUMBA_ENABLE_CUDASIM=1), which runs kernels in Python, without a GPU.

It needs no other file of the workbench, so that `workbench doctor` can run it by itself. It writes
and launches no kernels, and it installs nothing.
"""

import ctypes
import importlib.util
import os
import sys
from importlib import metadata
from typing import NamedTuple

import numpy as np

LEAST_CUDA = 12  # the oldest that numba-cuda comes for
LEAST_CAPABILITY = {12: (5, 0), 13: (7, 5)}  # CUDA 13 left out Maxwell, Pascal and Volta
NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE of the driver's interface


class Gpu(NamedTuple):
    """One GPU, as its driver tells: memory in bytes, and what of it a block can share."""

    name: str
    compute_capability: tuple[int, int]
    memory: int
    multiprocessors: int
    shared: int


class Driver(NamedTuple):
    """The NVIDIA driver: what its start returned (0: works), the newest CUDA it understands."""

    status: int
    error: str  # the status by name, such as CUDA_ERROR_NO_DEVICE
    version: tuple[int, int]
    gpus: tuple[Gpu, ...]  # those that this process may use


class Toolkit(NamedTuple):
    """The CUDA toolkit that compiles kernels, and the oldest compute capability it compiles for."""

    version: tuple[int, int]
    least_capability: tuple[int, int]


class Obstacle(NamedTuple):
    """Why no GPU can be used, and the command that changes it (empty where none does)."""

    why: str
    remedy: str = ""


def __getattr__(name):
    """`cuda`: the module numba.cuda, of numba-cuda or the simulator.

    Without a GPU the module of an installed numba-cuda is still had: it compiles for one.
    """
    if name != "cuda":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _numba_cuda()


def _numba_cuda():
    if not simulated() and package_obstacle(extra(None)):
        raise RuntimeError(why_not())
    from numba import cuda

    return cuda


def simulated() -> bool:
    """Whether Numba's CUDA simulator is on: kernels run in Python and no GPU is touched."""
    if numba := sys.modules.get("numba"):
        return bool(numba.config.ENABLE_CUDASIM)
    return os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")


def why_not() -> str | None:
    """None where a GPU (or the simulator) can be used; else the reason and what changes it."""
    found = obstacle()
    return found and sentence(found)


def sentence(found: Obstacle) -> str:
    """An obstacle in one line."""
    return f"{found.why}: {found.remedy}" if found.remedy else found.why


def require(device: str) -> None:
    """Check the argument `device`.

    ValueError where it is neither "cpu" nor "cuda"; RuntimeError where it is "cuda" and no GPU
    can be used, with the reason.
    """
    if device not in ("cpu", "cuda"):
        raise ValueError(f'device: expected "cpu" or "cuda", got {device!r}')
    if device == "cuda" and (reason := why_not()):
        raise RuntimeError(f'device: expected a usable GPU for "cuda", got none: {reason}')


def describe() -> dict:
    """The GPU that kernels run on.

    name; compute_capability, driver (the newest CUDA that the driver understands) and runtime (the
    toolkit's CUDA, None without one) as text such as "9.0"; memory in bytes; multiprocessors. In
    the simulator only the name is not None. RuntimeError where there is no GPU.
    """
    names = ("name", "compute_capability", "driver", "runtime", "memory", "multiprocessors")
    if simulated():
        return dict.fromkeys(names) | {"name": "simulator"}
    driver = ask_driver()
    if driver is None or not driver.gpus:
        raise RuntimeError(why_not())
    toolkit = ask_toolkit() if package_obstacle(extra(driver)) is None else None
    gpu, runtime = driver.gpus[0], toolkit and dotted(toolkit.version)
    capability = dotted(gpu.compute_capability)
    values = (gpu.name, capability, dotted(driver.version), runtime, gpu.memory)
    return dict(zip(names, (*values, gpu.multiprocessors), strict=True))


def prepare(dispatcher, arguments: tuple, shared: int, together: bool) -> None:
    """Compile a kernel for these arguments and ask the driver for what a launch of it needs.

    shared: bytes of shared memory of a block; more than 48 KiB have to be asked for. together:
    whether all blocks have to be at work at once, because they wait for each other; a launch of
    more than the GPU has room for is refused then, where it would wait for ever.
    """
    if simulated():
        return
    from cuda.bindings import driver as binding
    from numba.cuda.cudadrv.driver import driver

    kernel = dispatcher.compile(tuple(dispatcher.typeof_pyval(a) for a in arguments))
    kernel.cooperative = together
    if shared > 48 * 2**10:
        function = kernel._codelibrary.get_cufunc()
        wanted = binding.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
        driver.cuKernelSetAttribute(wanted, shared, function.handle, function.device.id)


def free_bytes() -> int | None:
    """Bytes of the GPU's memory that are free; None in the simulator."""
    return None if simulated() else _numba_cuda().current_context().get_memory_info().free


def dotted(version: tuple[int, int]) -> str:
    """(12, 4) -> "12.4"."""
    return ".".join(map(str, version))


def obstacle() -> Obstacle | None:
    """The first thing that stands in the way, from the driver up to the toolkit, or None."""
    if simulated():
        return None
    driver = ask_driver()
    if found := driver_obstacle(driver) or package_obstacle(extra(driver)):
        return found
    return toolkit_obstacle(ask_toolkit(), driver)


def driver_obstacle(driver: Driver | None) -> Obstacle | None:
    """What is wrong with the driver or hides its GPUs."""
    if driver is None:
        return Obstacle(
            "no NVIDIA driver is here (install it if this computer has an NVIDIA GPU; "
            'without one device="cpu" does the same)'
        )
    if driver.status == NO_DEVICE or (driver.status == 0 and not driver.gpus):
        hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
        if hidden is not None:
            why = f"CUDA_VISIBLE_DEVICES={hidden!r} hides every GPU"
            return Obstacle(why, "unset CUDA_VISIBLE_DEVICES")
        return Obstacle("the NVIDIA driver is here, but it sees no GPU", "nvidia-smi")
    if driver.status:
        why = f"the NVIDIA driver does not start ({driver.error}, {driver.status})"
        return Obstacle(why, "nvidia-smi")
    if os.environ.get("NUMBA_DISABLE_CUDA", "0") not in ("", "0"):
        return Obstacle("NUMBA_DISABLE_CUDA is set", "unset NUMBA_DISABLE_CUDA")
    if driver.version[0] < LEAST_CUDA:
        version = dotted(driver.version)
        why = f"the NVIDIA driver understands CUDA {version}, numba-cuda needs {LEAST_CUDA}.0"
        return Obstacle(f"{why} or newer: install a newer driver")
    return None


def package_obstacle(wanted: str) -> Obstacle | None:
    """What is wrong with numba-cuda; `wanted` is the extra that would install it."""
    remedy = install(wanted)
    if importlib.util.find_spec("numba_cuda") is None:
        return Obstacle("numba-cuda is not installed", remedy)
    again = remedy.replace("install ", "install --force-reinstall ", 1)
    try:
        from numba import cuda
    except Exception as error:  # whatever versions that do not fit each other end in
        reason = " ".join(str(error).split())
        return Obstacle(f"numba-cuda cannot be imported ({reason})", again)
    if getattr(cuda, "implementation", None) != "NVIDIA":
        # numba-cuda takes the place of numba.cuda by a .pth file of its own, which Python reads
        # in the folders of an environment and not in those of PYTHONPATH.
        return Obstacle("numba-cuda lies where it cannot take the place of numba.cuda", again)
    return None


def toolkit_obstacle(toolkit: Toolkit | None, driver: Driver) -> Obstacle | None:
    """Whether this toolkit serves this driver and its first GPU."""
    wanted = install(extra(driver))
    if toolkit is None:
        return Obstacle("numba-cuda is here without a CUDA toolkit", wanted)
    here = f"the CUDA toolkit is {dotted(toolkit.version)}"
    # Within a major version a newer toolkit works with an older driver (NVIDIA's minor version
    # compatibility), because kernels are linked to machine code here and not by the driver.
    if toolkit.version[0] > driver.version[0]:
        why = f"{here}, the NVIDIA driver understands CUDA {dotted(driver.version)}"
        return Obstacle(why, wanted)
    gpu = driver.gpus[0]
    if gpu.compute_capability < toolkit.least_capability:
        capability, least = dotted(gpu.compute_capability), dotted(toolkit.least_capability)
        why = f"{here} and compiles for compute capability {least} or higher, {gpu.name} has"
        helps = toolkit.version[0] > LEAST_CUDA
        helps = helps and gpu.compute_capability >= LEAST_CAPABILITY[LEAST_CUDA]
        return Obstacle(f"{why} {capability}", wanted if helps else "")
    return None


def extra(driver: Driver | None) -> str:
    """The extra of this package whose toolkit suits the driver and its first GPU."""
    newest = max(LEAST_CAPABILITY)
    if driver is None or driver.version[0] < newest:
        return f"cuda{LEAST_CUDA}"
    if driver.gpus and driver.gpus[0].compute_capability < LEAST_CAPABILITY[newest]:
        return f"cuda{LEAST_CUDA}"
    return f"cuda{newest}"


def install(wanted: str) -> str:
    """The command that installs an extra, also where the workbench runs from its folder."""
    try:
        metadata.version("rnn-workbench")
    except metadata.PackageNotFoundError:
        return f'pip install "numba-cuda[{wanted.replace("cuda", "cu")}]"'
    return f'pip install "rnn-workbench[{wanted}]"'


def load_driver():
    """The driver's library, or None: it comes with the driver, not with any Python package."""
    try:
        return ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return None


def ask_driver() -> Driver | None:
    """What the driver tells of itself and its GPUs, asked directly; None where there is none."""
    library = load_driver()
    if library is None:
        return None
    number, text = ctypes.c_int(), ctypes.c_char_p()
    status = library.cuInit(0)
    library.cuGetErrorName(status, ctypes.byref(text))
    error = (text.value or b"unknown").decode()
    library.cuDriverGetVersion(ctypes.byref(number))
    version = number.value // 1000, number.value % 1000 // 10
    if status:
        return Driver(status, error, version, ())
    library.cuDeviceGetCount(ctypes.byref(number))
    gpus = tuple(_ask_gpu(library, index) for index in range(number.value))
    return Driver(status, error, version, gpus)


def _ask_gpu(library, index: int) -> Gpu:
    handle, memory, name = ctypes.c_int(), ctypes.c_size_t(), ctypes.create_string_buffer(256)
    library.cuDeviceGet(ctypes.byref(handle), index)
    library.cuDeviceGetName(name, len(name), handle)
    library.cuDeviceTotalMem_v2(ctypes.byref(memory), handle)
    # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, _MINOR, _MULTIPROCESSOR_COUNT and
    # _MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
    major, minor, *rest = (_attribute(library, code, handle) for code in (75, 76, 16, 97))
    found = name.value.decode(errors="replace")
    return Gpu(found, (major, minor), memory.value, *rest)


def _attribute(library, code: int, handle) -> int:
    value = ctypes.c_int()
    library.cuDeviceGetAttribute(ctypes.byref(value), code, handle)
    return value.value


def ask_toolkit() -> Toolkit | None:
    """The toolkit that numba-cuda finds (in wheels, Conda or the system); None without one."""
    from cuda.bindings import nvrtc
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib

    try:
        load_nvidia_dynamic_lib("nvvm")
        _, *version = nvrtc.nvrtcVersion()
        _, architectures = nvrtc.nvrtcGetSupportedArchs()
    except DynamicLibNotFoundError:
        return None
    return Toolkit(tuple(version), divmod(min(architectures), 10))


def _strided_memory_view():
    from cuda.core.utils import StridedMemoryView

    return StridedMemoryView


class DeviceArray:
    """An array that lies on the GPU until NumPy asks for it.

    array: an array of numba.cuda or a slice of one; shape and dtype: how to read its bytes, where
    not as they are (then it has to be contiguous). What NumPy gets is copied once, read-only and
    kept. CuPy, PyTorch and JAX read the same memory with no copy, through
    `__cuda_array_interface__` or DLPack.
    """

    def __init__(self, array, shape=None, dtype=None):
        shape = tuple(array.shape) if shape is None else tuple(shape)
        dtype = np.dtype(array.dtype if dtype is None else dtype)
        wanted = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        bytes_there = array.dtype.itemsize * array.size
        if wanted != bytes_there:
            asked = f"{shape} of {dtype}, which is {wanted} bytes"
            raise ValueError(f"shape: expected {bytes_there} bytes, got {asked}")
        if dtype != array.dtype:
            array = array.view(dtype)
        if shape != tuple(array.shape):
            array = array.reshape(shape)
        self.shape, self.dtype, self._there, self._here = shape, dtype, array, None

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """The size in bytes."""
        return self.dtype.itemsize * int(np.prod(self.shape, dtype=np.int64))

    def __array__(self, dtype=None, copy=None):
        if self._here is None:
            if copy is False:
                raise ValueError("copy: expected None or True for an array on the GPU, got False")
            here = np.asarray(self._there.copy_to_host(), order="C")
            here.flags.writeable = False
            self._here = here
        return np.array(self._here, dtype=dtype, copy=copy)

    @property
    def __cuda_array_interface__(self) -> dict:
        if simulated():
            raise AttributeError("__cuda_array_interface__: expected a GPU, got the simulator")
        return self._there.__cuda_array_interface__

    def __dlpack__(self, **asked):
        view = self._memory_view()
        # Every kernel of ours has to be done before a consumer reads on a stream of its own.
        _numba_cuda().synchronize()
        return view.__dlpack__(**asked)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self._memory_view().__dlpack_device__()

    def _memory_view(self):
        """The same memory as an object of cuda-core, which numba-cuda brings; it speaks DLPack."""
        if simulated():
            raise BufferError("DLPack: expected an array on a GPU, got one of the simulator")
        view = _strided_memory_view()
        if not hasattr(view, "__dlpack__"):
            raise BufferError("DLPack needs a newer cuda-core: pip install --upgrade cuda-core")
        return view.from_cuda_array_interface(self, stream_ptr=-1)

    def __repr__(self) -> str:
        place = "in the simulator" if simulated() else "on the GPU"
        return f"DeviceArray(shape={self.shape}, dtype={self.dtype}, {place})"
