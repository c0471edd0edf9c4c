"""`make blind`: a link where Open WebUI runs, one line where it does not."""

import json

import pytest

from serve.commands import blind as command
from serve.errors import Failure, UsageError
from serve.paths import Paths
from serve.services import blind
from serve.settings import Settings


class Running:
    def __init__(self, state="ready"):
        self.state = state

    def states(self):
        return {"base": "ready", "tuned": "ready", "webui": self.state}

    def address(self, variant):
        return f"http://{variant}/v1"

    def version(self, variant):
        return f"{variant}-0"


@pytest.fixture
def installed(monkeypatch):
    """What was installed, with the deployment that runs."""
    seen = []
    monkeypatch.setattr(command, "runtime", lambda *_: Running())
    monkeypatch.setattr(blind, "install", lambda *about: seen.append(about))
    return seen


def test_it_puts_in_what_is_served_now_and_prints_the_link(installed, tmp_path, capsys):
    assert command.main(Settings(WEBUI_PORT=3456), Paths(tmp_path)) == 0
    assert capsys.readouterr().out == "http://127.0.0.1:3456/?models=blind.a,blind.b\n"
    ((url, email, _, folder, told),) = installed
    assert (url, email) == ("http://127.0.0.1:3456", Settings().WEBUI_EMAIL)
    assert folder == tmp_path / "images" / "webui" / "functions"
    assert told["blind"]["tuned_url"] == "http://tuned/v1"
    assert told["blind_vote"]["tuned_version"] == "tuned-0"
    assert told["blind"]["queue"] == {}  # what was put up before is taken down


def test_with_a_run_its_answers_are_put_up_and_counted_and_the_link_leads_to_them(installed, tmp_path, capsys):
    folder = tmp_path / "runs" / "20261121T120000-eval"
    folder.mkdir(parents=True)
    sides = [{"name": name, "version": f"{name} then"} for name in ("base", "tuned")]
    (folder / "run.json").write_text(json.dumps({"kind": "eval", "endpoints": sides}))
    asked = [{"suite": "s", "id": name, "messages": [{"role": "user", "content": name}]} for name in ("one", "two")]
    said = [
        {"suite": "s", "id": name, "endpoint": side, "answer": side if name == "one" else "the same", "error": None}
        for name in ("one", "two")
        for side in ("base", "tuned")
    ]
    for name, rows in (("prompts", asked), ("answers", said)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert command.main(Settings(WEBUI_PORT=3456, RUN="runs/20261121T120000-eval"), Paths(tmp_path)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 pair of answers of 20261121T120000-eval to vote on",
        "  left out: 1 answered the same by both",
        "http://127.0.0.1:3456/?models=blind.run&q=next",
    ]
    ((*_, told),) = installed
    assert told["blind"]["queue"] == told["blind_vote"]["queue"]
    assert told["blind"]["queue"]["versions"] == {"base": "base then", "tuned": "tuned then"}


def test_a_run_that_is_none_is_one_line_and_nothing_is_put_in(installed, tmp_path):
    with pytest.raises(UsageError, match="RUN names the folder of an eval run"):
        command.main(Settings(RUN="runs/none"), Paths(tmp_path))
    assert installed == []


@pytest.mark.usefixtures("installed")
def test_where_open_webui_does_not_run_it_says_what_starts_it(monkeypatch, tmp_path):
    monkeypatch.setattr(command, "runtime", lambda *_: Running("starting"))
    with pytest.raises(UsageError, match=r"^Open WebUI does not run; start it with `make up`$"):
        command.main(Settings(), Paths(tmp_path))


def raising(error):
    def install(*_):
        raise error

    return install


def test_a_password_that_was_changed_is_one_line_with_what_mends_it(monkeypatch, tmp_path):
    monkeypatch.setattr(blind, "install", raising(blind.SignInRefused()))
    with pytest.raises(UsageError, match=r"set WEBUI_PASSWORD in \.tandem/secrets\.env to the password"):
        command.put_in(Running(), Settings(), Paths(tmp_path))


def test_where_too_many_have_signed_in_it_says_so_waits_as_asked_and_tries_again(monkeypatch, tmp_path, capsys):
    said, slept = [blind.TooManySignIns(60), blind.TooManySignIns(5)], []
    monkeypatch.setattr(blind, "install", lambda *_: said and raising(said.pop(0))())
    monkeypatch.setattr(command.time, "sleep", slept.append)
    command.put_in(Running(), Settings(), Paths(tmp_path))
    assert slept == [60, 5]
    told = capsys.readouterr().out.splitlines()
    assert [line.rpartition("; ")[2] for line in told] == ["trying again in 60 s", "trying again in 5 s"]
    assert all("too many in the last minutes" in line for line in told)


@pytest.mark.parametrize(("asked_for", "waits"), [(60, [60] * 4), (3600, [])])
def test_it_waits_some_minutes_at_most_and_does_not_blame_the_password(monkeypatch, tmp_path, asked_for, waits):
    slept = []
    monkeypatch.setattr(blind, "install", raising(blind.TooManySignIns(asked_for)))
    monkeypatch.setattr(command.time, "sleep", slept.append)
    with pytest.raises(Failure, match=r"too many in the last minutes\. The password is not the reason; `make blind`"):
        command.put_in(Running(), Settings(), Paths(tmp_path))
    assert slept == waits


@pytest.mark.parametrize("error", [blind.SignInRefused(), Failure("Open WebUI takes no blind comparison: 404")])
def test_what_serves_both_models_does_not_fail_for_want_of_the_comparison(monkeypatch, tmp_path, capsys, error):
    monkeypatch.setattr(blind, "install", raising(error))
    command.put_in_if_it_can_be(Running(), Settings(), Paths(tmp_path))
    assert capsys.readouterr().out.startswith("Without the blind comparison: Open WebUI ")
