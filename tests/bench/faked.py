"""Peers as small scripts, which compute with the plain equations; for processes of their own."""

GOOD = """
import os
import numpy as np
from workbench.recurrent import Parameters
from workbench.equations.stages import Layout

INCLUDES = "a stand-in"
PACKAGES = ("numpy",)
NAME = __name__

def log():
    if "FAKED_LOG" in os.environ:
        with open(os.environ["FAKED_LOG"], "a") as file:
            file.write(NAME + "\\n")

def forward(problem):
    log()
    cell = problem.cell
    parameters = Parameters.zeros(Layout.of(cell.graph), cell.shapes(problem.lengths), float)
    parameters.update(problem.parameters)
    spaces = parameters.namespaces().values()
    h = np.zeros((problem.case.batch, problem.case.hidden_size))
    steps = []
    for x_t in problem.x:
        h = np.stack([cell(x, own, *spaces) for x, own in zip(x_t, h)])
        steps.append(h)
    return np.stack(steps)

def both(problem):
    log()
    return {"x": problem.x, **problem.parameters}

def prepare(problem):
    run = (lambda: forward(problem), lambda h: {"h": h})
    return {"forward": run, "both": (lambda: both(problem), dict)}
"""
FLOOR = """
INCLUDES = "a stand-in"
PACKAGES = ()

def prepare(problem):
    return {name: (lambda: None, lambda _: {}) for name in ("gemm", "copy")}
"""
FAKES = {
    "faked_ours": GOOD,
    "faked_floor": FLOOR,
    "faked_good": GOOD,
    "faked_missing": "import no_such_package_here",
    "faked_broken": "raise ImportError('its library is too old')",
    "faked_wrong": GOOD.replace('{"h": h}', '{"h": 1.001 * h}'),
    "faked_refusing": GOOD + "\ndef prepare(problem):\n    raise ValueError('no\\nsuch layer')\n",
    "faked_dying": GOOD + "\ndef prepare(problem):\n    import os; os._exit(7)\n",
    "faked_silent": GOOD
    + "\ndef prepare(problem):\n    import threading; threading.Event().wait()\n",
    "faked_talking": GOOD + "\nprint('hello')\nimport os; os.system('echo from a child')\n",
    "faked_late": GOOD
    + """
calls = 0

def both(problem):
    global calls
    calls += 1
    if calls > 3:
        raise RuntimeError("out of memory")
    return {"x": problem.x, **problem.parameters}
""",
}
"""Module name -> its text."""


def write(folder):
    for name, text in FAKES.items():
        (folder / f"{name}.py").write_text(text)
