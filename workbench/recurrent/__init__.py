"""Recurrent networks: parameters, runs, traces and gradients through time."""

from .ensemble import Ensemble
from .gradients import Gradients
from .parameters import Parameters
from .recurrent import Recurrent
from .trace import Trace

__all__ = ["Ensemble", "Gradients", "Parameters", "Recurrent", "Trace"]
