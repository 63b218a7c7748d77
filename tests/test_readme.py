"""What the README says is so: its Python runs, its commands, names, pictures and numbers are there.

The commands that install, test and open JupyterLab are run by `.ci/run`, not here.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import workbench
from workbench import cells, cli
from workbench.bench import records, table
from workbench.bench.problems import SIZES

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
SPEED = ROOT / "workbench" / "bench" / "results" / "speed.json"
LARGEST_PICTURE = 150_000  # bytes

BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)
PYTHON = [body for language, body in BLOCKS if language == "python"]
SHELL = [line for language, body in BLOCKS if not language for line in body.splitlines()]
TABLES = "\n".join(line for line in TEXT.splitlines() if line.startswith("|"))
INSTALL = ('pip install ".[course]" && workbench lab', 'pip install ".[test]" && pytest')


def run_block(code: str, folder: Path) -> str:
    """Run Python as a reader would, in a folder of its own; returns what it printed.

    What asks for a GPU gets Numba's simulator.
    """
    simulator = {"NUMBA_ENABLE_CUDASIM": "1"} if 'device="cuda"' in code else {}
    path = [str(Path(workbench.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env=os.environ | simulator | {"PYTHONPATH": os.pathsep.join(filter(None, path))},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


NAMES = ("trace", "explorers", "training", "own cell", "GPU", "pictures")


@pytest.mark.parametrize("code", PYTHON, ids=NAMES)
def test_python_runs_word_for_word(code, tmp_path):
    said = run_block(code, tmp_path)
    assert said or list(tmp_path.iterdir())


def test_control_a_broken_block_fails(tmp_path):
    with pytest.raises(AssertionError, match="NameError"):
        run_block("undefined_name", tmp_path)


def test_the_first_python_is_eight_lines():
    assert len(PYTHON[0].split("\n\n")) == 2  # the style asks for a blank line after the imports
    assert len([line for line in PYTHON[0].splitlines() if line]) == 8


def test_the_two_commands_stand_alone_word_for_word():
    for command in INSTALL:
        assert ("", f"{command}\n") in BLOCKS


def test_every_shell_command_exists_with_its_options():
    said = set(re.findall(r"`(workbench [^`]+)`", TEXT))
    said |= {part for line in SHELL for part in line.split(" && ") if part.startswith("workbench")}
    assert len(said) >= 5
    for command in said:
        name, *arguments = shlex.split(command.split(",")[0])[1:]
        assert name in cli.COMMANDS, command
        cli.parser_of(name).parse_args(arguments)


def test_every_built_in_cell_is_in_the_table_and_no_other():
    row = TEXT.partition("## The cells that are built in")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", row)) == set(cells.CELLS)


def test_every_public_name_is_mentioned():
    shown = {"Cell", "EquationError", "Gradients", "Parameters", "Trace"}  # met, never typed
    assert {name for name in workbench.__all__ if f"wb.{name}" not in TEXT} <= shown


def test_names_after_wb_exist():
    for room, name in re.findall(r"\bwb\.(\w+)(?:\.(\w+))?", TEXT):
        found = getattr(workbench, room)
        assert not name or hasattr(found, name), f"wb.{room}.{name}"


def test_pictures_are_the_ones_its_own_code_makes_and_small():
    made = re.findall(r'"(\w+)\.(?:png|html)"', PYTHON[-1])
    shown = re.findall(r'src="notebooks/images/(\w+)\.png"', TEXT)
    assert set(shown) == set(made)
    for name in shown:
        picture = ROOT / "notebooks" / "images" / f"{name}.png"
        assert picture.read_bytes()[:4] == b"\x89PNG"
        assert picture.stat().st_size < LARGEST_PICTURE


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", TEXT) + re.findall(r'src="([^"]+)"', TEXT)
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize(
    ("file", "in_tests", "in_readme"),
    [
        ("recurrent/test_gradients.py", "TOLERANCE = 1e-12", "1e-12 of the largest entry"),
        ("recurrent/test_gradients.py", "range(10)", "10 small networks"),
        ("recurrent/test_gradients.py", "range(190)", "190 random ones"),
        (
            "targets/test_cpu.py",
            '{"float64": 1e-12, "float32": 1e-5}',
            "1e-12 in float64, 1e-5 in float32",
        ),
        ("targets/test_cpu.py", "range(100)", "100 networks for each number type"),
        ("recurrent/test_laws.py", "TOLERANCE = 1e-13", "| 1e-13 |"),
        ("recurrent/test_laws.py", "COUNT = 100", "| 100 networks |"),
    ],
)
def test_how_sure_is_what_the_tests_hold(file, in_tests, in_readme):
    assert in_readme in TABLES
    assert f"`pytest tests/{file}`" in TABLES
    assert in_tests in (ROOT / "tests" / file).read_text(encoding="utf-8")


def test_the_table_of_tasks_is_the_recorded_one():
    questions = {name: task.question for name, task in workbench.tasks.TASKS.items()}
    lines = records.markdown(records.read(), questions)
    assert "\n".join(["<!-- tasks -->", *lines, "<!-- /tasks -->"]) in TEXT
    assert {line.split("`")[1] for line in lines[2:]} == set(questions)


def test_the_table_of_speed_is_the_recorded_one():
    report = json.loads(SPEED.read_text(encoding="utf-8"))
    lines = table.markdown(report)
    assert "\n".join(["<!-- speed -->", *lines, "<!-- /speed -->"]) in TEXT
    assert len(lines) == 2 + len(SIZES)
    assert report["processor"] in TEXT
    assert report["date"] in TEXT
