"""Wrong uses of an ensemble: each is answered in one line with argument, expected and got."""

import numpy as np
import pytest

import workbench as wb

E = wb.Ensemble("lstm", 5, 3, 4)
LEAKY = wb.Ensemble("leaky", 5, 3, 4)
X = np.ones((7, 3))
TRACE = E.run(X)
D = np.ones((5, 7, 4))
NAN = np.where(np.arange(105).reshape(5, 7, 3) == 64, np.nan, 1.0)


def make(*arguments, **options):
    return lambda: wb.Ensemble(*arguments, **options)


def put(mapping, name, value):
    return lambda: mapping.__setitem__(name, value)


def norms(*arguments, **options):
    return lambda: E.log_gradient_norms(*arguments, **options)


WRONG = [
    (make("lsmt", 5, 3, 4), "cell: expected one of elman.*got 'lsmt'"),
    (make("lstm", 0, 3, 4), "count: expected a whole number of at least 1, got 0"),
    (make("lstm", 2.0, 3, 4), "count: expected a whole number of at least 1, got 2.0"),
    (make("lstm", 5, 0, 4), "input_size: expected a whole number"),
    (make("lstm", 5, 3, 4, seed=-1), "seed: expected a whole number of at least 0, got -1"),
    (make("lstm", 5, 3, 4, seed=[1, 2]), r"seed: expected .* or \(5,\) of them, got \[1, 2\]"),
    (make("lstm", 2, 3, 4, seed=[1, -2]), r"seed: expected .* got \[1, -2\]"),
    (make("lstm", 2, 3, 4, seed=[1.0, 2.0]), r"seed: expected .* got \[1.0, 2.0\]"),
    (make("lstm", 5, 3, 4, device="gpu"), 'device: expected "cpu" or "cuda", got \'gpu\''),
    (make("lstm", 5, 3, 4, dtype="float16"), "dtype: expected float64 or float32"),
    (make("lstm", 5, 3, 4, leak_rate=[1] * 5), "leak_rate: expected a hyper-parameter of lstm"),
    (make("leaky", 5, 3, 4, leak_rate=[1, 2]), r"leak_rate: .* or \(5,\) numbers, got \(2,\)"),
    (make("leaky", 2, 3, 4, leak_rate=[1, np.nan]), "leak_rate: .*not-a-number at network 1"),
    (make("leaky", 2, 3, 4, leak_rate="fast"), "leak_rate: expected a number, got 'fast'"),
    (make("leaky", 2, 3, 4, activation=["relu"] * 2), "activation: expected a function"),
    (make("lstm", 5, 3, 4, start={"U.f": np.ones((5, 4, 4))}), r"U.f: expected \(4, 4\)"),
    (lambda: E[5], r"network: expected -5..4, got 5"),
    (lambda: E[-6], r"network: expected -5..4, got -6"),
    (lambda: E["f"], "network: expected a whole number, got 'f'"),
    (lambda: E[1:3], "network: expected a whole number, got slice"),
    (lambda: E.run(np.ones((4, 7, 3))), r"x: .*\(time, 3\) or \(5, time, 3\), got \(4, 7, 3\)"),
    (lambda: E.run(np.ones((7, 5, 3))), r"x: expected .*got \(7, 5, 3\)"),
    (lambda: E.run(np.ones((7, 2))), r"x: expected .*got \(7, 2\)"),
    (lambda: E.run(np.ones(3)), r"x: expected .*got \(3,\)"),
    (lambda: E.run(np.ones((5, 0, 3))), r"x: expected at least one step, got \(5, 0, 3\)"),
    (lambda: E.run("abc"), "x: expected real numbers, got str"),
    (lambda: E.run(NAN), "x: .*not-a-number at network 3, step 0, unit 1"),
    (lambda: E.run(NAN[3]), "x: .*not-a-number at step 0, unit 1"),
    (lambda: E.run(X, np.ones(4)), r'state: expected \{"h": ..., "c": ...\}, got ndarray'),
    (lambda: E.run(X, {"q": 1}), "state: expected names of h, c, got 'q'"),
    (lambda: E.run(X, {"h": np.ones((4, 5))}), r"state\['h'\]: expected \(4,\) or \(5, 4\), got"),
    (lambda: E.run(X, {"h": np.ones(5)}), r"state\['h'\]: expected .* got \(5,\)"),
    (lambda: E.run(X, {"h": [np.nan] * 4}), r"state\['h'\]: .*not-a-number at unit 0"),
    (lambda: E.run(X, record="some"), "record: expected 'all', 'output' or line names"),
    (lambda: E.run(X, record=["q"]), "record: expected lines of lstm .*got 'q'"),
    (lambda: TRACE["q"], r"q: expected a recorded line \(i, f, g, o, c, h\)"),
    (lambda: TRACE.q, "q: expected a recorded line"),
    (lambda: TRACE.bptt(D[:, :, :3]), r"d_h: expected \(5, 7, 4\) or \(7, 4\), got \(5, 7, 3\)"),
    (lambda: TRACE.bptt(D[:1]), r"d_h: expected \(5, 7, 4\) or \(7, 4\), got \(1, 7, 4\)"),
    (lambda: TRACE.bptt({"q": D}), r"d_h\['q'\]: expected a recorded line .*got 'q'"),
    (lambda: TRACE.bptt({}), "d_h: expected an array for h or a dict by line, got {}"),
    (lambda: TRACE.bptt(D * np.nan), "d_h: .*not-a-number at network 0, step 0, unit 0"),
    (lambda: TRACE.bptt(D)["q"], "q: expected a recorded line"),
    (lambda: TRACE.on_device("q"), "q: expected a recorded line"),
    (lambda: TRACE.on_device("f"), 'on_device: expected .* device="cuda" for f, got "cpu"'),
    (lambda: TRACE.bptt(D).on_device("f"), 'on_device: expected .* device="cuda" for f, got'),
    (lambda: E.run(X, record=["f"]).bptt(D), "bptt: expected a trace with record='all'"),
    (lambda: E.run(X, record=["f"]).jacobian(), "jacobian: expected a trace with record='all'"),
    (norms(X, np.ones(5)), r"d_h: expected \(4,\), got \(5,\)"),
    (norms(X, np.ones((5, 4))), r"d_h: expected \(4,\), got \(5, 4\)"),
    (norms(X, [1, 2, np.inf, 4]), "d_h: expected finite numbers, got not-a-number or infinity"),
    (norms(X, line="q"), r"line: expected lines of lstm \(i, f, g, o, c, h\), got 'q'"),
    (norms(NAN), "x: .*not-a-number at network 3"),
    (put(E.parameters, "U.f", np.ones((5, 4))), r"U.f: expected \(5, 4, 4\), or \(4, 4\) for all"),
    (put(E.parameters, "U.f", 1.0), r"U.f: expected \(5, 4, 4\), or .* got \(\)"),
    (put(E.parameters, "b.f", np.ones(5)), r"b.f: expected \(5, 4\), or \(4,\) .* got \(5,\)"),
    (put(E.parameters, "U.q", 1), "U.q: expected one of W.i"),
    (put(LEAKY.numbers, "leak_rate", [1, 2]), r"leak_rate: expected .* got \(2,\)"),
    (put(LEAKY.numbers, "leak_rate", "a"), "leak_rate: expected real numbers, got str"),
    (put(LEAKY.numbers, "leak_rate", True), "leak_rate: expected a number .*got True"),
    (put(LEAKY.numbers, "leak", 1), "leak: expected a numeric hyper-parameter .leak_rate"),
    (lambda: TRACE.h.__setitem__(0, 1), "read-only"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_wrong_argument_is_answered_in_one_line(call, message):
    expected = (ValueError, KeyError, AttributeError, TypeError, IndexError)
    with pytest.raises(expected, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_after_every_refusal_the_ensemble_is_as_it_was():
    before = E.parameters.copy()
    for call, _ in WRONG:
        with pytest.raises((ValueError, KeyError, AttributeError, TypeError, IndexError)):
            call()
    assert all(np.array_equal(before[n], E.parameters[n]) for n in before)
    assert np.array_equal(E.run(X).h, TRACE.h)
