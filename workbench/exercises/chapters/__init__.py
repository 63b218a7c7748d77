"""The exercises themselves, one or two files for each chapter of the course."""

from . import (
    bptt_by_hand,
    clipping,
    elman_by_hand,
    language,
    lstm,
    lstm_memory,
    outputs,
    padding,
    responsible,
    series,
    series_arrays,
    unfolding,
    vanishing,
    wirings,
)

CHAPTERS = (
    series, series_arrays, unfolding, wirings, elman_by_hand, bptt_by_hand, outputs, vanishing,
    clipping, lstm, lstm_memory, padding, language,
    responsible,
)  # fmt: skip
ALL = tuple(exercise for chapter in CHAPTERS for exercise in chapter.EXERCISES)
