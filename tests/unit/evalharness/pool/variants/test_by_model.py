"""What a model is asked to make variants, and what of its answers becomes a row."""

from collections.abc import Sequence

import pytest

from evalharness.perturb import rewriting
from evalharness.perturb.rewriting import Languages
from evalharness.pool import rows
from evalharness.pool.rows import NEW, PoolRow
from evalharness.pool.variants import by_model
from evalharness.pool.variants.by_model import Made
from evalharness.runs.rows.reworded import RewordedRow
from evalharness.runs.typed import Json
from tests.parts import reworded

QUESTION = "Please tell me how many people live in Lisbon and its 3 suburbs."
LANGUAGES = Languages("English", "French")


def row(*before: tuple[str, str]) -> PoolRow:
    messages = [*before, ("user", QUESTION), ("assistant", "Some 550,000.")]
    return rows.given([{"role": role, "content": text} for role, text in messages], ["travel"], "CC0-1.0")


def made(
    kind: str, answers: Sequence[str | RewordedRow], of: PoolRow | None = None, endpoints: Sequence[str] = ("one",)
) -> tuple[Made, list[tuple[str, Json]]]:
    """What becomes of the answers, and what was asked of whom."""
    making = by_model.making(of or row(), kind, 7, 2, LANGUAGES, endpoints)
    asked, left = [], list(answers)
    try:
        asked.append(next(making))
        while True:
            answer = left.pop(0)
            asked.append(making.send(answer if isinstance(answer, RewordedRow) else reworded(answer, "stop")))
    except StopIteration as found:
        assert not left
        return found.value, asked


def test_a_paraphrase_keeps_the_answer_and_all_that_the_row_carries() -> None:
    found, [(endpoint, request)] = made("paraphrase", ["How many people are living in Lisbon and its 3 suburbs?"])
    assert found.row is not None
    assert (found.row.question, found.row.answer) == (
        "How many people are living in Lisbon and its 3 suburbs?",
        "Some 550,000.",
    )
    assert (found.row.kind, found.row.seed, found.row.state) == ("paraphrase", 7, "waiting")
    assert (found.row.tags, found.row.licence, found.row.origin) == (["travel"], "CC0-1.0", row().id)
    assert (endpoint, request["temperature"], request["seed"]) == ("one", 0.7, 9)  # another seed for each variant


def test_of_two_endpoints_the_second_translates_back_and_answers() -> None:
    _, asked = made("back-translation", ["Combien vivent à Lisbon et ses 3 ?", QUESTION], endpoints=("one", "two"))
    assert [endpoint for endpoint, _ in asked] == ["one", "two"]
    assert "from English into French" in asked[0][1]["messages"][0]["content"]
    assert "from French into English" in asked[1][1]["messages"][0]["content"]
    _, asked = made(NEW, ["How many live in Porto?", "Some 230,000."], endpoints=("one", "two"))
    assert [endpoint for endpoint, _ in asked] == ["one", "two"]


def test_a_new_question_has_the_rows_instructions_and_an_answer_of_its_own() -> None:
    said = ("system", "Be brief.")
    found, asked = made(NEW, ["How many live in Porto?", "<think>Hm.</think>Some 230,000."], row(said))
    assert found.row is not None
    assert [message["content"] for message in found.row.messages] == [
        "Be brief.",
        "How many live in Porto?",
        "Some 230,000.",
    ]
    assert asked[1][1]["messages"] == found.row.messages[:2]


@pytest.mark.parametrize(
    ("kind", "answers", "why"),
    [
        ("paraphrase", [QUESTION], "equal to the original"),
        ("paraphrase", ["How many people live in Porto and its 3 suburbs?"], rewriting.LOST),
        ("paraphrase", ["How many people live in Lisbon and its suburbs?"], rewriting.LOST),
        ("paraphrase", ["How many of the 9 live in Lisbon and its 3 suburbs?"], rewriting.ADDED),
        ("paraphrase", [" "], rewriting.EMPTY),
        ("paraphrase", ["<think>What could it be"], rewriting.EMPTY),
        ("back-translation", [reworded("Combien", "length")], rewriting.CUT),
        ("back-translation", [reworded(None, None, "http_500")], "error http_500"),
        (NEW, [QUESTION], "equal to the original"),
        (NEW, ["How many live in Porto?", ""], rewriting.EMPTY),
        (NEW, ["How many live in Porto?", reworded("Some 2", "length")], rewriting.CUT),
    ],
)
def test_what_will_not_do_becomes_no_row_and_says_why(kind: str, answers: list[str | RewordedRow], why: str) -> None:
    assert made(kind, answers)[0] == Made(None, why)


def test_of_a_conversation_no_other_question_is_made() -> None:
    making = by_model.making(row(("user", "Hello"), ("assistant", "Hi")), NEW, 0, 0, LANGUAGES, ["one"])
    with pytest.raises(StopIteration) as ended:
        next(making)
    assert ended.value.value == Made(None, by_model.TURNS)


@pytest.mark.parametrize(
    ("question", "kept", "lost"),
    [
        ("Please tell me who wrote 红楼梦.", "Who wrote 红楼梦?", "Who wrote the Dream?"),
        ("Please tell me who wrote Братья Карамазовы.", "Who wrote Братья Карамазовы?", "Who wrote Братья?"),
        ("Please tell me who lives in दिल्ली now.", "Who lives in दिल्ली?", "Who lives in दिल?"),
        ("Please tell me who lives in Łódź.", "Who lives in Łódź?", "Who lives in Lodz?"),
        ("请告诉我Lisbon有多少人。", "Lisbon有多少人?", "里斯本有多少人?"),
    ],
)
def test_a_name_in_another_script_stays_or_the_variant_is_of_no_use(question: str, kept: str, lost: str) -> None:
    asked = rows.variant(row(), question, "given", 0)
    assert made("back-translation", ["on the way", lost], asked)[0] == Made(None, rewriting.LOST)
    found, _ = made("back-translation", ["on the way", kept], asked)
    assert found.row is not None
    assert found.row.question == kept


def test_a_sign_of_mathematics_is_no_name() -> None:
    found, _ = made("paraphrase", ["What is pi?"], rows.variant(row(), "Please tell me what π is.", "given", 0))
    assert found.row is not None


def test_nouns_of_a_language_that_writes_them_with_capitals_are_no_names() -> None:
    question = "Bitte sagen Sie mir, wie viele Menschen in den Vororten der Hauptstadt wohnen und arbeiten."
    german = rows.variant(row(), question, "given", 0)
    found, _ = made(
        "paraphrase", ["Wie viele Leute wohnen und arbeiten in den Vororten der Hauptstadt, bitte?"], german
    )
    assert found.row is not None
