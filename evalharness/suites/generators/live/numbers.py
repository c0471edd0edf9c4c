"""Corrections and running numbers, of the suite `live`."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

import random
from collections.abc import Sequence

from evalharness.suites.generators.live.turns import Turn, Wording, asked, counted, small, told, two
from evalharness.suites.generators.words import PEOPLE, THINGS, TOWNS


def _moved_room(rng: random.Random) -> Sequence[Turn]:
    old, new = two(rng, 101, 399)
    return [
        told(f"My meeting is in room {old}."),
        asked("Which room is my meeting in? Only the number.", old, new),
        told(f"They have moved it: it is in room {new} now."),
        small(rng),
        asked("And in which room is my meeting? Only the number.", new, old),
    ]


def _other_city(rng: random.Random) -> Sequence[Turn]:
    old, new = rng.sample(TOWNS, 2)
    return [
        told(f"We are going to {old} for our holidays."),
        small(rng),
        told(f"I said {old} before, but I meant {new}."),
        asked("Where are we going for our holidays? Only the town.", new, old),
    ]


def _dog(rng: random.Random) -> Sequence[Turn]:
    old, new = rng.sample(("Bella", "Rufus", "Nemo", "Cleo", "Pixel"), 2)
    return [
        told(f"Our new dog is called {old}."),
        asked("What is our dog called? Just the name.", old, new),
        told(f"The children did not like that name. From today the dog is called {new}."),
        small(rng),
        asked("How do I call the dog now? Just the name.", new, old),
    ]


def _there_and_back(rng: random.Random) -> Sequence[Turn]:
    old, new = two(rng, 7, 20)
    return [
        told(f"The concert begins at {old} o'clock."),
        told(f"Wait, it begins at {new} o'clock."),
        asked("When does the concert begin? Only the hour, as a number.", new, old),
        told(f"I have looked it up: {old} o'clock was right after all."),
        asked("So when does it begin? Only the hour, as a number.", old, new),
    ]


def _price(rng: random.Random) -> Sequence[Turn]:
    old, new = two(rng, 40, 95)
    return [
        told(f"A ticket costs {old} euros, and we need 3 of them."),
        counted("What do we pay in all? Answer with one number.", 3 * old, 2 * old),
        told(f"The price on the page was old: a ticket costs {new} euros."),
        counted("What do we pay in all, then? Answer with one number.", 3 * new, 3 * old),
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
        counted(f"I bought a book for {spent} euros. How much is left? Answer with one number.", begun - spent, begun),
        told(f"My sister gave me {given} euros back."),
        counted("How much is in my wallet now? Answer with one number.", begun - spent + given, begun + given),
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
        counted("How many pages have I read so far? Answer with one number.", one + two, two),
        small(rng),
        told(f"On Wednesday I read {three} pages more."),
        counted("How many is that in all three days? Answer with one number.", one + two + three, two + three),
    ]


def _shelf(rng: random.Random) -> Sequence[Turn]:
    begun, sold, came = rng.randrange(60, 99), rng.randrange(10, 30), rng.randrange(12, 48)
    thing = rng.choice(THINGS)
    return [
        told(f"There are {begun} pieces of article '{thing}' on our shelf."),
        told(f"{sold} of them are sold today."),
        told(f"A delivery brings {came} new ones."),
        counted("How many pieces are on the shelf? Answer with one number.", begun - sold + came, begun + came),
        counted(
            f"{sold} customers bring theirs back, one each. How many now? Answer with one number.", begun + came, begun
        ),
    ]


def _doubled(rng: random.Random) -> Sequence[Turn]:
    begun, less = rng.randrange(12, 40), rng.randrange(3, 11)
    return [
        counted(f"Let x be {begun}. Double it. What is x now? Answer with one number.", 2 * begun, begun),
        counted(f"Take {less} away from x. What is it now? Answer with one number.", 2 * begun - less, begun - less),
        counted("And three times that? Answer with one number.", 3 * (2 * begun - less), 3 * begun),
    ]


def _train(rng: random.Random) -> Sequence[Turn]:
    begun, off, on = rng.randrange(30, 70), rng.randrange(5, 25), rng.randrange(5, 25)
    return [
        told(f"A bus leaves with {begun} people in it, the driver not counted."),
        counted(
            f"At the first stop {off} get off and {on} get on. How many are in it? Answer with one number.",
            begun - off + on,
            begun + on,
        ),
        told("At the second stop nobody gets on or off."),
        counted("At the third, 4 get off. How many are left? Answer with one number.", begun - off + on - 4, begun - 4),
    ]


def _savings_zh(rng: random.Random) -> Sequence[Turn]:
    begun, more, spent = rng.randrange(200, 500), rng.randrange(50, 150), rng.randrange(30, 90)
    return [
        told(f"我的存钱罐里有{begun}元。", "好的。"),
        counted(f"我又放进去{more}元。现在有多少元？请用一个数字回答。", begun + more, begun),
        told(f"昨天我取出了{spent}元买礼物。", "好的。"),
        counted("现在还剩多少元？请用一个数字回答。", begun + more - spent, begun - spent),
    ]


CORRECTIONS: Sequence[Wording] = (_moved_room, _other_city, _dog, _there_and_back, _price, _meeting_zh)
TOTALS: Sequence[Wording] = (_wallet, _match, _pages, _shelf, _doubled, _train, _savings_zh)


def _birthdays(rng: random.Random) -> Sequence[Turn]:
    hers, his = two(rng, 3, 28)
    month = rng.choice(("March", "May", "August", "October"))
    return [
        told(f"My sister's birthday is on {month} {his}."),
        asked(f"On which day of {month} is it? Only the number.", his, hers),
        told(f"Sorry, that is my brother's birthday. Hers is on {month} {hers}."),
        asked("So on which day is hers? Only the number.", hers, his),
        asked("And my brother's? Only the number.", his, hers),
    ]


def _surname(rng: random.Random) -> Sequence[Turn]:
    old, new = rng.choice((("Meyer", "Maier"), ("Clark", "Clarke"), ("Jansen", "Janssen"), ("Smith", "Smyth")))
    return [
        told(f"My surname is {old}."),
        asked("What is my surname? Just the name.", old, new),
        told(f"Oh, it is spelled {'-'.join(new.upper())}."),
        small(rng),
        asked("Write my surname again, please. Just the name.", new, old),
    ]


def _not_eaten(rng: random.Random) -> Sequence[Turn]:
    old, new = rng.sample(("nuts", "fish", "eggs", "celery", "strawberries"), 2)
    who = rng.choice(PEOPLE).split()[0]
    return [
        told(f"{who} comes to dinner and cannot eat {old}."),
        asked(f"May I serve {who} a dish with {old}? Yes or no.", "No", "Yes"),
        told(f"I mixed that up: {who} can eat {old}. It is {new} that {who} cannot eat."),
        asked(f"May I serve {who} a dish with {old}, then? Yes or no.", "Yes", "No"),
        asked(f"And one with {new}? Yes or no.", "No", "Yes"),
    ]


def _delay(rng: random.Random) -> Sequence[Turn]:
    hour, minute = rng.randrange(10, 20), rng.randrange(5, 20)
    late, later = rng.randrange(6, 15), rng.randrange(20, 36)
    return [
        told(f"My train is to leave at {hour}:{minute:02}."),
        told(f"The board says that it is {late} minutes late."),
        asked("When does it leave? In the form HH:MM, nothing else.", f"{hour}:{minute + late}", f"{hour}:{minute:02}"),
        told(f"Now the board says {later} minutes late in all."),
        asked("And when does it leave now? In the same form.", f"{hour}:{minute + later}", f"{hour}:{minute + late}"),
    ]


def _degrees(rng: random.Random) -> Sequence[Turn]:
    noon, evening, night = rng.randrange(20, 31), rng.randrange(3, 7), rng.randrange(4, 9)
    return [
        told(f"At noon it was {noon} degrees."),
        counted(
            f"By six it was {evening} degrees colder. How warm was it then? Answer with one number.",
            noon - evening,
            noon,
        ),
        small(rng),
        counted(
            f"In the night it fell by another {night} degrees. How warm was it then? Answer with one number.",
            noon - evening - night,
            noon - night,
        ),
    ]


def _debts(rng: random.Random) -> Sequence[Turn]:
    one, other = (name.split()[0] for name in rng.sample(PEOPLE, 2))
    half, more = rng.randrange(10, 40), rng.randrange(15, 60)
    return [
        told(f"I borrowed {2 * half} euros from {one} and {more} euros from {other}."),
        counted("How much do I owe in all? Answer with one number.", 2 * half + more, 2 * half),
        told(f"Today I gave {one} half of it back."),
        counted("How much do I still owe in all? Answer with one number.", half + more, 2 * half + more),
        counted(f"And how much of that to {one}? Answer with one number.", half, 2 * half),
    ]


def _books_zh(rng: random.Random) -> Sequence[Turn]:
    begun, lent, bought = rng.randrange(40, 90), rng.randrange(8, 16), rng.randrange(3, 8)
    back = rng.randrange(2, 7)
    return [
        told(f"我的书架上有{begun}本书。", "好的。"),
        counted(f"我借给小王{lent}本。书架上还有多少本？请用一个数字回答。", begun - lent, begun),
        told(f"今天我又买了{bought}本，都放上了书架。", "好的。"),
        counted(
            f"小王还了{back}本，也放回去了。现在书架上有多少本？请用一个数字回答。",
            begun - lent + bought + back,
            begun - lent + bought,
        ),
    ]


MORE_CORRECTIONS: Sequence[Wording] = (_birthdays, _surname, _not_eaten, _delay)
MORE_TOTALS: Sequence[Wording] = (_degrees, _debts, _books_zh)
