"""The rows of a run, each a line of its file: prompts, answers, requests and blocks of a load, a judge's replies.

It knows what they hold, not how they lie in a file (jsonl.py) or what is made of them. Times are in seconds; `started`
is Unix time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from evalharness.runs.typed import Json, Part

Messages = list[Json]
"""A conversation as the OpenAI API has it: role and content of each message, and its calls of tools or their ids."""

Failure = Literal[
    "empty",
    "truncation",
    "format",
    "length",
    "fact",
    "missing",
    "forbidden",
    "order",
    "code",
    "language",
    "refusal",
    "compliance",
    "repetition",
    "call",
    "arguments",
]
FAILURES: dict[Failure, str] = {
    "empty": "nothing was said",
    "truncation": "it failed and was cut off at max_tokens: the limit is to blame first",
    "format": "the form that was asked for is not there: JSON, layout, letter case, a code block",
    "length": "too many or too few words, sentences, paragraphs or characters",
    "fact": "the form may be right, what it says is not: another value, too far from every reference",
    "missing": "something that had to be there is not: a phrase, a number",
    "forbidden": "something is there that must not be",
    "order": "what was to be in an order is not",
    "code": "the code does not run, fails its tests, or takes too long or too much memory",
    "language": "another language than was asked for",
    "refusal": "it declined to do what it should have done",
    "compliance": "it did what it should have declined",
    "repetition": "it goes round in circles",
    "call": "no tool was called where one was to be, another than that, or one where there was nothing to call",
    "arguments": "the right tools were called with other arguments",
}
"""Every kind of failure with what it means. A failed check has exactly one."""

Place = tuple[str, str]
"""Of a prompt within a run: its suite and its id there."""

Company = tuple[str, str | None, str | None]
"""A group of prompts within a run: its suite, and its name; or, of a prompt that stands alone, its id."""

VOTES = "votes.jsonl"  # beside the run folders: people's votes are on two models, not of one run
TIE = "tie"  # of a vote, or of a judge's two verdicts on a pair: neither of the endpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Error(Part):
    """Why there is no answer: a word to count by, and the beginning of what was said."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Part):
    """A check as its prompt states it. `turn` counts the user's, from 1; None is the last."""

    type: str
    value: Any = None
    turn: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Part):
    """What one check found in an answer: a failure where it did not pass, a score in 0 to 1 if it measures."""

    type: str
    passed: bool
    failure: Failure | None
    score: float | None = None
    turn: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Part):
    """A call of a tool. `arguments` are what the server sent: a text that should be a JSON object."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Part):
    """What a model said before its last answer, in a conversation that it led itself."""

    answer: str
    finish_reason: str | None
    usage: Json | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRow(Part):
    """A row of prompts.jsonl: a prompt and all that is sent with it. A variant names its original with `of`.

    `live`: of the messages those of the user are sent one after another, each behind the model's own answer to the
    last. `tools` and `tool_choice` are as the OpenAI API has them. `repeat`: of a prompt that is asked several times,
    which of these it is, from 1; its seed is in `sampling`, and its id is that of the prompt with `#` and this number.
    """

    suite: str
    sampling: Json
    id: str
    messages: Messages
    checks: list[Wanted]
    tags: list[str]
    of: str | None = None
    variant: str | None = None
    group: str | None = None
    rubric: str | None = None
    tools: list[Json] | None = None
    tool_choice: str | None = None
    live: bool | None = None
    repeat: int | None = None

    @property
    def place(self) -> Place:
        return self.suite, self.id

    @property
    def company(self) -> Company:
        """Which rows this one stands or falls with: those of its group, or of its prompt alone."""
        return self.suite, None if self.group else _question(self.id, self.repeat), self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded(Part):
    """What counts of a row of answers.jsonl, without what was said: all a run's answers fit in memory so.

    `right`: all checks passed; None where there is an error, which is no wrong answer. `loose`: the same in IFEval's
    loose mode (checks/loose.py); None also where no check is of form.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {**Part.__pydantic_config__, "extra": "ignore"}

    suite: str
    id: str
    endpoint: str
    of: str | None = None
    variant: str | None = None
    group: str | None = None
    checks: tuple[Checked, ...]
    right: bool | None
    loose: bool | None = None
    repeat: int | None = None
    error: Error | None

    @property
    def place(self) -> Place:
        return self.suite, self.id

    @property
    def question(self) -> str:
        """The id of what was asked, the same of all its repeats."""
        return _question(self.id, self.repeat)

    @property
    def company(self) -> Company:
        """Which answers this one stands or falls with: those of its prompt's group, or of its prompt alone."""
        return self.suite, None if self.group else self.question, self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow(Graded):
    """A row of answers.jsonl: what one endpoint said to one prompt; times are the last attempt's.

    `thought_characters`: so much of the answer's beginning is thought aloud (`<think>`), which no check sees. `calls`
    are the tools it called. Of a live conversation `answer` is the last, `earlier` are those before it, and `seconds`
    those of all.
    """

    __pydantic_config__ = Part.__pydantic_config__

    answer: str | None
    finish_reason: str | None
    usage: Json | None
    started: float
    seconds: float
    attempts: int
    thought_characters: int | None = None
    calls: list[Call] | None = None
    earlier: list[Turn] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow(Part):
    """A row of requests.jsonl. `chunks`: when each chunk of output came, in seconds since the request was sent.

    One that was `cut` was under way when the load was over, and is no error of the endpoint.
    """

    endpoint: str
    pair: int
    prompt: str
    phase: Literal["warmup", "measured", "cut"]
    started: float
    first_token: float | None
    seconds: float
    prompt_tokens: int | None
    output_tokens: int | None
    finish_reason: str | None
    error: Error | None
    chunks: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow(Part):
    """A row of blocks.jsonl: one side of a pair, from its first request to the end of its last answer.

    With it the load generator's CPU time in it.
    """

    endpoint: str
    pair: int
    phase: Literal["warmup", "measured"]
    started: float
    seconds: float
    client_cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledRow(Part):
    """A row of a capacity run's requests.jsonl: `due` in seconds since its probe began, all else since it was due.

    `late`: by so much later than due it was sent. The rows of a probe are in the order in which the answers ended.
    """

    endpoint: str
    probe: int
    prompt: str
    due: float
    late: float
    first_token: float | None
    last_token: float | None
    seconds: float
    prompt_tokens: int | None
    wanted_prompt_tokens: int | None = None
    output_tokens: int | None
    wanted_output_tokens: int | None = None
    error: Error | None


def redacted(row: ScheduledRow, hide: Callable[[str], str]) -> ScheduledRow:
    """Without the key: some servers repeat the one they refuse."""
    if row.error is None:
        return row
    return replace(row, error=Error(kind=row.error.kind, detail=hide(row.error.detail)[:300]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRow(Part):
    """A row of server.jsonl: what vLLM counted about itself, `at` seconds after a probe began.

    The first four are as they were then, the others of all time.
    """

    endpoint: str
    probe: int
    at: float
    running: float
    waiting: float
    kv_cache: float
    preemptions: float
    prefix_queries: float
    prefix_hits: float
    prompt_tokens: float
    output_tokens: float
    ttft_sum: float
    ttft_count: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow(Part):
    """What a probe shows of one part of a service level: the share of requests that keep it, with its interval.

    `effective`: so many independent requests it is worth, as far as it can tell by itself; `variance`: of the share, by
    its batches (0: not known).
    """

    name: str
    least: float
    share: float
    low: float
    high: float
    effective: float
    variance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRow(Part):
    """A row of probes.jsonl: a level of load on one endpoint, and what it showed.

    `outcome` is None of one that is thrown out, for the reasons in `rejected`. `quick`: it was stopped early, on the
    way, because it was seen which way it leans. `hopeless`: it was stopped because its queue only grew.
    """

    endpoint: str
    probe: int
    level: float
    seed: int
    started: float
    seconds: float
    outcome: Literal["held", "failed", "unsettled"] | None
    leaning: bool
    quick: bool
    hopeless: bool
    offered: float
    achieved: float
    requests: int
    errors: dict[str, int]
    shares: tuple[ShareRow, ...]
    latencies: dict[str, dict[str, float | None]]
    client_cpu: float
    client_lag: float
    late_p99: float
    prefix_hit_rate: float | None
    server_ttft: float | None
    client_ttft: float | None
    output_tokens_per_s: float
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow(Part):
    """A row of faults.jsonl: what was done to which server while load ran, in seconds since 1970."""

    fault: str
    server: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow(Part):
    """A row of judge.jsonl. `order` names the endpoints as they were shown, or the one that was graded.

    `verdict` is A, B or TIE of a pair, 1 to 5 of a score, and None where neither reply could be read (no guess is
    made) or the judge gave none (then `error` says why).
    """

    kind: Literal["pair", "score"]
    suite: str
    id: str
    order: tuple[str, ...]
    judge: str
    protocol: int
    verdict: str | int | None
    replies: list[str]
    started: float
    seconds: float
    error: Error | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRow(Part):
    """A row of votes.jsonl: what a person made of two answers to one question.

    `id` and `suite` are of the prompt that was asked, where a run has asked it of the same models. `choice` is whose
    answer is better, or a tie, which also is what two bad answers are. Where nobody could know whose answer was whose,
    `first` says which of the two was shown first, and `versions` which answered; of other votes both are None.
    """

    id: str | None
    suite: str | None
    choice: str
    both_bad: bool
    person: str
    chat: str
    vote: str
    first: str | None
    versions: dict[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewordedRow(Part):
    """What a model made of a text, as `perturb` keeps it beside the suite and `augment` beside the pool: under a digest
    of the whole question."""

    question: str
    model: str
    messages: Messages
    max_tokens: int
    seed: int
    temperature: float
    top_p: float
    presence_penalty: float
    frequency_penalty: float
    answer: str | None
    finish_reason: str | None
    usage: Json | None
    started: float
    seconds: float
    attempts: int
    error: Error | None


def _question(row: str, repeat: int | None) -> str:
    """The id of what a row asks, without the number of the repeat."""
    return row if repeat is None else row.removesuffix(f"#{repeat}")
