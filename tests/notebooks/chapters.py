"""Runs a chapter as it is stored, and once more with every exercise solved.

A starter is a function without lines that a later `wb.check("name", function)` tries; the solution
put in its place is that exercise's own. Both runs need the fixture `kernels`. Judges nothing.
"""

import ast
import os
import shutil
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from workbench.exercises import EXERCISES

FOLDER = Path(__file__).parents[2] / "notebooks"
CELL_SECONDS = 600


def read(path):
    """The notebook as it is stored."""
    return nbformat.read(path, as_version=4)


def source(path, cell_id) -> str:
    """What stands in one cell."""
    (found,) = [cell.source for cell in read(path).cells if cell.id == cell_id]
    return found


def prose(path, *ids) -> str:
    """The words of these cells, or of all that hold words, on one line."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "markdown"]
    return " ".join(" ".join(c.source for c in cells if not ids or c.id in ids).split())


def by_cell(path, said) -> dict[str, str]:
    """Cell id -> what that code cell said, from all that they said in order."""
    ids = [cell.id for cell in read(path).cells if cell.cell_type == "code"]
    return dict(zip(ids, said, strict=True))


def run_with_starters(path) -> list[str]:
    """What each code cell says, in order, with the starters as they stand."""
    return said(path, read(path))


def run_with_solutions(path) -> list[str]:
    """What each code cell says, in order, with a solution in the place of every starter."""
    return said(path, solved(read(path)))


def said(path, notebook) -> list[str]:
    """Run a notebook in a copy of its folder with a progress file of its own; as text, what each
    code cell printed and showed. Raises CellExecutionError at the first cell that fails."""
    with tempfile.TemporaryDirectory() as folder:
        beside = shutil.copytree(Path(path).parent, Path(folder) / "notebooks")
        own = {**os.environ, "WORKBENCH_PROGRESS": str(Path(folder) / "progress.json")}
        done = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(beside)}},
        ).execute(env=own)
    return [_text(cell.outputs) for cell in done.cells if cell.cell_type == "code"]


def checks(notebook) -> list[tuple[int, str, str]]:
    """(index of its cell, exercise, learner's function) of every `wb.check("name", function)`."""
    found = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "wb.check":
                    exercise, function = node.args
                    found.append((index, exercise.value, function.id))
    return found


def solved(notebook):
    """The notebook, with the starter of every check changed into the exercise's solution."""
    for index, name, function in checks(notebook):
        solution = EXERCISES[name].solution.__name__
        source = EXERCISES[name].source.replace(f"def {solution}(", f"def {function}(", 1)
        cell, node = _starter(notebook.cells[: index + 1], function)
        lines = cell.source.splitlines()
        lines[node.lineno - 1 : node.end_lineno] = source.rstrip().splitlines()
        cell.source = "\n".join(lines)
    return notebook


def _starter(cells, function):
    """(cell, syntax tree) of the last function of that name in these cells; it has no lines yet."""
    for cell in reversed(cells):
        if cell.cell_type == "code":
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef) and node.name == function:
                    assert all(_is_empty(line) for line in node.body), f"{function} has lines"
                    return cell, node
    raise AssertionError(f"{function}: expected a starter before its check, found none")


def _is_empty(line):
    """Whether a statement is `pass`, `...` or a docstring."""
    constant = isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
    return isinstance(line, ast.Pass) or constant


def _text(outputs):
    """The text of a cell's outputs, printed or shown; what was shown ends its line."""
    return "".join(o.get("text") or o.get("data", {}).get("text/plain", "") + "\n" for o in outputs)
