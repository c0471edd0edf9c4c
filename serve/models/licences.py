"""What a model's licence asks of whoever passes on something made from it: the notice, the name, the words to show.

Read from the model's card and licence files. It is a reminder, not legal advice, and knows the licences of the
supported families alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from re import Match

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---", re.DOTALL)
STATED = re.compile(r"^(license|license_name):\s*[\"']?([\w.+-]+)", re.MULTILINE)
TEXTS = ("LICENSE*", "LICENCE*", "NOTICE*")
LARGEST_TEXT = 200_000  # characters


@dataclass(frozen=True)
class Duty:
    """`notice` goes into a file NOTICE with every copy, `name` begins the model's name, `shown` stands where it is
    used, `limit` is who may not, or not without leave.
    """

    licence: str
    notice: str = ""
    name: str = ""
    shown: str = ""
    limit: str = ""

    @property
    def told(self) -> str:
        """In one line."""
        parts = [
            self.name and f'a name that begins with "{self.name}"',
            self.shown and f'"{self.shown}" shown where it is used',
            self.notice and f'a file NOTICE that says "{self.notice}"',
            "a copy of the licence",
        ]
        asked = ", ".join(part for part in parts if part)
        return f"{self.licence}: passed on, it needs {asked}" + (f"; {self.limit}" if self.limit else "")

    @property
    def data(self) -> dict[str, str]:
        """For a manifest: what is asked, by name."""
        asked = {"notice": self.notice, "name_begins_with": self.name, "shown": self.shown, "limit": self.limit}
        return {name: text for name, text in asked.items() if text}


def meta(version: str, words: str, name: str, notice: str) -> Duty:
    copyright_ = "Copyright © Meta Platforms, Inc. All Rights Reserved."
    licence = f"Llama {version} Community License"
    return Duty(licence, f"{notice} {copyright_}", name, words, "more than 700 million monthly users need Meta's leave")


LLAMA_2 = meta("2", "", "", "Llama 2 is licensed under the LLAMA 2 Community License,")
LLAMA_3 = meta(
    "3", "Built with Meta Llama 3", "Llama 3", "Meta Llama 3 is licensed under the Meta Llama 3 Community License,"
)


def llama(version: str) -> Duty:
    notice = f"Llama {version} is licensed under the Llama {version} Community License,"
    return meta(version, "Built with Llama", "Llama", notice)


QWEN = Duty("Qwen License", shown="Built with Qwen", limit="more than 100 million monthly users need Alibaba's leave")
QWEN_RESEARCH = Duty("Qwen Research License", shown="Built with Qwen", limit="not for commercial use")
MISTRAL_RESEARCH = Duty("Mistral AI Research License", limit="not for commercial use")
# By the name that a card states, and by words of the licence's text.
KNOWN: dict[str, Duty] = {
    "llama2": LLAMA_2,
    "llama3": LLAMA_3,
    "llama3.1": llama("3.1"),
    "llama3.2": llama("3.2"),
    "llama3.3": llama("3.3"),
    "qwen": QWEN,
    "tongyi-qianwen": QWEN,
    "qwen-research": QWEN_RESEARCH,
    "mrl": MISTRAL_RESEARCH,
    "mistral-ai-research-license": MISTRAL_RESEARCH,
    "cc-by-nc-4.0": Duty("CC BY-NC 4.0", limit="not for commercial use"),
}
WORDS: list[tuple[Callable[[str], Match[str] | None], str]] = [
    (re.compile(r"llama 3\.3 community license", re.IGNORECASE).search, "llama3.3"),
    (re.compile(r"llama 3\.2 community license", re.IGNORECASE).search, "llama3.2"),
    (re.compile(r"llama 3\.1 community license", re.IGNORECASE).search, "llama3.1"),
    (re.compile(r"llama 3 community license", re.IGNORECASE).search, "llama3"),
    (re.compile(r"llama 2 community license", re.IGNORECASE).search, "llama2"),
    (re.compile(r"qwen research license", re.IGNORECASE).search, "qwen-research"),
    (re.compile(r"qwen license agreement", re.IGNORECASE).search, "qwen"),
    (re.compile(r"mistral ai research license", re.IGNORECASE).search, "mrl"),
]


def duty(folder: Path) -> Duty | None:
    """What the licence of a model folder asks for; None where it states none that is known to ask for more."""
    front = FRONT_MATTER.match(text_of(folder / "README.md"))
    named = dict(STATED.findall(front[1])) if front else {}
    stated = [named[field].lower() for field in ("license_name", "license") if field in named]
    texts = [text_of(path) for pattern in TEXTS for path in sorted(folder.glob(pattern))]
    found = [name for name in stated if name in KNOWN]
    found += [name for text in texts for search, name in WORDS if search(text)]
    return KNOWN[found[0]] if found else None


def text_of(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(LARGEST_TEXT) if path.is_file() else ""
    except OSError:
        return ""
