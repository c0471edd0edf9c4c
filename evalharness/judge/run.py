"""What a judge is asked about an eval run, what of it is left to ask, and the asking.

It reads answers.jsonl and prompts.jsonl of the run's folder and appends to its judge.jsonl, a row a question.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from evalharness.client import threads
from evalharness.client.asking import Asker
from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.judge import prompts
from evalharness.judge.prompts import PROTOCOL
from evalharness.runs import evidence
from evalharness.runs.evidence import Run
from evalharness.runs.jsonl import append_row, open_rows, read_rows
from evalharness.runs.rows.eval import AnswerRow, PromptRow
from evalharness.runs.rows.judged import JudgedRow
from evalharness.runs.rows.parts import Messages
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.runs.transcript import answer_in_words

FILE = "judge.jsonl"
SAMPLING = {"temperature": 0.0, "seed": 0, "max_tokens": 2048}  # one line is asked for; some think before it

Answers = Mapping[tuple[str, str, str], AnswerRow]
Kind = Literal["pair", "score"]
Key = tuple[Kind, str, str, tuple[str, ...]]  # kind, suite, prompt id, endpoints in the order shown


@dataclass(frozen=True)
class Question:
    """One thing to ask the judge. Its messages are made when it is asked: those of a large run fill the memory."""

    key: Key
    messages: Callable[[], Messages]


def questions(evaluation: Run[EvalSummary], suites: Collection[str] | None) -> list[Question]:
    """Of each prompt that both endpoints answered: the pair in both orders, and by its rubric, if any, each answer.

    Variants of a prompt are left out: the statistics count one vote a prompt. Raises UsageError for a suite that
    the run does not have.
    """
    known = [suite["suite"] for suite in evaluation.about["suites"]]
    for name in suites or ():
        if name not in known:
            raise UsageError(f"--suites {name}: {evaluation.folder} did not ask it; there are {', '.join(known)}")
    names = [endpoint["name"] for endpoint in evaluation.about["endpoints"]]
    said = evidence.answers(evaluation)
    found = []
    for prompt in evidence.prompts(evaluation):
        if prompt.of or (suites and prompt.suite not in suites):
            continue
        rows = [said.get((*prompt.place, name)) for name in names]
        if all(row and not row.error for row in rows):
            found += _of_prompt(prompt, said, names)
    return found


def rest(folder: Path, asked: Iterable[Question], judge: Endpoint) -> list[Question]:
    """What judge.jsonl has no reply to: an error is asked again, a reply that could not be read is not.

    Raises UsageError when another model, or another version of the questions, began that file.
    """
    replied = set()
    for row in read_rows(folder / FILE, JudgedRow):
        if (row.judge, row.protocol) != (judge.model, PROTOCOL):
            began = f"{row.judge} (protocol {row.protocol})"
            ours = f"{judge.model} (protocol {PROTOCOL})"
            raise UsageError(f"{folder / FILE} has verdicts of {began}, this is {ours}: move it away")
        if not row.error:
            replied.add(key_of(row))
    return [question for question in asked if question.key not in replied]


def write_verdicts(
    folder: Path, left: Iterable[Question], judge: Endpoint, concurrency: int, done: Callable[[], None]
) -> None:
    """Asks, and appends every verdict to the folder as it comes: all rows pass through this one writer."""
    outages = dict[str, float]()

    def begin() -> Callable[[Question], Iterator[JudgedRow]]:
        asker = Asker(outages)
        return lambda question: iter([ask(asker, judge, question)])

    with open_rows(folder / FILE) as file:
        for row in threads.results(left, begin, concurrency):
            append_row(file, row)
            done()


def ask(asker: Asker, judge: Endpoint, question: Question) -> JudgedRow:
    """The row of one question; a reply that cannot be read is asked for once more."""
    kind, suite, prompt, order = question.key
    messages = question.messages()
    reply = asker.ask(judge, {"messages": messages, **SAMPLING})
    replies = [] if reply.said.answer is None else [reply.said.answer]
    verdict = prompts.parse(kind, replies[0]) if replies else None
    if replies and verdict is None:
        again = prompts.reminded(messages, kind, replies[0])
        reply = asker.ask(judge, {"messages": again, **SAMPLING})
        if reply.said.answer is not None:
            replies.append(reply.said.answer)
            verdict = prompts.parse(kind, replies[1])
    return JudgedRow(
        kind=kind,
        suite=suite,
        id=prompt,
        order=order,
        judge=judge.model,
        protocol=PROTOCOL,
        verdict=verdict,
        replies=replies,
        started=reply.started,
        seconds=reply.seconds,
        error=reply.error,
    )


def key_of(row: JudgedRow) -> Key:
    return row.kind, row.suite, row.id, row.order


def _of_prompt(prompt: PromptRow, said: Answers, names: Sequence[str]) -> list[Question]:
    first, second = names
    found = [
        Question(("pair", *prompt.place, order), partial(_pair, prompt, said, order))
        for order in ((first, second), (second, first))
    ]
    if prompt.rubric:
        found += [Question(("score", *prompt.place, (name,)), partial(_score, prompt, said, name)) for name in names]
    return found


def _pair(prompt: PromptRow, said: Answers, order: Sequence[str]) -> Messages:
    one, other = (_answer(prompt, said, name) for name in order)
    return prompts.pair(prompt.messages, one, other, prompt.rubric)


def _score(prompt: PromptRow, said: Answers, name: str) -> Messages:
    return prompts.score(prompt.messages, _answer(prompt, said, name), prompt.rubric or "")


def _answer(prompt: PromptRow, said: Answers, name: str) -> str:
    return answer_in_words(said[*prompt.place, name])
