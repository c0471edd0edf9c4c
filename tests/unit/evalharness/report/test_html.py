"""The report as a file: self-contained, escaped, whole with and without a load run."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evalharness.report import html
from evalharness.runs.evidence import Evidence, Run, judgement, read_run, unanswered
from evalharness.runs.summaries import Alike, CapacitySummary, EvalSummary, Families, LoadSummary
from evalharness.verdict.policy import FOLDER, read_policy
from evalharness.verdict.verdict import decide
from tests.fixtures_runs import ENDPOINTS, Asked, capacity_run, eval_run, factorial_summary, judge_run, load_run
from tests.parts import failed

CREATED = "2026-11-20T13:55:27+00:00"
SUITES = (
    Asked("letters", "superiority", 40, 0.1, 0.9, title="<b>Letters</b> & more"),
    Asked("prose", "descriptive", 10, 1, 1, margin=None, form="prose"),
)
HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)> \u2028"


def page(
    evaluation: Run[EvalSummary],
    load: Run[LoadSummary] | None = None,
    webui: str | None = None,
    borne: Run[CapacitySummary] | None = None,
    least: float | None = None,
) -> str:
    policy = replace(read_policy(FOLDER / "default.yaml"), capacity={"at_least": least} if least else None)
    under_load, at_level = (run.summary if run else None for run in (load, borne))
    verdict = decide(evaluation.summary, unanswered(evaluation), under_load, policy, borne=at_level)
    evidence = Evidence(evaluation, load, judgement(evaluation), borne)
    return html.render(verdict, CREATED, "default", policy, evidence, webui)


def headings(text: str) -> list[str]:
    return re.findall(r'<h2 id="([a-z]+)">', text)


def listed(text: str) -> dict[str, Any]:
    """What the page's script gets."""
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    found: dict[str, Any] = json.loads(data)
    return found


class Elements(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Run[EvalSummary]:
    return read_run(eval_run(tmp_path_factory.mktemp("runs"), SUITES), "eval")


def test_the_page_says_what_was_compared_and_why(evaluation: Run[EvalSummary], tmp_path: Path) -> None:
    text = page(evaluation, read_run(load_run(tmp_path), "load"))
    for endpoint in ENDPOINTS:
        assert all(endpoint[key] in text for key in ("name", "model", "version", "url"))
    assert "20 November 2026, 13:55 UTC" in text
    assert "tuned is better in letters, and keeps the limits on" in text
    assert "default, version 1" in text


def test_without_a_load_run_it_says_so_and_how_to_make_one(evaluation: Run[EvalSummary]) -> None:
    text = page(evaluation)
    assert "INCONCLUSIVE" in text
    assert "There is no load run of these two models" in text
    assert "python -m evalharness load" in text


def test_warnings_of_the_load_run_are_shown(evaluation: Run[EvalSummary], tmp_path: Path) -> None:
    load = read_run(load_run(tmp_path, seconds=2), "load")
    warnings = load.summary.warnings
    text = page(evaluation, load)
    assert "Read the load figures with care" in text
    assert warnings and all(warning in text for warning in warnings)
    assert "not valid" not in text


def test_what_makes_the_load_run_invalid_is_shown(evaluation: Run[EvalSummary], tmp_path: Path) -> None:
    load = read_run(load_run(tmp_path, busy=0.98), "load")
    text = page(evaluation, load)
    assert "The load figures are not valid" in text
    assert "INCONCLUSIVE" in text
    assert load.summary.invalid and all(reason in text for reason in load.summary.invalid)


def test_no_element_asks_for_anything_from_outside(evaluation: Run[EvalSummary], tmp_path: Path) -> None:
    found = Elements(page(evaluation, read_run(load_run(tmp_path, seconds=8), "load")))
    for tag, name, value in found.attributes:
        if name in ("src", "href", "srcset", "action", "data", "poster"):
            assert value.startswith("#") or value == "data:,", (tag, name, value)
        assert not name.startswith("on")
        assert name != "style"


def test_the_security_policy_names_exactly_the_inline_style_and_script(evaluation: Run[EvalSummary]) -> None:
    text = page(evaluation)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none';")
    for tag, count in (("style", 1), ("script", 2)):
        inline = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() for block in inline]
        assert len(digests) == count
        quoted = " ".join(f"'sha256-{digest}'" for digest in digests)
        assert f"{tag}-src {quoted};" in policy


def test_what_both_bear_stands_with_intervals_their_ratio_and_a_link_to_every_probe(
    evaluation: Run[EvalSummary], tmp_path: Path
) -> None:
    borne = read_run(capacity_run(tmp_path), "capacity")
    text = page(evaluation, borne=borne, least=0.5)
    assert headings(text)[-2:] == ["capacity", "answers"] and 'href="#capacity"' in text
    base, tuned = borne.summary.endpoints
    for side in (base, tuned):
        assert f"<td>{side.capacity:.3g}</td><td>{side.low:.3g} to {side.high:.3g}</td>" in text
    assert "The highest load at which each keeps the service level local: a person at a small machine" in text
    assert "Asked is that tuned bears 0.50 times what base does, or more" in text
    compared = borne.summary.ratio
    assert compared and f"<td>{compared.ratio:.2f}</td><td>{compared.low:.3f} to {compared.high:.3g}</td>" in text
    links = [value for tag, name, value in Elements(text).attributes if (tag, name) == ("a", "href")]
    assert [link for link in links if not link.startswith("#")] == [f"../{borne.folder.name}/capacity.html"]
    (borne.folder / "capacity.html").unlink()
    assert "capacity.html" not in page(evaluation, borne=borne, least=0.5)


def test_what_a_capacity_run_did_not_find_is_said(evaluation: Run[EvalSummary], tmp_path: Path) -> None:
    borne = read_run(capacity_run(tmp_path, levels=0), "capacity")
    text = page(evaluation, borne=borne, least=0.5)
    section = text[text.index('<h2 id="capacity">') :]
    assert section.count("<td>not known</td>") == 4
    assert "None" not in section and ">inf" not in section


def test_hostile_answers_stay_inside_the_data(tmp_path: Path) -> None:
    run = read_run(eval_run(tmp_path, SUITES), "eval")
    rows = [json.loads(line) | {"answer": HOSTILE} for line in (run.folder / "answers.jsonl").read_text().splitlines()]
    (run.folder / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = page(run)
    assert Elements(text).tags.count("script") == 3
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert "<" not in data
    answers = [answer["text"] for prompt in json.loads(data)["prompts"] for answer in prompt["answers"]]
    assert set(answers) == {HOSTILE}


def test_hostile_names_are_escaped(tmp_path: Path) -> None:
    name = '"><img src=x onerror=alert(1)>'
    endpoints = (ENDPOINTS[0], {**ENDPOINTS[1], "model": name, "name": name})
    run = read_run(eval_run(tmp_path, SUITES, endpoints), "eval")
    found = Elements(page(run, read_run(load_run(tmp_path, endpoints, seconds=8), "load")))
    assert "img" not in found.tags
    assert "b" not in found.tags


def test_the_data_holds_every_prompt_with_what_was_expected_and_both_answers(evaluation: Run[EvalSummary]) -> None:
    (data,) = re.findall(r'id="data">(.*?)</script>', page(evaluation), re.DOTALL)
    prompts = json.loads(data)["prompts"]
    assert [prompt["suite"] for prompt in prompts] == ["letters"] * 40 + ["prose"] * 10
    first = prompts[0]
    assert [kind for kind, _ in first["expected"]] == ["json_valid", "json_equals"]
    assert json.loads(first["expected"][1][1])["city"]
    rights = [sum(prompt["answers"][index]["right"] for prompt in prompts[:40]) for index in (0, 1)]
    right = evaluation.summary.suites[0].right
    assert rights == [rate.passed for rate in (right.first, right.second)]
    assert all(bool(answer["failures"]) != answer["right"] for prompt in prompts for answer in prompt["answers"])


def test_an_error_is_shown_as_an_error(tmp_path: Path) -> None:
    wrong = failed("http_500", "out of memory")
    run = read_run(eval_run(tmp_path, SUITES, error=lambda name, _: wrong if name == "tuned" else None), "eval")
    (data,) = re.findall(r'id="data">(.*?)</script>', page(run), re.DOTALL)
    assert {prompt["answers"][1]["error"] for prompt in json.loads(data)["prompts"]} == {"http_500: out of memory"}


VARIED = (
    Asked("letters", "superiority", 40, 0.1, 0.9, variants=("typos", "prefix", "counter-order")),
    Asked("close", "descriptive", 20, 0.5, 0.9, margin=None, form="scored"),
)


def test_a_plain_run_has_no_section_that_says_nothing(evaluation: Run[EvalSummary]) -> None:
    assert headings(page(evaluation)) == ["reasons", "compared", "quality", "failures", "load", "answers"]


def test_what_a_run_has_gets_its_section(tmp_path: Path) -> None:
    folder = eval_run(tmp_path, VARIED)
    judge_run(folder)
    run = read_run(folder, "eval")
    four = {"base-fp": 0.1, "base-int4": 0.1, "tuned-fp": 0.9, "tuned-int4": 0.8}
    factorial = factorial_summary(four, "letters", 40).factorial
    text = page(replace(run, summary=replace(run.summary, factorial=factorial)))
    assert {"robustness", "factorial", "judge"} < set(re.findall(r'<h2 id="([a-z]+)">', text))
    assert set(re.findall(r'href="#([a-z]+)"', text)) == set(re.findall(r'<h2 id="([a-z]+)">', text)) - {"compared"}
    assert "a-large-judge compared both answers" in text
    assert "position bias" in text and "agreement with people" in text
    assert "Closeness to the references" in text


def test_kinds_that_keep_the_meaning_and_kinds_that_change_it_stay_apart(tmp_path: Path) -> None:
    text = page(read_run(eval_run(tmp_path, VARIED), "eval"))
    keeping, changing = (text.index(f"letters: Asked {how}") for how in ("otherwise", "with another meaning"))
    assert keeping < text.index(">together ") < changing  # and only there
    assert text.count(">together ") == 1
    assert keeping < text.index(">prefix ") < changing < text.index(">counter-order ")


def test_failures_stand_side_by_side_with_what_they_mean(evaluation: Run[EvalSummary]) -> None:
    text = page(evaluation)
    assert "Answers with each type of failure, base and tuned" in text
    assert "<dt>format</dt>" in text and "the form that was asked for is not there" in text


@pytest.mark.parametrize(("allowed", "loud"), [([], True), (["chat template"], False)])
def test_an_unfair_fight_is_said_on_top(evaluation: Run[EvalSummary], allowed: list[str], loud: bool) -> None:
    differences = [
        {"what": "chat template", "base": "<b>one</b>", "tuned": "two", "matters": True},
        {"what": "model", "base": "a", "tuned": "b", "matters": False},
    ]
    fairness = {"differences": differences, "allowed": allowed}
    text = page(replace(evaluation, about={**evaluation.about, "fairness": fairness}))
    top, _, rest = text.partition("<main>")
    assert ("Not a fair fight" in top) == loud
    assert "chat template" in rest and "&lt;b&gt;one&lt;/b&gt;" in rest
    assert "not checked" in page(evaluation)


def test_variants_name_their_original_and_what_they_can_be_filtered_by(tmp_path: Path) -> None:
    data = listed(page(read_run(eval_run(tmp_path, VARIED), "eval")))
    assert data["kinds"] == ["typos", "prefix", "counter-order"]
    assert data["failures"] == ["format", "fact"]
    variants = [prompt for prompt in data["prompts"] if "variant" in prompt]
    assert len(variants) == 120
    originals = {prompt["id"] for prompt in data["prompts"] if "variant" not in prompt}
    assert {prompt["of"] for prompt in variants} < originals
    assert data["prompts"][-1]["answers"][0]["scores"][0].startswith("rouge_l ")


def test_a_link_needs_the_address_of_a_web_ui_and_names_the_models_as_it_does(evaluation: Run[EvalSummary]) -> None:
    assert listed(page(evaluation))["webui"] is None
    found = listed(page(evaluation, webui="http://127.0.0.1:3000/"))["webui"]
    assert found == {"url": "http://127.0.0.1:3000", "models": "tandem-demo,tandem-demo-json"}


def test_groups_and_the_loose_mode_are_shown_where_there_are_some(evaluation: Run[EvalSummary]) -> None:
    suite = evaluation.summary.suites[0]
    alike = Alike(correlation=0.214, low=-0.1, high=0.5)
    own = Families(groups=12, company=2.5, difference=alike, first=None, second=alike, effective=19.6)
    told = replace(suite, families=own, loose=replace(suite.right, metric="loose"))
    text = page(replace(evaluation, summary=replace(evaluation.summary, suites=(told,))))
    assert "0.21 (\N{MINUS SIGN}0.10 to 0.50)" in text and "<td>12</td><td>\N{EN DASH}</td>" in text
    assert "Strict and loose" in text and "Alike within a group" in text
    assert "Strict and loose" not in page(evaluation) and "Alike within a group" not in page(evaluation)
