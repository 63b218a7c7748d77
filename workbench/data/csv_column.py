"""Reads one column of a user's own CSV file as a series.

Does not guess at gaps, decimal commas or dates other than ISO 8601: a cell that is not a plain
number is an error that names its row, because a silently dropped row shifts every later step.
"""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path

import numpy as np

from workbench.data.series import Series

SHORTEST = 2
_ISO = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?)?Z?")
_TIME_NAMES = {"time", "year", "date", "t", "step", "day", "month", "week", "hour"}


def csv_column(path, column: str | int | None = None) -> Series:
    """Read one column of numbers from a CSV file.

    `path`: a text file with comma, semicolon or tab between cells; UTF-8. `column`: the name in
    the header, or the position from 0; None for the only column that begins with a number and is
    not the times. A header is optional and is recognised by its first row
    holding no number. When the first column is another one and holds ISO dates (2001-12-29,
    optionally with a time) or, under a name such as "year", numbers, it becomes `times`;
    otherwise `times` are step numbers. Times must increase.

    Raises FileNotFoundError for a missing file, and ValueError for an empty file, an unknown
    column, fewer than 2 rows, a cell that is no finite number or a time out of order. Rows in
    messages are counted from 1 as an editor does, the header included.
    """
    header, rows = _table(path)
    place = _only(header, rows) if column is None else _place(column, header, len(rows[0][1]))
    if len(rows) < SHORTEST:
        raise ValueError(f"path: expected at least {SHORTEST} rows of numbers, got {len(rows)}")
    label = repr(header[place]) if header else str(place)
    values = [_number(cells, place, label, line) for line, cells in rows]
    return Series(
        name=header[place] if header else f"column {place}",
        values=np.array(values),
        times=_times(header, rows) if place else np.arange(len(rows)),
        source=Path(path).name,
    )


def _table(path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header ([] without one) and the rows, each with its line number in the file."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"path: expected a CSV file, got '{path}', which is not there")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"path: expected UTF-8 text, got byte {error.object[error.start]:#04x} "
            f"at position {error.start}"
        ) from None
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise ValueError(
            f"path: expected a CSV file, got one that cannot be read at row {reader.line_num} "
            f"({error})"
        ) from None
    rows = [(line, cells) for line, cells in rows if any(cells)]
    if not rows:
        raise ValueError(f"path: expected rows of numbers, got an empty file '{path}'")
    if any(_is_number(cell) or _ISO.fullmatch(cell) for cell in rows[0][1]):
        return [], rows
    if len(rows) == 1:
        raise ValueError(f"path: expected at least {SHORTEST} rows of numbers, got a header only")
    return rows[0][1], rows[1:]


def _place(column: str | int, header: list[str], width: int) -> int:
    if isinstance(column, str):
        if not header:
            raise ValueError(
                f"column: expected a position 0..{width - 1}, as the file has no header, "
                f"got '{column}'"
            )
        if column not in header:
            raise ValueError(f"column: expected one of {', '.join(header)}, got '{column}'")
        return header.index(column)
    if not isinstance(column, int | np.integer):
        raise TypeError(f"column: expected a name or a position, got {column!r}")
    width = len(header) or width
    if not 0 <= column < width:
        raise ValueError(f"column: expected 0..{width - 1}, got {column}")
    return column


def _only(header: list[str], rows: list[tuple[int, list[str]]]) -> int:
    """The position of the only column of numbers beside the times."""
    cells = rows[0][1]
    timed = bool(_ISO.fullmatch(cells[0])) or _has_time_name(header)
    first = 1 if timed and len(cells) > 1 else 0
    found = [k for k in range(first, len(cells)) if _is_number(cells[k])]
    if len(found) == 1:
        return found[0]
    names = [header[k] if k < len(header) else str(k) for k in found]
    if not names:
        raise ValueError("path: expected a column of numbers, got none")
    raise ValueError(f"column: expected one of {', '.join(names)}, got none chosen")


def _has_time_name(header: list[str]) -> bool:
    return bool(header) and header[0].lower() in _TIME_NAMES


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # Python reads 1_000; no spreadsheet writes it


def _number(cells: list[str], place: int, label: str, line: int) -> float:
    cell = cells[place] if place < len(cells) else ""
    value = float(cell) if _is_number(cell) else None
    if value is not None and math.isfinite(value):
        return value
    got = f"'{cell}'" if cell else "an empty cell"
    raise ValueError(f"column {label}: expected a number in row {line}, got {got}")


def _times(header: list[str], rows: list[tuple[int, list[str]]]) -> np.ndarray:
    cells = [row[0] for _, row in rows]
    named = _has_time_name(header)
    if all(_ISO.fullmatch(cell) for cell in cells):
        times = np.array([_date(cell, line) for cell, (line, _) in zip(cells, rows, strict=True)])
    elif named and all(_is_number(cell) for cell in cells):
        times = np.array([float(cell) for cell in cells])
    else:
        return np.arange(len(rows))
    late = np.flatnonzero(~(times[1:] > times[:-1]))
    if len(late):
        k = late[0]
        raise ValueError(
            f"path: expected times that increase, got {cells[k + 1]} after {cells[k]} "
            f"in row {rows[k + 1][0]}"
        )
    return times


def _date(cell: str, line: int) -> np.datetime64:
    try:
        # NumPy reads UTC as bare ISO; a trailing Z says the same and makes it warn.
        return np.datetime64(cell.rstrip("Z"))
    except ValueError:
        raise ValueError(f"path: expected a date in row {line}, got '{cell}'") from None
