from pathlib import Path
from typing import Any, get_args

import pytest

from evalharness.client import asking_run
from evalharness.client.endpoints import Endpoint
from evalharness.errors import UsageError
from evalharness.runs.fairness import MODEL, What
from evalharness.runs.folder import create_run, read_json
from evalharness.runs.jsonl import append_row, open_rows
from evalharness.suites.schema import CheckOf, Suite
from tests.parts import answered

BASE, TUNED = (
    Endpoint("base", "http://a/v1", "m", "1", "key"),
    Endpoint("tuned", "http://b/v1", "m", "2", "key"),
)
UNKNOWN: dict[str, Any] = dict.fromkeys((*get_args(What), MODEL))


def a_suite(prompts: int, name: str = "s") -> Suite:
    def prompt(number: int) -> dict[str, Any]:
        asked = {"role": "user", "content": f"{number}?"}
        return {"id": f"p{number}", "messages": [asked], "checks": [{"type": "json_valid"}]}

    return Suite.model_validate(
        {
            "suite": name,
            "version": 1,
            "title": "T",
            "purpose": "descriptive",
            "sampling": {"max_tokens": 4},
            "prompts": [prompt(number) for number in range(prompts)],
        }
    )


def begun(root: Path, *suites: Suite) -> Path:
    settings = {"concurrency": 2, "base_against_base": False}
    return asking_run.begin(root, "eval", settings, suites, [BASE, TUNED], {"base": UNKNOWN, "tuned": UNKNOWN})


def asked(jobs: list[asking_run.Job]) -> list[tuple[str, str]]:
    return [(job.prompt.id, endpoint.name) for job in jobs for endpoint in job.endpoints]


def add_answer(folder: Path, prompt: str, endpoint: str, error: str | None = None) -> None:
    with open_rows(folder / "answers.jsonl") as file:
        append_row(file, answered(prompt, endpoint, None if error else True, error))


def test_a_suite_with_code_is_refused_before_anything_is_asked_where_nothing_would_hold_it_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise UsageError("answers with code are not run here")

    monkeypatch.setattr(asking_run.code, "check_machine", refuse)
    suite = a_suite(1)
    with_code = suite.prompts[0].model_copy(update={"checks": [CheckOf(type="code", value={"tests": "pass"})]})
    asking_run.plan([suite], [BASE, TUNED])
    with pytest.raises(UsageError, match="not run here"):
        asking_run.plan([suite.model_copy(update={"prompts": [with_code]})], [BASE, TUNED])


def test_every_prompt_is_planned_for_both_endpoints_and_each_goes_first_about_as_often() -> None:
    jobs = asking_run.plan([a_suite(400)], [BASE, TUNED])
    assert len(set(asked(jobs))) == len(asked(jobs)) == 800
    assert 150 < sum(job.endpoints[0] is BASE for job in jobs) < 250


def test_the_drawn_order_is_the_same_every_time() -> None:
    assert asking_run.plan([a_suite(20)], [BASE, TUNED]) == asking_run.plan([a_suite(20)], [BASE, TUNED])


def test_a_new_run_has_everything_left_in_the_order_it_was_planned(tmp_path: Path) -> None:
    suites = [a_suite(3), a_suite(2, "other")]
    assert asking_run.rest(begun(tmp_path, *suites), [BASE, TUNED]) == asking_run.plan(suites, [BASE, TUNED])


def test_the_run_folder_says_what_is_asked_of_whom_and_no_key(tmp_path: Path) -> None:
    folder = begun(tmp_path, a_suite(3))
    run = read_json(folder / "run.json")
    assert run["endpoints"] == [BASE.public(), TUNED.public()]
    assert run["settings"] == {"concurrency": 2, "seed": 0, "base_against_base": False}
    assert [(suite["suite"], suite["prompts"]) for suite in run["suites"]] == [("s", 3)]
    assert "key" not in (folder / "run.json").read_text()


def test_a_resumed_run_leaves_out_answers_and_asks_errors_again(tmp_path: Path) -> None:
    folder = begun(tmp_path, a_suite(3))
    add_answer(folder, "p0", "base")
    add_answer(folder, "p0", "tuned")
    add_answer(folder, "p1", "base", error="timeout")
    add_answer(folder, "p1", "tuned")
    left = asked(asking_run.rest(folder, [BASE, TUNED]))
    assert sorted(left) == [("p1", "base"), ("p2", "base"), ("p2", "tuned")]


def test_an_error_that_was_asked_again_with_success_is_done(tmp_path: Path) -> None:
    folder = begun(tmp_path, a_suite(1))
    add_answer(folder, "p0", "base", error="timeout")
    add_answer(folder, "p0", "base")
    assert asked(asking_run.rest(folder, [BASE, TUNED])) == [("p0", "tuned")]


def test_a_torn_last_answer_is_asked_again(tmp_path: Path) -> None:
    folder = begun(tmp_path, a_suite(1))
    add_answer(folder, "p0", "base")
    with (folder / "answers.jsonl").open("a") as file:
        file.write('{"suite": "s", "id": "p0", "endpoint": "tun')
    assert asked(asking_run.rest(folder, [BASE, TUNED])) == [("p0", "tuned")]


@pytest.mark.parametrize(
    "others",
    [
        [TUNED, BASE],
        [BASE, Endpoint("tuned", "http://b/v1", "m", "3")],
        [BASE, Endpoint("tuned", "http://c/v1", "m", "2")],
        [BASE, Endpoint("base again", "http://a/v1", "m", "1")],
    ],
)
def test_other_endpoints_do_not_go_on_with_a_run(tmp_path: Path, others: list[Endpoint]) -> None:
    with pytest.raises(UsageError, match="other endpoints"):
        asking_run.rest(begun(tmp_path, a_suite(1)), others)


@pytest.mark.parametrize("harm", [lambda text: text.replace("?", "!"), lambda text: text[:-20], lambda _: ""])
def test_prompts_that_are_not_those_of_the_run_are_refused(tmp_path: Path, harm: Any) -> None:
    folder = begun(tmp_path, a_suite(2))
    path = folder / "prompts.jsonl"
    path.write_text(harm(path.read_text()))
    with pytest.raises(UsageError, match=r"prompts\.jsonl"):
        asking_run.rest(folder, [BASE, TUNED])


def test_an_answer_to_what_was_not_asked_is_refused(tmp_path: Path) -> None:
    folder = begun(tmp_path, a_suite(1))
    add_answer(folder, "p9", "base")
    with pytest.raises(UsageError, match="p9"):
        asking_run.rest(folder, [BASE, TUNED])


def test_only_an_eval_run_is_resumed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="kind load"):
        asking_run.rest(create_run(tmp_path, "load", {}), [BASE, TUNED])
    with pytest.raises(UsageError, match="run folder"):
        asking_run.rest(tmp_path, [BASE, TUNED])
