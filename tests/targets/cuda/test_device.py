"""Whether a GPU can be used is decided from what driver, package and toolkit say, one reason each.

No test here needs a GPU or numba-cuda: what they would say is fed in. Arrays are held in the
simulator (`simulated/`), and on a GPU by the tests marked `gpu`.
"""

import os
import re
import subprocess
import sys
import types

import numpy as np
import pytest

from workbench.targets.cuda import device
from workbench.targets.cuda.device import Driver, Gpu, Toolkit

H200 = Gpu("NVIDIA H200", (9, 0), 150_000_000_000, 132, 232_448)
PASCAL = Gpu("NVIDIA GeForce GTX 1080", (6, 1), 8_000_000_000, 20, 49_152)
NEW = Driver(0, "CUDA_SUCCESS", (13, 0), (H200,))
OLD = NEW._replace(version=(12, 4))
CUDA12, CUDA13 = Toolkit((12, 9), (5, 0)), Toolkit((13, 1), (7, 5))


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """No simulator, no variable that hides a GPU, and the workbench as if it were installed."""
    monkeypatch.setattr(device, "simulated", lambda: False)
    monkeypatch.setattr(device.metadata, "version", lambda name: "0.1.0")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("NUMBA_DISABLE_CUDA", raising=False)


@pytest.fixture
def here(monkeypatch):
    """`here(driver=, package=, toolkit=)`: this computer has these."""

    def put(driver=NEW, package=None, toolkit=CUDA13):
        monkeypatch.setattr(device, "ask_driver", lambda: driver)
        monkeypatch.setattr(device, "package_obstacle", lambda wanted: package)
        monkeypatch.setattr(device, "ask_toolkit", lambda: toolkit)

    return put


class Library:
    """The driver's C interface as its documentation has it, with GPUs that are not there."""

    def __init__(self, gpus, status=0, version=13000):
        self.gpus, self.status, self.version = gpus, status, version

    def cuInit(self, flags):
        assert flags == 0
        return self.status

    def cuGetErrorName(self, status, name):
        known = {0: b"CUDA_SUCCESS", 100: b"CUDA_ERROR_NO_DEVICE"}
        name._obj.value = known.get(status)

    def cuDriverGetVersion(self, version):
        version._obj.value = self.version

    def cuDeviceGetCount(self, count):
        count._obj.value = len(self.gpus)

    def cuDeviceGet(self, handle, index):
        handle._obj.value = 40 + index

    def cuDeviceGetName(self, name, length, handle):
        name.value = self.gpus[handle.value - 40].name.encode()[: length - 1]

    def cuDeviceTotalMem_v2(self, memory, handle):
        memory._obj.value = self.gpus[handle.value - 40].memory

    def cuDeviceGetAttribute(self, value, code, handle):
        gpu = self.gpus[handle.value - 40]
        major, minor = gpu.compute_capability
        known = {75: major, 76: minor, 16: gpu.multiprocessors, 97: gpu.shared}
        value._obj.value = known[code]


def test_importing_the_workbench_imports_no_cuda():
    asked = "import sys, workbench, workbench.targets.cuda.device; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    names = done.stdout.split()
    assert "workbench.targets.cuda.device" in names
    assert [name for name in names if name.startswith(("numba.cuda", "cuda.bindings"))] == []


@pytest.mark.parametrize("gpus", [(), (H200,), (PASCAL, H200)])
def test_the_driver_is_asked_for_its_version_and_gpus(monkeypatch, gpus):
    monkeypatch.setattr(device, "load_driver", lambda: Library(gpus, version=12040))
    assert device.ask_driver() == Driver(0, "CUDA_SUCCESS", (12, 4), gpus)


def test_a_driver_that_does_not_start_is_told_by_the_name_of_its_error(monkeypatch):
    monkeypatch.setattr(device, "load_driver", lambda: Library((H200,), status=100))
    assert device.ask_driver() == Driver(100, "CUDA_ERROR_NO_DEVICE", (13, 0), ())
    monkeypatch.setattr(device, "load_driver", lambda: Library((H200,), status=4242))
    assert device.ask_driver() == Driver(4242, "unknown", (13, 0), ())


def test_a_computer_without_a_driver_is_told_that_nothing_is_to_do(monkeypatch):
    def missing(name):
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(device.ctypes, "CDLL", missing)
    assert device.ask_driver() is None
    assert device.why_not().startswith("no NVIDIA driver is here")
    assert device.why_not().endswith('without one device="cpu" does the same)')
    with pytest.raises(RuntimeError, match="no NVIDIA driver is here"):
        device.describe()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"driver": NEW._replace(gpus=())}, "the NVIDIA driver is here, but it sees no GPU"),
        ({"driver": Driver(100, "CUDA_ERROR_NO_DEVICE", (13, 0), ())}, "sees no GPU: nvidia-smi"),
        (
            {"driver": Driver(803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", (13, 0), ())},
            r"does not start \(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, 803\): nvidia-smi",
        ),
        ({"driver": NEW._replace(version=(11, 8))}, r"understands CUDA 11\.8, .* newer driver"),
        ({"package": device.Obstacle("no package", "pip install it")}, "^no package: pip install"),
        ({"toolkit": None}, r'without a CUDA toolkit: pip install "rnn-workbench\[cuda13\]"'),
        ({"toolkit": None, "driver": OLD}, r'toolkit: pip install "rnn-workbench\[cuda12\]"'),
        (
            {"driver": OLD},
            r"toolkit is 13\.1, the NVIDIA driver understands CUDA 12\.4: pip install "
            r'"rnn-workbench\[cuda12\]"',
        ),
        ({"driver": OLD, "toolkit": CUDA12}, None),  # 12.9 and 12.4: within a major version
        ({"toolkit": CUDA12}, None),
        (
            {"driver": NEW._replace(gpus=(PASCAL,))},
            r"capability 7\.5 or higher, NVIDIA GeForce GTX 1080 has 6\.1: pip install "
            r'"rnn-workbench\[cuda12\]"',
        ),
        ({"driver": NEW._replace(gpus=(PASCAL,)), "toolkit": CUDA12}, None),
        (
            {"driver": OLD._replace(gpus=(PASCAL._replace(compute_capability=(3, 7)),))}
            | {"toolkit": CUDA12},
            r"GTX 1080 has 3\.7$",
        ),
    ],
)
def test_the_reason_why_not_names_the_command_that_changes_it(here, change, reason):
    here(**change)
    said = device.why_not()
    if reason is None:
        assert said is None
    else:
        assert re.search(reason, said), said
        assert "\n" not in said


def test_variables_that_hide_a_gpu_are_named(here, monkeypatch):
    here()
    monkeypatch.setenv("NUMBA_DISABLE_CUDA", "1")
    assert device.why_not() == "NUMBA_DISABLE_CUDA is set: unset NUMBA_DISABLE_CUDA"
    here(driver=NEW._replace(gpus=()))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert device.why_not().endswith("hides every GPU: unset CUDA_VISIBLE_DEVICES")


def test_the_extra_follows_driver_and_gpu(monkeypatch):
    assert device.extra(NEW) == "cuda13"
    assert device.extra(OLD) == device.extra(None) == "cuda12"
    assert device.extra(NEW._replace(gpus=(PASCAL,))) == "cuda12"
    assert device.extra(NEW._replace(version=(14, 2))) == "cuda13"
    assert device.install("cuda13") == 'pip install "rnn-workbench[cuda13]"'

    def missing(name):
        raise device.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(device.metadata, "version", missing)
    assert device.install("cuda13") == 'pip install "numba-cuda[cu13]"'


def with_numba_cuda(tmp_path, text):
    """What `package_obstacle` says where `numba.cuda` is this text and numba_cuda is there."""
    (tmp_path / "numba_cuda").mkdir(parents=True)
    (tmp_path / "numba_cuda" / "__init__.py").touch()
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").touch()
    (tmp_path / "numba" / "cuda.py").write_text(text)
    asked = (
        "import importlib.util as u, sys\n"
        "spec = u.spec_from_file_location('device', sys.argv[1])\n"
        "device = u.module_from_spec(spec); spec.loader.exec_module(device)\n"
        "found = device.package_obstacle('cuda12')\n"
        "print(found and device.sentence(found), end='')"
    )
    # No site: numba-cuda's own .pth file, where it is installed, would lead away from this text.
    search = os.pathsep.join([str(tmp_path), os.path.dirname(os.path.dirname(np.__file__))])
    return subprocess.run(
        [sys.executable, "-S", "-c", asked, device.__file__],
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_only_numba_cuda_counts_as_support(tmp_path):
    built_in = with_numba_cuda(tmp_path / "a", "implementation = 'Built-in'")
    assert built_in.startswith("numba-cuda lies where it cannot take the place of numba.cuda: ")
    broken = with_numba_cuda(tmp_path / "b", "raise ImportError('needs\\n numba 0.99')")
    assert broken.startswith("numba-cuda cannot be imported (needs numba 0.99): pip install --fo")
    assert with_numba_cuda(tmp_path / "c", "implementation = 'NVIDIA'") == "None"


def test_without_numba_cuda_asking_for_the_module_says_so(here, monkeypatch):
    found = device.Obstacle("numba-cuda is not installed", "pip install it")
    here(package=found)
    with pytest.raises(RuntimeError, match=r"^numba-cuda is not installed: pip install it$"):
        device.cuda  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'cupy'"):
        device.cupy  # noqa: B018
    monkeypatch.undo()
    monkeypatch.setattr(device.importlib.util, "find_spec", lambda name: None)
    assert device.package_obstacle("cuda13").why == "numba-cuda is not installed"


def toolkit_of(monkeypatch, libraries):
    """Stand-ins for NVIDIA's packages where only these libraries of the toolkit can be loaded."""

    class DynamicLibNotFoundError(RuntimeError):
        pass

    def load(name):
        if name not in libraries:
            raise DynamicLibNotFoundError(name)

    def nvrtc(*answer):
        load("nvrtc")
        return (0, *answer)

    pathfinder = types.SimpleNamespace(
        DynamicLibNotFoundError=DynamicLibNotFoundError, load_nvidia_dynamic_lib=load
    )
    bindings = types.SimpleNamespace(
        nvrtc=types.SimpleNamespace(
            nvrtcVersion=lambda: nvrtc(13, 1),
            nvrtcGetSupportedArchs=lambda: nvrtc([90, 75, 120]),
        )
    )
    monkeypatch.setitem(sys.modules, "cuda", types.ModuleType("cuda"))
    monkeypatch.setitem(sys.modules, "cuda.pathfinder", pathfinder)
    monkeypatch.setitem(sys.modules, "cuda.bindings", bindings)


def test_the_toolkit_is_the_one_that_numba_cuda_would_load(monkeypatch):
    toolkit_of(monkeypatch, {"nvvm", "nvrtc"})
    assert device.ask_toolkit() == Toolkit((13, 1), (7, 5))
    for part in ("nvvm", "nvrtc"):
        toolkit_of(monkeypatch, {part})
        assert device.ask_toolkit() is None


def test_the_argument_device_is_checked(here):
    here()
    device.require("cpu")
    device.require("cuda")
    with pytest.raises(ValueError, match=r"^device: expected \"cpu\" or \"cuda\", got 'gpu'$"):
        device.require("gpu")
    with pytest.raises(ValueError, match=r"got None$"):
        device.require(None)
    here(driver=None)
    reason = '^device: expected a usable GPU for "cuda", got none: no NVIDIA driver is here'
    with pytest.raises(RuntimeError, match=reason):
        device.require("cuda")


def test_the_device_is_described(here, monkeypatch):
    here()
    described = {
        "name": "NVIDIA H200",
        "compute_capability": "9.0",
        "driver": "13.0",
        "runtime": "13.1",
        "memory": 150_000_000_000,
        "multiprocessors": 132,
    }
    assert device.describe() == described
    here(package=device.Obstacle("numba-cuda is not installed"))
    assert device.describe() == {**described, "runtime": None}
    monkeypatch.setattr(device, "simulated", lambda: True)
    assert device.describe() == {**dict.fromkeys(described), "name": "simulator"}
    assert device.why_not() is None


def test_whether_the_simulator_is_on_is_what_numba_read(monkeypatch):
    monkeypatch.undo()
    import numba

    for value in (0, 1):
        monkeypatch.setattr(numba.config, "ENABLE_CUDASIM", value)
        assert device.simulated() is bool(value)
    monkeypatch.delitem(sys.modules, "numba")
    for text, on in (("1", True), ("0", False), ("", False)):
        monkeypatch.setenv("NUMBA_ENABLE_CUDASIM", text)
        assert device.simulated() is on


class OnDevice:
    """As much of numba.cuda's array as `DeviceArray` asks of it, and how often it was copied."""

    def __init__(self, array):
        self.array, self.copies = array, 0
        self.shape, self.dtype, self.size = array.shape, array.dtype, array.size
        self.__cuda_array_interface__ = {"shape": array.shape, "data": (4096, False)}

    def copy_to_host(self):
        self.copies += 1
        return self.array.copy()


def test_an_array_is_copied_when_numpy_asks_and_once():
    there = OnDevice(np.arange(6.0).reshape(2, 3))
    array = device.DeviceArray(there)
    assert (array.shape, array.dtype, array.ndim, array.nbytes) == ((2, 3), np.float64, 2, 48)
    assert repr(array) == "DeviceArray(shape=(2, 3), dtype=float64, on the GPU)"
    with pytest.raises(ValueError, match=r"^copy: expected None or True"):
        np.asarray(array, copy=False)
    assert there.copies == 0
    assert np.asarray(array) is np.asarray(array)
    assert np.array(array).flags.writeable
    assert np.asarray(array, dtype="float32").dtype == np.float32
    assert there.copies == 1
    assert array.__cuda_array_interface__ == there.__cuda_array_interface__


def test_dlpack_speaks_for_the_memory_on_the_device(monkeypatch):
    asked = []

    class View:
        @classmethod
        def from_cuda_array_interface(cls, array, stream_ptr):
            asked.append((array.__cuda_array_interface__["data"], stream_ptr))
            return cls()

        def __dlpack__(self, **how):
            return ("capsule", how)

        def __dlpack_device__(self):
            return (2, 0)

    class Cuda:
        @staticmethod
        def synchronize():
            asked.append("synchronize")

    array = device.DeviceArray(OnDevice(np.zeros(3)))
    monkeypatch.setattr(device, "_strided_memory_view", lambda: View)
    monkeypatch.setattr(device, "_numba_cuda", lambda: Cuda)
    assert array.__dlpack_device__() == (2, 0)
    assert array.__dlpack__(stream=7, copy=None) == ("capsule", {"stream": 7, "copy": None})
    assert asked == [((4096, False), -1)] * 2 + ["synchronize"]
    monkeypatch.setattr(device, "_strided_memory_view", lambda: object)
    with pytest.raises(BufferError, match="pip install --upgrade cuda-core"):
        array.__dlpack__()


def test_an_array_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"^shape: expected 24 bytes, got \(2, 2\) of float64, "):
        device.DeviceArray(OnDevice(np.zeros(3)), shape=(2, 2))
