"""A capacity run's page: what each endpoint bears, at which latencies, and what its server did meanwhile.

It arranges what summary.json and the rows say, and decides nothing.
"""

from collections.abc import Sequence

from evalharness import wording
from evalharness.report import capacity_charts as charts
from evalharness.report.page import render
from evalharness.report.sentences.capacity import outcome, sentences
from evalharness.runs.rows.capacity import ProbeRow, ServerRow
from evalharness.runs.summaries.capacity import CapacitySummary
from evalharness.runs.typed import Json

SERVER = (
    charts.Counted("Running", lambda row: row.running),
    charts.Counted("Waiting", lambda row: row.waiting),
    charts.Counted("KV cache in use", lambda row: row.kv_cache, lambda share: f"{share * 100:g} %", top=0.05),
)


def page(summary: CapacitySummary, server: Sequence[ServerRow], about: Json) -> str:
    """The HTML of capacity.html; `about` is the run's run.json."""
    drawn = [(counted.name, charts.timeline(summary, server, counted)) for counted in SERVER]
    return render(
        "capacity.html",
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
        sided={side.name: name for side, name in zip(summary.endpoints, charts.SIDES, strict=True)},
    )


def _ordered(summary: CapacitySummary) -> list[ProbeRow]:
    names = [side.name for side in summary.endpoints]
    kept = [row for row in summary.probes if not row.rejected]
    return sorted(kept, key=lambda row: (names.index(row.endpoint), row.level, row.probe))


def _cells(row: ProbeRow) -> list[tuple[str, str]]:
    """What stands in each cell, and what stands below it in small."""
    worst = min(row.shares, key=lambda one: one.share - one.least)
    return [
        (wording.three_figures(row.level), ""),
        (outcome(row).partition(":")[0], ""),
        (f"{row.offered:.2f}", ""),
        (f"{row.achieved:.2f}", ""),
        *((wording.duration(row.latencies[stage]["p95"]), "") for stage in ("ttft", "tpot", "e2e")),
        (wording.percent(worst.share), wording.interval(worst.low, worst.high, wording.percent)),
        (f"{worst.effective:.0f}", f"of {row.requests}"),
        (f"{row.seconds:.0f} s", ""),
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
