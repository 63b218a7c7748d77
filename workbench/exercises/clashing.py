"""Finds the two arrays that did not fit when an operator of a learner's raised an error.

NumPy tells the sizes that differ, not which name has which shape. Runs nothing of the learner's
but names, attributes, indices and arithmetic of the one expression that failed.
"""

import ast
import linecache
import operator

import numpy as np

_SIGNS = {
    ast.MatMult: ("@", operator.matmul),
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
}
_PLAIN = (
    ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Name, ast.Attribute, ast.Subscript,
    ast.Slice, ast.Tuple, ast.Constant, ast.expr_context,
)  # fmt: skip


def clash(error):
    """Which two things did not fit, in a sentence, or "" where that cannot be told.

    error: the exception; only a ValueError of an operator between two arrays is looked at.
    """
    step = error.__traceback__
    if not isinstance(error, ValueError) or step is None:
        return ""
    while step.tb_next is not None:
        step = step.tb_next
    found = _expression(step)
    if not isinstance(found, ast.BinOp) or type(found.op) not in _SIGNS:
        return ""
    sign, does = _SIGNS[type(found.op)]
    try:
        left, right = (_value(side, step.tb_frame) for side in (found.left, found.right))
    except Exception:  # a name that is not there any more, a side that is more than arithmetic
        return ""
    if not (isinstance(left, np.ndarray) and isinstance(right, np.ndarray)):
        return ""
    said = f"`{ast.unparse(found)}` does not fit: on the left {left.shape}, on the right "
    said += f"{right.shape}."
    if does is operator.matmul and left.ndim and right.ndim:
        below = right.shape[-2] if right.ndim > 1 else right.shape[0]
        said += f" `@` multiplies and adds along an axis that both have: here {left.shape[-1]} "
        said += f"meets {below}."
    else:
        said += f" `{sign}` goes number by number, so both need the same shape."
    return said


def _expression(step):
    """The expression that a step of a traceback was at, or None where its text is not known."""
    code = step.tb_frame.f_code
    line, last, begin, end = list(code.co_positions())[step.tb_lasti // 2]
    if None in (line, last, begin, end):
        return None
    lines = linecache.getlines(code.co_filename, step.tb_frame.f_globals)[line - 1 : last]
    if len(lines) != last - line + 1:
        return None
    lines = [text.encode() for text in lines]  # positions count bytes
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][begin:]
    try:
        return ast.parse(f"({b''.join(lines).decode()})", mode="eval").body
    except (SyntaxError, UnicodeDecodeError):
        return None


def _value(side, frame):
    """What one side was: names, attributes, indices and arithmetic, and nothing that is called."""
    if not all(isinstance(node, _PLAIN) for node in ast.walk(side)):
        raise ValueError("side: expected names and arithmetic")
    code = compile(ast.Expression(side), "<side>", "eval")
    return eval(code, frame.f_globals, dict(frame.f_locals))
