"""Right numbers in a wrong arrangement, two wrong ideas at once, arrays that do not fit: all named.

Each kind has a control: numbers that are merely wrong are called nothing of the sort.
"""

import inspect

import numpy as np
import pytest

from workbench.exercises import EXERCISES
from workbench.exercises.check import judge

SAYS_MORE = (
    "turned", "opposite order", "same array", "a step late", "a step early", "too many",
    "came back", "In the place of", "one number:", "the sign",
)  # fmt: skip


def solved_then(name, change):
    """The solution of an exercise with something done to what it returns."""
    solution = EXERCISES[name].solution
    return lambda *inputs: change(solution(*inputs))


def told(name, change):
    """What is said of it, in one line."""
    starter = EXERCISES[name].solution
    function = solved_then(name, change)
    function.__signature__ = inspect.signature(starter)
    return " ".join(str(judge(EXERCISES[name], function)).split())


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("elman.step", lambda r: r[::-1], "In the place of `a` stand the numbers of `y`"),
        (
            "lstm.step",
            lambda r: (*r[:4], r[5], r[4]),
            "In the place of `c` stand the numbers of `h`",
        ),
        ("bptt.step", lambda r: (r[0], r[1].T, *r[2:]), "`d_W` is turned"),
        ("elman.forward", lambda h: h.T, "each column holds a step"),
        ("gradients.norms", lambda n: n[::-1], "opposite order: the last comes first"),
        ("elman.forward", lambda h: np.repeat(h[-1:], len(h), 0), "the same array was kept"),
        ("elman.forward", lambda h: np.vstack([h[:1] + 1, h[:-1]]), "`h` is a step late"),
        ("elman.forward", lambda h: np.vstack([h[1:], h[:1] + 1]), "`h` is a step early"),
        ("elman.forward", lambda h: np.vstack([h[:1] + 1, h]), "one row too many, the first"),
        ("elman.forward", lambda h: np.vstack([h, h[:1] + 1]), "one row too many, the last"),
        ("elman.forward", lambda h: h[:1], "Only step 0 came back. Is the `return` inside"),
        ("lstm.forward", lambda r: (r[0][-1], r[1][-1]), "Only the last step came back"),
        ("lstm.half_life", lambda n: -n, "the sign turned"),
        ("bptt.through_time", lambda r: (3 * r[0], *r[1:]), "right array times one number: 3 in"),
    ],
)
def test_right_numbers_in_a_wrong_arrangement_are_recognised(name, change, said):
    assert said in told(name, change)


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_numbers_that_are_merely_wrong_are_not_taken_for_an_arrangement(name):
    rng = np.random.default_rng(0)

    def off(value):
        value = np.asarray(value, dtype=float)
        return value + rng.normal(1, 0.3, value.shape)

    count = len(EXERCISES[name].returns)
    found = told(name, lambda r: off(r) if count == 1 else tuple(off(each) for each in r))
    assert "not yet" in found
    assert not [words for words in SAYS_MORE if words in found]


def test_of_two_wrong_ideas_the_first_is_named():
    def step_back(d_h, x, h_before, h, W, U):
        d_a = d_h * (1 - np.tanh(h) ** 2)
        return d_a, np.outer(d_a, x), np.outer(d_a, h), W.T @ d_a, U @ d_a

    result = judge(EXERCISES["bptt.step"], step_back)
    assert result.kind == "idea"
    assert "as if h were what enters the tanh" in result.idea


def test_an_idea_of_a_later_line_is_not_named_before_the_first_wrong_one():
    def step_back(d_h, x, h_before, h, W, U):
        d_a = d_h * (1 - h**3)
        return d_a, np.outer(d_a, x), np.outer(d_a, h), W.T @ d_a, U @ d_a

    result = judge(EXERCISES["bptt.step"], step_back)
    assert (result.kind, result.idea) == ("different", "")


def by_rows(x, h, W, U, b, V, b_y):
    return x @ W, h, h


def number_by_number(x, h, W, U, b, V, b_y):
    return W * x + U * h + b, h, h


def over_two_lines(x, h, W, U, b, V, b_y):
    a = np.tanh(
        U @ x  # the matrix of the states
        + b
    )
    return a, h, h


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (by_rows, "`x @ W` does not fit: on the left (3,), on the right (2, 3)."),
        (by_rows, "here 3 meets 2."),
        (
            number_by_number,
            "`W * x + U * h` does not fit: on the left (2, 3), on the right (2, 2).",
        ),
        (over_two_lines, "`U @ x` does not fit: on the left (2, 2), on the right (3,)."),
    ],
)
def test_two_arrays_that_do_not_fit_are_named_with_their_shapes(function, said):
    assert said in " ".join(str(judge(EXERCISES["elman.step"], function)).split())


def test_nothing_of_the_learners_is_called_again_to_name_what_did_not_fit():
    calls = []

    def counted(x):
        calls.append(1)
        return x

    def step(x, h, W, U, b, V, b_y):
        return U @ counted(x), h, h

    assert "does not fit" not in str(judge(EXERCISES["elman.step"], step))
    assert len(calls) == 1


def test_a_line_that_is_not_there_is_named_with_those_that_are():
    def dotted(x, h, c, W, U, b):
        return (W.c @ x,) * 6

    def bracketed(x, h, c, W, U, b):
        return (W["i"] @ x,) * 6

    for function, got in ((dotted, "got .c"), (bracketed, "got ['i']")):
        said = str(judge(EXERCISES["lstm.step"], function))
        assert "expected one of .i, .f, .g, .o" in said
        assert got in said


def test_counts_are_shown_whole():
    said = str(judge(EXERCISES["lstm.count"], lambda inputs, units: 4 * units * (inputs + units)))
    assert "expected  80384" in said
    assert "got       79872" in said


def test_a_gradient_of_matrices_alone_is_not_enough():
    def numeric(loss, w, eps):
        gradient = np.zeros_like(w)
        for i in range(w.shape[0]):
            for j in range(w.shape[1]):
                up, down = w.copy(), w.copy()
                up[i, j] += eps
                down[i, j] -= eps
                gradient[i, j] = (loss(up) - loss(down)) / (2 * eps)
        return gradient

    assert judge(EXERCISES["bptt.numeric"], numeric).kind == "error"


def test_the_case_can_be_had_by_what_is_said():
    def mine(x, h, W, U, b):
        return np.zeros_like(W)

    assert '`wb.check("gradients.jacobian", mine).inputs`' in str(
        judge(EXERCISES["gradients.jacobian"], mine)
    )
