"""A check in a kernel: shown once, as HTML, with the learner's line; stopped when it is late."""

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = (
    "import workbench as wb",
    'def forward(x, h, W, U, b):\n    return x * 3\n\nwb.check("elman.forward", forward)',
    'result = wb.check("elman.forward", forward)\nresult',
    "result",
    "def deep(x):\n    return x @ x.T @ x.T\n",
    'wb.check("elman.forward", lambda x, h, W, U, b: deep(x))',
    "def forward(x, h, W, U, b):\n    while True:\n        pass\n"
    'print(bool(wb.check("elman.forward", forward, seconds=0.3)))',
)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_PROGRESS", str(tmp_path_factory.mktemp("kernel") / "progress.json"))
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
        NotebookClient(book, timeout=120).execute()
    return [cell.outputs for cell in book.cells]


def test_a_result_is_shown_once_in_its_cell_and_again_where_it_is_asked_for(outputs):
    assert [len(found) for found in outputs[:4]] == [0, 1, 1, 1]
    for found in outputs[1:4]:
        assert "not yet" in found[0].data["text/html"]
        assert "expected shape (4, 2)" in found[0].data["text/plain"]


def test_the_line_of_another_cell_is_shown(outputs):
    assert "line 2: return x @ x.T @ x.T" in outputs[5][0].data["text/plain"]


def test_an_endless_loop_is_stopped_and_the_kernel_goes_on(outputs):
    shown, printed = outputs[6]
    assert "It was stopped" in shown.data["text/plain"]
    assert printed.text == "False\n"
