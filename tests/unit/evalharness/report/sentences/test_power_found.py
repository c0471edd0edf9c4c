"""What a run could have seen is told at the discordance that it found."""

from evalharness.report.sentences.power_found import power_found
from evalharness.stats import smallest_difference
from tests.parts import metric, suite


def test_each_suite_has_the_difference_it_could_see_at_the_share_that_differed() -> None:
    apart = suite(metric(0.5, 0.6, only_first=10, only_second=30), "apart")  # 40 of 200
    alike = suite(metric(0.5, 0.5, only_first=2, only_second=2), "alike")
    silent = suite(metric(None, None), "silent", paired=0)
    sizes = [f"{smallest_difference(200, share) * 100:.1f}" for share in (0.2, 0.02)]
    assert power_found([apart, alike, silent]).endswith(
        f": apart {sizes[0]} points (20.0 %) and alike {sizes[1]} points (2.0 %)."
    )
    assert power_found([silent]) == ""
