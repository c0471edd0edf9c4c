"""The suite `tool-calls`: which tools a model calls, with what, and when none; 82 wordings, each filled twice."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from evalharness.suites.generators.drafts import Checks, Draft, Item, Messages, check, templates, user
from evalharness.suites.generators.offered import TOOLS
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

Calls = Sequence[tuple[str, Mapping[str, Any]]]
Drawn = SimpleNamespace
CURRENCIES = (
    ("euros", "EUR"), ("Swiss francs", "CHF"), ("Japanese yen", "JPY"), ("British pounds", "GBP"),
    ("Polish zloty", "PLN"), ("Danish kroner", "DKK"),
)  # fmt: skip
LANGUAGES = (("French", "fr"), ("German", "de"), ("Spanish", "es"), ("Italian", "it"), ("Polish", "pl"))
RESTAURANTS = ("Blue Lantern", "Casa Verde", "Old Mill", "Saffron House", "Copper Pot")
GOODS = ("milk", "rice", "tea", "salt", "bread", "soap", "honey", "flour", "butter", "coffee")
SAYINGS = ("I am on my way", "The meeting is at noon", "Please bring the keys", "Dinner is ready", "See you on Monday")
SONGS = (("Northern Rain", "The Harbour Lights"), ("Paper Boats", "Lena Voss"), ("Slow River", "Tin Orchard"))
ASKING = r"(?i)[?？]|\b(need|please|let me know|tell me|specify|provide|missing)\b|请|告诉|需要"
DONE = (
    r"(?i)\b(I['’]ve|I have|has been|have been|was|is now|successfully) (now |just |already )?"
    r"(booked|reserved|sent|transferred|ordered|started|resized|converted)\b|已(经)?为?您?(预订|订好)"
)
ZH_CITIES = ("北京", "上海", "广州", "成都", "西安", "杭州")
ZH_PEOPLE = ("王芳", "李强", "张敏", "刘洋", "陈静")
ZH_RESTAURANTS = ("江南小馆", "老成都火锅", "海天楼")
ZH_SAYINGS = ("我已经到楼下了", "明天的会议改到三点", "记得带雨伞")
ZH_CURRENCIES = (("欧元", "EUR"), ("日元", "JPY"), ("英镑", "GBP"), ("人民币", "CNY"))


@dataclass(frozen=True)
class Wording:
    """A wording and what it asks for. `tools` are offered, the first of them is what a wrong answer would call.

    `calls` says which calls are right; `says`, where none is, what an answer has to hold: checks, a right answer, and
    a wrong one or None for a call.
    """

    kind: str
    tools: str
    asks: str | Callable[[Drawn], str]
    calls: Callable[[Drawn], Calls] | None = None
    says: Callable[[Drawn], tuple[Checks, str, str | None]] | None = None
    after: Callable[[Drawn], Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]] | None = None
    """Calls that were made already, each with its result."""


def suite() -> Draft:
    rng = random.Random(SEED)
    items = templates(item for wording in WORDINGS for item in _items(wording, rng))
    return Draft("tool-calls", "The right tools, rightly called", "non-inferiority", 0.08, 256, HEAD, items)


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


def _clock(hour: int, minute: int = 0) -> str:
    return f"{hour:02}:{minute:02}"


def _asks_back(gold: str, *words: str) -> Callable[[Drawn], tuple[Checks, str, str | None]]:
    """It asks, for what is missing (any of these words, as patterns), and does not say that it was done."""
    checks = [check("regex", f"(?i){'|'.join(words)}"), check("regex", ASKING), check("not_regex", DONE)]
    return lambda d: (checks, gold.format(**vars(d)), None)


def _without_a_tool(*checks: dict[str, Any], gold: str) -> Callable[[Drawn], tuple[Checks, str, str | None]]:
    return lambda d: (list(checks), gold.format(**vars(d)), None)


def _number(gold: str, worth: Callable[[Drawn], float], off: float = 1) -> Callable[[Drawn], tuple[Checks, str, str]]:
    """A number of the result, or worked out from it, anywhere in the answer; the wrong one is `off` from it."""

    def says(d: Drawn) -> tuple[Checks, str, str]:
        value = worth(d)
        return (
            [check("numeric", {"value": value, "which": "any"})],
            gold.format(value=value),
            gold.format(value=value + off),
        )

    return says


def _words(gold: str, wrong: str, *patterns: str) -> Callable[[Drawn], tuple[Checks, str, str]]:
    return lambda d: (
        [check("regex", f"(?i){pattern.format(**vars(d))}") for pattern in patterns],
        gold.format(**vars(d)),
        wrong.format(**vars(d)),
    )


SIMPLE = (
    Wording(
        "simple: forecast",
        "get_forecast",
        "What will the weather be like in {towns[0]} over the next {few} days?",
        lambda d: [("get_forecast", {"city": d.towns[0], "days": d.few})],
    ),
    Wording(
        "simple: currency",
        "convert_currency",
        "How much is {more} {money} in {other_money}?",
        lambda d: [("convert_currency", {"amount": d.more, "source": d.source, "target": d.target})],
    ),
    Wording(
        "simple: timer",
        "set_timer",
        "The eggs are in the water. Tell me when {few} minutes are over.",
        lambda d: [("set_timer", {"minutes": d.few})],
    ),
    Wording(
        "simple: hours",
        "set_timer",
        "Start a timer for {few} hours, please.",
        lambda d: [("set_timer", {"minutes": 60 * d.few})],
    ),
    Wording(
        "simple: table",
        "book_table",
        "We are {few} and would like to eat at {place} today. Get us a table for {hour}:{minute} pm.",
        lambda d: [("book_table", {"restaurant": d.place, "people": d.few, "time": _clock(d.hour + 12, d.minute)})],
    ),
    Wording(
        "simple: message",
        "send_message",
        'Text {first}: "{saying}"',
        lambda d: [("send_message", {"recipient": d.first, "body": d.saying})],
    ),
    Wording(
        "simple: translation",
        "translate",
        'Put "{saying}" into {language} for me, with the tool.',
        lambda d: [("translate", {"text": d.saying, "target": d.code})],
    ),
    Wording(
        "simple: light",
        "set_light",
        "It is too dark in the {room}: lights on there, at {many} percent.",
        lambda d: [("set_light", {"room": d.room, "on": True, "brightness": d.many})],
    ),
    Wording(
        "simple: stock",
        "check_stock",
        "How many pieces of {article} have we got left?",
        lambda d: [("check_stock", {"article": d.article})],
    ),
    Wording(
        "simple: route",
        "find_route",
        "I want to go from {towns[0]} to {towns[1]} by train. Which way?",
        lambda d: [("find_route", {"origin": d.towns[0], "destination": d.towns[1], "by": "train"})],
    ),
    Wording(
        "simple: shopping",
        "add_to_list",
        "We are out of {goods[0]}, {goods[1]} and {goods[2]}: on the shopping list with them.",
        lambda d: [("add_to_list", {"list": "shopping", "items": d.goods[:3]})],
    ),
    Wording(
        "simple: query",
        "run_query",
        "In how many rows of the table orders_{many} is the column status set to returned?",
        lambda d: [("run_query", {"table": f"orders_{d.many}", "column": "status", "value": "returned"})],
    ),
    Wording(
        "simple: loan",
        "loan_payment",
        "I borrow {more}000 euros over {few} years at 4.5 percent. What do I pay a month?",
        lambda d: [("loan_payment", {"amount": d.more * 1000, "percent": 4.5, "years": d.few})],
    ),
    Wording(
        "simple: weather-zh",
        "chaxun_tianqi",
        "请查一下{zh_cities[0]}未来{few}天的天气。",
        lambda d: [("chaxun_tianqi", {"chengshi": d.zh_cities[0], "tianshu": d.few})],
    ),
    Wording(
        "simple: alarm-zh",
        "shezhi_naozhong",
        "明天早上{early}点{minute}分叫我起床。",
        lambda d: [("shezhi_naozhong", {"shijian": _clock(d.early, d.minute)})],
    ),
    Wording(
        "simple: parcel-zh",
        "chaxun_kuaidi",
        "帮我查一下快递{number}现在到哪儿了。",
        lambda d: [("chaxun_kuaidi", {"danhao": d.number})],
    ),
)

MULTIPLE = (
    Wording(
        "multiple: forecast",
        "find_hotels get_forecast find_route",
        "I will be in {towns[0]} for {few} days. Do I have to pack an umbrella?",
        lambda d: [("get_forecast", {"city": d.towns[0], "days": d.few})],
    ),
    Wording(
        "multiple: hotel",
        "get_forecast find_hotels find_route",
        "A bed in {towns[0]} for {few} nights, at {many} euros a night at most, what is there?",
        lambda d: [("find_hotels", {"city": d.towns[0], "nights": d.few, "most_per_night": d.many})],
    ),
    Wording(
        "multiple: route",
        "find_hotels get_forecast find_route",
        "How do I cycle from {towns[0]} to {towns[1]}?",
        lambda d: [("find_route", {"origin": d.towns[0], "destination": d.towns[1], "by": "bicycle"})],
    ),
    Wording(
        "multiple: alarm",
        "set_timer set_alarm add_event",
        "Wake me tomorrow at {early}:{minute} in the morning.",
        lambda d: [("set_alarm", {"time": _clock(d.early, d.minute)})],
    ),
    Wording(
        "multiple: event",
        "set_alarm list_events add_event",
        'Put "Dentist" down for {day}, at {early}:{minute} in the morning.',
        lambda d: [("add_event", {"title": "Dentist", "day": d.day, "start": _clock(d.early, d.minute)})],
    ),
    Wording(
        "multiple: agenda",
        "add_event list_events set_alarm",
        "What have I got on {day}?",
        lambda d: [("list_events", {"day": d.day})],
    ),
    Wording(
        "multiple: order",
        "check_stock order_article open_ticket",
        "{article} is all but gone. Have {many} more of them come in.",
        lambda d: [("order_article", {"article": d.article, "pieces": d.many})],
    ),
    Wording(
        "multiple: ticket",
        "close_ticket open_ticket send_message",
        'Open a ticket about this, it is very urgent: "Door {many} does not lock"',
        lambda d: [("open_ticket", {"subject": f"Door {d.many} does not lock", "priority": "high"})],
    ),
    Wording(
        "multiple: close",
        "open_ticket close_ticket check_stock",
        "Number {ticket} is solved, it can be closed.",
        lambda d: [("close_ticket", {"ticket": d.ticket})],
    ),
    Wording(
        "multiple: rename",
        "resize_image rename_file",
        "The picture img_{more}.png should be called harbour_{many}.png from now on.",
        lambda d: [("rename_file", {"old": f"img_{d.more}.png", "new": f"harbour_{d.many}.png"})],
    ),
    Wording(
        "multiple: balance",
        "transfer get_account",
        "What is there on account {number}?",
        lambda d: [("get_account", {"account": d.number})],
    ),
    Wording(
        "multiple: heating",
        "set_light set_heating water_plants",
        "1{few}.5 degrees is too cold in the bathroom, make it 2{few}.",
        lambda d: [("set_heating", {"room": "bathroom", "celsius": 20 + d.few})],
    ),
    Wording(
        "multiple: song",
        "add_to_list play_song set_timer",
        "I would like to hear {song} by {artist} now.",
        lambda d: [("play_song", {"title": d.song, "artist": d.artist})],
    ),
    Wording(
        "multiple: table-zh",
        "fasong_duanxin yuding_canzhuo shezhi_naozhong",
        "今晚我们{few}个人去{zh_place}吃饭，请订晚上7点{minute}分的桌子。",
        lambda d: [("yuding_canzhuo", {"canting": d.zh_place, "renshu": d.few, "shijian": _clock(19, d.minute)})],
    ),
    Wording(
        "multiple: message-zh",
        "chaxun_kuaidi fasong_duanxin huansuan_huobi",
        "给{zh_name}发短信：“{zh_saying}”",
        lambda d: [("fasong_duanxin", {"shoujianren": d.zh_name, "neirong": d.zh_saying})],
    ),
)

PARALLEL = (
    Wording(
        "parallel: temperature",
        "get_temperature",
        "Where is it warmest right now: {towns[0]}, {towns[1]} or {towns[2]}?",
        lambda d: [("get_temperature", {"city": town}) for town in d.towns],
    ),
    Wording(
        "parallel: messages",
        "send_message",
        'Text {first} and {second}, the same to each: "{saying}"',
        lambda d: [("send_message", {"recipient": name, "body": d.saying}) for name in (d.first, d.second)],
    ),
    Wording(
        "parallel: languages",
        "translate",
        'I need "{saying}" in {language} and in {other_language}, by the tool.',
        lambda d: [("translate", {"text": d.saying, "target": code}) for code in (d.code, d.other_code)],
    ),
    Wording(
        "parallel: timers",
        "set_timer",
        "Two timers: {few} minutes for the tea, {many} for the bread.",
        lambda d: [("set_timer", {"minutes": d.few}), ("set_timer", {"minutes": d.many})],
    ),
    Wording(
        "parallel: stock",
        "check_stock",
        "Look up how much is left of {article}, and of {other_article}, too.",
        lambda d: [("check_stock", {"article": one}) for one in (d.article, d.other_article)],
    ),
    Wording(
        "parallel: currencies",
        "convert_currency",
        "What are {more} {money} worth in {other_money}, and {many} of them?",
        lambda d: [
            ("convert_currency", {"amount": amount, "source": d.source, "target": d.target})
            for amount in (d.more, d.many)
        ],
    ),
    Wording(
        "parallel: lights",
        "set_light",
        "Kitchen lights to {many} percent, and the ones in the hall off.",
        lambda d: [
            ("set_light", {"room": "kitchen", "on": True, "brightness": d.many}),
            ("set_light", {"room": "hall", "on": False, "brightness": 0}),
        ],
    ),
    Wording(
        "parallel: circles",
        "area_of_circle",
        "Two round tables, one of radius {few}.5, one of radius {many}. What is the area of each? Use the tool.",
        lambda d: [("area_of_circle", {"radius": d.few + 0.5}), ("area_of_circle", {"radius": d.many})],
    ),
    Wording(
        "parallel: weather-zh",
        "chaxun_tianqi",
        "{zh_cities[0]}和{zh_cities[1]}今后{few}天的天气怎么样？",
        lambda d: [("chaxun_tianqi", {"chengshi": city, "tianshu": d.few}) for city in d.zh_cities],
    ),
)

PARALLEL_MULTIPLE = (
    Wording(
        "both: travel",
        "get_forecast find_route find_hotels",
        "Show me the way by car from {towns[0]} to {towns[1]}, and the weather {towns[1]} will have for {few} days.",
        lambda d: [
            ("find_route", {"origin": d.towns[0], "destination": d.towns[1], "by": "car"}),
            ("get_forecast", {"city": d.towns[1], "days": d.few}),
        ],
    ),
    Wording(
        "both: cooking",
        "add_to_list set_timer set_alarm",
        "Set a timer for {many} minutes, and note {goods[0]} and {goods[1]} for shopping.",
        lambda d: [("set_timer", {"minutes": d.many}), ("add_to_list", {"list": "shopping", "items": d.goods[:2]})],
    ),
    Wording(
        "both: evening",
        "book_table send_message add_event",
        'Book {place} for {few} people at {hour} pm today, and text {first}: "{saying}"',
        lambda d: [
            ("book_table", {"restaurant": d.place, "people": d.few, "time": _clock(d.hour + 12)}),
            ("send_message", {"recipient": d.first, "body": d.saying}),
        ],
    ),
    Wording(
        "both: warehouse",
        "check_stock order_article close_ticket",
        "Order {many} pieces of {article}, and close ticket {ticket}.",
        lambda d: [("order_article", {"article": d.article, "pieces": d.many}), ("close_ticket", {"ticket": d.ticket})],
    ),
    Wording(
        "both: house",
        "set_light set_heating water_plants",
        "Bedroom lights on at {many} percent, heating there to 1{few} degrees, and {few} litres of water for bed 3.",
        lambda d: [
            ("set_light", {"room": "bedroom", "on": True, "brightness": d.many}),
            ("set_heating", {"room": "bedroom", "celsius": 10 + d.few}),
            ("water_plants", {"bed": 3, "litres": d.few}),
        ],
    ),
    Wording(
        "both: files",
        "resize_image rename_file run_query",
        "Make cover{many}.jpg {more} pixels wide and {more} high, and turn the name notes.txt into notes{few}.txt.",
        lambda d: [
            ("resize_image", {"file": f"cover{d.many}.jpg", "width": d.more, "height": d.more}),
            ("rename_file", {"old": "notes.txt", "new": f"notes{d.few}.txt"}),
        ],
    ),
    Wording(
        "both: sport",
        "log_workout set_alarm play_song",
        "I ran for {many} minutes just now, note that. Tomorrow the alarm should ring at {early} sharp in the morning.",
        lambda d: [("log_workout", {"sport": "running", "minutes": d.many}), ("set_alarm", {"time": _clock(d.early)})],
    ),
    Wording(
        "both: money-zh",
        "huansuan_huobi chaxun_kuaidi shezhi_naozhong",
        "{more}{zh_money}等于多少{zh_other}？另外查一下快递{number}。",
        lambda d: [
            ("huansuan_huobi", {"jine": d.more, "cong": d.zh_source, "dao": d.zh_target}),
            ("chaxun_kuaidi", {"danhao": d.number}),
        ],
    ),
)

NONE = (
    Wording(
        "none: sum",
        "get_forecast set_timer",
        "What is {many} plus {more}? Just the number.",
        says=lambda d: ([check("numeric", d.many + d.more)], str(d.many + d.more), None),
    ),
    Wording(
        "none: thanks",
        "send_message set_alarm",
        "Thank you, that was all for today, {first} sends you greetings. I am off in {few} minutes.",
        says=_without_a_tool(gold="You are welcome! Enjoy your evening, and greetings back to {first}."),
    ),
    Wording(
        "none: capital",
        "find_contact get_account",
        "Which country is {towns[0]} in, and is that in Europe?",
        says=_without_a_tool(check("regex", "(?i)yes|europe"), gold="It lies in Europe, yes."),
    ),
    Wording(
        "none: poem",
        "check_stock order_article",
        "Write two lines about rain in {towns[0]}.",
        says=_without_a_tool(
            check("min_words", 4), gold="Rain in {towns[0]}, soft and grey,\nwashes all the dust away."
        ),
    ),
    Wording(
        "none: other",
        "convert_currency get_account",
        "Turn on the washing machine in {few} hours, please.",
        says=_without_a_tool(gold="I am sorry, I have no tool for your washing machine."),
    ),
    Wording(
        "none: flight",
        "set_light set_heating",
        "Book me a flight from {towns[0]} to {towns[1]} on {day}.",
        says=_without_a_tool(gold="I cannot book flights: I can only set lights and heating here."),
    ),
    Wording(
        "none: past",
        "set_timer set_alarm",
        "How many minutes are {few} hours? Only the number, and set nothing.",
        says=lambda d: ([check("numeric", 60 * d.few)], str(60 * d.few), None),
    ),
    Wording(
        "none: meaning",
        "translate add_event",
        "Without a tool: is a {goods[0]} shop a place where one buys {goods[0]}? Yes or no.",
        says=_without_a_tool(check("regex", "(?i)\\byes\\b"), gold="Yes."),
    ),
    Wording(
        "none: zh",
        "chaxun_kuaidi shezhi_naozhong",
        "{few}乘以{many}等于多少？只写数字。",
        says=lambda d: ([check("numeric", d.few * d.many)], str(d.few * d.many), None),
    ),
)

ASK = (
    Wording(
        "ask: people",
        "book_table send_message",
        "Get us a table at {place} for {hour} pm today.",
        says=_asks_back(
            "For how many people should I book?", "how many", "number of", "party", "people", "guests", "persons"
        ),
    ),
    Wording(
        "ask: target",
        "convert_currency",
        "I have {more} {money} and want to change them. How much do I get?",
        says=_asks_back("Into which currency?", "currency", "into w", "to w", "convert"),
    ),
    Wording(
        "ask: recipient",
        "send_message set_alarm",
        'Send this as a text message: "{saying}"',
        says=_asks_back("Whom shall I send it to?", "who", "recipient", "contact", "name", "send (it|this|that) to"),
    ),
    Wording(
        "ask: minutes",
        "set_timer set_alarm",
        "The cake for {first} is in the oven. Start the timer, please.",
        says=_asks_back("How many minutes should it run?", "how (many|long|much)", "minutes", "duration"),
    ),
    Wording(
        "ask: city",
        "get_forecast get_temperature",
        "Will it rain over the next {few} days where {first} lives?",
        says=_asks_back("In which city does {first} live?", "which", "where", "city", "location", "place"),
    ),
    Wording(
        "ask: account",
        "transfer get_account",
        "Transfer {more} euros from account {number}.",
        says=_asks_back("To which account should they go?", "account", "to w", "recipient", "where"),
    ),
    Wording(
        "ask: pieces",
        "order_article check_stock",
        "Order some more of {article}, will you?",
        says=_asks_back(
            "How many pieces of {article} do you want?", "how (many|much)", "quantity", "number of", "pieces"
        ),
    ),
    Wording(
        "ask: size",
        "resize_image rename_file",
        "Make photo{more}.png smaller.",
        says=_asks_back(
            "What width and height should it have?",
            "width",
            "size",
            "height",
            "dimensions",
            "pixels",
            "how (small|large|big|much)",
        ),
    ),
    Wording(
        "ask: zh",
        "yuding_canzhuo fasong_duanxin",
        "帮我在{zh_place}订一张今晚{early}点的桌子。",
        says=_asks_back("请问一共几位用餐？", "几", "多少", "人数"),
    ),
)

RESULT = (
    Wording(
        "result: temperature",
        "get_temperature",
        "How warm is it in {towns[0]} now? In degrees Celsius.",
        says=_number("It is {value} °C there now.", lambda d: d.few + 9),
        after=lambda d: [("get_temperature", {"city": d.towns[0]}, {"celsius": d.few + 9})],
    ),
    Wording(
        "result: warmest",
        "get_temperature",
        "Where is it warmer, in {towns[1]} or in {towns[0]}? Only the city's name.",
        says=lambda d: ([check("says_only", d.towns[1])], d.towns[1], d.towns[0]),
        after=lambda d: [
            ("get_temperature", {"city": d.towns[1]}, {"celsius": d.few + 9}),
            ("get_temperature", {"city": d.towns[0]}, {"celsius": d.few}),
        ],
    ),
    Wording(
        "result: change",
        "convert_currency",
        "What do I get for {many} {money} in {other_money}?",
        says=_number("You get {value}.", lambda d: round(d.many * 1.25, 2)),
        after=lambda d: [
            (
                "convert_currency",
                {"amount": d.many, "source": d.source, "target": d.target},
                {"amount": round(d.many * 1.25, 2), "currency": d.target},
            )
        ],
    ),
    Wording(
        "result: left",
        "check_stock",
        "We need {many} pieces of {article}. By how many pieces are we short? Only the number.",
        says=_number("{value}", lambda d: d.many - d.few),
        after=lambda d: [("check_stock", {"article": d.article}, {"article": d.article, "pieces": d.few})],
    ),
    Wording(
        "result: total",
        "get_account",
        "How much is there on accounts {number} and {article} together? Only the number.",
        says=_number("{value}", lambda d: d.more + d.many),
        after=lambda d: [
            ("get_account", {"account": d.number}, {"euros": d.more}),
            ("get_account", {"account": d.article}, {"euros": d.many}),
        ],
    ),
    Wording(
        "result: none",
        "find_contact",
        "What is {first}'s telephone number?",
        says=_words(
            "{first} is not in your address book.",
            "It is {number}.",
            "not|n't|\\bno\\b|unable|nobody|could ?n.t|unknown",
        ),
        after=lambda d: [("find_contact", {"name": d.first}, {"found": False})],
    ),
    Wording(
        "result: failed",
        "book_table",
        "A table at {place} for {few} at {hour} pm today, please.",
        says=_words(
            "I am sorry, {place} is fully booked at that time.",
            "Your table at {place} is booked.",
            "full|not|n't|unable|\\bno\\b|sorry|unfortunately|unavailable",
        ),
        after=lambda d: [
            (
                "book_table",
                {"restaurant": d.place, "people": d.few, "time": _clock(d.hour + 12)},
                {"booked": False, "reason": "fully booked"},
            )
        ],
    ),
    Wording(
        "result: parcel",
        "get_parcel",
        "Where is my parcel {number}?",
        says=_words("It is in {towns[0]} and comes tomorrow.", "It is on its way.", "{towns[0]}"),
        after=lambda d: [("get_parcel", {"number": d.number}, {"at": d.towns[0], "due": "tomorrow"})],
    ),
    Wording(
        "result: zh",
        "chaxun_tianqi",
        "{zh_cities[0]}明天最高气温是多少度？",
        says=_number("明天最高气温是{value}度。", lambda d: d.many % 20 + 12),
        after=lambda d: [
            (
                "chaxun_tianqi",
                {"chengshi": d.zh_cities[0], "tianshu": 1},
                {"明天": {"最高": d.many % 20 + 12, "最低": d.few}},
            )
        ],
    ),
)

CHAIN = (
    Wording(
        "chain: call",
        "find_contact call_number",
        "Ring up {first} for me.",
        lambda d: [("call_number", {"number": d.number})],
        after=lambda d: [("find_contact", {"name": d.first}, {"name": d.first, "number": d.number})],
    ),
    Wording(
        "chain: refill",
        "check_stock order_article",
        "See how many pieces of {article} are left, and order as many as it takes to have {more} of them.",
        lambda d: [("order_article", {"article": d.article, "pieces": d.more - d.many})],
        after=lambda d: [("check_stock", {"article": d.article}, {"article": d.article, "pieces": d.many})],
    ),
    Wording(
        "chain: empty",
        "get_account transfer",
        "Move all that is on account {number} over to account {article}.",
        lambda d: [("transfer", {"source": d.number, "target": d.article, "amount": d.more + 0.5})],
        after=lambda d: [("get_account", {"account": d.number}, {"euros": d.more + 0.5})],
    ),
    Wording(
        "chain: pass-on",
        "get_parcel send_message",
        "Find out in which city parcel {number} is, and text {first} the name of that city and nothing else.",
        lambda d: [("send_message", {"recipient": d.first, "body": d.towns[0]})],
        after=lambda d: [("get_parcel", {"number": d.number}, {"city": d.towns[0]})],
    ),
    Wording(
        "chain: warmer",
        "get_temperature find_hotels",
        "Is it warmer in {towns[0]} or in {towns[1]} now? Find me a hotel in the warmer one, {few} nights, "
        "{more} euros a night at most.",
        lambda d: [("find_hotels", {"city": d.towns[1], "nights": d.few, "most_per_night": d.more})],
        after=lambda d: [
            ("get_temperature", {"city": d.towns[0]}, {"celsius": d.few}),
            ("get_temperature", {"city": d.towns[1]}, {"celsius": d.few + 9}),
        ],
    ),
    Wording(
        "chain: free",
        "list_events add_event",
        'If I have nothing on {day} yet, put "Hike" down for that day, at {early} in the morning.',
        lambda d: [("add_event", {"title": "Hike", "day": d.day, "start": _clock(d.early)})],
        after=lambda d: [("list_events", {"day": d.day}, {"events": []})],
    ),
    Wording(
        "chain: zh",
        "chaxun_kuaidi fasong_duanxin",
        "查一下快递{number}在哪个城市，然后只把城市名发短信给{zh_name}。",
        lambda d: [("fasong_duanxin", {"shoujianren": d.zh_name, "neirong": d.zh_cities[0]})],
        after=lambda d: [("chaxun_kuaidi", {"danhao": d.number}, {"城市": d.zh_cities[0]})],
    ),
)

WORDINGS = (*SIMPLE, *MULTIPLE, *PARALLEL, *PARALLEL_MULTIPLE, *NONE, *ASK, *RESULT, *CHAIN)
