"""The exercises themselves, one or two files for each chapter of the course."""

from . import (
    bptt_by_hand,
    clipping,
    elman_by_hand,
    gru,
    jacobians,
    language,
    lstm,
    lstm_back,
    lstm_memory,
    newer_gating,
    numeric,
    outputs,
    padding,
    regularising,
    reservoirs,
    responsible,
    series,
    series_arrays,
    streams,
    tuning,
    two_ways,
    unfolding,
    vanishing,
    wirings,
)

CHAPTERS = (
    series, series_arrays, unfolding, wirings, elman_by_hand, bptt_by_hand, numeric, outputs,
    jacobians, vanishing, clipping, lstm, lstm_back, lstm_memory, gru, newer_gating, padding,
    streams, two_ways, reservoirs, regularising, tuning, language, responsible,
)  # fmt: skip
ALL = tuple(exercise for chapter in CHAPTERS for exercise in chapter.EXERCISES)
