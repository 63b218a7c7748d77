"""Checks a learner's function against the reference and says the first thing that is wrong.

A check never raises, whatever the function does: it says what happened and returns a result that
is true when the public cases passed. They are all it knows; it never says that all is correct.
"""

from functools import lru_cache

from .arranged import arranged
from .comparing import Trouble, arrays, changed, equal, first_difference, fitting
from .progress import Done, note, read
from .registry import EXERCISES, find
from .running import run
from .saying import Said
from .words import WORDS, again, difference, raised, takes, task, this_case, too_late

SECONDS = 5.0
"""A function has so long for all cases together."""


class Checked(Said):
    """What a check found. True when the public cases passed.

    kind: passed; idea (a known misconception), different, shape, type, number, none, changed,
    error, time, call, task or unknown. idea: the misconception's, or "". inputs: of the case that
    the message speaks of, name -> value, to try again with `f(**result.inputs)`.
    """

    def __init__(self, blocks, kind, name="", idea="", inputs=None):
        super().__init__(blocks, {"passed": True, "task": None}.get(kind, False))
        self.kind, self.name, self.idea, self.inputs = kind, name, idea, inputs

    def __bool__(self):
        return self.kind == "passed"


def check(name, function=None, *, seed=0, seconds=SECONDS):
    """Try a function on the cases of the exercise `name`; show and return `Checked`.

    Without a function the task is shown. seed: a whole number; others give other cases. seconds:
    the limit for all cases. In words it says the first wrong step, unit and line; where the
    numbers are those of a well-known wrong idea, it names that.
    """
    exercise, told = find(name)
    if exercise is None:
        return Checked([("title", told)], "unknown").show()
    if function is None:
        return Checked(task(exercise), "task", exercise.name).show()
    result = judge(exercise, function, seed, seconds)

    def change(done):
        done.tries += 1
        done.passed = done.passed or bool(result)

    if not result:
        left = len(exercise.hints) - read().get(name, Done()).hints
        if left > 0:
            more = ("text", f'`wb.hint("{name}")` gives a hint; {left} left.')
            result.blocks = (*result.blocks, more)
    note(name, change)
    return result.show()


def judge(exercise, function, seed=0, seconds=SECONDS):
    """`Checked` for a function, neither shown nor noted in the progress."""
    wrong_call = takes(exercise, function)
    if wrong_call:
        return _no(exercise, "call", [("text", wrong_call)])
    cases = exercise.cases(seed)
    ran = run(function, cases, seconds)
    if ran.late:
        return _no(exercise, "time", too_late(ran, seconds))
    if ran.error is not None:
        number = len(ran.returned)
        said = raised(ran, number, cases[number], again(exercise, function))
        return _no(exercise, "error", said, cases[number])
    for case, after in zip(cases, ran.inputs, strict=True):
        name = changed(case, after)
        if name:
            return _no(exercise, "changed", [("text", WORDS["changed"].format(name=name))], case)
    found = [arrays(returned, exercise.returns) for returned in ran.returned]
    result = _compared(exercise, seed, cases, found, again(exercise, function))
    if ran.printed:
        result.blocks = (*result.blocks, ("text", WORDS["printed"]))
    return result


def _compared(exercise, seed, cases, found, again):
    wrong = idea = None
    expected = _results(exercise, exercise.solution, seed)
    for case, right, own in zip(cases, expected, found, strict=True):
        if isinstance(own, Trouble):
            said = WORDS["none"] if own.kind == "none" else own.said + "."
            return _no(exercise, own.kind, [("text", said)], case)
        if not equal(own, right, exercise.returns, exercise.tolerance):
            wrong = case, right, own
            break
        # The numbers agree, and may still be of another type than was asked for.
        if trouble := fitting(own, right, exercise.returns):
            return _no(exercise, trouble.kind, [("text", trouble.said + ".")], case)
    if wrong is None:
        return Checked(
            [
                ("title", f"{exercise.name}: Public cases passed."),
                ("text", WORDS["passed"].format(count=len(cases))),
            ],
            "passed",
            exercise.name,
        )
    case, right, own = wrong
    trouble = fitting(own, right, exercise.returns)
    if trouble:
        blocks, result = [("text", trouble.said + ".")], trouble.result
    else:
        first = first_difference(own, right, exercise)
        blocks, result = difference(first), first.result
    if not any(isinstance(own, Trouble) for own in found):
        k = exercise.returns.index(result)
        idea = _idea_of(exercise, seed, found, expected, k)
        if idea is None:
            seen = arranged(found, expected, exercise.returns, exercise.tolerance, k)
            blocks += [("idea", seen[0]), ("text", seen[1])] if seen else []
    if idea:
        blocks += [("idea", f"The idea behind these numbers: {idea.idea}"), ("text", idea.look)]
    blocks.append(("aside", this_case(case, again)))
    kind = "idea" if idea else trouble.kind if trouble else "different"
    return _no(exercise, kind, blocks, case, idea.idea if idea else "")


def _idea_of(exercise, seed, found, expected, k):
    """The misconception that gives a learner's numbers in every case, or None.

    If none gives all of them, one that gives those of result k, the first that is wrong: whoever
    holds two wrong ideas is told the first.
    """
    whole = slice(None)
    for part in (whole, slice(k, k + 1)):
        for misconception in exercise.misconceptions:
            theirs = _results(exercise, misconception.function, seed)
            if _same(exercise, theirs, found, part) and not _same(exercise, theirs, expected, part):
                return misconception
    return None


def _same(exercise, theirs, found, part):
    """Whether two lists of cases agree in a part of their results."""
    return len(theirs) == len(found) and all(
        not isinstance(a, Trouble)
        and equal(b[part], a[part], exercise.returns[part], exercise.tolerance)
        for a, b in zip(theirs, found, strict=True)
    )


@lru_cache(maxsize=256)
def _results(exercise, function, seed):
    """The arrays that a function of ours gives in each case; the same for every learner."""
    ran = run(function, exercise.cases(seed), None)
    return [arrays(returned, exercise.returns) for returned in ran.returned]


def _no(exercise, kind, blocks, case=None, idea=""):
    title = ("title", f"{exercise.name}: not yet.")
    return Checked([title, *blocks], kind, exercise.name, idea, case)


def hint(name):
    """Show the next hint of an exercise; after the last one, all of them again. Returns `Said`."""
    exercise, told = find(name)
    if exercise is None:
        return Said([("title", told)], False).show()

    def change(done):
        done.hints = min(done.hints + 1, len(exercise.hints))

    before = read().get(name, Done()).hints
    count, total = note(name, change).hints, len(exercise.hints)
    if before >= total:
        blocks = [("title", f"{name}: all {total} hints")]
        blocks += [("text", f"{k}. {text}") for k, text in enumerate(exercise.hints, 1)]
    else:
        blocks = [
            ("title", f"{name}: hint {count} of {total}"),
            ("text", exercise.hints[count - 1]),
        ]
    if count == total:
        blocks.append(("text", f'`wb.solution("{name}")` shows a solution.'))
    return Said(blocks).show()


def solution(name):
    """Show a solution, once all hints have been read; until then say how many are left."""
    exercise, told = find(name)
    if exercise is None:
        return Said([("title", told)], False).show()
    done = read().get(name, Done())
    left = len(exercise.hints) - done.hints
    if left > 0:
        still = "1 hint is" if left == 1 else f"{left} hints are"
        text = f'{still} left: `wb.hint("{name}")`. After the last one the solution is shown.'
        return Said([("title", f"{name}: not before the hints"), ("text", text)], False).show()

    def change(entry):
        entry.solution = True

    note(name, change)
    title = ("title", f"{name}: a solution (yours may look different)")
    return Said([title, ("code", exercise.source)]).show()


def progress():
    """Show and return every exercise by chapter: passed or not yet, tries, hints read.

    Of a chapter that was not begun, only the names.
    """
    known, blocks = read(), []
    for chapter in sorted({exercise.chapter for exercise in EXERCISES.values()}):
        here = [exercise for exercise in EXERCISES.values() if exercise.chapter == chapter]
        done = [known.get(exercise.name, Done()) for exercise in here]
        passed = sum(entry.passed for entry in done)
        if any(entry.tries or entry.hints for entry in done):
            rows = [_row(*pair) for pair in zip(here, done, strict=True)]
            blocks.append(("idea", f"Chapter {chapter}: {passed} of {len(here)} passed"))
            blocks.append(("list", "\n".join(rows)))
        else:
            names = ", ".join(f"`{exercise.name}`" for exercise in here)
            blocks.append(("idea", f"Chapter {chapter}: not begun"))
            blocks.append(("aside", names))
    passed = sum(known.get(name, Done()).passed for name in EXERCISES)
    title = f"Exercises: {passed} of {len(EXERCISES)} passed"
    return Said([("title", title), *blocks]).show()


def _row(exercise, done):
    """One exercise of a chapter that was begun, in a line."""
    told = f"`{exercise.name}` {exercise.title}: "
    if not done.tries and not done.hints:
        return told + "new"
    parts = [f"tries {done.tries}", f"hints {done.hints} of {len(exercise.hints)}"]
    parts += ["solution read"] if done.solution else []
    return f"{told}{'passed' if done.passed else 'not yet'} ({', '.join(parts)})"
