"""A process that is killed while it saves leaves a file that loads: the old one or the new one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import workbench as wb

SCRIPT = Path(__file__).with_name("killed.py")


def killed(path, *arguments):
    """(kills, kills that left a temporary file) of one run of the script."""
    done = subprocess.run(
        [sys.executable, SCRIPT, path, *map(str, arguments)],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(wb.__file__).parents[1]),
            "OPENBLAS_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return map(int, done.stdout.split())


@pytest.mark.parametrize("kills", [15, pytest.param(200, marks=pytest.mark.long)])
def test_killed_at_random_moments_of_a_save(kills, tmp_path):
    count, _ = killed(tmp_path / "model.safetensors", kills, kills)
    assert count == kills


def test_killed_before_every_line_of_a_save(tmp_path):
    count, left = killed(tmp_path / "model.safetensors", "lines")
    assert count > 30
    assert left > 5


def test_control_a_file_that_is_written_in_place_is_caught(tmp_path):
    broken = SCRIPT.read_text().replace(
        "def leftovers(path):",
        "def in_place(path, content):\n"
        "    with open(path, 'wb') as file:\n"
        "        for byte in range(0, len(content), 256):\n"
        "            file.write(content[byte : byte + 256])\n"
        "            file.flush()\n\n\n"
        "from workbench.formats import arrays  # noqa: E402\n"
        "arrays.write_whole = in_place\n\n\n"
        "def leftovers(path):",
    )
    script = tmp_path / "broken.py"
    script.write_text(broken)
    done = subprocess.run(
        [sys.executable, script, tmp_path / "model.safetensors", "40", "1"],
        env={**os.environ, "PYTHONPATH": str(Path(wb.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "path: expected" in done.stderr
