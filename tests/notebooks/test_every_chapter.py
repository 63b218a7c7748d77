"""What holds for every chapter: its starters, its solutions, its marks for nbgrader."""

import pytest
from chapters import FOLDER, checks, read, run_with_solutions, run_with_starters

from workbench.exercises import EXERCISES

CHAPTERS = {
    "01_sequences": [
        f"series.{name}" for name in ("persistence", "windows", "split", "standardise", "batch")
    ],
    "02_unfolding": [f"unfold.{name}" for name in ("count", "parts", "jordan", "wirings")],
    "03_bptt": [
        "elman.step", "elman.forward", "bptt.step", "bptt.through_time", "bptt.numeric"
    ],
    "04_classifier": [
        "output.softmax", "output.cross_entropy", "output.gradient", "bptt.truncated"
    ],
    "05_gradients": [
        "gradients.jacobian", "gradients.norms", "gradients.bound", "clipping.norm", "clipping.step"
    ],
    "06_lstm": [
        f"lstm.{name}" for name in ("step", "forward", "half_life", "step_back", "gate_order")
    ],
    "07_gru": ["gru.step", "gru.reset_after", "gru.count", "mingru.scan", "cfn.step"],
    "08_batches": [
        "padding.forward", "padding.last", "padding.mean", "padding.both_directions",
        "stream.chunks",
    ],
    "09_depth": [
        "reservoir.scale", "reservoir.readout", "reservoir.capacity", "bidirectional.forward",
        "stack.two_speeds",
    ],
    "10_tuning": ["stopping.epoch", "decay.step", "dropout.mask", "tuning.level"],
    "11_language": [
        "language.perplexity", "sampling.temperature", "sampling.pick", "memory.exposure",
        "probe.gap",
    ],
}  # fmt: skip
OWN_NAMES = "05_gradients"
"""Its functions have names of their own, `my_clip`, beside those that the text has defined."""

every_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def path_of(chapter):
    return FOLDER / f"{chapter}.ipynb"


def asked(notebook):
    """Exercise -> the cell that checks it, in order."""
    return {name: notebook.cells[index] for index, name, _ in checks(notebook)}


def test_there_are_no_others():
    assert [path.stem for path in sorted(FOLDER.glob("[0-9]*.ipynb"))][1:] == list(CHAPTERS)


@every_chapter
def test_its_exercises_are_these(chapter):
    assert list(asked(read(path_of(chapter)))) == CHAPTERS[chapter]


@every_chapter
def test_empty_starters_raise_nothing_and_are_told_so(chapter, ran, kernels):
    said = ran(path_of(chapter), run_with_starters)
    for name, cell in asked(read(path_of(chapter))).items():
        assert said[cell.id].startswith(f"{name}: not yet."), name
        assert said[cell.id].endswith("\n0\n"), name  # points


@every_chapter
def test_every_check_passes_with_the_solutions(chapter, ran, kernels):
    said = ran(path_of(chapter), run_with_solutions)
    for name, cell in asked(read(path_of(chapter))).items():
        assert said[cell.id].startswith(f"{name}: Public cases passed."), name
        assert said[cell.id].endswith(f"\n{cell.metadata.nbgrader.points}\n"), name
    assert "not written yet" not in "".join(said.values())


@pytest.mark.parametrize("chapter", [name for name in CHAPTERS if name != OWN_NAMES])
def test_the_starters_are_those_of_the_exercises(chapter):
    sources = [cell.source.strip() for cell in read(path_of(chapter)).cells]
    for name in CHAPTERS[chapter]:
        assert EXERCISES[name].starter.strip() in sources, name


@every_chapter
def test_starters_and_checks_are_marked_for_nbgrader(chapter):
    notebook = read(path_of(chapter))
    marked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    keys = {"grade", "grade_id", "locked", "schema_version", "solution", "task"}
    for cell in marked:
        marks = cell.metadata.nbgrader
        assert (marks["grade_id"], marks["schema_version"], marks["task"]) == (cell.id, 3, False)
        assert marks["grade"] is marks["locked"] is (not marks["solution"])
        assert marks["grade"] is ("wb.check" in cell.source)
        assert set(marks) == keys | ({"points"} if marks["grade"] else set())
    graded = [cell.id for cell in marked if cell.metadata.nbgrader.grade]
    assert graded == [cell.id for cell in asked(notebook).values()]
    assert len(marked) == 2 * len(graded)
