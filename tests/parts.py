"""Rows and summaries with what a test is not about filled in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evalharness import checks
from evalharness.runs.rows.eval import AnswerRow, Call, Checked, Wanted
from evalharness.runs.rows.judged import JudgedRow
from evalharness.runs.rows.load import BlockRow, RequestRow
from evalharness.runs.rows.parts import Error
from evalharness.runs.rows.reworded import RewordedRow
from evalharness.runs.summaries.eval import Bounds, EvalSummary, Kept, Metric, Rate, SuiteSummary, Variants, WithErrors
from evalharness.runs.summaries.judged import Judge, JudgedPairs, JudgedSuite, JudgeSummary, Position
from evalharness.runs.summaries.load import EndpointLoad, LoadSummary, Profile, Ratio
from evalharness.runs.versions import SCHEMAS

NAMES = ("base", "tuned")
TURN = re.compile(r"^\[turn \d+\] ", re.MULTILINE)
CALL = re.compile(r"^→ ([\w-]+)\((.*)\)$", re.MULTILINE)


def apply_checks(answer: str, finish_reason: str | None, wanted: Iterable[Mapping[str, Any]]) -> tuple[Checked, ...]:
    """As a suite's file states the checks, of an answer as a report shows it (runs/transcript.py)."""
    return applied(answer, finish_reason, (Wanted(**check) for check in wanted))


def applied(answer: str, finish_reason: str | None, wanted: Iterable[Wanted]) -> tuple[Checked, ...]:
    return tuple(_applied(answer, finish_reason, check) for check in wanted)


def _applied(answer: str, finish_reason: str | None, check: Wanted) -> Checked:
    turns = [text.strip() for text in TURN.split(answer)[1:]] or [answer]
    said, called = taken_apart(turns[check.turn - 1 if check.turn else -1])
    return checks.apply_checks(said, finish_reason, [check], called)[0]


def taken_apart(answer: str) -> tuple[str, list[Call]]:
    """What an answer says, and what it calls."""
    called = [Call(name=name, arguments=arguments) for name, arguments in CALL.findall(answer)]
    return (CALL.sub("", answer).strip(), called) if called else (answer, [])


def checked(kind: str, passed: bool, failure: Any = None, score: float | None = None) -> Checked:
    return Checked(type=kind, passed=passed, failure=failure or (None if passed else "fact"), score=score)


def failed(kind: str, detail: str = "") -> Error:
    return Error(kind=kind, detail=detail)


def answered(prompt: str, endpoint: str, right: bool | None, error: str | None = None, **more: Any) -> AnswerRow:
    """`right` None: an error, a timeout unless it is named."""
    error = error or ("timeout" if right is None else None)
    row: dict[str, Any] = {
        "suite": "s",
        "answer": None if error else "",
        "finish_reason": None if error else "stop",
        "usage": None,
        "started": 0.0,
        "seconds": 1.0,
        "attempts": 1,
        "checks": (),
    }
    wrong = failed(error) if error else None
    return AnswerRow(**{**row, "id": prompt, "endpoint": endpoint, "right": right, "error": wrong, **more})


def requested(**more: Any) -> RequestRow:
    chunks = more.get("chunks", [0.1, 0.2])
    row: dict[str, Any] = {
        "endpoint": "base",
        "pair": 1,
        "prompt": "s/p",
        "phase": "measured",
        "started": 0.0,
        "first_token": chunks[0] if chunks else None,
        "seconds": chunks[-1] if chunks else 0.0,
        "prompt_tokens": 5,
        "output_tokens": len(chunks),
        "finish_reason": "length",
        "error": None,
        "chunks": chunks,
    }
    return RequestRow(**{**row, **more})


def block(**more: Any) -> BlockRow:
    row: dict[str, Any] = {
        "endpoint": "base",
        "pair": 1,
        "phase": "measured",
        "started": 0.0,
        "seconds": 1.0,
        "client_cpu_seconds": 0.1,
    }
    return BlockRow(**{**row, **more})


def metric(first: float | None, second: float | None, n: int = 200, **more: Any) -> Metric:
    """A suite's `right` with these rates; its interval reaches 0.1 to either side."""
    difference = None if first is None or second is None else second - first
    found: dict[str, Any] = {
        "metric": "right",
        "first": Rate(passed=round((first or 0) * n), n=0 if first is None else n, rate=first),
        "second": Rate(passed=round((second or 0) * n), n=0 if second is None else n, rate=second),
        "difference": difference,
        "low": None if difference is None else max(-1, difference - 0.1),
        "high": None if difference is None else min(1, difference + 0.1),
        "p_value": None if difference is None else 0.001,
        "only_first": 15,
        "only_second": 15 + round((difference or 0) * 200),
        "groups": 0 if first is None else n,
        "company": None if first is None else 1.0,
        "design_effect": None if first is None else 1.0,
    }
    return Metric(**{**found, **more})


def without_errors(right: Metric) -> WithErrors | None:
    """Every prompt was answered: what could be hidden is nothing."""
    if right.low is None or right.high is None or right.p_value is None:
        return None
    p, first = right.p_value, right.first.rate or 0
    return WithErrors(prompts=right.first.n, first=first, low=right.low, high=right.high, least_p=p, largest_p=p)


def suite(right: Metric, name: str = "letters", **more: Any) -> SuiteSummary:
    purpose = more.get("purpose", "superiority")
    about: dict[str, Any] = {
        "suite": name,
        "version": 1,
        "title": "Letters",
        "purpose": purpose,
        "margin": None if purpose == "descriptive" else 0.05,
        "prompts": 200,
        "paired": 200,
        "errors": dict.fromkeys(NAMES, 0),
        "metrics": (right,),
        "with_variants": None,
        "failures": {name: {} for name in NAMES},
        "scores": (),
        "robustness": None,
        "with_errors": without_errors(right),
        "unasked": 0,
    }
    return SuiteSummary(**{**about, **more})


def evaluation(*suites: SuiteSummary) -> EvalSummary:
    return EvalSummary(
        schema=SCHEMAS["eval"],
        kind="eval",
        endpoints=NAMES,
        confidence=0.95,
        failures={name: {} for name in NAMES},
        suites=suites,
        together=None,
    )


def variants(kind: str, difference: float | None, low: float | None, high: float | None, **more: Any) -> Variants:
    kept = Kept(originals=more.pop("originals", 0.8), variants=0.7, kept=0.9, consistent=0.9)
    found: dict[str, Any] = {
        "kind": kind,
        "prompts": 100,
        "groups": 100,
        "variants": 100,
        "errors": dict.fromkeys(NAMES, 0),
        "endpoints": dict.fromkeys(NAMES, kept),
        "difference": difference,
        "low": low,
        "high": high,
        "with_errors": None if low is None or high is None else Bounds(low=low, high=high),
    }
    return Variants(**{**found, **more})


def percentiles(p50: float | None, p95: float | None, p99: float | None) -> dict[str, float | None]:
    return {"p50": p50, "p90": p95, "p95": p95, "p99": p99, "p99.9": p99}


def side(name: str = "base", **more: Any) -> EndpointLoad:
    measured: dict[str, Any] = {
        "requests": 400,
        "errors": {},
        "error_rate": 0.0,
        "seconds": 20.0,
        "requests_per_s": 20.0,
        "output_tokens_per_s": 1280.0,
        **dict.fromkeys(("ttft", "itl", "tpot", "e2e"), percentiles(0.1, 0.2, 0.3)),
    }
    return EndpointLoad(name=name, **{**measured, **more})


def load(sides: Sequence[EndpointLoad], *ratios: Ratio, users: int = 8, **more: Any) -> LoadSummary:
    first, second = sides
    profile = Profile(users=users, seconds=20.0, warmup_seconds=1.5, output_tokens=64, seed=0)
    found: dict[str, Any] = {"invalid": (), "warnings": (), "confidence": 0.95, "seconds": 20.0, "pairs": 50}
    return LoadSummary(
        schema=SCHEMAS["load"],
        kind="load",
        profile=profile,
        endpoints=(first, second),
        ratios=ratios,
        **{**found, **more},
    )


def ratio(metric: str, value: float | None, low: float | None, high: float | None) -> Ratio:
    return Ratio(metric=metric, ratio=value, low=low, high=high, ratios=50, pairs_a_ratio=1)


def judged_pairs(share: float | None, low: float | None, high: float | None) -> JudgedPairs:
    return JudgedPairs(
        judged=100,
        first=30,
        second=50,
        ties=20,
        orders_disagreed=5,
        without_verdict=0,
        share=share,
        low=low,
        high=high,
        p_value=None if share is None else 0.03,
    )


def reworded(answer: str | None, finish_reason: str | None, error: str | None = None) -> RewordedRow:
    said = {"answer": answer, "finish_reason": finish_reason, "usage": None, "error": failed(error) if error else None}
    sampling = {"temperature": 0.7, "top_p": 0.95, "presence_penalty": 0.0, "frequency_penalty": 0.0}
    asked = {"question": "", "model": "m", "messages": [], "max_tokens": 64, "seed": 0}
    when = {"started": 0.0, "seconds": 1.0, "attempts": 1}
    return RewordedRow(**{**asked, **sampling, **said, **when})


def judged(kind: Any, prompt: str, order: Sequence[str], verdict: Any, error: str | None = None) -> JudgedRow:
    return JudgedRow(
        kind=kind,
        suite="s",
        id=prompt,
        order=tuple(order),
        judge="j",
        protocol=1,
        verdict=verdict,
        replies=[],
        started=0.0,
        seconds=1.0,
        error=failed(error) if error else None,
    )


def judge_summary(*suites: JudgedSuite) -> JudgeSummary:
    return JudgeSummary(
        schema=SCHEMAS["judge"],
        kind="judge",
        judge=Judge(name="judge", url="http://j/v1", model="j", version=""),
        endpoints=NAMES,
        confidence=0.95,
        suites=suites,
        position=Position(pairs=0, first=None, low=None, high=None),
        votes=None,
        asked=200,
        unparsed=0,
        errors=0,
    )


def letters(
    difference: float, low: float, high: float, p: float, purpose: str = "superiority", **more: Any
) -> SuiteSummary:
    """A suite of an eval summary in which the first endpoint is right half of the time."""
    pairs = more.get("paired", 200)
    groups = more.pop("groups", pairs)
    right = metric(0.5, 0.5 + difference, pairs, difference=difference, low=low, high=high, p_value=p, groups=groups)
    return suite(right, **{"purpose": purpose, **more})


def under_load(
    value: float, low: float | None, high: float | None, errors: Mapping[str, Any] | None = None, **more: Any
) -> LoadSummary:
    sides = [
        side(name, errors=(errors or {}).get(name, {}), ttft=percentiles(0.1, p95, 1.0))
        for name, p95 in (("base", 0.2), ("tuned", 0.2 * value))
    ]
    return load(sides, ratio("ttft_p95", value, low, high), **more)
