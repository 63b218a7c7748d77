"""Measures of what a network did: arrays and traces in, numbers out. Does not draw."""

from .jacobians import SigmaBound, jacobian_norms, sigma_bound, singular_values
from .lags import LagContributions, lag_contributions, recurrent_parameter
from .norms import step_norms
from .reach import Reach, gradient_reach

__all__ = [
    "LagContributions",
    "Reach",
    "SigmaBound",
    "gradient_reach",
    "jacobian_norms",
    "lag_contributions",
    "recurrent_parameter",
    "sigma_bound",
    "singular_values",
    "step_norms",
]
