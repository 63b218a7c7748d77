"""Measures of what a network did: arrays and traces in, numbers out. Does not draw."""

from .jacobians import (
    SigmaBound,
    activation_slope,
    jacobian_norms,
    sigma_bound,
    singular_values,
)
from .lags import (
    LagContributions,
    lag_contributions,
    recurrent_matrices,
    recurrent_parameter,
)
from .norms import step_norms
from .padding import LastStates, Padded, last_states, pad
from .reach import Reach, gradient_reach
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
    "LagContributions",
    "LastStates",
    "MeasuredRetention",
    "Padded",
    "Reach",
    "SigmaBound",
    "activation_slope",
    "chrono_biases",
    "compare_gradients",
    "gradient_left",
    "gradient_reach",
    "half_life",
    "jacobian_norms",
    "lag_contributions",
    "last_states",
    "measured_retention",
    "memory_networks",
    "pad",
    "recurrent_matrices",
    "recurrent_parameter",
    "retention",
    "sigma_bound",
    "singular_values",
    "step_norms",
]
