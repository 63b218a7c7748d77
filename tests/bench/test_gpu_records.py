"""The GPU's tables as files: what they are called, and when one is stale."""

import json
import random
from pathlib import Path

import pytest

from workbench.bench import gpu_records, gpu_table

README = Path(__file__).parents[2] / "README.md"
KEPT = '"""What it does."""\n\nTEXT = """a # b\n\n  c"""\n\n\ndef f(a):\n    return a + 1\n'


@pytest.fixture
def package(tmp_path):
    """A folder with a file for each of SOURCES."""
    for pattern in gpu_records.SOURCES:
        file = tmp_path / pattern.replace("*", "one")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(KEPT)
    return tmp_path


def number(package):
    return gpu_records.digest(package=package)


@pytest.mark.parametrize("pattern", gpu_records.SOURCES)
def test_the_number_changes_with_every_file_that_the_kernels_are_made_of(package, pattern):
    before = number(package)
    file = package / pattern.replace("*", "one")
    file.write_text(KEPT.replace("a + 1", "a + 2"))
    assert number(package) != before
    file.write_text(KEPT)
    assert number(package) == before


@pytest.mark.parametrize(("old", "new"), [("a # b", "a # d"), ("  c", " c"), ("does", "did")])
def test_what_stands_in_a_text_counts(package, old, new):
    before = number(package)
    (package / "functions.py").write_text(KEPT.replace(old, new))
    assert number(package) != before


@pytest.mark.parametrize(
    "changed",
    [
        KEPT.replace("a + 1", "a + 1  # so"),
        KEPT.replace("def f", "# why\ndef f"),
        KEPT.replace("\n\n\ndef", "\n\n\n\ndef"),
        KEPT.replace("\n", "\r\n"),
    ],
)
def test_comments_empty_lines_and_line_ends_do_not_count(package, changed):
    before = number(package)
    (package / "functions.py").write_bytes(changed.encode())
    assert number(package) == before


def test_the_order_in_which_files_are_listed_does_not_count(package):
    files = gpu_records.sources(package)
    mixed = random.Random(1).sample(files, len(files))
    assert mixed != files
    assert gpu_records.digest(mixed, package) == gpu_records.digest(files, package)


def test_a_file_more_and_one_under_another_name_count(package):
    before = number(package)
    more = package / "targets" / "cuda" / "two.py"
    more.write_text(KEPT)
    with_two = number(package)
    more.rename(more.with_name("three.py"))
    assert len({before, with_two, number(package)}) == 3


def test_a_file_that_is_gone_is_no_file_that_is_empty(package):
    (package / "functions.py").unlink()
    with pytest.raises(ValueError, match=r"^sources: expected files like functions\.py, got none$"):
        number(package)


def test_the_kernels_files_are_among_the_sources():
    names = {file.relative_to(gpu_records.PACKAGE).as_posix() for file in gpu_records.sources()}
    assert {"targets/cuda/run.py", "targets/cuda/device.py", "equations/stages.py"} <= names
    assert {"targets/cpu/step.py", "functions.py", "targets/spelling.py"} <= names
    assert gpu_records.digest() == gpu_records.digest()


def made(kernels, **further):
    goal = {"goal": "cuDNN at hidden_size up to 128", "wanted": 1, "got": 2.0}
    row = {
        "cell": "lstm", "dtype": "float32", "time": 2, "batch": 3, "input_size": 4,
        "hidden_size": 5, "device": {"ours": 1.0, "cudnn": 2.0}, "why": {}, "goals": [goal],
    }  # fmt: skip
    rows = [
        row | {"pass": "forward"},
        row | {"pass": "both", "device": {"ours": 4.0, "cudnn": 2.0}},
    ]
    return {
        "device": {"name": "NVIDIA H200"}, "date": "2026-11-21", "kernels": kernels, "quick": False,
        "file": None, "includes": {"ours": "", "cudnn": "", "jax": ""}, "rows": rows,
        "ensembles": {"why": "not here", "rows": []}, **further,
    }  # fmt: skip


def test_a_table_is_called_by_gpu_and_date(tmp_path):
    assert gpu_records.file_of(made(""), tmp_path) == tmp_path / "gpu-nvidia-h200-2026-11-21.json"


def test_the_readme_shows_ratios_of_the_gpus_time():
    lines = gpu_table.markdown(made(""), stale=False)
    assert gpu_table.STALE not in lines
    assert "| `lstm`, float32 | 2, 3, 4, 5 | **2** / 0.5 | - / - |" in lines
    assert "Goal 1 times cuDNN at hidden_size up to 128: reached in 2 of 2 rows, 2 to 2." in lines


def test_other_cells_stay_only_beside_what_is_alike(tmp_path):
    file, older = tmp_path / "gpu.json", made("now", versions={"numba": "1"})
    report = older | {"rows": [], "versions": {}, "includes": {}, "ensembles": {"rows": []}}
    assert gpu_records.continued(report, {"elman"}, file) == report
    for text in ("not JSON", "[1]", '"rows"', '{"rows": []}'):
        file.write_text(text)
        assert gpu_records.continued(report, {"elman"}, file) == report
    gpu_records.write(older, file)
    assert gpu_records.continued(report, {"elman"}, file) == older
    assert gpu_records.continued(report, {"lstm"}, file) == older | {"rows": []}
    for other in ({"kernels": "then"}, {"date": "2026-11-22"}, {"quick": True}, {"device": {}}):
        assert gpu_records.continued(report | other, {"elman"}, file) == report | other


def test_a_table_of_other_kernels_may_be_shown_only_as_stale(tmp_path):
    file = tmp_path / "gpu-nvidia-h200-2026-11-21.json"

    def shown(kernels, text):
        file.write_text(json.dumps(made(kernels)))
        return gpu_records.shown_wrongly(text, tmp_path)

    assert shown("others", "nothing of a GPU") == []
    assert shown(gpu_records.digest(), "") == []
    now = "\n".join(gpu_records.block(file))
    assert gpu_table.STALE not in now
    assert shown(gpu_records.digest(), f"before\n{now}\nbehind") == []
    assert shown("others", now) == [file.name]
    stale = "\n".join(gpu_records.block(file))
    assert gpu_table.STALE in stale
    assert shown("others", stale) == []
    assert shown(gpu_records.digest(), stale) == [file.name]


def test_the_readme_shows_every_committed_table_as_what_it_is():
    """With no table committed there is nothing to be shown wrongly, and nothing may be shown."""
    text = README.read_text(encoding="utf-8")
    assert gpu_records.shown_wrongly(text) == []
    committed = {file.name for file in gpu_records.RESULTS.glob("gpu-*.json")}
    shown = {part.split(" ")[0] for part in text.split("<!-- ")[1:] if part.startswith("gpu-")}
    assert shown <= committed
