"""The laws of `kernel_laws` and `ensemble_laws` on a GPU."""

import pytest
from ensemble_laws import *  # noqa: F403
from kernel_laws import *  # noqa: F403

pytestmark = pytest.mark.gpu
