"""Sea surface temperature off Peru, where El Nino is seen first. Loads; does not scale."""

from __future__ import annotations

import numpy as np

from workbench.data.packages import need
from workbench.data.series import Series


def el_nino() -> Series:
    """Mean temperature of the sea in each month of 1950 to 2010: 732 values.

    In degrees Celsius, of the Pacific between the equator and 10 degrees south, 80 to 90 degrees
    west (the region Nino 1+2). `times` are datetime64[M]. Needs the package statsmodels; raises
    ImportError with the install command where it is missing.

    Source: NOAA, ERSST V3b, shipped as `statsmodels.datasets.elnino`.
    """
    years = need("statsmodels.datasets.elnino").load_pandas().data
    months = years.drop(columns="YEAR").to_numpy(dtype=np.float64)
    first = np.datetime64(f"{int(years['YEAR'].iloc[0])}-01", "M")
    return Series(
        name="El Nino",
        values=months.ravel(),
        times=first + np.arange(months.size),
        unit="degrees Celsius",
        source="NOAA ERSST V3b, through statsmodels",
    )
