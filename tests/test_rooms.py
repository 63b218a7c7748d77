"""The rooms of the package: which may import which, what belongs in one alone, how long a file is.

Read from the source with `ast`, so that an import inside a function counts like any other. It
does not follow names that are put together while the program runs.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench

PACKAGE = Path(workbench.__file__).parent

# What each room may import, besides itself. Measure and formats do without each other.
EQUATIONS = {"functions"}
CELLS = EQUATIONS | {"equations"}
TARGETS = CELLS
RECURRENT = TARGETS | {"targets", "cells"}
LAYERS = RECURRENT | {"recurrent"}
ABOVE_LAYERS = LAYERS | {"layers", "data"}
TRAINING = ABOVE_LAYERS | {"measure", "formats"}
TASKS = TRAINING | {"training"}
PICTURES = TASKS | {"themes"}
EXPLORERS = PICTURES | {"pictures", "tasks"}
EXERCISES = EXPLORERS | {"explorers"}
MAY_IMPORT = {
    "data": set(),
    "themes": set(),
    "functions": set(),
    "equations": EQUATIONS,
    "cells": CELLS,
    "targets": TARGETS,
    "recurrent": RECURRENT,
    "layers": LAYERS,
    "training": TRAINING,
    "tasks": TASKS,
    "measure": ABOVE_LAYERS,
    "formats": ABOVE_LAYERS,
    "pictures": PICTURES,
    "explorers": EXPLORERS,
    "exercises": EXERCISES,
}
# These stand outside the list: they may import any room, and no room may import them.
DOORS = {"__init__", "__main__", "cli"} | {
    "report", "lab", "websocket", "train", "doctor", "warm", "bench"
}  # fmt: skip

# Where a lower room reaches for a higher one by name: a cell that is shown asks for its writers
# when nobody has brought them yet, and training asks for pictures when it runs in a notebook.
REACHES_UP = (
    ("equations/cell.py", "workbench.targets"),
    ("training/progress.py", "workbench.pictures"),
)

LONGEST_FILE = 400
NOT_BY_IMPORT = ("matplotlib", "jupyter", "IPython", "torch", "pandas", "statsmodels")


def room_of(module: str) -> str:
    """`workbench.targets.cpu` -> `targets`; the package itself -> `__init__`."""
    return [*module.split("."), "__init__"][1]


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything imported anywhere in a file of this package.

    `from a.b import c` gives `a.b.c`, because c may be a module; relative names are made whole.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            parts = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*parts, node.module] if node.module else parts)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if name in ("import_module", "__import__") and isinstance(first, ast.Constant):
                yield node.lineno, str(first.value)


def modules(package: Path) -> Iterator[tuple[Path, str, str]]:
    """(file, module name, name of the package it is in) of every Python file."""
    for path in sorted(package.rglob("*.py")):
        parts = ["workbench", *path.relative_to(package).with_suffix("").parts]
        inside = ".".join(parts[:-1])
        yield path, inside if parts[-1] == "__init__" else ".".join(parts), inside


def violations(package: Path) -> list[str]:
    """Every breach of the rules in a package, one line each: `file:line: what`."""
    found, with_gpu = [], {"CUDA": set(), "CuPy": set()}
    for path, module, inside in modules(package):
        file, room = path.relative_to(package).as_posix(), room_of(module)
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) > LONGEST_FILE:
            found.append(f"{file}: longer than {LONGEST_FILE} lines")
        if room not in MAY_IMPORT and room not in DOORS:
            found.append(f"{file}: {room} has no place among the rooms of this test")
            continue
        for line, name in imported(ast.parse(text), inside):
            top, other = name.split(".")[0], room_of(name)
            if name == "numba.cuda" or name.startswith("numba.cuda.") or top == "cuda":
                with_gpu["CUDA"].add(file)
            if top == "cupy":
                with_gpu["CuPy"].add(file)
            if top == "matplotlib" and room not in ("pictures", "report", "doctor"):
                found.append(f"{file}:{line}: matplotlib outside pictures and report")
            if (file, name) in REACHES_UP:
                continue
            if top != "workbench" or room in DOORS or other == room:
                continue
            if other not in MAY_IMPORT:
                # `from workbench import Recurrent` would be a way around every direction.
                found.append(f"{file}:{line}: a room imports {name} through the front door")
            elif other not in MAY_IMPORT[room]:
                found.append(f"{file}:{line}: {room} imports {other}")
    for what, files in with_gpu.items():
        if len(files) > 1:
            found.append(f"{what} is imported in {', '.join(sorted(files))}: one file may")
    return found


def test_every_room_keeps_to_the_rules():
    assert violations(PACKAGE) == []


def test_no_file_of_the_explorers_pages_is_long():
    pages = PACKAGE / "explorers" / "web"
    files = [*pages.glob("src/**/*.js"), *pages.glob("*.css")]
    long = [f.name for f in files if len(f.read_text("utf-8").splitlines()) > LONGEST_FILE]
    assert long == []


def test_the_directions_have_no_way_back():
    for room, allowed in MAY_IMPORT.items():
        for other in allowed:
            assert room not in MAY_IMPORT[other]
            # What an allowed room needs is allowed too: leaving out a step changes nothing.
            assert MAY_IMPORT[other] <= allowed


@pytest.mark.parametrize(
    ("file", "source", "breach"),
    [
        ("functions.py", "from workbench.targets import cpu", "functions imports targets"),
        ("equations/cell.py", "import workbench.targets.cpu", "equations imports targets"),
        ("equations/cell.py", "from ..targets import cpu", "equations imports targets"),
        ("equations/graph.py", "from .. import targets", "equations imports targets"),
        ("equations/__init__.py", "from ..targets import cpu", "equations imports targets"),
        ("equations/deep/a.py", "from ...targets import cpu", "equations imports targets"),
        ("targets/cpu.py", "def f():\n    from workbench import recurrent", "targets imports recu"),
        ("targets/cpu.py", "import importlib as i\ni.import_module('workbench.layers')", "layers"),
        ("cells/lstm.py", "from workbench.targets import cpu", "cells imports targets"),
        ("data/series.py", "from workbench.functions import tanh", "data imports functions"),
        ("recurrent/run.py", "from workbench.data import series", "recurrent imports data"),
        ("training/fit.py", "import workbench.pictures", "training imports pictures"),
        ("formats/files.py", "import workbench.training", "formats imports training"),
        ("measure/reach.py", "import workbench.formats", "measure imports formats"),
        ("pictures/gates.py", "import workbench.explorers", "pictures imports explorers"),
        ("layers/dense.py", "from workbench import Recurrent", "through the front door"),
        ("layers/dense.py", "from workbench.report import write", "through the front door"),
        ("layers/dense.py", "import workbench as wb", "through the front door"),
        ("measure/norms.py", "import matplotlib.pyplot as plt", "matplotlib outside"),
        ("cli.py", "def f():\n    from matplotlib import pyplot", "matplotlib outside"),
        ("kitchen/sink.py", "", "kitchen has no place"),
        ("functions.py", "\n" * 401, "longer than 400 lines"),
    ],
)
def test_control_each_kind_of_breach_is_seen(tmp_path, file, source, breach):
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    found = violations(tmp_path)
    assert len(found) == 1
    assert breach in found[0]
    assert found[0].startswith(file)


@pytest.mark.parametrize(
    ("what", "first", "second"),
    [("CUDA", "from numba import cuda", "numba.cuda.random"), ("CuPy", "import cupy", "cupy.cuda")],
)
def test_control_a_second_file_with_cuda_is_seen(what, first, second, tmp_path):
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "cuda.py").write_text(first)
    assert violations(tmp_path) == []
    (tmp_path / "targets" / "cpu.py").write_text(f"def f():\n    import {second}")
    assert violations(tmp_path) == [
        f"{what} is imported in targets/cpu.py, targets/cuda.py: one file may"
    ]


def test_control_what_is_allowed_is_not_reported(tmp_path):
    for file, source in {
        "__init__.py": "from workbench.recurrent.recurrent import Recurrent",
        "cli.py": "from workbench import lab, pictures",
        "report.py": "import matplotlib",
        "cells/lstm.py": "from workbench.equations import cell\nfrom ..functions import tanh",
        "cells/gru.py": "from .lstm import lstm\nfrom . import lstm as same",
        "pictures/gates.py": "import matplotlib\nfrom workbench.measure import norms",
        "exercises/checks.py": "from workbench import functions, explorers, data",
    }.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(source)
    assert violations(tmp_path) == []


def modules_after(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running this code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return {re.split(r"[._]", name)[0] for name in done.stdout.split() if name[0] != "_"}


def test_import_workbench_stays_light():
    assert modules_after("import workbench") & set(NOT_BY_IMPORT) == set()


@pytest.mark.parametrize("light", ["Recurrent", "fit", "explore"])
def test_matplotlib_waits_until_a_picture_is_drawn(light):
    heavy = {"matplotlib", "numba", "torch", "pandas", "jupyter"}
    assert modules_after(f"import workbench; workbench.{light}") & heavy == set()


def test_control_a_picture_that_is_drawn_loads_matplotlib():
    code = "import workbench; workbench.explore.gates('elman', [1, 2]).picture()"
    assert "matplotlib" in modules_after(code)


def test_control_a_heavy_import_is_seen():
    assert "matplotlib" in modules_after("import workbench, matplotlib")
    assert "jupyter" in modules_after("import workbench, jupyter_client")
