"""The report in a real browser, opened from the disk as a person would."""

import argparse
import json
import random
import re
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from evalharness.commands import verdict
from evalharness.report import selection
from evalharness.runs.typed import as_json
from tests.fixtures_runs import DEMO, ENDPOINTS, Asked, eval_run, factorial_summary, judge_run, load_run
from tests.parts import failed

LONGEST_OPENING = 1000  # milliseconds, the quickest of some: a machine that tests other things too has slow moments
LONGEST_WORK = 5000  # of a page at whatever it is asked to do, on such a machine
OPENINGS = 5
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
HOSTILE = "</script><img src=http://127.0.0.1:9/x onerror=document.title='owned'><b>bold</b>" + "W" * 400
# text and what it stands on, then marks that only have to be seen; ratios of WCAG 2.2, 1.4.3 and 1.4.11
READABLE = {
    4.5: [("ink", "paper"), ("soft", "paper"), ("soft", "raised"), ("ink", "unsettled-back")]
    + [("ink", "first-back"), ("ink", "second-back"), ("failed", "paper")]
    + [(outcome, f"{outcome}-back") for outcome in ("met", "failed", "unsettled")],
    3.0: [("first", "paper"), ("second", "paper"), ("met", "paper"), ("failed", "paper"), ("unsettled", "paper")],
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    eval_run(root, DEMO)
    load_run(root)
    return report_of(root)


VARIED = (
    Asked(
        "reworded",
        "superiority",
        40,
        0.3,
        0.8,
        "JSON asked in other words",
        variants=("typos", "polite", "counter-order"),
    ),
    Asked("close", "descriptive", 30, 0.4, 0.7, "Prose held against references", margin=None, form="scored"),
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report that has every section there is."""
    root = tmp_path_factory.mktemp("full")
    folder = eval_run(
        root,
        (*DEMO, *VARIED),
        error=lambda name, n: failed("timeout", "no byte for 300 s") if name == "base" and n == 0 else None,
    )
    judge_run(folder)
    summary, about = (json.loads((folder / name).read_text()) for name in ("summary.json", "run.json"))
    four = {"base-fp": 0.02, "base-int4": 0.0, "tuned-fp": 0.97, "tuned-int4": 0.95}
    summary["factorial"] = factorial_summary(four).factorial
    template = {"what": "chat template", "base": "<s>[INST]", "tuned": "<s>User:", "matters": True}
    template["between"] = ["base", "tuned"]
    about["fairness"] = {
        "read": {},
        "differences": [template],
        "unknown": [{"what": "KV cache", "endpoints": ["base"]}],
    }
    for name, content in (("summary.json", summary), ("run.json", about)):
        (folder / name).write_text(json.dumps(content, default=as_json))
    load_run(root)
    return report_of(root, "--webui", "http://127.0.0.1:3000")


def report_of(root: Path, *flags: str) -> Path:
    parser = argparse.ArgumentParser()
    verdict.add_arguments(parser)
    verdict.main(parser.parse_args(["--runs", str(root), *flags]))
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


ALPHABETS = (
    "مرحبا بالعالم، 3.14 هنا",
    "今天天气很好" * 60,
    "a\u202eb\u2066c",
    "<!--<script>",
    "W" * 3000,
    "\u2028\u0000",
)


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_any_alphabet_and_any_name_keep_the_page_in_shape(
    browser: Browser, tmp_path: Path, size: dict[str, int]
) -> None:
    said = cycle(ALPHABETS)
    names = ("meta-llama-3-8b-instruct-gptq-int4", "supportdeskadapterthathasalongnamewithoutanyhyphen")
    endpoints = [{**one, "name": name, "model": "m" * 120} for one, name in zip(ENDPOINTS, names, strict=True)]
    suites = [Asked("s" * 80, "superiority", 12, 0.1, 0.8, "T" * 150, variants=("typos",))]
    eval_run(tmp_path, suites, endpoints, answer=lambda *_: next(said))
    load_run(tmp_path, endpoints, seconds=8)
    opened = Opened(browser, report_of(tmp_path), size)
    assert opened.complaints == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") == size["width"]
    shown = set(opened.page.locator("#prompts pre").evaluate_all("views => views.map(view => view.textContent)"))
    assert shown == set(ALPHABETS)
    arabic = opened.page.locator("#prompts pre", has_text="مرحبا").first
    assert arabic.evaluate("view => getComputedStyle(view).direction") == "rtl"


def test_a_run_without_room_on_the_page_says_what_is_listed(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MOST_ANSWERS", 60)
    folder = eval_run(tmp_path, [Asked("many", "superiority", 200, 0.2, 0.7, variants=("typos",))])
    opened = Opened(browser, report_of(tmp_path), WIDE)
    assert "15 of 200 prompts" in opened.page.inner_text("#room")
    assert f"{folder.name}/answers.jsonl" in opened.page.inner_text("#room")
    assert opened.shown() == (15, 15)
    assert "of those on this page" in opened.page.inner_text("#shown")
    for show in ("split", "wrong"):
        opened.page.select_option("#show", show)
        assert opened.shown()[1] > 0


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
    check_contrast(Opened(browser, report, WIDE, scheme).page, scheme)


def check_contrast(page: Page, scheme: str) -> None:
    def luminance(name: str) -> float:
        drawn = (
            f"const e = document.querySelector('footer'); e.style.color = 'var(--{name})'; getComputedStyle(e).color"
        )
        channels = [int(channel) / 255 for channel in re.findall(r"\d+", page.evaluate(drawn))[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert (luminance("paper") > 0.5) == (scheme == "light")
    for least, pairs in READABLE.items():
        for pair in pairs:
            dark, light = sorted(map(luminance, pair))
            assert (light + 0.05) / (dark + 0.05) >= least, pair


@pytest.mark.parametrize("characters", [0, 2000])
def test_ten_thousand_answers_stay_quick(browser: Browser, tmp_path: Path, characters: int) -> None:
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 10))) for _ in range(3000)]

    def longer(_: str, text: str) -> str:
        return f"{text} {' '.join(draw.choices(words, k=characters // 7))}"

    eval_run(tmp_path, [Asked("many", "superiority", 5000, 0.2, 0.9)], answer=longer)
    path = report_of(tmp_path)
    timing = """Math.max(
        performance.getEntriesByType("navigation")[0].loadEventEnd,
        performance.getEntriesByName("answers-listed")[0].startTime)"""
    openings = []
    for _ in range(OPENINGS):
        opened = Opened(browser, path, WIDE)
        openings.append(opened.page.evaluate(timing))
    assert opened.shown()[1] == 5000
    took = ", ".join(f"{opening:.0f}" for opening in openings)
    print(f"{characters} characters more an answer: opened in {took} ms, {path.stat().st_size / 1e6:.1f} MB")
    assert min(openings) < LONGEST_OPENING
    assert opened.page.evaluate("document.querySelectorAll('*').length") < 2000
    opened.page.evaluate("window.began = performance.now()")
    opened.page.fill("#search", "urkiport")
    assert 0 < opened.shown()[1] < 5000
    assert opened.page.evaluate("performance.now() - began") < LONGEST_WORK


def test_print_leaves_out_what_only_a_screen_can_use(browser: Browser, report: Path) -> None:
    page = Opened(browser, report, WIDE).page
    page.emulate_media(media="print")
    for leftover in ("#search", "#suite", "#mark", "#more", "nav", "#theme"):
        assert page.locator(leftover).is_hidden()
    assert page.locator(".reasons").is_visible()
    assert "of 530 prompts shown" in page.inner_text("#shown")  # the others are not on paper


def test_a_screen_reader_finds_names_for_controls_charts_and_tables(browser: Browser, report: Path) -> None:
    page = Opened(browser, report, WIDE).page
    for role, name in (
        ("searchbox", "Search"),
        ("combobox", "Suite"),
        ("combobox", "Show"),
        ("combobox", "Failure"),
        ("checkbox", "Mark what differs"),
        ("button", "Show in dark colours"),
    ):
        assert page.get_by_role(role, name=name).count() == 1
    assert page.get_by_role("img").count() == 5
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


def marked(page: Page, side: str) -> list[list[str]]:
    """Of each listed pair, the words that are marked on that side."""
    return [
        article.locator(f".answer.{side} :is(del, ins)").all_inner_texts()
        for article in page.locator("#prompts article").all()
    ]


def test_words_that_differ_are_marked_and_only_they(browser: Browser, tmp_path: Path) -> None:
    prose = [Asked("prose", "non-inferiority", 12, 1, 0.5, form="prose")]
    eval_run(tmp_path, prose)
    page = Opened(browser, report_of(tmp_path), WIDE).page
    page.select_option("#show", "split")
    assert marked(page, "first") == [["metres"]] * 6
    assert marked(page, "second") == [["feet"]] * 6
    page.select_option("#show", "right")
    assert marked(page, "first") == marked(page, "second") == [[]] * 6
    page.select_option("#show", "all")
    page.uncheck("#mark")
    assert page.locator("#prompts :is(del, ins)").count() == 0
    assert page.locator("#prompts article").count() == 12  # the list stays where it was


@pytest.mark.parametrize(
    ("one", "other", "left", "right"),
    [
        ("the cat sat", "the dog sat", ["cat"], ["dog"]),
        ("a b c d", "a b c d e f", [], ["e f"]),
        ("same words,  other\nspace", "same words, other space", [], []),
        ("天気は良い", "天気は悪い", ["良"], ["悪"]),
        ("nothing in common here", "etwas ganz anderes da", None, None),
        ("equal", "equal", None, None),
        ("", "said something", None, None),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 3}', ["2"], ["3"]),
    ],
)
def test_the_word_diff(
    browser: Browser, report: Path, one: str, other: str, left: list[str] | None, right: list[str] | None
) -> None:
    page = Opened(browser, report, WIDE).page
    runs = page.evaluate("([one, other]) => wordDiff(one, other)", [one, other])
    if left is None:
        assert runs is None
        return
    for text, found, different in zip((one, other), runs, (left, right), strict=True):
        assert "".join(run for run, _ in found) == text
        assert [run for run, both in found if not both] == different


def test_long_answers_that_differ_from_end_to_end_are_compared_at_once(browser: Browser, report: Path) -> None:
    page = Opened(browser, report, WIDE).page
    spent = page.evaluate(
        """() => {
            const words = (seed) => Array.from({ length: 20000 }, (_, i) => `w${(i * seed) % 997}`).join(" ");
            const began = performance.now();
            wordDiff(words(7), words(11));
            return performance.now() - began;
        }"""
    )
    assert spent < LONGEST_WORK


def test_filters_by_failure_and_outcome(browser: Browser, full: Path) -> None:
    opened = Opened(browser, full, WIDE)
    page = opened.page
    page.select_option("#suite", "demo-prose")
    page.select_option("#failure", "fact")
    assert opened.shown()[1] > 0
    assert all("equals: fact" in article.inner_text() for article in page.locator("#prompts article").all())
    page.select_option("#failure", "format")
    assert opened.shown()[1] == 0
    page.select_option("#failure", "")
    page.select_option("#show", "silent")
    assert opened.shown() == (1, 1)
    assert "no byte for 300 s" in page.locator("#prompts article").inner_text()
    total = 0
    page.select_option("#suite", "close")
    for show in ("gained", "lost", "right", "wrong", "silent"):
        page.select_option("#show", show)
        total += opened.shown()[1]
    assert total == 30


def test_variants_are_folded_under_their_original_and_found_there(browser: Browser, full: Path) -> None:
    opened = Opened(browser, full, WIDE)
    page = opened.page
    page.select_option("#suite", "reworded")
    assert opened.shown()[1] == 40
    assert page.locator("#prompts .variant").count() == 0  # drawn when they are looked at
    first = page.locator("#prompts article").nth(1)
    first.locator("summary").click()
    assert first.locator(".variant h4").all_inner_texts() == ["typos", "polite", "counter-order"]
    assert first.locator(".variant .answer").count() == 6
    assert "Well," in first.locator(".variant mark").first.inner_text()

    page.select_option("#variant", "polite")
    assert opened.shown()[1] == 40
    assert set(page.locator("#prompts .variant h4").all_inner_texts()) == {"polite"}
    page.select_option("#variant", "originals")
    assert page.locator("#prompts .variants").count() == 0
    page.select_option("#variant", "")
    page.fill("#search", "well, could you")  # said in variants only
    assert opened.shown()[1] == 40
    assert page.locator("#prompts details[open]").count() == 20


def test_a_prompt_links_to_the_same_pair_in_open_webui(browser: Browser, full: Path, report: Path) -> None:
    page = Opened(browser, full, WIDE).page
    article = page.locator("#prompts article").first
    asked = article.locator(".message").inner_text()
    url = urlsplit(article.get_by_role("link", name="Ask both again in Open WebUI").get_attribute("href") or "")
    assert (url.scheme, url.netloc, url.path) == ("http", "127.0.0.1:3000", "/")
    assert parse_qs(url.query) == {"models": ["tandem-demo,tandem-demo-json"], "q": [asked]}
    assert Opened(browser, report, WIDE).page.get_by_role("link", name="Open WebUI").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reader_may_choose_the_other_colours_and_the_page_remembers(
    browser: Browser, report: Path, scheme: str
) -> None:
    page = Opened(browser, report, WIDE, scheme).page

    def is_dark() -> bool:
        return sum(map(int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor")))) < 200

    assert is_dark() == (scheme == "dark")
    page.locator("#theme").press("Enter")
    assert is_dark() == (scheme == "light")
    page.reload()
    assert is_dark() == (scheme == "light")
    page.emulate_media(media="print")
    assert not is_dark()


def test_every_section_is_there_and_none_is_wider_than_a_phone(browser: Browser, full: Path) -> None:
    opened = Opened(browser, full, PHONE)
    page = opened.page
    names = page.get_by_role("heading", level=2).all_inner_texts()
    assert names == [
        "Reasons",
        "What was compared",
        "Quality",
        "Failures",
        "Robustness",
        "Tuning and quantization",
        "Judge",
        "Load",
        "Answers",
    ]
    assert "Not a fair fight" in page.locator("header.verdict").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert opened.complaints == []
    for link in page.locator("nav a").all():
        assert page.locator(f"[id='{(link.get_attribute('href') or '')[1:]}']").count() == 1


def test_everything_can_be_reached_with_the_keyboard(browser: Browser, full: Path) -> None:
    page = Opened(browser, full, WIDE).page
    page.locator("#search").focus()
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert reached[:5] == ["suite", "show", "failure", "variant", "mark"]
    page.locator("#more").press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H3"  # the first of those that were added


@pytest.mark.parametrize(
    ("name", "size", "scheme", "media"),
    [
        ("light", WIDE, "light", "screen"),
        ("dark", WIDE, "dark", "screen"),
        ("phone", PHONE, "light", "screen"),
        ("print", {"width": 794, "height": 1123}, "dark", "print"),
    ],
)
def test_pictures_of_the_whole_page(
    browser: Browser, full: Path, pictures: Path, name: str, size: dict[str, int], scheme: str, media: Any
) -> None:
    opened = Opened(browser, full, size, scheme)
    opened.page.emulate_media(media=media)
    opened.page.select_option("#suite", "reworded", force=True)  # print hides it
    opened.page.locator("#prompts summary").first.click()
    opened.page.screenshot(path=pictures / f"report-{name}.png", full_page=True)
    assert opened.complaints == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") == size["width"]
