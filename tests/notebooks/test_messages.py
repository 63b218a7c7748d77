"""What a learner sees in a notebook when something is wrong."""

import nbformat
import pytest
from nbclient import NotebookClient

CODE = """
import workbench as wb

@wb.cell
def f(x, h, W):
    h = W * x
    return h
"""


@pytest.mark.usefixtures("kernels")
def test_wrong_equations_show_their_message_and_no_inner_lines():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE)])
    NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute()
    (shown,) = notebook.cells[0].outputs
    assert len(shown.traceback) == 1
    assert shown.traceback[0].startswith("EquationError: f, line 5: h = W * x -- W is a matrix")
