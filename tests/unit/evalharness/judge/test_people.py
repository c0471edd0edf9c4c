"""What people's blind votes come to: whose count, how far they tell, and that one person tells nothing of others."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from evalharness.judge.people import interval, preferred
from evalharness.runs.rows.judged import VoteRow
from evalharness.stats.votes import InGroups, Votes, share_interval
from tests.webui_export import VERSIONS

NAMES = ("base", "tuned")
NUMBERS = count()


def vote(
    choice: str, person: str = "ann", first: str | None = "base", both_bad: bool = False, **more: object
) -> VoteRow:
    number = str(next(NUMBERS))
    row = {"chat": number, "versions": VERSIONS if first else None, **more}
    return VoteRow(
        id=None, suite=None, choice=choice, both_bad=both_bad, person=person, vote=number, first=first, **row
    )  # type: ignore[arg-type]


def test_only_blind_votes_on_the_versions_that_are_judged_count() -> None:
    rows = [
        vote("tuned"), vote("tuned", "ben"), vote("base", "ben"), vote("tie"), vote("tie", both_bad=True),
        vote("tuned", first=None), vote("tuned", versions={**VERSIONS, "tuned": "another"}),
        vote("tuned", versions=None),
    ]  # fmt: skip
    found = preferred(rows, NAMES, VERSIONS)
    assert found is not None
    assert (found.first, found.second, found.ties, found.both_bad, found.left_out) == (1, 2, 1, 1, 3)
    assert (found.people, found.chats, found.share) == (2, 5, 2 / 3)
    assert preferred(rows, NAMES, {"base": "1", "tuned": "2"}) is None


def test_ties_alone_decide_nothing() -> None:
    found = preferred([vote("tie"), vote("tie", "ben")], NAMES, VERSIONS)
    assert found is not None
    assert (found.decided, found.estimate, found.p_value, found.position.first) == (0, None, None, None)


def test_one_person_says_nothing_of_others_however_often_they_vote() -> None:
    assert interval([True] * 500, ["ann"] * 500, range(500)) == (0.0, 1.0)


def test_the_answer_shown_first_is_counted_whoever_it_is_of() -> None:
    rows = [vote("tuned", first="tuned"), vote("base", "ben", first="base"), vote("base", "ben", first="tuned")]
    found = preferred(rows, NAMES, VERSIONS)
    assert found is not None and found.position.first == 2 / 3


cast = st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 2)), min_size=2, max_size=60)


@given(cast)
def test_the_interval_is_that_by_person_or_by_chat_whichever_reaches_further(
    votes: list[tuple[bool, int, int]],
) -> None:
    won, people = [one for one, _, _ in votes], [person for _, person, _ in votes]
    chats = [(person, chat) for _, person, chat in votes]
    low, high = interval(won, people, chats)
    assert 0 <= low <= sum(won) / len(won) <= high <= 1
    for groups in (people, chats):
        inner = share_interval(Votes(sum(won), len(won) - sum(won)), in_groups=InGroups.of(won, groups))
        assert len(set(people)) < 2 or (low <= inner[0] and inner[1] <= high)


@given(cast)
def test_turned_round_it_is_the_other_models_share(votes: list[tuple[bool, int, int]]) -> None:
    won, people = [one for one, _, _ in votes], [person for _, person, _ in votes]
    chats = [(person, chat) for _, person, chat in votes]
    low, high = interval(won, people, chats)
    other = interval([not one for one in won], people, chats)
    assert abs(other[0] - (1 - high)) < 1e-6 and abs(other[1] - (1 - low)) < 1e-6
