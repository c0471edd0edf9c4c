"""The review command over real HTTP: what is said is kept at once, and only the reader is listened to."""

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from evalharness.pool import folder, rows
from evalharness.pool.folder import Pool
from evalharness.pool.rows import PoolRow
from tests.integration.evalharness.scripted import lines_of

CITIES = ("Lisbon", "Porto", "Ghent", "Zadar", "Odense", "Galway", "Turin", "Nantes")


def conversation(question: str, answer: str) -> PoolRow:
    return rows.given([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], [], None)


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    """Eight given rows, the first of which a filter dropped, and a waiting variant of each other one."""
    path = tmp_path / "pool"
    given = [conversation(f"How many people live in {city}?", f"In {city} live many.") for city in CITIES]
    variants = [rows.variant(row, row.question.replace("people", "poeple"), "typos", 0) for row in given[1:]]
    folder.add(path, [*given, *variants])
    folder.add(path, [replace(given[0], state="dropped", reason="personal data: an IBAN")])
    return path


class Reviewing:
    """A review that runs, and a browser's part of it."""

    def __init__(self, pool: Path, *flags: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "evalharness", "review", "--pool", str(pool), *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = ""
        while "http://" not in said:
            line = self.process.stdout.readline()
            assert line, self.process.communicate()[1]
            said += line
        self.said = said
        self.url = urlsplit(re.findall(r"http://\S+", said)[0])

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """`path` follows the token. Headers of the same name replace those of a browser."""
        return self.at(method, f"{self.url.path}{path}", body, **headers)

    def at(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        sent = {"Host": self.url.netloc, "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.url.port or 0, timeout=30)
        connection.request(method, path, body if isinstance(body, bytes) else json.dumps(body).encode(), sent)
        reply = connection.getresponse()
        data = reply.read().decode()
        self.headers = dict(reply.getheaders())
        connection.close()
        return reply.status, json.loads(data) if reply.getheader("Content-Type", "").startswith(
            "application/json"
        ) else data

    def say(self, place: int, judgement: str, **texts: str) -> int:
        return self.ask("POST", f"rows/{place}", {"judgement": judgement, **texts})[0]

    def end(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        self.process.send_signal(how)
        said, error = self.process.communicate(timeout=60)
        return self.process.returncode, said, error


Start = Callable[..., Reviewing]


@pytest.fixture
def start(pool: Path) -> Iterator[Start]:
    begun: list[Reviewing] = []

    def begin(*flags: str) -> Reviewing:
        begun.append(Reviewing(pool, *flags))
        return begun[-1]

    yield begin
    for one in begun:
        one.process.kill()
        one.process.communicate()


def test_the_page_needs_nothing_but_its_own_server_and_tells_nobody_its_address(start: Start) -> None:
    review = start()
    status, page = review.ask("GET", "")
    assert status == 200
    assert "connect-src 'self'" in page
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert review.headers["Referrer-Policy"] == "no-referrer"
    assert review.headers["Cache-Control"] == "no-store"
    assert review.url.hostname == "127.0.0.1"


def test_what_is_said_becomes_of_the_rows_and_only_lines_are_added(start: Start, pool: Path) -> None:
    before = (pool / "rows.jsonl").read_bytes()
    review = start()
    assert review.ask("GET", "rows/left")[1]["place"] == 0
    assert review.say(0, "accepted") == 200
    assert review.say(1, "edited", question="How many souls live in Ghent?", answer="In Ghent live many.") == 200
    status, said = review.ask("POST", "rows/2", {"judgement": "rejected"})
    assert (status, said["counts"]) == (200, {"accepted": 1, "edited": 1, "rejected": 1, "left": 4})
    assert review.ask("GET", "rows/left")[1]["place"] == 3
    code, told, error = review.end()
    assert (code, error) == (0, "")
    assert "1 accepted, 1 edited, 1 rejected, 4 left" in told
    variants = [row for row in Pool(pool) if row.kind == "typos"]
    assert [row.state for row in variants] == ["accepted", "accepted", "rejected", *["waiting"] * 4]
    assert variants[1].question == "How many souls live in Ghent?"
    after = (pool / "rows.jsonl").read_bytes()
    assert after.startswith(before)
    assert after[len(before) :].count(b"\n") == 3


def test_the_last_word_holds_and_the_same_word_again_is_no_second_line(start: Start, pool: Path) -> None:
    review = start()
    for said in ("accepted", "accepted", "rejected"):
        assert review.say(0, said) == 200
    review.end()
    said = [line for line in lines_of(pool / "rows.jsonl") if "reviewed" in line]
    assert [line["reviewed"] for line in said] == ["accepted", "rejected"]
    assert next(row for row in Pool(pool) if row.kind == "typos").state == "rejected"


def test_killed_at_any_moment_all_that_was_said_is_kept_and_the_rest_is_asked(start: Start, pool: Path) -> None:
    for decided in range(7):
        review = start()
        assert review.ask("GET", "rows/left")[1]["total"] == 7 - decided
        assert review.say(0, "accepted") == 200
        review.end(signal.SIGKILL)
        with (pool / "rows.jsonl").open("a") as file:
            file.write('{"id": "torn')  # what a kill within a line leaves
    now = list(Pool(pool))
    assert len(now) == len({row.id for row in now}) == 15
    assert [row.state for row in now if row.kind == "typos"] == ["accepted"] * 7
    done = subprocess.run(
        [sys.executable, "-m", "evalharness", "review", "--pool", str(pool)], capture_output=True, text=True, check=True
    )
    assert "no row waits" in done.stdout


def test_whoever_does_not_know_the_token_gets_403(start: Start, pool: Path) -> None:
    review = start()
    before = (pool / "rows.jsonl").read_bytes()
    token = review.url.path.strip("/")
    for path in ("/", "/rows/0", "//rows/0", f"/{token[:-1]}/rows/0", f"/{token}x/", "/%C3%A9/"):
        for method, body in (("GET", None), ("POST", {"judgement": "rejected"})):
            assert review.at(method, path, body)[0] == 403, path
    assert (pool / "rows.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_another_sites_page_is_not_listened_to(start: Start, pool: Path, headers: dict[str, str], status: int) -> None:
    review = start()
    before = (pool / "rows.jsonl").read_bytes()
    assert review.ask("POST", "rows/0", {"judgement": "rejected"}, **headers)[0] == status
    assert (pool / "rows.jsonl").read_bytes() == before
    assert review.ask("POST", "rows/0", {"judgement": "rejected"}, Origin=f"http://{review.url.netloc}")[0] == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", {"judgement": "fine"}, {}, {"judgement": ["accepted"]}, {"judgement": "edited"}]
)
def test_what_is_no_judgement_is_refused_and_changes_nothing(start: Start, pool: Path, body: object) -> None:
    review = start()
    before = (pool / "rows.jsonl").read_bytes()
    assert review.ask("POST", "rows/0", body)[0] == 400
    assert review.ask("POST", "rows/7", {"judgement": "accepted"})[0] == 404
    assert review.ask("GET", f"rows/{'9' * 5000}")[0] == 404
    assert (pool / "rows.jsonl").read_bytes() == before


def test_an_edit_with_personal_data_is_refused_with_the_reason(start: Start) -> None:
    review = start()
    said = review.ask("POST", "rows/0", {"judgement": "edited", "question": "Who?", "answer": "jan@poczta.pl"})
    assert said == (422, "personal data: an email address\n")


def test_a_sample_says_how_often_filters_and_reviewer_agree(start: Start, pool: Path) -> None:
    review = start("--sample", "2")
    for place in range(2):
        row = review.ask("GET", f"rows/{place}")[1]["row"]
        assert review.say(place, "accepted") == 200
        assert row["reason"] in (None, "personal data: an IBAN")
    end = review.ask("GET", "rows/2")[1]
    assert "agree on 1 of 2 rows (50%)" in end["agreement"]
    assert end["agreement"] in review.end()[1]
    assert sum(row.state == "dropped" for row in Pool(pool)) == 1  # the filters' word stands
    again = start("--sample", "2")
    assert again.ask("GET", "rows/left")[1]["place"] == 2  # nothing is asked twice


def test_a_given_row_that_is_rejected_takes_its_variants_along(start: Start, pool: Path) -> None:
    review = start("--sample", "15")
    shown = [review.ask("GET", f"rows/{place}")[1]["row"] for place in range(15)]
    place = next(at for at, row in enumerate(shown) if row["kind"] == "given" and row["reason"] is None)
    assert review.say(place, "rejected") == 200
    review.end(signal.SIGKILL)
    gone = next(row for row in Pool(pool) if row.state == "rejected")
    (along,) = [row for row in Pool(pool) if row.origin == gone.id and row.id != gone.id]
    assert along.reason == "made of a row that went: rejected in review"


def test_two_that_would_change_a_pool_at_once_are_one_too_many(start: Start, pool: Path) -> None:
    start()
    for words in (["review"], ["augment", "--suites", "general"]):
        done = subprocess.run(
            [sys.executable, "-m", "evalharness", *words, "--pool", str(pool)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert "at work on it" in done.stderr


@pytest.mark.parametrize("flags", [["--pool", "nowhere"], ["--port", "0"], ["--sample", "none"]])
def test_bad_input_is_refused(flags: list[str]) -> None:
    command = [sys.executable, "-m", "evalharness", "review", *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not Path("nowhere").exists()


def test_a_port_that_is_taken_is_one_line(start: Start, pool: Path, tmp_path: Path) -> None:
    taken = str(start().url.port)
    other = tmp_path / "other"
    folder.add(other, Pool(pool))
    command = [sys.executable, "-m", "evalharness", "review", "--pool", str(other), "--port", taken]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert f"--port {taken}" in done.stderr
