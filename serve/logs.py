"""What a log says last: pure functions over its lines, and how to get the last of them."""

from collections.abc import Sequence
from pathlib import Path


def last_line(lines: Sequence[str]) -> str:
    return lines[-1] if lines else ""


def last_words(lines: Sequence[str]) -> str:
    """The last line that names an error, else the last line."""
    return next((line for line in reversed(lines) if "Error" in line or "error:" in line), last_line(lines))


def said(text: str) -> list[str]:
    """The lines with something in them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def tail(log: Path) -> list[str]:
    """The lines with something in them among the last 64 KiB of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - 65536))
            return said(file.read().decode(errors="replace"))
    except FileNotFoundError:
        return []
