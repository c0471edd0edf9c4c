"""One prompt to one endpoint: a question, or a conversation turn by turn, and the row that becomes of it.

It knows prompts and rows. How one question is asked lies in asking.py, what makes an answer right in checks/.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from evalharness import checks
from evalharness.client.asking import Asker, Reply, Said
from evalharness.client.endpoints import Endpoint
from evalharness.runs.rows.eval import AnswerRow, Checked, PromptRow, Turn, Wanted
from evalharness.runs.rows.parts import Messages


def answer(asker: Asker, prompt: PromptRow, endpoint: Endpoint) -> AnswerRow:
    """A conversation that breaks off is an error as a whole: it is asked again from its beginning."""
    *before, last = replies = list(_replies(asker, prompt, endpoint))
    said, error = last.said, last.error
    checked = tuple(_checked(check, replies) for check in prompt.checks) if said.answer is not None else ()
    thought, _ = checks.split_thought(said.answer or "")
    if error and prompt.live:
        error = replace(error, detail=f"turn {len(replies)}: {error.detail}")
    return AnswerRow(
        suite=prompt.suite,
        id=prompt.id,
        endpoint=endpoint.name,
        of=prompt.of,
        variant=prompt.variant,
        group=prompt.group,
        repeat=prompt.repeat,
        answer=said.answer,
        finish_reason=said.finish_reason,
        usage=said.usage,
        started=replies[0].started,
        seconds=sum(reply.seconds for reply in replies),
        attempts=max(reply.attempts for reply in replies),
        error=error,
        thought_characters=len(thought) or None,
        calls=list(said.calls) or None,
        earlier=[_turn(reply) for reply in before] if prompt.live else None,
        checks=checked,
        right=all(check.passed for check in checked) if said.answer is not None else None,
        loose=_loose(prompt.checks, checked, replies) if said.answer is not None else None,
    )


def _replies(asker: Asker, prompt: PromptRow, endpoint: Endpoint) -> Iterator[Reply]:
    """To each question one, until one has no answer."""
    beside: dict[str, Any] = {**prompt.sampling}
    if prompt.tools:
        beside["tools"] = prompt.tools
    if prompt.tool_choice:
        beside["tool_choice"] = prompt.tool_choice
    sent: Messages = []
    for messages in _questions(prompt):
        sent += messages
        reply = asker.ask(endpoint, {"messages": [*sent], **beside})
        yield reply
        if reply.said.answer is None:
            return
        # without what it thought aloud, as chat programs send it
        sent.append({"role": "assistant", "content": checks.split_thought(reply.said.answer)[1]})


def _questions(prompt: PromptRow) -> Iterator[Messages]:
    """What is sent beside all that was: everything, or one turn of the user after another."""
    if not prompt.live:
        yield prompt.messages
        return
    begun: Messages = []
    for message in prompt.messages:
        begun.append(message)
        if message["role"] == "user":
            yield begun
            begun = []


def _checked(check: Wanted, replies: Sequence[Reply]) -> Checked:
    said = _looked_at(check, replies)
    return checks.apply_checks(said.answer or "", said.finish_reason, [check], said.calls)[0]


def _loose(wanted: Sequence[Wanted], checked: Sequence[Checked], replies: Sequence[Reply]) -> bool | None:
    """As checks.loosely has it, of each check in the answer that it is of."""
    shown = (checks.split_thought(_looked_at(check, replies).answer or "")[1] for check in wanted)
    found = [checks.loosely(*one) for one in zip(shown, zip(wanted), zip(checked), strict=True)]
    if all(one is None for one in found):
        return None
    return all(seen.passed if one is None else one for one, seen in zip(found, checked, strict=True))


def _looked_at(check: Wanted, replies: Sequence[Reply]) -> Said:
    return replies[check.turn - 1 if check.turn else -1].said


def _turn(reply: Reply) -> Turn:
    said = reply.said
    return Turn(answer=said.answer or "", finish_reason=said.finish_reason, usage=said.usage, seconds=reply.seconds)
