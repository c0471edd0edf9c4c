"""What load is put on two endpoints, and the chat request it is made of.

It knows nothing of Locust or of results.
"""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.runs.rows.parts import Messages
from evalharness.runs.summaries.load import LIMITS, Profile
from evalharness.suites.schema import Prompt, Suite

Phase = Literal["warmup", "measured"]


DEFAULT = Profile(users=8, seconds=150.0, warmup_seconds=3.0, output_tokens=64, seed=0)
"""Base and tuned in turn, block by block: in a block `users` ask one question each, all at once.

Two blocks, one of each side and with the same questions, are a pair. Pairs follow each other until all is settled that
the policy asks, or for `seconds`, both sides together; those of the first `warmup_seconds` are recorded but not
counted. Every answer is `output_tokens` long. `seed` shuffles the prompts and draws each pair's order.
"""


def within_limits(profile: Profile) -> Profile:
    """The same. Raises UsageError when a figure is out of its LIMITS."""
    for setting, (least, most) in LIMITS.items():
        value = getattr(profile, setting)
        if not least <= value <= most:
            flag = "--" + setting.replace("_", "-")
            raise UsageError(f"{flag} {value}: must lie between {least} and {most}")
    return profile


@dataclass(frozen=True)
class Target:
    """An endpoint, as it is told to the load generator's process."""

    endpoint: str  # by name
    url: str
    model: str
    headers: dict[str, str] = field(repr=False)  # holds the API key


@dataclass(frozen=True)
class LoadPlan:
    """What the load generator's process has to know before the first block."""

    targets: list[Target]
    prompts: list[tuple[str, Messages]]
    users: int
    output_tokens: int
    patience_seconds: float = 60.0  # for the next byte of an answer, and for answers under way when the time is up

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> "LoadPlan":
        """From its dataclasses.asdict, which JSON can carry."""
        return cls(**{**plan, "targets": [Target(**target) for target in plan["targets"]]})


@dataclass(frozen=True)
class Batch:
    """What one block asks: of which side (0 or 1), which prompts of the plan (one a user), and how long at most."""

    side: int
    pair: int  # from 1 on
    phase: Phase
    prompts: list[int]
    limit_seconds: float


def plan_load(endpoints: Sequence[Endpoint], prompts: list[tuple[str, Messages]], profile: Profile) -> LoadPlan:
    targets = [Target(endpoint.name, endpoint.url, endpoint.model, endpoint.headers) for endpoint in endpoints]
    return LoadPlan(targets, prompts, profile.users, profile.output_tokens)


def prompts_in_turn(suites: Sequence[Suite], seed: int) -> list[tuple[str, Messages]]:
    """The prompts of the suites as (suite/id, messages), in the order in which both endpoints are asked.

    Of one that offers tools, or is a conversation that the model leads itself, that is the first question alone: calls
    are no stream of tokens to be timed.
    """
    prompts = [(f"{suite.suite}/{prompt.id}", _messages(prompt)) for suite in suites for prompt in suite.prompts]
    random.Random(seed).shuffle(prompts)
    return prompts


def _messages(prompt: Prompt) -> Messages:
    messages = [message.sent() for message in prompt.messages]
    if not (prompt.live or prompt.tools):
        return messages
    first = next((at for at, message in enumerate(messages) if message["role"] == "user"), 0)
    return messages[: first + 1]


def turns(profile: Profile, prompts: int) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """Of each pair of blocks, without end: in which order the sides come, and which of so many prompts both ask.

    The order is drawn anew for each, so that what else the machine does favours neither: not a drift, not a neighbour
    who comes and goes, whatever rhythm he has. The intervals rest on that (stats/signed_rank.py).
    """
    draw = random.Random(profile.seed)
    for first in itertools.count(0, profile.users):
        order = draw.choice([(0, 1), (1, 0)])
        yield order, [(first + user) % prompts for user in range(profile.users)]


def chat_request(model: str, messages: Messages, output_tokens: int, salt: str) -> dict[str, Any]:
    """The body of one streamed chat completion that is exactly `output_tokens` long.

    Both sides must do equal work, or the side with shorter answers looks faster: `ignore_eos` goes on past
    the model's own end, `min_tokens` keeps the end from being chosen at all (else a finished model repeats
    invisible end tokens). `cache_salt`, unlike any other request's, keeps the server from reusing an
    earlier prompt's prefix: a few prompts asked again and again, of the second side after the first, would
    cost less and less. These three are vLLM's extensions of the OpenAI API.
    """
    return {
        "model": model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0,
        "max_tokens": output_tokens,
        "min_tokens": output_tokens,
        "ignore_eos": True,
        "cache_salt": salt,
    }
