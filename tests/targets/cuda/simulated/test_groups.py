"""Blocks that share a network's units and meet at every stage, and rows side by side.

Here blocks run side by side as on a GPU, see `blocks_at_once`.
"""

import time
from dataclasses import replace

import numpy as np
import pytest
from blocks_at_once import blocks_at_once
from cases import NAMES, generator
from kernel_laws import assert_close, both, same_gradients

import workbench as wb
from workbench.targets import cuda
from workbench.targets.cuda import arithmetic, forward, group, room, run


@pytest.fixture
def dealt(monkeypatch):
    """dealt(blocks, rows, groups): what kernels are written for from now on; yields the grids."""

    def dealt(blocks=1, rows=1, groups=2, by_step=False):
        def shared_room(plan, kernel, dtype, lengths, batch):
            alone = room.room_of(plan, dtype, lengths)
            return replace(alone, blocks=blocks, rows=rows, by_step=by_step)

        cuda.kernels.cache_clear()
        monkeypatch.setattr(run, "shared_room", shared_room)
        monkeypatch.setattr(run, "multiprocessors", lambda: groups * blocks)
        return grids

    with blocks_at_once(monkeypatch) as grids:
        yield dealt
    cuda.kernels.cache_clear()


PLAIN = ("elman", "gru", "wide_memory")
"""Cells of the plain run; the others are in `pytest -m long`."""
BY_STEP = (*PLAIN, "lstm", "slstm", "every_function", "residual")
"""Cells that are also stepped through: with the same functions, so that these stand for all."""
WAYS = [(name, {"blocks": 2, "rows": 2}) for name in NAMES]
WAYS += [(name, {"by_step": True}) for name in BY_STEP]


@pytest.mark.parametrize(
    ("name", "way"),
    [pytest.param(*way, marks=[] if way[0] in PLAIN else pytest.mark.long) for way in WAYS],
)
def test_every_cell_does_what_it_does_on_the_cpu(name, way, dealt):
    grids = dealt(**way)
    exact, found, weights = both(name, "group", "float64", lengths=[4, 3])
    for line in exact.names:
        assert_close(found[line], exact[line], "float64", line)
    same_gradients(found.bptt(weights), exact.bptt(weights), "float64")
    assert "blocks" not in way or (2, 1, 1) in grids


FURTHER = [
    ("lstm", {"rows": 3, "groups": 1}),
    ("lstm", {"blocks": 3}),
    ("gru", {"blocks": 2, "rows": 8, "groups": 1}),
    ("lstm", {"blocks": 4, "rows": 8, "groups": 1}),
    ("lstm", {"by_step": True}),
]


@pytest.mark.parametrize(
    ("cell", "way"),
    [
        ("lstm", {"blocks": 2, "rows": 2, "groups": 1}),
        ("gru", {"blocks": 4}),
        ("gru", {"by_step": True}),
        *(pytest.param(*case, marks=pytest.mark.long) for case in FURTHER),
    ],
)
def test_units_and_rows_that_do_not_come_out_even(cell, way, dealt):
    """Five units and three rows: blocks with fewer units, one with none, groups with fewer rows."""
    dealt(**way)
    g = generator("uneven", cell, *way)
    net, alike = (wb.Recurrent(cell, 2, 5, seed=1, device=d) for d in ("cuda", "cpu"))
    x, d = g.standard_normal((3, 3, 2)), g.standard_normal((3, 3, 5))
    given = {"lengths": [3, 1, 2], "clamp": {"n" if cell == "gru" else "o": 0.5}}
    found, exact = net.run(x, **given), alike.run(x, **given)
    for line in exact.names:
        assert_close(found[line], exact[line], "float64", line)
    for options in ({}, {"truncate": 2}):
        same_gradients(found.bptt(d, **options), exact.bptt(d, **options), "float64")


def test_what_is_kept_nowhere_is_read_by_every_block_at_every_step(dealt, monkeypatch):
    monkeypatch.setattr(room, "SHARED", 500)
    monkeypatch.setattr(room, "REGISTERS", {"float64": 0})
    dealt(2, 2)
    g = generator("streamed")
    net, alike = (wb.Recurrent("elman", 2, 6, seed=1, device=d) for d in ("cuda", "cpu"))
    x, d = g.standard_normal((3, 3, 2)), g.standard_normal((3, 3, 6))
    found, exact = net.run(x), alike.run(x)
    assert_close(found.h, exact.h, "float64", "h")
    same_gradients(found.bptt(d), exact.bptt(d), "float64")


def test_control_blocks_that_do_not_meet_are_wrong(dealt, monkeypatch):
    """The second block is held up: the first must not go on without it."""
    alone = "    if cuda.blockIdx.x == 1:\n        arithmetic.wait()\n    cuda.syncthreads()\n"
    text = group.MEETING.split('"""')[0] + '"""Nobody waits."""\n' + alone + "\n\n"
    monkeypatch.setattr(arithmetic, "wait", lambda: time.sleep(0.2), raising=False)
    monkeypatch.setattr(forward, "MEETING", text)
    dealt(2, 1)
    x = generator("control").standard_normal((3, 1, 2))
    net, alike = (wb.Recurrent("elman", 2, 4, seed=1, device=d) for d in ("cuda", "cpu"))
    assert np.abs(net.run(x).h - alike.run(x).h).max() > 1e-3
