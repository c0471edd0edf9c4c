"""The suite `live`: conversations that each model leads itself, over 3 to 6 turns; 45 wordings, each filled twice."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evalharness.suites.generators.drafts import Checks, Draft, Item, check, templates
from evalharness.suites.generators.extraction import only
from evalharness.suites.generators.words import PEOPLE, THINGS, TOWNS

SEED = 23
EACH = 2
HEAD = (
    "Whether a model keeps to what was said while it leads the conversation itself: an order about form for all "
    "answers to come, orders that end or change, corrections, running totals, lists that are edited, and who or "
    "what is where. Only the user's turns are given; each model sees its own answers to the former ones, so a slip "
    "can go on. Checked are the turns whose answer is fixed, the last and often others before; a conversation is "
    "right if all of them are. The turns are short and their order is fixed: they do not react to what a model "
    "says, as people would."
)


@dataclass(frozen=True)
class Turn:
    """What the user says, what has to hold of the answer, a right one and a wrong one."""

    says: str
    checks: Checks
    gold: str
    wrong: str


def told(text: str, reply: str = "OK.") -> Turn:
    """A turn whose answer is not looked at."""
    return Turn(text, [], reply, reply)


def asked(text: str, answer: object, wrong: object, *others: str) -> Turn:
    """A turn with one right answer, in these words, and nothing else."""
    return Turn(text, only(str(answer), *others), str(answer), str(wrong))


def counted(text: str, answer: int, wrong: int) -> Turn:
    return Turn(text, [check("numeric", {"value": answer, "which": "only"})], str(answer), str(wrong))


def suite() -> Draft:
    rng = random.Random(SEED)
    items = templates(
        _item(f"{name}-{at:02}", wording(rng))
        for name, wordings in _WORDINGS.items()
        for at, wording in enumerate(wordings, 1)
        for _ in range(EACH)
    )
    return Draft("live", "Conversations that each model leads itself", "non-inferiority", 0.11, 96, HEAD, items)


def _item(kind: str, turns: Sequence[Turn]) -> Item:
    """Of the last turn checks bear no number: it is what a check is of where it names none."""
    checks = [
        {**one, **({"turn": number} if number < len(turns) else {})}
        for number, turn in enumerate(turns, 1)
        for one in turn.checks
    ]
    messages = [{"role": "user", "content": turn.says} for turn in turns]
    gold, wrong = _written([turn.gold for turn in turns]), _written([turn.wrong for turn in turns])
    return Item(kind, messages, checks, gold, wrong, [kind[:-3], f"{len(turns)} turns"], live=True)


def _written(answers: Sequence[str]) -> str:
    """As a report shows them (runs/transcript.py)."""
    return "\n\n".join(f"[turn {number}] {text}" for number, text in enumerate(answers, 1))


Wording = Callable[[random.Random], Sequence[Turn]]

# A question, its answer in a few words, in German and in French, and what has to be in it (a pattern).
_QUIZ = (
    (
        "What do bees make?",
        "Bees make honey.",
        "Bienen machen Honig aus Nektar.",
        "Les abeilles font du miel avec le nectar.",
        "honey|honig|miel",
    ),
    (
        "What do we call frozen water?",
        "We call it ice.",
        "Gefrorenes Wasser nennen wir einfach Eis.",
        "Nous appelons cela de la glace.",
        "\\bice\\b|eis|glace",
    ),
    (
        "Which animal barks?",
        "A dog barks.",
        "Der Hund ist das Tier, das bellt.",
        "Le chien est l'animal qui aboie.",
        "dog|hund|chien",
    ),
    (
        "What is the opposite of hot?",
        "It is cold.",
        "Das Gegenteil von heiß ist kalt.",
        "Le contraire de chaud est froid.",
        "cold|kalt|froid",
    ),
    (
        "How many legs does a spider have?",
        "Spiders have eight legs.",
        "Eine Spinne hat acht Beine.",
        "Une araignée a huit pattes.",
        "8|eight|acht|huit",
    ),
    (
        "Which season comes after winter?",
        "Spring comes after winter.",
        "Nach dem Winter kommt der Frühling.",
        "Après l'hiver vient le printemps.",
        "spring|frühling|printemps",
    ),
    (
        "What do cows give us to drink?",
        "Cows give us milk.",
        "Kühe geben uns Milch zu trinken.",
        "Les vaches nous donnent du lait.",
        "milk|milch|lait",
    ),
)
_QUIZ_ZH = (
    ("蜜蜂酿造什么？", "蜜蜂酿造蜂蜜。", "蜜"),
    ("水结冰以后叫什么？", "叫冰。", "冰"),
    ("冬天过后是什么季节？", "是春天。", "春"),
    ("热的反义词是什么？", "是冷。", "冷"),
)


def _rule(
    order: str,
    checks: Checks,
    kept: Callable[[str], str],
    broken: Callable[[str], str] = lambda said: (
        f"{said} Let me know, if you want, whether I can help you with anything else!"
    ),
    column: int = 1,
) -> Wording:
    """An order for all answers to come, and three questions: every answer is looked at, the last for its fact, too.

    `column` of the quiz has the answers that keep it.
    """

    def turns(rng: random.Random) -> Sequence[Turn]:
        quiz = rng.sample(_QUIZ, 3)
        fact = check("regex", f"(?i){quiz[-1][4]}")
        return [
            told(
                order,
                kept(
                    {1: "I will do so.", 2: "Das werde ich gern so machen.", 3: "Je vais le faire avec plaisir."}[
                        column
                    ]
                ),
            ),
            *(
                Turn(one[0], [*checks, fact] if one is quiz[-1] else checks, kept(one[column]), broken(one[1]))
                for one in quiz
            ),
        ]

    return turns


def _plain(said: str) -> str:
    return said


def _as_json(said: str) -> str:
    return json.dumps({"answer": said})


def _rule_zh(order: str, checks: Checks, kept: Callable[[str], str], broken: Callable[[str], str]) -> Wording:
    def turns(rng: random.Random) -> Sequence[Turn]:
        quiz = rng.sample(_QUIZ_ZH, 3)
        fact = check("contains", [quiz[-1][2]])
        return [
            told(order, kept("好的。")),
            *(
                Turn(said, [*checks, fact] if said is quiz[-1][0] else checks, kept(answer), broken(answer))
                for said, answer, _ in quiz
            ),
        ]

    return turns


def _rule_ends(rng: random.Random) -> Sequence[Turn]:
    one, two, three = rng.sample(_QUIZ, 3)
    word = [check("words", 1)]
    return [
        Turn(
            f"Until I say 'enough', answer with one word only. {one[0]}",
            word,
            one[4].split("|")[0].strip("\\b"),
            one[1],
        ),
        Turn(two[0], word, two[4].split("|")[0].strip("\\b"), two[1]),
        Turn(
            f"Enough! Now in a whole sentence of five words or more: {three[0]}",
            [check("min_words", 5)],
            f"{three[1][:-1]} as far as I know.",
            three[4].split("|")[0].strip("\\b"),
        ),
    ]


def _rule_changes(rng: random.Random) -> Sequence[Turn]:
    one, two, three, four = rng.sample(_QUIZ, 4)
    over, out = [check("ends_with", "Over.")], [check("ends_with", "Out.")]
    return [
        Turn(f"End every answer with 'Over.' from now on. {one[0]}", over, f"{one[1]} Over.", one[1]),
        Turn(two[0], over, f"{two[1]} Over.", two[1]),
        Turn(
            f"From here on end your answers with 'Out.' instead. {three[0]}",
            out,
            f"{three[1]} Out.",
            f"{three[1]} Over.",
        ),
        Turn(four[0], out, f"{four[1]} Out.", f"{four[1]} Over."),
    ]


def _rule_counts(rng: random.Random) -> Sequence[Turn]:
    quiz = rng.sample(_QUIZ, 4)
    opening = "Number your answers to my questions: begin the first with 'No. 1', the next with 'No. 2', and so on. "
    return [
        Turn(
            f"{opening if number == 1 else ''}{one[0]}",
            [check("starts_with", f"No. {number}")],
            f"No. {number}: {one[1]}",
            f"No. 1: {one[1]}" if number > 1 else one[1],
        )
        for number, one in enumerate(quiz, 1)
    ]


_RULES: Sequence[Wording] = (
    _rule(
        "From now on, end each of your answers with the word Roger, followed by a full stop.",
        [check("ends_with", "Roger.")],
        lambda said: f"{said} Roger.",
    ),
    _rule(
        "Please never use more than eight words in an answer, from now to the end.",
        [check("max_words", 8)],
        _plain,
        lambda said: f"{said} That is what it is in almost all places that I know of.",
    ),
    _rule("From now on write in small letters alone, not one capital.", [check("letter_case", "lower")], str.lower),
    _rule("ANSWER EVERYTHING IN CAPITAL LETTERS FROM NOW ON, PLEASE.", [check("letter_case", "upper")], str.upper),
    _rule(
        "Begin each of your answers with the words Dear friend and a comma, this one and all later ones.",
        [check("starts_with", "Dear friend,")],
        lambda said: f"Dear friend, {said[0].lower()}{said[1:]}",
    ),
    _rule("My comma key sticks, let us both do without: use no commas in any answer.", [check("no_commas")], _plain),
    _rule(
        "From here on each answer has to be exactly two sentences long.",
        [check("sentences", 2)],
        lambda said: f"{said} That is well known.",
        _plain,
    ),
    _rule(
        "Give all of your answers from now on as exactly two bullet points that begin with a hyphen, no more.",
        [check("bullets", 2)],
        lambda said: f"- {said}\n- That is all.",
        _plain,
    ),
    _rule(
        'From now on reply with JSON alone: one object with the single key "answer".',
        [check("json_keys", ["answer"])],
        _as_json,
    ),
    _rule(
        "Put a title on top of every answer, in double angle brackets, such as <<Bees>>.",
        [check("titled")],
        lambda said: f"<<A fact>>\n{said}",
    ),
    _rule(
        "There is one word that I cannot stand: 'the'. Do not use it in any of your answers.",
        [check("not_contains", ["the"])],
        _plain,
        lambda said: f"{said} That is the answer.",
    ),
    _rule(
        "I am learning German. Answer me in whole German sentences from now on, though I write English.",
        [check("language", "de")],
        _plain,
        column=2,
    ),
    _rule(
        "I am learning French. Answer me in whole French sentences from now on, though I write English.",
        [check("language", "fr")],
        _plain,
        column=3,
    ),
    _rule_zh(
        "从现在起，你的每个回答都要以“喵”字结尾，后面不加标点。",
        [check("ends_with", "喵")],
        lambda said: f"{said.rstrip('。')}喵",
        _plain,
    ),
    _rule_zh(
        "从现在起，每个回答都用“报告：”开头。", [check("starts_with", "报告：")], lambda said: f"报告：{said}", _plain
    ),
    _rule_ends,
    _rule_changes,
    _rule_counts,
)


def _small(rng: random.Random) -> Turn:
    question, answer, *_ = rng.choice(_QUIZ)
    return told(question, answer)


def _two(rng: random.Random, low: int, high: int) -> tuple[int, int]:
    one, other = rng.sample(range(low, high), 2)
    return one, other


def _moved_room(rng: random.Random) -> Sequence[Turn]:
    old, new = _two(rng, 101, 399)
    return [
        told(f"My meeting is in room {old}."),
        asked("Which room is my meeting in? Only the number.", old, new),
        told(f"They have moved it: it is in room {new} now."),
        _small(rng),
        asked("And in which room is my meeting? Only the number.", new, old),
    ]


def _other_city(rng: random.Random) -> Sequence[Turn]:
    old, new = rng.sample(TOWNS, 2)
    return [
        told(f"We are going to {old} for our holidays."),
        _small(rng),
        told(f"I said {old} before, but I meant {new}."),
        asked("Where are we going for our holidays? Only the town.", new, old),
    ]


def _dog(rng: random.Random) -> Sequence[Turn]:
    old, new = rng.sample(("Bella", "Rufus", "Nemo", "Cleo", "Pixel"), 2)
    return [
        told(f"Our new dog is called {old}."),
        asked("What is our dog called? Just the name.", old, new),
        told(f"The children did not like that name. From today the dog is called {new}."),
        _small(rng),
        asked("How do I call the dog now? Just the name.", new, old),
    ]


def _there_and_back(rng: random.Random) -> Sequence[Turn]:
    old, new = _two(rng, 7, 20)
    return [
        told(f"The concert begins at {old} o'clock."),
        told(f"Wait, it begins at {new} o'clock."),
        asked("When does the concert begin? Only the hour, as a number.", new, old),
        told(f"I have looked it up: {old} o'clock was right after all."),
        asked("So when does it begin? Only the hour, as a number.", old, new),
    ]


def _price(rng: random.Random) -> Sequence[Turn]:
    old, new = _two(rng, 40, 95)
    return [
        told(f"A ticket costs {old} euros, and we need 3 of them."),
        counted("What do we pay in all? Only the number.", 3 * old, 2 * old),
        told(f"The price on the page was old: a ticket costs {new} euros."),
        counted("What do we pay in all, then? Only the number.", 3 * new, 3 * old),
    ]


def _meeting_zh(rng: random.Random) -> Sequence[Turn]:
    old, new = rng.sample(("周一", "周二", "周三", "周四", "周五"), 2)
    return [
        told(f"我们的会议定在{old}。", "好的。"),
        asked("会议在哪天？只回答星期几，比如“周日”。", old, new, f"星期{old[1]}"),
        told(f"改了，会议改到{new}。", "好的。"),
        asked("会议现在是哪天？只回答星期几，比如“周日”。", new, old, f"星期{new[1]}"),
    ]


def _wallet(rng: random.Random) -> Sequence[Turn]:
    begun, spent, given = rng.randrange(80, 200), rng.randrange(20, 60), rng.randrange(5, 40)
    return [
        told(f"I have {begun} euros in my wallet."),
        counted(f"I bought a book for {spent} euros. How much is left? Only the number.", begun - spent, begun),
        told(f"My sister gave me {given} euros back."),
        counted("How much is in my wallet now? Only the number.", begun - spent + given, begun + given),
    ]


def _match(rng: random.Random) -> Sequence[Turn]:
    reds, blues, more = rng.randrange(1, 4), rng.randrange(1, 4), rng.randrange(2, 5)
    return [
        told(f"Red against Blue: Red has {reds} goals, Blue has {blues}."),
        told(f"Red scores {more} goals, one after another."),
        asked(
            "What is the score? In the form red:blue, such as 0:0, nothing else.",
            f"{reds + more}:{blues}",
            f"{reds}:{blues}",
        ),
        told("One goal of Red is taken back, and Blue scores one."),
        asked("And the score now? In the same form.", f"{reds + more - 1}:{blues + 1}", f"{reds + more}:{blues + 1}"),
    ]


def _pages(rng: random.Random) -> Sequence[Turn]:
    one, two, three = (rng.randrange(11, 60) for _ in range(3))
    return [
        told(f"I read {one} pages on Monday."),
        told(f"On Tuesday it was {two} pages."),
        counted("How many pages have I read so far? Only the number.", one + two, two),
        _small(rng),
        told(f"On Wednesday I read {three} pages more."),
        counted("How many is that in all three days? Only the number.", one + two + three, two + three),
    ]


def _shelf(rng: random.Random) -> Sequence[Turn]:
    begun, sold, came = rng.randrange(60, 99), rng.randrange(10, 30), rng.randrange(12, 48)
    thing = rng.choice(THINGS)
    return [
        told(f"There are {begun} pieces of article '{thing}' on our shelf."),
        told(f"{sold} of them are sold today."),
        told(f"A delivery brings {came} new ones."),
        counted("How many pieces are on the shelf? Only the number.", begun - sold + came, begun + came),
        counted(f"{sold} customers bring theirs back, one each. How many now? Only the number.", begun + came, begun),
    ]


def _doubled(rng: random.Random) -> Sequence[Turn]:
    begun, less = rng.randrange(12, 40), rng.randrange(3, 11)
    return [
        counted(f"Let x be {begun}. Double it. What is x now? Only the number.", 2 * begun, begun),
        counted(f"Take {less} away from x. What is it now? Only the number.", 2 * begun - less, begun - less),
        counted("And three times that? Only the number.", 3 * (2 * begun - less), 3 * begun),
    ]


def _train(rng: random.Random) -> Sequence[Turn]:
    begun, off, on = rng.randrange(30, 70), rng.randrange(5, 25), rng.randrange(5, 25)
    return [
        told(f"A bus leaves with {begun} people in it, the driver not counted."),
        counted(
            f"At the first stop {off} get off and {on} get on. How many are in it? Only the number.",
            begun - off + on,
            begun + on,
        ),
        told("At the second stop nobody gets on or off."),
        counted("At the third, 4 get off. How many are left? Only the number.", begun - off + on - 4, begun - 4),
    ]


def _savings_zh(rng: random.Random) -> Sequence[Turn]:
    begun, more, spent = rng.randrange(200, 500), rng.randrange(50, 150), rng.randrange(30, 90)
    return [
        told(f"我的存钱罐里有{begun}元。", "好的。"),
        counted(f"我又放进去{more}元。现在有多少元？只写数字。", begun + more, begun),
        told(f"昨天我取出了{spent}元买礼物。", "好的。"),
        counted("现在还剩多少元？只写数字。", begun + more - spent, begun - spent),
    ]


LINE = "in one line, with commas between them, nothing else"


def _joined(things: Sequence[str]) -> str:
    return ", ".join(things)


def _shopping(rng: random.Random) -> Sequence[Turn]:
    one, two, three, four = rng.sample(THINGS, 4)
    return [
        told(f"Keep a list for me: {one}, {two}, {three}."),
        told(f"Add {four} at the end."),
        asked(
            f"What is on the list? In its order, {LINE}.", _joined([one, two, three, four]), _joined([one, two, three])
        ),
        told(f"Remove {two}."),
        asked(f"And now? In its order, {LINE}.", _joined([one, three, four]), _joined([one, two, three, four])),
    ]


def _replaced(rng: random.Random) -> Sequence[Turn]:
    one, two, three, other = rng.sample(TOWNS, 4)
    return [
        told(f"Our tour goes to {one}, then {two}, then {three}."),
        told(f"Instead of {two} we go to {other}."),
        asked(f"List the stops of our tour, {LINE}.", _joined([one, other, three]), _joined([one, two, three])),
        asked("Which stop comes second? Only the town.", other, two),
    ]


def _reversed(rng: random.Random) -> Sequence[Turn]:
    one, two, three = rng.sample(THINGS, 3)
    return [
        told(f"Here is a row of three: {one}, {two}, {three}."),
        asked(f"Turn the row around. Give it to me {LINE}.", _joined([three, two, one]), _joined([one, two, three])),
        asked("Which of them comes first now? One word.", three, one),
        asked(
            f"Put the first of the row at its end, and give the row {LINE}.",
            _joined([two, one, three]),
            _joined([two, three, one]),
        ),
    ]


def _guests(rng: random.Random) -> Sequence[Turn]:
    one, two, three, four = (name.split()[0] for name in rng.sample(PEOPLE, 4))
    return [
        told(f"I invite {one}, {two} and {three} to dinner."),
        told(f"{two} cannot come, but {four} will."),
        counted("How many guests come? Only the number.", 3, 4),
        told(f"{one} brings a friend along."),
        counted("And how many guests are that now? Only the number.", 4, 5),
    ]


def _front(rng: random.Random) -> Sequence[Turn]:
    one, two, three, four = rng.sample(THINGS, 4)
    return [
        told(f"My tasks, in order: paint the {one}, clean the {two}, sell the {three}, mend the {four}."),
        asked("Which thing do I deal with last? One word, no article.", four, three),
        told(f"Move the {four} to the top of the tasks."),
        asked("Which thing is the second of my tasks now? One word, no article.", one, two),
        told(f"The {four} is mended, take it off."),
        asked("Which thing comes first now? One word, no article.", one, two),
    ]


def _list_zh(rng: random.Random) -> Sequence[Turn]:
    one, two, three, four = rng.sample(("苹果", "牛奶", "面包", "鸡蛋", "大米", "茶叶"), 4)
    line = "用顿号隔开，写在一行，不要别的内容"
    return [
        told(f"帮我记购物清单：{one}、{two}、{three}。", "好的。"),
        told(f"加上{four}，去掉{one}。", "好的。"),
        asked(f"清单上有什么？按顺序，{line}。", f"{two}、{three}、{four}", f"{one}、{two}、{three}、{four}"),
        told(f"{three}也不用买了。", "好的。"),
        asked(f"现在清单上有什么？按顺序，{line}。", f"{two}、{four}", f"{two}、{three}、{four}"),
    ]


def _grid(rng: random.Random) -> Sequence[Turn]:
    north, east, back = rng.randrange(4, 9), rng.randrange(2, 7), rng.randrange(2, 4)
    return [
        told(f"I stand at a crossing. I walk {north} blocks north."),
        told(f"Then I walk {east} blocks east."),
        told(f"Then {back} blocks south."),
        counted("How many blocks north of the crossing am I? Only the number.", north - back, north + back),
        counted("And how many east of it? Only the number.", east, north),
    ]


def _key(rng: random.Random) -> Sequence[Turn]:
    one, two, three = (name.split()[0] for name in rng.sample(PEOPLE, 3))
    return [
        told(f"{one} has the key."),
        told(f"{one} gives the key to {two}."),
        asked("Who has the key? Only the name.", two, one),
        told(f"{two} hands it on to {three}, and {three} to {one}."),
        asked("Who has it now? Only the name.", one, three),
    ]


def _cups(rng: random.Random) -> Sequence[Turn]:
    red, blue, green = rng.sample(("red", "blue", "green"), 3)
    return [
        told(f"There are three cups, red, blue and green. A coin lies under the {red} one."),
        told(f"I move the coin from the {red} cup to the {blue} one."),
        asked("Under which cup is the coin? Only the colour.", blue, red),
        told(f"Now I lift the {green} cup, put it back, and move the coin from the {blue} cup to the {green} one."),
        asked("Under which cup is it now? Only the colour.", green, blue),
    ]


def _lamps(rng: random.Random) -> Sequence[Turn]:
    one, two, three = rng.sample(range(1, 6), 3)
    return [
        told("There are five lamps, 1 to 5. All are off."),
        told(f"I switch on lamps {one} and {two}."),
        counted("How many lamps are on? Only the number.", 2, 5),
        told(f"I switch lamp {one} off and lamp {three} on."),
        asked(f"Is lamp {one} on? Yes or no.", "No", "Yes"),
        asked(f"Is lamp {three} on? Yes or no.", "Yes", "No"),
    ]


def _queue(rng: random.Random) -> Sequence[Turn]:
    one, two, three, four = (name.split()[0] for name in rng.sample(PEOPLE, 4))
    return [
        told(f"At a counter stand {one}, behind {one} {two}, behind {two} {three}."),
        told(f"{one} is served and leaves. {four} comes and stands at the end."),
        asked("Who is first in the queue? Only the name.", two, one),
        told(f"{three} lets {four} go ahead."),
        asked("Who is last in the queue? Only the name.", three, four),
    ]


def _lift(rng: random.Random) -> Sequence[Turn]:
    begun, up, down = rng.randrange(3, 8), rng.randrange(4, 9), rng.randrange(2, 6)
    return [
        told(f"A lift is on floor {begun}."),
        counted(f"It goes up {up} floors. On which floor is it? Only the number.", begun + up, up),
        _small(rng),
        counted(f"It goes down {down}. On which floor is it now? Only the number.", begun + up - down, begun - down),
    ]


def _seats(rng: random.Random) -> Sequence[Turn]:
    one, two, three = (name.split()[0] for name in rng.sample(PEOPLE, 3))
    return [
        told(f"On a bench sit, from left to right, {one}, {two} and {three}."),
        told(f"{one} and {three} swap places."),
        asked("Who sits on the left? Only the name.", three, one),
        told("Whoever sits in the middle swaps places with whoever sits on the right."),
        asked("Who sits in the middle now? Only the name.", one, two),
    ]


def _lift_zh(rng: random.Random) -> Sequence[Turn]:
    begun, up, down = rng.randrange(3, 8), rng.randrange(4, 9), rng.randrange(2, 6)
    return [
        told(f"电梯现在在{begun}楼。", "好的。"),
        counted(f"它上了{up}层。现在在几楼？只写数字。", begun + up, up),
        counted(f"又下了{down}层。现在在几楼？只写数字。", begun + up - down, begun - down),
    ]


_WORDINGS: Mapping[str, Sequence[Wording]] = {
    "rule": _RULES,
    "correction": (_moved_room, _other_city, _dog, _there_and_back, _price, _meeting_zh),
    "total": (_wallet, _match, _pages, _shelf, _doubled, _train, _savings_zh),
    "list": (_shopping, _replaced, _reversed, _guests, _front, _list_zh),
    "state": (_grid, _key, _cups, _lamps, _queue, _lift, _seats, _lift_zh),
}
