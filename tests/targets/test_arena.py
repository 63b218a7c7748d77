"""Blocks of memory that are used again, and never while anyone still reads them."""

import gc

import numpy as np
import pytest

import workbench as wb
from workbench.targets.cpu import arena

F4 = np.dtype("float32")


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(arena, "_blocks", [])


def test_arrays_begin_at_cache_lines_and_do_not_overlap():
    shapes = [(3, 5), (1,), (7, 2, 9), (0, 4)]
    made = arena.arrays(shapes, F4)
    assert [a.shape for a in made] == shapes
    assert all(a.ctypes.data % arena.LINE == 0 and a.flags.c_contiguous for a in made)
    for value, array in enumerate(made):
        array.fill(value)
    assert all((array == value).all() for value, array in enumerate(made))


def test_a_block_is_used_again_when_its_last_view_is_gone():
    first = arena.arrays([(40, 5), (40, 5)], F4)
    address = first[0].ctypes.data
    view = first[1][3:, ::2].T  # of a view of a view
    del first
    gc.collect()
    assert arena.arrays([(40, 5), (40, 5)], F4)[0].ctypes.data != address
    del view
    assert len(arena._blocks) == 2
    arena.arrays([(40, 5), (40, 5)], F4)
    assert len(arena._blocks) == 2


def test_what_a_trace_shows_stays_after_the_trace_is_gone_and_others_have_run():
    net = wb.Recurrent("lstm", 3, 6, seed=0)
    x = np.random.default_rng(0).standard_normal((9, 2, 3))
    kept = {name: net.run(x)[name] for name in ("f", "c", "h")}
    copies = {name: array.copy() for name, array in kept.items()}
    d_x = net.run(x).bptt(kept["h"]).x
    d_x_copy = d_x.copy()
    for seed in range(5):
        other = net.like(seed).run(x * seed)
        other.bptt(other.h)
    assert all((kept[name] == copies[name]).all() for name in kept)
    assert (d_x == d_x_copy).all()


def test_thousands_of_short_traces_that_are_held_are_not_looked_through_at_every_run():
    net = wb.Recurrent("elman", 1, 4, seed=0)
    x = np.random.default_rng(0).standard_normal((2, 1))
    held = [net.run(k * x) for k in range(3 * arena.MOST)]
    assert len(arena._blocks) <= arena.MOST
    for k in (0, 1, 3 * arena.MOST - 1):
        assert (held[k].h == net.run(k * x).h).all()


def test_no_more_is_kept_than_the_limit(monkeypatch):
    monkeypatch.setattr(arena, "KEPT", 10_000)
    held = [arena.arrays([(1000,)], F4)[0] for _ in range(5)]
    assert sum(block.nbytes for block, _ in arena._blocks) <= 10_000
    for value, array in enumerate(held):
        array.fill(value)
    assert all((array == value).all() for value, array in enumerate(held))
    assert arena.arrays([(5000,)], F4)[0].shape == (5000,)
