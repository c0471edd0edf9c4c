"""Of the suite `tool-calls`: one call, of the only tool that is offered or of one of several."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

from evalharness.suites.generators.tool_calls.wordings import Wording, clock

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
        lambda d: [("book_table", {"restaurant": d.place, "people": d.few, "time": clock(d.hour + 12, d.minute)})],
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
        lambda d: [("shezhi_naozhong", {"shijian": clock(d.early, d.minute)})],
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
        lambda d: [("set_alarm", {"time": clock(d.early, d.minute)})],
    ),
    Wording(
        "multiple: event",
        "set_alarm list_events add_event",
        'Put "Dentist" down for {day}, at {early}:{minute} in the morning.',
        lambda d: [("add_event", {"title": "Dentist", "day": d.day, "start": clock(d.early, d.minute)})],
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
        lambda d: [("yuding_canzhuo", {"canting": d.zh_place, "renshu": d.few, "shijian": clock(19, d.minute)})],
    ),
    Wording(
        "multiple: message-zh",
        "chaxun_kuaidi fasong_duanxin huansuan_huobi",
        "给{zh_name}发短信：“{zh_saying}”",
        lambda d: [("fasong_duanxin", {"shoujianren": d.zh_name, "neirong": d.zh_saying})],
    ),
)
