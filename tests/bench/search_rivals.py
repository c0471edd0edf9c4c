"""What GuideLLM and AIPerf would probe next: their own search, run by their own Python, told what a probe has shown.

    python search_rivals.py guidellm|aiperf-monotonic|aiperf-smooth LIMIT START MOST

It writes a line of JSON for every level that it wants probed, {"level": 8}, and reads what came of it, {"requests": n,
"in_time": hits, "p95": seconds}; at the end of a search it writes {"found": 7} (0: nothing) and begins the next one. It
imports nothing of this project, and ends when nobody answers.
"""

import json
import logging
import sys
from types import SimpleNamespace

LEAST = 0.95


class Over(Exception):
    """Nobody asks any more."""


def probe(level):
    print(json.dumps({"level": level}), flush=True)
    line = sys.stdin.readline()
    if not line:
        raise Over
    return json.loads(line)


def guidellm(_limit, start, most):  # it is told who was in time
    from guidellm.benchmark.profiles.goodput import GoodputProfile
    from guidellm.benchmark.schemas import GenerativeBenchmark
    from guidellm.schemas.benchmark.profiles import GoodputProfileArgs

    args = GoodputProfileArgs(target_attainment=LEAST, initial_streams=start, max_streams=most, tolerance=0.05)
    profile = GoodputProfile(args, 0, None)
    strategies = profile.strategies_generator()
    step = next(strategies, None)
    while step is not None:
        seen = probe(step[0].streams)
        metrics = SimpleNamespace(
            slo_attainment=seen["in_time"] / seen["requests"],
            slo_determined_requests=seen["requests"],
            request_goodput=None,
        )
        try:
            step = strategies.send(GenerativeBenchmark.model_construct(metrics=metrics))
        except StopIteration:
            step = None
    return profile.search.best_passing_streams or 0


def aiperf(planner):
    from aiperf.common.models.export_models import JsonMetricResult
    from aiperf.config.sweep import AdaptiveSearchSweep, Objective
    from aiperf.config.sweep.adaptive import SearchSpaceDimension, SLAFilter
    from aiperf.orchestrator.aggregation.sweep import OptimizationDirection
    from aiperf.orchestrator.models import RunResult
    from aiperf.orchestrator.search_planner.monotonic import MonotonicSLASearchPlanner
    from aiperf.orchestrator.search_planner.smooth_isotonic import SmoothIsotonicSLAPlanner

    kind = {"monotonic": MonotonicSLASearchPlanner, "smooth": SmoothIsotonicSLAPlanner}[planner]

    class Planner(kind):
        def _mutate_base(self, value):
            """Nothing is run by it."""

    def search(limit, start, most):
        config = AdaptiveSearchSweep(
            search_space=[SearchSpaceDimension(path="phases.profiling.concurrency", lo=start, hi=most, kind="int")],
            objectives=[
                Objective(metric="output_token_throughput", direction=OptimizationDirection.MAXIMIZE),
            ],
            max_iterations={"monotonic": 20, "smooth": 30}[planner],  # as its recipe for the highest concurrency has
            monotonic_stability_trials=1,
            sla_filters=[SLAFilter(metric_tag="request_latency", stat="p95", op="le", threshold=limit * 1000)],
        )
        planning = Planner(None, config)
        while (asked := planning.ask()) is not None:
            variation = asked[1]
            seen = probe(next(iter(variation.values.values())))
            latency = JsonMetricResult(unit="ms", p95=seen["p95"] * 1000)
            planning.tell(variation, [RunResult(label="", success=True, summary_metrics={"request_latency": latency})])
        found = (planning.boundary_summary() or {}).get("feasible_max")
        return found["value"] if found else 0

    return search


def main(which, limit, start, most):
    logging.disable(logging.CRITICAL)
    search = guidellm if which == "guidellm" else aiperf(which.removeprefix("aiperf-"))
    while True:
        print(json.dumps({"found": search(float(limit), int(start), int(most))}), flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Over:
        sys.exit()
