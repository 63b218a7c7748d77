"""Written JavaScript beside the CPU kernels: jobs for it, its answers, and what they must be."""

import json
import subprocess
from pathlib import Path

import numpy as np

DRIVER = Path(__file__).parent / "answer.js"
TOLERANCE = 1e-11  # of the largest entry of an array; the order of sums differs


def hexadecimal(array):
    return np.ascontiguousarray(array, np.float64).tobytes().hex()


def job(c, row=0, mask=None, clamps=None, cut=None):
    """One sequence of a case, as the driver takes it."""
    clamps = clamps or {}
    return {
        "sizes": c.net.lengths,
        "parameters": {name: hexadecimal(a) for name, a in c.net.parameters.items()},
        "numbers": {n: v for n, v in c.net.cell.hyper.items() if isinstance(v, float)},
        "x": hexadecimal(c.x[:, row]),
        "mask": None if mask is None else mask[:, row].astype(int).tolist(),
        "clamps": {name: hexadecimal(a[:, row]) for name, a in clamps.items()},
        "start": {name: hexadecimal(a[row]) for name, a in c.initial.items()},
        "given": {name: hexadecimal(a[:, row]) for name, a in c.weights.items()},
        "cut": None if cut is None else cut.astype(int).tolist(),
    }


def groups_as_text(groups):
    """[(cell, [job])] as the driver reads it."""
    made = [{"source": c.source("module", "javascript"), "jobs": jobs} for c, jobs in groups]
    return json.dumps(made)


def in_node(node, groups):
    """[(cell, [job])] -> for each cell its answers from Node.js, as arrays of float64."""
    text = groups_as_text(groups)
    done = subprocess.run([node, DRIVER], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [[arrays(each) for each in group] for group in json.loads(done.stdout)]


def arrays(value):
    if isinstance(value, dict):
        return {name: arrays(each) for name, each in value.items()}
    return np.frombuffer(bytes.fromhex(value), np.float64)


def expected(c, row=0, **options):
    """The same answer from the CPU kernels, for a batch of that row alone."""
    run = {name: value for name, value in options.items() if name != "truncate"}
    own = {name: a[row : row + 1] for name, a in c.initial.items()}
    cut_row = {name: a[:, row : row + 1] for name, a in run.pop("clamp", {}).items()}
    mask = run.pop("mask", None)
    mask = None if mask is None else mask[:, row : row + 1]
    trace = c.net.run(c.x[:, row : row + 1], own, mask=mask, clamp=cut_row)
    weights = {name: a[:, row : row + 1] for name, a in c.weights.items()}
    gradients = trace.bptt(weights, truncate=options.get("truncate"))
    return {
        "lines": {name: trace[name] for name in trace.names},
        "totals": {name: gradients[name] for name in gradients.names},
        "carried": gradients.carried,
        "initial": gradients.initial,
        "parameters": gradients.parameters,
        "by_step": {name: gradients.by_step(name) for name in c.net.parameters},
        "x": gradients.x,
        "jacobian": trace.jacobian(),
    }


def compare(got, wanted, where=(), mask=None):
    """Arrays of an answer against the kernels'. Masked steps of a line are not compared."""
    if isinstance(wanted, dict):
        assert set(got) == set(wanted), where
        for name, value in wanted.items():
            compare(got[name], value, (*where, name), mask)
        return
    got = got.reshape(wanted.shape)
    if mask is not None and where[-2] == "lines":
        got, wanted = got[mask], wanted[mask]
    scale = max(1.0, float(np.abs(wanted).max(initial=0)))
    assert np.abs(got - wanted).max(initial=0) <= TOLERANCE * scale, where
