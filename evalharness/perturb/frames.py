"""What is put around a prompt: sentences that do not matter, and orders against it, in the prompt's own language.

A frame is a paragraph of its own. None holds a digit or a quotation, so that those of the prompt stay countable.
"""

import random
import re
from pathlib import Path

import yaml

from evalharness.perturb import chinese, forms
from evalharness.perturb.prose import Prose

TEXTS: dict[str, dict[str, list[str]]] = yaml.safe_load(Path(__file__).with_name("frames.yaml").read_text("utf-8"))
ASIDES, COUNTER_ORDERS, DOCUMENTS = TEXTS["asides"], TEXTS["counter_orders"], TEXTS["documents"]
"""Each by language."""

_COLON = re.compile(r"[:\uFF1A]")
_THIS = r"this (?:line|message|prompt|text|document|conversation)\b"
_BEFORE = re.compile(rf"\b(?:above|preceding|previous|earlier|so far|{_THIS})|上面|上文|上述|以上|前面", re.IGNORECASE)
_AFTER = re.compile(rf"\b(?:below|following|{_THIS})|下面|下文|下列|以下|最后", re.IGNORECASE)
"""Where a prompt speaks of what stands before or after: there nothing may be put."""


def prefix(prose: Prose, draw: random.Random, rate: float) -> str:
    """A sentence that does not matter, before the prompt."""
    aside = _aside(prose, draw)
    return f"{aside}\n\n{prose.text}" if aside and rate and takes_before(prose) else prose.text


def suffix(prose: Prose, draw: random.Random, rate: float) -> str:
    """A sentence that does not matter, after the prompt."""
    aside = _aside(prose, draw)
    return f"{prose.text.rstrip()}\n\n{aside}" if aside and rate and takes_more(prose) else prose.text


def counter_order(prose: Prose, draw: random.Random, rate: float) -> str:
    """Data after the prompt, and in it an order to do something else. Right is still what the prompt asked for."""
    if not rate or prose.language is None:
        return prose.text
    order = draw.choice(COUNTER_ORDERS[prose.language])
    return f"{prose.text.rstrip()}\n\n{draw.choice(DOCUMENTS[prose.language]).format(order=order)}"


def takes_before(prose: Prose) -> bool:
    """Whether a sentence may stand before the prompt: it does not speak of what does."""
    return not prose.units(_BEFORE)


def takes_more(prose: Prose) -> bool:
    """Whether a sentence may follow the prompt.

    Only if it ends in its own words, gives nothing to work on after a colon and, if it has several lines, makes its
    request in the last: a text to repeat, to translate or to judge would otherwise have grown.
    """
    text = prose.text.rstrip()
    ends_in_words = text.endswith((".", "?", "!", "。", "？", "！")) and prose.is_free(len(text) - 1, len(text))  # noqa: RUF001
    requests = [*forms.requests(prose), *chinese.requests(prose)]
    ends_in_request = "\n" not in text or any("\n" not in text[start:] for start, _ in requests)
    return ends_in_words and ends_in_request and not prose.units(_COLON) and not prose.units(_AFTER)


def _aside(prose: Prose, draw: random.Random) -> str | None:
    """An aside in the prompt's language, with none of the words that a check looks for; None in any other language."""
    harmless = [aside for aside in ASIDES.get(prose.language or "", ()) if not prose.says(aside)]
    return draw.choice(harmless) if harmless else None
