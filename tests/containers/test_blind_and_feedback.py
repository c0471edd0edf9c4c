"""In containers too people vote blind, on questions of their own and on a run's answers, and their votes come back."""

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from images.webui.functions.pairs import COLUMNS, drawn
from tests.containers.conftest import Stack
from tests.newcomer import Done
from tests.webui_export import compared
from tests.webui_person import RUN, Person, put_up

VERSIONS = {"base": "b-of-the-run", "tuned": "t-of-the-run"}
SAID = [("Name a river in Europe.", "It is the Rhine.", '{"river": "Rhine"}')]


@pytest.fixture(scope="module")  # Open WebUI takes only so many sign-ins in three minutes
def person(up: Stack) -> Person:
    return Person(up.checkout)


def test_up_has_put_the_comparison_in(first_up: Done, person: Person) -> None:
    assert "Without the blind comparison" not in first_up.said
    assert {"blind.a", "blind.b"} <= {one["id"] for one in person.ask("GET", "models")["data"]}


def test_answer_a_and_answer_b_come_from_both_servers_as_drawn_with_the_deployments_secret(
    up: Stack, person: Person
) -> None:
    suite = (up.checkout.root / "evalharness" / "suites" / "demo-json.yaml").read_text()
    cities = re.findall(r'"?city"?: "?([A-Z]\w+)', suite)[:2]
    question = "List the country and population of {} and {} as JSON.".format(*cities)
    for _ in range(4):
        chat, message = f"local:{uuid.uuid4()}", str(uuid.uuid4())
        with ThreadPoolExecutor(2) as both:
            texts = list(
                both.map(lambda name: person.answered(f"blind.{name}", question, chat, message), ("a", "b"))  # noqa: B023
            )
        found = {
            name: "tuned" if text.startswith(("[", "{")) else "base" for name, text in zip(COLUMNS, texts, strict=True)
        }
        assert found == drawn(person.secret, chat, message)


def test_a_vote_comes_back_by_make_feedback_and_a_forged_one_does_not(up: Stack, person: Person) -> None:
    kept, other = (person.said(compared(name, f"What is {name}?", "left", "right")) for name in ("a river", "a lake"))
    person.click("b", kept["id"], "a river-blind.a")
    (vote,) = [one for one in person.votes() if one["meta"]["chat_id"] == kept["id"]]
    assert (vote["data"]["vote"], len(vote["data"]["seal"])) == ("B", 64)
    forged = json.loads(json.dumps(vote).replace(kept["id"], other["id"]).replace("a river", "a lake"))
    person.post(forged)
    done = up.checkout.make("feedback")
    assert done.code == 0, done.said
    votes = (up.checkout.root / "runs" / "votes.jsonl").read_text()
    assert kept["id"] in votes and other["id"] not in votes
    assert "a blind vote whose sides are not" in done.said or "a blind vote that the comparison" in done.said


def test_a_runs_answers_are_put_up_voted_on_and_come_back_with_the_runs_versions(up: Stack, person: Person) -> None:
    done = up.checkout.make("blind", f"RUN={put_up(up.checkout, SAID, VERSIONS)}")
    assert done.code == 0, done.said
    assert done.said.splitlines()[0] == f"1 pair of answers of {RUN} to vote on"
    said = person.answered("blind.run", "next", f"local:{uuid.uuid4()}", str(uuid.uuid4()))
    found = re.match(r"\[Open pair 1 of 1\]\(/c/([0-9a-f-]+)\)", said)
    assert found, said
    chat = person.ask("GET", f"v1/chats/{found[1]}")["chat"]["history"]["messages"]
    answers = {message["content"]: name for name, message in chat.items() if message["role"] == "assistant"}
    assert set(answers) == set(SAID[0][1:])
    person.click("tie", found[1], answers[SAID[0][1]])
    (vote,) = [one for one in person.votes() if one["meta"]["chat_id"] == found[1]]
    assert vote["data"]["versions"] == VERSIONS
    assert "You have voted on all 1" in person.answered("blind.run", "next", f"local:{uuid.uuid4()}", "next")
    assert up.checkout.make("feedback").code == 0
    assert found[1] in (up.checkout.root / "runs" / "votes.jsonl").read_text()
    assert up.checkout.make("blind").code == 0
    assert "blind.run" not in {one["id"] for one in person.ask("GET", "models")["data"]}
