"""The check of the language an answer is written in.

Script decides what it can: Chinese, Japanese, Korean and other languages with a script of their own. Languages in
Latin letters are told apart by py3langid, an offline model, among those that assistants commonly write; and only
in answers of LETTERS and more, for of a word or two nobody could tell. Code blocks are left out.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from evalharness.checks import values
from evalharness.checks.base import Check, unless
from evalharness.checks.reading.text import HAN, KANA, without_code
from evalharness.runs.failures import Failure

LETTERS = 20  # fewer are judged by their script alone

_OWN_SCRIPT = {
    "zh": f"[{HAN}]",
    "ja": f"[{HAN}{KANA}]",
    "ko": "[\uac00-\ud7a3]",
    "ru": "[\u0400-\u04ff]",
    "ar": "[\u0600-\u06ff]",
    "hi": "[\u0900-\u097f]",
    "th": "[\u0e00-\u0e7f]",
    "el": "[\u0370-\u03ff]",
    "he": "[\u0590-\u05ff]",
}
_LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "ro", "hu", "tr", "vi", "id")
LANGUAGES = (*_LATIN, *_OWN_SCRIPT)
"""ISO 639-1 codes. A script that several languages use (ru: Cyrillic) is taken for the one in the list."""


def language(answer: str, wanted: str) -> Failure | None:
    return unless(wanted in languages(answer), "language")


def languages(answer: str) -> list[str]:
    """Every language that the answer may be taken for: several for a few Latin letters, none for no letters at all."""
    text = without_code(answer)
    letters = "".join(filter(str.isalpha, text))
    if not letters:
        return []
    if not letters.isascii():
        if own := [code for code in _OWN_SCRIPT if _is_of_script(letters, code)]:
            return own
        if sum(unicodedata.name(sign, "").startswith("LATIN") for sign in letters) / len(letters) < 0.8:
            return []
    return [*_LATIN] if len(letters) < LETTERS else [_model().classify(text)[0]]


def _is_of_script(letters: str, wanted: str) -> bool:
    kana = len(re.findall(f"[{KANA}]", letters)) / len(letters)
    # Han characters carry more than letters do: an answer in Chinese may well quote more English than it says.
    enough = 0.3 if wanted in ("zh", "ja") else 0.5
    inside = len(re.findall(_OWN_SCRIPT[wanted], letters)) / len(letters)
    return inside >= enough and not (wanted == "zh" and kana > 0.05) and not (wanted == "ja" and kana <= 0.05)


@lru_cache
def _model() -> Any:
    """py3langid's own model, a file in the package, narrowed to the languages in Latin letters."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    model.set_languages(_LATIN)
    return model


CHECKS = {"language": Check(language, values.one_of(*LANGUAGES), f"one of {', '.join(LANGUAGES)}")}
