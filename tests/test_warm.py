"""Compiling ahead of time."""

import pytest

from workbench.measure import gradient_phases
from workbench.targets import modules
from workbench.warm import warm


def test_three_kernels_for_each_cell_lie_on_disk_afterwards():
    assert warm(["elman"], progress=False) == 3
    names = {path.name.rsplit("_", 1)[0] for path in modules.cache_folder().glob("elman_*.py")}
    assert {"elman_forward", "elman_backward", "elman_jacobian"} <= names


def test_the_phase_diagram_need_not_wait_afterwards():
    warm(["elman"])
    before = set(modules.cache_folder().glob("*.py"))
    gradient_phases("elman", steps=10, hidden_size=2)
    assert set(modules.cache_folder().glob("*.py")) == before


def test_a_bar_is_shown(capsys):
    warm(["elman"], progress=True)
    assert "compiling" in capsys.readouterr().err


def test_an_unknown_cell_is_told():
    with pytest.raises(ValueError, match="cell: expected one of"):
        warm(["lsmt"])
