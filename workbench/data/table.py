"""Several measured quantities on one time axis. Does not load anything; see the loaders."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from workbench.data.series import Series, Standardised


@dataclass(frozen=True, eq=False)
class Table:
    """Columns measured at the same times: `table["wind"]` is a Series, `table[10:20]` a Table.

    `values` is float64 (time, columns); `times` is (time,) as in Series; `columns` and `units`
    are names, one a column; `labels` is int64 (time,), the class of each step in `class_names`,
    or None. The arrays are read-only copies. Raises ValueError where shapes or counts differ, a
    number is not finite, or a label has no class.
    """

    name: str
    values: np.ndarray
    times: np.ndarray
    columns: tuple[str, ...]
    units: tuple[str, ...]
    source: str = ""
    labels: np.ndarray | None = None
    class_names: tuple[str, ...] = ()

    def __post_init__(self):
        values, times = np.array(self.values, dtype=np.float64), np.array(self.times)
        if values.ndim != 2:
            raise ValueError(f"values: expected (time, columns), got {values.shape}")
        if not np.isfinite(values).all():
            row, column = np.argwhere(~np.isfinite(values))[0]
            raise ValueError(
                f"values: expected finite numbers, got {values[row, column]} at ({row}, {column})"
            )
        for field, names in (("columns", self.columns), ("units", self.units)):
            if len(names) != values.shape[1]:
                raise ValueError(f"{field}: expected {values.shape[1]} names, got {len(names)}")
        arrays = {"values": values, "times": times}
        if self.labels is not None:
            arrays["labels"] = labels = np.array(self.labels, dtype=np.int64)
            bad = labels[(labels < 0) | (labels >= len(self.class_names))]
            if bad.size:
                raise ValueError(f"labels: expected 0..{len(self.class_names) - 1}, got {bad[0]}")
        for field, array in arrays.items():
            if field != "values" and array.shape != values.shape[:1]:
                raise ValueError(f"{field}: expected {values.shape[:1]}, got {array.shape}")
            array.setflags(write=False)
            object.__setattr__(self, field, array)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        """`Table(Seattle weather: 1461 steps of precipitation, wind)`, not all the numbers."""
        return f"Table({self.name}: {len(self)} steps of {', '.join(self.columns)})"

    def __getitem__(self, part: str | slice) -> Series | Table:
        """A column by its name, as a Series; a stretch by its slice, as a Table."""
        if isinstance(part, slice):
            labels = None if self.labels is None else self.labels[part]
            return replace(self, values=self.values[part], times=self.times[part], labels=labels)
        if part not in self.columns:
            raise KeyError(f"column: expected one of {', '.join(self.columns)}, got {part!r}")
        place = self.columns.index(part)
        return Series(part, self.values[:, place], self.times, self.units[place], self.source)

    def inputs(self, until: int | None = None) -> Standardised:
        """Standardise every column by itself to (time, columns), the input of a network.

        `until` as in `Series.inputs`: mean and spread, (columns,) each, are taken from the first
        `until` steps. Raises ValueError unless 1 <= until <= time.
        """
        parts = [self[column].inputs(until) for column in self.columns]
        return Standardised(
            np.concatenate([part.x for part in parts], axis=1),
            np.array([part.mean for part in parts]),
            np.array([part.scale for part in parts]),
        )
