"""The suite `code-hard`: several Python functions that belong together; the tasks are in code_hard.yaml.

Each comes with slips of its own, which the tests are held to notice.
"""

from evalharness.suites.generators.code import fenced, tests_for
from evalharness.suites.generators.drafts import Draft, Entry, Item, check, hand_written, user

HEAD = (
    "Two or three Python functions or a class that belong together, with the standard library: dates, texts, data, "
    "algorithms, parsing, and the repair of code with several mistakes. Every task has at least eight tests, of edges "
    "for the most part: what is empty, missing, equal, first or last. One slip makes an answer wrong. Files, networks, "
    "other libraries and programs of more than a page are not asked for."
)
ANSWER_TOKENS = 640
_ASKED = {
    "repair": "{task}\nAnswer with one Python code block.",
    "others": "Write this in Python, with the standard library alone:\n\n{task}\nAnswer with one Python code "
    "block that has all of it.",
}


class Task(Entry):
    """`gold` is right, `calls` are expressions to try it with, `slips` are replacements that make it wrong."""

    task: str
    gold: str
    calls: str
    slips: list[list[str]]


def suite() -> Draft:
    title = "Several Python functions that pass their tests, edges and all"
    items = [_item(task) for task in tasks()]
    return Draft("code-hard", title, "non-inferiority", 0.14, ANSWER_TOKENS, HEAD, items, version=2)


def tasks() -> list[Task]:
    return hand_written("code_hard", Task)


def slipped(task: Task) -> list[str]:
    """The right version with each of the slips. Raises ValueError for one that is nowhere in it."""
    for old, _ in task.slips:
        if task.gold.count(old) < 1:
            raise ValueError(f"{old!r} is not in {task.gold}")
    return [task.gold.replace(old, new, 1) for old, new in task.slips]


def _item(task: Task) -> Item:
    asked = _ASKED.get(task.kind, _ASKED["others"]).format(task=task.task)
    tests = tests_for(task.gold, task.calls.splitlines())
    return Item(task.kind, user(asked), [check("code", {"tests": tests})], fenced(task.gold), fenced(slipped(task)[0]))
