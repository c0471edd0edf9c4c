"""Of the suite `tool-calls`: several calls, at once or one after another."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

from evalharness.suites.generators.tool_calls.wordings import Wording, clock

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
            ("book_table", {"restaurant": d.place, "people": d.few, "time": clock(d.hour + 12)}),
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
        lambda d: [("log_workout", {"sport": "running", "minutes": d.many}), ("set_alarm", {"time": clock(d.early)})],
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
        lambda d: [("add_event", {"title": "Hike", "day": d.day, "start": clock(d.early)})],
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
