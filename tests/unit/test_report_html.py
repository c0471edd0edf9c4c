"""The report as a file: self-contained, escaped, whole with and without a load run."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evalharness.evidence import Run, read_run, unanswered
from evalharness.policy import FOLDER, read_policy
from evalharness.report import html
from evalharness.verdict import judge
from tests.fixtures_runs import ENDPOINTS, Asked, eval_run, load_run

CREATED = "2026-11-20T13:55:27+00:00"
SUITES = (
    Asked("letters", "superiority", 40, 0.1, 0.9, title="<b>Letters</b> & more"),
    Asked("prose", "descriptive", 10, 1, 1, margin=None, form="prose"),
)
HOSTILE = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)> \u2028 \ud800"


def page(evaluation: Run, load: Run | None = None) -> str:
    policy = read_policy(FOLDER / "default.yaml")
    verdict = judge(evaluation.summary, unanswered(evaluation), load.summary if load else None, policy)
    return html.render(verdict, CREATED, "default", policy, evaluation, load)


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
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_run(eval_run(tmp_path_factory.mktemp("runs"), SUITES), "eval")


def test_the_page_says_what_was_compared_and_why(evaluation: Run, tmp_path: Path) -> None:
    text = page(evaluation, read_run(load_run(tmp_path), "load"))
    for endpoint in ENDPOINTS:
        assert all(endpoint[key] in text for key in ("name", "model", "version", "url"))
    assert "20 November 2026, 13:55 UTC" in text
    assert "tuned is better in letters, and keeps the limits on" in text
    assert "default, version 1" in text


def test_without_a_load_run_it_says_so_and_how_to_make_one(evaluation: Run) -> None:
    text = page(evaluation)
    assert "INCONCLUSIVE" in text
    assert "There is no load run of these two models" in text
    assert "python -m evalharness load" in text


def test_warnings_of_the_load_run_are_shown(evaluation: Run, tmp_path: Path) -> None:
    load = read_run(load_run(tmp_path, seconds=2), "load")
    warnings = load.summary["warnings"]
    text = page(evaluation, load)
    assert "Read the load figures with care" in text
    assert warnings and all(warning in text for warning in warnings)
    assert "not valid" not in text


def test_what_makes_the_load_run_invalid_is_shown(evaluation: Run, tmp_path: Path) -> None:
    load = read_run(load_run(tmp_path, busy=0.98), "load")
    text = page(evaluation, load)
    assert "The load figures are not valid" in text
    assert "INCONCLUSIVE" in text
    assert load.summary["invalid"] and all(reason in text for reason in load.summary["invalid"])


def test_no_element_asks_for_anything_from_outside(evaluation: Run, tmp_path: Path) -> None:
    found = Elements(page(evaluation, read_run(load_run(tmp_path, seconds=8), "load")))
    for tag, name, value in found.attributes:
        if name in ("src", "href", "srcset", "action", "data", "poster"):
            assert value.startswith("#") or value == "data:,", (tag, name, value)
        assert not name.startswith("on")
        assert name != "style"


def test_the_security_policy_names_exactly_the_inline_style_and_script(evaluation: Run) -> None:
    text = page(evaluation)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        (inline,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_hostile_answers_stay_inside_the_data(tmp_path: Path) -> None:
    run = read_run(eval_run(tmp_path, SUITES), "eval")
    rows = [json.loads(line) | {"answer": HOSTILE} for line in (run.folder / "answers.jsonl").read_text().splitlines()]
    (run.folder / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = page(run)
    assert Elements(text).tags.count("script") == 2
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


def test_the_data_holds_every_prompt_with_what_was_expected_and_both_answers(evaluation: Run) -> None:
    (data,) = re.findall(r'id="data">(.*?)</script>', page(evaluation), re.DOTALL)
    prompts = json.loads(data)["prompts"]
    assert [prompt["suite"] for prompt in prompts] == ["letters"] * 40 + ["prose"] * 10
    first = prompts[0]
    assert [kind for kind, _ in first["expected"]] == ["json_valid", "json_equals"]
    assert json.loads(first["expected"][1][1])["city"]
    rights = [sum(prompt["answers"][index]["right"] for prompt in prompts[:40]) for index in (0, 1)]
    assert rights == [evaluation.summary["suites"][0]["metrics"][0][side]["passed"] for side in ("first", "second")]
    assert all(bool(answer["failures"]) != answer["right"] for prompt in prompts for answer in prompt["answers"])


def test_an_error_is_shown_as_an_error(tmp_path: Path) -> None:
    failed = {"kind": "http_500", "detail": "out of memory"}
    run = read_run(eval_run(tmp_path, SUITES, error=lambda name, _: failed if name == "tuned" else None), "eval")
    (data,) = re.findall(r'id="data">(.*?)</script>', page(run), re.DOTALL)
    assert {prompt["answers"][1]["error"] for prompt in json.loads(data)["prompts"]} == {"http_500: out of memory"}
