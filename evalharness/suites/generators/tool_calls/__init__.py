"""The suite `tool-calls`: which tools a model calls, with what, and when none; 82 wordings, each filled twice.

The tools are in offered.py, the wordings in one.py, several.py and none.py.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evalharness.suites.generators.drafts import Draft, Item, Messages, check, templates, user
from evalharness.suites.generators.tool_calls.none import ASK, NONE, RESULT
from evalharness.suites.generators.tool_calls.offered import TOOLS
from evalharness.suites.generators.tool_calls.one import MULTIPLE, SIMPLE
from evalharness.suites.generators.tool_calls.several import CHAIN, PARALLEL, PARALLEL_MULTIPLE
from evalharness.suites.generators.tool_calls.wordings import Calls, Drawn, Wording
from evalharness.suites.generators.words import PEOPLE, TOWNS

SEED = 21
EACH = 2
HEAD = (
    "Whether a model that is offered tools calls the right ones with the right arguments: one tool, one of several, "
    "one several times or several at once, none where none fits or where the user left out what it needs, and what "
    "it says or calls once a tool has answered. The kinds are those of the Berkeley Function Calling Leaderboard "
    "(BFCL); tools, wordings and fillings are our own, every argument is computed with its prompt and its form said "
    "in the tool's description, one wording in seven is Chinese. A server has to read the calls of its model "
    "(TOOL_PARSER): of one that does not, or of a chat template that knows no tools, the suite says nothing. Tools "
    "that are run, long chains of them, and whether a model should rather have asked before it acted, are not in "
    "it."
)

CURRENCIES = (
    ("euros", "EUR"), ("Swiss francs", "CHF"), ("Japanese yen", "JPY"), ("British pounds", "GBP"),
    ("Polish zloty", "PLN"), ("Danish kroner", "DKK"),
)  # fmt: skip
LANGUAGES = (("French", "fr"), ("German", "de"), ("Spanish", "es"), ("Italian", "it"), ("Polish", "pl"))
RESTAURANTS = ("Blue Lantern", "Casa Verde", "Old Mill", "Saffron House", "Copper Pot")
GOODS = ("milk", "rice", "tea", "salt", "bread", "soap", "honey", "flour", "butter", "coffee")
SAYINGS = ("I am on my way", "The meeting is at noon", "Please bring the keys", "Dinner is ready", "See you on Monday")
SONGS = (("Northern Rain", "The Harbour Lights"), ("Paper Boats", "Lena Voss"), ("Slow River", "Tin Orchard"))
ZH_CITIES = ("北京", "上海", "广州", "成都", "西安", "杭州")
ZH_PEOPLE = ("王芳", "李强", "张敏", "刘洋", "陈静")
ZH_RESTAURANTS = ("江南小馆", "老成都火锅", "海天楼")
ZH_SAYINGS = ("我已经到楼下了", "明天的会议改到三点", "记得带雨伞")
ZH_CURRENCIES = (("欧元", "EUR"), ("日元", "JPY"), ("英镑", "GBP"), ("人民币", "CNY"))
WORDINGS = (*SIMPLE, *MULTIPLE, *PARALLEL, *PARALLEL_MULTIPLE, *NONE, *ASK, *RESULT, *CHAIN)


def suite() -> Draft:
    rng = random.Random(SEED)
    items = templates(item for wording in WORDINGS for item in _items(wording, rng))
    return Draft("tool-calls", "The right tools, rightly called", "non-inferiority", 0.09, 256, HEAD, items, version=2)


def _drawn(rng: random.Random) -> Drawn:
    """What fills a wording; all of it is drawn for each, whatever it takes of it."""
    (money, source), (other_money, target), *_ = rng.sample(CURRENCIES, 6)
    (zh_money, zh_source), (zh_other, zh_target), *_ = rng.sample(ZH_CURRENCIES, 4)
    (language, code), (other_language, other_code), *_ = rng.sample(LANGUAGES, 5)
    first, second, *_ = (name.split()[0] for name in rng.sample(PEOPLE, 4))
    song, artist = rng.choice(SONGS)
    hour = rng.randrange(1, 12)
    return Drawn(
        towns=rng.sample(TOWNS, 3), money=money, source=source, other_money=other_money, target=target,
        language=language, code=code, other_language=other_language, other_code=other_code, first=first, second=second,
        song=song, artist=artist, hour=hour, early=rng.randrange(6, 10), minute=rng.choice((10, 15, 20, 30, 40, 45)),
        few=rng.randrange(2, 8),
        many=rng.randrange(11, 95), more=rng.randrange(120, 900), place=rng.choice(RESTAURANTS),
        goods=rng.sample(GOODS, 4), saying=rng.choice(SAYINGS), other_saying=rng.choice(SAYINGS[::-1]),
        article=f"B-{rng.randrange(200, 900)}", other_article=f"C-{rng.randrange(200, 900)}",
        number=f"{rng.randrange(200, 999)}-{rng.randrange(1000, 9999)}", ticket=rng.randrange(1000, 9999),
        day=f"2026-0{rng.randrange(3, 10)}-{rng.randrange(11, 29)}", room=rng.choice(("kitchen", "bedroom", "study")),
        zh_cities=rng.sample(ZH_CITIES, 2), zh_name=rng.choice(ZH_PEOPLE), zh_place=rng.choice(ZH_RESTAURANTS),
        zh_saying=rng.choice(ZH_SAYINGS), zh_money=zh_money, zh_source=zh_source, zh_other=zh_other,
        zh_target=zh_target,
    )  # fmt: skip


def _items(wording: Wording, rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        drawn = _drawn(rng)
        tools = [TOOLS[name] for name in wording.tools.split()]
        asked = wording.asks.format(**vars(drawn)) if isinstance(wording.asks, str) else wording.asks(drawn)
        if wording.calls:
            wanted = wording.calls(drawn)
            checks = [check("calls", [{"name": name, "arguments": dict(given)} for name, given in wanted])]
            gold, wrong = written(wanted), written(_spoiled(wanted))
        elif wording.says:
            checks, gold, said = wording.says(drawn)
            wrong = written([(tools[0]["name"], {})]) if said is None else said
            checks = [check("no_call"), *checks]
        messages = [*user(asked), *_done(wording.after(drawn) if wording.after else ())]
        category = wording.kind.split(":")[0]
        yield Item(wording.kind.replace(": ", "-"), messages, checks, gold, wrong, [category], tools=tools)


def written(calls: Calls) -> str:
    """As a report shows them (runs/transcript.py)."""
    return "\n".join(f"→ {name}({json.dumps(arguments, ensure_ascii=False)})" for name, arguments in calls)


def _spoiled(calls: Calls) -> Calls:
    """One of several left out, or of one its last argument changed."""
    if len(calls) > 1:
        return calls[:-1]
    [(name, arguments)] = calls
    *others, (last, value) = arguments.items()
    changed: Any = (
        not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else f"{value} x"
    )
    return [(name, {**dict(others), last: value[:-1] if isinstance(value, list) else changed})]


def _done(calls: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]) -> Messages:
    if not calls:
        return []
    ids = [f"call0000{at}" for at in range(1, len(calls) + 1)]  # nine letters and digits, as Mistral's templates want
    asked = [
        {"id": one, "name": name, "arguments": dict(given)} for one, (name, given, _) in zip(ids, calls, strict=True)
    ]
    results = [
        {"role": "tool", "tool_call_id": one, "content": json.dumps(result, ensure_ascii=False)}
        for one, (*_, result) in zip(ids, calls, strict=True)
    ]
    return [{"role": "assistant", "content": "One moment.", "tool_calls": asked}, *results]
