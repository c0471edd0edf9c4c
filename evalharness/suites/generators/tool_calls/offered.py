"""The tools that the suite `tool-calls` offers: invented, small, every argument wanted and its form said."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

from typing import Any

Tool = dict[str, Any]
NUMBER, WHOLE, YES_NO = {"type": "number"}, {"type": "integer"}, {"type": "boolean"}


def text(what: str, *choices: str) -> dict[str, Any]:
    return {"type": "string", "description": what, **({"enum": list(choices)} if choices else {})}


def texts(what: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "description": what}


def _tool(name: str, description: str, /, **properties: Any) -> Tool:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"name": name, "description": description, "parameters": parameters}


CITY = text("Name of the city alone, as the user writes it")
DAY = text("YYYY-MM-DD")
CLOCK = text("HH:MM, 24 hours")
CURRENCY = text("ISO 4217 code, such as SEK")

_ALL = (
    _tool("get_forecast", "Weather forecast of a city for the coming days.", city=CITY, days=WHOLE),
    _tool("get_temperature", "Temperature in a city right now, in degrees Celsius.", city=CITY),
    _tool("convert_currency", "Converts an amount of money.", amount=NUMBER, source=CURRENCY, target=CURRENCY),
    _tool("set_timer", "Starts a timer.", minutes=WHOLE),
    _tool("set_alarm", "Sets an alarm for a time of the coming 24 hours.", time=CLOCK),
    _tool("book_table", "Books a table for today.", restaurant=text("Its name"), people=WHOLE, time=CLOCK),
    _tool(
        "send_message",
        "Sends a text message.",
        recipient=text("Name of the person alone"),
        body=text("The message, word for word"),
    ),
    _tool("add_event", "Puts an event into the calendar.", title=text("What it is"), day=DAY, start=CLOCK),
    _tool("list_events", "Events in the calendar on one day.", day=DAY),
    _tool(
        "translate", "Translates a text.", text=text("The text, word for word"), target=text("ISO 639-1, such as sv")
    ),
    _tool(
        "set_light",
        "Switches the lights of a room and sets how bright they are.",
        room=text("Which room", "kitchen", "bedroom", "hall", "study"),
        on=YES_NO,
        brightness={"type": "integer", "description": "Percent, 0 to 100; 0 where the lights go off"},
    ),
    _tool(
        "set_heating", "Sets the heating of a room.", room=text("Its name alone, without an article"), celsius=NUMBER
    ),
    _tool(
        "check_stock", "How many pieces of an article are in the warehouse.", article=text("Its number, such as A-100")
    ),
    _tool(
        "order_article", "Orders articles for the warehouse.", article=text("Its number, such as A-100"), pieces=WHOLE
    ),
    _tool(
        "find_route",
        "Finds a way between two cities.",
        origin=CITY,
        destination=CITY,
        by=text("How to travel", "car", "train", "bicycle"),
    ),
    _tool("find_hotels", "Finds hotels in a city.", city=CITY, nights=WHOLE, most_per_night=NUMBER),
    _tool("play_song", "Plays a song.", title=text("Its title"), artist=text("Who plays it")),
    _tool(
        "add_to_list",
        "Adds items to a list.",
        list=text("Name of the list", "shopping", "packing"),
        items=texts("In the order said"),
    ),
    _tool("find_contact", "Looks up a person of the address book.", name=text("First name")),
    _tool("call_number", "Calls a telephone number.", number=text("Digits and hyphens, as they are given")),
    _tool("get_parcel", "Where a parcel is.", number=text("Its number, as it is given")),
    _tool("get_account", "Balance of an account, in euros.", account=text("Its number, as it is given")),
    _tool(
        "transfer",
        "Transfers euros between two accounts.",
        source=text("Account"),
        target=text("Account"),
        amount=NUMBER,
    ),
    _tool(
        "open_ticket",
        "Opens a support ticket.",
        subject=text("Word for word"),
        priority=text("How urgent", "low", "normal", "high"),
    ),
    _tool("close_ticket", "Closes a support ticket.", ticket=WHOLE),
    _tool("resize_image", "Makes an image of another size.", file=text("File name"), width=WHOLE, height=WHOLE),
    _tool("rename_file", "Gives a file another name.", old=text("Old file name"), new=text("New file name")),
    _tool(
        "run_query",
        "Counts the rows of a table in which a column has a value.",
        table=text("Name"),
        column=text("Name"),
        value=text("As it is given"),
    ),
    _tool("area_of_circle", "Area of a circle.", radius=NUMBER),
    _tool("loan_payment", "Monthly payment of a loan.", amount=NUMBER, percent=NUMBER, years=WHOLE),
    _tool("log_workout", "Notes a workout.", sport=text("Which sport", "running", "swimming", "rowing"), minutes=WHOLE),
    _tool("water_plants", "Waters the plants of a bed.", bed=WHOLE, litres=NUMBER),
    _tool(
        "chaxun_tianqi",
        "查询城市今后几天的天气预报。",
        chengshi=text("城市名，不带“市”字", *("北京", "上海", "广州", "成都", "西安", "杭州")),
        tianshu=WHOLE,
    ),
    _tool("shezhi_naozhong", "设置闹钟。", shijian=text("HH:MM，24小时制")),
    _tool("yuding_canzhuo", "预订今天的餐桌。", canting=text("餐厅名"), renshu=WHOLE, shijian=text("HH:MM，24小时制")),
    _tool(
        "huansuan_huobi",
        "换算货币。",
        jine=NUMBER,
        cong=text("ISO 4217 代码，如 SEK"),
        dao=text("ISO 4217 代码，如 SEK"),
    ),
    _tool("chaxun_kuaidi", "查询快递的位置。", danhao=text("快递单号，照原样")),
    _tool("fasong_duanxin", "发送短信。", shoujianren=text("收件人姓名"), neirong=text("短信内容，一字不改")),
)

TOOLS: dict[str, Tool] = {tool["name"]: tool for tool in _ALL}
