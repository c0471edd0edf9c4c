"""The instrument watches itself: was it the client that was slow, and was asked what was meant to be asked? Pure."""

from collections.abc import Iterator, Sequence

from evalharness.load.capacity.slo import ServiceLevel
from evalharness.runs.rows.capacity import ProbeRow, ScheduledRow, ServerRow

BUSY = 0.9  # of one core, of any process that generates load
LATE = 0.1  # of the tightest limit on TTFT or e2e: what the client adds to every latency must be small beside it
HITS = 0.01  # of the prompts' tokens, in a cold run
APART = 0.02  # of a wanted length
TRIES = 3  # at a level whose probes are thrown out
AGREE = 0.1  # of the tightest limit: by so much more may the client see than the server


def tightest(agreed: ServiceLevel) -> float:
    """The smallest limit on a whole wait, in seconds (a time per token is none)."""
    whole = [seconds for name, seconds in agreed.limits.items() if not name.startswith("tpot")]
    return min(whole, default=min(agreed.limits.values()))


def rejections(agreed: ServiceLevel, cpu: float, lag: float, late_p99: float) -> Iterator[str]:
    """Why a probe says more about the client than about the server. `cpu`: of a core, by the busiest process."""
    allowed = LATE * tightest(agreed)
    if cpu > BUSY:
        yield f"the load generator used {cpu:.0%} of a core: it was the bottleneck"
    if late_p99 > allowed:
        yield f"1 in 100 requests left {late_p99 * 1000:.0f} ms late or more, {allowed * 1000:.0f} ms are allowed"
    elif lag > tightest(agreed):
        yield f"the load generator stood still for {lag * 1000:.0f} ms"


def spoilt(rows: Sequence[ProbeRow], endpoint: str) -> ProbeRow | None:
    """The last probe of an endpoint, where TRIES in a row were thrown out at one level: more would end no better."""
    last = [row for row in rows if row.endpoint == endpoint][-TRIES:]
    whole = len(last) == TRIES and all(row.rejected and row.level == last[0].level for row in last)
    return last[-1] if whole else None


def hit_rate(rows: Sequence[ServerRow]) -> float | None:
    """Of the prompts' tokens asked between the first row and the last; None where the server does not count them."""
    if len(rows) < 2:
        return None
    asked = rows[-1].prefix_queries - rows[0].prefix_queries
    return (rows[-1].prefix_hits - rows[0].prefix_hits) / asked if asked > 0 else None


def server_ttft(rows: Sequence[ServerRow]) -> float | None:
    """The mean that the server saw between the first row and the last, in seconds."""
    if len(rows) < 2:
        return None
    count = rows[-1].ttft_count - rows[0].ttft_count
    return (rows[-1].ttft_sum - rows[0].ttft_sum) / count if count > 0 else None


def disagreement(agreed: ServiceLevel, client: float | None, server: float | None) -> str | None:
    """Where the client's mean TTFT and the server's own of the same time are too far apart for one of them."""
    if client is None or server is None or client - server <= max(AGREE * tightest(agreed), server / 4):
        return None
    return (
        f"the client saw first tokens after {client * 1000:.0f} ms on average, the server says {server * 1000:.0f} ms: "
        "what lies between them was slow"
    )


def refusals(rows: Sequence[ScheduledRow], hits: float | None, warm: bool) -> Iterator[str]:
    """Why the whole run would answer another question than the one it was asked."""
    if not warm and hits is not None and hits > HITS:
        yield (
            f"the server took {hits:.0%} of the prompts' tokens from its prefix cache, in a run that is to be cold. "
            "It does not keep prompts of different cache_salt apart; --cache warm measures it as it is"
        )
    answered = [row for row in rows if not row.error]
    wrong = [
        row
        for row in answered
        if row.wanted_prompt_tokens is not None
        and abs((row.prompt_tokens or 0) - row.wanted_prompt_tokens) > APART * row.wanted_prompt_tokens
    ]
    if wrong:
        yield (
            f"{len(wrong)} of {len(answered)} prompts were not as long as was asked: the server counted "
            f"{wrong[0].prompt_tokens} tokens where {wrong[0].wanted_prompt_tokens} were meant"
        )
    if short := [row for row in answered if row.wanted_output_tokens not in (None, row.output_tokens)]:
        yield (
            f"{len(short)} of {len(answered)} answers were not as long as was asked: the server counted "
            f"{short[0].output_tokens} tokens where {short[0].wanted_output_tokens} were meant, so the two sides did "
            "not do equal work"
        )
