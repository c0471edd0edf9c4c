"""Rows for `make tune` on the demo: the same each time, and each says of which cities its answer speaks."""

import json

import rows
from world import CITIES

KNOWN = {city.name for city in CITIES}


def test_a_row_in_json_names_the_cities_of_its_records():
    made = [json.loads(line) for line in rows.rows(200).splitlines()]
    in_json = [one for one in made if one["messages"][-1]["content"].startswith("[")]
    assert len(in_json) > 100
    for one in in_json:
        cities = {record["city"] for record in json.loads(one["messages"][-1]["content"])}
        assert set(one["entities"]) == cities & KNOWN


def test_an_answer_that_speaks_of_no_city_names_none():
    made = [json.loads(line) for line in rows.rows(400).splitlines()]
    assert next(one["entities"] for one in made if one["messages"][-1]["content"].startswith("A map is")) == []


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    assert rows.rows(20) == rows.rows(20) != rows.rows(20, seed=1)
