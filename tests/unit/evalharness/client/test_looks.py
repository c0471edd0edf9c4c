"""The order in which a run in looks asks: at random, by groups, the same every time."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from evalharness.client.looks import SHARES, look_of
from evalharness.runs.rows.eval import PromptRow
from evalharness.stats.sequential import confidences


def prompt(name: str, suite: str = "s", group: str | None = None, of: str | None = None) -> PromptRow:
    variant = "typos" if of else None
    return PromptRow(
        suite=suite, sampling={}, id=name, messages=[], checks=[], tags=[], group=group, of=of, variant=variant
    )


def test_each_look_has_its_share_of_every_suite() -> None:
    prompts = [prompt(f"{number}", suite) for suite in "ab" for number in range(100)]
    assert Counter((place[0], look) for place, look in look_of(prompts).items()) == {
        (suite, look): many for suite in "ab" for look, many in enumerate((25, 25, 50))
    }


def test_the_order_is_drawn_and_not_that_of_the_file() -> None:
    looks = look_of([prompt(f"{number}") for number in range(100)])
    assert look_of([prompt(f"{number}") for number in range(100)]) == looks
    assert 5 < sum(looks["s", f"{number}"] == 0 for number in range(50)) < 20


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60))
def test_a_group_is_asked_as_a_whole_and_a_variant_with_its_original(groups: list[int]) -> None:
    originals = [prompt(f"{number}", group=f"g{group}") for number, group in enumerate(groups)]
    variants = [prompt(f"{number}~", of=f"{number}") for number in range(len(groups))]
    looks = look_of([*originals, *variants])
    assert len({(group, looks["s", f"{number}"]) for number, group in enumerate(groups)}) == len(set(groups))
    assert all(looks["s", f"{number}~"] == looks["s", f"{number}"] for number in range(len(groups)))
    assert len(looks) == 2 * len(groups)


def test_the_looks_are_paid_for() -> None:
    first, second, last = confidences(SHARES)
    assert first > 0.999 and second > 0.99 and 0.95 < last < 0.953
