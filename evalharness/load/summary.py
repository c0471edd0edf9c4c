"""What a load has measured → its summary.json. Pure."""

from collections.abc import Iterator

import numpy as np

from evalharness import wording
from evalharness.load.collecting import Collected, Side
from evalharness.load.measure import LATENCIES, percentiles, rate, samples
from evalharness.runs.summaries.load import PERCENTILES, EndpointLoad, LoadSummary
from evalharness.runs.versions import SCHEMAS
from evalharness.stats import ALPHA, CONFIDENCE, Pairs, mcnemar

BUSY = 0.9  # of one core: a single-threaded load generator beyond it measures itself
BURST_GAP = 0.0002  # seconds: no server makes a token that fast; two chunks so close were read off one pile
BURSTS = 0.5  # of all gaps (a fifth are so short on a quiet machine); beyond it what was read is no longer a stream
FEW = 20  # of so few requests, not one lies beyond the 95th percentile
STALL = 2.0  # a block that takes so many times as long as that side's usual one


def summarise(found: Collected) -> LoadSummary:
    first, second = (figures(name, side) for name, side in found.sides.items())
    return LoadSummary(
        schema=SCHEMAS["load"],
        kind="load",
        profile=found.profile,
        endpoints=(first, second),
        seconds=found.seconds,
        pairs=len(found.pairs),
        ratios=found.ratios(),
        confidence=CONFIDENCE,
        invalid=tuple(invalid(found)),
        warnings=tuple(warnings(found)),
    )


def figures(name: str, side: Side) -> EndpointLoad:
    """One endpoint's entry, of all its measured blocks."""
    return EndpointLoad(
        name=name,
        requests=side.requests,
        errors=dict(side.errors),
        error_rate=side.errors.total() / side.requests if side.requests else None,
        seconds=sum(block.seconds for block in side.blocks),
        requests_per_s=rate(side.blocks, "requests") or 0.0,
        output_tokens_per_s=rate(side.blocks, "tokens") or 0.0,
        **{latency: percentiles(samples(side.blocks, latency), PERCENTILES) for latency in LATENCIES},
    )


def invalid(found: Collected) -> Iterator[str]:
    """Why the figures do not compare the endpoints at all."""
    for name, side in found.sides.items():
        seconds = sum(block.seconds for block in side.blocks)
        if seconds and side.client_cpu_seconds > BUSY * seconds:
            yield (
                f"The load generator used {side.client_cpu_seconds / seconds:.0%} of a core against {name}: it was the "
                f"bottleneck. It takes {wording.FEWER_USERS}."
            )
    unequal = sum(side.unequal for side in found.sides.values())
    if unequal:
        answered = sum(side.requests - side.errors.total() for side in found.sides.values())
        yield (
            f"{unequal} of {answered} answers were not --output-tokens {found.profile.output_tokens} long: "
            "the two sides did not do equal work."
        )


def warnings(found: Collected) -> Iterator[str]:
    """What a reader must know before trusting the figures."""
    if found.spoilt:
        yield (
            f"{found.spoilt} of {found.spoilt + len(found.pairs)} pairs of blocks have a failed request in them and "
            "are left out of the ratios."
        )
    yield from _stalls(found)
    for name, side in found.sides.items():
        requests, gaps = samples(side.blocks, "e2e").size, samples(side.blocks, "itl")
        if requests < FEW:
            yield (
                f"Only {requests} requests of {name} were measured: their p95 is little else than their maximum. "
                f"It takes {wording.LONGER_LOAD}."
            )
        bursts = float(np.mean(gaps < BURST_GAP)) if gaps.size else 0.0
        if bursts > BURSTS:
            yield (
                f"The answers of {name} came in bursts ({bursts:.0%} of the gaps between chunks are below "
                f"{wording.duration(BURST_GAP)}): tokens were not passed on as they were made. "
                "TTFT, ITL and TPOT are unreliable here; e2e and the rates are not touched by it."
            )


def _stalls(found: Collected) -> Iterator[str]:
    """One side that stalls now and then is as fast as the other in most pairs, and so by the ratios."""
    seconds = np.array([[block.seconds for block in pair] for pair in found.pairs]).reshape(-1, 2)
    if not seconds.size:
        return
    stalled = seconds > STALL * np.median(seconds, axis=0)
    both, only_first, only_second, neither = (
        int(np.sum((stalled[:, 0] == one) & (stalled[:, 1] == other)))
        for one, other in ((True, True), (True, False), (False, True), (False, False))
    )
    if mcnemar(Pairs(both, only_first, only_second, neither)) < ALPHA / 5:
        shares = dict(zip(found.sides, stalled.mean(axis=0), strict=True))
        worse = max(shares, key=lambda name: shares[name])
        other = min(shares, key=lambda name: shares[name])
        yield (
            f"{worse} stalls: {shares[worse]:.0%} of its blocks took more than twice as long as its usual ones, "
            f"{shares[other]:.0%} of those of {other}. The ratios of medians and rates are of the usual block; a limit "
            "on e2e_p95 in the policy judges the others."
        )
