"""Kinds that know the answer: what they change, what becomes of the answer, and where they change nothing."""

import ast
import json
import random
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.perturb import fields
from evalharness.pool import rows
from evalharness.pool.rows import PoolRow
from evalharness.pool.variants import augmenting, mixed
from evalharness.pool.variants.augmenting import MAKE, Wanted

SEEDS = range(8)


def row(question: str, answer: str, tags: Sequence[str] = (), system: str = "") -> PoolRow:
    before = [{"role": "system", "content": system}] if system else []
    said = [*before, {"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return rows.given(said, list(tags), None)


def made(kind: str, of: PoolRow, seed: int = 0, rate: float = 0.5) -> PoolRow | None:
    messages = MAKE[kind](of, random.Random(seed), rate)
    return None if messages is None else rows.made(of, messages, kind, seed)


def all_made(kind: str, of: PoolRow, rate: float = 0.5) -> list[PoolRow]:
    """By several seeds; it finds something to change by each."""
    variants = [made(kind, of, seed, rate) for seed in SEEDS]
    assert all(variants)
    return [one for one in variants if one]


RECORD = {"customer": {"name": "Ana", "city": "Porto"}, "age": 34, "balance": 1200, "note": "paid in May"}
EXTRACTION = row(
    f"Give name, age and balance of the customer as JSON.\n\n{json.dumps(RECORD)}",
    '{"name": "Ana", "age": 34, "balance": 1200}',
)
TABLE = row(
    'Who is the oldest of these people?\n\n[{"name": "Ana", "age": 34}, {"name": "Ben", "age": 61}]',
    "Ben is the oldest.",
)
ASKED_FOR_A_RECORD = row("Here is an order: " + json.dumps(RECORD) + " Where does the customer live?", "In Porto.")
CODE = row(
    "What does `total` hold at the end?\n\n```python\ncount = 3\nprice = 7\ntotal = count * price\n```",
    "`total` holds 21:\n\n```python\nprint(count * price)  # 21\n```",
)
WRITTEN = row("Write a function that doubles a number.", "```python\ndef double(x):\n    y = 2 * x\n    return y\n```")
SYNONYM = row("Give a word that means the same: big", "large", ["symmetric"])
PROSE = row("Could you tell me which river flows through Lisbon?", "The Tagus flows through it.", ["domain:geography"])
EVERY_ROW = (EXTRACTION, TABLE, ASKED_FOR_A_RECORD, CODE, WRITTEN, SYNONYM, PROSE)
OWN = sorted(augmenting.OWN)


@pytest.mark.parametrize("kind", OWN)
def test_each_kind_finds_something_to_change_in_some_row_and_the_same_by_the_same_seed(kind: str) -> None:
    once, again = ([made(kind, one, 3) for one in EVERY_ROW] for _ in range(2))
    assert once == again
    assert any(one and one.messages != of.messages for one, of in zip(once, EVERY_ROW, strict=True))


@pytest.mark.parametrize("kind", OWN)
def test_at_rate_0_no_kind_changes_anything(kind: str) -> None:
    assert [one for one in EVERY_ROW if (found := made(kind, one, rate=0.0)) and found.messages != one.messages] == []


PIECES = (
    '{"a": {"b": 1}, "c": "d"}', "```python\nx = 1\ny = 2\n```", "```python\nx = (\n```", "What is it?", "in English: ",
    '"big"', "[{}]", '{"a": [1, {"a": 2}]}', "```py\n```", "\n\n", "Give a and c.", '{"a": 1, "a": 2}', "请问？",  # noqa: RUF001
)  # fmt: skip
TEXTS = st.one_of(
    st.text(min_size=1, max_size=40), st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("\n".join)
)


@pytest.mark.parametrize("kind", OWN)
@given(TEXTS, TEXTS, st.integers(0, 99), st.sampled_from([[], ["symmetric"], ["symmetric:a/b", "domain:x"]]))
def test_no_row_breaks_a_kind(kind: str, question: str, answer: str, seed: int, tags: list[str]) -> None:
    if found := made(kind, row(question, answer, tags), seed):
        assert found.messages[-1]["role"] == "assistant" and found.messages[-2]["role"] == "user"


# JSON


def test_a_field_set_to_null_is_null_in_the_answer_too_and_nothing_else_changes() -> None:
    for one in all_made("json-nulls", EXTRACTION):
        record = json.loads(one.question.partition("\n\n")[2])
        answer, before = json.loads(one.answer), json.loads(EXTRACTION.answer)
        emptied = {key for key, value in answer.items() if value is None}
        assert emptied
        assert {key: value for key, value in answer.items() if key not in emptied} == {
            key: value for key, value in before.items() if key not in emptied
        }
        assert {key for key in ("age", "balance") if record[key] is None} == emptied & {"age", "balance"}
        assert (record["customer"]["name"] is None) == ("name" in emptied)
        assert record["note"] == RECORD["note"] and record["customer"]["city"] == "Porto"


def test_about_three_of_ten_copied_fields_become_null() -> None:
    record = {f"field{n}": n for n in range(20)}
    asked = row(f"Give {', '.join(record)} as JSON: {json.dumps(record)}", json.dumps(record))
    emptied = sum(one.answer.count("null") for seed in range(100) if (one := made("json-nulls", asked, seed)))
    assert 0.25 < emptied / 2000 < 0.35


def test_strangers_in_half_of_the_objects_change_no_answer() -> None:
    for one in all_made("json-extra", EXTRACTION):
        record = json.loads(one.question.partition("\n\n")[2])
        assert one.answer == EXTRACTION.answer
        assert sum(len(found.keys) for found in fields.objects(one.question)) == 7 and record["age"] == 34


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (f"Who is it? {json.dumps(RECORD)}", "Ana."),
        (f"Give name and age in ten years: {json.dumps(RECORD)}", '{"name": "Ana", "age": 44}'),
        (f"Leave out the note: {json.dumps(RECORD)}", '{"age": 34, "balance": 1200}'),
        ('Who is the oldest? Give the name. [{"name": "Ana", "age": 3}, {"name": "Ben", "age": 6}]', '{"name": "Ben"}'),
        ('Give the name: {"name": "Ana", "child": {"name": "Ben"}}', '{"name": "Ana"}'),
    ],
    ids=["not JSON", "computed", "not named", "chosen among several", "a name of two fields"],
)
def test_fields_do_not_change_where_the_answer_is_no_copy_of_named_ones(question: str, answer: str) -> None:
    for kind in ("json-nulls", "json-extra"):
        assert [made(kind, row(question, answer), seed) for seed in SEEDS] == [None] * len(SEEDS)


def test_a_record_is_written_flat_as_text_and_as_xml_and_says_the_same() -> None:
    (flat, xml) = (made(kind, ASKED_FOR_A_RECORD) for kind in ("json-flat", "json-xml"))
    text = made("json-text", TABLE)
    assert flat and xml and text
    assert '{"customer.name": "Ana", "customer.city": "Porto", "age": 34' in flat.question
    assert "<record>\n  <customer>\n    <name>Ana</name>" in xml.question and "<age>34</age>" in xml.question
    assert text.question.endswith("\n\nname: Ana; age: 34\nname: Ben; age: 61")
    assert [flat.answer, xml.answer, text.answer] == ["In Porto.", "In Porto.", TABLE.answer]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ('Is this valid JSON? {"a": {"b": 1}}', "Yes."),
        ('How many keys has {"a": {"b": 1}}?', "Two."),
        ('What does it cost? {"a": {"cost": 1.50}}', "1.50 euros."),
        ('Double the cost. {"a": {"cost": 2}}', '{"a": {"cost": 4}}'),
        ('Give the code as JSON. {"a": {"code": "007"}}', '{"code": "007"}'),
    ],
    ids=[
        "of its form",
        "of its keys",
        "a number that would change",
        "computed JSON",
        "a text that looks like a number",
    ],
)
def test_a_record_is_not_written_otherwise_where_its_form_matters(question: str, answer: str) -> None:
    for kind in ("json-flat", "json-text", "json-xml"):
        assert made(kind, row(question, answer)) is None


def test_the_label_of_a_fence_goes_with_the_json_in_it() -> None:
    fenced = row(f"Where does the customer live?\n\n```json\n{json.dumps(RECORD)}\n```", "In Porto.")
    found = made("json-xml", fenced)
    assert found and "```\n<record>" in found.question


# code


def run(code: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(code, {"__builtins__": {"print": lambda *said: said}}, names)  # noqa: S102 - our own lines
    return names


def code_of(text: str) -> str:
    return "".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))


def test_renamed_variables_are_renamed_in_code_in_backquotes_and_in_the_answer() -> None:
    for one in all_made("code-names", CODE, rate=0.9):
        found = run(code_of(one.question))
        assert sorted(map(str, found.values())) == ["21", "3", "7"] and set(found) != {"count", "price", "total"}
        name = next(name for name, value in found.items() if value == 21)
        assert one.question.startswith(f"What does `{name}` hold") and one.answer.startswith(f"`{name}` holds 21")
        assert set(re.findall(r"[a-z]+", code_of(one.answer))) - {"print"} <= set(found)


@pytest.mark.parametrize(
    "code",
    [
        "label = 1\nprint('the label')", "n = 2\nprint(f'{n}')", "n = 2\nobj.n = n", "n = 2\nf(n=n)",
        "n = 2\neval('n')", "import n\nn = 2", "list = 3\nprint(list)", "n = 2  # n is even", "x = (",
    ],
)  # fmt: skip
def test_a_name_that_may_mean_something_else_is_not_renamed(code: str) -> None:
    assert made("code-names", row(f"What happens?\n\n```python\n{code}\n```", "Nothing.")) is None


def test_a_variable_that_the_words_speak_of_is_not_renamed() -> None:
    assert made("code-names", row("What is total?\n\n```python\ntotal = 1\n```", "One.")) is None


def test_independent_assignments_change_places_and_the_code_does_the_same() -> None:
    for one in all_made("code-order", CODE):
        assert "price = 7\ncount = 3\ntotal" in one.question and one.answer == CODE.answer
        assert run(code_of(one.question)) == run(code_of(CODE.question))


@pytest.mark.parametrize("code", ["a = 1\nb = a", "a = f()\nb = g()", "a = 1\na = 2", "a = b\nb = 1", "a = 1; b = 2"])
def test_steps_of_which_one_needs_the_other_stay(code: str) -> None:
    assert made("code-order", row(f"What happens?\n\n```python\n{code}\n```", "Nothing.")) is None


def test_steps_stay_where_the_question_is_about_their_order_and_change_in_an_answer_that_repeats_them() -> None:
    code = "```python\na = 1\nb = 2\n```"
    assert made("code-order", row(f"What does the first line do?\n\n{code}", "It binds a.")) is None
    found = made("code-order", row(f"Add a docstring.\n\n{code}", f'Here:\n\n```python\n"""Two."""\n{code[10:]}'))
    assert found and '"""Two."""\nb = 2\na = 1\n' in found.answer


def test_code_to_repair_does_not_parse_and_its_answer_is_the_code_as_it_was() -> None:
    for one in all_made("code-repair", WRITTEN):
        assert one.answer == WRITTEN.answer
        with pytest.raises(SyntaxError):
            ast.parse(code_of(one.question))


# around the question


def test_a_role_is_put_before_and_what_a_system_message_says_is_said_by_the_user() -> None:
    found = made("role", PROSE)
    assert found and found.messages[0]["role"] == "system" and found.messages[1:] == PROSE.messages
    told = made("role", row("Who is it?", "Ana.", system="You know everybody."))
    assert told and told.messages[0] == {"role": "user", "content": "You know everybody.\n\nWho is it?"}


def test_every_constraint_that_is_added_is_met_by_the_answer() -> None:
    said = set[str]()
    for answer in ("The Tagus.", "- The Tagus\n- The Douro", "Which one? **This** one. " * 9):
        for seed in range(40):
            found = made("constraint", row(PROSE.question, answer), seed)
            if found is None:
                continue
            constraint = found.question.removeprefix(PROSE.question).strip()
            said.add(constraint)
            if bound := re.search(r"at most (\d+) (words|characters)", constraint):
                assert len(answer.split() if bound[2] == "words" else answer) <= int(bound[1])
            assert not ("one sentence" in constraint and answer != "The Tagus.")
            assert not ("list" in constraint and answer.startswith("-"))
            assert not ("plain text" in constraint and "**" in answer)
            assert not ("anything back" in constraint and "?" in answer)
    assert len(said) >= 6


def test_who_asks_stands_before_a_question_that_does_not_speak_of_what_does() -> None:
    found = made("background", PROSE)
    assert found and found.question.endswith(f"\n\n{PROSE.question}") and found.answer == PROSE.answer
    assert made("background", row("Is the sentence above right?", "Yes.")) is None


def test_thinking_first_is_asked_for_only_where_the_answer_is_no_more_than_the_answer() -> None:
    found = made("reasoning", PROSE)
    assert found and found.question.startswith(f"{PROSE.question} ") and found.answer == PROSE.answer
    for answer in ("Because it flows. So it is the Tagus.", "First this.\nThen that", "so " * 60):
        assert made("reasoning", row(PROSE.question, answer)) is None
    assert made("reasoning", row("Translate: I go home.", "Vou para casa.")) is None


def test_the_field_of_a_row_stands_before_its_question() -> None:
    found = made("domain", PROSE)
    assert found and found.question == f"Domain: geography\n\n{PROSE.question}"
    assert made("domain", CODE) is None


def test_words_of_one_other_language_leave_numbers_names_and_quotations() -> None:
    text = 'How many inhabitants has the city of Lisbon in the year 1900, and what does "city" mean?'
    found = made("mixed", row(text, "Many."), rate=1.0)
    assert found and "Lisbon" in found.question and "1900" in found.question and '"city"' in found.question
    changed = [new for new, old in zip(found.question.split(), text.split(), strict=True) if new != old]
    languages = [{language for language, word in enumerate(mixed.words()[old]) if word == new.strip(",")}
                 for new, old in zip(found.question.split(), text.split(), strict=True) if new != old]  # fmt: skip
    assert len(changed) == 3 and set.intersection(*languages)


# question and answer swapped


@pytest.mark.parametrize(
    ("question", "answer", "tag", "question_then", "answer_then"),
    [
        (SYNONYM.question, "large", "symmetric", "Give a word that means the same: large", "big"),
        ("Translate from English to German.\n\nGood day!", "Guten Tag!", "symmetric:English/German",
         "Translate from German to English.\n\nGuten Tag!", "Good day!"),
        ('What is the opposite of "hot" in one word?', "cold", "symmetric",
         'What is the opposite of "cold" in one word?', "hot"),
    ],
)  # fmt: skip
def test_a_symmetric_task_is_asked_the_other_way_round(
    question: str, answer: str, tag: str, question_then: str, answer_then: str
) -> None:
    found = made("symmetric", row(question, answer, [tag]))
    assert found and (found.question, found.answer) == (question_then, answer_then)


@pytest.mark.parametrize(
    ("question", "answer", "tags"),
    [
        (SYNONYM.question, "large", []),
        ("Which river flows through Lisbon?", "The Tagus.", ["symmetric"]),
        ("Translate this: Good day!", "Guten Tag!", ["symmetric:English/German"]),
        ("Give a word that means the same: big", "large: that is", ["symmetric"]),
    ],
    ids=["not tagged", "no input", "sides not named", "an answer with a colon"],
)
def test_a_task_is_not_swapped_where_it_is_not_said_or_does_not_show_how(
    question: str, answer: str, tags: list[str]
) -> None:
    assert made("symmetric", row(question, answer, tags)) is None


def test_kinds_of_another_question_are_kept_whatever_the_likeness() -> None:
    from evalharness.pool.filters.filtering import Limits, filtered

    variants = list(augmenting.variants([WRITTEN], {}, Wanted(["code-repair"], exactly=1)))
    assert len(variants) == 1
    assert list(filtered([WRITTEN, *variants], Limits(likeness=0.9))) == []


ALWAYS = {"role", "domain", "symmetric", "json-order"}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many letters are in banana, the fruit?", "6"),
        ("What is the last word of this question?", "question"),
        ("Correct the spelling: I recieve teh letter tomorow.", "I receive the letter tomorrow."),
        ("Sort these words: pear apple fig", "apple fig pear"),
        ("今天天气很好。这句话有多少个字", "6"),
    ],
)
def test_a_question_about_its_own_words_is_asked_in_no_others(question: str, answer: str) -> None:
    changed = {kind for kind in MAKE for seed in SEEDS if made(kind, row(question, answer), seed)}
    assert changed <= ALWAYS


def test_how_long_an_answer_may_be_is_no_question_about_words() -> None:
    assert made("names", row("Say in at most 20 words where the city of Lisbon lies.", "In the west of Portugal."))


@pytest.mark.parametrize("kind", ["left-out", "put-in", "swapped", "mixed"])
def test_what_an_answer_repeats_of_its_question_stays_there(kind: str) -> None:
    """Left out, or said otherwise, it could not be known any more."""
    said = "the big house by the cold water is old"
    for variant in (made(kind, row(f"Please say to me now: {said}", said), seed, 0.9) for seed in SEEDS):
        assert variant is None or said in variant.question


def test_no_word_on_which_an_answer_hangs_is_left_out() -> None:
    for variant in all_made("left-out", row("Which one of these is not in the list, if any?", "It is so."), 0.9):
        assert {"Which", "one", "these", "not", "list", "if", "any"} <= set(re.findall(r"\w+", variant.question))


@pytest.mark.parametrize(
    "question",
    [
        "If the age is above 30 give name and age as JSON, else an empty object.",
        "Give name and age as JSON; the age is the sum of both ages.",
        "How many of name and age are given? Reply with name and age as JSON.",
        "如果年龄大于30就用JSON给出 name 和 age。",
    ],
)
def test_no_field_changes_where_the_question_makes_something_of_what_it_holds(question: str) -> None:
    asked = row(question + ' {"name": "Ana", "age": 34}', '{"name": "Ana", "age": 34}')
    assert [kind for kind in ("json-nulls", "json-extra") if made(kind, asked)] == []


def test_a_field_may_be_called_what_a_condition_is() -> None:
    asked = row('Give mean and most as JSON. {"mean": 3, "most": 9, "n": 2}', '{"mean": 3, "most": 9}')
    assert made("json-nulls", asked) and made("json-extra", asked)


@pytest.mark.parametrize(
    "code",
    [
        "import enum\nclass Hue(enum.Enum):\n    red = 1\n    blue = 2\nprint([*Hue][0].name)",
        "red = 1\nblue = 2\nprint([*locals()][-2:])",
    ],
)
def test_lines_whose_order_python_can_tell_stay_in_it(code: str) -> None:
    assert made("code-order", row(f"What does it print?\n\n```python\n{code}\n```", "red")) is None
