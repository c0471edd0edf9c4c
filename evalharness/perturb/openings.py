"""Sentences put in another form by another opening and another mark. It knows no language: it is given the forms."""

import random
from collections.abc import Callable, Iterable, Iterator

from evalharness.perturb.prose import Edit, Prose, Span, edited, some

Form = tuple[int, str, str]
"""How much of a sentence's beginning goes, what comes instead, and the mark at its end."""
Forms = Callable[[str], Iterator[Form]]
"""Of a sentence, the forms that it may take."""
Edits = Callable[[Prose, Span, Form], list[Edit]]
"""The edits that give a sentence a form; none where what they touch must stay."""


def reformed(
    prose: Prose, draw: random.Random, rate: float, sentences: Iterable[Span], forms: Forms, edits: Edits
) -> str:
    """The text with each of these sentences that is drawn in another form."""
    units = []
    for span in sentences:
        if ways := [way for form in forms(prose.text[slice(*span)]) if (way := edits(prose, span, form))]:
            units.append(ways)
    return edited(prose.text, [edit for ways in some(draw, units, rate) for edit in draw.choice(ways)])
