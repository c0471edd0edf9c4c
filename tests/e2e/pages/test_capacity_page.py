"""A capacity run's page, and what a verdict's report shows of it, in a real browser, opened from the disk."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from evalharness.verdict.policy import FOLDER
from tests.e2e.pages.test_report_page import PHONE, WIDE, Opened, check_contrast, report_of
from tests.fixtures_runs import DEMO, capacity_run, eval_run, load_run

CLIPPED = """[...document.querySelectorAll('svg')].flatMap((chart) => {
    const frame = chart.getBoundingClientRect();
    return [...chart.querySelectorAll('text')].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
    }).map((text) => text.textContent);
})"""
OVERLAPPING = """[...document.querySelectorAll('svg')].flatMap((chart) => {
    const boxes = [...chart.querySelectorAll('text')].map((text) => text.getBoundingClientRect());
    return boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) =>
        one.left < other.right && other.left < one.right && one.top + 3 < other.bottom && other.top + 3 < one.bottom));
}).length"""


HIDDEN = "[...document.querySelectorAll('.scroll')].filter((table) => table.scrollWidth > table.clientWidth).length"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a verdict whose policy asks for a share of the base's capacity."""
    root = tmp_path_factory.mktemp("runs")
    eval_run(root, DEMO)
    load_run(root)
    capacity_run(root)
    (root / "policy.yaml").write_text((FOLDER / "default.yaml").read_text() + "\ncapacity: {at_least: 0.5}\n")
    return report_of(root, "--policy", str(root / "policy.yaml"))


@pytest.fixture(scope="module")
def capacity(report: Path) -> Path:
    (path,) = report.parents[1].glob("*-capacity/capacity.html")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_without_a_complaint_without_asking_for_anything_and_in_colours_that_can_be_read(
    browser: Browser, capacity: Path, scheme: str
) -> None:
    opened = Opened(browser, capacity, WIDE, scheme)
    assert opened.page.inner_text("h1") == "How much base and tuned bear"
    assert opened.complaints == []
    assert opened.requests == [capacity.as_uri()]
    check_contrast(opened.page, scheme)


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_neither_page_scrolls_sideways_nor_cuts_off_what_a_chart_says(
    browser: Browser, capacity: Path, report: Path, size: dict[str, int]
) -> None:
    for path in (capacity, report):
        page = Opened(browser, path, size).page
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
        assert page.evaluate(CLIPPED) == []
    assert Opened(browser, capacity, size).page.evaluate(OVERLAPPING) == 0


def test_on_a_wide_screen_every_column_of_every_table_is_in_sight(browser: Browser, capacity: Path) -> None:
    assert Opened(browser, capacity, WIDE).page.evaluate(HIDDEN) == 0


def test_the_report_leads_to_every_probe_behind_its_figures(browser: Browser, capacity: Path, report: Path) -> None:
    page = Opened(browser, report, WIDE).page
    page.get_by_role("link", name="Capacity").click()
    page.get_by_role("link", name="Every probe").click()
    assert page.url == capacity.as_uri()
    assert page.get_by_role("table").first.locator("tbody tr").count() == 10


def test_a_screen_reader_finds_names_for_charts_and_tables(browser: Browser, capacity: Path) -> None:
    page = Opened(browser, capacity, WIDE).page
    charts = page.get_by_role("img").all()
    assert len(charts) == 6
    assert all(chart.get_attribute("aria-label") for chart in charts)
    assert page.get_by_role("region").count() >= 2


@pytest.mark.parametrize(
    ("name", "size", "scheme"), [("light", WIDE, "light"), ("dark", WIDE, "dark"), ("phone", PHONE, "light")]
)
def test_pictures_of_the_whole_page(
    browser: Browser, capacity: Path, pictures: Path, name: str, size: dict[str, int], scheme: str
) -> None:
    opened = Opened(browser, capacity, size, scheme)
    opened.page.screenshot(path=pictures / f"capacity-{name}.png", full_page=True)
    assert opened.complaints == []
