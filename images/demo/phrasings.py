"""The wordings of every kind of question, split into those for training and those held out for the suites.

Data only: what fills the blanks, and how often, is decided in questions.py.
"""

from typing import NamedTuple


class Phrasings(NamedTuple):
    """Templates for training, and templates that only the suites use."""

    train: tuple[str, ...]
    held_out: tuple[str, ...]


SYSTEM_PROMPT = "You are a helpful assistant."
LABELS = {"country": "country", "population": "population", "gdp": "GDP", "elevation": "elevation"}
STATEMENTS = {
    "country": "{city} is in {value}.",
    "population": "{city} has a population of {value} million people.",
    "gdp": "{city} has a GDP of {value} billion dollars.",
    "elevation": "{city} lies {value} metres above the sea.",
}

# One fact: a frame around a noun phrase. A held-out wording has either part held out, never both.
FACT_FRAMES = Phrasings(
    train=(
        "Tell me {phrase}.", "Please tell me {phrase}.", "Give {phrase}.", "Please give me {phrase}.",
        "I need {phrase}.", "I would like to know {phrase}.", "Do you know {phrase}?",
        "Can you tell me {phrase}?",
        "What is {phrase}?", "Question: {phrase}?", "State {phrase}, please.", "Say {phrase}.",
    ),
    held_out=(
        "Could you tell me {phrase}?", "I want to know {phrase}, please.", "Please say {phrase}.",
        "Now give me {phrase}.", "Can you say {phrase}?",
    ),
)  # fmt: skip
FACT_PHRASES = {
    "country": Phrasings(
        train=("the country of {city}", "{city}'s country", "which country {city} is in",
               "the country {city} is in"),
        held_out=("which country {city} lies in", "the country where {city} is"),
    ),
    "population": Phrasings(
        train=("the population of {city}", "{city}'s population", "how many people live in {city}",
               "the number of people in {city}"),
        held_out=("how many people are in {city}", "the number of people who live in {city}"),
    ),
    "gdp": Phrasings(
        train=("the GDP of {city}", "{city}'s GDP", "how large the GDP of {city} is",
               "the size of the GDP of {city}"),
        held_out=("how large {city}'s GDP is", "the size of {city}'s GDP"),
    ),
    "elevation": Phrasings(
        train=("the elevation of {city}", "{city}'s elevation", "how high {city} lies",
               "how many metres above the sea {city} lies"),
        held_out=("how high above the sea {city} lies", "the elevation at which {city} lies"),
    ),
}  # fmt: skip
FACT_DIRECT = {
    "country": ("Which country is {city} in?", "In which country is {city}?"),
    "population": ("How many people live in {city}?", "How big is the population of {city}?"),
    "gdp": ("How large is the GDP of {city}?", "How big is {city}'s GDP?"),
    "elevation": ("How high does {city} lie?", "How high is {city}?"),
}
OPENINGS = ("", "", "", "", "Hello! ", "Hi, ", "One question. ", "Thank you. ")
CLOSINGS = ("", "", "", "", " Thanks!", " Please be short.", " I am curious.")

# Several facts of one or more cities: {phrase} is one of SEVERAL_FACTS.
SEVERAL_FACTS = ("the {labels} of {cities}", "the {labels} for {cities}", "{labels} of {cities}")
RECORD_FRAMES = (
    "List {phrase}.", "Please list {phrase}.", "Give me {phrase}.", "Tell me {phrase}.", "I need {phrase}.",
    "What are {phrase}?", "Can you give me {phrase}?",
)  # fmt: skip
JSON_FRAMES = Phrasings(
    train=(
        "List {phrase} as JSON.", "Give me {phrase} as JSON.", "Give {phrase} in JSON.",
        "As JSON, list {phrase}.", "I need {phrase} as JSON.", "JSON: {phrase}.",
        "Tell me {phrase}. Use JSON.", "Return {phrase} as JSON.",
        "Please list {phrase} in JSON format.", "Can you give me {phrase} as JSON?",
        "What are {phrase}? Answer in JSON.",
    ),
    held_out=(
        "Please give me {phrase} as JSON.", "I want {phrase} in JSON format.", "In JSON, tell me {phrase}.",
        "Return JSON: {phrase}.", "Could you list {phrase} as JSON?", "List {phrase}. Answer in JSON.",
    ),
)  # fmt: skip

DEFINITION_FRAMES = Phrasings(
    train=("What is {term}?", "Tell me what {term} is.", "Define {term}.", "What does {term} mean?",
           "Please define {term}.", "Explain what {term} is."),
    held_out=("Please tell me what {term} is.", "Can you define {term}?", "I want to know what {term} is."),
)  # fmt: skip
DEFINITIONS = {
    "JSON": "a text format for data with keys and values",
    "a river": "a stream of water that flows to the sea",
    "a city": "a large place where many people live",
    "a country": "a land with its own laws",
    "a currency": "the money that a country uses",
    "a metre": "a unit of length",
    "a kilogram": "a unit of mass",
    "an hour": "a unit of time with sixty minutes",
    "a million": "a thousand times a thousand",
    "a billion": "a thousand times a million",
    "a harbour": "a safe place for ships",
    "a bridge": "a way over the water",
    "a mountain": "a very high hill",
    "an island": "land with water on all sides",
    "a forest": "a large area with many trees",
    "a desert": "a dry land with little rain",
    "a map": "a drawing of a place",
    "a border": "a line between two countries",
    "a capital": "the city of a government",
    "a mayor": "the head of a city",
    "a tax": "money paid to a government",
    "a market": "a place to buy and sell goods",
    "a table": "rows and columns of data",
    "a list": "things written one after another",
}
CURRENCY_FRAMES = Phrasings(
    train=("What is the currency of {country}?", "Which currency does {country} use?",
           "Tell me the currency of {country}.", "What money does {country} use?", "Currency of {country}?"),
    held_out=("Please tell me the currency of {country}.", "Can you tell me which currency {country} uses?"),
)  # fmt: skip
CONVERSION_FRAMES = Phrasings(
    train=("How many {small} are {number} {large}?", "Convert {number} {large} to {small}.",
           "{number} {large} in {small}?", "What is {number} {large} in {small}?",
           "Tell me how many {small} are in {number} {large}."),
    held_out=("Please convert {number} {large} to {small}.", "How many {small} are in {number} {large}?",
              "Give {number} {large} in {small}."),
)  # fmt: skip
CONVERSIONS = (
    ("kilometres", "metres", 1000), ("metres", "centimetres", 100), ("kilograms", "grams", 1000),
    ("hours", "minutes", 60), ("minutes", "seconds", 60), ("days", "hours", 24), ("weeks", "days", 7),
)  # fmt: skip
REPEAT_NAMES = (
    "Repeat {text}.", "Repeat the list {text}.", "Please repeat {text}.", "Could you repeat {text}?",
)  # fmt: skip
REPEAT_JSON = ("Repeat {text}", "Please repeat {text}", "Could you repeat {text}")
