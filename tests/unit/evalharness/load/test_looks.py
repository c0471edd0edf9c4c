"""When a load may end, and how sure it has to be then."""

import pytest

from evalharness.load.looks import LOOKS, confidence, due


@pytest.mark.parametrize(("share", "looks"), [(0, 0), (0.0999, 0), (0.1, 1), (0.39, 4), (1, len(LOOKS)), (1.2, 11)])
def test_looks_come_with_the_share_of_the_longest_load_that_is_over(share: float, looks: int) -> None:
    assert due(share) == looks


def test_an_early_end_takes_more_confidence_than_a_late_one() -> None:
    confidences = [confidence(looks) for looks in range(len(LOOKS) + 1)]
    assert confidences[0] == confidences[1]
    assert confidences == sorted(confidences, reverse=True)
    assert 0.95 < confidences[-1] < 0.98 and confidences[0] > 0.998
