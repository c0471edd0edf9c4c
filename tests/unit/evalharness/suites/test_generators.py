"""The generated suites: committed as they are made, right answers known to be right, wrong ones to be wrong."""

import json
import random
import re
from collections import Counter

import pytest
from pydantic import ValidationError

from evalharness.simulation.shipped import guards, passes_alone, sizes
from evalharness.suites.files import SHIPPED, load_suites, shipped
from evalharness.suites.generators import code, drafts
from evalharness.suites.generators.drafts import MOST_OF_A_KIND, Draft, Entry, Item, as_yaml, entries_of
from evalharness.suites.generators.long_context import TEMPLATE_TOKENS
from evalharness.suites.generators.long_context.logbook import most_tokens
from evalharness.suites.schema import Suite
from tests.parts import apply_checks

DRAFTS = {draft.name: draft for draft in drafts()}
POWER = 0.8  # what a margin promises: equal models that differ in one prompt of ten pass this often
OTHERS = {"general"}  # written by hand, before these


def passes(answer: str, item: Item) -> bool:
    return all(outcome.passed for outcome in apply_checks(answer, "stop", item.checks))


@pytest.mark.parametrize("name", DRAFTS)
def test_the_committed_suite_is_what_the_generator_makes(name: str) -> None:
    committed = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    assert committed == as_yaml(DRAFTS[name]), "run: python -m evalharness.suites.generators"


def test_every_shipped_suite_but_the_hand_written_and_the_demos_has_a_generator() -> None:
    assert {name for name in shipped() if not name.startswith("demo-")} == {*DRAFTS, *OTHERS}


def test_what_a_comma_without_quotes_cuts_off_is_an_error_and_not_a_lost_half_of_a_question() -> None:
    class Asked(Entry):
        ask: list[dict[str, str]]
        gold: str

    quoted = "- {kind: house, gold: 'yes', ask: [{q: 'How do burglars get in, and what helps?'}]}"
    assert entries_of(quoted, Asked)[0].ask == [{"q": "How do burglars get in, and what helps?"}]
    for text in (
        "- {kind: house, gold: yes it is, and more, ask: []}",
        "- {kind: house, gold: 'yes', ask: [{q: How do burglars get in, and what helps?}]}",
    ):
        with pytest.raises(ValidationError):
            entries_of(text, Asked)


@pytest.mark.parametrize("name", DRAFTS)
def test_no_question_breaks_off(name: str) -> None:
    """A question that a quotation mark or a comma cut in two has no mark at its end."""
    asked = [item.messages[-1]["content"].strip() for item in DRAFTS[name].items]
    begins_as_one = re.compile(r"(How|What|Which|Why|When|Where|Who|May|Is|Are|Can|Do|Does) [^.?!:\n]*$")
    assert [text for text in asked if begins_as_one.match(text)] == []


@pytest.mark.parametrize("name", DRAFTS)
def test_the_right_answer_to_every_prompt_passes_its_checks(name: str) -> None:
    assert [item.messages for item in DRAFTS[name].items if not passes(item.gold, item)] == []


@pytest.mark.parametrize("name", DRAFTS)
def test_the_wrong_answer_to_every_prompt_fails(name: str) -> None:
    items = DRAFTS[name].items
    if name.startswith("code"):  # each takes a process: of a function that returns None, one a kind will do
        items = list({item.kind: item for item in items}.values()) + [i for i in items if i.kind == "repair"]
    assert [item.messages for item in items if passes(item.wrong, item)] == []


@pytest.mark.parametrize("name", ["extraction", "long-context", "long-context-8k", "memory", "structured"])
def test_where_one_thing_is_right_the_right_answer_to_another_prompt_is_wrong(name: str) -> None:
    rng = random.Random(0)
    by_kind: dict[str, list[Item]] = {}
    for item in DRAFTS[name].items:
        by_kind.setdefault(item.kind, []).append(item)
    pairs = [rng.sample(items, 2) for items in by_kind.values() for _ in range(4)]
    assert [item.kind for item, other in pairs if other.checks != item.checks and passes(other.gold, item)] == []


@pytest.mark.parametrize("name", DRAFTS)
def test_no_wording_fills_a_suite_and_no_prompt_comes_twice(name: str) -> None:
    items = DRAFTS[name].items
    assert max(Counter(item.kind for item in items).values()) <= MOST_OF_A_KIND
    assert len({str(item.messages) for item in items}) == len(items)


GUARDS = guards()


@pytest.mark.parametrize("suite", GUARDS, ids=lambda suite: suite.suite)
def test_a_suite_can_pass_by_itself_in_its_groups_and_its_margin_is_the_smallest_in_whole_points(suite: Suite) -> None:
    assert suite.margin is not None
    assert passes_alone(sizes(suite), suite.margin, 4000) >= POWER
    assert passes_alone(sizes(suite), suite.margin - 0.01, 4000) < POWER


def test_of_equal_models_nine_in_ten_pass_the_demos_suite_that_guards_prose() -> None:
    [suite] = load_suites(["demo-prose"])
    assert suite.margin is not None
    assert passes_alone(sizes(suite), suite.margin, 4000) >= 0.9


@pytest.mark.parametrize("suite", GUARDS, ids=lambda suite: suite.suite)
def test_a_suite_with_a_verdict_has_sixty_groups(suite: Suite) -> None:
    assert len(sizes(suite)) >= 60


GROUPS = {  # of the templates, by counting them in the generators
    "bilingual": 82, "extraction": 66, "grounded": 62, "instructions": 63, "live": 61, "long-context": 60,
    "long-context-32k": 10, "long-context-8k": 12, "memory": 61, "reasoning": 62, "safety": 86, "structured": 61,
    "tool-calls": 82,
}  # fmt: skip


def test_every_suite_that_is_made_of_templates_says_which_prompts_share_one() -> None:
    found = {name: load_suites([name])[0].about()["groups"] for name in DRAFTS}
    assert found == {**{name: len(draft.items) for name, draft in DRAFTS.items()}, **GROUPS}


@pytest.mark.parametrize("name", ["extraction", "instructions", "memory", "structured"])
def test_prompts_of_one_group_are_of_one_wording(name: str) -> None:
    """But for what fills it they begin or end with the same words, or nearly."""
    groups: dict[str, list[str]] = {}
    for item in DRAFTS[name].items:
        groups.setdefault(item.group or "", []).append(item.messages[-1]["content"])
    assert "" not in groups
    for texts in groups.values():
        words = [set(re.findall(r"[A-Za-z']+", text)) for text in texts]
        shared = set.intersection(*words)
        assert len(shared) >= 0.3 * min(map(len, words)), texts[:2]


def test_there_are_more_than_a_thousand_prompts_beside_those_that_were_there() -> None:
    assert sum(len(draft.items) for draft in DRAFTS.values()) >= 1000


@pytest.mark.parametrize("draft", [draft for draft in DRAFTS.values() if draft.context], ids=lambda draft: draft.name)
def test_the_longest_prompt_and_its_answer_fit_into_the_served_length_that_the_suite_names(draft: Draft) -> None:
    assert draft.context is not None
    longest = max(sum(most_tokens(message["content"]) for message in item.messages) for item in draft.items)
    assert longest + TEMPLATE_TOKENS + draft.max_tokens <= draft.context
    assert longest > draft.context * 0.75, "a suite about length should use it"


@pytest.mark.parametrize(
    "draft",
    [draft for draft in DRAFTS.values() if draft.name != "long-context-32k" and not draft.context],
    ids=lambda d: d.name,
)
def test_a_suite_that_names_no_served_length_fits_into_a_short_one(draft: Draft) -> None:
    assert max(most_sent(item, draft) for item in draft.items) + TEMPLATE_TOKENS + draft.max_tokens <= 1024


def most_sent(item: Item, draft: Draft) -> int:
    """Tokens before the last answer: of a live conversation the other answers too, each as long as it may be."""
    said = sum(most_tokens(message["content"]) for message in item.messages)
    between = draft.max_tokens * (len(item.messages) - 1) if item.live else 0
    return said + between + sum(most_tokens(json.dumps(tool)) for tool in item.tools)


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)
def test_no_right_answer_is_cut_off_by_the_token_limit(draft: Draft) -> None:
    assert max(most_tokens(item.gold) for item in draft.items) <= draft.max_tokens


def test_a_prompt_that_names_a_served_length_fits_into_it_and_uses_it() -> None:
    named = [item for draft in DRAFTS.values() for item in draft.items if item.context]
    assert {item.context for item in named} == {16_384, 32_768}
    for item in named:
        longest = most_tokens(item.messages[0]["content"]) + TEMPLATE_TOKENS + DRAFTS["long-context-32k"].max_tokens
        assert 0.9 * (item.context or 0) < longest <= (item.context or 0)


def test_a_hidden_fact_stands_in_its_document_where_its_kind_says() -> None:
    for draft in (DRAFTS["long-context"], DRAFTS["long-context-8k"]):
        for item in draft.items:
            text = item.messages[0]["content"]
            if item.kind.startswith("needle-") and item.kind != "needle-zh":
                place = text.index(item.gold) / len(text)
                low, high = {"early": (0, 0.35), "middle": (0.3, 0.7), "late": (0.65, 1)}[item.kind[7:]]
                assert low <= place <= high, item.kind


def test_a_corrected_fact_comes_after_the_one_it_corrects() -> None:
    corrected = [item for draft in DRAFTS.values() for item in draft.items if item.kind == "corrected"]
    assert corrected
    for item in corrected:
        text = item.messages[0]["content"]
        assert text.index(item.wrong) < text.index(item.gold)


def test_the_same_kinds_are_asked_in_english_and_chinese() -> None:
    kinds = Counter(item.kind for item in DRAFTS["bilingual"].items)
    english = {kind[:-3]: many for kind, many in kinds.items() if kind.endswith("-en")}
    assert english == {kind[:-3]: many for kind, many in kinds.items() if kind.endswith("-zh")}


def test_every_everyday_prompt_has_a_rubric_for_the_judge() -> None:
    assert all(item.rubric for item in DRAFTS["everyday"].items)


def test_the_tests_of_a_function_do_not_depend_on_the_order_of_a_set() -> None:
    assert code.tests_for("def f():\n    return {'b', 'a'}\n", ["f()"]) == "assert f() == set(['a', 'b'])\n"


def test_the_shipped_suites_can_all_be_asked_together() -> None:
    assert len(load_suites(shipped())) == len(shipped())
