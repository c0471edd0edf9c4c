"""The comparisons that people made, as rows of votes.jsonl: no text, but on which prompt of a run each is.

Pure. The file is written anew each time: a vote that is gone is not in it.
"""

from collections.abc import Iterable, Mapping

from evalharness.pool.people.joined import BOTH_BAD, Compared
from evalharness.runs.rows.eval import PromptRow
from evalharness.runs.rows.judged import TIE, VoteRow
from evalharness.runs.rows.parts import Place

Asked = Mapping[tuple[tuple[str, str], ...], Place]
"""The prompts of a run by their messages (role, text)."""


def asked(prompts: Iterable[PromptRow]) -> Asked:
    """Of two prompts with the same messages the first; what is asked with tools or turn by turn is asked in no chat."""
    found: dict[tuple[tuple[str, str], ...], Place] = {}
    for prompt in prompts:
        if not (prompt.of or prompt.tools or prompt.live):
            said = [(str(message["role"]), str(message.get("content") or "").strip()) for message in prompt.messages]
            found.setdefault(tuple(said), prompt.place)
    return found


def vote_rows(compared: Iterable[Compared], prompts: Asked, versions: Mapping[str, str]) -> list[VoteRow]:
    """`versions` are those of the two models of the run that the prompts are of: a vote on others is on no prompt."""
    return [_row(vote, prompts if vote.versions in (None, versions) else {}) for vote in compared]


def _row(vote: Compared, prompts: Asked) -> VoteRow:
    suite, name = prompts.get(vote.prompt, (None, None))
    return VoteRow(
        id=name,
        suite=suite,
        choice=TIE if vote.choice == BOTH_BAD else vote.choice,
        both_bad=vote.choice == BOTH_BAD,
        person=vote.person,
        chat=vote.chat,
        vote=vote.vote,
        first=vote.first,
        versions=dict(vote.versions) if vote.versions else None,
    )
