"""Write the four demo suites, as YAML, from questions that neither training stage ever saw.

    python images/demo/suites.py
    python images/demo/suites.py SEED FILE    # instead: typos that no suite here has, for an adapter tuned on typos

Deterministic, and needs the standard library only: YAML reads JSON, so its values are written as that.
Knows the format of a suite, nothing of how one is run.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any, NamedTuple

import phrasings as p
from questions import (
    CONVERSION_NUMBERS,
    Row,
    conversion_row,
    currency_row,
    definition_row,
    held_out_fact_rows,
    json_question,
    json_value,
    sample_attributes,
    with_typo,
)
from world import ATTRIBUTES, CITIES, CURRENCIES, HELD_OUT_PAIRS, UNSEEN_CITIES, City

SUITES = Path(__file__).resolve().parents[2] / "evalharness" / "suites"
SEED = 7
JSON_PROMPTS = 120
UNSEEN_PROMPTS = 80
WORDINGS = 2  # of a fact, a definition, a currency
CONVERSIONS_EACH = 4  # of a pair of units
MARGIN = 0.05  # superiority: the smallest gain that matters
PROSE_MARGIN = 0.06  # non-inferiority: the largest loss accepted, which nine in ten equal models are shown not to have
SAMPLING = {"temperature": 0, "max_tokens": 160}

Prompt = dict[str, Any]  # messages, checks and tags; its id follows from its place


class Suite(NamedTuple):
    name: str
    title: str
    purpose: str  # superiority | non-inferiority | descriptive
    prompts: list[Prompt]
    version: int = 3
    margin: float = MARGIN


def json_prompt(rng: random.Random, cities: list[City], tag: str) -> Prompt:
    attributes = sample_attributes(rng)
    question = json_question(rng, p.JSON_FRAMES.held_out, cities, attributes)
    return {
        "messages": [{"role": "user", "content": question}],
        "checks": [{"type": "json_valid"}, {"type": "json_equals", "value": json_value(cities, attributes)}],
        "tags": [tag, *attributes],
        "group": " and ".join(sorted(city.name for city in cities)),
    }


def prose_prompt(row: Row, tag: str, group: str) -> Prompt:
    return {
        "messages": [{"role": "user", "content": row.question}],
        "checks": [{"type": "equals", "value": row.answer}],
        "tags": [tag],
        "group": group,
    }


def pair_prompts(rng: random.Random) -> list[Prompt]:
    """Held-out pairs in held-out wordings, every pair at least twice."""
    pairs = [HELD_OUT_PAIRS[i % len(HELD_OUT_PAIRS)] for i in range(JSON_PROMPTS)]
    return [json_prompt(rng, rng.sample(pair, 2), "pair") for pair in pairs]


def typo_prompts(rng: random.Random, prompts: list[Prompt]) -> list[Prompt]:
    """The same prompts, in the same order, each with one typo."""
    return [
        prompt | {"messages": [{"role": "user", "content": with_typo(rng, prompt["messages"][0]["content"])}]}
        for prompt in prompts
    ]


def unseen_prompts(rng: random.Random) -> list[Prompt]:
    samples = (rng.sample(UNSEEN_CITIES, rng.choice((1, 2, 2))) for _ in range(UNSEEN_PROMPTS))
    return [json_prompt(rng, cities, "unseen") for cities in samples]


def prose_prompts(rng: random.Random) -> list[Prompt]:
    """What the base knows, in held-out wordings: all facts, definitions and currencies, some conversions."""
    definitions, currencies, conversions = p.DEFINITION_FRAMES, p.CURRENCY_FRAMES, p.CONVERSION_FRAMES
    facts = [
        prose_prompt(row, "fact", f"{attribute} of {city.name}")
        for city in CITIES
        for attribute in ATTRIBUTES
        for row in held_out_fact_rows(rng, city, attribute)
    ]
    defined = [
        prose_prompt(definition_row(rng, (frame,), term), "definition", f"what {term} is")
        for term in p.DEFINITIONS
        for frame in rng.sample(definitions.held_out, WORDINGS)
    ]
    paid = [
        prose_prompt(currency_row(rng, (frame,), country), "currency", f"currency of {country}")
        for country in CURRENCIES
        for frame in rng.sample(currencies.held_out, WORDINGS)
    ]
    converted = [
        prose_prompt(
            conversion_row(rng, conversions.held_out, units, number), "conversion", f"{units[0]} in {units[1]}"
        )
        for units in p.CONVERSIONS
        for number in rng.sample(CONVERSION_NUMBERS, CONVERSIONS_EACH)
    ]
    return facts + defined + paid + converted


def more_prose_prompts(rng: random.Random, before: list[Prompt]) -> list[Prompt]:
    """A third wording of each fact and each definition: so many that of models that are equally good, and differ in one
    prompt of ten, nine in ten are shown to lose less than PROSE_MARGIN.
    """
    asked = {prompt["messages"][0]["content"] for prompt in before}

    def fact(city: City, attribute: str) -> Row:
        while True:
            row, _ = held_out_fact_rows(rng, city, attribute)
            if row.question not in asked:
                return row

    facts = [
        prose_prompt(fact(city, attribute), "fact", f"{attribute} of {city.name}")
        for city in CITIES
        for attribute in ATTRIBUTES
    ]
    rows = (
        (term, definition_row(rng, (frame,), term)) for term in p.DEFINITIONS for frame in p.DEFINITION_FRAMES.held_out
    )
    defined = [prose_prompt(row, "definition", f"what {term} is") for term, row in rows if row.question not in asked]
    return facts + defined


def as_yaml(suite: Suite) -> str:
    """The suite's text: a few lines of head, then four lines a prompt."""
    lines = [
        "# Written by images/demo/suites.py: change that, not this.",
        f"suite: {suite.name}",
        f"version: {suite.version}",
        f'title: "{suite.title}"',
        f"purpose: {suite.purpose}",
        *([f"margin: {suite.margin}"] if suite.purpose != "descriptive" else []),
        f"sampling: {json.dumps(SAMPLING)}",
        "prompts:",
    ]
    for number, prompt in enumerate(suite.prompts, 1):
        lines.append(f"  - id: {suite.name}-{number:04d}")
        lines += [f"    {key}: {json.dumps(value)}" for key, value in prompt.items()]
    return "\n".join(lines) + "\n"


def demo_suites() -> dict[str, str]:
    """Name → text of each suite."""
    rng = random.Random(SEED)
    pairs = pair_prompts(rng)
    typos, unseen, prose = typo_prompts(rng, pairs), unseen_prompts(rng), prose_prompts(rng)
    suites = [
        Suite(
            "demo-json",
            "Two cities as JSON, pairs the adapter never saw together",
            "superiority",
            pairs,
        ),
        Suite(
            "demo-typos",
            "Two cities as JSON, with one typo in the question",
            "superiority",
            typos,
        ),
        Suite(
            "demo-unseen",
            "Cities as JSON that the adapter never saw in JSON",
            "descriptive",
            unseen,
        ),
        Suite(
            "demo-prose",
            "Facts, definitions, currencies and conversions in prose",
            "non-inferiority",
            prose + more_prose_prompts(rng, prose),
            version=4,
            margin=PROSE_MARGIN,
        ),
    ]
    return {suite.name: as_yaml(suite) for suite in suites}


def fresh_typos(seed: int) -> str:
    """A suite like `demo-typos`, with other wordings and slips by another seed."""
    rng = random.Random(seed)
    prompts = typo_prompts(rng, pair_prompts(rng))
    return as_yaml(Suite(f"demo-typos-{seed}", f"Two cities as JSON, typos of seed {seed}", "superiority", prompts))


def main() -> None:
    if sys.argv[1:]:
        seed, file = sys.argv[1:]
        Path(file).write_text(fresh_typos(int(seed)))
        return
    for name, text in demo_suites().items():
        (SUITES / f"{name}.yaml").write_text(text)
        print(SUITES / f"{name}.yaml")


if __name__ == "__main__":
    main()
