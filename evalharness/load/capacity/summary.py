"""The probes of a capacity run → its summary.json. Pure."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from evalharness import wording
from evalharness.load.capacity import watch
from evalharness.load.capacity.estimate import Level, capacity, ratio
from evalharness.load.capacity.slo import ServiceLevel
from evalharness.runs.rows.capacity import ProbeRow
from evalharness.runs.summaries.capacity import Agreed, Bears, CapacityRatio, CapacitySummary
from evalharness.runs.summaries.parts import Estimate
from evalharness.runs.versions import SCHEMAS


def levels(rows: Sequence[ProbeRow], endpoint: str) -> list[Level]:
    """What the search of one endpoint goes by: its probes, those aside that were thrown out."""
    return [_level(row) for row in rows if row.endpoint == endpoint and not row.rejected]


def _level(row: ProbeRow) -> Level:
    shares, effective, variances = zip(*((one.share, one.effective, one.variance) for one in row.shares), strict=True)
    outcome = row.outcome or "unsettled"
    return Level(row.level, outcome, row.leaning, shares, effective, variances, row.quick, row.hopeless)


def borne(rows: Sequence[ProbeRow], endpoint: str, confidence: float) -> Estimate | None:
    """The capacity of one endpoint; None where nothing was probed."""
    own = levels(rows, endpoint)
    return capacity(own, [one.least for one in rows[0].shares], confidence) if own else None


def summarise(
    agreed: ServiceLevel,
    names: Sequence[str],
    rows: Sequence[ProbeRow],
    arrivals: str,
    unit: str,
    warm: bool,
    precision: float,
    whole: bool,
) -> CapacitySummary:
    first, second = (borne(rows, name, agreed.confidence) for name in names)
    compared = ratio(first, second) if first and second else None
    return CapacitySummary(
        schema=SCHEMAS["capacity"],
        kind="capacity",
        agreed=Agreed(
            name=agreed.name,
            title=agreed.title,
            source=agreed.source,
            limits=dict(agreed.limits),
            errors=agreed.errors,
            goodput=agreed.goodput,
            probe_seconds=agreed.probe_seconds,
            rate=agreed.rate,
        ),
        arrivals=arrivals,
        unit=unit,
        cache="warm" if warm else "cold",
        endpoints=(_bears(names[0], first), _bears(names[1], second)),
        ratio=CapacityRatio(ratio=compared.value, low=compared.low, high=_finite(compared.high)) if compared else None,
        confidence=agreed.confidence,
        precision=precision,
        seconds=round(sum(row.seconds for row in rows), 1),
        whole=whole,
        probes=tuple(rows),
        warnings=tuple(warnings(agreed, rows, names, unit, whole)),
    )


def warnings(
    agreed: ServiceLevel, rows: Sequence[ProbeRow], names: Sequence[str], unit: str, whole: bool
) -> Iterator[str]:
    """What a reader must know before trusting the figures."""
    given_up = [row for name in names if (row := watch.spoilt(rows, name))]
    for row in given_up:
        yield (
            f"{watch.TRIES} probes of {row.endpoint} at {wording.three_figures(row.level)} {unit} had to be thrown out "
            f"({row.rejected[0]}), and its search ended there. More processes (--processes), or a machine that does "
            "nothing else, help."
        )
    for name in names:
        own = [row for row in rows if row.endpoint == name]
        yield from _of_errors(name, own)
        yield from _of_few(agreed, name, own)
    if not whole and not given_up:
        yield f"The time was up before all was probed that the search wanted. It takes {wording.LONGER_CAPACITY}."
    for row in rows:
        if said := watch.disagreement(agreed, row.client_ttft, row.server_ttft):
            yield f"Probe {row.probe}, {row.endpoint} at {wording.three_figures(row.level)}: {said}."


def _of_errors(name: str, rows: Sequence[ProbeRow]) -> Iterator[str]:
    kinds = sum((Counter(row.errors) for row in rows), Counter[str]())
    if failed := sum(kinds.values()):
        said = ", ".join(f"{kind} {many}" for kind, many in sorted(kinds.items()))
        requests = wording.count(sum(row.requests for row in rows), "request")
        yield f"Of {requests} {name} answered {failed} with an error ({said}), which counts as a miss."


def _of_few(agreed: ServiceLevel, name: str, rows: Sequence[ProbeRow]) -> Iterator[str]:
    """Of probes that went on to their end and yet had too few requests to be worth anything."""
    few = [
        row for row in rows if not row.rejected and not row.hopeless and not all(one.effective for one in row.shares)
    ]
    if few and (found := borne(rows, name, agreed.confidence)) and not found.low:
        yield (
            f"{wording.count(len(few), 'probe')} of {name} had too few requests to show anything; a service level with "
            f"probe_seconds above {agreed.probe_seconds:g} has more."
        )


def _bears(name: str, found: Estimate | None) -> Bears:
    if found is None:
        return Bears(name=name, capacity=None, low=0.0, high=None)
    return Bears(name=name, capacity=found.value, low=found.low, high=_finite(found.high))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
