"""`workbench train`: a task's network in a file, and what Ctrl-C leaves."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

import workbench as wb
from workbench import cli
from workbench.formats import read_about, read_arrays
from workbench.train import train

SHORT = ["sunspots", "--cell", "elman", "--hidden-size", "3"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_trained_model_is_written_and_opens_in_an_explorer(here, capsys):
    assert cli.main(["train", *SHORT, "--epochs", "2"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("sunspots, elman, seed 0: root mean squared error")
    assert "persistence 30.29" in said
    assert sorted(p.name for p in here.iterdir()) == ["model.safetensors"]
    lines = said.split("To look inside:\n")[1]
    exec(textwrap.dedent(lines), {})  # what is printed runs as it stands
    about = read_about("model.safetensors")["about"]
    assert (about["task"], about["seed"], about["epochs"]) == ("sunspots", 0, 2)


def test_without_a_task_they_are_listed(here, capsys):
    assert cli.main(["train"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == list(wb.tasks.TASKS)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_keeps_what_was_learnt_and_resume_ends_with_the_same_bits(here):
    whole = [*SHORT, "--epochs", "200"]
    environment = os.environ | {"PYTHONPATH": str(Path(wb.__file__).parents[1])}
    command = [sys.executable, "-m", "workbench", "train", *whole]
    with open("said.txt", "w") as said:
        process = subprocess.Popen(command, env=environment, stdout=said)
        kept = here / "model.safetensors.training"
        deadline = time.monotonic() + 120
        while not (kept.exists() and read_arrays(kept)[1]["epoch"]):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert "go on with --resume" in (here / "said.txt").read_text()
    wb.load_model("model.safetensors")
    assert cli.main(["train", *whole, "--resume"]) == 0
    assert not kept.exists()
    resumed = wb.load_model("model.safetensors")
    assert cli.main(["train", *whole, "--out", "other.safetensors"]) == 0
    for name, array in wb.load_model("other.safetensors").parameters.items():
        assert np.array_equal(array, resumed.parameters[name]), name


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("sunspot", "TASK: expected one of mnist_rows"),
        ("sunspots --cell lstmm", "--cell: expected one of elman"),
        ("sunspots --epochs 0", "--epochs: expected a whole number from 1, got 0"),
        ("sunspots --hidden-size -1", "--hidden-size: expected a whole number from 1, got -1"),
        ("sunspots --seed x", "--seed: expected a whole number from 0, got x"),
        ("sunspots --out nowhere/m.safetensors", "--out: expected a file in a folder that exists"),
        ("sunspots --out m.pt", "--out: expected a name that ends in .safetensors, got m.pt"),
        ("sunspots --resume", "--resume: expected model.safetensors.training of an earlier"),
        ("sunspots --fast", "--fast: expected an option of this command, got --fast"),
        ("sunspots co2", "co2: expected nothing more, got co2"),
    ],
)
def test_a_mistake_is_one_line(line, answer, here, capsys):
    assert cli.main(["train", *line.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(answer)
    assert err.count("\n") == 1
    assert not list(here.iterdir())


def test_resuming_another_training_is_refused(here, capsys):
    (here / "model.safetensors.training").write_bytes(b"no checkpoint")
    assert cli.main(["train", *SHORT, "--resume"]) == 2
    assert "expected" in capsys.readouterr().err


def test_an_unknown_task_is_named_where_no_command_line_stands_before(here):
    with pytest.raises(ValueError, match=r"name: expected one of mnist_rows, .*, got 'chess'"):
        train("chess")


def test_a_stopped_training_is_not_begun_anew_unasked(here, capsys):
    kept = here / "model.safetensors.training"
    kept.write_bytes(b"half an hour")
    assert cli.main(["train", *SHORT]) == 2
    said = capsys.readouterr().err
    assert said.startswith("--resume: expected it, as model.safetensors.training of a training")
    assert kept.read_bytes() == b"half an hour"
