"""A real deployment as local processes, made as a newcomer makes one: a fresh copy of the checkout, `make up`.

It is made once for all tests here, never touches the deployment of the checkout itself, and is taken down at the end.
"""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.newcomer import ROOT, Checkout, Done, copied, free_ports, until

UP_TIMEOUT = 1500  # seconds; a first `make up` downloads some gigabytes
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

LAST = ("test_own_model.py", "test_stopping.py")  # the one puts a model in the demo's place, the other ends it all


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that change the one deployment for good come after those that use it."""
    places = [place for place, item in enumerate(items) if item.path.parent == Path(__file__).parent]
    rank = {name: number for number, name in enumerate(LAST, start=1)}
    ordered = sorted((items[place] for place in places), key=lambda item: rank.get(item.path.name, 0))
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    ports = dict(zip(("base", "tuned", "webui"), free_ports(3), strict=True))
    checkout = copied(tmp_path_factory.mktemp("newcomer") / "tandem", ports, {"RUNTIME": "local"})
    yield checkout
    checkout.make("down")
    shutil.rmtree(checkout.root)


@dataclass
class Ups:
    """How the deployment came up: interrupted once, then run again, then run when all was up."""

    interrupted: Done
    first: Done
    second: Done


@pytest.fixture(scope="session")
def ups(checkout: Checkout) -> Ups:
    begun = time.monotonic()
    with checkout.start("make", "up") as process:
        until(
            lambda: (checkout.root / ".tandem" / "logs" / "merge.log").exists() or process.poll() is not None,
            UP_TIMEOUT,
        )
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        said, _ = process.communicate(timeout=120)
    interrupted = Done(said, process.returncode, time.monotonic() - begun)
    first = checkout.make("up", timeout=UP_TIMEOUT)
    return Ups(interrupted, first, checkout.make("up"))


@pytest.fixture(scope="session")
def deployment(checkout: Checkout, ups: Ups) -> Checkout:
    """The checkout with everything up."""
    assert ups.first.code == 0, ups.first.said
    return checkout


@pytest.fixture(scope="module")  # while it is open, nothing else in this thread may run an event loop
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots are kept: `make screenshots` puts them where the README shows them."""
    folder = ROOT / os.environ.get("TANDEM_SCREENSHOTS", ".tandem/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
