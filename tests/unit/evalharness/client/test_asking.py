import json
from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from evalharness.client import asking
from evalharness.client.asking import Asker, Failed, Said
from evalharness.client.endpoints import Endpoint

BASE = Endpoint("base", "http://a/v1", "m", key="sk-a-key")


class Scripted(Asker):
    """Asks nobody: each attempt lasts as long as the script says, on a clock of its own, and then fails or not."""

    def __init__(self, script: Iterable[tuple[float, str | None]], monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__({})
        self.script, self.now = iter(script), 1000.0
        clock = SimpleNamespace(sleep=self.sleep, **dict.fromkeys(("time", "monotonic", "perf_counter"), self.read))
        monkeypatch.setattr(asking, "time", clock)

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def chat(self, endpoint: Endpoint, _: Mapping[str, Any]) -> Said:
        seconds, kind = next(self.script)
        self.sleep(seconds)
        if kind:
            raise Failed(endpoint, kind, "")
        return Said()


def test_an_answer_that_took_long_before_its_server_died_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Scripted([(2 * asking.PATIENCE_SECONDS, "connection"), (1, None)], monkeypatch).ask(BASE, {})
    assert (row.attempts, row.seconds, row.error) == (2, 1, None)


def test_a_question_is_given_up_when_patience_has_passed_since_it_first_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    asker = Scripted([(500, "connection"), *[(0, "connection")] * 1000], monkeypatch)
    row = asker.ask(BASE, {})
    assert row.error and row.error.kind == "connection"
    since_the_first_failure = asker.now - 1500
    assert asking.PATIENCE_SECONDS - asking.LONGEST_PAUSE_SECONDS <= since_the_first_failure <= asking.PATIENCE_SECONDS


def test_the_detail_of_a_failure_is_short_and_holds_no_part_of_the_key() -> None:
    assert Failed(BASE, "http_500", "." * 497 + BASE.key).detail == "." * 497 + "(th"


@pytest.mark.parametrize(("content", "answer"), [("Hi", "Hi"), ("", ""), (None, ""), ("\ud800", "?")])
def test_an_answer_is_the_text_that_was_sent_and_null_is_an_empty_one(content: str | None, answer: str) -> None:
    assert asking._said(BASE, completion(content)).answer == answer


@pytest.mark.parametrize("content", [False, 0, [], {}, 12, ["Hi"], [{"type": "text", "text": "Hi"}]])
def test_what_is_no_text_is_malformed_and_no_empty_answer(content: Any) -> None:
    with pytest.raises(Failed, match="malformed"):
        asking._said(BASE, completion(content))


def completion(content: Any) -> bytearray:
    return bytearray(json.dumps({"choices": [{"message": {"content": content}}]}).encode())
