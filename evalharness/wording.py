"""Numbers as people read them, the same on the page, in the terminal, in Markdown and in JUnit.

It knows units and rounding, and nothing of what the numbers mean.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalharness.runs.summaries.eval import Alike

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"

METRICS = {
    "ttft": "time to first token (TTFT)",
    "itl": "inter-token latency (ITL)",
    "tpot": "time per output token (TPOT)",
    "e2e": "end-to-end latency (e2e)",
    "ttft_p50": "TTFT p50",
    "ttft_p95": "TTFT p95",
    "itl_p95": "ITL p95",
    "tpot_p95": "TPOT p95",
    "e2e_p50": "e2e p50",
    "e2e_p95": "e2e p95",
    "output_tokens_per_s": "output tokens per second",
    "requests_per_s": "requests per second",
}
"""What a load metric is called, by its name in the files."""

LONGER_LOAD = "a longer load (--seconds, LOAD_SECONDS in .env)"
LONGER_CAPACITY = "more time (--seconds, CAPACITY_SECONDS in .env), which this run can be given too (--resume, RESUME)"
FEWER_USERS = "fewer users (--users, LOAD_USERS in .env)"


def percent(rate: float | None) -> str:
    """A rate between 0 and 1: `95.0 %`."""
    return NOTHING if rate is None else f"{rate * 100:.1f} %"


def points(difference: float | None) -> str:
    """A difference between two rates, signed, in percentage points: `+95.0`."""
    if difference is None:
        return NOTHING
    rounded = round(difference * 100, 1)
    return f"{rounded:+.1f}".replace("-", MINUS) if rounded else "0.0"


def signed(number: float) -> str:
    """A difference that has no unit, with its sign: `+0.25`."""
    return f"{number:+.2f}".replace("-", MINUS)


def interval(low: float | None, high: float | None, write: Callable[[float | None], str] = points) -> str:
    """`+1.0 to +3.5`, of a difference if nothing else is said."""
    return f"{write(low)} to {write(high)}"


def level(confidence: float) -> str:
    """Of an interval, in percent, to two figures of what is wanting to 100: `95`, `98.3`, `99.957`."""
    wanting = (1 - confidence) * 100
    return f"{round(100 - wanting, max(0, 1 - math.floor(math.log10(wanting)))):.9g}"


def alike(found: "Alike | None") -> str:
    """A correlation within groups with its interval: `0.21 (0.10 to 0.33)`."""
    if found is None:
        return NOTHING
    value, low, high = (f"{number:.2f}".replace("-", MINUS) for number in (found.correlation, found.low, found.high))
    return f"{value} ({low} to {high})"


def p_value(p: float | None) -> str:
    if p is None:
        return NOTHING
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def duration(seconds: float | None) -> str:
    """A time given in seconds, to three figures: `4.21 ms`, `196 ms`, `2.50 s`."""
    if seconds is None:
        return NOTHING
    return f"{three_figures(seconds)} s" if seconds >= 1 else f"{three_figures(seconds * 1000)} ms"


def three_figures(value: float | None) -> str:
    """A positive number to three figures, never in powers of ten: `0.123`, `12.3`, `1234`."""
    if value is None:
        return NOTHING
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 6)}f}"


def ratio(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def load_value(metric: str, value: float | None) -> str:
    """What was measured under load, in its unit: a rate, or a time in seconds."""
    return three_figures(value) if metric.endswith("_per_s") else duration(value)


def count(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listing(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
