"""From a file of rows to a pool, and out again, by the commands."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalharness.pool.folder import Pool

CITIES = ("Lisbon", "Porto", "Ghent", "Zadar", "Odense", "Galway", "Turin", "Nantes", "Bilbao", "Graz")
ALPACA = [
    {"instruction": f"Please say how many live in {city} and its {number} suburbs.", "output": f"In {city}: {number}."}
    for number, city in enumerate(CITIES * 3, start=2)
]  # fmt: skip
LEAK = {"instruction": "What is the capital of Italy?", "output": "Rome."}
PRIVATE = {"instruction": "Write to Jan.", "output": "Dear Jan, my account is DE89 3704 0044 0532 0130 00."}


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "evalharness", *words, "--pool", str(folder / "pool")]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(folder, *words), capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "train.json"
    path.write_text(json.dumps([*ALPACA, LEAK, PRIVATE]))
    return path


def test_rows_get_variants_and_what_is_not_fit_goes_with_its_reason(tmp_path: Path, rows: Path) -> None:
    done = run(tmp_path, "augment", str(rows), "--suites", "general", "--licence", "CC-BY-4.0")
    assert done.returncode == 0, done.stderr
    pool = list(Pool(tmp_path / "pool"))
    dropped = {row.question: row.reason for row in pool if row.state == "dropped"}
    assert dropped["What is the capital of Italy?"] == "a question of a suite: general, capital-03"
    assert dropped["Write to Jan."] == "personal data: an IBAN"
    made = [row for row in pool if row.state == "waiting"]
    assert len(made) == int(len(ALPACA) * 0.3 / 0.7)
    assert {row.licence for row in pool} == {"CC-BY-4.0"}
    assert "personal data" in done.stdout


def test_the_same_command_again_changes_no_byte(tmp_path: Path, rows: Path) -> None:
    run(tmp_path, "augment", str(rows), "--suites", "general")
    once = (tmp_path / "pool/rows.jsonl").read_bytes()
    assert run(tmp_path, "augment", str(rows), "--suites", "general").returncode == 0
    assert (tmp_path / "pool/rows.jsonl").read_bytes() == once


def test_killed_at_any_moment_it_goes_on_and_no_row_is_lost_or_there_twice(tmp_path: Path, rows: Path) -> None:
    rows.write_text(
        json.dumps([{**row, "instruction": f"{row['instruction']} ({n})"} for n in range(40) for row in ALPACA])
    )
    words = ("augment", str(rows), "--suites", "general", "--exactly", "400")
    whole = tmp_path / "whole"
    assert run(whole, *words).returncode == 0
    for wait in (0.0, 0.05, 0.2):
        started = subprocess.Popen(command(tmp_path, *words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        file = tmp_path / "pool/rows.jsonl"
        while started.poll() is None and not file.exists():
            time.sleep(0.005)
        time.sleep(wait)
        started.send_signal(signal.SIGKILL)
        started.wait()
    assert run(tmp_path, *words).returncode == 0
    finished = {row.id: row for row in Pool(tmp_path / "pool")}
    assert finished == {row.id: row for row in Pool(whole / "pool")}


def test_exactly_so_many_or_a_clear_word_why_not(tmp_path: Path, rows: Path) -> None:
    assert run(tmp_path, "augment", str(rows), "--exactly", "20", "--suites", "general").returncode == 0
    assert sum(row.state == "waiting" for row in Pool(tmp_path / "pool")) == 20
    done = run(tmp_path, "augment", "--exactly", "5000", "--suites", "general")
    assert done.returncode == 1
    assert "of the 5000 variants that --exactly asks for" in done.stderr
    assert len(done.stderr.splitlines()[-1:]) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "nothing in it"), ('{"a": 1}', "no record of a known format"), ('[{"instruction": "x"', "line 1")],
)
def test_what_is_no_file_of_rows_is_one_line_and_leaves_the_pool_alone(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    done = run(tmp_path, "augment", str(path))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert says in done.stderr and str(path) in done.stderr
    assert not (tmp_path / "pool").exists()


def test_an_empty_pool_is_one_line(tmp_path: Path) -> None:
    for words in (("augment",), ("pool",)):
        done = run(tmp_path, *words)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize("name", ["openai", "sharegpt", "alpaca"])
def test_rows_written_in_a_format_come_back_the_same(tmp_path: Path, rows: Path, name: str) -> None:
    run(tmp_path, "augment", str(rows), "--suites", "general")
    done = run(tmp_path, "pool", "--write", str(tmp_path / "out"), "--format", name)
    assert done.returncode == 0, done.stderr
    again = tmp_path / "again"
    assert (
        run(again, "augment", str(tmp_path / "out/rows.jsonl"), "--suites", "general", "--share", "0").returncode == 0
    )
    accepted = {row.id for row in Pool(tmp_path / "pool") if row.state == "accepted"}
    assert {row.id for row in Pool(again / "pool")} == accepted
    info = json.loads((tmp_path / "out/dataset_info.json").read_text())
    assert info["tandem_pool"]["file_name"] == "rows.jsonl"


def test_rows_out_of_templates_are_filtered_and_come_only_once(tmp_path: Path) -> None:
    (tmp_path / "cities.csv").write_text("city,country\nPorto,Portugal\nRome,Italy\nGhent,Belgium\n")
    (tmp_path / "places.yaml").write_text(
        "tables: [cities.csv]\n"
        "templates:\n"
        "  - {question: 'What is the capital of {country}?', answer: 'Not always {city}.'}\n"
        "  - {question: 'Name the country of {city} as JSON.', answer: '{\"country\": \"{country}\"}', tags: [json]}\n"
    )
    (tmp_path / "schema.json").write_text('{"properties": {"country": {"minLength": 6}}}')
    words = ("augment", "--templates", str(tmp_path / "places.yaml"), "--suites", "general", "--tags", "domain:places")
    words += ("--schema", str(tmp_path / "schema.json"))
    done = run(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    pool = list(Pool(tmp_path / "pool"))
    assert {row.kind for row in pool} == {"template"} and len(pool) == 6
    assert {tuple(row.tags) for row in pool} == {("domain:places",), ("domain:places", "json")}
    dropped = {row.answer: row.reason for row in pool if row.state == "dropped"}
    assert dropped == {
        "Not always Rome.": "a question of a suite: general, capital-03",
        '{"country": "Italy"}': "an answer of another form",
    }
    once = (tmp_path / "pool/rows.jsonl").read_bytes()
    assert run(tmp_path, *words).returncode == 0
    assert (tmp_path / "pool/rows.jsonl").read_bytes() == once
