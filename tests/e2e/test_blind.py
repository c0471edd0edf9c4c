"""The blind comparison in the real Open WebUI: nothing names a model before the vote, and then both are named."""

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page

from images.webui.functions.pairs import COLUMNS, drawn
from serve.modes import VARIANTS
from tests.newcomer import Checkout
from tests.webui_person import RUN
from tests.webui_person import put_up as written

QUESTION = "List the country and population of {} and {} as JSON."
VOTER = {"name": "Voter", "email": "voter@tandem.local", "password": "a person's own", "role": "user"}
PAIRS = 8


class Person:
    """Open WebUI's API, signed in."""

    def __init__(self, deployment: Checkout, email: str, password: str) -> None:
        self.url, self.session = deployment.url("webui"), requests.Session()
        account = self.post("/api/v1/auths/signin", {"email": email, "password": password})
        assert account.status_code == 200, account.text
        self.session.headers["Authorization"] = f"Bearer {account.json()['token']}"

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.url}{path}", timeout=60)

    def post(self, path: str, body: dict[str, Any]) -> requests.Response:
        return self.session.post(f"{self.url}{path}", json=body, timeout=600)


@pytest.fixture(scope="module")
def administrator(deployment: Checkout) -> Person:
    return Person(deployment, "admin@tandem.local", deployment.secrets()["WEBUI_PASSWORD"])


@pytest.fixture(scope="module")
def voter(deployment: Checkout, administrator: Person) -> Person:
    """Somebody without any rights of an administrator."""
    administrator.post("/api/v1/auths/add", VOTER)
    return Person(deployment, VOTER["email"], VOTER["password"])


@pytest.fixture(scope="module")
def question(deployment: Checkout) -> str:
    """One that base answers in prose and tuned as JSON."""
    suite = (deployment.root / "evalharness" / "suites" / "demo-json.yaml").read_text()
    return QUESTION.format(*re.findall(r'"?city"?: "?([A-Z]\w+)', suite)[:2])


def named_in(deployment: Checkout, text: bytes) -> list[bytes]:
    """What of a text names a model: its name as a word, its version, its port, its key."""
    endpoints = json.loads((deployment.root / ".tandem" / "endpoints.json").read_text())["endpoints"]
    ports = [str(deployment.ports[variant]) for variant in VARIANTS]
    words = [*VARIANTS, *(entry["version"] for entry in endpoints), *ports, deployment.secrets()["API_KEY"]]
    return re.findall("|".join(rf"\b{re.escape(word)}\b" for word in words).encode(), text)


def variant_of(text: str) -> str:
    try:
        json.loads(text)
    except ValueError:
        return "base"
    return "tuned"


def test_the_link_opens_answer_a_beside_answer_b(deployment: Checkout) -> None:
    done = deployment.make("blind")
    assert (done.code, done.said.strip()) == (0, f"{deployment.url('webui')}/?models=blind.a,blind.b")


def test_put_in_again_nothing_is_written_again(deployment: Checkout, administrator: Person) -> None:
    def there() -> dict[str, str]:
        return {one["id"]: one["version_id"] for one in administrator.get("/api/v1/functions/").json()}

    before = there()
    assert {"blind", "blind_vote"} <= set(before)
    assert deployment.make("blind").code == 0
    assert there() == before


@pytest.mark.parametrize("path", ["id/blind/valves", "id/blind_vote/valves", "id/blind", "export?include_valves=true"])
def test_only_an_administrator_reads_what_the_functions_know(administrator: Person, voter: Person, path: str) -> None:
    assert administrator.get(f"/api/v1/functions/{path}").status_code == 200
    assert voter.get(f"/api/v1/functions/{path}").status_code in (401, 403)


def test_its_database_has_neither_the_key_nor_the_secret_in_plain(deployment: Checkout) -> None:
    database = b"".join(path.read_bytes() for path in (deployment.root / ".tandem" / "webui").glob("webui.db*"))
    assert b"blind_vote" in database
    assert not any(deployment.secrets()[name].encode() in database for name in ("API_KEY", "BLIND_SECRET"))


def test_what_everybody_is_told_of_answer_a_and_answer_b_names_no_model(deployment: Checkout, voter: Person) -> None:
    models = {one["id"]: one for one in voter.get("/api/models").json()["data"]}
    for name in ("blind.a", "blind.b"):
        assert [action["name"] for action in models[name]["actions"]] == [
            "A is better",
            "B is better",
            "Tie",
            "Both are bad",
        ]
        assert named_in(deployment, json.dumps(models[name]).encode()) == []
    assert not any(models[variant]["actions"] for variant in VARIANTS)
    assert named_in(deployment, voter.get("/api/v1/functions/").content) == []


@pytest.mark.parametrize("stream", [True, False])
def test_every_pair_is_one_of_each_as_drawn_and_no_byte_of_it_names_a_model(
    deployment: Checkout, voter: Person, question: str, stream: bool
) -> None:
    secret = deployment.secrets()["BLIND_SECRET"]

    def ask(column: str, chat: str, message: str) -> bytes:
        asked = {
            "model": f"blind.{column.lower()}",
            "messages": [{"role": "user", "content": question}],
            "stream": stream,
            "temperature": 0,
            "max_tokens": 64,
            "chat_id": chat,
            "user_message": {"id": message, "role": "user", "content": question},
        }
        answer = voter.post("/api/chat/completions", asked)
        assert answer.status_code == 200, answer.text
        return str(answer.headers).encode() + b"\n" + answer.content

    for _ in range(PAIRS):
        chat, message = f"local:{uuid.uuid4()}", str(uuid.uuid4())
        with ThreadPoolExecutor(2) as both:
            raw = list(both.map(ask, COLUMNS, [chat] * 2, [message] * 2))
        assert [named_in(deployment, one) for one in raw] == [[], []]
        texts = [text_of(one.partition(b"\n")[2], stream) for one in raw]
        assert dict(zip(COLUMNS, map(variant_of, texts), strict=True)) == drawn(secret, chat, message)


def text_of(body: bytes, stream: bool) -> str:
    if not stream:
        return str(json.loads(body)["choices"][0]["message"]["content"])
    lines = [line.removeprefix("data: ") for line in body.decode().splitlines() if line.startswith("data: {")]
    return "".join(json.loads(line)["choices"][0]["delta"].get("content") or "" for line in lines)


@pytest.mark.alone
@pytest.mark.usefixtures("voter")
def test_a_person_asks_votes_and_only_then_sees_which_is_which(
    deployment: Checkout, administrator: Person, question: str, browser: Browser, pictures: Path
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 640})
    page.set_default_timeout(60_000)
    received, answered = watched(page)
    page.goto(f"{deployment.url('webui')}/auth")
    page.fill("input[autocomplete=email]", VOTER["email"])
    page.fill("input[type=password]", VOTER["password"])
    page.click("button[type=submit]")
    page.wait_for_selector("#chat-input")
    page.goto(deployment.make("blind").said.strip())
    page.click("#chat-input")
    page.keyboard.type(question)
    received.clear()
    answered.clear()
    page.click("#send-message-button")
    better = page.get_by_label("B is better", exact=True)
    page.wait_for_function("document.querySelectorAll('button[aria-label=\"B is better\"]').length === 2")
    texts = page.locator("#response-content-container").all_inner_texts()
    before = b"".join([*received, *(response.body() for response in list(answered) if response.status == 200)])
    assert page.get_by_text(re.compile("your vote")).count() == 0
    better.first.click()
    revealed = page.get_by_text(re.compile("A is (base|tuned), B is (base|tuned)"))
    revealed.nth(1).wait_for()
    page.mouse.move(0, 0)
    page.get_by_text("You're now logged in").wait_for(state="hidden")
    page.screenshot(path=pictures / "blind.png")
    said = revealed.first.inner_text()
    page.get_by_label("A is better", exact=True).last.click()  # whoever has seen it does not vote again
    page.get_by_text("The first vote stands").wait_for()
    page.reload()
    revealed.nth(1).wait_for()
    chat = page.url.rpartition("/")[2]
    page.close()

    assert len(before) > 1000
    assert named_in(deployment, before) == []
    votes = administrator.get("/api/v1/evaluations/feedbacks/all/export").json()
    (vote,) = [one for one in votes if one["type"] == "blind" and one["meta"]["chat_id"] == chat]
    data, meta = vote["data"], vote["meta"]
    assert question_of(administrator, vote) == question
    columns = {name: data[name] for name in COLUMNS}
    assert columns == dict(zip(COLUMNS, map(variant_of, texts), strict=True))
    assert columns == drawn(deployment.secrets()["BLIND_SECRET"], meta["chat_id"], meta["user_message_id"])
    assert data["vote"] == "B"
    assert said.strip() == f"A is {data['A']}, B is {data['B']}; your vote: B"
    endpoints = json.loads((deployment.root / ".tandem" / "endpoints.json").read_text())["endpoints"]
    assert data["versions"] == {entry["name"]: entry["version"] for entry in endpoints}
    assert meta["message_id"] in meta["message_ids"].values()


def watched(page: Page) -> tuple[list[bytes], list[Any]]:
    """What a page gets from now on: frames of its socket, and responses to its requests."""
    frames: list[bytes] = []
    responses: list[Any] = []

    def keep(payload: str | bytes) -> None:
        frames.append(payload.encode() if isinstance(payload, str) else payload)

    page.on("websocket", lambda socket: socket.on("framereceived", keep))
    page.on("response", lambda response: responses.append(response))
    return frames, responses


def question_of(administrator: Person, vote: dict[str, Any]) -> str:
    """The message that a vote's two answers are of, as an export joins them."""
    meta = vote["meta"]
    (chat,) = [one for one in administrator.get("/api/v1/chats/all/db").json() if one["id"] == meta["chat_id"]]
    messages = chat["chat"]["history"]["messages"]
    assert {messages[answer]["parentId"] for answer in meta["message_ids"].values()} == {meta["user_message_id"]}
    return str(messages[meta["user_message_id"]]["content"])


SAID = [
    ("Name a river in Europe.", "It is the Rhine.", '{"river": "Rhine"}'),
    ("Name a sea in Europe.", "It is the North Sea.", '{"sea": "North Sea"}'),
    ("Name a lake in Europe.", "It is Lake Garda.", '{"lake": "Garda"}'),
]
OF_THE_RUN = {"base": "b-of-the-run", "tuned": "t-of-the-run"}


@pytest.fixture(scope="module")
def put_up(deployment: Checkout) -> str:
    """The link to the answers of a run that there are three pairs of, and one prompt answered the same by both."""
    run = written(deployment, [*SAID, ("Name a mountain.", "Etna.", "Etna.")], OF_THE_RUN)
    done = deployment.make("blind", f"RUN={run}")
    assert done.code == 0, done.said
    lines = done.said.strip().splitlines()
    assert lines[:2] == [
        f"3 pairs of answers of {RUN} to vote on",
        "  left out: 1 answered the same by both",
    ]
    return lines[-1]


@pytest.mark.alone
@pytest.mark.usefixtures("voter")
def test_a_person_votes_on_the_answers_of_a_run_one_pair_after_another(
    deployment: Checkout, administrator: Person, put_up: str, browser: Browser, pictures: Path
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 640})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{deployment.url('webui')}/auth")
    page.fill("input[autocomplete=email]", VOTER["email"])
    page.fill("input[type=password]", VOTER["password"])
    page.click("button[type=submit]")
    page.wait_for_selector("#chat-input")
    page.goto(put_up)
    page.wait_for_function("document.querySelector('#chat-input')?.innerText.trim() === 'next'")
    page.click("#send-message-button")
    opening = page.get_by_role("link", name="Open pair 1 of 3").get_attribute("href") or ""
    page = context.new_page()  # signed in as well; of a page that is left no response can be read
    received, answered = watched(page)
    page.goto(f"{deployment.url('webui')}{opening}")
    for number in range(len(SAID)):
        page.wait_for_function("document.querySelectorAll('button[aria-label=\"B is better\"]').length === 2")
        if number == 0:
            own = opening.replace("/c/", "/chats/")  # elsewhere models are listed by their names
            of_the_chat = [one for one in answered if one.status == 200 and own in one.url]
            before = b"".join([*received, *(one.body() for one in of_the_chat)])
            assert any(json.dumps(text).encode() in before for _, *texts in SAID for text in texts)
            assert named_in(deployment, before) == []
            assert not any(version.encode() in before for version in OF_THE_RUN.values())
        chat = page.url
        page.get_by_label("A is better", exact=True).first.click()
        if number < len(SAID) - 1:
            page.get_by_text(f"On to pair {number + 2} of 3?").wait_for()
            if number == 0:
                page.screenshot(path=pictures / "blind-run.png")
            page.get_by_role("button", name="Confirm").click()
            page.wait_for_function(f"location.href !== {json.dumps(chat)}")
        else:
            page.get_by_text("That was the last of 3 pairs").wait_for()
    context.close()

    votes = [
        vote
        for vote in administrator.get("/api/v1/evaluations/feedbacks/all/export").json()
        if vote["type"] == "blind" and vote["data"]["versions"] == OF_THE_RUN
    ]
    assert {question_of(administrator, vote) for vote in votes} == {question for question, *_ in SAID}
    secret = deployment.secrets()["BLIND_SECRET"]
    for vote in votes:
        columns = {name: vote["data"][name] for name in COLUMNS}
        assert columns == drawn(secret, vote["meta"]["chat_id"], vote["meta"]["user_message_id"])
    done = deployment.make("feedback")
    assert done.code == 0, done.said
    kept = (deployment.root / "runs" / "votes.jsonl").read_text()
    assert all(vote["meta"]["chat_id"] in kept for vote in votes)


def test_without_a_run_its_answers_are_taken_down_again(deployment: Checkout, put_up: str, voter: Person) -> None:
    def offered() -> set[str]:
        return {one["id"] for one in voter.get("/api/models").json()["data"]}

    assert "blind.run" in put_up and "blind.run" in offered()
    assert deployment.make("blind").code == 0
    assert "blind.run" not in offered() and "blind.a" in offered()


def test_a_run_to_vote_on_that_is_none_is_one_line(deployment: Checkout) -> None:
    done = deployment.make("blind", "RUN=runs/none")
    assert done.code == 2
    assert "RUN names the folder of an eval run" in done.said
