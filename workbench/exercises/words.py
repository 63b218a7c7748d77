"""The sentences of a check: what was expected, what came, where, and what to do now."""

import inspect

import numpy as np

WORDS = {
    "passed": "Your numbers are the reference's in {count} cases.",
    "none": "Your function returned None: is there a line `return ...` on every way through it?",
    "printed": "It also prints. A check reads what is returned; take the print away when you "
    "need it no more.",
    "changed": "Your function changes its input `{name}` in place, so whoever called it finds "
    "other numbers there. Work on a copy (`{name} = {name}.copy()`), or write `a = a + d` in the "
    "place of `a += d`.",
}


def task(exercise):
    """The blocks that show an exercise to whoever begins it."""
    equations = "\n".join(dict.fromkeys(result.equation for result in exercise.returns))
    name = exercise.name
    return [
        ("title", f"{name}: {exercise.title}"),
        ("text", exercise.task),
        ("code", equations),
        ("text", "Begin with:"),
        ("code", exercise.starter),
        (
            "text",
            f'Then `wb.check("{name}", {exercise.solution.__name__})`. '
            f'`wb.hint("{name}")` gives one hint at a time; there are {len(exercise.hints)}.',
        ),
    ]


def takes(exercise, function):
    """Why a function cannot be called as the exercise calls it, in one line, or None."""
    if not callable(function):
        came = type(function).__name__
        return f"function: expected your function, as `{exercise.solution.__name__}`, got {came}."
    wanted = inspect.signature(exercise.solution)
    try:
        own = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return None
    try:
        own.bind(*wanted.parameters)
    except TypeError:
        called = getattr(function, "__name__", "function")
        return f"function: expected `{exercise.call}`, got `{called}{own}`."
    return None


def difference(found):
    """Where the first wrong number is, beside the equation of its line."""
    # A result of any shape has no names for its axes.
    axes = found.result.axes or [f"axis {k}:" for k in range(len(found.place))]
    where = ", ".join(f"{axis} {index}" for axis, index in zip(axes, found.place, strict=True))
    at = f" at {where}" if where else ""
    expected, got = numbers(found.expected, found.got, found.result.whole)
    return [
        ("text", f"The first difference is in `{found.result.name}`{at}."),
        ("code", f"{found.result.equation}\n\nexpected  {expected}\ngot       {got}"),
    ]


def numbers(a, b, whole=False):
    """Two numbers with as many digits as it takes to tell them apart, four at least; what counts
    something has all of them."""
    if whole and all(float(n).is_integer() for n in (a, b)):
        return f"{int(a)}", f"{int(b)}"
    for digits in (4, 7, 10, 13, 17):
        texts = f"{a:.{digits}g}", f"{b:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def raised(ran, number, case, again):
    """An exception of the learner's: their line, and what Python says about it."""
    told = f"{type(ran.error).__name__}: {ran.error}".splitlines()[0]
    blocks = [("text", f"Your function ends with an error in case {number + 1}.")]
    blocks.append(("code", f"{_line(ran.place)}{told}"))
    if ran.clash:
        blocks.append(("idea", ran.clash))
    return [*blocks, ("aside", this_case(case, again))]


def too_late(ran, seconds):
    """The time was over; where the function was then, and whether it runs on."""
    blocks = [("text", f"Your function was still running after {seconds:g} seconds, here:")]
    blocks.append(("code", _line(ran.place).rstrip() or "(in a library)"))
    if ran.stuck:
        text = (
            "It could not be stopped and runs on in the background. Restart the kernel, or "
            "Python, before you go on."
        )
    else:
        text = "It was stopped. Is that a loop whose condition never changes?"
    return [*blocks, ("text", text)]


def again(exercise, function):
    """What to type to check this function once more."""
    name = getattr(function, "__name__", "")
    called = name if name.isidentifier() else exercise.solution.__name__
    return f'wb.check("{exercise.name}", {called})'


def this_case(case, again):
    """The inputs of a case, and what to type to have them in hand."""
    return f"This case: {sizes(case)}. Its numbers: `{again}.inputs`."


def sizes(case):
    """The inputs of a case in a few words: `x (4, 3), U.f (2, 2), limit 1.5`."""
    told = []
    for name, value in case.items():
        if isinstance(value, np.ndarray):
            told.append(f"{name} {value.shape}")
        elif hasattr(value, "__dict__") and not callable(value):
            told += [f"{name}.{key} {array.shape}" for key, array in list(vars(value).items())[:1]]
        elif isinstance(value, int | float):
            told.append(f"{name} {value:.4g}")
        elif isinstance(value, list | tuple):
            told.append(f"{len(value)} {name}")
    return ", ".join(told)


def _line(place):
    return f"line {place[0]}: {place[1]}\n" if place else ""
