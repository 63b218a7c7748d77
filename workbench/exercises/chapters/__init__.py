"""The exercises themselves, one or two files for each chapter of the course."""

from . import bptt_by_hand, clipping, elman_by_hand, lstm, lstm_memory, vanishing

CHAPTERS = (elman_by_hand, bptt_by_hand, vanishing, clipping, lstm, lstm_memory)
ALL = tuple(exercise for chapter in CHAPTERS for exercise in chapter.EXERCISES)
