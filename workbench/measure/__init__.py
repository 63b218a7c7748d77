"""Measures of what a network did: arrays and traces in, numbers out. Does not draw."""

from .norms import step_norms
from .padding import LastStates, Padded, last_states, pad
from .retention import (
    ChronoBiases,
    MeasuredRetention,
    chrono_biases,
    compare_gradients,
    gradient_left,
    half_life,
    measured_retention,
    memory_networks,
    retention,
)

__all__ = [
    "ChronoBiases",
    "LastStates",
    "MeasuredRetention",
    "Padded",
    "chrono_biases",
    "compare_gradients",
    "gradient_left",
    "half_life",
    "last_states",
    "measured_retention",
    "memory_networks",
    "pad",
    "retention",
    "step_norms",
]
