"""An adapter's patterns, tried on the names of the base's layers before peft does: some take longer than anybody lives,
and peft would wait for them. It knows nothing of what a pattern is for."""

import re
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from serve.errors import UsageError

SECONDS = 5.0  # all layers of the largest models take a tenth of one


def check_patterns(config: Any, layers: Iterable[str], adapter: Path) -> None:
    """Raises UsageError for a pattern of a peft configuration that does not come to an end. In the main thread only."""
    names = list(layers)
    for setting, pattern in patterns(config):
        where = f"{adapter}/adapter_config.json: {setting} {pattern!r}"
        with within(SECONDS, f"{where} is tried for {SECONDS:.0f} s without end; name the layers instead"):
            for name in names:
                re.fullmatch(pattern, name)


def patterns(config: Any) -> Iterator[tuple[str, str]]:
    """What peft's LoRA matches against names, as it does, by the setting it stands in."""
    for setting in ("target_modules", "exclude_modules"):
        if isinstance(pattern := getattr(config, setting, None), str):
            yield setting, pattern
    for setting in ("rank_pattern", "alpha_pattern"):
        for key in getattr(config, setting, None) or {}:
            yield setting, rf"(.*\.)?({key})$"
    found = getattr(config, "layers_pattern", None) or ()
    for pattern in [found] if isinstance(found, str) else found:
        yield "layers_pattern", rf"(?:^|.*?\.){pattern}\.(?P<idx>\d+)\..*"
    for pattern in getattr(config, "modules_to_save", None) or ():
        yield "modules_to_save", rf"(^|.*\.){pattern}($|\..*)"


@contextmanager
def within(seconds: float, said: str) -> Iterator[None]:
    """Raises UsageError once the time is over; a match looks for signals as it goes."""

    def over(*_: object) -> None:
        raise UsageError(said)

    before = signal.signal(signal.SIGALRM, over)
    earlier = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *earlier)
        signal.signal(signal.SIGALRM, before)
