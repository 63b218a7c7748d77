"""The laws of `kernel_laws` and `ensemble_laws` in the simulator."""

from ensemble_laws import *  # noqa: F403
from kernel_laws import *  # noqa: F403
