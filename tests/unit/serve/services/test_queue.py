"""Which answers of a run are put up to vote on, and which not, with the reason."""

import json

import pytest

from serve.errors import UsageError
from serve.services.queue import queue_of

SIDES = [{"name": "base", "version": "b0"}, {"name": "tuned", "version": "t0"}]


def prompt(name, **more):
    return {"suite": "own", "id": name, "messages": [{"role": "user", "content": f"What is {name}?"}], **more}


def answer(name, endpoint, text, **more):
    return {"suite": "own", "id": name, "endpoint": endpoint, "answer": text, "error": None, **more}


def both(name, base, tuned):
    return [answer(name, "base", base), answer(name, "tuned", tuned)]


@pytest.fixture
def run(tmp_path):
    """Writes a run's folder."""

    def write(prompts, answers, about=None):
        folder = tmp_path / "runs" / "20261121T120000-eval"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text(json.dumps(about or {"kind": "eval", "endpoints": SIDES}))
        for name, rows in (("prompts", prompts), ("answers", answers)):
            (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return folder

    return write


def test_a_pair_is_a_prompt_with_both_answers_and_the_versions_are_the_runs(run):
    told, left_out = queue_of(run([prompt("a")], both("a", "one", " <think>hm</think> two ")))
    assert told == {
        "run": "20261121T120000-eval",
        "versions": {"base": "b0", "tuned": "t0"},
        "pairs": [
            {
                "messages": [{"role": "user", "content": "What is a?"}],
                "base": "one",
                "tuned": "<think>hm</think> two",
            }
        ],
    }
    assert left_out == {}


def test_what_was_thought_aloud_is_not_shown(run):
    answers = [answer("a", "base", "one"), answer("a", "tuned", "<think>I am tuned</think> two", thought_characters=25)]
    (pair,) = queue_of(run([prompt("a")], answers)).told["pairs"]
    assert pair["tuned"] == "two"


def test_what_no_chat_can_show_as_it_was_asked_is_left_out_with_its_reason(run):
    system = prompt("system")
    system["messages"].insert(0, {"role": "system", "content": "Be brief."})
    prompts = [
        prompt("fits"),
        prompt("typed", of="fits", variant="typos"),
        prompt("again#2", repeat=2),
        prompt("tool", tools=[{}]),
        prompt("live", live=True),
        system,
        prompt("failed"),
        prompt("alone"),
        prompt("same"),
        prompt("long"),
    ]
    answers = [row for one in prompts for row in both(one["id"], "one", "two")]
    answers = [row for row in answers if row["id"] not in ("failed", "alone", "same", "long")]
    answers += [answer("failed", "base", "one"), answer("failed", "tuned", None, error={"kind": "timeout"})]
    answers += [answer("alone", "base", "one"), *both("same", "one", "one"), *both("long", "x" * 9000, "y")]
    told, left_out = queue_of(run(prompts, answers))
    assert [pair["messages"][-1]["content"] for pair in told["pairs"]] == ["What is fits?"]
    assert left_out == {
        "asked otherwise, repeatedly, turn by turn or with tools": 4,
        "with a system message, which a chat does not show": 1,
        "without an answer of both": 2,
        "answered the same by both": 1,
        "of more than 8000 characters": 1,
    }


def test_the_order_is_the_same_each_time_and_not_that_of_the_suites(run):
    names = [f"p{number:03}" for number in range(50)]
    folder = run([prompt(name) for name in names], [row for name in names for row in both(name, "one", "two")])
    order = [pair["messages"][0]["content"] for pair in queue_of(folder).told["pairs"]]
    assert order == [pair["messages"][0]["content"] for pair in queue_of(folder).told["pairs"]]
    assert order != sorted(order)
    assert len(order) == 50


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"kind": "load", "endpoints": SIDES}, "a run of load; RUN names the folder of an eval run"),
        ({"kind": "eval", "endpoints": [{"name": "x"}, {"name": "y"}]}, "a run of x and y; people vote on base and"),
        ({"kind": "eval"}, "run.json: not what a run writes there"),
        ([], "run.json: not what a run writes there"),
    ],
)
def test_a_run_of_something_else_is_refused(run, about, words):
    folder = run([prompt("a")], both("a", "one", "two"))
    (folder / "run.json").write_text(json.dumps(about))
    with pytest.raises(UsageError, match=words):
        queue_of(folder)


def test_a_folder_without_a_run_or_with_nothing_to_vote_on_is_refused(run, tmp_path):
    with pytest.raises(UsageError, match="no run in it; RUN names the folder of an eval run"):
        queue_of(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"no pair of answers to vote on \(1 answered the same by both\)"):
        queue_of(run([prompt("a")], both("a", "one", "one")))
    folder = run([prompt("a")], both("a", "one", "two"))
    (folder / "answers.jsonl").write_text("{")
    with pytest.raises(UsageError, match=r"answers\.jsonl: it cannot be read \(no JSON lines\)"):
        queue_of(folder)


@pytest.mark.parametrize(
    "line", ["7", "null", "[]", "{}", '{"suite": "own", "id": ["a"], "messages": [{}]}', "[" * 100_000, "{", "\0"]
)
@pytest.mark.parametrize("file", ["prompts", "answers", "run"])
def test_a_file_that_is_not_what_a_run_writes_is_one_line(run, file, line):
    folder = run([prompt("a")], both("a", "one", "two"))
    (folder / ("run.json" if file == "run" else f"{file}.jsonl")).write_text(line + "\n")
    with pytest.raises(UsageError) as refused:
        queue_of(folder)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300
