"""The tests of `simulated/` need Numba's CUDA simulator, which is chosen before Numba is imported.

So they are collected only in a process that has NUMBA_ENABLE_CUDASIM=1 in its environment;
`test_simulator.py` starts one.
"""

import sys
from pathlib import Path

from workbench.targets.cuda import device

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
collect_ignore_glob = [] if device.simulated() else ["simulated/*"]
if device.simulated():
    # The simulator's main thread asks its other threads again and again whether they have ended;
    # it has to let them go on.
    sys.setswitchinterval(1e-5)
