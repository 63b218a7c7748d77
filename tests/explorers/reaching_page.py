"""The page of the gradients explorer with its networks, for the tests of it."""

import numpy as np
from pages import show

import workbench as wb
from workbench.measure import gradient_reach
from workbench.pictures import share

X = np.sin(np.arange(40.0))
LAG = 20


def left(net, at=39, lag=LAG):
    """What the page says is left in a network."""
    return share(gradient_reach(net, X[:, None], at).total[at - lag])


def others(seed=2, **elman):
    made = {name: wb.Recurrent(name, 1, 5, seed=seed) for name in ("lstm", "gru")}
    return made | {"elman": wb.Recurrent("elman", 1, 5, seed=seed, **elman)}


def gain(net, value):
    for name, values in net.parameters.items():
        if name.startswith("U"):
            net.parameters[name] = values * value
    return net


def page_of(open_page, tmp_path, net=None, **window):
    net = wb.Recurrent("lstm", 1, 5, seed=2) if net is None else net
    return show(open_page, wb.explore.gradients(net, X), tmp_path, **{"height": 1000} | window)


def place(page, step):
    """A point of the curves' panel at a step."""
    box = page.locator(".wb-panel").nth(3).bounding_box()
    ticks = page.locator(".wb-panel").nth(4).locator(".tick")
    ends = [ticks.nth(k).bounding_box() for k in (0, ticks.count() - 1)]
    first, last = (end["x"] + end["width"] / 2 for end in ends)
    names = [int(ticks.nth(k).text_content()) for k in (0, ticks.count() - 1)]
    pitch = (last - first) / (names[1] - names[0])
    return first + (step - names[0]) * pitch, box["y"] + 120
