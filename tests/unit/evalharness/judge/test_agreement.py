import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.judge.summary import agreement

labels = st.lists(st.tuples(st.sampled_from("abt"), st.sampled_from("abt")), min_size=1, max_size=40)


def test_kappa_of_a_textbook_table() -> None:
    """Two readers and 50 grant proposals: 20 yes by both, 15 no by both, 5 and 10 apart."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    found = agreement([one for one, _ in pairs], [other for _, other in pairs])
    assert (found.n, found.agreed) == (50, 35)
    assert found.kappa == pytest.approx(0.4)


@given(labels)
def test_kappa_lies_within_its_interval_and_does_not_mind_who_is_first(pairs: list[tuple[str, str]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    found = agreement(first, second)
    assert found == agreement(second, first)
    if found.kappa is None or found.low is None or found.high is None:
        assert len({*first, *second}) == 1
    else:
        assert found.low <= found.kappa <= found.high <= 1
        assert found.low < found.high


def test_perfect_agreement_of_few_is_no_certainty() -> None:
    found = agreement("ababab", "ababab")
    assert found.kappa == 1
    assert found.low is not None
    assert 0 < found.low < 0.5


def test_nothing_rated_has_no_kappa() -> None:
    assert agreement([], []).kappa is None


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """The second rater repeats the first with probability 0.7 and else draws anew: true kappa 0.7."""
    draw, held, times = random.Random(1), 0, 400
    for _ in range(times):
        first = [draw.choice("ab") for _ in range(60)]
        second = [one if draw.random() < 0.7 else draw.choice("ab") for one in first]
        found = agreement(first, second)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.7 <= found.high
    assert 0.93 <= held / times <= 0.98
