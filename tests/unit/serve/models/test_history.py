"""What was in force when, and which version a rollback goes to."""

from hypothesis import given
from hypothesis import strategies as st

from serve.models import history
from serve.models.history import Event

VERSIONS = ("a", "b", "c", "d")


def test_a_rollback_goes_to_what_was_in_force_before():
    events = [Event("1", "a", "published"), Event("2", "b", "published", "a"), Event("3", "a", "named", "b")]
    assert history.before(events, "a", ["c", "b", "a"]) == "b"


def test_a_store_without_a_history_goes_back_to_the_newest_other():
    assert history.before([], "c", ["c", "b", "a"]) == "b"


def test_a_second_rollback_does_not_lead_back_to_what_was_left():
    events = [Event("1", "a", "published"), Event("2", "b", "published", "a"), Event("3", "a", "rolled back", "b")]
    assert history.withdrawn(events) == {"b"}
    assert history.before(events, "a", ["b", "a"]) is None


def test_a_version_that_is_named_is_no_longer_withdrawn():
    events = [Event("1", "b", "published", "a"), Event("2", "a", "rolled back", "b"), Event("3", "b", "named", "a")]
    assert history.withdrawn(events) == set()


events = st.lists(
    st.builds(
        Event,
        st.just("2026-11-21T00:00:00+00:00"),
        st.sampled_from(VERSIONS),
        st.sampled_from(["published", "asked for again", "rolled back", "named"]),
        st.sampled_from(VERSIONS),
    )
)


@given(events, st.sampled_from(VERSIONS), st.lists(st.sampled_from(VERSIONS), unique=True))
def test_a_rollback_goes_to_another_version_that_stands_and_was_not_withdrawn(events, current, standing):
    found = history.before(events, current, standing)
    open_to = {*standing} - {current} - history.withdrawn(events)
    assert found in open_to if open_to else found is None


def test_a_history_is_read_as_it_was_written_but_for_a_line_cut_short(tmp_path):
    file = tmp_path / "history.jsonl"
    history.append(file, "a", "published", "")
    history.append(file, "b", "asked for again", "a")
    with file.open("a") as lines:
        lines.write('{"at": "2026-')
    assert [(event.version, event.how, event.instead_of) for event in history.read(file)] == [
        ("a", "published", ""),
        ("b", "asked for again", "a"),
    ]
