"""The exercises themselves, one or two files for each chapter of the course."""

from . import (
    bptt_by_hand,
    clipping,
    elman_by_hand,
    jacobians,
    lstm,
    lstm_back,
    lstm_memory,
    numeric,
    outputs,
    padding,
    series,
    series_arrays,
    unfolding,
    vanishing,
    wirings,
)

CHAPTERS = (
    series, series_arrays, unfolding, wirings, elman_by_hand, bptt_by_hand, numeric, outputs,
    jacobians, vanishing, clipping, lstm, lstm_back, lstm_memory, padding,
)  # fmt: skip
ALL = tuple(exercise for chapter in CHAPTERS for exercise in chapter.EXERCISES)
