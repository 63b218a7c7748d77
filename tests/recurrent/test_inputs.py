"""Wrong arguments: each is answered in one line that names the argument, expected, and got."""

import numpy as np
import pytest

import workbench as wb

NET = wb.Recurrent("lstm", 3, 4)
LEAKY = wb.Recurrent("leaky", 3, 4)
X = np.ones((5, 2, 3))
NAN = np.where(np.arange(30).reshape(5, 2, 3) == 22, np.nan, 1.0)
TRACE = NET.run(X)
FLAT = NET.run(X[:, 0])
D = np.ones((5, 2, 4))


def make(*arguments, **options):
    return lambda: wb.Recurrent(*arguments, **options)


def run(*arguments, **options):
    return lambda: NET.run(*arguments, **options)


def put(parameters, name, value):
    return lambda: parameters.__setitem__(name, value)


WRONG = [
    (make("lsmt", 3, 4), r"cell: expected one of elman.*got 'lsmt' \(did you mean 'lstm'\?\)"),
    (make(None, 3, 4), "cell: expected one of .*got None"),
    (make("lstm", 0, 4), "input_size: expected a whole number of at least 1, got 0"),
    (make("lstm", 3, -4), "hidden_size: expected a whole number of at least 1, got -4"),
    (make("lstm", 3.0, 4), "input_size: expected a whole number.*got 3.0"),
    (make("lstm", "3", 4), "input_size: expected a whole number.*got '3'"),
    (make("lstm", True, 4), "input_size: expected a whole number.*got True"),
    (make("lstm", 3, 4, seed=-1), "seed: expected a whole number of at least 0, got -1"),
    (make("lstm", 3, 4, seed=None), "seed: expected a whole number.*got None"),
    (make("lstm", 3, 4, dtype="float16"), "dtype: expected float64 or float32, got .*float16"),
    (make("lstm", 3, 4, dtype="single precision"), "dtype: expected float64 or float32"),
    (make("lstm", 3, 4, sizes={"y": 3}), r"sizes: expected .*\(none\), got 'y'"),
    (make("jordan", 3, 4, sizes={"y": 0}), r"sizes\['y'\]: expected a whole number"),
    (make("jordan", 3, 4, sizes={"z": 2}), r"sizes: expected .*\(y\), got 'z'"),
    (make("lstm", 3, 4, leak_rate=1), r"leak_rate: expected a hyper-parameter of lstm \(none\)"),
    (make("leaky", 3, 4, leak=1), "leak: expected a hyper-parameter of leaky .leak_rate"),
    (make("leaky", 3, 4, leak_rate="a"), "leak_rate: expected a number, got 'a'"),
    (make("elman", 3, 4, activation="swish"), "activation: expected a function .*got 'swish'"),
    (make("elman", 3, 4, activation=np.tanh), "activation: expected a function"),
    (make("elman", 3, 4, activation=0.5), "activation: expected a function .*got 0.5"),
    (make("lstm", 3, 4, start={"q": 1.0}), r"start: expected parameters of lstm .*got 'q'"),
    (make("lstm", 3, 4, start={"U": "xavier"}), "start: U.i: expected one of glorot.*'xavier'"),
    (make("lstm", 3, 4, start={"b": "orthogonal"}), "start: b.i: 'orthogonal' is for matrices"),
    (make("lstm", 3, 4, start={"U.f": np.ones(3)}), r"U.f: expected \(4, 4\), got \(3,\)"),
    (run(np.ones((100, 32, 8))), r"x: expected \(time, batch, 3\).*got \(100, 32, 8\)"),
    (run(np.ones(3)), r"x: expected .*got \(3,\)"),
    (run(np.ones((5, 2, 3, 1))), r"x: expected .*got \(5, 2, 3, 1\)"),
    (run(np.ones((0, 2, 3))), r"x: expected at least one step.*got \(0, 2, 3\)"),
    (run(np.ones((5, 0, 3))), "x: expected at least one step"),
    (run("hello"), "x: expected real numbers, got str"),
    (run(None), "x: expected real numbers, got NoneType"),
    (run(X + 1j), "x: expected real numbers, got complex numbers"),
    (run([[1, 2, 3], [1, 2]]), "x: expected numbers in rows of one length, got ragged"),
    (run(NAN), "x: expected numbers, got not-a-number at step 3, batch row 1, unit 1"),
    (run(NAN[:, 1]), "x: expected numbers, got not-a-number at step 3"),
    (run(X, batch_first=True, lengths=[1, 1]), "lengths: expected 5 whole"),
    (run(X, np.ones((2, 4))), r'state: expected \{"h": ..., "c": ...\}, got ndarray'),
    (run(X, {"q": 1}), "state: expected names of h, c, got 'q'"),
    (run(X, {"h": np.ones((3, 4))}), r"state\['h'\]: expected \(2, 4\), got \(3, 4\)"),
    (
        run(X, {"h": np.full((2, 4), np.nan)}),
        r"state\['h'\]: .*not-a-number at batch row 0, unit 0",
    ),
    (run(X[:, 0], {"h": np.ones((1, 3))}), r"state\['h'\]: expected \(4,\)"),
    (run(X, lengths=[5]), r"lengths: expected 2 whole number\(s\) in 0..5, got \[5\]"),
    (run(X, lengths=[5, 6]), r"lengths: expected .*got \[5, 6\]"),
    (run(X, lengths=[5, -1]), r"lengths: expected .*got \[5, -1\]"),
    (run(X, lengths=[2.5, 1]), r"lengths: expected .*got \[2.5, 1.0\]"),
    (run(X, lengths=[1, 2], mask=np.ones((5, 2))), "lengths: expected mask or lengths, got both"),
    (run(X, mask=np.ones((2, 5))), r"mask: expected \(time, batch\) = \(5, 2\), got \(2, 5\)"),
    (run(X, mask=np.full((5, 2), 2)), "mask: expected True or False"),
    (run(X, clamp={"q": 1.0}), r"clamp: expected lines of lstm \(i, f, g, o, c, h\), got 'q'"),
    (run(X, clamp=1.0), "clamp: expected a dict"),
    (run(X, clamp={"f": np.ones(7)}), r"clamp\['f'\]: expected a number, \(4,\), .*got \(7,\)"),
    (run(X, clamp={"f": np.nan}), r"clamp\['f'\]: expected finite numbers"),
    (run(X, clamp={"f": "open"}), r"clamp\['f'\]: expected real numbers, got str"),
    (run(X[:4], clamp={"f": np.ones(4)}), r"clamp\['f'\]: \(4,\) may mean units or steps"),
    (run(X, record="some"), "record: expected 'all', 'output' or line names, got 'some'"),
    (run(X, record=["q"]), "record: expected lines of lstm .*got 'q'"),
    (run(X, record=3), "record: expected 'all', 'output' or line names, got 3"),
    (lambda: NET.step(np.ones(4)), r"x_t: expected \(3,\) or \(batch, 3\), got \(4,\)"),
    (lambda: NET.step(X), r"x_t: expected \(3,\)"),
    (lambda: TRACE["q"], r"q: expected a recorded line \(i, f, g, o, c, h\)"),
    (lambda: NET.run(X, record=["f"])["g"], r"g: expected a recorded line \(f, c, h\)"),
    (lambda: TRACE.q, "q: expected a recorded line"),
    (lambda: TRACE.bptt(np.ones((5, 2))), r"d_h: expected \(time, batch, units\) = \(5, 2, 4\)"),
    (lambda: FLAT.bptt(D), r"d_h: expected \(time, units\) = \(5, 4\), got \(5, 2, 4\)"),
    (lambda: TRACE.bptt({"q": D}), r"d_h\['q'\]: expected a recorded line .*got 'q'"),
    (lambda: TRACE.bptt({}), "d_h: expected an array for h or a dict by line, got {}"),
    (lambda: TRACE.bptt(D * np.nan), "d_h: expected numbers, got not-a-number at step 0"),
    (lambda: TRACE.bptt(D, truncate=0), "truncate: expected a whole number of at least 1, got 0"),
    (lambda: TRACE.bptt(D, lags=-1), "lags: expected a whole number of at least 0, got -1"),
    (lambda: TRACE.bptt(D, lags=1, truncate=2), "lags: expected truncate or lags, got both"),
    (lambda: NET.run(X, record=["f"]).bptt(D), "bptt: expected a trace with record='all'"),
    (lambda: NET.run(X, record=["f"]).jacobian(), "jacobian: expected record='all'"),
    (lambda: TRACE.bptt(D)["q"], "q: expected a recorded line"),
    (lambda: TRACE.on_device("q"), "q: expected a recorded line"),
    (lambda: TRACE.on_device("f"), 'on_device: expected .* device="cuda" for f, got "cpu"'),
    (lambda: TRACE.bptt(D).on_device("f"), 'on_device: expected .* device="cuda" for f, got'),
    (lambda: TRACE.bptt(D).by_step("U.q"), "by_step: expected a parameter .*got 'U.q'"),
    (lambda: TRACE.worked(5), r"t: expected a step in -5..4, got 5"),
    (lambda: TRACE.worked(0.5), "t: expected a step"),
    (lambda: TRACE.worked(0, batch=2), r"batch: expected a row in 0..1, got 2"),
    (lambda: TRACE.worked(0, unit=4), r"unit: expected a unit in 0..3, got 4"),
    (lambda: NET.run(X, lengths=[5, 2]).worked(3, batch=1), "step 3 of row 1 is masked"),
    (lambda: NET.run(X, record="output").worked(0), "worked: expected a trace with record='all'"),
    (put(NET.parameters, "U.q", 1), "U.q: expected one of W.i"),
    (put(NET.parameters, "U.f", np.ones((4, 3))), r"U.f: expected \(4, 4\), got \(4, 3\)"),
    (put(NET.parameters, "U.f", 1.0), r"U.f: expected \(4, 4\), got \(\)"),
    (put(NET.parameters, "U.f", "big"), "U.f: expected real numbers, got str"),
    (put(LEAKY.numbers, "leak_rate", "a"), "leak_rate: expected a number, got 'a'"),
    (put(LEAKY.numbers, "leak", 1.0), "leak: expected a numeric hyper-parameter"),
    (lambda: NET.parameters.__delitem__("U.f"), "U.f: parameters cannot be deleted"),
    (lambda: TRACE.h.__setitem__(0, 1), "read-only"),
    (lambda: wb.cells.lstm.source("sideways"), "kernel: expected one of forward"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_wrong_argument_is_answered_in_one_line(call, message):
    with pytest.raises((ValueError, KeyError, AttributeError, TypeError), match=message) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_after_every_refusal_the_network_is_as_it_was():
    before = NET.parameters.copy()
    for call, _ in WRONG:
        with pytest.raises((ValueError, KeyError, AttributeError, TypeError)):
            call()
    assert all(np.array_equal(before[n], NET.parameters[n]) for n in before)
    assert np.array_equal(NET.run(X).h, TRACE.h)
