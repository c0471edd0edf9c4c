"""The tasks of `code-hard`: their tests notice every slip that they come with, and look at enough edges."""

import pytest

from evalharness.suites.generators.code import tests_for as assertions
from evalharness.suites.generators.code_hard import Task, slipped, tasks

TASKS = tasks()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.task.strip().splitlines()[0][:40])
def test_every_slip_of_a_task_fails_its_tests(task: Task) -> None:
    """In this process: it is our own code, and none of it runs for ever."""
    tests = assertions(task.gold, task.calls.splitlines())
    assert _passes(task.gold, tests)
    assert [code for code in slipped(task) if _passes(code, tests)] == []


def test_every_task_has_eight_tests_and_three_slips_and_several_parts() -> None:
    for task in TASKS:
        assert len(task.calls.splitlines()) >= 8
        assert len({new for _, new in task.slips}) >= 3
        assert sum(line.startswith(("def ", "class ")) for line in task.gold.splitlines()) >= 2


def test_there_are_at_least_sixty_tasks() -> None:
    assert len(TASKS) >= 60


def _passes(code: str, tests: str) -> bool:
    namespace: dict[str, object] = {}
    try:
        exec(code, namespace)  # noqa: S102
        exec(tests, namespace)  # noqa: S102
    except Exception:
        return False
    return True
