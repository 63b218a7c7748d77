"""Measures of what a network did: arrays and traces in, numbers out. Does not draw."""

from .by_lag import GradientByLag, gradient_by_lag
from .capacity import MemoryCapacity, memory_capacity
from .exponents import lyapunov
from .fixed import FixedPoints, fixed_points
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
from .phases import PhasePlane, Phases, gradient_phases
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
from .saliency import Saliency, saliency
from .saturation import GateSaturation, gate_lines, gate_saturation

__all__ = [
    "ChronoBiases",
    "FixedPoints",
    "GateSaturation",
    "GradientByLag",
    "LagContributions",
    "LastStates",
    "MeasuredRetention",
    "MemoryCapacity",
    "Padded",
    "PhasePlane",
    "Phases",
    "Reach",
    "Saliency",
    "SigmaBound",
    "activation_slope",
    "chrono_biases",
    "compare_gradients",
    "fixed_points",
    "gate_lines",
    "gate_saturation",
    "gradient_by_lag",
    "gradient_left",
    "gradient_phases",
    "gradient_reach",
    "half_life",
    "jacobian_norms",
    "lag_contributions",
    "last_states",
    "lyapunov",
    "measured_retention",
    "memory_capacity",
    "memory_networks",
    "pad",
    "recurrent_matrices",
    "recurrent_parameter",
    "retention",
    "saliency",
    "sigma_bound",
    "singular_values",
    "step_norms",
]
