"""The laws of `kernel_laws` on a GPU."""

import pytest
from kernel_laws import *  # noqa: F403

pytestmark = pytest.mark.gpu
