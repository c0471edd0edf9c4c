"""What the page's script lists: prompts with what was expected of them and both answers, as JSON takes it.

It arranges rows; it draws nothing. Everything a model said is passed on as it is: the page makes it text. Which prompts
of a large run are listed is for selection.py to say.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from evalharness import wording
from evalharness.report.selection import Family, fitting
from evalharness.runs.evidence import Run, answers, prompts
from evalharness.runs.failures import FAILURES
from evalharness.runs.rows.eval import AnswerRow, Checked, Wanted
from evalharness.runs.summaries.eval import EvalSummary
from evalharness.runs.transcript import answer_in_words, message_in_words
from evalharness.runs.typed import Json


def side_by_side(evaluation: Run[EvalSummary], webui: str | None) -> Json:
    """{names, total, listed, prompts, failures, kinds, webui}; `webui`: the address of an Open WebUI with both models.

    The run has `total` prompts, variants aside, of which `listed` are among `prompts`. `failures` and `kinds` are what
    there is to filter by. A variant names its original with `of`.
    """
    names = evaluation.summary.endpoints
    said = answers(evaluation)
    families: dict[tuple[str, str], Family] = {}
    for prompt in _prompts(evaluation, said):
        size = len(json.dumps(prompt, ensure_ascii=False).encode(errors="replace"))
        families.setdefault(_family(prompt), Family()).add(prompt["answers"], size)
    listed = fitting(families)
    prompts = [prompt for prompt in _prompts(evaluation, said) if _family(prompt) in listed]
    given = [answer for prompt in prompts for answer in prompt["answers"] if answer]
    seen = {kind for answer in given for _, kind in answer["failures"]}
    models = dict.fromkeys(endpoint["model"] for endpoint in evaluation.about["endpoints"])
    return {
        "names": names,
        "total": len(families),
        "listed": len(listed),
        "failures": [kind for kind in FAILURES if kind in seen],
        "kinds": list(dict.fromkeys(prompt["variant"] for prompt in prompts if "variant" in prompt)),
        "webui": {"url": webui.rstrip("/"), "models": ",".join(models)} if webui else None,
        "prompts": prompts,
    }


def _family(prompt: Json) -> tuple[str, str]:
    """The suite and the id of the prompt itself, or of the one that it is a variant of."""
    return prompt["suite"], prompt.get("of") or prompt["id"]


def _prompts(evaluation: Run[EvalSummary], said: Mapping[tuple[str, str, str], AnswerRow]) -> Iterator[Json]:
    names = evaluation.summary.endpoints
    for prompt in prompts(evaluation):
        if not any((*prompt.place, name) in said for name in names):
            continue  # of a run that was settled before it came to it
        yield {
            "suite": prompt.suite,
            "id": prompt.id,
            **({"of": prompt.of, "variant": prompt.variant} if prompt.of else {}),
            "messages": [[message["role"], message_in_words(message)] for message in prompt.messages],
            **({"tools": [tool["function"]["name"] for tool in prompt.tools]} if prompt.tools else {}),
            "expected": [[_named(check), _value(check.value)] for check in prompt.checks],
            "answers": [_answer(said.get((*prompt.place, name))) for name in names],
        }


def _answer(row: AnswerRow | None) -> Json | None:
    if row is None:
        return None
    return {
        "text": answer_in_words(row),
        "right": row.right,
        "failures": [[_named(check), check.failure] for check in row.checks if not check.passed],
        "scores": [f"{_named(check)} {check.score:.2f}" for check in row.checks if check.score is not None],
        "seconds": wording.duration(row.seconds),
        "error": f"{row.error.kind}: {row.error.detail}" if row.error else None,
    }


def _named(check: Wanted | Checked) -> str:
    return f"turn {check.turn} {check.type}" if check.turn else check.type


def _value(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
