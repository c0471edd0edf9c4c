"""The suite `code`: small Python functions, judged by running them; the tasks are in code.yaml.

What a function must return is what the answer that is known to be right returns, so no test can be wrong by a slip.
"""

from typing import Any

from evalharness.suites.generators.drafts import Draft, Entry, Item, check, hand_written, user

HEAD = (
    "Small Python functions, run against tests: texts, numbers, lists, mappings, parsing, algorithms, the repair of "
    "broken code, and bodies to be filled in. A right answer is one whose function passes every test; style, speed "
    "and explanations do not count, and nothing larger than one function is asked for. The answers are run on the "
    "machine of the harness: evalharness/checks/code.py says what holds them back."
)
_WORDINGS = {
    "text": "Write a Python function `{head}` that {task}. Answer with one Python code block.",
    "numbers": "I need a Python function `{head}`. It {task}. Reply with the code in a ```python block.",
    "lists": "Please implement `{head}` in Python so that it {task}. One code block, standard library only.",
    "mappings": "In Python, define `{head}`, a function that {task}. Put it all into one Python code block.",
    "parsing": "Python, please: `{head}`, which {task}. Give the function in a fenced code block.",
    "algorithms": "Task: {task}. Signature: `{head}`. Solve it in plain Python and show the code in one fenced block.",
    "repair": "This Python function is meant to do this: it {task}. It does not.\n\n```python\n{given}```\n\n"
    "Repair it. Keep its name and show the whole function in one Python code block.",
    "fill-in": 'Fill in the body of this function.\n\n```python\ndef {head}:\n    """It {task}."""\n```\n\n'
    "Answer with the complete function in a Python code block.",
}


class _Entry(Entry):
    """`gold` is a right answer, `calls` are expressions to try it with, `given` a broken version to be repaired."""

    task: str
    gold: str
    calls: str
    given: str = ""


def suite() -> Draft:
    items = [_item(entry) for entry in hand_written("code", _Entry)]
    return Draft(
        "code", "Small Python functions that pass their tests", "non-inferiority", 0.12, 512, HEAD, items, version=3
    )


def _item(entry: _Entry) -> Item:
    gold, kind = entry.gold, entry.kind
    head = next(line for line in gold.splitlines() if line.startswith("def ")).removeprefix("def ").removesuffix(":")
    given = entry.given or f"def {head}:\n    return None\n"
    asked = _WORDINGS[kind].format(head=head, task=entry.task, given=given)
    tests = tests_for(gold, entry.calls.splitlines())
    return Item(kind, user(asked), [check("code", {"tests": tests})], fenced(gold), fenced(given))


def tests_for(gold: str, calls: list[str]) -> str:
    """What the right answer returns for each call, as assertions."""
    namespace: dict[str, Any] = {}
    exec(gold, namespace)  # noqa: S102 (our own code, from the file beside this one)
    lines = []
    for call in calls:
        value = eval(call, namespace)  # noqa: S307
        if isinstance(value, float):
            said = f"abs({call} - {value!r}) < 1e-6"
        elif isinstance(value, set):
            said = f"{call} == set({sorted(value)!r})"  # a set is written in no fixed order
        else:
            said = f"{call} == {value!r}"
        lines.append(f"assert {said}\n")
    return "".join(lines)


def fenced(code: str) -> str:
    return f"```python\n{code}```"
