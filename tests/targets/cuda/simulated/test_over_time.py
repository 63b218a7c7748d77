"""The laws of `product_laws` in the simulator."""

from product_laws import *  # noqa: F403
