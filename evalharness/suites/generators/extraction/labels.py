"""Kinds of the suite `extraction` whose texts get one label, by ear or by a rule that the prompt gives."""

from collections.abc import Iterator, Mapping, Sequence

from evalharness.suites.generators.drafts import Item, only, user

Texts = Sequence[tuple[str, str]]  # each with its label

# Of each kind its order, the labels as the prompt lists them, and the texts.
_LISTED: Mapping[str, tuple[str, str, Texts]] = {
    "desk": (
        "Which desk is this message for? Answer with one of these words alone.",
        "billing, delivery, technical, returns",
        (
            ("You took the money for my subscription twice this month.", "billing"),
            ("My parcel has been 'out for delivery' since Monday. Where is it?", "delivery"),
            ("After the update the app closes as soon as I open it.", "technical"),
            ("The shoes are too small, I want to send them back. How?", "returns"),
        ),
    ),
    "headline": (
        "Sort this headline into one section and answer with its name only.",
        "sports, business, science, weather",
        (
            ("Striker scores three times in the last ten minutes of the final", "sports"),
            ("Car maker's profit falls by a third in the second quarter", "business"),
            ("Telescope finds water vapour in the air of a distant planet", "science"),
            ("Heavy snow expected in the hills from Thursday night", "weather"),
        ),
    ),
    "spam": (
        "Is this mail spam, or is it wanted (ham)? Reply with a single label.",
        "spam, ham",
        (
            ("CONGRATULATIONS!!! You have WON $1,000,000. Click here within 24 hours to claim your prize!", "spam"),
            ("Hi Tom, the meeting moved to 3 pm, same room. See you there. Anna", "ham"),
            ("Cheap pills, no prescription, 80% OFF today only!!! Buy now", "spam"),
            ("Your library books are due next Tuesday. You can renew them at the desk.", "ham"),
        ),
    ),
    "entailment": (
        "Does the second sentence follow from the first, contradict it, or neither? Answer with one of these words "
        "alone.",
        "follows, contradicts, neither",
        (
            ("1. Every window of the house is closed.\n2. The kitchen window of the house is open.", "contradicts"),
            ("1. Ana bought three apples and two pears.\n2. Ana bought fruit.", "follows"),
            ("1. The train left at noon.\n2. The train was blue.", "neither"),
            ("1. Nobody came to the party.\n2. Peter came to the party.", "contradicts"),
        ),
    ),
    "language-of-text": (
        "In which language is this sentence written? Answer with one word from the list.",
        "German, French, Spanish, Italian, Polish",
        (
            ("Der Zug fährt heute leider eine Stunde später ab.", "German"),
            ("Le train part malheureusement avec une heure de retard.", "French"),
            ("El tren sale hoy con una hora de retraso, por desgracia.", "Spanish"),
            ("Il treno parte purtroppo con un'ora di ritardo.", "Italian"),
        ),
    ),
    "three-way-sentiment": (
        "What does the writer of this review feel? Answer with just one of the three.",
        "positive, negative, neutral",
        (
            ("Best purchase of the year, I use it every day and smile.", "positive"),
            ("Broke on the first day and the shop ignores me.", "negative"),
            ("The box holds one charger and one cable. The cable is a metre long.", "neutral"),
            ("Worth every cent, my whole family loves it.", "positive"),
        ),
    ),
}

# Of each kind its order, which says what the labels are, and the texts.
_DESCRIBED: Mapping[str, tuple[str, Texts]] = {
    "register": (
        "Is this sentence formal or casual? One of the two words.",
        (
            ("We would be grateful if you could let us have your reply by Friday.", "formal"),
            ("Hey, wanna grab some food later?", "casual"),
            ("The undersigned hereby confirms receipt of the documents.", "formal"),
            ("No worries, I'll sort it out, mate.", "casual"),
        ),
    ),
    "tense": (
        "Does this sentence speak of the past, the present or the future? Answer with that one word.",
        (
            ("Next year the bridge is going to be closed for repairs.", "future"),
            ("She used to walk to school with her sister.", "past"),
            ("Right now the kettle is boiling in the kitchen.", "present"),
            ("We leave for Porto tomorrow at six.", "future"),
        ),
    ),
    "sentence-kind": (
        "Is this a question, a statement or an order? Reply with one of these words.",
        (
            ("Close the window before you leave.", "order"),
            ("I wonder whether the shop is still open.", "statement"),
            ("Could anybody have seen us there?", "question"),
            ("Never touch the red lever.", "order"),
        ),
    ),
    "fact-or-opinion": (
        "Is this a fact or an opinion, whether or not it is true? One word: fact or opinion.",
        (
            ("Blue is the nicest colour for a kitchen.", "opinion"),
            ("The tower is 84 metres high.", "fact"),
            ("Nobody should have to get up before seven.", "opinion"),
            ("The museum was opened in 1912.", "fact"),
        ),
    ),
    "voice": (
        "Is the verb of this sentence active or passive? One word: active or passive.",
        (
            ("The letter was written by a child.", "passive"),
            ("A child wrote the letter.", "active"),
            ("Three windows have been broken.", "passive"),
            ("The storm had broken three windows.", "active"),
        ),
    ),
    "feeling": (
        "Which feeling speaks from this text: joy, anger, fear or sadness? One word.",
        (
            ("I keep looking over my shoulder; what if somebody is following me?", "fear"),
            ("She said yes! I could dance through the whole town!", "joy"),
            ("How dare they cancel it an hour before without a word of excuse!", "anger"),
            ("The house is so quiet since our old dog has gone.", "sadness"),
        ),
    ),
    "intent": (
        "What does this guest want: to book, to cancel, to change or to complain? One word: book, "
        "cancel, change or complain.",
        (
            ("We'd like the room one night longer than we said, if that works.", "change"),
            ("Sadly we cannot come after all; please give our table to somebody else.", "cancel"),
            ("Do you have a double room for the first weekend of May? We'd take it.", "book"),
            ("The shower was cold for two days, and nobody did anything about it.", "complain"),
        ),
    ),
    "return-rule": (
        "The rule: goods can be returned within 30 days if they are unused; sale goods cannot be returned at all. Can "
        "this one be returned? Answer only yes or no.",
        (
            ("An unused lamp, bought at the full price 12 days ago.", "yes"),
            ("An unused lamp, bought in the sale 2 days ago.", "no"),
            ("A lamp in use since it was bought at the full price 5 days ago.", "no"),
            ("An unused lamp, bought at the full price 41 days ago.", "no"),
        ),
    ),
    "discount-rule": (
        "The rule: members pay less on weekdays; everybody pays less on Sunday; on Saturday nobody "
        "does. Does this visitor "
        "pay less? Answer only yes or no.",
        (
            ("A member who comes on Tuesday.", "yes"),
            ("A member who comes on Saturday.", "no"),
            ("A visitor without membership who comes on Sunday.", "yes"),
            ("A visitor without membership who comes on Thursday.", "no"),
        ),
    ),
    "word-class": (
        "What is the word in capitals in this sentence: a noun, a verb or an adjective? Answer with that word.",
        (
            ("They WATER the garden every evening.", "verb"),
            ("The WATER in the pond is green.", "noun"),
            ("It was a COLD and windy day.", "adjective"),
            ("She caught a COLD last week.", "noun"),
        ),
    ),
    "same-meaning": (
        "Do both sentences say the same? Answer only yes or no.",
        (
            ("1. Tom sold the car to Anna.\n2. Anna bought the car from Tom.", "yes"),
            ("1. Tom lent Anna his bicycle.\n2. Anna lent Tom her bicycle.", "no"),
            ("1. Hardly anybody came.\n2. Nearly nobody came.", "yes"),
            ("1. Not all of the eggs were broken.\n2. None of the eggs was broken.", "no"),
        ),
    ),
    "pronoun": (
        "Whom or what does the word in capitals stand for? Answer with one word of the sentence, without an article.",
        (
            ("The sofa does not go through the door because IT is too wide.", "sofa"),
            ("The sofa does not go through the door because IT is too narrow.", "door"),
            ("The nurse thanked the driver because HE had waited.", "driver"),
            ("The ball broke the window because IT was made of glass.", "window"),
        ),
    ),
    "personal-data": (
        "Does this text give away personal data of somebody? Answer only yes or no.",
        (
            ("Call Mira Kovac at home, 555-0142, after six.", "yes"),
            ("The library closes at six on Fridays.", "no"),
            ("Patient Jonas Weber, born 3 May 1971, was seen again today.", "yes"),
            ("Every form must be signed before it is handed in.", "no"),
        ),
    ),
    "shelf": (
        "On which shelf does this book belong: cooking, travel, history or gardening? One word.",
        (
            ("Fifty soups for cold evenings", "cooking"),
            ("Roses, herbs and hedges: a year outdoors", "gardening"),
            ("On foot across the Alps, with maps and huts", "travel"),
            ("How the empire fell: the last hundred years", "history"),
        ),
    ),
    "larger": (
        "Which of the two is more? Answer with the letter alone.",
        (
            ("A) 0.9  B) 0.11", "A"),
            ("A) three quarters  B) two thirds", "A"),
            ("A) 90 minutes  B) one hour and 40 minutes", "B"),
            ("A) 1,050 grams  B) one kilogram", "A"),
        ),
    ),
}


def listed() -> Iterator[Item]:
    """Each text under its kind's order, with the labels in brackets."""
    for kind, (order, labels, texts) in _LISTED.items():
        yield from _labelled(kind, f"{order} ({labels})", labels.split(", "), texts)


def described() -> Iterator[Item]:
    """Each text under its kind's order."""
    for kind, (order, texts) in _DESCRIBED.items():
        yield from _labelled(kind, order, list(dict.fromkeys(label for _, label in texts)), texts)


def _labelled(kind: str, order: str, labels: Sequence[str], texts: Texts) -> Iterator[Item]:
    """What is wrong is another label of the kind."""
    for text, label in texts:
        yield Item(kind, user(f"{order}\n\n{text}"), only(label), label, next(one for one in labels if one != label))
