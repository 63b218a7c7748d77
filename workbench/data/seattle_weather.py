"""Four years of daily weather in Seattle. Loads; does not scale."""

from __future__ import annotations

import numpy as np

from workbench.data.packages import need
from workbench.data.table import Table


def seattle_weather() -> Table:
    """Daily weather, 1461 days, 1 January 2012 to 31 December 2015, no day missing.

    Columns: precipitation in mm, highest and lowest temperature in degrees Celsius, wind in m/s.
    `labels` say what the weather was: drizzle, fog, rain, snow or sun. Needs the package
    vega_datasets; raises ImportError with the install command where it is missing.

    Source: NOAA, United States, transformed and shipped as `vega_datasets.local_data`.
    """
    frame = need("vega_datasets").local_data.seattle_weather()
    columns = ("precipitation", "temp_max", "temp_min", "wind")
    classes, labels = np.unique(frame["weather"].to_numpy(dtype=str), return_inverse=True)
    return Table(
        name="Seattle weather",
        values=frame[list(columns)].to_numpy(dtype=np.float64),
        times=frame["date"].to_numpy().astype("datetime64[D]"),
        columns=columns,
        units=("mm", "degrees Celsius", "degrees Celsius", "m/s"),
        source="NOAA, through vega_datasets",
        labels=labels,
        class_names=tuple(classes.tolist()),
    )
