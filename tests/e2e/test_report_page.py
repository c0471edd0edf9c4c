"""The report in a real browser, opened from the disk as a person would."""

import argparse
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from evalharness import verdict_command
from tests.fixtures_runs import DEMO, Asked, eval_run, load_run

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
HOSTILE = "</script><img src=http://127.0.0.1:9/x onerror=document.title='owned'><b>bold</b>" + "W" * 400
# text and what it stands on, then marks that only have to be seen; ratios of WCAG 2.2, 1.4.3 and 1.4.11
READABLE = {
    4.5: [("ink", "paper"), ("soft", "paper"), ("soft", "raised"), ("ink", "unsettled-back")]
    + [(outcome, f"{outcome}-back") for outcome in ("met", "failed", "unsettled")],
    3.0: [("first", "paper"), ("second", "paper"), ("met", "paper"), ("failed", "paper"), ("unsettled", "paper")],
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    eval_run(root, DEMO)
    load_run(root)
    return report_of(root)


def report_of(root: Path) -> Path:
    parser = argparse.ArgumentParser()
    verdict_command.add_arguments(parser)
    verdict_command.main(parser.parse_args(["--runs", str(root)]))
    (path,) = root.glob("*-verdict/report.html")
    return path


class Opened:
    """A page and everything it complained of or asked for."""

    def __init__(self, browser: Browser, path: Path, size: dict[str, int], scheme: str = "light") -> None:
        self.page: Page = browser.new_page(viewport=size, color_scheme=scheme)
        self.page.set_default_timeout(60_000)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())

    def shown(self) -> tuple[int, int]:
        """How many prompts are listed, and how many match."""
        listed, matching = re.findall(r"\d+", self.page.inner_text("#shown"))
        assert self.page.locator("#prompts article").count() == int(listed)
        return int(listed), int(matching)


def test_it_opens_without_a_complaint_and_without_asking_for_anything(browser: Browser, report: Path) -> None:
    opened = Opened(browser, report, WIDE)
    assert opened.page.inner_text("h1").endswith("PASS")
    assert opened.complaints == []
    assert opened.requests == [report.as_uri()]


def test_the_filters_narrow_the_answers_together(browser: Browser, report: Path) -> None:
    opened = Opened(browser, report, WIDE)
    page = opened.page
    total = sum(suite.prompts for suite in DEMO)
    assert opened.shown()[1] == total

    page.select_option("#suite", "demo-prose")
    prose = next(suite for suite in DEMO if suite.suite == "demo-prose")
    assert opened.shown()[1] == prose.prompts

    page.select_option("#show", "differ")
    differing = opened.shown()[1]
    assert 0 < differing < prose.prompts
    for article in page.locator("#prompts article").all():
        one, other = article.locator(".answer").all()
        assert one.inner_text().split("\n")[-1] != other.inner_text().split("\n")[-1]

    page.select_option("#show", "split")
    assert 0 < opened.shown()[1] <= differing
    for article in page.locator("#prompts article").all():
        marks = {mark.inner_text() for mark in article.locator(".outcome").all()}
        assert marks == {"✓ right", "✕ wrong"}

    page.select_option("#suite", "")
    page.select_option("#show", "all")
    page.fill("#search", "BARBEVALE")
    found, matching = opened.shown()
    assert 0 < matching < total
    assert all("Barbevale" in article.inner_text() for article in page.locator("#prompts article").all())
    page.fill("#search", "no prompt says this")
    assert opened.shown() == (0, 0)
    assert found
    assert page.locator("#more").is_hidden()


def test_answers_that_differ_are_found_although_both_are_wrong(browser: Browser, tmp_path: Path) -> None:
    eval_run(tmp_path, [Asked("letters", "superiority", 30, 0, 0)], answer=lambda endpoint, text: endpoint + text)
    opened = Opened(browser, report_of(tmp_path), WIDE)
    for show, matching in (("all", 30), ("differ", 30), ("split", 0)):
        opened.page.select_option("#show", show)
        assert opened.shown()[1] == matching


def test_more_answers_come_a_page_at_a_time_to_the_last(browser: Browser, report: Path) -> None:
    opened = Opened(browser, report, WIDE)
    opened.page.select_option("#suite", "demo-unseen")
    before, total = opened.shown()
    while opened.page.locator("#more").is_visible():
        opened.page.click("#more")
        now, _ = opened.shown()
        assert before < now <= total
        before = now
    assert before == total


def test_hostile_answers_are_shown_and_never_run(browser: Browser, tmp_path: Path) -> None:
    eval_run(tmp_path, [Asked("letters", "superiority", 30, 0, 1)], answer=lambda *_: HOSTILE)
    path = report_of(tmp_path)
    for size in (WIDE, PHONE):
        opened = Opened(browser, path, size)
        assert opened.page.locator("#prompts pre").first.inner_text() == HOSTILE
        assert opened.page.locator("#prompts img, #prompts b").count() == 0
        assert opened.page.title() != "owned"
        assert len(opened.requests) == 1
        assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_its_own_security_policy_stops_a_script_that_slipped_in(browser: Browser, report: Path, tmp_path: Path) -> None:
    tampered = tmp_path / "report.html"
    extra = "<script>document.title = 'owned'</script><img src='http://127.0.0.1:9/x'></body>"
    tampered.write_text(report.read_text().replace("</body>", extra))
    opened = Opened(browser, tampered, WIDE)
    assert opened.page.title() != "owned"
    assert opened.complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, report: Path, scheme: str) -> None:
    opened = Opened(browser, report, PHONE, scheme)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_readable_on_what_they_stand_on(browser: Browser, report: Path, scheme: str) -> None:
    page = Opened(browser, report, WIDE, scheme).page

    def luminance(name: str) -> float:
        value = page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}')").strip()
        channels = [int(value[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert (luminance("paper") > 0.5) == (scheme == "light")
    for least, pairs in READABLE.items():
        for pair in pairs:
            dark, light = sorted(map(luminance, pair))
            assert (light + 0.05) / (dark + 0.05) >= least, pair


def test_ten_thousand_answers_stay_quick(browser: Browser, tmp_path: Path) -> None:
    eval_run(tmp_path, [Asked("many", "superiority", 5000, 0.2, 0.9)])
    opened = Opened(browser, report_of(tmp_path), WIDE)
    assert opened.shown()[1] == 5000
    assert opened.page.evaluate("document.querySelectorAll('*').length") < 2000
    opened.page.evaluate("window.began = performance.now()")
    opened.page.fill("#search", "urkiport")
    assert 0 < opened.shown()[1] < 5000
    assert opened.page.evaluate("performance.now() - began") < 5000  # tenths of a second on an idle machine


def test_print_leaves_out_what_only_a_screen_can_use(browser: Browser, report: Path) -> None:
    page = Opened(browser, report, WIDE).page
    page.emulate_media(media="print")
    assert page.locator(".controls").is_hidden()
    assert page.locator("nav").is_hidden()
    assert page.locator(".reasons").is_visible()


def test_a_screen_reader_finds_names_for_controls_charts_and_tables(browser: Browser, report: Path) -> None:
    page = Opened(browser, report, WIDE).page
    for role, name in (("searchbox", "Search"), ("combobox", "Suite"), ("combobox", "Show")):
        assert page.get_by_role(role, name=name).count() == 1
    assert page.get_by_role("img").count() == 4
    assert all(chart.get_attribute("aria-label") for chart in page.get_by_role("img").all())
    levels = [int(tag[1]) for tag in page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => h.tagName)")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_what_the_page_lists_is_what_the_run_holds(browser: Browser, tmp_path: Path) -> None:
    folder = eval_run(tmp_path, [Asked("letters", "superiority", 12, 0.25, 0.75)])
    page = Opened(browser, report_of(tmp_path), WIDE).page
    said = [json.loads(line)["answer"] for line in (folder / "answers.jsonl").read_text().splitlines()]
    assert sorted(page.locator("#prompts pre").all_inner_texts()) == sorted(said)
    right = sum(json.loads(line)["right"] for line in (folder / "answers.jsonl").read_text().splitlines())
    assert page.locator("#prompts .outcome.met").count() == right
