"""The file of the table: records go in beside each other, and say what the outcomes say."""

import json

import pytest

from workbench.bench import records
from workbench.bench import tasks as bench
from workbench.tasks import TASKS, weather


@pytest.fixture(scope="module")
def outcomes():
    pytest.importorskip("vega_datasets")
    return [weather(seed=s, epochs=1, hidden_size=2, options={"progress": False}) for s in (0, 1)]


def test_a_record_says_what_the_outcomes_say(outcomes):
    entry = records.record(outcomes)
    assert entry["scores"] == [o.score for o in outcomes]
    assert entry["worst"] == max(entry["scores"])  # an error: the largest is the worst
    assert entry["baseline"] == outcomes[0].baseline
    assert entry["target"] == weather.target
    assert entry["beats_baseline"] == all(s < entry["baseline"] for s in entry["scores"])
    assert json.loads(json.dumps(entry)) == entry


def test_a_new_record_takes_the_place_of_its_own_and_no_other(tmp_path):
    file = tmp_path / "in" / "table.json"
    for task, cell, score in (("b", "lstm", 1), ("a", "gru", 2), ("b", "gru", 3), ("b", "lstm", 4)):
        records.merge(task, cell, {"scores": [score]}, file)
    assert records.read(file) == {
        "a": {"gru": {"scores": [2]}},
        "b": {"gru": {"scores": [3]}, "lstm": {"scores": [4]}},
    }
    assert [path.name for path in file.parent.iterdir()] == ["table.json"]


def test_no_file_is_an_empty_table(tmp_path):
    assert records.read(tmp_path / "none.json") == {}


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 1}'])
def test_a_file_that_is_no_table_is_refused_in_one_line(tmp_path, text):
    file = tmp_path / "table.json"
    file.write_text(text)
    with pytest.raises(ValueError, match="file: expected") as raised:
        records.merge("a", "gru", {}, file)
    assert "\n" not in str(raised.value)
    assert file.read_text() == text


def test_the_table_that_is_shipped_is_of_the_tasks_as_they_stand():
    table = records.read()
    for name, cells in table.items():
        task = TASKS[name]
        for entry in cells.values():
            assert entry["target"] == task.target
            assert (entry["measure"], entry["note"]) == (task.measure, task.note)
            assert len(entry["scores"]) == len(entry["seconds"]) == 5
            worst = (min if task.higher_is_better else max)(entry["scores"])
            assert entry["worst"] == worst


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sunspot"], "task: expected one of .* got sunspot"),
        (["--jsn"], "option: expected one of --json, --rehearse, got --jsn"),
        (["--json", "--rehearse"], "--json: expected without --rehearse"),
    ],
)
def test_a_wrong_word_is_answered_in_one_line(arguments, message):
    with pytest.raises(SystemExit, match=message) as raised:
        bench.main(arguments)
    assert "\n" not in str(raised.value)
