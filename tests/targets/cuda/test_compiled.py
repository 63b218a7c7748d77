"""Every built-in cell's kernels compiled for compute capability 9.0, with no GPU, and looked at.

Needs numba-cuda with a CUDA toolkit (pip install ".[cuda12]"); where they are missing the tests are
skipped, but `.ci/run` installs them and asks for no skip.
"""

import importlib.util
import re
from types import SimpleNamespace

import pytest
from cases import CELLS, NAMES
from numba import types

import workbench as wb
from workbench.equations.stages import Layout, Plan
from workbench.targets.cuda import device, source

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


@pytest.mark.parametrize("kernel", ["forward", "backward", "jacobian"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_a_kernel_fits_a_block_and_keeps_to_its_number_type(name, dtype, kernel, tmp_path):
    from workbench.targets.cuda.run import THREADS, room_of

    cell = CELLS[name]
    inputs = 64 if cell.graph.tied is not None else 28
    net = wb.Recurrent(cell, inputs, 64, sizes={size: 10 for size in cell.size_names}, dtype=dtype)
    plan = Plan(cell.graph, Layout.of(cell.graph), "all")
    text, memory = source(plan, kernel, dtype, net.lengths, room_of(plan, dtype))
    arena, places = getattr(types, dtype)[::1], types.UniTuple(types.int64, 2 + len(memory.arena))
    signature = types.void(*[arena] * (1 if kernel == "forward" else 2), places)
    ptx = ptx_of(text, kernel, signature, tmp_path, launch_bounds=(THREADS, 1))
    assert ".f64" not in ptx or dtype == "float64"
    registers, spilled = resources(ptx)
    assert registers * THREADS <= REGISTERS_OF_A_BLOCK
    assert spilled == 0


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
    ptx = ptx_of(over_time.TEXT.format(dtype=dtype, tile=16), kernel, signature, tmp_path)
    assert ".f64" not in ptx or dtype == "float64"
    assert resources(ptx)[1] == 0
