"""People's votes in Open WebUI, each joined to the answers that it is on: thumbs, and comparisons of two answers.

Pure: what Open WebUI 0.12 exports goes in, votes come out, and what of it is none, by reason. Only what is still there
counts: of a chat, an answer or a vote that its person has deleted nothing is used, whatever copy a vote kept of it. It
knows nothing of rows or of runs.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from evalharness.imports.formats import Unfit, conversation
from evalharness.pool.people import genuine
from evalharness.pool.people.genuine import SIDES
from evalharness.runs.rows.judged import TIE
from evalharness.runs.typed import Json

Choice = Literal["base", "tuned", "tie", "both bad"]
BOTH_BAD: Literal["both bad"] = "both bad"
PRIVATE = "private"  # the tag by which a person keeps a chat of theirs out


class Exported(NamedTuple):
    """What Open WebUI's API gives an administrator: all chats, all feedback."""

    chats: Sequence[Json]
    feedback: Sequence[Json]


@dataclass(frozen=True)
class Thumb:
    """One answer, liked or not. `prompt` are the messages before it, role and text; `asked` is the id of the question
    in its chat, `model` what Open WebUI calls who answered."""

    vote: str
    person: str
    chat: str
    asked: str
    prompt: tuple[tuple[str, str], ...]
    answer: str
    model: str
    liked: bool


@dataclass(frozen=True)
class Compared:
    """Two answers to one question, held against each other: blind by one vote, or by a thumb on each, names in sight.

    `first` is whose answer was shown first, `versions` which versions of the two answered; of thumbs both are None.
    """

    vote: str
    person: str
    chat: str
    asked: str
    prompt: tuple[tuple[str, str], ...]
    answers: Mapping[str, str]
    choice: Choice
    first: str | None = None
    versions: Mapping[str, str] | None = None

    @property
    def blind(self) -> bool:
        return self.first is not None


@dataclass(frozen=True)
class Votes:
    """`thumbs` are those that no decided comparison is made of. `left_out`: reason to how many votes."""

    compared: Sequence[Compared]
    thumbs: Sequence[Thumb]
    left_out: Mapping[str, int]


def joined(exported: Exported, secret: str | None = None) -> Votes:
    """The votes that can be used. Of several by one person on one answer the last counts, of several on one blind pair
    the first: by then it is known which answer is whose. With the comparison's secret, blind votes that it did not
    write are left out: anybody with an account can post feedback, and change their own."""
    chats = {str(chat.get("id")): chat for chat in exported.chats}
    thumbs, blind = dict[tuple[str, str, str], Thumb](), dict[tuple[str, str, str], Compared]()
    left_out = dict[str, int]()
    for vote in sorted(exported.feedback, key=lambda one: (one.get("updated_at") or 0, str(one.get("id")))):
        try:
            made = _joined(vote, chats, secret)
        except Unfit as reason:
            left_out[str(reason)] = left_out.get(str(reason), 0) + 1
        else:
            if isinstance(made, Thumb):
                thumbs[made.person, made.chat, str(vote["meta"]["message_id"])] = made
            else:
                blind.setdefault((made.person, made.chat, made.asked), made)
    pairs = list(_side_by_side(thumbs.values()))
    decided = {name for pair in pairs if pair.choice in SIDES for name in pair.vote.split("+")}
    alone = [thumb for thumb in thumbs.values() if thumb.vote not in decided]
    return Votes([*blind.values(), *pairs], alone, left_out)


def _side_by_side(thumbs: Iterable[Thumb]) -> Iterator[Compared]:
    """Of a question that both models answered in one chat, and one person gave a thumb to each."""
    questions: dict[tuple[str, str, str], dict[str, Thumb]] = {}
    for thumb in thumbs:
        if thumb.model in SIDES:
            questions.setdefault((thumb.person, thumb.chat, thumb.asked), {})[thumb.model] = thumb
    for both in questions.values():
        if len(both) < len(SIDES):
            continue
        base, tuned = (both[side] for side in SIDES)
        same: Choice = "tie" if base.liked else BOTH_BAD
        yield Compared(
            vote=f"{base.vote}+{tuned.vote}",
            person=base.person,
            chat=base.chat,
            asked=base.asked,
            prompt=base.prompt,
            answers={"base": base.answer, "tuned": tuned.answer},
            choice=same if base.liked == tuned.liked else "base" if base.liked else "tuned",
        )


def _joined(vote: Json, chats: Mapping[str, Json], secret: str | None) -> Thumb | Compared:
    """Raises Unfit with the reason for a vote that cannot be used."""
    data, meta = _object(vote.get("data")), _object(vote.get("meta"))
    chat = chats.get(str(meta.get("chat_id")))
    if chat is None:
        raise Unfit("a chat that is gone")
    tags = _object(chat.get("meta")).get("tags")
    if isinstance(tags, list) and PRIVATE in tags:
        raise Unfit(f"a chat tagged {PRIVATE}")
    if chat.get("user_id") != vote.get("user_id"):
        raise Unfit("a chat of somebody else")
    messages = _messages(chat)
    message, name = messages.get(str(meta.get("message_id"))), str(meta.get("message_id"))
    if not isinstance(message, dict):
        raise Unfit("an answer that is gone")
    kept = _messages(_object(_object(vote.get("snapshot")).get("chat"))).get(name)
    if isinstance(kept, dict) and kept.get("content") != message.get("content"):
        raise Unfit("an answer that was changed since")
    if vote.get("type") == "blind":
        return _blind(vote, data, meta, chat, secret)
    if vote.get("type") != "rating" or str(data.get("rating")) not in ("1", "-1"):
        raise Unfit("no thumb and no blind vote")
    prompt, answer = _conversation(chat, name)
    return Thumb(
        vote=str(vote.get("id")),
        person=str(vote.get("user_id")),
        chat=str(chat.get("id")),
        asked=str(message.get("parentId")),
        prompt=prompt,
        answer=answer,
        model=str(message.get("model")),
        liked=str(data["rating"]) == "1",
    )


def _blind(vote: Json, data: Json, meta: Json, chat: Json, secret: str | None) -> Compared:
    """Its fields are those that the function writes which holds the comparison inside Open WebUI."""
    hidden = {shown: str(data.get(shown)) for shown in ("A", "B")}
    names = {shown: str(_object(meta.get("message_ids")).get(shown)) for shown in hidden}
    if set(hidden.values()) != set(SIDES) or data.get("vote") not in (*hidden, TIE, BOTH_BAD):
        raise Unfit("a blind vote that names no two models, or no choice")
    messages, asked = _messages(chat), str(meta.get("user_message_id"))
    if secret is not None and hidden != genuine.drawn(secret, str(meta.get("chat_id")), asked):
        raise Unfit("a blind vote whose sides are not those that were drawn")
    if secret is not None and not genuine.is_sealed(secret, str(vote.get("user_id")), data, meta):
        raise Unfit("a blind vote that the comparison did not write")
    for shown in hidden:
        if _object(messages.get(names[shown])).get("parentId") != asked:
            raise Unfit("an answer that is gone")
    question = str(_object(messages.get(asked)).get("content"))
    if data.get("prompt") not in (None, hashlib.sha256(question.encode()).hexdigest()[:12]):
        raise Unfit("a question that was changed since")
    said = {side: _conversation(chat, names[shown]) for shown, side in hidden.items()}
    choice: Any = hidden.get(data["vote"], data["vote"])
    versions: dict[str, str] = {side: str(_object(data.get("versions")).get(side) or "") for side in SIDES}
    return Compared(
        vote=str(vote.get("id")),
        person=str(vote.get("user_id")),
        chat=str(chat.get("id")),
        asked=asked,
        prompt=said["base"][0],
        answers={side: said[side][1] for side in SIDES},
        choice=choice,
        first=hidden["A"],
        versions=versions if all(versions.values()) else None,
    )


def _conversation(chat: Json, name: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """What was said up to an answer, and the answer, as `import` reads the branch that ends with it."""
    inner = _object(chat.get("chat"))
    branch = {**chat, "chat": {**inner, "history": {**_object(inner.get("history")), "currentId": name}}}
    made = conversation(branch, "open-webui")
    if made.reference is None:
        raise Unfit("an answer that says nothing")
    return made.messages, made.reference


def _messages(chat: Json) -> Json:
    return _object(_object(_object(chat.get("chat")).get("history")).get("messages"))


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
