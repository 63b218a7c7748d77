"""The triangle of norms and one pair of steps, for networks of many units.

Everything is a measure of `workbench.measure`; one run is kept, since a hand moves over pairs more
often than it turns the gain. The other side is web/src/views/jacobian/result.js.
"""

import numpy as np

from ...measure import (
    jacobian_norms,
    lag_contributions,
    recurrent_matrices,
    sigma_bound,
    singular_values,
)
from ..explorer import copied
from .wishes import finite, one_of, whole


class Pairs:
    """Answers for the networks of one explorer over windows of x (time, input)."""

    def __init__(self, nets, x, steps):
        """nets: label -> Recurrent before any gain. steps: in a window."""
        self.first = {label: copied(net) for label, net in nets.items()}
        self.x, self.steps, self.ran = x, steps, (None, None)

    def __call__(self, networks, label, about):
        """(about, arrays) for one pair of steps, and for all of them.

        about: "gain"; "first", the step that the window begins with; "state", a name or None for
        all; "t", "k" in the window; "parameter", a name or None; "triangle", whether it is wanted.
        Arrays: "values", log10 of the singular values of dS_t/dS_k; "lags", what each step adds to
        dL/d(parameter), and "whole", the norm of their sum; "triangle", log10 of the norms of all
        pairs k <= t row by row; "bounds", log10 of the largest stretch of a step and of the
        classical bound, not-a-number where there is none.
        """
        net = networks[label]
        states, known = list(net.cell.states), list(net.cell.parameters)
        gain = finite("gain", about.get("gain"))
        first = whole("first", about.get("first"), 0, len(self.x) - self.steps)
        t = whole("t", about.get("t"), 0, self.steps - 1)
        k = whole("k", about.get("k"), 0, t)
        state, parameter = about.get("state"), about.get("parameter")
        state = None if state is None else one_of("state", state, states)
        parameter = None if parameter is None else one_of("parameter", parameter, known)
        trace = self._run(net, label, gain, first)
        arrays = {"values": singular_values(trace, t, k, state=state)}
        if parameter is not None:
            lags = lag_contributions(trace, parameter, t)
            arrays |= {"lags": lags.norms, "whole": np.array([lags.whole])}
        if about.get("triangle"):
            arrays |= all_pairs(trace, state)
        wish = {"gain": gain, "first": first, "state": state}
        return {**wish, "t": t, "k": k, "parameter": parameter}, arrays

    def _run(self, net, label, gain, first):
        wish = label, gain, first
        if self.ran[0] != wish:
            for name in recurrent_matrices(net.cell):
                net.parameters[name][...] = gain * self.first[label].parameters[name]
            before = net.run(self.x[:first]).final if first else None
            self.ran = wish, net.run(self.x[first : first + self.steps], before)
        return self.ran[1]


def all_pairs(trace, state):
    """The norms of all pairs and their bounds, as `Pairs` tells them."""
    logs, bound = jacobian_norms(trace, state=state), sigma_bound(trace)
    classical = np.nan if bound.classical is None else bound.classical
    with np.errstate(divide="ignore"):
        bounds = np.log10([bound.largest, classical])
    return {"triangle": logs[np.tril_indices(len(logs))], "bounds": bounds}
