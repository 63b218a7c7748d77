"""The laws of `kernel_laws` in the simulator."""

from kernel_laws import *  # noqa: F403
