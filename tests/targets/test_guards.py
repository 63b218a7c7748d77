"""What makes the kernels fast, held without a clock: vector instructions and no allocation."""

import re

import numpy as np
import pytest
from cases import NAMES, case
from llvmlite import binding, ir

from workbench import functions
from workbench.equations.stages import Layout, Plan
from workbench.targets import modules
from workbench.targets.cpu import Kernels, source
from workbench.targets.simd import WIDTH, Lanes
from workbench.targets.simd.lanes import Form

REGISTER = {64: "zmm", 32: "ymm", 16: "xmm"}[WIDTH]
X86 = binding.get_process_triple().split("-")[0] in ("x86_64", "i686")
PACKED = (
    rf"v?(mul|add|fmadd\w*|fnmadd\w*)ps\s.*%{REGISTER}" if X86 else r"f(mul|mla|add)\s+v\d+\.4s"
)


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Kernels that are compiled here and now, so that their code can be read."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(modules, "_compiled", {})


def compiled(c):
    """The compiled forward and backward kernel of a case, run once."""
    graph = c.net.cell.graph
    kernels = Kernels(Plan(graph, Layout.of(graph), "all"), "float32")
    problem = c.run()._problem
    record = kernels.empty_record(c.net.lengths, *problem.mask.shape, c.initial, {}, False)
    arrays = problem.parameter_arrays, record
    kernels.forward(problem.x, problem.mask, c.net.lengths, *arrays)
    cut, given = np.zeros(len(problem.x), bool), {c.net.cell.output: np.ones_like(record[0][0][1:])}
    kernels.backward(problem.x, problem.mask, cut, c.net.lengths, *arrays, given)
    return {name: kernels.kernel(name).compiled for name in ("forward", "backward")}


@pytest.mark.parametrize("name", NAMES)
def test_every_cells_step_is_vector_instructions(name, fresh):
    c = case(name, ("guards", 0), dtype="float32", time=2, batch=1)
    for kernel, dispatcher in compiled(c).items():
        (assembly,) = dispatcher.inspect_asm().values()
        found = re.findall(PACKED, assembly)
        assert len(found) >= 3, (kernel, len(found))


def test_no_time_loop_allocates():
    from numba.core.runtime import _nrt_python, rtsys

    c = case("lstm", ("guards", 1), dtype="float32", time=3)
    _nrt_python.memsys_enable_stats()
    try:
        counts = []
        for repeats in (1, 1, 20):
            x = np.concatenate([c.x] * repeats)
            before = rtsys.get_allocation_stats()
            trace = c.net.run(x, c.initial)
            trace.bptt(np.ones_like(trace[c.net.cell.output]))
            after = rtsys.get_allocation_stats()
            counts.append(after.alloc - before.alloc)
    finally:
        _nrt_python.memsys_disable_stats()
    assert counts[1] == counts[2] > 0


def test_the_width_of_the_vectors_stands_in_the_text_and_so_in_the_files_name():
    graph = case("gru", ("guards", 2)).net.cell.graph
    assert f"WIDTH = {WIDTH}" in source(Plan(graph, Layout.of(graph), "all"), "forward", "float32")


def test_the_same_functions_become_neon_instructions_for_arm():
    """Emitted and read, not run: no such processor has tried it."""
    form = Form(32, 4)
    module = ir.Module()
    kind = ir.FunctionType(ir.VoidType(), [form.reals.as_pointer()] * 2)
    function = ir.Function(module, kind, "step")
    builder = ir.IRBuilder(function.append_basic_block())
    a = Lanes(builder, builder.load(function.args[0]), form)
    builder.store((functions.tanh(a) * functions.sigmoid(a) + a).value, function.args[1])
    builder.ret_void()
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    target = binding.Target.from_triple("aarch64-unknown-linux-gnu")
    assembly = target.create_target_machine(opt=3).emit_assembly(
        binding.parse_assembly(str(module))
    )
    assert len(re.findall(r"\bf(?:mul|mla|mls|add|div)\s+v\d+\.4s", assembly)) > 10
    # Nothing calls a library for exp or tanh, one lane after the other.
    assert not re.search(r"\bbl\s", assembly)
