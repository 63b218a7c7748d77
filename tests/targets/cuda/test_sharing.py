"""How many blocks share a network's matrices, for the GPU that kernels are written for unasked."""

import numpy as np
import pytest

import workbench as wb
from workbench.equations.stages import Layout, Plan
from workbench.targets.cuda import room as of_a_block
from workbench.targets.cuda.group import Group
from workbench.targets.cuda.sharing import kept, shared_room

MULTIPROCESSORS, SHARED = 132, 232_448


@pytest.fixture(autouse=True)
def one_gpu(monkeypatch):
    monkeypatch.setattr(of_a_block, "_limits", lambda: (MULTIPROCESSORS, SHARED))


def ask(cell, units, batch, kernel, dtype="float32"):
    """(plan, lengths, Room) of a kernel of a network."""
    graph = wb.cells.get(cell).graph
    plan, lengths = Plan(graph, Layout.of(graph), "all"), wb.cells.get(cell).lengths(28, units, {})
    return plan, lengths, shared_room(plan, kernel, dtype, lengths, batch)


KERNELS = pytest.mark.parametrize("kernel", ["forward", "backward"])


@KERNELS
@pytest.mark.parametrize(("cell", "units"), [("lstm", 64), ("lstm", 128), ("elman", 256)])
def test_a_block_that_has_the_room_is_alone(cell, units, kernel):
    room = ask(cell, units, 64, kernel)[2]
    assert (room.blocks, room.rows) == (1, 1)


@KERNELS
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", ["lstm", "gru", "elman"])
def test_no_fewer_blocks_have_the_room(cell, dtype, kernel):
    plan, lengths, room = ask(cell, 512, 1, kernel, dtype)
    assert room.blocks > 1
    assert kept(plan, kernel, lengths, room)[1]
    for fewer in range(1, room.blocks):
        own = of_a_block.Room(room.threads, room.shared, room.registers, fewer)
        assert not kept(plan, kernel, lengths, own)[1]
    matrices = {"lstm": 4, "gru": 3, "elman": 1}[cell] * 512**2
    numbers = SHARED // np.dtype(dtype).itemsize + room.threads * room.registers
    assert matrices <= room.blocks * numbers


@KERNELS
@pytest.mark.parametrize("batch", [1, 5, 64, 133, 1000])
@pytest.mark.parametrize("units", [64, 512])
def test_every_row_of_a_batch_finds_a_group(units, batch, kernel):
    room = ask("lstm", units, batch, kernel)[2]
    groups = MULTIPROCESSORS // room.blocks
    assert room.rows in (1, 2, 3, 4, 8, 12, 16)
    # As many groups as there are, then as many rows of each as it may have.
    assert room.rows * groups >= batch or room.rows >= 8
    assert batch > groups * (room.rows - 4) or room.rows <= 4


@KERNELS
def test_what_nobody_has_room_for_is_shared_by_all(kernel):
    plan, lengths, room = ask("lstm", 4096, 8, kernel)
    assert room.blocks == MULTIPROCESSORS
    used, whole = kept(plan, kernel, lengths, room)
    assert not whole
    assert used <= room.shared


@KERNELS
def test_of_many_rows_every_step_is_launched_by_itself(kernel):
    assert not ask("lstm", 4096, 16, kernel)[2].by_step
    assert ask("lstm", 4096, 17, kernel)[2].by_step
    assert not ask("lstm", 512, 1000, kernel)[2].by_step
    assert ask("lstm", 60_000, 1, kernel)[2].by_step  # even one row of one step has no room


@pytest.mark.parametrize("blocks", [1, 2, 3, 7])
def test_rows_are_dealt_once_each(blocks):
    group = Group({"hidden_size": 5, "m": 3}, blocks)
    sizes = ["hidden_size", "m", "hidden_size"]
    array = np.random.default_rng(blocks).standard_normal((13, 4))
    dealt = group.dealt(array, sizes)
    assert dealt.shape == (blocks, group.slot(sizes), 4)
    found, at = [], 0
    for size in sizes:
        part = dealt[:, at : at + group.own(size)].reshape(-1, 4)
        found.append(part[: group.lengths[size]])
        assert (part[group.lengths[size] :] == 0).all()
        at += group.own(size)
    assert np.array_equal(np.concatenate(found), array)
