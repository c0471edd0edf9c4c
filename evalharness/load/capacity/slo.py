"""What service is agreed on: profiles as data (profiles/), and what each asks of every single request. Pure.

A percentile below a limit is a share of requests below it: p95 of TTFT is at most half a second where 95 of 100 are. So
every part of a service level is a statement about a share of requests, errors counting as misses.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, AllowInfNan, ConfigDict, Field, Strict, TypeAdapter, ValidationError

from evalharness.errors import UsageError
from evalharness.suites import strict_yaml

FOLDER = Path(__file__).parent / "profiles"
Latency = Literal["ttft", "tpot", "e2e"]
PATTERN = re.compile(r"(ttft|tpot|e2e)_p(\d+(?:\.\d+)?)")


def _named(name: str) -> str:
    found = PATTERN.fullmatch(name)
    if not found or not 0 < float(found[2]) < 100:
        raise ValueError("a limit is called ttft, tpot or e2e with a percentile, such as ttft_p95")
    return name


Seconds = Annotated[float, Strict(), AllowInfNan(False), Field(gt=0)]
Share = Annotated[float, Strict(), Field(gt=0, lt=1)]
LimitName = Annotated[str, AfterValidator(_named)]


@dataclass(frozen=True)
class Statement:
    """That at least this share of all requests hits. `latency` is at most `seconds`; None: it is answered at all, or,
    of goodput, every limit is kept."""

    name: str
    least: float
    latency: Latency | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class ServiceLevel:
    """The whole of a profile file.

    `limits` are seconds by latency and percentile; latencies count from the scheduled time. `errors` is the largest
    share of requests without an answer, `goodput` the least share that keep every limit. `probe_seconds` is how long
    one probe goes on at most. `rate` is one that somebody published for this service level, in requests a second.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    title: str
    source: str
    limits: Annotated[Mapping[LimitName, Seconds], Field(min_length=1)]
    errors: Share
    goodput: Share | None = None
    confidence: Annotated[float, Strict(), Field(ge=0.5, lt=1)] = 0.95
    probe_seconds: Annotated[float, Strict(), Field(ge=4, le=3600)] = 60.0
    rate: Seconds | None = None
    name: str = field(default="", kw_only=True)

    @property
    def statements(self) -> Sequence[Statement]:
        found = []
        for name, seconds in self.limits.items():
            latency, _, percentile = name.partition("_p")
            kinds: Mapping[str, Latency] = {"ttft": "ttft", "tpot": "tpot", "e2e": "e2e"}
            found.append(Statement(name, float(percentile) / 100, kinds[latency], seconds))
        found.append(Statement("answered", 1 - self.errors))
        if self.goodput is not None:
            found.append(Statement("goodput", self.goodput))
        return found

    @property
    def bounds_a_wait(self) -> bool:
        """Whether it limits more than TPOT, which a server may keep whatever queue there is before it."""
        return any(one.latency in ("ttft", "e2e") for one in self.statements)

    def patience(self, output_tokens: int) -> float:
        """How long a request of so many tokens may take in all, in seconds: one that has not ended by then misses."""
        longest = {kind: max(found) for kind in ("ttft", "tpot", "e2e") if (found := list(self._of(kind)))}
        if "e2e" in longest:
            return longest["e2e"]
        return longest.get("ttft", 0.0) + output_tokens * longest.get("tpot", longest.get("ttft", 0.0))

    def _of(self, kind: str) -> Sequence[float]:
        return [seconds for name, seconds in self.limits.items() if name.startswith(f"{kind}_")]

    def hits(self, ttft: float | None, tpot: float | None, e2e: float | None) -> tuple[bool, ...]:
        """Which statements a request counts for; None is a latency that it never came to, an error all three.

        A `tpot` of None where there is an e2e is an answer of one token, which keeps every limit on it.
        """
        answered = e2e is not None
        values = {"ttft": ttft, "tpot": 0.0 if answered and tpot is None else tpot, "e2e": e2e}
        kept = {
            one.name: (value := values[one.latency]) is not None and value <= one.seconds
            for one in self.statements
            if one.latency
        }
        return tuple(
            kept[one.name] if one.latency else answered and (one.name != "goodput" or all(kept.values()))
            for one in self.statements
        )


def shipped() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_service_level(given: str) -> ServiceLevel:
    """By a shipped profile's name, or from a file. Raises UsageError naming it, and the field that is wrong."""
    path = FOLDER / f"{given}.yaml" if re.fullmatch(r"[\w-]+", given) else Path(given)
    if path.parent == FOLDER and not path.exists():
        raise UsageError(f"--slo {given}: no such profile; there is {', '.join(shipped())}, or a file of your own")
    try:
        read = strict_yaml.load(path.read_text(encoding="utf-8"))
        if isinstance(read, dict):
            read = {**read, "name": path.stem}
        return TypeAdapter(ServiceLevel).validate_python(read)
    except OSError as error:
        raise UsageError(f"{path}: the service level cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not YAML ({' '.join(str(error).split())})") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "[key]") or "the whole file"
        raise UsageError(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}") from None
