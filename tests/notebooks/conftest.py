"""The Jupyter kernel in which the tests run notebooks, and what each chapter says in it.

A test file of one chapter names it: CHAPTER = FOLDER / "03_bptt.ipynb".
"""

import json
import os
import sys
from pathlib import Path

import chapters
import pytest
from filelock import FileLock

import workbench


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Whatever runs a notebook takes tens of seconds: `pytest -m chapters`."""
    for item in items:
        if "kernels" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.chapters)


def found_first(monkeypatch, folder):
    """A kernel started from now on imports what lies in this folder, and elsewhere the rest."""
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)


@pytest.fixture
def kernels(tmp_path, monkeypatch):
    """The kernel `python3` is this interpreter, with the same workbench, whatever is installed."""
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    found_first(monkeypatch, Path(workbench.__file__).parents[1])
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    # Without these, a person's own start-up files and history take part in the test.
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.fixture(scope="session")
def ran(tmp_path_factory):
    """ran(path, run) -> cell id -> what it said: run once, whichever worker asks first.

    Ask for it together with `kernels`. run: such as `chapters.run_with_solutions`.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def once(path, run):
        file = folder / f"{path.stem} {run.__name__}.json"
        with FileLock(f"{file}.lock"):
            if not file.exists():
                file.write_text(json.dumps(chapters.by_cell(path, run(path))), encoding="utf-8")
            return json.loads(file.read_text(encoding="utf-8"))

    return once


@pytest.fixture(scope="module")
def notebook(request):
    """The chapter as it is stored."""
    return chapters.read(request.module.CHAPTER)


@pytest.fixture(scope="module")
def prose(request):
    """All words of the chapter, on one line."""
    return chapters.prose(request.module.CHAPTER)


@pytest.fixture
def starters(request, ran, kernels):
    """Cell id -> what it says in the chapter as it stands."""
    return ran(request.module.CHAPTER, chapters.run_with_starters)


@pytest.fixture
def solved(request, ran, kernels):
    """Cell id -> what it says in the chapter with all exercises solved."""
    return ran(request.module.CHAPTER, chapters.run_with_solutions)


@pytest.fixture
def hide(tmp_path, monkeypatch, kernels):
    """hide("mlxtend"): the kernel finds a package of that name that cannot be imported.

    It stands before the workbench's own folder, which is that of all packages once installed.
    """

    def hide(name):
        package = tmp_path / "hidden" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f"raise ModuleNotFoundError(name={name!r})\n")
        found_first(monkeypatch, package.parent)

    return hide
