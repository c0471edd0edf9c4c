# ruff: noqa: RUF001 (other scripts' signs are what is tested)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.checks.repetition import repeated_share
from tests.parts import apply_checks


@pytest.mark.parametrize(
    "answer",
    ["!" * 30, "a" * 400, "yes " * 20, "哈" * 20, "The answer is 4. " * 6, "1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2"],
)
def test_a_loop_is_seen_whatever_it_is_made_of(answer: str) -> None:
    [outcome] = apply_checks(answer, "stop", [{"type": "not_repetitive", "value": 0.5}])
    assert outcome.failure == "repetition"


@pytest.mark.parametrize(
    "answer",
    [
        "The cat sat on the mat, and then it left for the kitchen to eat what was there.",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "Yes, yes, yes!",
        "床前明月光，疑是地上霜。举头望明月，低头思故乡。",
    ],
)
def test_a_text_that_goes_on_is_no_loop(answer: str) -> None:
    [outcome] = apply_checks(answer, "stop", [{"type": "not_repetitive", "value": {"at_most": 0.3, "n": 4}}])
    assert outcome.failure is None


@given(st.lists(st.integers(), unique=True, min_size=8, max_size=40), st.integers(2, 6))
def test_the_share_is_nought_without_repetition_and_grows_with_it(numbers: list[int], times: int) -> None:
    once = " ".join(f"w{abs(number)}{'n' if number < 0 else 'p'}" for number in numbers)
    shares = [repeated_share(" ".join([once] * many), 4) for many in range(1, times + 1)]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert shares[-1] < 1
