"""The picture of a turn shows every suite before and after, whatever the figures were."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from serve.harness.turn_picture import LEFT, RIGHT, WIDTH, picture

SVG = "{http://www.w3.org/2000/svg}"
share = st.floats(0, 1)
STEPS = ("before", "augment", "rows", "tune", "verdict", "compare")


@given(
    sides=st.lists(st.tuples(st.text("a<&-", min_size=1), share, share), max_size=12),
    seconds=st.lists(st.floats(0, 10_000), min_size=6, max_size=6),
)
def test_every_suite_and_every_second_lies_in_it(sides, seconds):
    drawn = ElementTree.fromstring(picture("it stays", sides, dict(zip(STEPS, seconds, strict=True))))  # noqa: S314
    rings = list(drawn.iter(f"{SVG}circle"))
    assert len(rings) == len(sides) + 1  # and the legend's
    assert all(LEFT <= float(one.attrib["cx"]) <= WIDTH - RIGHT for one in rings)
    pieces = [one for one in drawn.iter(f"{SVG}rect") if "x" in one.attrib]
    assert len(pieces) == len(STEPS)
    assert all(15.9 <= float(one.attrib["x"]) <= WIDTH - 15.9 for one in pieces)


def test_it_says_both_shares_and_the_time():
    words = picture("it stays", [("typos", 0.8, 0.9)], {"tune": 552.0, "verdict": 48.0})
    assert "80.0% → 90.0%" in words
    assert "10.0 min in all" in words
    assert "9.2 min" in words
