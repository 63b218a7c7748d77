"""Every built-in cell's kernels compiled for compute capability 9.0, with no GPU, and looked at.

Needs numba-cuda with a CUDA toolkit (pip install ".[cuda12]"); where they are missing the tests are
skipped, but `.ci/run` installs them and asks for no skip.
"""

import importlib.util
import re
from types import SimpleNamespace

import numpy as np
import pytest
from cases import CELLS, NAMES
from numba import types

from workbench.equations.stages import Layout, Plan
from workbench.targets.cuda import device, source
from workbench.targets.cuda.room import room_of
from workbench.targets.cuda.sharing import shared_room

OBSTACLE = device.package_obstacle("cuda12")
HAVE = OBSTACLE is None and device.ask_toolkit() is not None
pytestmark = [
    pytest.mark.skipif(not HAVE, reason='needs pip install ".[cuda12]"'),
    pytest.mark.skipif(device.simulated(), reason="the simulator compiles nothing"),
]
CAPABILITY = 9, 0
REGISTERS_OF_A_BLOCK = 65536


@pytest.fixture(autouse=True)
def without_a_driver(monkeypatch):
    """Numba asks the GPU what to compile for."""
    from numba.cuda import dispatcher

    gpu = SimpleNamespace(compute_capability=CAPABILITY)
    monkeypatch.setattr(dispatcher, "get_current_device", lambda: gpu)


def ptx_of(text, kernel, signature, folder, **options):
    """What numba-cuda makes of one kernel of a written module."""
    file = folder / "written.py"
    file.write_text(text.replace("cache=CACHE", "cache=False"))
    spec = importlib.util.spec_from_file_location("written", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, kernel).py_func
    return device.cuda.compile_ptx(function, signature, cc=CAPABILITY, **options)[0]


def resources(ptx):
    """(registers of a thread, bytes that spill) as the linker tells."""
    from cuda.core import Linker, LinkerOptions, ObjectCode

    options = LinkerOptions(arch="sm_90", ptxas_options=["-v"], verbose=True)
    linker = Linker(ObjectCode.from_ptx(ptx.encode()), options=options)
    linker.link("cubin")
    said = linker.get_info_log()
    spills = [int(n) for n in re.findall(r"(\d+) bytes spill", said)]
    (registers,) = re.findall(r"Used (\d+) registers", said)
    return int(registers), sum(spills)


KERNELS = ("forward", "backward", "jacobian")
EACH = [("elman", 32), ("elman", 64), ("lstm", 32), ("lstm", 64), ("gru", 32)]
"""Networks of ensembles, by cell and units."""


def plan_and_lengths(cell, units):
    """What kernels of a cell with so many units are written from."""
    inputs = units if cell.graph.tied is not None else 28
    lengths = cell.lengths(inputs, units, {size: 10 for size in cell.size_names})
    return Plan(cell.graph, Layout.of(cell.graph), "all"), lengths


def assert_good(cell, units, dtype, kernel, each, folder, batch=1):
    """One kernel of a cell keeps to its number type and to what a block has, and spills nothing."""
    plan, lengths = plan_and_lengths(cell, units)
    room = room_of(plan, dtype, lengths, each)
    if not each and kernel != "jacobian":
        room = shared_room(plan, kernel, dtype, lengths, batch)
    given = cell.output if kernel == "log_norms" else None
    text, memory = source(plan, kernel, dtype, lengths, room, given, each)
    assert memory.size <= room.shared
    arena, places = getattr(types, dtype)[::1], types.UniTuple(types.int64, 2 + len(memory.arena))
    arrays = [arena] * (1 if kernel == "forward" else 2)
    counters = [types.uint64[::1]] if room.blocks > 1 else []
    signature = types.void(*arrays, *counters, places)
    ptx = ptx_of(text, kernel, signature, folder, launch_bounds=(room.threads, 1))
    assert ".f64" not in ptx or dtype == "float64"
    registers, spilled = resources(ptx)
    assert registers * room.threads <= REGISTERS_OF_A_BLOCK
    assert spilled == 0
    return room


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_a_kernel_fits_a_block_and_keeps_to_its_number_type(name, dtype, kernel, tmp_path):
    assert_good(CELLS[name], 64, dtype, kernel, False, tmp_path)


LARGE = [
    ("lstm", 128, 64, "float32"),
    ("lstm", 128, 1000, "float32"),
    ("gru", 128, 64, "float32"),
    ("lstm", 256, 64, "float32"),
    ("lstm", 512, 1, "float32"),
    ("lstm", 512, 64, "float32"),
    ("lstm", 512, 64, "float64"),
    ("gru", 512, 64, "float32"),
    ("elman", 1024, 16, "float32"),
]
"""Networks of which several blocks share the matrices, or several rows are side by side."""


@pytest.mark.parametrize("kernel", ["forward", "backward"])
@pytest.mark.parametrize(("name", "units", "batch", "dtype"), LARGE)
def test_so_does_a_kernel_of_a_large_network(name, units, batch, dtype, kernel, tmp_path):
    room = assert_good(CELLS[name], units, dtype, kernel, False, tmp_path, batch)
    assert room.blocks > 1 or units == 128


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("kernel", "names"),
    [
        ("forward", ["forward_1", "forward_2"]),
        ("backward", ["backward_2", "backward_1", "cut_off"]),
    ],
)
def test_so_do_kernels_of_one_step(kernel, names, dtype, tmp_path):
    plan, lengths = plan_and_lengths(CELLS["gru"], 4096)
    room = shared_room(plan, kernel, dtype, lengths, 64)
    assert room.by_step
    text, memory = source(plan, kernel, dtype, lengths, room)
    arena = getattr(types, dtype)[::1]
    arrays = [arena] * (1 if kernel == "forward" else 2)
    places = types.UniTuple(types.int64, 2 + len(memory.arena))
    signature = types.void(*arrays, types.int64, places)
    for name in names:
        ptx = ptx_of(text, name, signature, tmp_path, launch_bounds=(room.threads, 1))
        assert ".f64" not in ptx or dtype == "float64"
        assert resources(ptx)[1] == 0


@pytest.mark.parametrize("kernel", [*KERNELS, "log_norms"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "units"), EACH)
def test_so_does_a_kernel_of_many_networks(name, units, dtype, kernel, tmp_path):
    assert_good(CELLS[name], units, dtype, kernel, True, tmp_path)


@pytest.mark.parametrize("kernel", ["multiply", "add_up", "clear"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_products_over_all_steps_keep_to_their_number_type(dtype, kernel, tmp_path):
    from workbench.targets.cuda import over_time

    arena, n = getattr(types, dtype)[::1], types.int64
    signature = {
        "multiply": types.void(arena, n, n, n, arena, n, n, n, arena, *[n] * 5),
        "add_up": types.void(arena, n, n, n, arena, n, n),
        "clear": types.void(arena, n, n),
    }[kernel]
    options, threads = {}, over_time.ACROSS**2
    if kernel == "multiply":
        options = {"launch_bounds": (threads, over_time.TOGETHER[dtype])}
    ptx = ptx_of(over_time.source(dtype), kernel, signature, tmp_path, **options)
    assert ".f64" not in ptx or dtype == "float64"
    registers, spilled = resources(ptx)
    assert spilled == 0
    if kernel == "multiply":
        assert registers * threads * over_time.TOGETHER[dtype] <= REGISTERS_OF_A_BLOCK
        # What a thread reads of a at once: 16 bytes.
        assert f"ld.shared.v{16 // np.dtype(dtype).itemsize}" in ptx


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(("shared", "asked"), [(48 * 2**10, 0), (48 * 2**10 + 4, 1)])
def test_the_driver_is_asked_for_more_shared_memory(shared, asked, together, monkeypatch):
    from cuda.bindings import driver as binding
    from numba.cuda.cudadrv import driver

    function = SimpleNamespace(handle="function", device=SimpleNamespace(id=3))
    library = SimpleNamespace(get_cufunc=lambda: function)
    compiled = SimpleNamespace(_codelibrary=library, cooperative=None)
    calls, types_of_arguments = [], []
    monkeypatch.setattr(
        driver, "driver", SimpleNamespace(cuKernelSetAttribute=lambda *given: calls.append(given))
    )
    dispatcher = SimpleNamespace(
        typeof_pyval=type, compile=lambda given: types_of_arguments.append(given) or compiled
    )
    device.prepare(dispatcher, (1, 2.0), shared, together)
    attribute = binding.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
    assert calls == [(attribute, shared, "function", 3)] * asked
    assert types_of_arguments == [(int, float)]
    assert compiled.cooperative is together
