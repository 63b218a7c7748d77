"""An electrocardiogram with one beat out of time, marked. Loads; does not detect anything."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from workbench.data.packages import need
from workbench.data.series import Series

RATE = 360  # samples a second, of every record in the database


@dataclass(frozen=True, eq=False)
class MarkedSeries:
    """A series whose anomalous steps are known.

    `anomalous` is bool (time,), a read-only copy; `normal_until` is the step before which nothing
    is anomalous: learn what is normal from `series[:normal_until]`, look for anomalies after it.
    Raises ValueError where the shapes differ, `normal_until` is not 1..time, or a step before it is
    anomalous.
    """

    series: Series
    anomalous: np.ndarray
    normal_until: int

    def __post_init__(self):
        anomalous = np.array(self.anomalous, dtype=bool)
        if anomalous.shape != self.series.values.shape:
            raise ValueError(
                f"anomalous: expected {self.series.values.shape}, got {anomalous.shape}"
            )
        if not 1 <= self.normal_until <= len(anomalous):
            raise ValueError(f"normal_until: expected 1..{len(anomalous)}, got {self.normal_until}")
        early = np.flatnonzero(anomalous[: self.normal_until])
        if len(early):
            raise ValueError(
                f"normal_until: expected at most {early[0]}, the first anomalous step, "
                f"got {self.normal_until}"
            )
        anomalous.setflags(write=False)
        object.__setattr__(self, "anomalous", anomalous)

    def __repr__(self) -> str:
        """`MarkedSeries(electrocardiogram: 7500 steps, 352 anomalous)`, not all the numbers."""
        marked = int(self.anomalous.sum())
        return f"MarkedSeries({self.series.name}: {len(self.series)} steps, {marked} anomalous)"


def heartbeats() -> MarkedSeries:
    """7,500 samples of an electrocardiogram, 20.8 s at 360 a second, with one anomalous stretch.

    The values are in millivolts, the times in seconds. The 352 marked steps hold a beat that comes
    too early. `normal_until` is 5000: two thirds to learn from. One record with one anomaly tests
    nothing about other hearts. Needs the package sktime; raises ImportError with the install
    command where it is missing.

    Source: MIT-BIH arrhythmia database, Moody and Mark 2001, an excerpt with labels shipped by
    sktime, which does not name the record.
    """
    path = files(need("sktime.datasets")).joinpath("data", "mitdb", "mitdb.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return MarkedSeries(
        Series(
            name="electrocardiogram",
            values=[float(row["data"]) for row in rows],
            times=np.arange(len(rows)) / RATE,
            unit="mV",
            source="MIT-BIH arrhythmia database, Moody and Mark 2001, through sktime",
        ),
        anomalous=[float(row["label"]) > 0 for row in rows],
        normal_until=5000,
    )
