"""What makes each kind of variant, by the kind's name. Kinds that are none of these take an endpoint to make."""

import random
from collections.abc import Callable

from evalharness.perturb import chinese, fields, forms, frames, letters
from evalharness.perturb.prose import Prose
from evalharness.perturb.synonyms import synonyms

Make = Callable[[Prose, random.Random, float], str]
"""Text, what chance is drawn from, and the rate: the share of the kind's units (words, marks, sentences, objects)
that is changed, at least one where there is any, none at 0. Gives the text back where it finds nothing to change."""


def _either(english: Make, other: Make) -> Make:
    """The one for Chinese prompts, or else the one for English."""
    return lambda prose, draw, rate: (other if prose.language == "zh" else english)(prose, draw, rate)


MAKERS: dict[str, Make] = {
    "typos": _either(letters.typos, chinese.typos),
    "case": letters.case,
    "punctuation": _either(letters.punctuation, chinese.punctuation),
    "synonyms": _either(synonyms, chinese.synonyms),
    "form": _either(forms.form, chinese.form),
    "polite": _either(forms.polite, chinese.polite),
    "prefix": frames.prefix,
    "suffix": frames.suffix,
    "json-order": fields.order,
    "counter-order": frames.counter_order,
    "json-nulls": fields.nulls,
    "json-extra": fields.extra,
}
