"""The review's page in a real browser, served by the command that a person types."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evalharness.pool import folder, rows
from evalharness.pool.folder import Pool
from evalharness.pool.rows import PoolRow
from tests.newcomer import ROOT

pytestmark = pytest.mark.alone
WIDE, PHONE, SMALL = {"width": 1280, "height": 900}, {"width": 390, "height": 844}, {"width": 1000, "height": 560}
HOSTILE = "</script><img src=http://127.0.0.1:9/x onerror=document.title='owned'><b>bold</b>" + "W" * 400
SYSTEM = "You answer travellers in full sentences, politely and briefly."
ASKED = (
    ("Please tell me how many people live in Lisbon and which river the city lies on.",
     "About 550,000 people live in Lisbon, which lies on the Tagus."),
    ("Which bus goes from the main station in Zadar to the ferry, and when does the last one leave?",
     "Bus 9 goes from the main station to the ferry; the last one leaves at 22:40."),
    ("Do I need a reservation for the night train from Graz to Zurich?",
     "Yes, every seat and bed of the night train to Zurich has to be reserved."),
)  # fmt: skip
SAID = (
    ("names", "Please tell me how many people live in Lisbom and which river the city lies on."),
    (
        "paraphrase",
        "From the main station in Zadar, which bus should I take to the ferry, and at what time is the last?",
    ),
    ("polite", "Could you tell me whether I need a reservation for the night train from Graz to Zurich? Thank you!"),
)


def conversation(question: str, answer: str) -> PoolRow:
    messages = [("system", SYSTEM), ("user", question), ("assistant", answer)]
    return rows.given([{"role": role, "content": text} for role, text in messages], [], None)


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    path = tmp_path / "pool"
    given = [conversation(*texts) for texts in ASKED]
    folder.add(path, given)
    folder.add(path, [rows.variant(row, text, kind, 0) for row, (kind, text) in zip(given, SAID, strict=True)])
    return path


class Reviewed:
    """The page, and everything it complained of or asked for."""

    def __init__(self, browser: Browser, url: str, size: dict[str, int], scheme: str = "light") -> None:
        self.page: Page = browser.new_page(viewport=size, color_scheme=scheme)
        self.page.set_default_timeout(30_000)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(url)
        self.at(0)

    def at(self, place: int) -> None:
        self.page.locator(f"body[data-place='{place}']").wait_for()

    def marked(self, side: str) -> list[str]:
        return self.page.locator(f".answer.{side} :is(del, ins)").all_inner_texts()


Serve = Callable[..., str]


@pytest.fixture
def begun() -> Iterator[list[subprocess.Popen[str]]]:
    """The reviews of a test, which end with it."""
    processes = list[subprocess.Popen[str]]()
    yield processes
    for process in processes:
        end(process)


def end(review: subprocess.Popen[str]) -> None:
    review.send_signal(signal.SIGINT)
    review.communicate(timeout=60)


@pytest.fixture
def serve(pool: Path, begun: list[subprocess.Popen[str]]) -> Serve:
    def begin(*flags: str) -> str:
        command = [sys.executable, "-m", "evalharness", "review", *flags]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        begun.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=pool.parent, env=environment))
        assert begun[-1].stdout is not None
        return next(found[0] for line in begun[-1].stdout if (found := re.search(r"http://\S+", line)))

    return begin


def test_rows_are_accepted_edited_and_rejected_by_keys_alone(browser: Browser, serve: Serve, pool: Path) -> None:
    url = serve()
    opened = Reviewed(browser, url, WIDE)
    page = opened.page
    assert (opened.marked("first"), opened.marked("second")) == (["Lisbon"], ["Lisbom"])
    page.keyboard.press("a")
    opened.at(1)
    page.keyboard.press("e")
    expect(page.locator("#question")).to_be_focused()
    assert page.locator("#question").input_value() == SAID[1][1]
    page.keyboard.press("a")  # while a text is written, keys are letters
    page.locator("#question").fill(
        "From the main station in Zadar, which bus goes to the ferry, and when is the last one?"
    )
    page.keyboard.press("Control+Enter")
    opened.at(2)
    page.keyboard.press("r")
    opened.at(3)
    assert page.inner_text("#tally") == "1 accepted, 1 edited, 1 rejected, 0 left"
    states = [(row.state, row.reviewed) for row in Pool(pool) if row.kind != "given"]
    assert states == [("accepted", "accepted"), ("accepted", "edited"), ("rejected", "rejected")]
    assert opened.complaints == []
    assert {request.rpartition("rows/")[0] or request for request in opened.requests} == {url}


def test_back_says_what_was_said_and_the_last_word_holds(browser: Browser, serve: Serve, pool: Path) -> None:
    opened = Reviewed(browser, serve(), WIDE)
    page = opened.page
    expect(page.locator("#back")).to_be_disabled()
    page.locator("#accept").click()
    opened.at(1)
    page.keyboard.press("ArrowLeft")
    opened.at(0)
    assert page.inner_text(".outcome") == "✓ accepted"
    page.locator("#reject").click()
    opened.at(1)
    assert [row.state for row in Pool(pool) if row.kind != "given"] == ["rejected", "waiting", "waiting"]


def test_what_was_skipped_is_asked_again_at_the_end(browser: Browser, serve: Serve, pool: Path) -> None:
    opened = Reviewed(browser, serve(), WIDE)
    for place, key in enumerate("asa", start=1):
        opened.page.keyboard.press(key)
        opened.at(place)
    assert "1 left of which nothing was said: they do not train" in opened.page.inner_text("#row")
    opened.page.get_by_role("button", name="Look at them").click()
    opened.at(1)
    assert [row.state for row in Pool(pool) if row.kind != "given"] == ["accepted", "waiting", "accepted"]


def test_an_edit_may_be_given_up_and_one_that_will_not_do_says_why(browser: Browser, serve: Serve, pool: Path) -> None:
    opened = Reviewed(browser, serve(), WIDE)
    page = opened.page
    page.keyboard.press("e")
    page.locator("#answer").fill("Write to jan@poczta.pl.")
    page.locator("#save").click()
    expect(page.get_by_role("alert")).to_have_text("Not kept: personal data: an email address")
    page.locator("#answer").press("Escape")
    expect(page.locator("#answer")).to_have_count(0)
    page.keyboard.press("e")
    assert page.locator("#answer").input_value() == ASKED[0][1]
    assert all(row.reviewed is None for row in Pool(pool))


def test_a_sample_shows_why_and_ends_with_how_often_both_agree(browser: Browser, serve: Serve, pool: Path) -> None:
    first = next(iter(Pool(pool)))
    folder.add(pool, [replace(first, state="dropped", reason="a question of a suite: general, p1")])
    opened = Reviewed(browser, serve("--sample", "6"), WIDE)
    for place in range(6):
        is_dropped = opened.page.locator("#row .warning").count() == 1
        assert is_dropped == opened.page.locator("#row").get_by_text("general, p1").count()
        opened.page.keyboard.press("r" if is_dropped else "a")
        opened.at(place + 1)
    assert "agree on 6 of 6 rows (100%)" in opened.page.inner_text("#row")


def test_hostile_rows_run_nothing_and_fetch_nothing(browser: Browser, serve: Serve, pool: Path) -> None:
    origin = conversation(HOSTILE, HOSTILE)
    hostile = replace(rows.variant(origin, f"{HOSTILE} again", "typos", 0), reason=None)
    folder.add(pool, [origin, hostile])
    folder.add(pool, [replace(row, state="rejected") for row in Pool(pool) if row.kind != "given" and row != hostile])
    url = serve()
    opened = Reviewed(browser, url, PHONE)
    assert "<b>bold</b>" in opened.page.inner_text("#row")
    assert opened.page.title() != "owned"
    assert all(request.startswith(url) for request in opened.requests)
    assert opened.complaints == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_review_that_has_ended_says_so(
    browser: Browser, pool: Path, serve: Serve, begun: list[subprocess.Popen[str]]
) -> None:
    opened = Reviewed(browser, serve(), WIDE)
    end(begun[0])
    opened.page.keyboard.press("a")
    expect(opened.page.get_by_role("alert")).to_contain_text("the review has ended")
    assert all(row.reviewed is None for row in Pool(pool))


def test_a_screen_reader_finds_names_for_all_that_can_be_pressed(browser: Browser, serve: Serve) -> None:
    page = Reviewed(browser, serve(), WIDE).page
    for name in ("Back", "Skip", "Reject", "Edit", "Accept", "Show in dark colours"):
        assert page.get_by_role("button", name=name).count() == 1
    assert page.get_by_role("progressbar", name="Looked at").count() == 1
    assert page.get_by_role("heading", level=1).inner_text() == "1 of 3"
    page.keyboard.press("e")
    assert page.get_by_role("textbox", name="Question").count() == 1


@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [("review-light", WIDE, "light"), ("review-dark", WIDE, "dark"), ("review-phone", PHONE, "dark")],
)
def test_pictures_of_the_page(
    browser: Browser, serve: Serve, pictures: Path, name: str, size: dict[str, int], scheme: str
) -> None:
    opened = Reviewed(browser, serve(), size, scheme)
    opened.page.keyboard.press("a")
    opened.at(1)
    opened.page.screenshot(path=pictures / f"{name}.png")
    opened.page.keyboard.press("e")
    opened.page.locator("#question").wait_for()
    opened.page.screenshot(path=pictures / f"{name}-edit.png")
    assert opened.page.evaluate("document.documentElement.scrollWidth") == size["width"]
    assert opened.complaints == []


def test_the_picture_of_the_readme(browser: Browser, serve: Serve, pictures: Path) -> None:
    opened = Reviewed(browser, serve(), SMALL)
    opened.page.keyboard.press("a")
    opened.at(1)
    opened.page.screenshot(path=pictures / "review.png")
