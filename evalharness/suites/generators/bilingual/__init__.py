"""The suite `bilingual`: the same tasks in English and in Chinese, ten kinds here, 53 beside this file."""

# ruff: noqa: RUF001 (Chinese punctuation is meant)

import json
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from evalharness.checks.reading.text import HAN
from evalharness.suites.generators.bilingual import pairs
from evalharness.suites.generators.drafts import Checks, Draft, Item, check, first_of_each, only, rubric, user

SEED = 15
EACH, KEPT = 8, 4  # tasks drawn of a kind, and prompts asked of a group: two tasks in both languages
HEAD = (
    "The same tasks in English and in Chinese, told apart by the tags en and zh: sums, order, JSON, sentiment, facts, "
    "explanations, word translation, words to use, choices, and answers in the language that was not the question's. "
    "Checked are language, form and facts; how natural the Chinese reads needs a judge or a person. The two versions "
    "of a task are of one group."
)

# Of answers of a word or two, where a name may stand in brackets as the other language has it.
_OUTSIDE = r"(?![^(\uff08]*[)\uff09])"
_NOT_ENGLISH = rf"[\u4e00-\u9fff]{_OUTSIDE}|\b(?:la|le|les|der|das|est|ist|sind|el|es|il|gli)\b"
_NOT_CHINESE = rf"[a-z]{{3}}{_OUTSIDE}"
_ONE_OR_TWO = {"min": 1, "max": 2}
_EN, _ZH = ("en",), ("zh",)


def suite() -> Draft:
    rng = random.Random(SEED)
    drawn = first_of_each((item for kind in _KINDS for item in kind(rng)), KEPT)
    items = [*drawn, *pairs.items()]
    return Draft(
        "bilingual", "The same tasks in English and Chinese", "non-inferiority", 0.10, 256, HEAD, items, version=5
    )


def _both(
    kind: str,
    english: tuple[str, Checks, str, str],
    chinese: tuple[str, Checks, str, str],
    told: str | None = None,
    wording: str | None = None,
) -> Iterator[Item]:
    """One task in both languages: (question, checks, a right answer, a wrong one) of each; `told` is for a judge.

    Both are of one group, with all tasks of the same kind, or of the same `wording` where a kind has several.
    """
    group = f"{kind}: {wording}" if wording else kind
    for language, (question, checks, gold, wrong) in ((_EN, english), (_ZH, chinese)):
        judged = told and rubric(told)
        yield Item(f"{kind}-{language[0]}", user(question), checks, gold, wrong, language, judged, group)


def _sums(rng: random.Random) -> Iterator[Item]:
    stories = (
        ("A shop gets {boxes} boxes with {each} eggs each. {lost} eggs are broken. How many are whole?",
         "一家商店进了{boxes}箱鸡蛋，每箱{each}个，其中{lost}个破了。完好的鸡蛋有多少个？"),
        ("A hall has {boxes} rows of {each} seats, and {lost} seats are taken. How many are free?",
         "一个礼堂有{boxes}排座位，每排{each}个，已经有{lost}个坐了人。还有多少个空座位？"),
        ("A printer prints {each} pages a minute for {boxes} minutes. {lost} of the pages are smudged. How many are "
         "clean?",
         "一台打印机每分钟打印{each}页，打印了{boxes}分钟，其中有{lost}页印糊了。清晰的有多少页？"),
        ("{boxes} buses bring {each} guests each to a wedding. {lost} of these guests leave early. How many stay?",
         "{boxes}辆大巴各送来{each}位客人参加婚礼，其中{lost}位提前离开。还剩下多少位客人？"),
    )  # fmt: skip
    for at in range(EACH):
        english, chinese = stories[at % len(stories)]
        boxes, each, lost = rng.randrange(3, 13), rng.randrange(4, 25), rng.randrange(2, 12)
        total = boxes * each - lost
        numbers = {"boxes": boxes, "each": each, "lost": lost}
        yield from _both(
            "sum",
            (
                f"{english.format(**numbers)} Think briefly if you like, and end with 'Answer: ' and the number.",
                [check("numeric", {"value": total, "after": "Answer", "which": "first"})],
                f"{boxes} x {each} = {boxes * each}.\nAnswer: {total}",
                f"Answer: {total + lost}",
            ),
            (
                f"{chinese.format(**numbers)}可以先简单思考，最后一行写“答案：”和数字。",
                [check("numeric", {"value": total, "after": "答案", "which": "first"})],
                f"{boxes}乘以{each}等于{boxes * each}。\n答案：{total}",
                f"答案：{total + lost}",
            ),
            wording=f"story {at % len(stories) + 1}",
        )


def _orders(rng: random.Random) -> Iterator[Item]:
    for _ in range(EACH):
        ages = rng.sample(range(20, 80), 3)
        english = dict(zip(rng.sample(("Anna", "Ben", "Clara", "Dan", "Eva", "Finn"), 3), ages, strict=True))
        chinese = dict(zip(rng.sample(("小明", "小红", "小华", "小丽", "小强", "小芳"), 3), ages, strict=True))
        said = ", ".join(f"{name} is {age}" for name, age in english.items())
        told = "，".join(f"{name}{age}岁" for name, age in chinese.items())
        rising, ascending = (sorted(people, key=people.__getitem__) for people in (english, chinese))
        yield from _both(
            "by-age",
            (
                f"{said}. Name the three from the youngest to the oldest, separated by commas. Nothing else.",
                [check("in_order", rising), *only(", ".join(rising), ",".join(rising))],
                ", ".join(rising),
                ", ".join(rising[::-1]),
            ),
            (
                f"{told}。请按年龄从小到大写出三个人的名字，用顿号隔开，不要写别的内容。",
                [check("in_order", ascending), *only("、".join(ascending), "，".join(ascending))],
                "、".join(ascending),
                "、".join(ascending[::-1]),
            ),
        )


def _records(rng: random.Random) -> Iterator[Item]:
    towns = (("Beijing", "北京"), ("Shanghai", "上海"), ("Chengdu", "成都"), ("Wuhan", "武汉"), ("Xiamen", "厦门"))
    jobs = (("teacher", "教师"), ("doctor", "医生"), ("driver", "司机"), ("cook", "厨师"), ("lawyer", "律师"))
    names = ("Wang Fang", "王芳"), ("Li Wei", "李伟"), ("Zhang Min", "张敏"), ("Chen Jie", "陈杰")
    for at in range(EACH):
        (name, name_zh), (town, town_zh), (job, job_zh) = names[at % 4], rng.choice(towns), rng.choice(jobs)
        age = rng.randrange(22, 66)
        english = {"name": name, "age": age, "city": town, "job": job}
        chinese = {"姓名": name_zh, "年龄": age, "城市": town_zh, "职业": job_zh}
        yield from _both(
            "record",
            (
                f"{name}, {age}, is a {job} in {town}. Write this as one JSON object with the keys name, age (a "
                "number), city and job. Only the JSON, no code fence.",
                [check("json_valid"), check("json_equals", english)],
                json.dumps(english),
                json.dumps({**english, "age": str(age)}),
            ),
            (
                f"{name_zh}今年{age}岁，在{town_zh}当{job_zh}。请写成一个JSON对象，键为“姓名”“年龄”（数字）“城市”“职业”。"
                "只输出JSON，不要代码块。",
                [check("json_valid"), check("json_equals", chinese)],
                json.dumps(chinese, ensure_ascii=False),
                json.dumps({**chinese, "年龄": str(age)}, ensure_ascii=False),
            ),
        )


def _sentiment(_: random.Random) -> Iterator[Item]:
    reviews = (
        ("The food was cold and the waiter was rude.", "菜是凉的，服务员态度也很差。", False),
        ("Lovely room, friendly people, we will come again.", "房间很漂亮，人很友好，我们还会再来。", True),
        ("The phone died after a week. Never again.", "手机用了一周就坏了，再也不买了。", False),
        ("It fits perfectly and looks even better than in the picture.", "尺寸正合适，比图片上还好看。", True),
        ("Two hours of boredom; I nearly fell asleep.", "看了两个小时，无聊得差点睡着。", False),
        ("The course was clear and fun, I learned a lot.", "课程讲得清楚又有趣，我学到了很多。", True),
        ("It arrived late, scratched and without a charger.", "送来晚了，有划痕，还少了充电器。", False),
        ("Quick help, kind words, problem solved.", "回复很快，语气亲切，问题解决了。", True),
    )
    for english, chinese, good in reviews:
        right, wrong = ("good", "bad") if good else ("bad", "good")
        right_zh, wrong_zh = ("好评", "差评") if good else ("差评", "好评")
        yield from _both(
            "review",
            (f"Is this a good or a bad review? Answer good or bad only: {english}", only(right), right, wrong),
            (
                f"下面的评论是好评还是差评？只回答“好评”或“差评”：{chinese}",
                only(right_zh),
                right_zh,
                wrong_zh,
            ),
        )


def _facts(_: random.Random) -> Iterator[Item]:
    facts = (
        ("How many days are there in a week?", "一周有几天？", r"\b(7|seven)\b", r"(?<!\d)7(?!\d)|(?<!十)七(?!十)"),
        ("What is the capital of France?", "法国的首都是哪里？", r"\bParis\b", "巴黎"),
        ("Which planet do people live on?", "人类生活在哪颗行星上？", r"\bEarth\b", "地球"),
        ("At how many degrees Celsius does water freeze at sea level?", "在海平面，水在多少摄氏度结冰？",
         r"(?<![\d.])0(?!\.?[1-9]|\d)|\bzero\b", r"(?<![\d.])0(?!\.?[1-9]|\d)|零(?!下|上)"),
        ("Which animal gives us wool?", "羊毛来自哪种动物？", r"\bsheep|\blambs?\b", "羊(?!毛)"),
        ("How many months has a year?", "一年有多少个月？", r"\b(12|twelve)\b", r"(?<!\d)12(?!\d)|(?<!二)十二"),
        ("What is the capital of Japan?", "日本的首都是哪里？", r"\bTokyo\b", "东京"),
        ("Which gas do we need to breathe to stay alive?", "我们需要吸入哪种气体才能活着？",
         r"\boxygen\b", r"(?<![二臭])氧(?!化)"),
    )  # fmt: skip
    answers = (
        ("Seven days.", "七天。"), ("It is Paris.", "是巴黎。"), ("On Earth.", "地球。"),
        ("At 0 degrees.", "0摄氏度。"),
        ("The sheep.", "绵羊。"), ("Twelve months.", "十二个月。"), ("It is Tokyo.", "东京。"), ("Oxygen.", "氧气。"),
    )  # fmt: skip
    for (english, chinese, pattern, pattern_zh), (gold, gold_zh) in zip(facts, answers, strict=True):
        yield from _both(
            "fact",
            (
                f"{english} Answer in English in at most ten words.",
                [check("states", {"all": [pattern]}), check("max_words", 10), check("not_regex", _NOT_ENGLISH)],
                gold,
                "It is not known.",
            ),
            (
                f"{chinese}请用中文回答，不超过二十个字。",
                [
                    check("states", {"all": [pattern_zh]}),
                    check("characters", {"max": 24}),
                    check("not_regex", _NOT_CHINESE),
                ],
                gold_zh,
                "没有人知道。",
            ),
            wording=english.removesuffix("?"),
        )


def _explanations(_: random.Random) -> Iterator[Item]:
    asked = (
        ("why we brush our teeth", "plaque|bacteria|germ|cavit|decay",
         "We brush our teeth to take away bits of food and bacteria. If these stay, they make acids that hurt our "
         "teeth and gums.",
         "我们为什么要刷牙", "细菌|蛀|龋|残渣|牙菌斑|口臭",
         "吃完东西以后，牙齿上会留下食物残渣，细菌吃了这些残渣就会产生酸，时间久了会蛀牙。刷牙能把它们清除掉，让牙齿更健康。"),
        ("how a bicycle stays upright", "steer|balanc|lean|moment|gyro|handlebar|adjust|correct",
         "A rolling bicycle stays up because the rider, and the bicycle itself, steer a little to the side on which it "
         "begins to fall.",
         "自行车为什么不会倒", "平衡|转向|车把|惯性|陀螺|重心|前轮|调整",
         "自行车往一边歪的时候，前轮会往同一边转，骑车的人也会轻轻转动车把，让车轮回到重心下面，所以骑得越快越容易保持平衡。"),
        ("what a bank is for", "money|sav|loan|lend|deposit|pay",
         "A bank keeps our money safe, moves it to whom we want to pay, and lends it to people who need it for a house "
         "or a shop.",
         "银行有什么用", "钱|存|贷|款|转账|支付",
         "银行可以帮我们安全地保管钱，存进去还能得到一点利息；需要买房或者做生意的人可以向银行借钱，平时转账付款也很方便。"),
        ("why leaves fall in autumn", "water|winter|light|cold|energy|nutri|chlorophyll|days|sun|hormone|conserv",
         "In autumn there is less light and it gets cold, so a tree takes what it needs out of its leaves and lets "
         "them fall to save water.",
         "秋天为什么会落叶", "水|冬|光|冷|养分|叶绿素|能量|温度|气温",
         "秋天阳光变少，天气变冷，树木吸收的水分也少了。为了安全过冬，树木会把叶子里的养分收回来，再让叶子脱落，减少水分的消耗。"),
        ("how a refrigerator keeps food fresh", "cold|cool|heat|temperature|bacteria|slow|chill",
         "A refrigerator carries the heat from its inside to the back, and in the cold inside bacteria grow much more "
         "slowly than in a kitchen.",
         "冰箱怎样保持食物新鲜", "冷|低温|温度|热|细菌|微生物|繁殖",
         "冰箱会把里面的热量带到外面，让内部一直保持低温。温度低的时候，细菌繁殖得很慢，食物就不容易变质，可以放得更久一些。"),
        ("why we have time zones", "earth|rotat|sun|noon|daylight|spin|turns",
         "The earth turns, so it is noon in one place while it is night in another. With time zones, noon is near "
         "twelve everywhere.",
         "为什么要有时区", "地球|自转|太阳|中午|白天|日出",
         "地球一直在自转，所以有的地方是白天，有的地方是黑夜。划分时区以后，每个地方的中午十二点都差不多是太阳最高的时候。"),
        ("what a password is for", "protect|access|secret|only|identity|private|secur|safe|prove",
         "A password is a secret word that protects what is yours: only somebody who knows it gets into your account "
         "or your phone.",
         "密码有什么用", "保护|安全|身份|隐私|只有|别人|他人|信息",
         "密码就像一把钥匙，可以保护我们的账号和隐私。只有知道密码的人才能打开手机或者登录账号，这样别人就不能随便看我们的东西。"),
        ("why the moon seems to change its shape", "sun|light|lit|orbit|shadow|angle|illuminat",
         "The sun always lights one half of the moon. As it goes around us, we see more or less of that bright half "
         "from here.",
         "月亮的形状为什么会变化", "太阳|光|亮|绕|角度|公转|照",
         "月亮自己不发光，是太阳照亮了它的一半。月亮绕着地球转，我们从不同的角度看到被照亮的部分有多有少，所以形状好像在变。"),
    )  # fmt: skip
    for english, facts, said, chinese, facts_zh, said_zh in asked:
        yield from _both(
            "explain",
            (
                f"Explain {english} in 20 to 60 words of plain English, without a list.",
                [
                    check("words", {"min": 20, "max": 60}),
                    check("language", "en"),
                    check("bullets", 0),
                    check("states", {"all": [facts]}),
                ],
                said,
                said_zh,
            ),
            (
                f"请用通俗的中文解释{chinese}，40到120个字，不要用列表。",
                [
                    check("characters", {"min": 40, "max": 140}),
                    check("language", "zh"),
                    check("bullets", 0),
                    check("states", {"all": [facts_zh]}),
                ],
                said_zh,
                said,
            ),
            f"explains {english} correctly and in plain words, without odd phrases, in the language of the question",
        )


def _translations(_: random.Random) -> Iterator[Item]:
    words = (
        ("library", "图书馆"), ("airport", "机场|飞机场"), ("kitchen", "厨房"), ("winter", "冬天|冬季|冬"),
        ("elephant", "大象|象"),
        ("hospital", "医院"), ("bridge", "桥|桥梁|大桥"), ("milk", "牛奶|奶"),
    )  # fmt: skip
    for english, chinese in words:
        first = chinese.split("|")[0]
        yield from _both(
            "translate",
            (
                f"What is the Chinese word for '{english}'? Give only the word, in simplified characters.",
                only(*chinese.split("|")),
                first,
                english,
            ),
            (
                f"“{first}”用英语怎么说？只写一个英文单词。",
                [check("regex", rf"(?i)\A\W*(?:the |a |an )?{english}\W*\Z")],
                english,
                first,
            ),
        )


def _words(rng: random.Random) -> Iterator[Item]:
    pairs = (
        ("cloud", "云"), ("boat", "船"), ("bread", "面包"), ("letter", "信"), ("bird", "鸟"), ("street", "街"),
        ("song", "歌"), ("garden", "花园"), ("coffee", "咖啡"), ("snow", "雪"),
    )  # fmt: skip
    for (one, one_zh), (two, two_zh) in rng.sample(list(combinations(pairs, 2)), EACH):
        yield from _both(
            "use-words",
            (
                f"Write one or two sentences in English that contain both the word '{one}' and the word '{two}'.",
                [check("contains", [one, two]), check("language", "en"), check("sentences", _ONE_OR_TWO)],
                f"When I think of home I remember the {one} and the {two} that I loved as a child.",
                "When I think of home I remember the summers that I loved as a child.",
            ),
            (
                f"请用中文写一两句话，其中要同时出现“{one_zh}”和“{two_zh}”。",
                [check("contains", [one_zh, two_zh]), check("language", "zh"), check("sentences", _ONE_OR_TWO)],
                f"想起家乡，我总会记得小时候最喜欢的{one_zh}和{two_zh}。",
                "想起家乡，我总会记得小时候的夏天。",
            ),
        )


def _choices(_: random.Random) -> Iterator[Item]:
    asked = (
        ("Which of these can fly? A) sparrow B) horse C) stone", "下面哪一个会飞？A）麻雀 B）马 C）石头", "A"),
        (
            "Which of these is a vegetable? A) chair B) carrot C) shoe",
            "下面哪一个是蔬菜？A）椅子 B）胡萝卜 C）鞋子",
            "B",
        ),
        ("Which is the heaviest? A) a feather B) a cup C) a bus", "哪一个最重？A）羽毛 B）杯子 C）公共汽车", "C"),
        ("Which of these is a season? A) summer B) table C) water", "下面哪一个是季节？A）夏天 B）桌子 C）水", "A"),
        ("Which number is even? A) 7 B) 9 C) 12", "哪个数是偶数？A）7 B）9 C）12", "C"),
        ("Which one do you read? A) a spoon B) a book C) a sock", "哪一个是用来读的？A）勺子 B）书 C）袜子", "B"),
        ("Which of these lives in water? A) fish B) camel C) hen", "下面哪一个生活在水里？A）鱼 B）骆驼 C）母鸡", "A"),
        ("Which is the hottest? A) ice B) snow C) fire", "哪一个最热？A）冰 B）雪 C）火", "C"),
    )
    for english, chinese, right in asked:
        other = "B" if right != "B" else "A"
        checks = only(right, f"{right})", f"({right})", f"{right}）")
        yield from _both(
            "choice",
            (f"{english}\nAnswer with one letter.", checks, right, other),
            (f"{chinese}\n只回答一个字母。", checks, right, other),
            wording=english.split("?")[0],
        )


def _crossed(_: random.Random) -> Iterator[Item]:
    """The answer is wanted in the language that the question is not in."""
    asked = (
        ("What is your advice for a first day at a new job?", "第一天上班，你有什么建议？"),
        ("What can you see at a food market?", "在菜市场能看到什么？"),
        ("Why do people keep dogs?", "人们为什么养狗？"),
    )
    chinese = "我觉得应该先放松心情，多看多听，有不懂的地方就礼貌地问别人。"
    english = "It is best to stay calm, look around with open eyes and ask others politely."
    for question, asked_zh in asked:
        yield from _both(
            "other-language",
            (
                f"{question} The reader knows only Chinese: answer in Chinese, in one or two sentences.",
                [check("language", "zh"), check("sentences", _ONE_OR_TWO), check("characters", {"min": 5, "max": 150})],
                chinese,
                english,
            ),
            (
                f"{asked_zh}读者只懂英语：请用英语回答，一两句话。",
                [
                    check("language", "en"),
                    check("not_regex", f"[{HAN}]"),
                    check("sentences", _ONE_OR_TWO),
                    check("words", {"min": 3, "max": 80}),
                ],
                english,
                chinese,
            ),
            f"answers the question '{question}' sensibly, in natural prose of the language that was asked for",
            wording=question,
        )


_KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (
    _sums, _orders, _records, _sentiment, _facts, _explanations, _translations, _words, _choices, _crossed,
)  # fmt: skip
