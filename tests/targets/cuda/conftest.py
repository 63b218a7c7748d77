"""The tests of `simulated/` need Numba's CUDA simulator, which is chosen before Numba is imported.

So they are collected only in a process that has NUMBA_ENABLE_CUDASIM=1 in its environment;
`test_simulator.py` starts one.
"""

from workbench.targets.cuda import device

collect_ignore_glob = [] if device.simulated() else ["simulated/*"]
