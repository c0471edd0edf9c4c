"""A criterion in one sentence for whoever knows no statistics: what is asked, what was seen, what would change it."""


def by_interval(ask: str, low: str, high: str, region: str) -> str:
    """Of a criterion that an interval decides. `region` is where all of it has to lie, such as `above 0.0`."""
    return (
        f"{ask}: what fits the evidence reaches from {low} to {high}, and this passes where all of that lies {region}, "
        "fails where none of it does."
    )
