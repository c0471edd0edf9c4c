"""The check of code: what passes and what fails, and how the tests see the code's values from another process."""

import sys
import time

import pytest

from evalharness.checks import code
from evalharness.checks.sandbox import child, system_calls
from evalharness.errors import UsageError
from tests.parts import apply_checks

RIGHT = "def double(n):\n    return 2 * n\n"
TESTS = "assert double(2) == 4\nassert double(-1) == -2"


def failure(answer: str, seconds: float = 10) -> str | None:
    value = {"tests": TESTS, "seconds": seconds}
    [outcome] = apply_checks(answer, "stop", [{"type": "code", "value": value}])
    found: str | None = outcome.failure
    return found


def passes(before: str, seconds: float = 10, memory_mb: int = code.MEMORY_MB, tests: str = TESTS) -> bool:
    return code.runs(before + "\n" + RIGHT, tests, seconds, memory_mb)


def test_the_first_python_block_is_run_and_its_tests_after_it() -> None:
    assert failure(f"Here:\n```python\n{RIGHT}```\nUse it:\n```python\nprint(double(3))\n```") is None
    assert failure(f"```\n{RIGHT}```") is None
    assert failure(f"```sh\npip install x\n```\n```py\n{RIGHT}```") is None


def test_wrong_code_fails_by_code_and_no_code_by_format() -> None:
    assert failure("```python\ndef double(n):\n    return n\n```") == "code"
    assert failure("```python\ndef double(n:\n```") == "code"
    assert failure(RIGHT) == "format"
    assert failure(f"```python\n{RIGHT}") == "format"
    assert failure("```sh\nls\n```") == "format"


@pytest.mark.parametrize(
    "before",
    [
        "import dataclasses, re, json, random, collections, decimal, heapq, typing, hashlib, sqlite3, zoneinfo",
        "import dataclasses\n@dataclasses.dataclass\nclass A:\n    n: int",
        "import asyncio\nasync def f():\n    await asyncio.sleep(0)\nasyncio.run(f())",
        "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor() as e: list(e.map(str, range(9)))",
        "import tempfile\nwith tempfile.TemporaryDirectory() as d:\n    open(d + '/a', 'w').write('x')",
        "import sqlite3\ndb = sqlite3.connect('a.db')\ndb.execute('create table t (x)')\ndb.commit()",
        "import pathlib, os\npathlib.Path('a').touch()\npathlib.Path('a').touch()\nos.rename('a', 'b')\nos.listdir()",
        "import datetime, time, uuid, subprocess, logging\ndatetime.datetime.now(), time.sleep(0), uuid.uuid4()",
        "print('hello')\nif __name__ == '__main__':\n    raise SystemExit(1)",
    ],
)
def test_what_honest_code_does_is_allowed(before: str) -> None:
    assert passes(before)


CODE = """
import asyncio, collections, contextlib, dataclasses, enum, math

def in_place(grid):
    grid[0].append(9)
    grid.sort(key=len)
    return grid
def counted(text): return collections.Counter(text)
def naturals():
    n = 0
    while True:
        yield n
        n += 1
def applied(f, *values, **named): return [f(value, **named) for value in values]
def total(values): return sum(values)
def memoized(f):
    known = {}
    def asked(n):
        if n not in known:
            known[n] = f(n)
        return known[n]
    return asked
async def later(n): return n + 1
def shout(text): print(text.upper())
def power(n): return 7 ** n
class Refused(ValueError):
    def __init__(self, left): super().__init__(f"only {left} left"); self.left = left
class Purse:
    def __init__(self, coins): self.coins = coins
    def __len__(self): return len(self.coins)
    def __iter__(self): return iter(self.coins)
    def __add__(self, other): return Purse(self.coins + other.coins)
    def __eq__(self, other): return isinstance(other, Purse) and self.coins == other.coins
    def __lt__(self, other): return len(self) < len(other)
    def __enter__(self): return self
    def __exit__(self, *error): return error[0] is KeyError
    def take(self, n):
        if n > len(self.coins): raise Refused(len(self.coins))
        self.coins = self.coins[n:]
        return self
    @property
    def worth(self): return sum(self.coins)
@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0
Pair = collections.namedtuple("Pair", "one two")
class Colour(enum.Enum):
    RED = 1
    BLUE = 2
def primary(n): return Colour(n)
limit = 3
def raised(): global limit; limit += 1
"""


@pytest.mark.parametrize(
    "tests",
    [
        "grid = [[1, 2], [3]]\nrow = grid[0]\nassert in_place(grid) is grid\nassert grid == [[3], [1, 2, 9]]",
        "grid = ([[1]],)\ntotal([1])\nassert grid == ([[1]],)",
        "assert counted('aab') == {'a': 2, 'b': 1}\nassert counted('aab').most_common(1) == [('a', 2)]",
        "import itertools\nassert list(itertools.islice(naturals(), 3)) == [0, 1, 2]",
        "assert next(naturals()) == 0\nassert 2 in naturals()\nfor n in naturals():\n    if n > 3: break",
        "assert applied(lambda n, by=1: n * by, 1, 2, by=3) == [3, 6]\nassert applied(len, 'ab', []) == [2, 0]",
        "assert total(n * n for n in range(4)) == 14\nassert total(range(3)) == 3",
        "seen = []\n@memoized\ndef slow(n):\n    seen.append(n)\n    return -n\nassert [slow(2), slow(2)] == [-2, -2]\n"
        "assert seen == [2]",
        "import asyncio\nassert asyncio.run(later(1)) == 2",
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as said:\n    shout('ho')\n"
        "assert said.getvalue() == 'HO\\n'",
        "assert power(9000) == 7 ** 9000\nassert power(0.5) == 7 ** 0.5\nassert power(-1j) == 7 ** -1j",
        "try: Purse([1]).take(2)\nexcept Refused as error:\n    assert (error.left, str(error)) == (1, 'only 1 left')"
        "\nelse:\n    assert False",
        "try:\n    Purse([1]).take(2)\nexcept ValueError as error:\n    assert isinstance(error, Refused)",
        "def no(n): raise Refused(n)\ntry:\n    applied(no, 5)\nexcept Refused:\n    pass\nelse:\n    assert False",
        "one = Purse([1, 2])\nassert len(one + Purse([3])) == 3\nassert one == Purse([1, 2]) and one != Purse([])\n"
        "assert isinstance(one, Purse) and not isinstance(3, Purse)\nassert list(one) == [1, 2] and one.worth == 3\n"
        "assert one.take(1) is one and 1 not in one and Purse([]) < one\none.coins = [5]\nassert one.worth == 5",
        "with Purse([1]) as purse:\n    raise KeyError('swallowed')",
        "assert sorted([Point(2), Point(1, 5)])[0].y == 5\nassert Point(1) == Point(1, 0)",
        "assert str(Point(1)) == 'Point(x=1, y=0)' and {Point: 1}[Point] == 1",
        "assert Pair(1, two=2) == (1, 2) and Pair(1, 2).two == 2 and Pair._fields == ('one', 'two')",
        "assert primary(1) == Colour.RED and primary(2) != Colour.RED and primary(1).name == 'RED'",
        "raised()\nassert limit == 4 and math.pi > 3",
        "try:\n    nothing_of_the_kind\nexcept NameError:\n    pass\nelse:\n    assert False",
        "assert [applied(str, 1), {type(n) for n in (1, 2)}] == [['1'], {int}]",
    ],
)
def test_tests_use_what_the_code_defines_as_if_it_were_theirs(tests: str) -> None:
    assert passes(CODE, tests=tests)


@pytest.mark.parametrize(
    "tests",
    ["assert False", "raise SystemExit", "import os; os._exit(0)", "double(", "assert double(3) == 7", "exit()"],
)
def test_tests_that_fail_or_leave_before_their_end_fail_the_code(tests: str) -> None:
    assert not passes("", tests=tests)


def test_too_much_memory_file_or_output_fails() -> None:
    assert not passes("x = bytearray(200 * 2**20)", memory_mb=150)
    assert passes("x = bytearray(20 * 2**20)", memory_mb=150)
    assert not passes("f = open('a', 'wb')\nfor _ in range(40):\n    f.write(b'x' * 2**20)\nf.close()")


@pytest.mark.parametrize("before", ["while True: pass", "import time; time.sleep(600)"])
def test_code_without_end_is_ended(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    monkeypatch.setattr(code, "STARTUP_SECONDS", 1.0)
    begun = time.monotonic()
    assert not passes(before, seconds=1)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("wall", ["seccomp", "Landlock"])
def test_without_one_of_the_walls_no_code_is_run(monkeypatch: pytest.MonkeyPatch, wall: str) -> None:
    def missing() -> None:
        raise OSError("Function not implemented")

    if wall == "seccomp":
        monkeypatch.setitem(sys.modules, "pyseccomp", None)
    else:
        monkeypatch.setattr(child, "landlock", missing)
    for known in (code.check_machine, system_calls.program):
        monkeypatch.setattr(sys.modules[known.__module__], known.__name__, known.__wrapped__)  # what it knew aside
    monkeypatch.setattr(code, "_started", None)
    with pytest.raises(UsageError, match="answers with code are not run here"):
        passes("")
