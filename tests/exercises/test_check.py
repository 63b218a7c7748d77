"""What a check says about functions that go wrong in every way, and that it never raises."""

import threading

import numpy as np
import pytest

import workbench as wb
from workbench.exercises import EXERCISES
from workbench.exercises.running import run

X = "elman.forward"


def right(x, h, W, U, b):
    states = []
    for x_t in x:
        h = np.tanh(W @ x_t + U @ h + b)
        states.append(h)
    return np.array(states)


def told(function, capsys, name=X, **options):
    """(result, what was printed) of a check."""
    result = wb.check(name, function, **options)
    return result, capsys.readouterr().out


def test_what_is_right_passes_the_public_cases_and_is_called_no_more_than_that(capsys):
    result, text = told(right, capsys)
    assert result
    assert bool(result) is True
    assert "Public cases passed" in text
    assert "correct" not in text


def test_the_first_wrong_step_unit_and_line_are_said(capsys):
    def late(x, h, W, U, b):
        states = right(x, h, W, U, b)
        states[2:, 1] += 0.25
        return states

    result, text = told(late, capsys)
    case = EXERCISES[X].case(0)
    expected = right(**case)[2, 1]
    assert (result.kind, bool(result)) == ("different", False)
    assert "`h` at step 2, unit 1" in text
    assert "h_t = tanh(W x_t + U h_{t-1} + b)" in text
    assert f"expected  {expected:.4g}" in text
    assert f"got       {expected + 0.25:.4g}" in text
    assert all(np.array_equal(result.inputs[name], case[name]) for name in case)


def test_on_the_way_back_the_first_mistake_is_the_last_step_that_is_wrong(capsys):
    solution = EXERCISES["bptt.through_time"].solution

    def wrong(*inputs):
        d_a, *rest = solution(*inputs)
        d_a[:3, 0] += 1.0
        return d_a, *rest

    _, text = told(wrong, capsys, "bptt.through_time")
    assert "`d_a` at step 2, unit 0" in text


def test_within_a_step_the_line_that_is_computed_first_is_said(capsys):
    solution = EXERCISES["lstm.forward"].solution

    def wrong(*inputs):
        c, h = solution(*inputs)
        h[1] += 1.0
        c[1:] += 1.0
        return c, h

    assert "`c` at step 1, unit 0" in told(wrong, capsys, "lstm.forward")[1]


@pytest.mark.parametrize("push", [1e-6, -1e-6])
def test_a_small_difference_is_a_difference_and_is_shown_with_enough_digits(capsys, push):
    result, text = told(lambda x, h, W, U, b: right(x, h, W, U, b) + push, capsys)
    assert not result
    lines = text.splitlines()
    expected, got = (next(n for n in lines if w in n).split()[-1] for w in ("expected  ", "got  "))
    assert expected != got


def test_what_has_vanished_must_be_right_too(capsys):
    solution = EXERCISES["gradients.norms"].solution

    def cut(d_last, jacobians):
        found = solution(d_last, jacobians)
        return np.where(found < 1e-4 * found.max(), 0.0, found)

    assert not told(cut, capsys, "gradients.norms")[0]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_never_passes(capsys, value):
    assert not told(lambda x, h, W, U, b: right(x, h, W, U, b) * value, capsys)[0]


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (lambda h: None, "none", "returned None"),
        (lambda h: h.T, "shape", "expected shape (4, 2) (step, unit), got (2, 4)"),
        (lambda h: h[:, :, None], "shape", "got (4, 2, 1)"),
        (lambda h: h[:1], "shape", "got (1, 2)"),
        (lambda h: h.astype(int), "type", "integers cuts off"),
        (lambda h: h.astype("float32"), "type", "float32"),
        (lambda h: h + 0j, "type", "complex128"),
        (lambda h: h > 0, "type", "bool"),
        (lambda h: "0.5", "type", "expected float64 numbers, got"),
        (lambda h: [h[0], h[1][:1]], "type", "rows do not make one array"),
        (lambda h: (row for row in h), "type", "generator"),
        (lambda h: {"h": h}, "type", "dict"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(capsys, change, kind, said):
    result, text = told(lambda *inputs: change(right(*inputs)), capsys)
    assert result.kind == kind
    assert said in text
    assert "Traceback" not in text


@pytest.mark.parametrize("change", [1, -1, 1e-5, 0.5])
def test_a_count_is_exact(capsys, change):
    count = EXERCISES["lstm.count"].solution
    assert not told(lambda *sizes: count(*sizes) + change, capsys, "lstm.count")[0]
    assert told(lambda *sizes: float(count(*sizes)), capsys, "lstm.count")[0]


def test_a_list_of_arrays_is_as_good_as_an_array(capsys):
    assert told(lambda *inputs: list(right(*inputs)), capsys)[0]


@pytest.mark.parametrize("come", [lambda c, h: h, lambda c, h: (c, h, h), lambda c, h: None])
def test_the_number_of_values_is_said(capsys, come):
    def few(*inputs):
        return come(*EXERCISES["lstm.forward"].solution(*inputs))

    result, _ = told(few, capsys, "lstm.forward")
    assert result.kind in ("number", "none")


def test_an_exception_is_shown_with_the_learner_s_line_and_none_of_ours(capsys):
    def broken(x, h, W, U, b):
        return np.linalg.inv(W @ x)

    result, text = told(broken, capsys)
    assert result.kind == "error"
    assert "return np.linalg.inv(W @ x)" in text
    assert "Error: " in text
    assert "running.py" not in text
    assert "_linalg" not in text


def fail(error):
    raise error


@pytest.mark.parametrize(
    "error", [KeyError("a"), SystemExit(3), KeyboardInterrupt(), MemoryError(), Exception("a\nb")]
)
def test_no_exception_leaves_a_check(capsys, error):
    result, text = told(lambda *inputs: fail(error), capsys)
    assert result.kind == "error"
    assert type(error).__name__ in text


def test_an_endless_recursion_is_an_error_of_the_learner_s(capsys):
    def again(*inputs):
        return again(*inputs)

    result, text = told(again, capsys)
    assert result.kind == "error"
    assert "RecursionError" in text


def endless(x, h, W, U, b):
    while True:
        h = h + 1


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_endless_loop_is_stopped_on_any_thread_and_its_line_is_said(capsys, elsewhere):
    found = []

    def work():
        found.append(wb.check(X, endless, seconds=0.2))

    if elsewhere:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    else:
        work()
    text = capsys.readouterr().out
    assert found[0].kind == "time"
    assert "h = h + 1" in text or "while True" in text
    assert "It was stopped" in text


def test_a_loop_that_catches_everything_is_said_to_run_on(capsys):
    go = threading.Event()

    def stubborn(*inputs):
        while not go.is_set():
            try:
                while not go.is_set():
                    pass
            except BaseException:
                continue

    result, text = told(stubborn, capsys, seconds=0.1)
    go.set()
    assert result.kind == "time"
    assert "could not be stopped" in text
    assert "Restart the kernel" in text


def test_control_a_stopped_loop_leaves_no_thread():
    before = set(threading.enumerate())
    assert run(endless, [EXERCISES[X].case(0)], 0.1).late
    assert set(threading.enumerate()) <= before


def test_an_input_that_was_changed_in_place_is_named_even_where_the_numbers_are_right(capsys):
    def changing(x, h, W, U, b):
        states = right(x, h, W, U, b)
        h += 1.0
        return states

    result, text = told(changing, capsys)
    assert result.kind == "changed"
    assert "its input `h` in place" in text


def test_a_change_inside_a_namespace_of_weights_is_seen(capsys):
    def changing(x, h, c, W, U, b):
        found = EXERCISES["lstm.forward"].solution(x, h, c, W, U, b)
        U.f[0, 0] = 0.0
        return found

    assert "its input `U`" in told(changing, capsys, "lstm.forward")[1]


def test_what_a_function_prints_is_kept_out_and_said(capsys):
    def noisy(*inputs):
        print("noise" * 10_000)
        return right(*inputs)

    result, text = told(noisy, capsys)
    assert result
    assert "noise" not in text
    assert "It also prints" in text


def test_a_warning_of_the_learner_s_is_no_noise(capsys, recwarn):
    def warns(*inputs):
        np.array([1.0]) / np.array([0.0])
        np.exp(np.array([1e4]))
        return right(*inputs)

    assert told(warns, capsys)[0]
    assert not recwarn.list


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (3, "expected your function, as `forward`, got int"),
        (lambda x, h: x, "expected `forward(x, h, W, U, b)`, got `<lambda>(x, h)`"),
        (lambda *, x: x, "expected `forward(x, h, W, U, b)`"),
    ],
)
def test_what_cannot_be_called_so_is_told_how(capsys, function, said):
    result, text = told(function, capsys)
    assert result.kind == "call"
    assert said in text


@pytest.mark.parametrize("name", ["lstm.forwrd", "forward", "lstm", "", 3, None])
@pytest.mark.parametrize("ask", [lambda n: wb.check(n, right), wb.check, wb.hint, wb.solution])
def test_an_unknown_name_is_one_line_and_no_exception(capsys, name, ask):
    ask(name)
    text = capsys.readouterr().out
    assert len(text.splitlines()) == 1
    assert f"expected the name of an exercise, got {name!r}" in text


def test_near_names_are_named(capsys):
    wb.check("lstm.forwrd", right)
    assert "near it: lstm.forward" in capsys.readouterr().out


def test_without_a_function_the_task_the_signature_and_a_starter_are_shown(capsys):
    result, text = told(None, capsys)
    assert not result
    assert "def forward(x, h, W, U, b):" in text
    assert EXERCISES[X].task.split()[0] in text
    assert "h_t = tanh" in text


def test_a_planted_idea_is_named_with_what_to_look_at(capsys):
    def swapped(x, h, c, W, U, b):
        W.f, W.i = W.i, W.f
        U.f, U.i = U.i, U.f
        b.f, b.i = b.i, b.f
        found = EXERCISES["lstm.step"].solution(x, h, c, W, U, b)
        W.f, W.i = W.i, W.f
        U.f, U.i = U.i, U.f
        b.f, b.i = b.i, b.f
        return found

    result, text = told(swapped, capsys, "lstm.step")
    assert result.kind == "idea"
    assert "the weights of i and f are swapped" in text.replace("\n", " ")
    assert "wb.explore.gates()" in text


def test_a_page_s_html_says_the_same_in_the_page_s_own_colours(capsys):
    result, _ = told(lambda *inputs: right(*inputs) + 1, capsys)
    page = result._repr_html_()
    assert "<code>h</code> at step 0, unit 0" in page
    assert "color:inherit" in page
    assert "background:none" in page
    bold = wb.check(X, lambda x, h, W, U, b: fail(ValueError("<script>")))
    assert "<script>" not in bold._repr_html_()
