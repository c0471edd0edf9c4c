"""`make augment` tells the harness which rows, and which suites none of them may be a copy of."""

from collections.abc import Callable
from pathlib import Path

import pytest

from serve.commands import augment
from serve.errors import UsageError
from serve.paths import Paths
from serve.settings import Settings

Ran = Callable[..., list[str]]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ran:
    """Runs it with such settings, in an empty checkout: the words that the harness gets."""
    seen = list[list[str]]()
    monkeypatch.setattr(augment, "run_attended", lambda program, _: seen.append(program[3:]) or 0)
    monkeypatch.delenv("AUGMENT", raising=False)

    def run(**given: str) -> list[str]:
        assert augment.main(Settings().model_copy(update=given), Paths(tmp_path)) == 0
        return seen.pop()

    return run


def test_rows_are_held_against_the_suites_that_one_judges_by(ran: Ran) -> None:
    assert ran(ROWS="rows.jsonl") == ["augment", "rows.jsonl"]  # all that ship
    asked = ran(ROWS="rows.jsonl", SUITES="tickets.yaml,guards")
    assert asked[:3] == ["augment", "rows.jsonl", "--suites"]
    assert asked[3].startswith("tickets.yaml,bilingual,")


def test_the_words_of_augment_come_last_so_that_they_win(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUGMENT", "--kinds 'names,typos' --suites general")
    assert ran(SUITES="tickets.yaml") == [
        *["augment", "--suites", "tickets.yaml"],
        *["--kinds", "names,typos", "--suites", "general"],
    ]


def test_rows_may_be_several_files_or_one_with_a_space_in_its_name(ran: Ran, tmp_path: Path) -> None:
    assert ran(ROWS="a.jsonl 'b c.jsonl'") == ["augment", "a.jsonl", "b c.jsonl"]
    many = [f"rows-of-week-{week:02}.jsonl" for week in range(20)]  # together longer than a file's name may be
    assert ran(ROWS=" ".join(many)) == ["augment", *many]
    (tmp_path / "our rows.jsonl").touch()
    assert ran(ROWS="our rows.jsonl") == ["augment", "our rows.jsonl"]


def test_patterns_in_rows_name_their_files_in_order(ran: Ran, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("b.jsonl", "a.jsonl", "notes.txt", "[old].jsonl"):
        (tmp_path / "data" / name).touch()
    assert ran(ROWS="data/[ab].jsonl more.jsonl") == ["augment", "data/a.jsonl", "data/b.jsonl", "more.jsonl"]
    assert ran(ROWS=f"'{tmp_path}/data/*.txt'") == ["augment", f"{tmp_path}/data/notes.txt"]
    assert ran(ROWS="data/[old].jsonl data/b.jsonl") == ["augment", "data/[old].jsonl", "data/b.jsonl"]
    with pytest.raises(UsageError, match=r"^ROWS: there is no file that rows/\*\.jsonl names; set it to some"):
        ran(ROWS="rows/*.jsonl")


def test_a_quote_that_nobody_closed_is_one_line(ran: Ran) -> None:
    with pytest.raises(UsageError, match=r"^ROWS: No closing quotation; its words are as on a command line$"):
        ran(ROWS="john's.jsonl")
