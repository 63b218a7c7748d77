"""The kernels in Numba's CUDA simulator, in a process of its own; and where GPU tests end up."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

TESTS = Path(__file__).parents[2]
SIMULATED = Path(__file__).parent / "simulated"


def pytest_with(arguments, report, **environment):
    """Run pytest without this one's own settings. Returns (numbers by outcome, what it printed)."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    search = os.pathsep.join([str(TESTS), kept.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-q", f"--junit-xml={report}", *arguments],
        env={**kept, "PYTHONPATH": search, **environment},
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
    )
    printed = done.stdout + done.stderr
    assert report.exists(), printed
    suite = ElementTree.parse(report).getroot().find("testsuite")
    counts = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    return counts, printed


def test_the_kernels_hold_in_the_simulator(tmp_path):
    counts, printed = pytest_with([SIMULATED], tmp_path / "report.xml", NUMBA_ENABLE_CUDASIM="1")
    assert counts["tests"] > 0, printed
    assert (counts["failures"], counts["errors"], counts["skipped"]) == (0, 0, 0), printed


@pytest.mark.long
@pytest.mark.parametrize("laws", ["test_kernels.py", "test_groups.py"])
def test_further_kernels_hold_in_the_simulator(laws, tmp_path):
    arguments = [SIMULATED / laws, "-m", "long"]
    counts, printed = pytest_with(arguments, tmp_path / "report.xml", NUMBA_ENABLE_CUDASIM="1")
    assert counts["tests"] > 0, printed
    assert (counts["failures"], counts["errors"], counts["skipped"]) == (0, 0, 0), printed


def test_control_without_the_simulator_none_of_them_is_collected(tmp_path):
    counts, printed = pytest_with([SIMULATED], tmp_path / "report.xml", NUMBA_ENABLE_CUDASIM="0")
    assert counts["tests"] == 0, printed


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        ([], {"tests": 0}),
        (["-m", "gpu"], {"tests": 1, "skipped": 1, "failures": 0, "errors": 0}),
        (["-m", "gpu", "--require-gpu"], {"tests": 1, "skipped": 0, "failures": 0, "errors": 1}),
    ],
)
def test_a_gpu_test_without_a_gpu_is_skipped_or_fails_with_the_reason(tmp_path, arguments, outcome):
    file = tmp_path / "test_tiny.py"
    file.write_text("import pytest\n@pytest.mark.gpu\ndef test_tiny():\n    pass\n")
    ours = ["-c", TESTS.parent / "pyproject.toml", "-p", "conftest", "-rsf", file]
    # No GPU is visible there, also on a computer that has one.
    hidden = {"CUDA_VISIBLE_DEVICES": "", "NUMBA_ENABLE_CUDASIM": "0"}
    counts, printed = pytest_with([*ours, *arguments], tmp_path / "report.xml", **hidden)
    assert outcome.items() <= counts.items(), printed
    if counts["tests"]:
        assert "no NVIDIA driver is here" in printed or "CUDA_VISIBLE_DEVICES" in printed, printed
