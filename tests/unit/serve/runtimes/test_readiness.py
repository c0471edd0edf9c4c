"""Waiting until what was started answers, and what is said where it does not."""

from dataclasses import replace

import pytest

from serve.errors import Failure
from serve.runtimes import readiness
from serve.runtimes.readiness import Started, await_chat, await_ready
from serve.services import health
from serve.settings import Settings
from serve.steps import NotAwaited


class Report:
    """Of a step: what was told, and whether another has failed."""

    def __init__(self, over=False):
        self.told, self.over = [], over

    def __call__(self, line):
        self.told.append(line)


class Service:
    """One that answers at the given look, and that was stopped or not."""

    def __init__(self, monkeypatch, answers_at):
        self.looks, self.clock, self.stopped = 0, 0.0, 0
        monkeypatch.setattr(readiness.time, "sleep", self.pass_by)
        monkeypatch.setattr(readiness.time, "monotonic", lambda: self.clock)
        self.started = Started(
            "base",
            "/logs/base.log",
            ready=lambda: self.looks >= answers_at,
            ended=lambda: False,
            stop=self.stop,
            lines=lambda: ["ValueError: too long", f"look {self.looks}"],
        )

    def pass_by(self, seconds):
        self.looks += 1
        self.clock += seconds

    def stop(self):
        self.stopped += 1


@pytest.fixture
def service(monkeypatch):
    return lambda answers_at: Service(monkeypatch, answers_at)


def test_it_returns_when_the_service_answers_and_tells_its_log_until_then(service):
    report = Report()
    await_ready(service(3).started, report)
    assert report.told == ["look 0", "look 1", "look 2"]


def test_one_that_ended_is_stopped_and_its_error_told_with_its_log(service):
    broken = service(10**9)
    with pytest.raises(Failure, match=r"^base does not start: ValueError: too long; see /logs/base\.log$"):
        await_ready(replace(broken.started, ended=lambda: broken.looks > 1), Report())
    assert broken.stopped == 1


def test_what_a_runtime_knows_better_than_the_log_is_told_instead(service):
    started = replace(service(10**9).started, ended=lambda: True, why=lambda: "it ran out of memory")
    with pytest.raises(Failure, match=r"^base does not start: it ran out of memory; see"):
        await_ready(started, Report())


def test_one_that_never_answers_is_given_half_an_hour(service):
    slow = service(10**9)
    with pytest.raises(Failure, match=r"base has not answered within 1800 s; see /logs/base\.log"):
        await_ready(slow.started, Report())
    assert 1800 <= slow.clock < 1802
    assert slow.stopped == 0  # it may yet


def test_nothing_is_waited_for_once_another_step_failed(service):
    with pytest.raises(NotAwaited):
        await_ready(service(10**9).started, Report(over=True))


@pytest.mark.parametrize("passed_on", [True, False])
def test_the_last_word_is_a_chat_through_open_webui(service, monkeypatch, passed_on):
    asked = []
    monkeypatch.setattr(health, "webui_chats", lambda *about: asked.append(about) or passed_on)
    chat = lambda: await_chat(service(0).started, Settings(WEBUI_PORT=3001), "secret", Report())  # noqa: E731
    if passed_on:
        chat()
    else:
        with pytest.raises(Failure, match=r"passes no chat on to base and tuned; see /logs/base\.log"):
            chat()
    assert asked == [("http://127.0.0.1:3001", "admin@tandem.local", "secret", ("base", "tuned"))]
