"""Monthly share prices of five companies. Loads one; does not scale, nor take returns."""

from __future__ import annotations

import numpy as np

from workbench.data.packages import need
from workbench.data.series import Series


def stocks(symbol: str = "AAPL") -> Series:
    """The price of a share at each month of January 2000 to March 2010.

    `symbol`: AAPL, AMZN, GOOG, IBM or MSFT; 123 months each, and 68 of GOOG, which begins in
    August 2004. `times` are datetime64[D], the first
    of each month. A price is close to a random walk: compare every forecast with the last value.
    Raises ValueError for another symbol. Needs the package vega_datasets; raises ImportError with
    the install command where it is missing.

    Source: shipped as `vega_datasets.local_data`, which does not say who collected it.
    """
    frame = need("vega_datasets").local_data.stocks()
    symbols = sorted(set(frame["symbol"]))
    if symbol not in symbols:
        raise ValueError(f"symbol: expected one of {', '.join(symbols)}, got {symbol!r}")
    frame = frame[frame["symbol"] == symbol]
    return Series(
        name=symbol,
        values=frame["price"].to_numpy(dtype=np.float64),
        times=frame["date"].to_numpy().astype("datetime64[D]"),
        unit="US dollars",
        source="vega_datasets, which names no origin",
    )
