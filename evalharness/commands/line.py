"""A mistake on a command line, said in one line: which word, what is wrong with it, and what was perhaps meant.

It is argparse with other errors, and knows none of the commands.
"""

import argparse
import difflib
from collections.abc import Iterable
from typing import Any, NoReturn

from evalharness.errors import UsageError


class Parser(argparse.ArgumentParser):
    """Raises UsageError where argparse would print how all is used. Subcommands' parsers are of this class too."""

    def error(self, message: str) -> NoReturn:
        said = " ".join(message.replace("argument ", "").split())
        raise UsageError(f"{said}; `{self.prog} --help` lists what there is")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        found, unknown = super().parse_known_args(args, namespace)
        for word in unknown[:1]:
            flag = word.partition("=")[0]
            what = f"there is no such flag{meant(flag, self._option_string_actions)}"
            self.error(f"{flag}: {what}" if flag.startswith("-") else f"{word!r}: nothing is to stand there")
        return found, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            known = [str(choice) for choice in action.choices]
            said = f"there is no {value!r}{meant(str(value), known)}; there are {', '.join(known)}"
            raise argparse.ArgumentError(action, said)


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean --suites?`, or nothing where none of the known words is like it."""
    similar = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {similar[0]}?" if similar else ""
