"""Votes on a run's prompts carry the prompt's id; what fails often is listed by tag and wording, never by prompt."""

from dataclasses import replace

from evalharness.pool.frequent import frequent
from evalharness.pool.people.joined import Exported, joined
from evalharness.pool.people.votes import asked, vote_rows
from evalharness.runs.rows.eval import Graded, PromptRow
from tests.parts import answered, checked
from tests.webui_export import VERSIONS, blind, chat, compared, thumb

PROMPT = PromptRow(
    suite="own", sampling={}, id="p1", messages=[{"role": "user", "content": " What? "}], checks=[], tags=["one"]
)


def test_a_vote_on_a_prompt_of_the_run_has_its_id_and_any_other_none() -> None:
    chats = [compared("c", "What?", "left", "right"), compared("d", "Who?", "left", "right")]
    found = joined(Exported(chats, [blind(said, "both bad") for said in chats]))
    prompts = asked([PROMPT])
    rows = vote_rows(found.compared, prompts, VERSIONS)
    assert [(row.suite, row.id) for row in rows] == [("own", "p1"), (None, None)]
    assert [(row.choice, row.both_bad, row.first) for row in rows] == [("tie", True, "base")] * 2
    assert vote_rows(found.compared, prompts, {**VERSIONS, "tuned": "another"})[0].id is None


def test_thumbs_on_both_answers_are_a_vote_with_the_names_in_sight() -> None:
    said = chat("c", "What?", [("base", "left"), ("tuned", "right")])
    found = joined(Exported([said], [thumb(said, "base", False), thumb(said, "tuned", True)]))
    (row,) = vote_rows(found.compared, asked([PROMPT]), VERSIONS)
    assert (row.id, row.choice, row.first, row.versions) == ("p1", "tuned", None, None)


def test_what_no_chat_asks_is_no_prompt_to_vote_on() -> None:
    others = [replace(PROMPT, of="p0", variant="typos"), replace(PROMPT, live=True), replace(PROMPT, tools=[{}])]
    assert asked(others) == {}


def graded(number: int, right: bool | None, variant: str | None = None) -> Graded:
    return answered(
        f"p{number}", "tuned", right, checks=() if right else (checked("equals", False),), variant=variant,
        of=f"p{number}" if variant else None,
    )  # fmt: skip


def test_what_is_wrong_often_is_listed_by_tag_and_wording_the_worst_first() -> None:
    rows = [graded(number, number % 2 == 0) for number in range(20)]
    rows += [graded(number, False, "typos") for number in range(12)]
    rows += [graded(number, number > 1, "case") for number in range(12)]
    tags = {("s", f"p{number}"): ["even" if number % 2 == 0 else "odd", "all"] for number in range(20)}
    found = frequent(rows, tags)
    assert [(row.variant or row.tag, row.wrong, row.answered) for row in found] == [
        ("typos", 12, 12), ("all", 10, 20), ("odd", 10, 10),
    ]  # fmt: skip
    assert found[0].kinds == ["typos", "names", "slips"] and found[1].kinds == []
    assert {row.failure for row in found} == {"fact"}


def test_errors_are_no_wrong_answers() -> None:
    assert frequent([graded(number, None) for number in range(9)], {}) == []
