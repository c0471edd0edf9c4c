"""A capacity run's page: what each endpoint bears, at which latencies, and what its server did meanwhile.

It arranges what summary.json and the rows say, and decides nothing.
"""

from collections.abc import Sequence

from evalharness import wording
from evalharness.report import capacity_charts as charts
from evalharness.report.capacity_terminal import between, outcome
from evalharness.report.page import render
from evalharness.runs.rows import ProbeRow, ServerRow
from evalharness.runs.summaries import CapacitySummary
from evalharness.runs.typed import Json

SERVER = (
    ("Running", lambda row: row.running),
    ("Waiting", lambda row: row.waiting),
    ("KV cache in use", lambda row: row.kv_cache),
)


def page(summary: CapacitySummary, server: Sequence[ServerRow], about: Json) -> str:
    """The HTML of capacity.html; `about` is the run's run.json."""
    drawn = [(name, charts.timeline(summary, server, name, value)) for name, value in SERVER]
    return render(
        "capacity.html",
        {"head": ("theme.js",)},
        found=summary,
        created=about.get("created", ""),
        command=about.get("command", ""),
        sentences=sentences(summary),
        interval=f"{summary.confidence * 100:g}\N{NO-BREAK SPACE}% interval",
        latencies=[
            (wording.METRICS.get(name, name.replace("_", " ")), charts.latency(summary, name))
            for name in summary.agreed.limits
        ],
        kept=charts.shares(summary),
        server=[(name, chart) for name, chart in drawn if chart],
        rows=[(row, _cells(row)) for row in _ordered(summary)],
        rejected=[row for row in summary.probes if row.rejected],
        tokens=[(row, _counted(row, server)) for row in _ordered(summary)],
        outcome=outcome,
    )


def sentences(summary: CapacitySummary) -> list[str]:
    """What came out."""
    said = [f"{side.name} bears {between(side.estimate)} {summary.unit}." for side in summary.endpoints]
    if summary.ratio:
        first, second = summary.endpoints
        said.append(f"{second.name} bears {between(summary.ratio.estimate)} times what {first.name} does.")
    return said


def _ordered(summary: CapacitySummary) -> list[ProbeRow]:
    names = [side.name for side in summary.endpoints]
    kept = [row for row in summary.probes if not row.rejected]
    return sorted(kept, key=lambda row: (names.index(row.endpoint), row.level, row.probe))


def _cells(row: ProbeRow) -> list[str]:
    worst = min(row.shares, key=lambda one: one.share - one.least)
    return [
        wording.three_figures(row.level),
        f"{row.offered:.2f}",
        f"{row.achieved:.2f}",
        wording.duration(row.latencies["ttft"]["p95"]),
        wording.duration(row.latencies["tpot"]["p95"]),
        wording.duration(row.latencies["e2e"]["p95"]),
        f"{wording.percent(worst.share)} ({wording.percent(worst.low)} to {wording.percent(worst.high)})",
        f"{worst.effective:.0f} of {row.requests}",
        f"{row.seconds:.0f} s",
        outcome(row).partition(":")[0],
    ]


def _counted(row: ProbeRow, server: Sequence[ServerRow]) -> list[str] | None:
    own = [one for one in server if one.probe == row.probe]
    if len(own) < 2:
        return None
    seconds = max(own[-1].at - own[0].at, 1e-9)
    return [
        wording.three_figures(row.level),
        f"{max(one.running for one in own):.0f}",
        f"{max(one.waiting for one in own):.0f}",
        wording.percent(max(one.kv_cache for one in own)),
        f"{own[-1].preemptions - own[0].preemptions:.0f}",
        wording.percent(row.prefix_hit_rate),
        f"{(own[-1].output_tokens - own[0].output_tokens) / seconds:.0f}",
        wording.duration(row.server_ttft),
        wording.duration(row.client_ttft),
        wording.percent(row.client_cpu),
        wording.duration(row.late_p99),
    ]
