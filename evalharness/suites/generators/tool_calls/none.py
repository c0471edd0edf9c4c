"""Of the suite `tool-calls`: no call, since none fits, something is missing, or the result is there already."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

from evalharness.suites.generators.drafts import check
from evalharness.suites.generators.tool_calls.wordings import Wording, asks_back, clock, number, without_a_tool, words

NONE = (
    Wording(
        "none: sum",
        "get_forecast set_timer",
        "What is {many} plus {more}?",
        says=lambda d: ([check("numeric", {"value": d.many + d.more, "which": "any"})], str(d.many + d.more), None),
    ),
    Wording(
        "none: thanks",
        "send_message set_alarm",
        "Thank you, that was all for today, {first} sends you greetings. I am off in {few} minutes.",
        says=without_a_tool(gold="You are welcome! Enjoy your evening, and greetings back to {first}."),
    ),
    Wording(
        "none: capital",
        "find_contact get_account",
        "Which country is {towns[0]} in, and is that in Europe?",
        says=without_a_tool(check("regex", "(?i)yes|europe"), gold="It lies in Europe, yes."),
    ),
    Wording(
        "none: poem",
        "check_stock order_article",
        "Write two lines about rain in {towns[0]}.",
        says=without_a_tool(
            check("min_words", 4), gold="Rain in {towns[0]}, soft and grey,\nwashes all the dust away."
        ),
    ),
    Wording(
        "none: other",
        "convert_currency get_account",
        "Turn on the washing machine in {few} hours, please.",
        says=without_a_tool(gold="I am sorry, I have no tool for your washing machine."),
    ),
    Wording(
        "none: flight",
        "set_light set_heating",
        "Book me a flight from {towns[0]} to {towns[1]} on {day}.",
        says=without_a_tool(gold="I cannot book flights: I can only set lights and heating here."),
    ),
    Wording(
        "none: past",
        "set_timer set_alarm",
        "How many minutes are {few} hours? Just tell me, and set nothing.",
        says=lambda d: ([check("numeric", {"value": 60 * d.few, "which": "any"})], str(60 * d.few), None),
    ),
    Wording(
        "none: meaning",
        "translate add_event",
        "Without a tool: is a {goods[0]} shop a place where one buys {goods[0]}?",
        says=without_a_tool(check("regex", "(?i)\\b(?:yes|yeah|yep|indeed|exactly|correct)\\b"), gold="Yes."),
    ),
    Wording(
        "none: zh",
        "chaxun_kuaidi shezhi_naozhong",
        "{few}乘以{many}等于多少？",
        says=lambda d: ([check("numeric", {"value": d.few * d.many, "which": "any"})], str(d.few * d.many), None),
    ),
)

ASK = (
    Wording(
        "ask: people",
        "book_table send_message",
        "Get us a table at {place} for {hour} pm today.",
        says=asks_back(
            "For how many people should I book?", "how many", "number of", "party", "people", "guests", "persons"
        ),
    ),
    Wording(
        "ask: target",
        "convert_currency",
        "I have {more} {money} and want to change them. How much do I get?",
        says=asks_back("Into which currency?", "currency", "into w", "to w", "convert"),
    ),
    Wording(
        "ask: recipient",
        "send_message set_alarm",
        'Send this as a text message: "{saying}"',
        says=asks_back("Whom shall I send it to?", "who", "recipient", "contact", "name", "send (it|this|that) to"),
    ),
    Wording(
        "ask: minutes",
        "set_timer set_alarm",
        "The cake for {first} is in the oven. Start the timer, please.",
        says=asks_back("How many minutes should it run?", "how (many|long|much)", "minutes", "duration"),
    ),
    Wording(
        "ask: city",
        "get_forecast get_temperature",
        "Will it rain over the next {few} days where {first} lives?",
        says=asks_back("In which city does {first} live?", "which", "where", "city", "location", "place"),
    ),
    Wording(
        "ask: account",
        "transfer get_account",
        "Transfer {more} euros from account {number}.",
        says=asks_back("To which account should they go?", "account", "to w", "recipient", "where"),
    ),
    Wording(
        "ask: pieces",
        "order_article check_stock",
        "Order some more of {article}, will you?",
        says=asks_back(
            "How many pieces of {article} do you want?", "how (many|much)", "quantity", "number of", "pieces"
        ),
    ),
    Wording(
        "ask: size",
        "resize_image rename_file",
        "Make photo{more}.png smaller.",
        says=asks_back(
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
        says=asks_back("请问一共几位用餐？", "几", "多少", "人数"),
    ),
)

RESULT = (
    Wording(
        "result: temperature",
        "get_temperature",
        "How warm is it in {towns[0]} now? In degrees Celsius.",
        says=number("It is {value} °C there now.", lambda d: d.few + 9),
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
        says=number("You get {value}.", lambda d: round(d.many * 1.25, 2)),
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
        "We need {many} pieces of {article}. By how many pieces are we short?",
        says=number("{value}", lambda d: d.many - d.few),
        after=lambda d: [("check_stock", {"article": d.article}, {"article": d.article, "pieces": d.few})],
    ),
    Wording(
        "result: total",
        "get_account",
        "How much is there on accounts {number} and {article} together?",
        says=number("{value}", lambda d: d.more + d.many),
        after=lambda d: [
            ("get_account", {"account": d.number}, {"euros": d.more}),
            ("get_account", {"account": d.article}, {"euros": d.many}),
        ],
    ),
    Wording(
        "result: none",
        "find_contact",
        "What is {first}'s telephone number?",
        says=words(
            "{first} is not in your address book.",
            "It is {number}.",
            "not|n't|\\bno\\b|unable|nobody|could ?n.t|unknown",
            never=r"\d{3}[-\s]?\d",
        ),
        after=lambda d: [("find_contact", {"name": d.first}, {"found": False})],
    ),
    Wording(
        "result: failed",
        "book_table",
        "A table at {place} for {few} at {hour} pm today, please.",
        says=words(
            "I am sorry, {place} is fully booked at that time.",
            "Your table at {place} is booked.",
            "full|not|n't|unable|\\bno\\b|sorry|unfortunately|unavailable",
            never=r"(?<!no )\b(?:table|booking|reservation)\b[^.!?]* (?:is|has been|was) (?:now )?"
            r"(?:booked|confirmed|reserved)",
        ),
        after=lambda d: [
            (
                "book_table",
                {"restaurant": d.place, "people": d.few, "time": clock(d.hour + 12)},
                {"booked": False, "reason": "fully booked"},
            )
        ],
    ),
    Wording(
        "result: parcel",
        "get_parcel",
        "Where is my parcel {number}?",
        says=words("It is in {towns[0]} and comes tomorrow.", "It is on its way.", "{towns[0]}"),
        after=lambda d: [("get_parcel", {"number": d.number}, {"at": d.towns[0], "due": "tomorrow"})],
    ),
    Wording(
        "result: zh",
        "chaxun_tianqi",
        "{zh_cities[0]}明天最高气温是多少度？",
        says=number("明天最高气温是{value}度。", lambda d: d.many % 20 + 12),
        after=lambda d: [
            (
                "chaxun_tianqi",
                {"chengshi": d.zh_cities[0], "tianshu": 1},
                {"明天": {"最高": d.many % 20 + 12, "最低": d.few}},
            )
        ],
    ),
)
