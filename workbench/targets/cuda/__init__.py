"""The CUDA writer: from a graph to numba.cuda kernels that record every named line.

The stages of a step, its adjoint lines and their names are those of the CPU's kernels; here they
become device functions of one unit. Blocks of threads follow rows of the batch through all steps in
one launch: alone, or as a group that shares a large network (`group`, `sharing`); what is too large
even for that is launched step by step (`by_step`, `launches`). One module holds one kernel, for one
cell, its lengths and a number type.

This package writes and launches kernels; it knows nothing of networks, traces or files. Only
`device` imports numba.cuda, and only when it is asked for.
"""

from dataclasses import replace
from functools import lru_cache

from ...equations.cell import WRITERS
from ...equations.gradient import contributions
from ...equations.stages import Plan
from ..cpu import plan_of
from ..cpu.spelling import helper_name
from ..notation import Text, equations
from ..spelling import calls, narrow, size_name
from .backward import backward_source, jacobian_source, log_norms_source
from .by_step import backward_by_step_source, forward_by_step_source
from .forward import forward_source
from .functions import device_function
from .room import room_of

HEADER = '''"""{kernel} of {name}, {dtype}, for a GPU: written from its equations. Do not edit.

{equations}
"""

import numpy as np
from numba import {dtype} as number_type, uint64 as index  # never below 0, which costs a test
from workbench.targets.cuda import arithmetic
from workbench.targets.cuda.device import cuda

real = np.{dtype}
options = dict(cache=CACHE, **arithmetic.bounds({threads}))
{lengths}


@cuda.jit(device=True)
def where(condition, a, b):
    return a if condition else b


'''


def source(plan, kernel, dtype, lengths, room, given=None, each=False):
    """Return (the module of one kernel as text, its Memory).

    kernel: "forward", "backward", "jacobian" or "log_norms". lengths: name -> length of every size.
    room: what a block may keep, a Room. given: for "backward", the lines that a loss adds to; for
        "log_norms" the line whose norms are asked for.
    each: whether every row has parameters of its own, as the networks of an ensemble.
    """
    body, memory = {
        "forward": lambda: forward_source(plan, lengths, room, each),
        "backward": lambda: backward_source(plan, lengths, room, given, each),
        "forward by step": lambda: forward_by_step_source(plan, lengths),
        "backward by step": lambda: backward_by_step_source(plan, lengths, given),
        "jacobian": lambda: jacobian_source(
            plan, lengths, replace(room, registers=0, shared=0), each
        ),
        "log_norms": lambda: log_norms_source(plan, lengths, room, given),
    }[f"{kernel} by step" if room.by_step else kernel]()
    expressions = list(plan.graph.nodes)
    expressions += [e for node in plan.graph.nodes for _, e in contributions(node)]
    used = [f for f in calls(expressions) if f"{helper_name(f)}(" in body]
    title = HEADER.format(
        kernel=kernel,
        name=plan.graph.name,
        dtype=dtype,
        threads=room.threads,
        equations="\n".join(equations(plan.graph, Text()).values()),
        lengths="\n".join(f"{size_name(name)} = {n}" for name, n in lengths.items()),
    )
    functions = "\n".join(line for f in used for line in device_function(f))
    return title + narrow(functions + body), memory


@lru_cache(maxsize=256)
def kernels(graph, layout, record, dtype):
    """Return the Kernels for a graph; the same object for the same request."""
    from .run import Kernels

    return Kernels(Plan(graph, layout, record), dtype)


@lru_cache(maxsize=256)
def ensemble_kernels(graph, layout, record, dtype):
    """Return the EnsembleKernels for a graph; the same object for the same request."""
    from .ensembles import EnsembleKernels

    return EnsembleKernels(Plan(graph, layout, record), dtype)


def _write(cell, kernel):
    """The text of a kernel for 64 units, in float32."""
    plan, inputs = plan_of(cell, kernel), 32 if cell.graph.tied is None else 64
    lengths = cell.lengths(inputs, 64, dict.fromkeys(cell.size_names, 64))
    return source(plan, kernel, "float32", lengths, room_of(plan, "float32", lengths))[0]


WRITERS["cuda"] = _write

__all__ = ["ensemble_kernels", "kernels", "source"]
