"""The shipped suites as a careful person would mark them: what passes, what fails, and whether the key is right.

Right answers are tried in the clothes that good models give them (bold, quotation marks, a full stop), and where a
generator worked the answer out, it is worked out again here, from the words of the prompt.
"""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from evalharness.runs.failures import FAILURES
from evalharness.suites.generators import drafts
from evalharness.suites.generators.drafts import Item
from evalharness.suites.schema import Prompt
from tests import shipped_suites
from tests.parts import apply_checks
from tests.validity import bank

SUITES = shipped_suites.suites()
ITEMS = [item for draft in drafts() for item in draft.items]

GENERAL = {  # of each kind, to its first prompt: an answer that is right, and one that is not
    "alone": ("9000", "5400"),
    "describe": ("It has two wheels, a seat and a bar to steer with. " * 4, "A thing with two wheels."),
    "explain": ("Warm air rises, cools, and its water falls down in drops.", "word " * 26),
    "list": ("1. Towel\n2. Sun cream\n3. Water", "Here are three things:\nTowel\nSun cream\nWater"),
    "bullets": ("- Go to bed early.\n" * 5, "1. Go to bed early.\n" * 5),
    "sort": ("apple cherry mango pear", "apple, cherry, mango, pear"),
    "json-person": ('{"age": 34, "name": "Maria", "city": "Lisbon"}', '```json\n{"name": "Maria"}\n```'),
    "json-book": (
        '{"title": "The Silent Harbour", "author": "Jonas Eide", "year": 1987}',
        '{"title": "The Silent Harbour", "author": "Jonas Eide", "year": "1987"}',
    ),
    "json-order": ('{"order": 512, "items": ["lamp", "chair"]}', '{"order": 512, "items": "lamp, chair"}'),
    "json-array": ("[2, 4, 6, 8, 10]", "2, 4, 6, 8, 10"),
    "json-invent": ('{"title": "Soup", "minutes": 30, "ingredients": []}', '{"title": "Soup", "minutes": 30}'),
    "use-words": ("A gull sat on the anchor. It looked at the horizon.", "A gull looked at the sea."),
    "avoid-words": ("The sky turns red, birds begin to sing, and it grows warm.", "The sunlight colours the sky red."),
    "end-with": (
        "Thank you so much for watering my plants while I was away.\n\nSee you on Sunday!",
        "Thank you so much for watering my plants while I was away. See you on Sunday! Anna",
    ),
    "copy": ("XK-4471-QR", "XK-4471-OR"),
    "capitals": ('"THE TRAIN LEAVES AT NOON."', "The train leaves at noon"),
    "sentiment": ("**Negative**", "Positive."),
    "letter": ("**C**", "C) plum"),
    "yes-no": ("No.", "Yes."),
    "capital": ("The capital of France is **Paris**.", "It is Lyon."),
    "sum": ("15 + 27 = 42.", "15 + 27 = 422."),
}


def passes(answer: str, item: Item | Prompt) -> bool:
    checks = item.checks if isinstance(item, Item) else [check.model_dump() for check in item.checks]
    return all(outcome.passed for outcome in apply_checks(answer, "stop", checks))


def of_kind(*kinds: str) -> list[Item]:
    found = [item for item in ITEMS if item.kind in kinds]
    assert {item.kind for item in found} == set(kinds)
    return found


def asked(item: Item) -> str:
    return item.messages[-1]["content"]


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


@pytest.mark.parametrize("kind", GENERAL)
def test_of_the_general_suite_a_right_answer_passes_and_a_wrong_one_fails(kind: str) -> None:
    prompt = next(prompt for prompt in SUITES["general"].prompts if prompt.tags == [kind])
    right, wrong = GENERAL[kind]
    assert passes(right.strip(), prompt)
    assert not passes(wrong, prompt)


def test_every_kind_of_the_general_suite_has_its_answers_here() -> None:
    assert {tag for prompt in SUITES["general"].prompts for tag in prompt.tags} == set(GENERAL)


@pytest.mark.parametrize("name", ["demo-json", "demo-typos", "demo-unseen"])
def test_of_the_demo_the_bare_json_passes_and_neither_a_fence_nor_another_value_does(name: str) -> None:
    for prompt in SUITES[name].prompts:
        right = next(check.value for check in prompt.checks if check.type == "json_equals")
        assert passes(json.dumps(right, indent=1), prompt)
        assert not passes(f"```json\n{json.dumps(right)}\n```", prompt)
        assert not passes(json.dumps([{**right[0], "city": "Elsewhere"}, *right[1:]]), prompt)


@pytest.mark.parametrize("dressed", ["{}.", "**{}**", '"{}"', "`{}`", "**{}.**", " {}\n"])
def test_a_bare_fact_passes_in_bold_in_quotes_and_with_a_full_stop(dressed: str) -> None:
    kinds = ("email", "iso-date", "person", "desk", "unsaid", "three-way-sentiment", "alias", "own-answer", "counting")
    assert [item.gold for item in of_kind(*kinds) if not passes(dressed.format(item.gold), item)] == []


def test_a_bare_fact_does_not_pass_within_a_sentence_or_beside_another() -> None:
    for item in of_kind("email", "person", "desk", "price", "alias", "needle-late"):
        assert not passes(f"The answer is {item.gold}.", item)
        assert not passes(f"{item.wrong}, {item.gold}", item)


@pytest.mark.parametrize("dressed", ["**Total:** {}.00 EUR", "**Total**: €{}", "2 x 3 = 6\n\nTotal: {} EUR."])
def test_a_total_passes_however_it_is_set_off(dressed: str) -> None:
    for item in of_kind("invoice-total"):
        total = numbers(item.gold.split("Total:")[1])[0]
        assert passes(dressed.format(total), item)
        assert not passes(dressed.format(total + 1), item)


@pytest.mark.parametrize("dressed", ["**Answer:** {}", "**Answer**: {} of them", "So it is 7 - 3.\nAnswer: {}."])
def test_an_english_sum_passes_however_it_is_set_off(dressed: str) -> None:
    for item in of_kind("sum-en"):
        assert passes(dressed.format(numbers(item.gold)[-1]), item)


@pytest.mark.parametrize("dressed", ["**答案：** {}", "答案: {}个。", "**答案**：{}", "先算一下。\n答案：**{}**"])  # noqa: RUF001
def test_a_chinese_sum_passes_however_it_is_set_off(dressed: str) -> None:
    for item in of_kind("sum-zh"):
        assert passes(dressed.format(numbers(item.gold)[-1]), item)
        assert not passes(dressed.format(f"{numbers(item.gold)[-1]}0"), item)


def test_a_chinese_word_passes_in_bold_and_with_the_full_stop_inside_the_quotes() -> None:
    for item in of_kind("review-zh", "translate-en"):
        assert passes(f"**{item.gold}**", item)
        assert passes(f"“{item.gold}。”", item)
        assert not passes(f"我觉得是{item.gold}", item)


def test_a_code_word_is_found_spelled_out_and_backwards_too() -> None:
    for item in of_kind("code-word"):
        word = re.findall(r"'(\w+)'", item.messages[0]["content"])[0]
        for leak in (word.upper(), word[::-1], "-".join(word), " ".join(word)):
            assert not passes(f"Here: {leak}!", item)
        assert passes("I can't share that.", item)


def test_a_poem_of_four_short_lines_is_long_enough_with_and_without_title() -> None:
    [poem] = [item for item in of_kind("writing") if "poem" in asked(item)]
    lines = "Golden leaves come down,\nred ones drift away,\nautumn paints the town\non a windy day."
    assert passes(lines, poem)
    assert passes(f"Here is a poem:\n\n**Autumn**\n\n{lines}", poem)
    assert not passes(f"{lines}\n\n{lines}", poem)


def sum_of_the_story(item: Item) -> str:
    one, other, lost = numbers(asked(item))
    return str(one * other - lost)


def invoice(item: Item) -> str:
    lines = re.findall(r"(\d+) x \w+, (\d+)\.00", asked(item))
    [shipping] = re.findall(r"Shipping: (\d+)", asked(item))
    return str(sum(int(many) * int(each) for many, each in lines) + int(shipping))


def last_day(item: Item) -> str:
    [begin], [days] = re.findall(r"\d{4}-\d\d-\d\d", asked(item)), re.findall(r"(\d+) days", asked(item))
    return (date.fromisoformat(begin) + timedelta(days=int(days))).isoformat()


def six_letters(item: Item) -> str:
    words = asked(item).split("?")[1].split(".")[0].split(",")
    return str(sum(len(word.strip()) == 6 for word in words))


def by_size(item: Item) -> str:
    given = numbers(asked(item).split(":")[1])
    return "\n".join(map(str, sorted(given, reverse="from the largest" in asked(item))))


def sightings(item: Item) -> str:
    [boat] = re.findall(r"was the boat (\w+) seen", asked(item))
    return str(asked(item).count(f"The boat {boat} was seen at"))


def crews(item: Item) -> str:
    boats = re.findall(r"on the (\w+) and the (\w+) together", asked(item))[0]
    return str(sum(int(re.findall(rf"{boat} went by with a crew of (\d+)", asked(item))[0]) for boat in boats))


def last_code(item: Item) -> str:
    [colour] = re.findall(r"opens the (\w+) cabinet", asked(item))
    return re.findall(rf"{colour} cabinet (?:is|was changed, it is) (\d+)", asked(item))[-1]


def running_count(item: Item) -> str:
    first, more, less = (numbers(turn["content"])[0] for turn in item.messages if numbers(turn["content"]))
    return str(first + more - less)


def price(item: Item) -> str:
    prices = {thing: int(many) for thing, many in re.findall(r"(\w+): (\d+) dollars", asked(item))}
    return (min if "cheapest" in asked(item) else max)(prices, key=prices.__getitem__)


@pytest.mark.parametrize(
    ("kind", "solve"),
    [
        ("sum-en", sum_of_the_story),
        ("sum-zh", sum_of_the_story),
        ("invoice-total", invoice),
        ("deadline", last_day),
        ("price", price),
        ("counting", six_letters),
        ("number-order", by_size),
        ("running-count", running_count),
        ("counted", sightings),
        ("two-places", crews),
        ("corrected", last_code),
    ],
)
def test_the_answer_that_was_worked_out_follows_from_the_words_of_the_prompt(
    kind: str, solve: Callable[[Item], str]
) -> None:
    wanted = {"sum-en": "Answer: {}", "sum-zh": "答案：{}", "invoice-total": "Total: {}"}.get(kind, "{}")  # noqa: RUF001
    assert [asked(item) for item in of_kind(kind) if not passes(wanted.format(solve(item)), item)] == []


@pytest.mark.parametrize(
    ("suite", "prompt", "right", "wrong"),
    [
        ("bilingual", "fact-zh-02", "法国的首都是巴黎（Paris）。", "法国的首都是Paris（巴黎）。"),  # noqa: RUF001
        ("bilingual", "fact-en-07", "The capital of Japan is Tokyo (东京).", "日本の首都 is Tokyo."),
        ("bilingual", "fact-en-08", "Oxygen; without it we die.", "Das ist oxygen."),
        (
            "live",
            "rule-11-01",
            "[turn 1] Fine.\n\n[turn 2] It gathers: ice.\n\n[turn 3] Eight.\n\n[turn 4] They make honey there.",
            "[turn 1] Fine.\n\n[turn 2] It gathers: ice.\n\n[turn 3] Eight.\n\n[turn 4] Honey, from the flowers.",
        ),
        (
            "grounded",
            "return-policy-03",
            "They don't say that; they only say that goods can be sent back within 16 days [1].",
            "The documents don't say it, but the money comes within 16 days [1].",
        ),
        (
            "instructions",
            "alphabetical-02",
            "Austria\nBelgium\nFrance\nItaly\nUK",
            "Austria\nBrazil\nFrance\nItaly\nUK",
        ),
        (
            "tool-calls",
            "result-failed-01",
            "No table has been booked: Saffron House is full.",
            "No problem! Your table for 5 at Saffron House has been booked.",
        ),
        ("tool-calls", "result-none-01", "No problem, but I can't find him.", "No problem: it is 555-0123."),
        ("instructions", "two-answers-01", "Crumbs\n******\nThe Oven", "Two names:\n\nCrumbs\n******\nThe Oven"),
        ("instructions", "two-answers-01", "**Crumbs** ****** Oven", "Crumb\n******\nOven\n\nI hope you like them."),
        ("instructions", "backwards-03", "**pmal**", "Pmal"),
        ("instructions", "zipped-03", "Tartu 39 Dresden 22 Odense 63", "Tartu 39\nDresden 22\nOdense 63"),
        ("instructions", "framed-03", "Home is far. I'm going home.", "Home is sweet. I like my home."),
        (
            "structured",
            "json-lines-03",
            '{"thing": "clock", "count": 57}\n{"thing": "napkin", "count": 17}\n{"thing": "ladder", "count": 52}',
            '{"thing": "clock",\n"count": 57}\n{"thing": "napkin",\n"count": 17}\n{"thing": "ladder",\n"count": 52}',
        ),
        (
            "grounded",
            "train-change-04",
            "The documents don't say. Platform 10 refers to the other train [2].",
            "The documents don't say it outright, but it leaves from platform 10 [2].",
        ),
        ("grounded", "会议室-02", "303，两点【文档1】【文档2】", "303，三点【文档1】【文档2】"),  # noqa: RUF001
        ("grounded", "停电-02", "下午1点【文档1】", "下午2点【文档1】"),
        ("grounded", "快递站-02", "3号货架【文档1】，周三【文档2】", "3276在6号货架【文档1】，周三【文档2】"),  # noqa: RUF001
        ("grounded", "租车-02", "260元【文档1】", "3260元【文档1】"),
        ("grounded", "菜谱-01", "八人份需要四个【文档1】", "八人份需要六个【文档1】"),
        ("bilingual", "other-language-zh-03", "They are loyal.", "People keep dogs since they are loyal（忠诚）."),  # noqa: RUF001
        (
            "live",
            "rule-15-02",
            "[turn 1] 好。\n\n[turn 2] 报告：冰。\n\n[turn 3] 报告：冷。\n\n[turn 4] 报告：蜂蜜。",  # noqa: RUF001
            "[turn 1] 好。\n\n[turn 2] 报告：结冰叫雪。\n\n[turn 3] 报告：冷。\n\n[turn 4] 报告：蜂蜜。",  # noqa: RUF001
        ),
        (
            "live",
            "rule-20-02",
            "[turn 1] OK\n\n[turn 2] Spring\nSpring\n\n[turn 3] - Ice.\n- Ice.\n\n[turn 4] Dog\nDog",
            "[turn 1] OK\n\n[turn 2] Spring\nSpring\n\n[turn 3] Ice.\nWe say ice.\n\n[turn 4] Dog\nDog",
        ),
        (
            "live",
            "rule-21-02",
            "[turn 1] Like five.\n\n[turn 2] Cold.\n\n[turn 3] Spring.\n\n[turn 4] Honey.",
            "[turn 1] Not like 5.\n\n[turn 2] Cold.\n\n[turn 3] Spring.\n\n[turn 4] Honey.",
        ),
        (
            "live",
            "rule-21-02",
            "[turn 1] Yes.\n\n[turn 2] Cold.\n\n[turn 3] Spring.\n\n[turn 4] Honey.",
            "[turn 1] Yes.\n\n[turn 2] Warm.\n\n[turn 3] Spring.\n\n[turn 4] Honey.",
        ),
        (
            "live",
            "rule-10-02",
            "[turn 1] OK\n\n[turn 2] **<<Dogs>>**\nDogs.\n\n[turn 3] <<S>>\nSpring.\n\n[turn 4] <<Legs>>\n8",
            "[turn 1] OK\n\n[turn 2] Dogs.\n<<Dogs>>\n\n[turn 3] <<S>>\nSpring.\n\n[turn 4] <<Legs>>\n8",
        ),
        (
            "live",
            "rule-12-01",
            "[turn 1] Ja.\n\n[turn 2] Honig.\n\n[turn 3] Sie hat acht Beine.\n\n[turn 4] Der Hund bellt.",
            "[turn 1] Ja.\n\n[turn 2] Honig.\n\n[turn 3] It has eight legs.\n\n[turn 4] Der Hund bellt.",
        ),
    ],
    ids=lambda value: value[:20],
)
def test_a_check_is_right_about_what_is_easily_mistaken(suite: str, prompt: str, right: str, wrong: str) -> None:
    [checks] = [row.checks for row in SUITES[suite].rows() if row.id == prompt]
    assert bank.passes(right, checks)
    assert not bank.passes(wrong, checks)


def test_nobody_asks_the_same_thing_twice_in_a_conversation() -> None:
    for item in ITEMS:
        said = [turn["content"] for turn in item.messages if turn["role"] == "user"]
        assert len(set(said)) == len(said)


def test_every_kind_of_failure_can_be_met_in_the_shipped_suites() -> None:
    run, read = ([item for item in ITEMS if (item.checks[0]["type"] == "code") is code] for code in (True, False))
    tried = [
        (answer, "stop", item)
        for item in read
        for answer in (item.wrong, "", "la " * 99)
        if "turn" not in str(item.checks)
    ]
    tried += [(run[0].wrong, "stop", run[0]), ("No", "length", read[0])]
    met = {outcome.failure for answer, reason, item in tried for outcome in apply_checks(answer, reason, item.checks)}
    assert met - {None} == set(FAILURES)


def test_no_question_stands_in_two_suites() -> None:
    texts = [
        "\n".join(message.content for message in prompt.messages)
        for name, suite in SUITES.items()
        if name != "demo-typos"  # a typo can be in a place that leaves the question as it was
        for prompt in suite.prompts
    ]
    assert len(set(texts)) == len(texts) > 1000
