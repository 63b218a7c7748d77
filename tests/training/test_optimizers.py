"""Optimizers against a slow reference: each number of each parameter by the papers' equations."""

import json
import math

import numpy as np
import pytest

import workbench as wb
from workbench.training import (
    OPTIMIZERS,
    SGD,
    Adam,
    AdamW,
    CosineDecay,
    OneCycle,
    RMSprop,
    StepDecay,
    optimizer_from,
)

SHAPES = {"lstm_1.W.i": (3, 4), "lstm_1.b.i": (3,), "dense_1.W": (2, 3)}


def numbers(seed, dtype=np.float64):
    """name -> random array; of very unequal sizes, as gradients are."""
    stream = np.random.default_rng(seed)
    return {
        name: (stream.standard_normal(s) * 10.0 ** stream.integers(-4, 2, s)).astype(dtype)
        for name, s in SHAPES.items()
    }


def sgd(theta, gradients, rate, momentum=0.0, nesterov=False):
    """Sutskever et al. 2013: v is the step. Nesterov: theta is where the gradient was taken."""
    v = 0.0
    for t, g in enumerate(gradients):
        v = momentum * v - rate(t) * g
        theta = theta + (momentum * v - rate(t) * g if nesterov else v)
    return theta


def rmsprop(theta, gradients, rate, rho, epsilon):
    mean_square = 0.0
    for t, g in enumerate(gradients):
        mean_square = rho * mean_square + (1 - rho) * g**2
        theta = theta - rate(t) * g / (math.sqrt(mean_square) + epsilon)
    return theta


def adam(theta, gradients, rate, betas=(0.9, 0.999), epsilon=1e-8, decay=0.0):
    """Kingma and Ba's algorithm 1; with decay Loshchilov and Hutter's algorithm 2, line 12."""
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
        theta = theta - rate(t - 1) * (m_hat / (math.sqrt(v_hat) + epsilon) + decay * theta)
    return theta


def halving(step):
    return 0.02 * 0.5 ** (step // 3)


HALVING = StepDecay(0.02, every=3, factor=0.5)
CASES = {
    "sgd": (SGD(0.02), lambda t, g, n: sgd(t, g, lambda _: 0.02)),
    "momentum": (SGD(HALVING, 0.9), lambda t, g, n: sgd(t, g, halving, 0.9)),
    "nesterov": (SGD(HALVING, 0.8, True), lambda t, g, n: sgd(t, g, halving, 0.8, True)),
    "rmsprop": (RMSprop(HALVING, 0.8, 1e-6), lambda t, g, n: rmsprop(t, g, halving, 0.8, 1e-6)),
    "adam": (
        Adam(HALVING, 0.8, 0.95, 1e-6),
        lambda t, g, n: adam(t, g, halving, (0.8, 0.95), 1e-6),
    ),
    "adamw": (
        AdamW(HALVING, 0.1),
        lambda t, g, n: adam(t, g, halving, decay=0.1 if "W" in n else 0.0),
    ),
    "adamw_names": (
        AdamW(0.01, 0.1, ["lstm_1.*"]),
        lambda t, g, n: adam(t, g, lambda _: 0.01, decay=0.1 if "lstm" in n else 0.0),
    ),
}


def fresh(name):
    return optimizer_from(CASES[name][0].describe())


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("dtype", "close"), [(np.float64, 1e-13), (np.float32, 2e-6)])
def test_every_number_moves_as_in_the_papers(name, dtype, close):
    optimizer, reference = fresh(name), CASES[name][1]
    parameters = numbers(0, dtype)
    start = {key: array.copy() for key, array in parameters.items()}
    history = [numbers(seed, dtype) for seed in range(1, 9)]
    for gradients in history:
        optimizer.step(parameters, gradients)
    for key, array in parameters.items():
        assert array.dtype == dtype
        for place in np.ndindex(array.shape):
            gradients = [float(g[key][place]) for g in history]
            expected = reference(float(start[key][place]), gradients, key)
            assert array[place] == pytest.approx(expected, rel=close, abs=close)


@pytest.mark.parametrize("name", CASES)
def test_a_step_changes_the_arrays_themselves_and_not_the_gradients(name):
    parameters, gradients = numbers(0), numbers(1)
    arrays, kept = dict(parameters), {k: g.copy() for k, g in gradients.items()}
    fresh(name).step(parameters, gradients)
    assert all(parameters[key] is array for key, array in arrays.items())
    assert all(np.array_equal(gradients[key], g) for key, g in kept.items())


def test_the_parameters_of_a_network_are_changed():
    net = wb.Recurrent("lstm", 2, 3, seed=1)
    before = {name: array.copy() for name, array in net.parameters.items()}
    trace = net.run(np.random.default_rng(0).standard_normal((5, 4, 2)))
    gradients = trace.bptt(np.ones(trace.h.shape)).parameters
    SGD(0.5).step(net.parameters, gradients)
    for name, array in before.items():
        np.testing.assert_allclose(net.parameters[name], array - 0.5 * gradients[name], rtol=1e-15)


def test_gradient_descent_on_a_parabola_follows_its_powers():
    curvature, rate = np.array([0.5, 1.0, 3.0]), 0.25
    theta = {"theta": np.array([1.0, -2.0, 4.0])}
    optimizer = SGD(rate)
    for _ in range(20):
        optimizer.step(theta, {"theta": curvature * theta["theta"]})
    expected = (1 - rate * curvature) ** 20 * [1.0, -2.0, 4.0]
    np.testing.assert_allclose(theta["theta"], expected, rtol=1e-13)


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_on_a_parabola_is_the_power_of_a_two_by_two_matrix(nesterov):
    a, rate, mu = 2.0, 0.1, 0.9
    velocity = np.array([[mu, -rate * a]])
    position = velocity + np.array([[0.0, 1.0]])
    if nesterov:
        position = mu * velocity + [[0.0, 1 - rate * a]]
    expected = np.linalg.matrix_power(np.vstack([velocity, position]), 30) @ [0.0, 5.0]
    theta, optimizer = {"theta": np.array([5.0])}, SGD(rate, mu, nesterov)
    for _ in range(30):
        optimizer.step(theta, {"theta": a * theta["theta"]})
    assert theta["theta"][0] == pytest.approx(expected[1], rel=1e-12)
    assert optimizer.state["velocity.theta"][0] == pytest.approx(expected[0], rel=1e-12)


def test_nesterov_stands_where_the_original_form_looks_ahead_to():
    """Sutskever et al. 2013, eq. 3 and 4: the gradient is taken at theta + momentum v."""
    theta, v, mu = 5.0, 0.0, 0.8
    ours, optimizer = {"theta": np.array([theta])}, SGD(HALVING, mu, nesterov=True)
    for step in range(12):
        v = mu * v - halving(step) * math.sin(theta + mu * v)
        theta += v
        optimizer.step(ours, {"theta": np.sin(ours["theta"])})
        assert ours["theta"][0] == pytest.approx(theta + mu * v, rel=1e-14)


@pytest.mark.parametrize("optimizer", [Adam(0.01), AdamW(0.01, weight_decay=0.0)])
def test_adam_under_a_constant_gradient_always_steps_by_the_learning_rate(optimizer):
    theta = {"theta": np.zeros(4)}
    for step in range(1, 6):
        optimizer.step(theta, {"theta": np.array([3.0, -0.02, 1e-3, -70.0])})
        np.testing.assert_allclose(np.abs(theta["theta"]), 0.01 * step, rtol=2e-5)
        assert np.sign(theta["theta"]).tolist() == [-1, 1, -1, 1]


def test_the_first_step_of_adam_is_the_learning_rate_but_for_epsilon():
    gradient = np.array([2.0, -1e-3, 1e-8])
    theta, optimizer = {"theta": np.zeros(3)}, Adam(0.1)
    optimizer.step(theta, {"theta": gradient})
    by_hand = -0.1 * gradient / (np.abs(gradient) + 1e-8)
    np.testing.assert_allclose(theta["theta"], by_hand, rtol=1e-13)
    assert theta["theta"][2] == pytest.approx(-0.05, rel=1e-13)


def test_the_first_step_of_rmsprop_is_longer_by_its_uncorrected_mean():
    theta = {"theta": np.zeros(1)}
    RMSprop(0.1, rho=0.96).step(theta, {"theta": np.array([-7.0])})
    assert theta["theta"][0] == pytest.approx(0.1 / math.sqrt(1 - 0.96), rel=1e-7)


def test_decay_without_gradient_shrinks_matrices_and_leaves_vectors():
    parameters = numbers(0)
    start = {key: array.copy() for key, array in parameters.items()}
    optimizer = AdamW(0.1, weight_decay=0.5)
    for _ in range(10):
        optimizer.step(parameters, {key: np.zeros(s) for key, s in SHAPES.items()})
    for key, array in parameters.items():
        factor = (1 - 0.1 * 0.5) ** 10 if array.ndim == 2 else 1.0
        np.testing.assert_allclose(array, factor * start[key], rtol=1e-14)


def test_all_means_vectors_too_and_a_parameter_without_gradient_stays():
    parameters = numbers(0)
    start = {key: array.copy() for key, array in parameters.items()}
    AdamW(0.1, 0.5, decay="all").step(parameters, {"lstm_1.b.i": np.zeros(3)})
    for key, array in parameters.items():
        factor = 0.95 if key == "lstm_1.b.i" else 1.0
        np.testing.assert_allclose(array, factor * start[key], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", CASES)
def test_a_resumed_run_is_the_same_bit_for_bit(name, dtype):
    whole, first = fresh(name), fresh(name)
    parameters, resumed = numbers(0, dtype), numbers(0, dtype)
    for seed in range(1, 12):
        whole.step(parameters, numbers(seed, dtype))
    for seed in range(1, 6):
        first.step(resumed, numbers(seed, dtype))
    written, state = json.dumps(first.describe()), first.state
    first.step(numbers(0, dtype), numbers(99, dtype))  # what is kept is a copy
    second = optimizer_from(json.loads(written))
    second.restore(state)
    for array in state.values():  # and so is what is taken
        if isinstance(array, np.ndarray):
            array.fill(np.nan)
    for seed in range(6, 12):
        second.step(resumed, numbers(seed, dtype))
    assert all(np.array_equal(parameters[key], resumed[key]) for key in SHAPES)
    assert whole.state.keys() == second.state.keys()
    assert all(np.array_equal(whole.state[key], second.state[key]) for key in whole.state)


def test_control_a_run_resumed_without_its_state_is_another():
    parameters, resumed, optimizer = numbers(0), numbers(0), Adam(0.01)
    for seed in (1, 2, 3):
        optimizer.step(parameters, numbers(seed))
    for seed in (1, 2, 3):
        optimizer = Adam(0.01) if seed == 3 else optimizer
        optimizer.step(resumed, numbers(seed))
    assert not np.array_equal(parameters["dense_1.W"], resumed["dense_1.W"])


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(CosineDecay(0.1, 100, warmup=5), 0.9, nesterov=True),
        RMSprop(0.1, 0.5, 1e-7),
        Adam(OneCycle(0.1, 50)),
        AdamW(0.1, 0.2, decay=["a.*", "b"]),
    ],
)
def test_a_description_outlives_json(optimizer):
    again = optimizer_from(json.loads(json.dumps(optimizer.describe())))
    assert type(again) is type(optimizer)
    assert again.describe() == optimizer.describe()
    assert repr(again) == repr(optimizer)
    assert eval(repr(again), {**OPTIMIZERS, "CosineDecay": CosineDecay, "OneCycle": OneCycle})


def test_a_learning_rate_may_be_changed_on_the_way():
    theta, optimizer = {"theta": np.zeros(1)}, SGD(0.1)
    optimizer.step(theta, {"theta": np.ones(1)})
    optimizer.learning_rate = 0.01
    optimizer.step(theta, {"theta": np.ones(1)})
    assert theta["theta"][0] == pytest.approx(-0.11, rel=1e-15)
    assert optimizer.describe()["learning_rate"] == 0.01
    assert optimizer.rate == 0.01


def test_nothing_is_changed_when_anything_is_refused():
    parameters, gradients, optimizer = numbers(0), numbers(1), AdamW(0.1)
    gradients["dense_1.W"] = np.ones((3, 3))
    with pytest.raises(ValueError, match=r"dense_1\.W"):
        optimizer.step(parameters, gradients)
    assert all(np.array_equal(parameters[key], array) for key, array in numbers(0).items())
    assert optimizer.state == {"steps": 0}


class Wobbling:
    def at(self, step):
        return 0.1


def taking(state, optimizer=None):
    return lambda: (optimizer or Adam()).restore(state)


def stepping(parameters, gradients, optimizer=None):
    return lambda: (optimizer or Adam()).step(parameters, gradients)


def restored_and_stepped():
    optimizer = Adam()
    optimizer.restore({"steps": 1, "m.a": np.zeros(3), "v.a": np.zeros(3)})
    optimizer.step({"a": np.zeros(2)}, {"a": np.zeros(2)})


A = {"a": np.zeros(2)}
FIXED = np.zeros(2)
FIXED.setflags(write=False)
WRONG = [
    (lambda: SGD(-0.1), "learning_rate: expected a finite number of at least 0, got -0.1"),
    (lambda: SGD("fast"), r"learning_rate: .*got 'fast' \(or a schedule with .at\(step\)\)"),
    (lambda: SGD(math.nan), "learning_rate: expected a finite number.*got nan"),
    (lambda: SGD(0.1, 1.0), "momentum: expected a finite number .* below 1, got 1"),
    (lambda: SGD(0.1, nesterov=True), "nesterov: expected a momentum above 0 with it, got 0"),
    (lambda: SGD(0.1, 0.9, "yes"), "nesterov: expected True or False, got 'yes'"),
    (lambda: RMSprop(rho=1.5), "rho: expected a finite number .* below 1, got 1.5"),
    (lambda: Adam(beta2=1), "beta2: expected a finite number .* below 1, got 1"),
    (lambda: Adam(epsilon=0), "epsilon: expected a finite number above 0, got 0"),
    (lambda: AdamW(decay="biases"), "decay: expected 'matrices', 'all' or a list .*'biases'"),
    (lambda: AdamW(decay=[1]), r"decay: expected 'matrices', 'all' or a list .*\[1\]"),
    (lambda: AdamW(weight_decay=-1), "weight_decay: expected a finite number"),
    (stepping(A, A, AdamW(decay=["b"])), "decay: expected names of a, got 'b'"),
    (stepping(A, {"b": FIXED}), "gradients: expected names of a, got 'b'"),
    (stepping(A, {"a": np.zeros(3)}), r"gradients\['a'\]: expected \(2,\) floats, got \(3,\)"),
    (stepping(A, {"a": ["x", "y"]}), r"gradients\['a'\]: expected \(2,\) floats, got .*U1"),
    (stepping({"a": [0.0, 1.0]}, A), r"parameters\['a'\]: expected a float array, got list"),
    (stepping({"a": np.arange(2)}, A), r"parameters\['a'\]: expected a float array, got int64"),
    (stepping({"a": FIXED}, A), r"parameters\['a'\]: expected a writeable array"),
    (taking({}), r"state\['steps'\]: expected a whole number of at least 0, got None"),
    (taking({"steps": -1}), "state.*of at least 0, got -1"),
    (taking({"steps": 1, "q.a": FIXED}), "state: expected steps and m.NAME, v.NAME, got 'q.a'"),
    (taking({"steps": 1, "v.a": FIXED}), "state: expected 'm.a', got none"),
    (taking({"steps": 1, "v.a": [0.0]}), r"state\['v.a'\]: expected a float array, got \[0.0\]"),
    (taking({"steps": 1, "m.a": FIXED}, SGD(1)), "state: expected steps and nothing else"),
    (restored_and_stepped, r"state\['m.a'\]: expected \(2,\) float64, got \(3,\) float64"),
    (lambda: Adam(Wobbling()).describe(), r"learning_rate: expected a schedule with .describe\(\)"),
    (lambda: optimizer_from({"optimizer": "Adagrad"}), "optimizer: expected a dict that names one"),
    (lambda: optimizer_from("Adam"), "optimizer: expected a dict that names one of .*got 'Adam'"),
    (lambda: optimizer_from({"optimizer": "SGD"}), "SGD: expected learning_rate, .* got none"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_mistake_is_answered_in_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
