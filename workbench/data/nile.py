"""Yearly flow of the Nile at Aswan, 1871 to 1970. Loads; does not scale."""

from __future__ import annotations

import numpy as np

from workbench.data.packages import need
from workbench.data.series import Series


def nile() -> Series:
    """The volume that the Nile carried past Aswan in each year of 1871 to 1970: 100 values.

    In units of 10^8 cubic metres; `times` are the years. The level drops at about 1898. Needs the
    package statsmodels; raises ImportError with the install command where it is missing.

    Source: Cobb 1978, shipped as `statsmodels.datasets.nile`.
    """
    table = need("statsmodels.datasets.nile").load_pandas().data
    return Series(
        name="Nile",
        values=table["volume"].to_numpy(dtype=np.float64),
        times=table["year"].to_numpy(dtype=np.float64),
        unit="10^8 cubic metres a year",
        source="Cobb 1978, through statsmodels",
    )
