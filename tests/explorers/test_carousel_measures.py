"""The page's own measures of an LSTM's memory beside workbench.measure, in Node.js."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

import workbench as wb
from workbench import measure
from workbench.explorers import packing
from workbench.explorers.explorer import copied

WEB = Path(__file__).parents[2] / "workbench" / "explorers" / "web" / "src"
BIASES = [-700, -30, -3, -1, 0, 1, 2.35, 5, 29.5, 30, 30.5, 100, 700, 710]
LONGEST = (10, 100, 200)

MEASURES = """
import * as measure from %(measures)s;
import { Network } from %(network)s;
import { pack, unpack } from %(packing)s;
import { readFileSync } from "node:fs";
const { about, arrays } = unpack(readFileSync(0));
const found = {};
arrays.biases.values.forEach((b, k) => (found[`kept ${k}`] = measure.retention(b, 200)));
found.halves = arrays.biases.values.map(measure.halfLife);
found.gates = arrays.biases.values.map(measure.logistic);
for (const longest of about.longest) {
  const { forget, input } = measure.chronoBiases(arrays.chrono.values, longest);
  Object.assign(found, { [`forget ${longest}`]: forget, [`input ${longest}`]: input });
}
for (const [k, own] of about.networks.entries()) {
  const text = Buffer.from(about.sources[own.source]).toString("base64");
  const written = await import(`data:text/javascript;base64,${text}`);
  const parameters = own.parameters.map((name) => [name, arrays[`${k}/${name}`].values]);
  const run = new Network(written, own.sizes, Object.fromEntries(parameters)).run(arrays.x.values);
  const has = "b.f" in run.parameters;
  const kept = has ? measure.measuredRetention(run) : null;
  const { left, alone } = measure.gradientLeft(run, kept?.units);
  const more = has ? { ...kept, alone, size: Float64Array.of(measure.cellSize(run)) } : {};
  for (const [name, values] of Object.entries({ left, ...more }))
    found[`${own.label} ${name}`] = values;
}
process.stdout.write(pack({}, found));
"""


def measured(node, folder, explorer):
    """What the page's own measures give for every network of an explorer: name -> array."""
    about, arrays = packing.unpack(explorer.to_page)
    modules = {
        "measures": WEB / "measures" / "carousel.js",
        "network": WEB / "network.js",
        "packing": WEB / "packing.js",
    }
    script = folder / "measures.mjs"
    found = {name: json.dumps(path.as_uri()) for name, path in modules.items()}
    script.write_text(MEASURES % found, encoding="utf-8")
    message = packing.pack({**about, "longest": LONGEST}, arrays | {"biases": np.float64(BIASES)})
    done = subprocess.run([node, script], input=message, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return packing.unpack(done.stdout)[1]


def close(got, wanted):
    np.testing.assert_allclose(got.reshape(np.shape(wanted)), wanted, rtol=1e-10, atol=0)


@pytest.mark.browser
def test_the_page_measures_what_the_measures_give(node, tmp_path):
    x = np.random.default_rng(2).standard_normal((60, 2))
    nets = {
        "spread": copied(wb.Recurrent("lstm_peephole", 2, 5, seed=3)),
        "plain": wb.Recurrent("lstm", 2, 16, seed=1),
    }
    nets["spread"].parameters["b.f"][...] = [-3, -1, 0, 2.2, 7]
    for net in nets.values():
        explorer = wb.explore.carousel(net, x, length=60)
        got = measured(node, tmp_path, explorer)
        label = next(iter(explorer.networks))
        trace, kept = net.run(x), measure.measured_retention(net, x)
        close(got[f"{label} units"], kept.units)
        close(got[f"{label} mean"], kept.mean)
        close(got[f"{label} open"], kept.open_loop.mean(axis=1))
        close(got[f"{label} size"][0], np.abs(trace["c"][-1]).mean())
        d_h = np.zeros(trace["h"].shape)
        d_h[-1] = 1 / np.sqrt(d_h.shape[-1])
        d_c = trace.bptt(d_h)["c"][-1]
        close(got[f"{label} alone"], np.linalg.norm(d_c * kept.units, axis=1))
        for name, own in explorer.networks.items():
            left = got[f"{name} left"]
            close(left[:-1], measure.gradient_left(own, x))
            close(left[-1], before_the_first_step(own, x))


def before_the_first_step(net, x):
    """The norm of the gradient in the states before the first step: the chain of Jacobians."""
    adjoint = np.zeros(net.run(x).jacobian().shape[-1])
    units = net.hidden_size
    adjoint[:units] = 1 / np.sqrt(units)
    for jacobian in net.run(x).jacobian()[::-1]:
        adjoint = jacobian.T @ adjoint
    return np.linalg.norm(adjoint)


@pytest.mark.browser
def test_retention_half_lives_and_chrono_biases_are_those_of_the_measures(node, tmp_path):
    got = measured(node, tmp_path, wb.explore.carousel(seed=4))
    close(got["halves"], measure.half_life(BIASES))
    close(got["gates"], wb.functions.sigmoid(np.float64(BIASES)))
    for k, bias in enumerate(BIASES):
        close(got[f"kept {k}"], measure.retention(bias, 200))
    for longest in LONGEST:
        wanted = measure.chrono_biases(16, longest, seed=4)
        np.testing.assert_allclose(got[f"forget {longest}"], wanted.forget, rtol=0, atol=1e-13)
        np.testing.assert_allclose(got[f"input {longest}"], wanted.input, rtol=0, atol=1e-13)
