"""From Open WebUI's chats and votes to rows, votes and a verdict, by the commands: by its API, and by its files."""

import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from http.server import ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from evalharness.__main__ import main
from evalharness.pool.folder import Pool
from evalharness.runs.jsonl import read_rows
from evalharness.runs.rows.eval import PromptRow
from evalharness.runs.rows.judged import VoteRow
from tests import fixtures_runs
from tests.fixtures_runs import Asked
from tests.json_server import JsonHandler, running
from tests.webui_export import Row, blind, chat, compared, thumb

EMAIL, PASSWORD, SECRET = "admin@tandem.local", "a long password", "what is drawn by"
FEW = ("--suites", "general")  # to read all that ship takes seconds


class WebUI(ThreadingHTTPServer):
    """Two exports and a sign-in, as Open WebUI answers them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Export)
        self.exports: dict[str, Any] = {"chats/all/db": [], "evaluations/feedbacks/all/export": []}
        self.too_many = 0  # sign-ins that are refused for now

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def has(self, chats: list[Row], votes: list[Row]) -> None:
        self.exports = dict(zip(self.exports, (chats, votes), strict=True))


class Export(JsonHandler):
    server: WebUI

    def do_POST(self) -> None:
        given = self.body()
        if self.server.too_many:
            self.server.too_many -= 1
            self.reply(429, {"detail": "Too many attempts."})
            return
        right = self.path == "/api/v1/auths/signin" and given == {"email": EMAIL, "password": PASSWORD}
        self.reply(*((200, {"token": "t"}) if right else (400, {"detail": "The email or password is incorrect."})))

    def do_GET(self) -> None:
        signed_in = self.headers["Authorization"] == "Bearer t"
        found = self.server.exports.get(self.path.removeprefix("/api/v1/"))
        self.reply(*((200, found) if signed_in and found is not None else (401, {"detail": "Not authenticated"})))


@pytest.fixture
def webui() -> Iterator[WebUI]:
    with running(WebUI()) as server:
        yield server


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run(folder: Path, *words: str) -> Done:
    """A command in this process: each would take seconds to read its libraries in one of its own."""
    with redirect_stdout(StringIO()) as said, redirect_stderr(StringIO()) as complained:
        code = main([*words, *(["--runs", str(folder / "runs")] if words[0] != "pool" else [])])
    return Done(code, said.getvalue(), complained.getvalue())


def feedback(folder: Path, webui: WebUI, *words: str) -> Done:
    secrets = folder / "secrets.env"
    secrets.write_text(f"API_KEY=k\nWEBUI_PASSWORD={PASSWORD}\nBLIND_SECRET={SECRET}\n")
    account = ["--email", EMAIL, "--password-file", str(secrets), "--password-name", "WEBUI_PASSWORD"]
    return run(folder, "feedback", "--webui", webui.url, *account, "--pool", str(folder / "pool"), *FEW, *words)


def kinds(folder: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in Pool(folder / "pool"):
        found[f"{row.kind} {row.state}"] = found.get(f"{row.kind} {row.state}", 0) + 1
    return found


LIKED = chat("liked", "How do I get to the airport?", [("base", "By bus."), ("tuned", "By the blue bus, line 4.")])
PAIR = compared("pair", "When does the museum open?", "At nine.", "It opens at nine in the morning.")
HIDDEN = chat("hidden", "Whom do I write to?", [("tuned", "To jan.kowalski@poczta.pl, best today.")])
CHATS = [LIKED, PAIR, HIDDEN]
VOTES = [thumb(LIKED, "tuned", True), blind(PAIR, "B"), thumb(HIDDEN, "tuned", True)]


def test_votes_become_rows_and_those_that_are_gone_are_withdrawn(tmp_path: Path, webui: WebUI) -> None:
    webui.has(CHATS, VOTES)
    done = feedback(tmp_path, webui, "--consent")
    assert done.returncode == 0, done.stderr
    assert kinds(tmp_path) == {"liked accepted": 1, "preferred accepted": 1}
    before = (tmp_path / "pool" / "rows.jsonl").read_bytes()
    assert "left out: 1 with an email address" in done.stdout and b"kowalski" not in before
    assert feedback(tmp_path, webui, "--consent").returncode == 0
    assert (tmp_path / "pool" / "rows.jsonl").read_bytes() == before  # nothing changed, nothing written
    webui.has([PAIR, HIDDEN], VOTES)
    assert "1 withdrawn" in feedback(tmp_path, webui, "--consent").stdout
    assert kinds(tmp_path) == {"liked withdrawn": 1, "preferred accepted": 1}
    assert (tmp_path / "pool" / "rows.jsonl").read_bytes().startswith(before)
    feedback(tmp_path, webui)  # consent is taken back
    assert kinds(tmp_path) == {"liked withdrawn": 1, "preferred withdrawn": 1}
    webui.has(CHATS, VOTES)
    feedback(tmp_path, webui, "--consent")
    assert kinds(tmp_path) == {"liked accepted": 1, "preferred accepted": 1}


def test_without_consent_no_text_is_kept_and_votes_are_counted(tmp_path: Path, webui: WebUI) -> None:
    webui.has(CHATS, VOTES)
    done = feedback(tmp_path, webui)
    assert done.returncode == 0 and "without --consent" in done.stdout
    assert not (tmp_path / "pool" / "rows.jsonl").exists()
    kept = "".join(path.read_text() for path in tmp_path.rglob("*.jsonl"))
    assert "museum" not in kept and "airport" not in kept
    (vote,) = read_rows(tmp_path / "runs" / "votes.jsonl", VoteRow)
    assert (vote.choice, vote.first, vote.person) == ("tuned", "base", "ann")


def test_votes_that_the_comparison_did_not_write_are_counted_out(tmp_path: Path, webui: WebUI) -> None:
    said = [compared(f"c{number}", "When does it open?", "left", "right") for number in range(3)]
    honest, changed, posted = (blind(one, "A", secret=SECRET) for one in said)
    changed["data"]["vote"] = "B"
    posted["data"] |= {"A": posted["data"]["B"], "B": posted["data"]["A"]}
    webui.has(said, [honest, changed, posted])
    done = feedback(tmp_path, webui, "--blind-secret", str(tmp_path / "secrets.env"))
    assert done.returncode == 0, done.stderr
    assert "1 comparison," in done.stdout
    assert "left out: 1, a blind vote that the comparison did not write" in done.stdout
    assert "left out: 1, a blind vote whose sides are not those that were drawn" in done.stdout
    (vote,) = read_rows(tmp_path / "runs" / "votes.jsonl", VoteRow)
    assert vote.chat == "c0"
    assert "taken as they are" not in done.stdout and SECRET not in done.stdout
    done = feedback(tmp_path, webui)
    assert "3 comparisons," in done.stdout and "without --blind-secret a forged one cannot be told" in done.stdout


def test_the_files_that_open_webui_exports_give_the_same_rows_as_its_api(tmp_path: Path, webui: WebUI) -> None:
    webui.has(CHATS, VOTES)
    (tmp_path / "chats.json").write_text(json.dumps(CHATS))
    (tmp_path / "votes.json").write_text(json.dumps(VOTES))
    assert feedback(tmp_path, webui, "--consent").returncode == 0
    files = ["--chats", str(tmp_path / "chats.json"), "--votes", str(tmp_path / "votes.json")]
    done = run(tmp_path, "feedback", *files, "--consent", *FEW, "--pool", str(tmp_path / "other"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "other" / "rows.jsonl").read_bytes() == (tmp_path / "pool" / "rows.jsonl").read_bytes()


def test_a_pair_is_written_for_dpo_and_a_thumb_for_kto(tmp_path: Path, webui: WebUI) -> None:
    webui.has(CHATS, VOTES)
    feedback(tmp_path, webui, "--consent")
    for method, number in (("sft", 1), ("dpo", 1), ("kto", 1)):
        out = ["--write", str(tmp_path / method), "--for", method, "--format", "sharegpt"]
        done = run(tmp_path, "pool", "--pool", str(tmp_path / "pool"), *out)
        assert done.returncode == 0, done.stderr
        assert len((tmp_path / method / "rows.jsonl").read_text().splitlines()) == number
    (pair,) = map(json.loads, (tmp_path / "dpo" / "rows.jsonl").read_text().splitlines())
    assert (pair["chosen"]["value"], pair["rejected"]["value"]) == ("It opens at nine in the morning.", "At nine.")


@pytest.fixture
def evaluated(tmp_path: Path) -> Path:
    suites = [Asked("demo-json", "superiority", 120, 0.0, 0.95, variants=("typos",))]
    return fixtures_runs.eval_run(tmp_path / "runs", suites)


def voters(run_folder: Path, people: int, votes: int, share: float) -> tuple[list[Row], list[Row]]:
    """Blind votes on prompts of a run, in a chat each; so large a share for the tuned model, of every person."""
    asked = [row for row in read_rows(run_folder / "prompts.jsonl", PromptRow) if not row.of]
    chats, cast = [], []
    for number in range(people * votes):
        prompt, person = asked[number % len(asked)], f"person {number // votes}"
        said = compared(f"c{number}", prompt.messages[-1]["content"], "left", "right", person=person)
        first = ("base", "tuned")[number % 2]
        wanted = "tuned" if number % votes < share * votes else "base"
        chats.append(said)
        cast.append(blind(said, "A" if first == wanted else "B", first))
    return chats, cast


def test_votes_reach_the_verdict_its_page_and_its_files(tmp_path: Path, webui: WebUI, evaluated: Path) -> None:
    webui.has(*voters(evaluated, 24, 5, 0.8))
    done = feedback(tmp_path, webui)
    assert done.returncode == 0, done.stderr
    assert f"120 votes, 120 on prompts of {evaluated.name}" in done.stdout
    failures = (tmp_path / "pool" / "failures.jsonl").read_text()
    assert '"variant": "typos"' in failures and '"kinds": ["typos", "names", "slips"]' in failures
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "version: 1\nquality: by-purpose\nmax_error_rate: 0.01\nvotes: {wins_at_least: 0.5}\n", encoding="utf-8"
    )
    done = run(tmp_path, "verdict", "--eval", str(evaluated), "--policy", str(policy))
    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = (tmp_path / "runs").glob("*-verdict")
    summary = json.loads((folder / "summary.json").read_text())
    assert (summary["people"]["second"], summary["people"]["people"]) == (96, 24)
    reason = next(one for one in summary["reasons"] if one["criterion"] == "votes")
    assert reason["outcome"] == "met"
    assert 'id="people"' in (folder / "report.html").read_text()
    assert 'classname="verdict.votes"' in (folder / "junit.xml").read_text()
    assert "People, blind" in (folder / "summary.md").read_text()
    assert "People preferred tuned in 96" in " ".join(done.stdout.split())


def test_a_judge_is_held_against_the_votes_on_the_runs_prompts(tmp_path: Path, webui: WebUI, evaluated: Path) -> None:
    from evalharness.judge.votes import read_votes

    asked = compared("c", "of no run", "left", "right")
    chats, cast = voters(evaluated, 3, 5, 1.0)
    webui.has([*chats, asked], [*cast, blind(asked, "A")])
    feedback(tmp_path, webui)
    places = [row.place for row in read_rows(evaluated / "prompts.jsonl", PromptRow)]
    found = read_votes(tmp_path / "runs" / "votes.jsonl", places, ("base", "tuned"))
    questions = {said["chat"]["history"]["messages"][f"{said['id']}-q"]["content"] for said in chats}
    assert len(found) == len(questions) > 1 and set(found.values()) == {"tuned"}


@pytest.mark.parametrize(("refused", "code", "slept"), [(2, 0, [60, 60]), (9, 2, [60] * 4)])
def test_where_too_many_have_signed_in_it_waits_some_minutes_and_says_so(
    tmp_path: Path, webui: WebUI, monkeypatch: pytest.MonkeyPatch, refused: int, code: int, slept: list[float]
) -> None:
    waited = list[float]()
    monkeypatch.setattr("evalharness.pool.people.webui.time.sleep", waited.append)
    webui.too_many = refused
    done = feedback(tmp_path, webui)
    assert (done.returncode, waited) == (code, slept)
    assert done.stdout.count("too many sign-ins of admin@tandem.local in the last minutes; trying again") == len(slept)
    assert len(done.stderr.splitlines()) == (code == 2)


def test_what_goes_wrong_is_one_line_and_nothing_is_written(tmp_path: Path, webui: WebUI) -> None:
    webui.has(CHATS, VOTES)
    feedback(tmp_path, webui, "--consent")
    before = (tmp_path / "pool" / "rows.jsonl").read_bytes()
    wrong = tmp_path / "wrong"
    wrong.write_text("another password")
    files = tmp_path / "no.json"
    files.write_text("[3]")
    account = ["--webui", webui.url, "--email", EMAIL]
    silent = ["--webui", "http://127.0.0.1:9", "--email", EMAIL, "--password-file", str(wrong)]
    trouble = {
        "the sign-in of admin@tandem.local is refused": [*account, "--password-file", str(wrong)],
        "the password cannot be read": [*account, "--password-file", str(tmp_path / "none")],
        "no secret of the draw in it under BLIND_SECRET": [*account, "--blind-secret", str(wrong)],
        "none: the secret of the draw cannot be read": [*account, "--blind-secret", str(tmp_path / "none")],
        "no Open WebUI answers there": silent,
        "no object; is it Open WebUI's export?": ["--chats", str(files), "--votes", str(files)],
        "name --webui, --email and --password-file, or else": ["--chats", str(files)],
    }
    for said, words in trouble.items():
        done = run(tmp_path, "feedback", *words, "--consent", "--pool", str(tmp_path / "pool"))
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
        assert said in done.stderr and "another password" not in done.stderr
    webui.exports["chats/all/db"] = {"detail": "no list"}
    done = feedback(tmp_path, webui, "--consent")
    assert done.returncode == 1 and "no list of objects" in done.stderr
    assert (tmp_path / "pool" / "rows.jsonl").read_bytes() == before
