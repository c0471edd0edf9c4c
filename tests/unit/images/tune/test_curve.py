"""The learning curve is a picture that any browser shows, whatever the losses were."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from images.tune.curve import HEIGHT, WIDTH, picture

SVG = "{http://www.w3.org/2000/svg}"
entry = st.builds(
    lambda step, kind, value: {"step": step, kind: value},
    st.integers(0, 10_000),
    st.sampled_from(["loss", "held_out"]),
    st.floats(allow_nan=True, allow_infinity=True),
)


@given(stages=st.dictionaries(st.sampled_from(["a", "b<", "c&"]), st.lists(entry, max_size=20), max_size=3))
def test_every_point_lies_in_the_picture(stages):
    drawn = ElementTree.fromstring(picture(stages))  # noqa: S314 - our own
    for line in drawn.iter(f"{SVG}polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


def test_stages_stand_side_by_side_and_the_end_says_both_losses():
    stage = [
        {"step": 0, "held_out": 2.0},
        {"step": 10, "loss": 1.0},
        {"step": 20, "loss": 0.5},
        {"step": 20, "held_out": 0.7},
    ]
    drawn = ElementTree.fromstring(picture({"general": stage, "domain": stage}))  # noqa: S314
    assert len(list(drawn.iter(f"{SVG}polyline"))) == 4
    words = [one.text for one in drawn.iter(f"{SVG}text")]
    assert {"general", "domain", "loss 0.5", "loss on rows held out 0.7"} <= {*words}
    first, second = (one for one in drawn.iter(f"{SVG}text") if one.text in ("general", "domain"))
    assert float(first.attrib["x"]) < float(second.attrib["x"])
