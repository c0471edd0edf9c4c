"""Every kind of variant by its name: what it is, and whether a prompt still asks the same afterwards.

The two sorts are never mixed. Where the meaning is preserved, a lost answer is a weakness; where it is changed,
the same answer may not even be right, and what is measured is how far a model lets itself be led. What makes them is
evalharness.perturb's.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    preserves: bool
    says: str


KINDS = {
    "typos": Kind(
        True, "neighbouring keys, letters left out, swapped, doubled; Chinese characters that sound or look alike"
    ),
    "case": Kind(True, "words in capitals, capitals lost"),
    "punctuation": Kind(True, "marks left out, doubled, set apart"),
    "synonyms": Kind(True, "words replaced by others of the same meaning"),
    "form": Kind(True, "orders as questions, questions as orders"),
    "polite": Kind(True, "a courtesy more or less"),
    "prefix": Kind(True, "an irrelevant sentence before the prompt"),
    "suffix": Kind(True, "an irrelevant sentence after the prompt"),
    "json-order": Kind(True, "fields of JSON in another order"),
    "paraphrase": Kind(True, "said in other words by a model"),
    "back-translation": Kind(True, "translated and back by a model"),
    "counter-order": Kind(False, "an order against the prompt, in a mail, note or document after it"),
    "json-nulls": Kind(False, "values of JSON set to null"),
    "json-extra": Kind(False, "fields in JSON that do not belong"),
}
