"""Every notebook runs from top to bottom, is stored without what it printed, and links to others.

What its cells compute is not checked here; a notebook that claims a number checks it itself.
"""

import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from chapters import FOLDER
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import workbench
from workbench import lab

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
WITHOUT_TESTS = [
    path
    for path in NOTEBOOKS
    if not list(Path(__file__).parent.glob(f"test_chapter_{path.stem[:2]}.py"))
]
"""Those of a chapter are run by its own tests, as they stand and solved."""
CELL_SECONDS = 600

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def execute(path: Path) -> nbformat.NotebookNode:
    """Run a notebook where it lies; raises CellExecutionError at the first cell that fails."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    return NotebookClient(
        notebook, timeout=CELL_SECONDS, kernel_name="python3", resources=resources
    ).execute()


def what_was_left_in(notebook: nbformat.NotebookNode) -> list[str]:
    """What a notebook must be stored without and is not."""
    left = [f"metadata.{key}" for key in ("widgets", "signature") if key in notebook.metadata]
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if cell.outputs:
            left.append(f"outputs of {cell.id}")
        if cell.execution_count is not None:
            left.append(f"execution count of {cell.id}")
        if "execution" in cell.metadata:
            left.append(f"execution times of {cell.id}")
    return left


def dead_links(notebook: nbformat.NotebookNode, folder: Path) -> list[str]:
    """The links to files beside the notebook that lead nowhere, in prose and as <a> or <img>."""
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", prose, flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)[^)]*\)", prose)
    links += re.findall(r"""(?:href|src)\s*=\s*["']([^"']+)["']""", prose)
    files = [
        link.partition("#")[0] for link in links if not re.match(r"[a-z]+:|#|attachment", link)
    ]
    return [file for file in files if not (folder / unquote(file)).exists()]


def test_there_are_notebooks():
    assert lab.INDEX in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", WITHOUT_TESTS, ids=lambda path: path.stem)
def test_notebook_runs_from_top_to_bottom(path, kernels, tmp_path):
    # In a copy of the whole folder, as a learner has it: what a notebook writes is thrown away.
    copied = shutil.copytree(FOLDER, tmp_path / "notebooks")
    execute(copied / path.name)


@every_notebook
def test_notebook_is_valid_and_stored_without_results(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)  # the first with cell ids
    assert what_was_left_in(notebook) == []
    assert notebook.metadata.kernelspec.name == "python3"


@every_notebook
def test_links_between_notebooks_resolve(path):
    assert dead_links(nbformat.read(path, as_version=4), FOLDER) == []


def test_index_leads_to_every_chapter():
    index = nbformat.read(FOLDER / lab.INDEX, as_version=4)
    prose = "\n".join(cell.source for cell in index.cells if cell.cell_type == "markdown")
    missing = [path.name for path in NOTEBOOKS if f"({path.name})" not in prose]
    assert missing == [lab.INDEX]


def notebook_of(folder: Path, *cells) -> Path:
    """A notebook of these cells, written to a folder."""
    path = folder / "made.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    return path


def test_control_a_broken_notebook_fails(kernels, tmp_path):
    first = nbformat.v4.new_code_cell("import workbench\nassert workbench")
    broken = nbformat.v4.new_code_cell("undefined_name + 1")
    with pytest.raises(CellExecutionError) as failure:
        execute(notebook_of(tmp_path, first, broken))
    assert failure.value.ename == "NameError"
    assert "undefined_name" in failure.value.evalue


def test_control_the_kernel_is_this_interpreter(kernels, tmp_path):
    cell = nbformat.v4.new_code_cell(
        "import sys, workbench; print(sys.executable); print(workbench.__file__)"
    )
    done = execute(notebook_of(tmp_path, cell))
    said = done.cells[0].outputs[0].text.splitlines()
    assert said == [sys.executable, workbench.__file__]


def test_control_what_was_left_in_is_seen(tmp_path):
    stored = nbformat.v4.new_code_cell(
        "1", execution_count=3, outputs=[nbformat.v4.new_output("stream", text="1")]
    )
    notebook = nbformat.v4.new_notebook(cells=[stored], metadata={"widgets": {}})
    assert len(what_was_left_in(notebook)) == 3


def test_control_dead_links_are_seen(tmp_path):
    (tmp_path / "here.ipynb").touch()
    prose = nbformat.v4.new_markdown_cell(
        "[a](here.ipynb) [b](here.ipynb#part 'title') [c](https://example.org/x) [d](#part)\n"
        "`[e](in-code.ipynb)` [f](gone.ipynb) <a href='lost.ipynb'>g</a> ![h](gone.png)"
    )
    notebook = nbformat.v4.new_notebook(cells=[prose])
    assert dead_links(notebook, tmp_path) == ["gone.ipynb", "gone.png", "lost.ipynb"]
