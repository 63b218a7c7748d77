"""Yearly sunspot numbers, 1700 to 2008. Loads; does not scale."""

from __future__ import annotations

import numpy as np

from workbench.data.packages import file_in
from workbench.data.series import Series


def sunspots() -> Series:
    """The mean sunspot number of each year: 309 values, 1700 to 2008, none missing.

    The cycle of about eleven years has no fixed period and no fixed height, which makes it a
    fair test for a forecast. `times` are years (float64). Needs the package statsmodels; raises
    ImportError with the install command where it is missing.

    Source: National Geophysical Data Center, shipped as `statsmodels.datasets.sunspots`.
    """
    # Read as it lies there: the package's own loader first imports pandas, a third of a second.
    path = file_in("statsmodels", "datasets/sunspots/sunspots.csv")
    years, numbers = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True)
    return Series(
        name="sunspots",
        values=numbers,
        times=years,
        unit="mean number a year",
        source="National Geophysical Data Center, through statsmodels",
    )
