"""Lists that are edited, and who or what is where, of the suite `live`."""
# ruff: noqa: RUF001 (Chinese punctuation is meant)

import random
from collections.abc import Sequence

from evalharness.suites.generators.live.turns import Turn, Wording, asked, counted, small, told
from evalharness.suites.generators.words import PEOPLE, THINGS, TOWNS

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
        counted("How many guests come? Answer with one number.", 3, 4),
        told(f"{one} brings a friend along."),
        counted("And how many guests are that now? Answer with one number.", 4, 5),
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
        counted("How many blocks north of the crossing am I? Answer with one number.", north - back, north + back),
        counted("And how many east of it? Answer with one number.", east, north),
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
        counted("How many lamps are on? Answer with one number.", 2, 5),
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
        counted(f"It goes up {up} floors. On which floor is it? Answer with one number.", begun + up, up),
        small(rng),
        counted(
            f"It goes down {down}. On which floor is it now? Answer with one number.", begun + up - down, begun - down
        ),
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
        counted(f"它上了{up}层。现在在几楼？请用一个数字回答。", begun + up, up),
        counted(f"又下了{down}层。现在在几楼？请用一个数字回答。", begun + up - down, begun - down),
    ]


LISTS: Sequence[Wording] = (_shopping, _replaced, _reversed, _guests, _front, _list_zh)
STATES: Sequence[Wording] = (_grid, _key, _cups, _lamps, _queue, _lift, _seats, _lift_zh)


def _by_alphabet(rng: random.Random) -> Sequence[Turn]:
    one, two, three, four = names = sorted({name.split()[0] for name in rng.sample(PEOPLE, 4)})
    drawn = rng.sample(names, 4)
    first, last = sorted(drawn[:3]), drawn[3]
    return [
        told(f"Keep a list of names that is always sorted by alphabet: {_joined(drawn[:3])}."),
        asked(f"Give me the list, {LINE}.", _joined(first), _joined(sorted(first, reverse=True))),
        told(f"Put {last} on it, too."),
        asked(f"Give me the list again, {LINE}.", _joined([one, two, three, four]), _joined(first)),
    ]


def _undone(rng: random.Random) -> Sequence[Turn]:
    one, two, three, other = rng.sample(TOWNS, 4)
    return [
        told(f"Our route: {one}, {two}, {three}."),
        told(f"Take {two} out."),
        asked(f"List the route, {LINE}.", _joined([one, three]), _joined([one, two, three])),
        told("Undo that change."),
        told(f"And add {other} at the end."),
        asked(f"List the route now, {LINE}.", _joined([one, two, three, other]), _joined([one, three, other])),
    ]


def _options(rng: random.Random) -> Sequence[Turn]:
    one, two, three = rng.sample(THINGS, 3)
    return [
        told(f"There are three presents to choose from. 1: {one}. 2: {two}. 3: {three}."),
        told("Swap numbers 1 and 3."),
        asked("Which present is number 1 now? One word, no article.", three, one),
        told("Strike out number 2, and number the other two anew, in their order."),
        asked("Which present is number 2 now? One word, no article.", one, two),
    ]


def _boxes(rng: random.Random) -> Sequence[Turn]:
    one, two = rng.sample(THINGS, 2)
    return [
        told(f"The {one} is in the red box, the {two} in the blue one."),
        told("I swap what is in the two boxes."),
        asked("What is in the red box? One word, no article.", two, one),
        told("I empty the blue box."),
        asked(f"Is the {two} still in a box? Yes or no.", "Yes", "No"),
        asked(f"And the {one}? Yes or no.", "No", "Yes"),
    ]


def _turning(rng: random.Random) -> Sequence[Turn]:
    sides = ("north", "east", "south", "west")
    begun = rng.randrange(4)
    right, back = sides[(begun + 1) % 4], sides[(begun + 3) % 4]
    return [
        told(f"I look to the {sides[begun]}."),
        asked("I turn right, by a quarter. In which direction do I look? One word.", right, back),
        small(rng),
        asked("I turn right around. In which direction do I look now? One word.", back, right),
    ]


def _handed_on_zh(rng: random.Random) -> Sequence[Turn]:
    first, last = rng.sample(("小明", "小红", "小华", "小丽"), 2)
    return [
        told(f"书在{first}那里，伞在{last}那里。", "好的。"),
        told("他们把书和伞互相交换了。", "好的。"),
        asked("现在书在谁那里？只写名字。", last, first),
        told(f"{last}把书还给了图书馆。", "好的。"),
        asked("伞在谁那里？只写名字。", first, last),
    ]


MORE_LISTS: Sequence[Wording] = (_by_alphabet, _undone, _options)
MORE_STATES: Sequence[Wording] = (_boxes, _turning, _handed_on_zh)
