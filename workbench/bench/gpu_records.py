"""The GPU's table as a file: its name, what it says of the GPU, and whether it is stale.

A table is of the kernels it was measured with. `digest` is a number of all files whose text makes
them; a table with another one is stale. Comments, empty lines and the ends of lines do not count.
"""

import hashlib
import io
import json
import re
import tokenize
from pathlib import Path

from ..targets.cuda import device
from . import gpu_table, records

PACKAGE = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
SOURCES = (
    "targets/cuda/*.py", "equations/*.py", "functions.py", "targets/spelling.py",
    "targets/cpu/spelling.py", "targets/cpu/step.py", "targets/cpu/places.py",
    "targets/cpu/forward.py", "targets/cpu/backward.py",
)  # fmt: skip
"""Whose text a GPU's kernels and their launches are made of."""
DRIVER = Path("/sys/module/nvidia/version")


def sources(package=PACKAGE):
    """The files of SOURCES. Raises ValueError where one of them is gone."""
    found = []
    for pattern in SOURCES:
        files = list(package.glob(pattern))
        if not files:
            raise ValueError(f"sources: expected files like {pattern}, got none")
        found += files
    return found


def digest(files=None, package=PACKAGE):
    """What the kernels are made of, as 16 hexadecimal digits; the order of `files` is no matter."""
    files = sources(package) if files is None else files
    named = sorted((file.relative_to(package).as_posix(), file) for file in files)
    total = hashlib.sha256()
    for name, file in named:
        total.update(f"{name}\n{stripped(file.read_bytes().decode('utf-8'))}\n".encode())
    return total.hexdigest()[:16]


def stripped(text):
    """Python without its comments and empty lines, with line ends of one kind."""
    lines = io.StringIO(text, newline=None).read().splitlines()
    joined = "\n".join(lines) + "\n"
    # Only where comments begin is taken from the tokens: Python 3.12 has others for f-strings.
    for token in tokenize.generate_tokens(io.StringIO(joined).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def described():
    """What a table says of the GPU: `device.describe`, and the version of its driver."""
    version = DRIVER.read_text().strip() if DRIVER.is_file() else None
    return device.describe() | {"driver_version": version}


def file_of(report, folder=RESULTS):
    """Where a table lies: gpu-nvidia-h200-2026-11-21.json."""
    name = re.sub(r"[^a-z0-9]+", "-", report["device"]["name"].lower()).strip("-")
    return Path(folder) / f"gpu-{name}-{report['date']}.json"


def read(file):
    return json.loads(Path(file).read_text(encoding="utf-8"))


def write(report, file):
    """Write a table; the whole file or none of it."""
    records.write(report, file)


def continued(report, cells, file):
    """`report` with what a table that is there already has of other cells than `cells`, and of
    ensembles, where GPU, kernels, day and sizes are the same."""
    try:
        older = read(file)
    except (OSError, ValueError):  # there is none, or another file, which is written over
        return report
    alike = ("device", "kernels", "date", "quick", "file")
    if not isinstance(older, dict) or any(older.get(key) != report[key] for key in alike):
        return report
    kept = {key: older[key] for key in ("versions", "includes", "ensembles")}
    return report | kept | {"rows": [row for row in older["rows"] if row["cell"] not in cells]}


def block(file):
    """What the README shows of a table, as lines; a stale one says so.

    The first and the last line name the file.
    """
    name, report = Path(file).name, read(file)
    lines = gpu_table.markdown(report, stale=report["kernels"] != digest())
    return [f"<!-- {name} -->", *lines, f"<!-- /{name} -->"]


def shown_wrongly(text, folder=RESULTS):
    """Names of the tables of a folder that `text` shows other than `block` does; those that it
    does not show at all are not among them."""
    files = sorted(Path(folder).glob("gpu-*.json"))
    shown = [file for file in files if f"<!-- {file.name} -->" in text]
    return [file.name for file in shown if "\n".join(block(file)) not in text]
