"""The table of tasks as a file: what each task and cell reached, where and with what versions.

Every record of this room says where it was made in the same words: `processor`, `versions`. A file
of tasks holds {task: {cell: record}}. New records take the place of old ones of the same task and
cell, and leave the others alone. Does not train. Does not name the computer, only its processor.
"""

import json
import os
import platform
import re
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

FILE = Path(__file__).parent / "results" / "tasks.json"
"""The table that comes with the package; `python -m workbench.bench.tasks --json` writes it."""
PACKAGES = ("numpy", "numba", "scipy")


def processor():
    """The processor's name and how many of its cores may be used, in words."""
    name = platform.processor() or platform.machine()
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        text = ""
    if found := re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE):
        name = found[1].strip()
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{name}, {usable} cores"


def versions(packages=PACKAGES):
    """Name -> version, of Python and of those packages that are installed under that name."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def record(outcomes):
    """What the Outcomes of one task and cell say, one for each seed, as plain numbers and words.

    scores and seconds are in the order of the seeds; the worst and the median score are by the
    task's own direction, and every number is as it came.
    """
    first = outcomes[0]
    task = first.task
    ranked = sorted((o.score for o in outcomes), reverse=not task.higher_is_better)
    return {
        "measure": task.measure,
        "higher_is_better": task.higher_is_better,
        "baseline": first.baseline,
        "baseline_name": first.problem.baseline_name,
        "target": task.target,
        "seeds": [o.seed for o in outcomes],
        "scores": [float(o.score) for o in outcomes],
        "worst": float(ranked[0]),
        "median": float(ranked[len(ranked) // 2]),
        "beats_baseline": all(o.beats_baseline for o in outcomes),
        "reaches_target": all(o.reaches_target for o in outcomes),
        "seconds": [round(o.seconds, 2) for o in outcomes],
        "parameters": int(first.model.parameters.count),
        "note": task.note,
        "versions": versions(),
        "processor": processor(),
        "date": f"{date.today():%Y-%m}",
    }


def read(file=FILE):
    """{task: {cell: record}} of a file; nothing where there is none.

    Raises ValueError where the file is not such a table.
    """
    file = Path(file)
    if not file.is_file():
        return {}
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"file: expected a table of tasks in JSON, got {error}") from None
    if not isinstance(table, dict) or not all(isinstance(cells, dict) for cells in table.values()):
        raise ValueError(f"file: expected {{task: {{cell: record}}}}, got {str(table)[:40]}")
    return table


def merge(task, cell, entry, file=FILE):
    """Put one record into a file, in place of an older one of the same task and cell."""
    file = Path(file)
    table = read(file)
    table[task] = dict(sorted((table.get(task, {}) | {cell: entry}).items()))
    write(dict(sorted(table.items())), file)


def write(data, file):
    """Write a dict of plain values as JSON, a line for each row; the whole file or none of it."""
    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part")
    lines = ",\n".join(f"{json.dumps(key)}: {_rows(value)}" for key, value in data.items())
    unfinished.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    unfinished.replace(file)


def _rows(value):
    """A list of dicts with a line for each, anything else on one."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)


def markdown(table, questions):
    """The table as lines of Markdown. questions: task -> what is learnt, in words; their order."""
    lines = [
        "| task | what is learnt | cell | measure | without a network | target | worst of five |",
        "|---|---|---|---|---|---|---|",
    ]
    for task, question in questions.items():
        for cell, own in table.get(task, {}).items():
            worst = f"{own['worst']:.3g}"
            worst = f"**{worst}**" if own["beats_baseline"] else f"{worst}; {own['note']}"
            missed = "" if own["reaches_target"] else ", misses it"
            lines.append(
                f"| `{task}` | {question} | {cell} | {own['measure']} | {own['baseline']:.3g}, "
                f"{own['baseline_name']} | {own['target']:.3g} | {worst}{missed} |"
            )
    return lines
