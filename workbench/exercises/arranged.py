"""Finds right numbers in a wrong arrangement: another order, turned, a step late, times a factor.

Knows no exercise: the same few ways go wrong in all of them. Decides nothing about right and wrong.
"""

import numpy as np

from .comparing import agree


def arranged(found, expected, results, tolerance, k):
    """What is wrong with the arrangement of result number k, in every case, or None.

    found, expected: for each case a list of arrays, one for each result. Returns two texts, what
    it is and what to look at.
    """
    result, rights = results[k], [right[k] for right in expected]
    owns = [own[k] for own in found]
    for j, other in enumerate(results):
        others = [right[j] for right in expected]
        if j != k and _all(owns, others, other, tolerance):
            names = ", ".join(f"`{each.name}`" for each in results)
            said = f"In the place of `{result.name}` stand the numbers of `{other.name}`."
            return said, f"What is returned, in this order: {names}."
    for fits, move, said, look in _WAYS:
        if all(fits(own, right, result) for own, right in zip(owns, rights, strict=True)):
            moved = [move(own, right) for own, right in zip(owns, rights, strict=True)]
            if _all([a for a, _ in moved], [b for _, b in moved], result, tolerance):
                return said.format(name=result.name), look
    return _factor(owns, rights, result, tolerance)


def _all(owns, rights, result, tolerance):
    return all(
        own.shape == right.shape and bool(agree(own, right, result, tolerance).all())
        for own, right in zip(owns, rights, strict=True)
    )


def _factor(owns, rights, result, tolerance):
    """Whether an array is the right one times a number, which may differ from case to case."""
    factors = []
    for own, right in zip(owns, rights, strict=True):
        if own.shape != right.shape or right.size < 2 or not np.isfinite(own).all():
            return None
        factors.append(float((own * right).sum() / max((right * right).sum(), 1e-300)))
    scaled = [factor * right for factor, right in zip(factors, rights, strict=True)]
    if 0.0 in factors or not _all(owns, scaled, result, tolerance):
        return None
    if np.allclose(factors, -1, rtol=1e-6):
        return f"`{result.name}` has the right numbers with the sign turned.", "Plus or minus?"
    first = next(factor for factor in factors if abs(factor - 1) > 1e-6)
    same = np.allclose(factors, first, rtol=1e-6)
    where = "in every case" if same else "in one case, and another factor in others"
    said = f"`{result.name}` is the right array times one number: {first:.4g} {where}."
    return said, "The direction is right and only the factor is not: what else multiplies here?"


def _turned(in_steps):
    """Whether an array has the shape of the transposed; with steps in its rows or without."""

    def fits(own, right, result):
        steps = result.axes[:1] == ("step",)
        return steps == in_steps and own.ndim == 2 and own.shape == right.shape[::-1]

    return fits


def _steps(rows_more):
    """Whether an array has so many more rows than there are steps, and is else of its shape."""

    def fits(own, right, result):
        return (
            result.axes[:1] == ("step",)
            and own.ndim == right.ndim
            and own.shape[1:] == right.shape[1:]
            and len(own) == len(right) + rows_more
            and len(right) > 1
        )

    return fits


def _one_row(own, right, result):
    rows = right.shape[1:], (1, *right.shape[1:])
    return result.axes[:1] == ("step",) and len(right) > 1 and own.shape in rows


_WAYS = (
    (
        _turned(True),
        lambda own, right: (own.T, right),
        "`{name}` is turned: each column holds a step, where each row should.",
        "`np.stack(found)` puts each step below the one before.",
    ),
    (
        _turned(False),
        lambda own, right: (own.T, right),
        "`{name}` is turned: its rows stand where its columns should.",
        "`.T` turns a matrix; of `np.outer(a, b)` the rows belong to a.",
    ),
    (
        _steps(0),
        lambda own, right: (own[::-1], right),
        "`{name}` has its steps in the opposite order: the last comes first.",
        "`found[::-1]` turns a list or an array round.",
    ),
    (
        _steps(0),
        lambda own, right: (own, np.broadcast_to(right[-1], right.shape)),
        "Every row of `{name}` holds the last step's numbers: the same array was kept again and "
        "again, and later steps wrote into it.",
        "Make a new array at each step (`h = ...`, not `h[:] = ...`), or append a copy.",
    ),
    (
        _steps(0),
        lambda own, right: (own[1:], right[:-1]),
        "`{name}` is a step late: row t holds what belongs to step t - 1.",
        "First make the new numbers of a step, then keep them.",
    ),
    (
        _steps(0),
        lambda own, right: (own[:-1], right[1:]),
        "`{name}` is a step early: row t holds what belongs to step t + 1.",
        "Write the first rows down beside the steps that made them.",
    ),
    (
        _steps(1),
        lambda own, right: (own[1:], right),
        "`{name}` has one row too many, the first: what was there before step 0 is not asked for.",
        "Begin with an empty list.",
    ),
    (
        _steps(1),
        lambda own, right: (own[:-1], right),
        "`{name}` has one row too many, the last.",
        "There are as many rows as steps.",
    ),
    (
        _one_row,
        lambda own, right: (own.reshape(right[0].shape), right[0]),
        "Only step 0 came back.",
        "Is the `return` inside the loop? Its place is behind it.",
    ),
    (
        _one_row,
        lambda own, right: (own.reshape(right[0].shape), right[-1]),
        "Only the last step came back; each step's is asked for.",
        "Collect them in a list, then `np.stack`.",
    ),
)
