"""What load is put on an endpoint, and the chat request it is made of.

It knows nothing of Locust or of results.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.runs.rows import Messages

# What one machine can generate, and what a person would wait for, with room to spare.
LIMITS = {
    "users": (1, 1024),
    "seconds": (1, 3600),
    "warmup_seconds": (0, 600),
    "output_tokens": (2, 8192),  # a time per output token needs two of them
    "seed": (0, 2**32 - 1),
}
MOST_ROUNDS = 10  # more would only start the load generator more often
SHORTEST_ROUND = 2.0  # seconds: a round shorter than an answer measures nothing


@dataclass(frozen=True)
class LoadProfile:
    """A closed loop: `users` ask without pause, the next question as soon as the last is answered.

    `seconds` is what is measured of each endpoint in all its rounds together; each round is preceded by
    `warmup_seconds`, recorded but not counted. Every answer is `output_tokens` long. `seed` shuffles the
    prompts and draws the bootstrap. Raises UsageError when a figure is out of its LIMITS.
    """

    users: int = 8
    seconds: float = 20.0
    warmup_seconds: float = 1.5
    output_tokens: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        for setting in fields(self):
            value, (least, most) = getattr(self, setting.name), LIMITS[setting.name]
            if not least <= value <= most:
                flag = "--" + setting.name.replace("_", "-")
                raise UsageError(f"{flag} {value}: must lie between {least} and {most}")

    @property
    def rounds(self) -> int:
        """An even number (see `turns`), as many as there may be: the intervals rest on how rounds differ."""
        pairs = int(self.seconds / SHORTEST_ROUND / 2)
        return min(MOST_ROUNDS, max(2, 2 * pairs))

    def about(self) -> dict[str, Any]:
        """What a run folder says of it."""
        return {**asdict(self), "rounds": self.rounds}


@dataclass(frozen=True)
class RoundPlan:
    """One round against one endpoint, as it is told to the load generator's process."""

    endpoint: str  # by name
    round: int  # from 1 on
    url: str
    model: str
    headers: dict[str, str] = field(repr=False)  # holds the API key
    prompts: list[tuple[str, Messages]]
    users: int
    warmup_seconds: float
    seconds: float
    output_tokens: int
    patience_seconds: float = 60.0  # for the next byte of an answer, and for answers in flight at the end


def plan_round(endpoint: Endpoint, number: int, prompts: list[tuple[str, Messages]], profile: LoadProfile) -> RoundPlan:
    return RoundPlan(
        endpoint=endpoint.name,
        round=number,
        url=endpoint.url,
        model=endpoint.model,
        headers=endpoint.headers,
        prompts=prompts,
        users=profile.users,
        warmup_seconds=profile.warmup_seconds,
        seconds=profile.seconds / profile.rounds,
        output_tokens=profile.output_tokens,
    )


def turns(rounds: int) -> Iterator[tuple[int, int]]:
    """(round from 1, endpoint's index) in the order they are run: first, second, second, first, …

    In an even number of rounds each endpoint comes early as often as late, so a machine that drifts (heat,
    neighbours) favours neither.
    """
    for number in range(1, rounds + 1):
        yield from ((number, index) for index in ((0, 1) if number % 2 else (1, 0)))


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
