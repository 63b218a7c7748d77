"""The references of chapter 10's exercises, registered beside those in `oracles`."""

import math
import statistics

import numpy as np
from oracles import oracle

import workbench as wb


@oracle("dropout.mask")
def _(x, u, rate, same):
    found = np.zeros_like(x)
    for step, row, unit in np.ndindex(x.shape):
        if u[0 if same else step, row, unit] >= rate:
            found[step, row, unit] = x[step, row, unit] * math.pow(1 - rate, -1)
    return found


@oracle("decay.step")
def _(w, d_w, m, v, t, rate, decay):
    optimizer, weights = wb.AdamW(rate, weight_decay=decay), {"W": w.copy()}
    optimizer.restore({"steps": t - 1, "m.W": m, "v.W": v})
    optimizer.step(weights, {"W": d_w})
    return optimizer.state["m.W"], optimizer.state["v.W"], weights["W"]


@oracle("stopping.epoch")
def _(losses, patience):
    lowest = [int(np.argmin(losses[: n + 1])) for n in range(len(losses))]
    ends = [n for n, best in enumerate(lowest) if n - best >= patience]
    last = ends[0] if ends else len(losses) - 1
    return lowest[last], last + 1


@oracle("tuning.level")
def _(losses):
    rows = [list(map(float, row)) for row in losses]
    best = min(rows, key=statistics.fmean)
    pairs = [[a - b for a, b in zip(row, best, strict=True)] for row in rows]
    behind = [statistics.fmean(row) for row in pairs]
    error = [math.sqrt(statistics.variance(row) / len(row)) for row in pairs]
    level = [k for k, (d, e) in enumerate(zip(behind, error, strict=True)) if d <= 2 * e]
    return np.array(behind), np.array(error), np.array(level)
