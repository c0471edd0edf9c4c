"""The block that is the answer, among those that are not."""

from evalharness.checks.reading.code_found import python_of

TESTS = "assert largest([1, 2]) == 2\n"
MENDED = "def largest(numbers):\n    return max(numbers)\n"


def test_the_repair_is_taken_and_not_the_bug_that_is_quoted_before_it() -> None:
    bug = "def largest(numbers):\n    return 0\n"
    assert python_of(f"Before:\n```python\n{bug}```\nAfter:\n```python\n{MENDED}```\n", TESTS) == MENDED


def test_a_line_that_is_quoted_and_a_call_that_is_shown_are_not_taken() -> None:
    said = (
        f"The line\n```python\nbest = 0\n```\nis wrong:\n~~~python\n{MENDED}~~~\n```python\nprint(largest([1]))\n```\n"
    )
    assert python_of(said, TESTS) == MENDED


def test_blocks_that_say_python_go_before_those_that_say_nothing_and_others_are_none() -> None:
    assert python_of(f"```\nlargest\n```\n```python\n{MENDED}```", TESTS) == MENDED
    assert python_of("```sh\nls\n```", TESTS) is None
    assert python_of("```python\nx = (\n```", TESTS) == "x = (\n"
