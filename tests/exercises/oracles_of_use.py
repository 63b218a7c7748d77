"""The references of the exercises of chapters 9 and 11, registered beside those in `oracles`."""

import math
import statistics
from itertools import product as every

import numpy as np
import scipy.special
from oracles import network, oracle

import workbench as wb


@oracle("bidirectional.forward")
def _(ahead, back, x):
    one, other = (
        wb.Recurrent("elman", x.shape[1], len(each.keywords["b"])) for each in (ahead, back)
    )
    for net, each in ((one, ahead), (other, back)):
        for name in ("W", "U", "b"):
            net.parameters[name] = each.keywords[name]
    both = (wb.Bidirectional(one, other, ends=ends) for ends in (False, True))
    return [wb.Network(layer).run(x).output for layer in both]


@oracle("stack.two_speeds")
def _(fast, slow, x, h, s, every):
    lower = network("elman", {"h": h}, x, **fast.keywords).h
    upper = network("elman", {"h": s}, lower[every - 1 :: every], **slow.keywords).h
    ticks = [(t + 1) // every for t in range(len(x))]
    return np.hstack([lower, np.concatenate([s[None], upper])[ticks]])


@oracle("reservoir.scale")
def _(U, radius):
    # Gelfand: |U^n|^(1/n) tends to the spectral radius; here n = 2^50.
    power, log_radius = U.copy(), 0.0
    for k in range(51):
        size = np.abs(power).max()
        log_radius += math.log(size) / 2**k
        power = (power / size) @ (power / size)
    return radius * U / math.exp(log_radius)


@oracle("reservoir.readout")
def _(h, y, ridge, washout):
    units = h.shape[1]
    rows = np.column_stack([h[washout:], np.ones(len(h) - washout)])
    more = math.sqrt(ridge) * np.eye(units, units + 1)
    targets = np.concatenate([y[washout:], np.zeros((units, y.shape[1]))])
    found = np.linalg.lstsq(np.concatenate([rows, more]), targets, rcond=None)[0]
    return found[:-1].T, found[-1]


@oracle("reservoir.capacity")
def _(u, said):
    steps, delays = said.shape
    found = []
    for k in range(1, delays + 1):
        pairs = [(float(u[t - k]), float(said[t, k - 1])) for t in range(delays, steps)]
        found.append(statistics.correlation(*zip(*pairs, strict=True)) ** 2)
    return found, math.fsum(found)


@oracle("language.perplexity")
def _(log_p):
    nats, _ = wb.training.loss_of("cross_entropy")(
        np.array([[v, np.log1p(-np.exp(v))] for v in log_p]), np.zeros(len(log_p), int)
    )[:2]
    return wb.training.bits_per_character(nats), statistics.geometric_mean(np.exp(-log_p))


@oracle("sampling.temperature")
def _(logits, T):
    return scipy.special.softmax(logits / T)


@oracle("sampling.pick")
def _(p, u):
    found = []
    for one in u:
        k, passed = 0, p[0]
        while passed <= one:
            k, passed = k + 1, passed + p[k + 1]
        found.append(k)
    return np.array(found)


@oracle("memory.exposure")
def _(bits, secret):
    rank = sorted(bits.tolist()).index(bits[secret]) + 1
    return rank, math.log2(len(bits)) - math.log2(rank)


@oracle("probe.gap")
def _(score, templates, ours, theirs):
    gaps = [
        statistics.fmean(
            score(text.replace("{}", a)) - score(text.replace("{}", b))
            for a, b in every(ours, theirs)
        )
        for text in templates
    ]
    return np.array(gaps), statistics.fmean(gaps)
