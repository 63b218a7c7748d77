"""Weekly carbon dioxide at Mauna Loa, 1958 to 2001. Loads and fills gaps; does not scale."""

from __future__ import annotations

import numpy as np

from workbench.data.packages import need
from workbench.data.series import Series


def co2() -> Series:
    """Carbon dioxide in air, each week: 2284 values, 29 March 1958 to 29 December 2001.

    59 weeks were not measured. They are filled by linear interpolation between the measured
    neighbours, and `missing` is True there, so that a loss can leave them out. A filled week
    uses the next measured one: cut the series only where `missing` is False, or a little of the
    future leaks into the past. `times` are datetime64[D], Saturdays. Needs the package
    statsmodels; raises ImportError with the install command where it is missing.

    Source: Keeling and Whorf 2004, Scripps Institution of Oceanography, shipped as
    `statsmodels.datasets.co2`.
    """
    table = need("statsmodels.datasets.co2").load_pandas().data
    raw = table["co2"].to_numpy(dtype=np.float64)
    missing = np.isnan(raw)
    step = np.arange(len(raw))
    return Series(
        name="carbon dioxide",
        values=np.interp(step, step[~missing], raw[~missing]),
        times=table.index.to_numpy().astype("datetime64[D]"),
        unit="parts per million by volume",
        source="Keeling and Whorf 2004, through statsmodels",
        missing=missing,
    )
