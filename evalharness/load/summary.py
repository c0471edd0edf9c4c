"""A load run's rows → its summary.json. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from evalharness import wording
from evalharness.load.measure import Samples, figures, pooled, samples_of_round
from evalharness.load.profile import LoadProfile
from evalharness.load.ratios import CONFIDENCE, ratios
from evalharness.runs.rows import RequestRow, RoundRow
from evalharness.runs.schemas import SCHEMAS
from evalharness.runs.summaries import LoadSummary, Profile

BUSY = 0.9  # of one core: a single-threaded load generator beyond it measures itself
UNSTEADY = 1.5  # between the fastest and the slowest round of one endpoint, which do the same work
BURST_GAP = 0.0002  # seconds: no server makes a token that fast; two chunks so close were read off one pile
BURSTS = 0.5  # of all gaps (a fifth are so short on a quiet machine); beyond it what was read is no longer a stream
FEW = 20  # of so few requests, not one lies beyond the 95th percentile


def summarise(
    profile: LoadProfile, names: Sequence[str], requests: Sequence[RequestRow], rounds: Sequence[RoundRow]
) -> LoadSummary:
    """From the rows of requests.jsonl and rounds.jsonl, for two endpoints' names, the first one the base."""
    rows_of = {name: [row for row in requests if row.endpoint == name] for name in names}
    measured = {
        name: pooled(
            [
                samples_of_round([row for row in rows_of[name] if row.round == window.round], window)
                for window in rounds
                if window.endpoint == name
            ]
        )
        for name in names
    }
    (base, first), (tuned, second) = measured.items()
    return LoadSummary(
        schema=SCHEMAS["load"],
        kind="load",
        profile=Profile(**profile.about()),
        endpoints=(figures(base, rows_of[base], first), figures(tuned, rows_of[tuned], second)),
        ratios=ratios(first, second, seed=profile.seed),
        confidence=CONFIDENCE,
        invalid=tuple(invalid(profile, list(measured), requests, rounds)),
        warnings=tuple(warnings(measured)),
    )


def invalid(
    profile: LoadProfile, names: Sequence[str], requests: Sequence[RequestRow], rounds: Sequence[RoundRow]
) -> list[str]:
    """Why the figures do not compare the endpoints at all."""
    found = []
    for name in names:
        uses = {
            window.round: window.client_cpu_seconds / window.seconds for window in rounds if window.endpoint == name
        }
        busy = [str(number) for number, use in uses.items() if use > BUSY]
        if busy:
            found.append(
                f"The load generator used up to {max(uses.values()):.0%} of a core against {name} (round "
                f"{wording.listing(busy)}): it was the bottleneck. It takes {wording.FEWER_USERS}."
            )
    answered = [row for row in requests if not row.error]
    unequal = sum(row.output_tokens != profile.output_tokens for row in answered)
    if unequal:
        found.append(
            f"{unequal} of {len(answered)} answers were not --output-tokens {profile.output_tokens} long: "
            "the two sides did not do equal work."
        )
    return found


def warnings(measured: Mapping[str, Samples]) -> list[str]:
    """What a reader must know before trusting the figures."""
    found = []
    for name, samples in measured.items():
        slowest, fastest = min(rates := round_rates(samples)), max(rates)
        if fastest > UNSTEADY * slowest:
            found.append(
                f"The rounds of {name} differ: {slowest:.1f} to {fastest:.1f} output tokens/s for the same "
                f"work. A single round says little then. It takes {wording.LONGER_LOAD}."
            )
        fewest = samples.values["e2e"].size
        if fewest < FEW:
            found.append(
                f"Only {fewest} requests of {name} were measured: their p95 is little else than their maximum. "
                f"It takes {wording.LONGER_LOAD}."
            )
        gaps = samples.values["itl"]
        bursts = float(np.mean(gaps < BURST_GAP)) if gaps.size else 0.0
        if bursts > BURSTS:
            found.append(
                f"The answers of {name} came in bursts ({bursts:.0%} of the gaps between chunks are below "
                f"{wording.duration(BURST_GAP)}): tokens were not passed on as they were made. "
                "TTFT, ITL and TPOT are unreliable here; e2e and the rates are not touched by it."
            )
    return found


def round_rates(samples: Samples) -> list[float]:
    """Output tokens per second of each round."""
    ends = np.cumsum(samples.rounds)[:-1]
    parts = zip(np.split(samples.tokens, ends), np.split(samples.seconds, ends), strict=True)
    return [float(tokens.sum() / seconds.sum()) for tokens, seconds in parts]
