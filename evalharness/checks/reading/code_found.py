"""Which of an answer's code blocks is the answer: models quote the bug before its repair, and show a call after it."""

import ast
import re

from evalharness.checks.reading.text import fenced

_PYTHON = ("python", "py", "python3")


def python_of(answer: str, tests: str) -> str | None:
    """The Python block that the tests are for, or None where there is no block of Python.

    Blocks that say python go before those that say nothing; of these the last that defines what the tests call, or
    else the first.
    """
    blocks = [block for block in fenced(answer)[0] if block.closed]
    python = [block.code for block in blocks if block.label in _PYTHON]
    found = python or [block.code for block in blocks if not block.label]
    asked = set(re.findall(r"\b([A-Za-z_]\w*)\(", tests))
    fitting = [code for code in found if _defined(code) & asked]
    return next(iter(fitting[-1:] + found[:1]), None)


def _defined(code: str) -> set[str]:
    """The functions, classes and names that a block binds at its top; none of what is no Python."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    bound = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    names = (target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets)
    return bound | {name.id for name in names if isinstance(name, ast.Name)}
