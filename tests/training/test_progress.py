"""What is seen while a network learns: one bar and one picture, and nothing in a pipe."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from small import classifier, sequences

import workbench as wb
from workbench.training import progress

FOLDER = str(Path(__file__).parent)
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(wb.__file__).parents[1])}
TRAINING = f"""
import sys
sys.path.insert(0, {FOLDER!r})
from small import classifier, sequences
import workbench as wb
history = wb.fit(classifier(), sequences(), validation=sequences(5), epochs=3, batch_size=4)
"""


@pytest.fixture
def in_kernel(tmp_path, monkeypatch):
    """Run code in a cell of a notebook, in this interpreter, and return the cell's outputs."""
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3", "language": "python",
        "env": {"PYTHONPATH": ENVIRONMENT["PYTHONPATH"]},
    }  # fmt: skip
    (kernel / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))

    def run(code):
        cell = nbformat.v4.new_code_cell(code)
        notebook = nbformat.v4.new_notebook(cells=[cell])
        NotebookClient(notebook, kernel_name="python3", timeout=300).execute()
        return notebook.cells[0].outputs

    return run


def kinds(outputs):
    return [sorted(output.get("data", {"text": 0})) for output in outputs]


def test_a_notebook_has_one_bar_and_one_picture_that_is_drawn_again(in_kernel):
    drawn = "from workbench.training import progress\nprogress.LEAST = progress.SHARE = 0\n"
    outputs = in_kernel(drawn + TRAINING)
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    bars = [o for o in outputs if "application/vnd.jupyter.widget-view+json" in o.get("data", {})]
    assert (len(pictures), len(bars), len(outputs)) == (1, 1, 2), kinds(outputs)
    # The last update is what stands there.
    assert pictures[0]["data"]["text/plain"].startswith("Learning curves over 3 epochs: ")
    assert pictures[0]["metadata"]["image/png"]["width"] == 960


def test_a_notebook_that_wants_no_progress_has_none(in_kernel):
    assert in_kernel(TRAINING.replace("batch_size=4", "batch_size=4, progress=False")) == []


def test_in_a_pipe_there_is_no_bar():
    done = subprocess.run(
        [sys.executable, "-c", TRAINING], capture_output=True, text=True, env=ENVIRONMENT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_in_a_terminal_there_is_one_bar_that_ends_full():
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 200, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-c", TRAINING], stderr=theirs, stdout=subprocess.PIPE, env=ENVIRONMENT
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(mine, 4096):
            said += part
    except OSError:  # the other end was closed
        pass
    os.close(mine)
    assert (child.wait(), child.stdout.read()) == (0, b"")
    child.stdout.close()
    text = said.decode()
    assert text.count("\n") == 1
    last = text.rstrip().split("\r")[-1]
    assert "12/12" in last
    assert "epoch=2" in last
    assert "validation_loss=" in last


class Clock:
    """A clock whose hands are moved by hand."""

    now = 0.0

    def perf_counter(self):
        return self.now


@pytest.mark.parametrize("cost", [0.001, 0.2, 7.0])
@pytest.mark.parametrize("epoch", [0.01, 0.5, 30.0])
def test_drawing_takes_a_tenth_of_the_time_at_most(monkeypatch, cost, epoch):
    clock, drawn = Clock(), []

    class Pictures:
        @staticmethod
        def learning_curves(history):
            clock.now += cost
            drawn.append(len(history))
            return Picture()

    class Picture:
        def _repr_mimebundle_(self):
            return {"text/plain": "curves"}, {}

    class Trainer:
        history = wb.History()

    monkeypatch.setattr(progress, "time", clock)
    curves = progress.Curves()
    curves.pictures = Pictures
    Trainer.history = wb.History()
    while len(drawn) < 5:
        clock.now += epoch
        Trainer.history.add_epoch({"loss": 1.0})
        curves.after_epoch(Trainer)
        if drawn:
            # Every picture so far but the one just drawn has been paid for.
            assert (len(drawn) - 1) * cost <= clock.now / 10
    assert drawn == sorted(set(drawn))


def test_a_training_without_an_epoch_draws_nothing_and_the_bar_is_closed(capsys):
    with pytest.raises(ValueError, match="targets"):
        wb.fit(classifier(), (sequences()[0], sequences()[1] + 9))
    assert capsys.readouterr().err == ""
