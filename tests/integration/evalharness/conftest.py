"""The scripted server, listening, and an eval command that asks it; and what all simulations come to, made once."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from evalharness.client import asking
from evalharness.commands.simulate import RUNS, made
from evalharness.simulation.everything import Tables
from tests.integration.evalharness.scripted import KEY, Server, endpoint_flags


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(asking, "FIRST_PAUSE_SECONDS", 0.01)
    with Server() as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield running
        running.released.set()
        running.shutdown()


@pytest.fixture(scope="session")
def simulated() -> Tables:
    """All that `make simulate` prints, of as many runs: the pages show it, and the promises are held against it."""
    return made(RUNS)


@pytest.fixture
def command(server: Server, tmp_path: Path) -> list[str]:
    """An eval of six prompts, one a check for JSON, that the base fails and the tuned model passes."""
    prompts = [
        {
            "id": f"p{number}",
            "messages": [{"role": "user", "content": f"Question {number}"}],
            "checks": [{"type": "json_valid"}],
        }
        for number in range(6)
    ]
    suite = {
        "suite": "own",
        "version": 1,
        "title": "JSON [or not]",
        "purpose": "superiority",
        "margin": 0.1,
        "sampling": {"max_tokens": 8, "stop": ["."]},
        "prompts": prompts,
    }
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(suite))
    (tmp_path / "key").write_text(KEY)
    flags = [
        "eval",
        "--suites",
        str(tmp_path / "own.yaml"),
        "--runs",
        str(tmp_path / "runs"),
        "--concurrency",
        "3",
    ]
    return [*flags, *endpoint_flags(server, tmp_path)]
