"""Plain Locust against the real deployment: its page under load, and the picture of it."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from tests.newcomer import Checkout, free_ports, until

LOCUST = (".tandem/environments/harness/bin/locust", "-f", "evalharness/load/plain/locustfile.py")


@pytest.fixture(scope="module")
def page_of_locust(deployment: Checkout) -> Iterator[str]:
    (port,) = free_ports(1)
    with deployment.start(*LOCUST, "--web-port", str(port)) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            until(lambda: process.poll() is not None or answers(url), 180)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


@pytest.mark.alone
def test_locusts_own_page_shows_both_models_under_load(page_of_locust: str, browser: Browser, pictures: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 760}, color_scheme="light")
    page.goto(page_of_locust)
    page.fill("input[name=userCount]", "8")
    page.fill("input[name=spawnRate]", "8")
    page.get_by_role("button", name="Start").click()
    until(lambda: answered(page_of_locust) >= 300, 240)
    page.get_by_role("tab", name="Charts").click()
    page.wait_for_timeout(3000)  # they are drawn in steps
    page.screenshot(path=pictures / "locust-charts.png")
    page.get_by_role("tab", name="Statistics").click()
    page.wait_for_timeout(500)
    page.screenshot(path=pictures / "locust.png")
    shown = page.locator("body").inner_text()
    page.close()
    assert all(words in shown for words in ("base", "tuned", "answer", "first token", "per token"))
    found = requests.get(f"{page_of_locust}/stats/requests", timeout=10).json()
    assert found["fail_ratio"] == 0


def answered(url: str) -> int:
    found = requests.get(f"{url}/stats/requests", timeout=10).json()
    return sum(entry["num_requests"] for entry in found["stats"] if entry["method"] == "answer")
