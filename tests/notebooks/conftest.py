"""The Jupyter kernel in which the tests run notebooks."""

import json
import os
import sys
from pathlib import Path

import pytest

import workbench


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Whatever runs a notebook takes tens of seconds: `pytest -m chapters`."""
    for item in items:
        if "kernels" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.chapters)


@pytest.fixture
def kernels(tmp_path, monkeypatch):
    """The kernel `python3` is this interpreter, with the same workbench, whatever is installed."""
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    search = [str(Path(workbench.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
        "env": {"PYTHONPATH": os.pathsep.join(filter(None, search))},
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    # Without these, a person's own start-up files and history take part in the test.
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
