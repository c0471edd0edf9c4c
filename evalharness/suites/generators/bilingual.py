"""The suite `bilingual`: the same tasks in English and in Chinese, ten kinds in each language."""

# ruff: noqa: RUF001 (Chinese punctuation is meant)

import json
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from evalharness.suites.generators.drafts import Checks, Draft, Item, check, rubric, user
from evalharness.suites.generators.extraction import only

SEED = 15
EACH = 8
HEAD = (
    "The same tasks in English and in Chinese, told apart by the tags en and zh: sums, order, JSON, sentiment, facts, "
    "explanations, word translation, words to use, choices, and answers in the language that was not the question's. "
    "Checked are language, form and facts; how natural the Chinese reads needs a judge or a person. The two versions "
    "of a task are alike, so the suite counts somewhat fewer independent prompts than it has, and its interval is a "
    "little too narrow. The margin is the smallest that 150 independent prompts can show."
)

_EN, _ZH = ("en",), ("zh",)


def suite() -> Draft:
    rng = random.Random(SEED)
    items = [item for kind in _KINDS for item in kind(rng)]
    return Draft("bilingual", "The same tasks in English and Chinese", "non-inferiority", 0.08, 256, HEAD, items)


def _both(
    kind: str,
    english: tuple[str, Checks, str, str],
    chinese: tuple[str, Checks, str, str],
    told: str | None = None,
) -> Iterator[Item]:
    """One task in both languages: (question, checks, a right answer, a wrong one) of each; `told` is for a judge."""
    for language, (question, checks, gold, wrong) in ((_EN, english), (_ZH, chinese)):
        yield Item(f"{kind}-{language[0]}", user(question), checks, gold, wrong, language, told and rubric(told))


def _only_zh(answer: str) -> Checks:
    """The Chinese answer alone (a pattern), quotation marks, asterisks and a full stop aside."""
    return [check("regex", rf"\A[“\"「*]*(?:{answer})[。.]?[”\"」*]*[。.]?\Z")]


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
                [check("regex", rf"答案\**[:：]\s*\**\s*{total}(?!\d|[.,]\d)")],
                f"{boxes}乘以{each}等于{boxes * each}。\n答案：{total}",
                f"答案：{total + lost}",
            ),
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
                [check("in_order", rising), check("max_words", 8)],
                ", ".join(rising),
                ", ".join(rising[::-1]),
            ),
            (
                f"{told}。请按年龄从小到大写出三个人的名字，用顿号隔开，不要写别的内容。",
                [check("in_order", ascending), check("characters", {"max": 14})],
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
                _only_zh(right_zh),
                right_zh,
                wrong_zh,
            ),
        )


def _facts(_: random.Random) -> Iterator[Item]:
    facts = (
        ("How many days are there in a week?", "一周有几天？", r"\b(7|seven)\b", r"7|七"),
        ("What is the capital of France?", "法国的首都是哪里？", r"\bParis\b", "巴黎"),
        ("Which planet do people live on?", "人类生活在哪颗行星上？", r"\bEarth\b", "地球"),
        ("At how many degrees Celsius does water freeze at sea level?", "在海平面，水在多少摄氏度结冰？",
         r"\b(0|zero)\b", r"(?<!\d)0(?!\d)|零"),
        ("Which animal gives us wool?", "羊毛来自哪种动物？", r"\bsheep\b", "羊"),
        ("How many months has a year?", "一年有多少个月？", r"\b(12|twelve)\b", "12|十二"),
        ("What is the capital of Japan?", "日本的首都是哪里？", r"\bTokyo\b", "东京"),
        ("Which gas do we need to breathe to stay alive?", "我们需要吸入哪种气体才能活着？",
         r"\boxygen\b", r"(?<!二)氧(?!化)"),
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
                [check("regex", f"(?i){pattern}"), check("max_words", 10), check("language", "en")],
                gold,
                "It is not known.",
            ),
            (
                f"{chinese}请用中文回答，不超过二十个字。",
                [check("regex", pattern_zh), check("characters", {"max": 24}), check("language", "zh")],
                gold_zh,
                "没有人知道。",
            ),
        )


def _explanations(_: random.Random) -> Iterator[Item]:
    asked = (
        ("why we brush our teeth", "我们为什么要刷牙"), ("how a bicycle stays upright", "自行车为什么不会倒"),
        ("what a bank is for", "银行有什么用"), ("why leaves fall in autumn", "秋天为什么会落叶"),
        ("how a refrigerator keeps food fresh", "冰箱怎样保持食物新鲜"), ("why we have time zones", "为什么要有时区"),
        ("what a password is for", "密码有什么用"),
        ("why the moon seems to change its shape", "月亮的形状为什么会变化"),
    )  # fmt: skip
    gold = (
        "There is a good reason for it that most of us learn when we are young. It helps to look closely, to ask "
        "questions, and to try it out at home with simple things."
    )
    said = (
        "这件事有很好的道理，我们小时候就学过。仔细观察、多提问题，再用身边简单的东西试一试，"
        "就会明白其中的原因，也会觉得很有意思。"
    )
    for english, chinese in asked:
        yield from _both(
            "explain",
            (
                f"Explain {english} in 20 to 60 words of plain English, without a list.",
                [check("words", {"min": 20, "max": 60}), check("language", "en"), check("bullets", 0)],
                gold,
                said,
            ),
            (
                f"请用通俗的中文解释{chinese}，40到120个字，不要用列表。",
                [check("characters", {"min": 40, "max": 140}), check("language", "zh"), check("bullets", 0)],
                said,
                gold,
            ),
            f"explains {english} correctly and in plain words, without odd phrases, in the language of the question",
        )


def _translations(_: random.Random) -> Iterator[Item]:
    words = (
        ("library", "图书馆"), ("airport", "机场"), ("kitchen", "厨房"), ("winter", "冬天|冬季"),
        ("elephant", "大象|象"),
        ("hospital", "医院"), ("bridge", "桥|桥梁|大桥"), ("milk", "牛奶|奶"),
    )  # fmt: skip
    for english, chinese in words:
        first = chinese.split("|")[0]
        yield from _both(
            "translate",
            (
                f"What is the Chinese word for '{english}'? Give only the word, in simplified characters.",
                _only_zh(chinese),
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
                [check("contains", [one, two]), check("language", "en"), check("max_words", 50)],
                f"When I think of home I remember the {one} and the {two} that I loved as a child.",
                "When I think of home I remember the summers that I loved as a child.",
            ),
            (
                f"请用中文写一两句话，其中要同时出现“{one_zh}”和“{two_zh}”。",
                [check("contains", [one_zh, two_zh]), check("language", "zh"), check("characters", {"max": 100})],
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
        checks = [check("regex", rf"\A\W*{right}\W*\Z")]
        yield from _both(
            "choice",
            (f"{english}\nAnswer with one letter.", checks, right, other),
            (f"{chinese}\n只回答一个字母。", checks, right, other),
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
                [check("language", "zh"), check("characters", {"min": 8, "max": 150})],
                chinese,
                english,
            ),
            (
                f"{asked_zh}读者只懂英语：请用英语回答，一两句话。",
                [check("language", "en"), check("words", {"min": 5, "max": 80})],
                english,
                chinese,
            ),
            f"answers the question '{question}' sensibly, in natural prose of the language that was asked for",
        )


_KINDS: Sequence[Callable[[random.Random], Iterator[Item]]] = (
    _sums, _orders, _records, _sentiment, _facts, _explanations, _translations, _words, _choices, _crossed,
)  # fmt: skip
