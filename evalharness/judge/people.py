"""What people's blind votes come to: the share that prefers the second model, with its interval.

Pure. One person votes often, and in one chat on one subject: such votes are no independent witnesses. So the interval
is taken twice, with the votes of a person standing together and with those of a chat, and the wider end counts on
either side. One person alone says nothing of others, and the interval then reaches from 0 to 1.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence

from evalharness.runs.rows.judged import TIE, VoteRow
from evalharness.runs.summaries.judged import People, Position
from evalharness.stats import CONFIDENCE
from evalharness.stats.clustered import sign_flip
from evalharness.stats.votes import InGroups, Votes, share_interval


def preferred(rows: Iterable[VoteRow], endpoints: tuple[str, str], versions: Mapping[str, str]) -> People | None:
    """None where nobody has voted on these versions of the two, by name, without knowing whose answer was whose."""
    first, second = endpoints
    every = list(rows)
    blind = [row for row in every if row.first is not None and row.versions and row.versions == dict(versions)]
    if not blind:
        return None
    decided = [row for row in blind if row.choice in endpoints]
    counts = Counter(row.choice for row in blind)
    votes = Votes(counts[second], counts[first], counts[TIE])
    low, high = interval(
        [row.choice == second for row in decided], [row.person for row in decided], [row.chat for row in decided]
    )
    shown_first = Votes(
        sum(row.choice == row.first for row in decided), sum(row.choice != row.first for row in decided)
    )
    ends = share_interval(shown_first)
    signs = [1 if row.choice == second else -1 for row in decided]
    return People(
        endpoints=endpoints,
        confidence=CONFIDENCE,
        first=votes.losses,
        second=votes.wins,
        ties=sum(row.choice == TIE and not row.both_bad for row in blind),
        both_bad=sum(row.both_bad for row in blind),
        people=len({row.person for row in blind}),
        chats=len({row.chat for row in blind}),
        share=votes.share if decided else None,
        low=low if decided else None,
        high=high if decided else None,
        p_value=sign_flip(signs, [row.person for row in decided]) if decided else None,
        position=Position(
            pairs=shown_first.decided,
            first=shown_first.share if decided else None,
            low=ends[0] if decided else None,
            high=ends[1] if decided else None,
        ),
        left_out=len(every) - len(blind),
    )


def interval(won: Sequence[bool], people: Sequence[Hashable], chats: Sequence[Hashable]) -> tuple[float, float]:
    """Of the share of votes that are won, each with who cast it and in which chat; 0 to 1 where one person voted."""
    if len(set(people)) < 2:
        return 0.0, 1.0
    votes = Votes(sum(won), len(won) - sum(won))
    lows, highs = zip(*(share_interval(votes, in_groups=InGroups.of(won, by)) for by in (people, chats)), strict=True)
    return min(lows), max(highs)
