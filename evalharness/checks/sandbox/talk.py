"""How the tests of an answer reach its code in another process: calls one way, plain values the other, as JSON lines.

The tests compare values of their own, never objects of the code's: what is plain (numbers, texts, lists, …) comes over
by value, whatever class of its own the code made of it. Anything else stays where it is, and the tests hold a `Remote`
of it: they can call it, read its attributes, go through it. No expected value is ever shown to the code: a Remote
equals nothing plain, and no operator is asked with something plain beside it.

Runs under -I -S: the standard library alone. It knows neither limits nor verdicts.
"""

import builtins
import collections
import datetime
import decimal
import fractions
import importlib
import io
import json
import operator
import sys
import threading
from collections.abc import Callable, Iterator
from types import CoroutineType, ModuleType
from typing import Any, BinaryIO

Json = Any
OPERATIONS: dict[str, Callable[..., Any]] = {
    "__call__": lambda it, *args, **named: it(*args, **named),
    "__getattr__": getattr,
    "__setattr__": setattr,
    "__delattr__": delattr,
    "__bool__": bool,
    "__len__": len,
    "__iter__": iter,
    "__next__": next,
    "__reversed__": reversed,
    "__str__": str,
    "__repr__": repr,
    "__format__": format,
    "__hash__": hash,
    "__int__": int,
    "__float__": float,
    "__complex__": complex,
    "__round__": round,
    "__enter__": lambda it: type(it).__enter__(it),
    "__exit__": lambda it, *error: type(it).__exit__(it, *error),
    "__instancecheck__": lambda it, other: isinstance(other, it),
    "__subclasscheck__": lambda it, other: issubclass(other, it),
    "await": lambda it: importlib.import_module("asyncio").run(it),
    **{
        f"__{name}__": getattr(operator, f"__{name}__")
        for name in "getitem setitem delitem abs neg pos invert index".split()  # noqa: SIM905
    },
}
"""What is asked of an object that stays in its process, the special methods by the functions that call them."""

OPERATORS: dict[str, Callable[..., Any]] = {
    f"__{name}__": getattr(operator, f"__{name}__")
    for name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift eq ne lt le gt ge".split()  # noqa: SIM905
}
"""What is asked of two objects that both stay there."""

PLAIN: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "int": (int, int.__index__, int),
    "float": (float, float.__float__, float),
    "str": (str, str.__str__, str),
    "Counter": (collections.Counter, lambda it: [*dict.items(it)], lambda items: collections.Counter(dict(items))),
    "OrderedDict": (collections.OrderedDict, lambda it: [*it.items()], collections.OrderedDict),
    "dict": (dict, lambda it: [*dict.items(it)], dict),
    "keys": (type({}.keys()), list, lambda keys: dict.fromkeys(keys).keys()),
    "items": (type({}.items()), list, lambda items: dict(items).items()),
    "list": (list, lambda it: [*list.__iter__(it)], list),
    "tuple": (tuple, lambda it: [*tuple.__iter__(it)], tuple),
    "set": (set, lambda it: [*set.__iter__(it)], set),
    "frozenset": (frozenset, lambda it: [*frozenset.__iter__(it)], frozenset),
    "deque": (collections.deque, list, collections.deque),
    "bytes": (bytes, lambda it: [*bytes.__iter__(it)], bytes),
    "bytearray": (bytearray, lambda it: [*bytearray.__iter__(it)], bytearray),
    "complex": (complex, lambda it: [it.real, it.imag], lambda parts: complex(*parts)),
    "range": (range, lambda it: [it.start, it.stop, it.step], lambda parts: range(*parts)),
    "slice": (slice, lambda it: [it.start, it.stop, it.step], lambda parts: slice(*parts)),
    "Decimal": (decimal.Decimal, lambda it: decimal.Decimal.__str__(it), decimal.Decimal),
    "Fraction": (fractions.Fraction, lambda it: [it.numerator, it.denominator], lambda two: fractions.Fraction(*two)),
    "datetime": (datetime.datetime, lambda it: it.isoformat(), datetime.datetime.fromisoformat),
    "date": (datetime.date, lambda it: it.isoformat(), datetime.date.fromisoformat),
    "time": (datetime.time, lambda it: it.isoformat(), datetime.time.fromisoformat),
    "timedelta": (
        datetime.timedelta,
        lambda it: [it.days, it.seconds, it.microseconds],
        lambda parts: datetime.timedelta(*parts),
    ),
}
"""What is plain: its name, its type, what it is taken apart into (JSON, or plain values) and made of again."""
SINGLE = {"Ellipsis": Ellipsis, "NotImplemented": NotImplemented}
MUTABLE = (list, dict, set, bytearray, collections.deque)


class Talk:
    """One end of the line. `serve` does what the other end asks; both ends may ask while they are asked.

    Objects that stay here are known to the other end by their number in `kept`.
    """

    def __init__(self, reading: BinaryIO, writing: BinaryIO) -> None:
        self._reading, self._writing, self._lock = reading, writing, threading.RLock()
        self.kept: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._remotes: dict[tuple[str, int], Any] = {}
        self._told: dict[tuple[str, str, int], type[BaseException]] = {}  # classes of errors, by what was said of them
        self._said: dict[type[BaseException], tuple[str, str, int]] = {}

    def serve(self, request: Json) -> Json:
        raise NotImplementedError

    def abroad(self, kind: str, number: int, name: str, /) -> Any:
        """What stands here for an object of the other end."""
        raise NotImplementedError

    def keep(self, value: Any) -> Json:
        """What the other end is told of an object that stays here."""
        raise NotImplementedError

    def ask(self, request: Json) -> Json:
        with self._lock:
            self._send(["ask", request])
            while True:
                kind, content = self._receive()
                if kind == "reply":
                    return content
                self._send(["reply", self.serve(content)])

    def listen(self) -> None:
        """Serves until the other end is gone."""
        while True:
            self._send(["reply", self.serve(self._receive()[1])])

    def _send(self, message: Json) -> None:
        self._writing.write(json.dumps(message).encode() + b"\n")
        self._writing.flush()

    def _receive(self) -> tuple[str, Json]:
        line = self._reading.readline()
        if not line:
            raise EOFError("the other process is gone")
        kind, content = json.loads(line)
        return kind, content

    def number_of(self, value: Any) -> int:
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self.kept)
            self.kept.append(value)
        return self._numbers[id(value)]

    def encoded(self, value: Any) -> Json:
        """A value as JSON: what JSON has as it is, all else as [its kind, its parts]."""
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, Remote):
            return ["yours", number_of(value)]
        for name, single in SINGLE.items():
            if value is single:
                return ["single", name]
        if isinstance(value, BaseException):
            return self._encoded_error(value)
        if isinstance(value, tuple) and (fields := getattr(type(value), "_fields", None)):
            return ["named", [type(value).__name__, [*fields], [self.encoded(item) for item in tuple.__iter__(value)]]]
        for name, (kind, parts, _) in PLAIN.items():
            if isinstance(value, kind):
                return [name, self._encoded_parts(parts(value))]
        if isinstance(value, type):
            return self._encoded_type(value)
        if isinstance(value, ModuleType) and value.__name__.split(".")[0] in sys.stdlib_module_names:
            return ["module", value.__name__]
        return self.keep(value)

    def _encoded_parts(self, parts: Any) -> Json:
        return [self.encoded(part) for part in parts] if isinstance(parts, list) else parts

    def _encoded_type(self, value: type) -> Json:
        if getattr(builtins, value.__name__, None) is value:
            return ["type", value.__name__]
        if issubclass(value, BaseException):
            return ["error type", self._line(value)]
        return self.keep(value)

    def _line(self, kind: type[BaseException]) -> Json:
        """Of an error's class: itself and what it descends from. One that comes from the other end is found there."""
        line = [self._said.setdefault(one, (one.__module__, one.__qualname__, id(one))) for one in kind.__mro__[:-1]]
        self._told.update(zip(line, kind.__mro__, strict=False))
        return line

    def _encoded_error(self, error: BaseException) -> Json:
        try:
            arguments = [self.encoded(argument) for argument in error.args]
            said = {name: self.encoded(value) for name, value in vars(error).items() if not name.startswith("__")}
        except TypeError:
            arguments, said = [str(error)], {}
        return ["error", [self._line(type(error)), arguments, said]]

    def decoded(self, told: Json) -> Any:
        """The value of what `encoded` made at the other end. Whatever that end says, only plain things are made."""
        if not isinstance(told, list):
            return told
        kind, parts = told
        if kind in PLAIN:
            return PLAIN[kind][2]([self.decoded(part) for part in parts] if isinstance(parts, list) else parts)
        if kind == "single":
            return SINGLE[parts]
        if kind == "yours":
            return self.kept[parts]
        if kind == "named":
            name, fields, items = parts
            return collections.namedtuple(name, fields)(*(self.decoded(item) for item in items))
        if kind == "type" and isinstance(found := getattr(builtins, parts), type):
            return found
        if kind == "module" and parts.split(".")[0] in sys.stdlib_module_names:
            return importlib.import_module(parts)
        if kind == "error type":
            return self._error_type(parts)
        if kind == "error":
            return self._decoded_error(*parts)
        number, name = parts
        if (kind, number) not in self._remotes:
            self._remotes[kind, number] = self.abroad(kind, number, name)
        return self._remotes[kind, number]

    def _decoded_error(self, line: Json, arguments: Json, said: Json) -> BaseException:
        kind = self._error_type(line)
        error = kind.__new__(kind)
        error.args = tuple(self.decoded(argument) for argument in arguments)
        error.__dict__.update({name: self.decoded(value) for name, value in said.items()})
        return error

    def _error_type(self, line: Json) -> type[BaseException]:
        """Python's own class of that name, or else one made here that descends from the same of Python's."""
        module, name, number = line[0]
        if module.split(".")[0] in sys.stdlib_module_names:
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type) and issubclass(found, BaseException):
                return found
        said = (module, name, number)
        if said not in self._told:
            made = type(name, (self._error_type(line[1:]),), {})
            self._told[said], self._said[made] = made, said
        return self._told[said]


class Answer(Talk):
    """The code's end: does what it is asked with the code's objects. What it prints goes along with the reply."""

    def __init__(self, reading: BinaryIO, writing: BinaryIO, names: dict[str, Any]) -> None:
        super().__init__(reading, writing)
        self._names = names

    def serve(self, request: Json) -> Json:
        operation, target, arguments, named = request
        said = io.BytesIO()
        outer, sys.stdout = sys.stdout, io.TextIOWrapper(said, "utf-8", newline="", write_through=True)
        args, named = self.decoded(arguments), dict(self.decoded(named))
        places: dict[Any, Any] = {**dict(enumerate(args)), **named}
        try:
            if operation == "name":
                result = self._names[target]
            else:
                result = {**OPERATIONS, **OPERATORS}[operation](self.kept[target], *args, **named)
            mine = [place for place, argument in places.items() if argument is result and isinstance(result, MUTABLE)]
            told = ["argument", mine[0]] if mine else ["value", self._awaitable(result) or self.encoded(result)]
        except BaseException as error:
            told = ["raise", self._encoded_error(error)]
        changed = [[place, self.encoded(argument)] for place, argument in places.items() if _may_change(argument)]
        printed = said.getvalue().decode("utf-8", "replace")
        sys.stdout = outer  # this may have been asked while the code was asking
        return [*told, changed, printed]

    def _awaitable(self, value: Any) -> Json:
        return ["coroutine", [self.number_of(value), ""]] if isinstance(value, CoroutineType) else None

    def keep(self, value: Any) -> Json:
        return ["remote", [self.number_of(value), ""]]

    def abroad(self, kind: str, number: int, name: str) -> Any:
        """The tests' functions can be called, their iterators gone through, and nothing else."""

        def call(*args: Any, **named: Any) -> Any:
            told, content = self.ask([number, self.encoded(args), self.encoded(list(named.items()))])
            if told == "raise":
                raise self.decoded(content)
            return self.decoded(content)

        def items() -> Iterator[Any]:
            while True:
                try:
                    item = call()
                except StopIteration:
                    return
                yield item

        call.__name__ = call.__qualname__ = name
        return items() if kind == "iterator" else call


class Tests(Talk):
    """The tests' end: asks, and serves nothing but calls of the functions and iterators that it handed over."""

    def serve(self, request: Json) -> Json:
        number, arguments, named = request
        try:
            result = self.kept[number](*self.decoded(arguments), **dict(self.decoded(named)))
            return ["value", self.encoded(result)]
        except BaseException as error:
            return ["raise", self._encoded_error(error)]

    def do(self, operation: str, target: Any, args: tuple[Any, ...] = (), named: dict[str, Any] | None = None) -> Any:
        """Asks; gives the value, or raises what was raised there. Arguments that were changed there change here."""
        named = named or {}
        request = [operation, target, self.encoded(args), self.encoded(list(named.items()))]
        told, content, changed, printed = self.ask(request)
        sys.stdout.write(printed)
        places: dict[Any, Any] = {**dict(enumerate(args)), **named}
        for place, new in changed:
            _refill(places[place], self.decoded(new))
        if told == "raise":
            raise self.decoded(content)
        return places[content] if told == "argument" else self.decoded(content)

    def keep(self, value: Any) -> Json:
        if hasattr(type(value), "__next__"):
            return ["iterator", [self.number_of(value.__next__), ""]]
        if callable(value):
            return ["callable", [self.number_of(value), getattr(value, "__name__", "callable")]]
        raise TypeError(
            f"a {type(value).__name__} of the tests cannot be handed to the code: plain values and functions can"
        )

    def abroad(self, kind: str, number: int, _: str) -> Any:
        return _awaited(self, number) if kind == "coroutine" else Remote(self, number)


class Names(dict[str, Any]):
    """The names that tests see: Python's own, theirs, and what the code has under any other at that moment."""

    def __init__(self, tests: Tests) -> None:
        super().__init__(__name__="tests")
        self._tests = tests

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)  # so that no code gives its own `abs` to its tests
        return self._tests.do("name", name)


class Remote:
    """An object of the code's, seen by the tests."""

    __slots__ = ("__number", "__tests")

    def __init__(self, tests: Tests, number: int) -> None:
        object.__setattr__(self, "_Remote__tests", tests)
        object.__setattr__(self, "_Remote__number", number)


def number_of(remote: Remote) -> int:
    return int(object.__getattribute__(remote, "_Remote__number"))


def _asking(operation: str) -> Callable[..., Any]:
    def asking(self: Remote, *args: Any, **named: Any) -> Any:
        tests: Tests = object.__getattribute__(self, "_Remote__tests")
        return tests.do(operation, number_of(self), args, named)

    return asking


def _between(operation: str) -> Callable[..., Any]:
    """NotImplemented beside anything plain: == is then False, != True, and all others a TypeError."""
    asking = _asking(operation)
    return lambda self, other: asking(self, other) if isinstance(other, Remote) else NotImplemented


def _only_remote(operation: str) -> Callable[..., bool]:
    asking = _asking(operation)
    return lambda self, other: isinstance(other, Remote) and bool(asking(self, other))


def _contains(self: Any, wanted: Any) -> bool:
    return any(item is wanted or item == wanted for item in self)


def _exit(self: Remote, kind: Any, error: Any, _: Any) -> Any:
    return _asking("__exit__")(self, kind, error, None)  # a traceback stays where it is


for _name in OPERATIONS:
    if _name.startswith("__"):
        setattr(Remote, _name, _asking(_name))
for _name in OPERATORS:
    setattr(Remote, _name, _between(_name))
for _name in ("__instancecheck__", "__subclasscheck__"):
    setattr(Remote, _name, _only_remote(_name))
for _name, _own in {"__contains__": _contains, "__exit__": _exit}.items():
    setattr(Remote, _name, _own)


async def _awaited(tests: Tests, number: int) -> Any:
    return tests.do("await", number)


def _may_change(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(_may_change(item) for item in value)
    return isinstance(value, MUTABLE)


def _refill(old: Any, new: Any) -> Any:
    """`old` with the contents of `new`, down to what they have in common; `new` where there is nothing to keep."""
    if type(old) is not type(new):
        return new
    if isinstance(old, list | collections.deque):
        kept = [_refill(one, other) for one, other in zip(old, new, strict=False)]
        added = [*new][len(old) :]
        old.clear()
        old.extend(kept + added)
    elif isinstance(old, dict):
        refilled = {key: _refill(old[key], value) if key in old else value for key, value in new.items()}
        old.clear()
        old.update(refilled)
    elif isinstance(old, set):
        old.clear()
        old.update(new)
    elif isinstance(old, bytearray):
        old[:] = new
    elif isinstance(old, tuple) and len(old) == len(new):
        return tuple(_refill(one, other) for one, other in zip(old, new, strict=True))
    else:
        return new
    return old
