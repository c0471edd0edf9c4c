"""The report: one self-contained page that needs nothing but a browser.

It arranges what the runs and the verdict say, and decides nothing. Answers are hostile text: the template
escapes everything, the answers travel as JSON and become text nodes, and a content security policy names the
page's own style and script by their digests, so that nothing else runs and nothing is ever fetched.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from evalharness import wording
from evalharness.evidence import Run, answers
from evalharness.policy import Policy
from evalharness.report import charts
from evalharness.report.headline import SYMBOLS, headline
from evalharness.runs import Row, read_rows
from evalharness.verdict import Verdict

FOLDER = Path(__file__).parent
SEVERITY = ("failed", "unsettled", "met")


def render(verdict: Verdict, created: str, policy_name: str, policy: Policy, evaluation: Run, load: Run | None) -> str:
    """The page's HTML. `created` is the verdict's time (ISO 8601)."""
    suites = evaluation.summary["suites"]
    names = evaluation.summary["endpoints"]
    style = Markup((FOLDER / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    script = Markup((FOLDER / "answers.js").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    template = _environment().get_template("template.html")
    return template.render(
        style=style,
        style_digest=_digest(style),
        script=script,
        script_digest=_digest(script),
        symbols=SYMBOLS,
        word=verdict.word,
        headline=headline(verdict, names[1]),
        reasons=sorted(verdict.reasons, key=lambda reason: SEVERITY.index(reason.outcome)),
        invalid=load.summary["invalid"] if load else [],
        warnings=load.summary["warnings"] if load else [],
        metrics=wording.METRICS,
        tally=_tally(verdict),
        created=created,
        policy=f"{policy_name}, version {policy.version}",
        evaluation=evaluation,
        load=load,
        names=names,
        suites=suites,
        rates=charts.rates(suites, names),
        differences=charts.differences(suites),
        latencies=charts.latencies(load.summary["endpoints"]) if load else "",
        ratios=charts.ratios(load.summary["ratios"], policy.load) if load else "",
        answers={"names": names, "prompts": list(_side_by_side(evaluation, names))},
    )


def _side_by_side(evaluation: Run, names: list[str]) -> Iterator[Row]:
    """Every prompt with its expected values and both answers, as the page's script takes them."""
    given = answers(evaluation)
    for prompt in read_rows(evaluation.folder / "prompts.jsonl"):
        suite, key = prompt["suite"], prompt["id"]
        yield {
            "suite": suite,
            "id": key,
            "messages": [[message["role"], message["content"]] for message in prompt["messages"]],
            "expected": [[check["type"], _value(check.get("value"))] for check in prompt["checks"]],
            "answers": [_answer(given.get((suite, key, name))) for name in names],
        }


def _answer(row: Row | None) -> Row | None:
    if row is None:
        return None
    return {
        "text": row["answer"] or "",
        "right": row["right"],
        "failures": [f"{check['type']}: {check['failure']}" for check in row["checks"] or [] if not check["passed"]],
        "seconds": wording.duration(row["seconds"]),
        "error": f"{row['error']['kind']}: {row['error']['detail']}" if row["error"] else None,
    }


def _value(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    environment.globals["origin"] = _origin
    environment.filters |= {
        "percent": wording.percent,
        "points": wording.points,
        "p_value": wording.p_value,
        "duration": wording.duration,
        "ratio": wording.ratio,
        "figures": wording.three_figures,
        "moment": _moment,
        "tied": _tied,
    }
    return environment


def _tally(verdict: Verdict) -> str:
    counts = Counter(reason.outcome for reason in verdict.reasons)
    missed = f"{counts['failed']} failed, {counts['unsettled']} unsettled"
    return f"{counts['met']} of {counts.total()} criteria met, {missed}."


def _moment(created: str) -> str:
    return f"{datetime.fromisoformat(created).astimezone(UTC):%-d %B %Y, %H:%M} UTC"


def _origin(run: Run) -> str:
    """When and on what machine a run was made."""
    host = run.about["host"]
    return f"{_moment(run.about['created'])}, on {wording.count(host['cores'], 'core')} ({host['machine']})"


def _tied(text: str) -> Markup:
    """Numbers kept together with their unit and sign when lines break."""
    for loose in (" %", " ms", " points", "p < ", "p = "):
        text = text.replace(loose, loose.replace(" ", "\N{NO-BREAK SPACE}"))
    return escape(text)


def _digest(text: str) -> str:
    """As a content security policy names an inline block."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
