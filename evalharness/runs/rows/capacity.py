"""The rows of a capacity run: requests by a schedule, what the servers counted meanwhile, and what each probe showed.

They do not know which level is probed next, nor what capacity follows.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from evalharness.runs.rows.parts import Error
from evalharness.runs.typed import Part


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
