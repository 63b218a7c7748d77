"""What each exercise's solution must give, from elsewhere: the cells and runs of the workbench,
complex steps, plain formulas. Name -> function of a case's inputs that returns the same values."""

import math
import statistics
from itertools import product as every

import numpy as np
import scipy.special

import workbench as wb

ORACLES = {}


def oracle(name):
    def keep(function):
        ORACLES[name] = function
        return function

    return keep


def network(cell, states, x, **letters):
    """A Recurrent with these weights, run over x from these states."""
    hidden = next(iter(states.values())).shape[-1]
    net = wb.Recurrent(cell, input_size=x.shape[-1], hidden_size=hidden)
    for letter, values in letters.items():
        if isinstance(values, np.ndarray):
            net.parameters[letter] = values
        else:
            for line, array in vars(values).items():
                net.parameters[f"{letter}.{line}"] = array
    return net.run(x, state=states)


def slope(function, arrays, name, push=1e-30):
    """d function / d arrays[name] by complex steps; function gives one number."""
    found = np.empty(arrays[name].shape)
    for place in np.ndindex(found.shape):
        pushed = {k: np.array(v, dtype=complex) for k, v in arrays.items()}
        pushed[name][place] += 1j * push
        found[place] = function(**pushed).imag / push
    return found


@oracle("elman.step")
def _(x, h, W, U, b, V, b_y):
    new = wb.cells.elman(x, h, W, U, b)
    return np.arctanh(new), new, np.einsum("oh,h->o", V, new) + b_y


@oracle("elman.forward")
def _(x, h, W, U, b):
    return network("elman", {"h": h}, x, W=W, U=U, b=b).h


@oracle("bptt.step")
def _(d_h, x, h_before, h, W, U):
    b = np.arctanh(h) - W @ x - U @ h_before
    arrays = {"x": x, "h_before": h_before, "W": W, "U": U, "b": b}

    def loss(x, h_before, W, U, b):
        return (d_h * np.tanh(W @ x + U @ h_before + b)).sum()

    return [slope(loss, arrays, name) for name in ("b", "W", "U", "x", "h_before")]


@oracle("bptt.through_time")
def _(d_h, x, h_first, h, W, U):
    before = np.concatenate([h_first[None], h[:-1]])
    b = (np.arctanh(h) - x @ W.T - before @ U.T)[0]
    trace = network("elman", {"h": h_first}, x, W=W, U=U, b=b)
    gradients = trace.bptt(d_h)
    p = gradients.parameters
    return gradients["h"] * (1 - h**2), p["W"], p["U"], p["b"]


@oracle("bptt.numeric")
def _(loss, w, eps):
    found = np.empty(w.shape)
    for place in every(*map(range, w.shape)):
        push = np.zeros_like(w)
        push[place] = 1.0
        found[place] = (loss(w + eps * push) - loss(w - eps * push)) / eps / 2
    return found


@oracle("gradients.jacobian")
def _(x, h, W, U, b):
    return network("elman", {"h": h}, x[None], W=W, U=U, b=b).jacobian()[0]


@oracle("gradients.product")
def _(jacobians):
    last, size = len(jacobians) - 1, jacobians.shape[1]
    found = [
        np.linalg.multi_dot([np.eye(size), *jacobians[last:k:-1], np.eye(size)])
        for k in range(last + 1)
    ]
    return np.stack(found)


@oracle("gradients.norms")
def _(d_last, jacobians):
    products = ORACLES["gradients.product"](jacobians)
    return np.array([np.linalg.norm(d_last @ p) for p in products])


@oracle("gradients.bound")
def _(U, slope, lag):
    return math.pow(slope * np.linalg.norm(U, 2), lag)


@oracle("clipping.norm")
def _(d_W, d_U, d_b, limit):
    gradients = {"W": d_W.copy(), "U": d_U.copy(), "b": d_b.copy()}
    wb.training.clip_norm(gradients, limit)
    return tuple(gradients.values())


@oracle("clipping.step")
def _(w, d_w, learning_rate, limit):
    gradients = {"w": d_w.copy()}
    wb.training.clip_norm(gradients, limit)
    return w - learning_rate * gradients["w"]


@oracle("lstm.step")
def _(x, h, c, W, U, b):
    trace = network("lstm", {"h": h, "c": c}, x[None], W=W, U=U, b=b)
    return [trace[name][0] for name in "ifgoch"]


@oracle("lstm.forward")
def _(x, h, c, W, U, b):
    trace = network("lstm", {"h": h, "c": c}, x, W=W, U=U, b=b)
    return trace["c"], trace.h


@oracle("lstm.step_back")
def _(d_h, d_c, i, f, g, o, c_before, c):
    arrays = {"i": i, "f": f, "g": g, "o": o, "c_before": c_before, "more": np.zeros_like(c)}

    def loss(i, f, g, o, c_before, more):
        c = f * c_before + i * g + more
        return (d_h * o * np.tanh(c) + d_c * c).sum()

    return [slope(loss, arrays, name) for name in ("o", "more", "i", "f", "g", "c_before")]


@oracle("lstm.half_life")
def _(bias):
    return np.array([wb.measure.half_life(b) for b in bias])


@oracle("lstm.count")
def _(inputs, units):
    return wb.cells.lstm.parameter_count(input_size=inputs, hidden_size=units)


@oracle("lstm.gate_order")
def _(stacked):
    size = len(stacked) // 4
    rows = {name: stacked[k * size : (k + 1) * size] for k, name in enumerate("iofg")}
    return [rows[name] for name in "ifgo"]


@oracle("gru.step")
def _(x, h, W, U, b):
    trace = network("gru", {"h": h}, x[None], W=W, U=U, b=b)
    return [trace[name][0] for name in "rznh"]


@oracle("gru.reset_after")
def _(x, h, W, U, b, d):
    trace = network("gru_reset_after", {"h": h}, x[None], W=W, U=U, b=b, d=d)
    return [trace[name][0] for name in "rznh"]


@oracle("gru.count")
def _(inputs, units):
    sizes = {"input_size": inputs, "hidden_size": units}
    cells = [wb.cells.gru, wb.cells.gru_reset_after]
    # The shapes of weight_ih, weight_hh, bias_ih and bias_hh in a file of PyTorch.
    stored = [(3 * units, inputs), (3 * units, units), (3 * units,), (3 * units,)]
    return [*(cell.parameter_count(**sizes) for cell in cells), sum(map(math.prod, stored))]


@oracle("mingru.scan")
def _(a, v, h):
    # Each term by itself: what came in at step k fades through all later steps.
    terms = np.concatenate([h[None], v])
    found = [
        sum(a[k:t].prod(axis=0) * terms[k] for k in range(t + 1)) for t in range(1, len(terms))
    ]
    return np.stack(found), math.ceil(math.log2(len(a)))


@oracle("cfn.step")
def _(x, h, W, U, b):
    def gate(name):
        w, u, bias = (getattr(letter, name) for letter in (W, U, b))
        return scipy.special.expit(np.einsum("hi,i->h", w, x) + np.einsum("hk,k->h", u, h) + bias)

    return gate("theta") * np.tanh(h) + gate("eta") * np.tanh(np.einsum("hi,i->h", W.n, x))


@oracle("padding.forward")
def _(x, mask, h, W, U, b):
    found = np.empty((*mask.shape, len(U)))
    for row in range(mask.shape[1]):
        state, real = h[row], np.flatnonzero(mask[:, row])
        found[: real[0], row] = state
        states = network("elman", {"h": state}, x[real, row], W=W, U=U, b=b).h
        found[real, row] = states
        found[real[-1] :, row] = states[-1]
    return found


@oracle("padding.last")
def _(h, lengths):
    return np.stack([h[:length, row][-1] for row, length in enumerate(lengths)])


@oracle("padding.mean")
def _(h, mask):
    return np.stack([h[mask[:, row], row].mean(axis=0) for row in range(mask.shape[1])])


@oracle("padding.both_directions")
def _(ahead, back, lengths):
    pairs = [(ahead[:n, row][-1], back[:n, row][0]) for row, n in enumerate(lengths)]
    return np.stack([np.hstack(pair) for pair in pairs])


@oracle("stream.chunks")
def _(forward, x, size, h):
    return network("elman", {"h": h}, x, **forward.keywords["weights"]).h


@oracle("output.softmax")
def _(logits):
    return scipy.special.softmax(logits, axis=1)


@oracle("output.cross_entropy")
def _(p, targets):
    losses = np.array([-math.log(row[k]) for row, k in zip(p, targets, strict=True)])
    return losses, math.fsum(losses) / len(losses)


@oracle("output.gradient")
def _(p, targets):
    def loss(y):
        e = np.exp(y)
        rows = np.arange(len(targets))
        return -np.log(e[rows, targets] / e.sum(axis=1)).mean()

    return slope(loss, {"y": np.log(p)}, "y")


@oracle("bptt.truncated")
def _(d_h, h, U, k):
    # The inputs that give these states: W is the identity.
    before = np.concatenate([np.zeros((1, len(U))), h[:-1]])
    x = np.arctanh(h) - before @ U.T
    trace = network("elman", {"h": before[0]}, x, W=np.eye(len(U)), U=U, b=np.zeros(len(U)))
    return trace.bptt(d_h, truncate=k)["h"] * (1 - h**2)


@oracle("series.windows")
def _(series, length, horizon):
    x, y = wb.data.windows(series, length, horizon)
    return x[:, :, 0], y[:, 0]


@oracle("series.standardise")
def _(series, past):
    known = [float(v) for v in series[:past]]
    return (series - statistics.fmean(known)) / statistics.pstdev(known)


@oracle("series.persistence")
def _(series, horizon):
    errors = [(series[t] - series[t - horizon]) ** 2 for t in range(horizon, len(series))]
    return statistics.fmean(errors)


@oracle("series.split")
def _(steps, past, length, horizon):
    _, targets = wb.data.windows(np.arange(steps), length, horizon)
    return np.flatnonzero(targets < past), np.flatnonzero(targets >= past)


@oracle("series.batch")
def _(sequences):
    (steps, features), count = sequences[0].shape, len(sequences)
    x = np.empty((steps, count, features))
    for t, k, j in np.ndindex(x.shape):
        x[t, k, j] = sequences[k][t][j]
    return x


@oracle("unfold.count")
def _(inputs, units, steps):
    return wb.cells.elman.parameter_count(input_size=inputs, hidden_size=units)


@oracle("unfold.parts")
def _(h_first, h, U):
    before = np.concatenate([h_first[None], h[:-1]])
    own = np.arctanh(h) - before @ U.T
    trace = network("elman", {"h": h_first}, own, W=np.eye(len(U)), U=U, b=np.zeros(len(U)))
    d_h = np.zeros_like(h)
    d_h[-1] = 1.0
    return trace.bptt(d_h).by_step("U")


@oracle("unfold.jordan")
def _(x, y, W, U, b, V, b_y):
    net = wb.Recurrent("jordan", x.shape[1], len(b), sizes={"y": len(y)})
    arrays = {"W": W, "U": U, "V": V, "b.h": b, "b.y": b_y}
    for name, array in arrays.items():
        net.parameters[name] = array
    return net.run(x, state={"y": y})["y"]


@oracle("unfold.wirings")
def _(forward, x, more, V, b_y):
    def outputs(read):
        start = {"h": np.zeros(V.shape[1])}
        return np.einsum("oh,th->to", V, network("elman", start, read, **forward.keywords).h) + b_y

    longer = np.pad(x, ((0, more), (0, 0)))
    alone = longer.copy()
    alone[1:] = 0
    said = outputs(longer)
    return outputs(alone)[: 1 + more], said[len(x) - 1], said[: len(x)], said[len(x) :]


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
