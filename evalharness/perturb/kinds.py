"""Every kind of variant by its name: what it does, and whether a prompt still asks the same afterwards.

The two sorts are never mixed. Where the meaning is preserved, a lost answer is a weakness; where it is changed,
the same answer may not even be right, and what is measured is how far a model lets itself be led.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from evalharness.perturb import fields, forms, frames, letters
from evalharness.perturb.prose import Prose
from evalharness.perturb.synonyms import synonyms

Make = Callable[[Prose, random.Random, float], str]
"""Text, what chance is drawn from, and the rate: the share of the kind's units (words, marks, sentences, objects)
that is changed, at least one where there is any, none at 0. Gives the text back where it finds nothing to change."""


@dataclass(frozen=True)
class Kind:
    """`make` is None where it takes an endpoint to make it."""

    preserves: bool
    says: str
    make: Make | None = None


KINDS = {
    "typos": Kind(True, "neighbouring keys, letters left out, swapped, doubled", letters.typos),
    "case": Kind(True, "words in capitals, capitals lost", letters.case),
    "punctuation": Kind(True, "marks left out, doubled, set apart", letters.punctuation),
    "synonyms": Kind(True, "words replaced by others of the same meaning", synonyms),
    "form": Kind(True, "orders as questions, questions as orders", forms.form),
    "polite": Kind(True, "a courtesy more or less", forms.polite),
    "prefix": Kind(True, "an irrelevant sentence before the prompt", frames.prefix),
    "suffix": Kind(True, "an irrelevant sentence after the prompt", frames.suffix),
    "json-order": Kind(True, "fields of JSON in another order", fields.order),
    "paraphrase": Kind(True, "said in other words by a model"),
    "back-translation": Kind(True, "translated and back by a model"),
    "counter-order": Kind(False, "an order against the prompt after it", frames.counter_order),
    "json-nulls": Kind(False, "values of JSON set to null", fields.nulls),
    "json-extra": Kind(False, "fields in JSON that do not belong", fields.extra),
}
