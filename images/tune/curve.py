"""The learning curve as a picture: losses in, the text of an SVG out.

Pure. One line is the loss of the rows that are trained on, the other, dashed, that of rows held out; stages stand side
by side, each with its name. It knows nothing of training.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import accumulate
from math import ceil, floor, isfinite, log10
from typing import Any

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 40, 40
LINES = {"loss": "stroke:#2563eb", "held_out": "stroke:#b45309;stroke-dasharray:6 4"}
DRAWN = (1e-6, 1e6)  # nats a token: what lies beyond is drawn at the edge
NAMES = {"loss": "loss", "held_out": "loss on rows held out"}


def picture(stages: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """`stages`: by name, entries with `step` and `loss` or `held_out` (nats a token, drawn on a logarithmic axis)."""
    lengths = [max((one["step"] for one in entries), default=0) for entries in stages.values()]
    begins = [0, *accumulate(lengths)]
    points = {
        kind: [
            [
                (begin + one["step"], min(max(one[kind], DRAWN[0]), DRAWN[1]))
                for one in entries
                if kind in one and isfinite(one[kind]) and one[kind] > 0
            ]
            for begin, entries in zip(begins, stages.values(), strict=False)
        ]
        for kind in LINES
    }
    values = [value for runs in points.values() for run in runs for _, value in run] or [1.0]
    low, high = floor(log10(min(values))), max(ceil(log10(max(values))), floor(log10(min(values))) + 1)
    across = (WIDTH - LEFT - RIGHT) / max(begins[-1], 1)

    def x(step: float) -> float:
        return round(LEFT + step * across, 1)

    def y(value: float) -> float:
        return round(TOP + (high - log10(value)) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    parts = [text(LEFT, 16, "nats a token", "start")]
    for power in range(low, high + 1):
        parts += [
            line(LEFT, y(10**power), WIDTH - RIGHT, y(10**power)),
            text(LEFT - 6, y(10**power) + 4, f"{10**power:g}"),
        ]
    for name, begin, length in zip(stages, begins, lengths, strict=False):
        parts += [line(x(begin), TOP, x(begin), HEIGHT - BOTTOM), text(x(begin) + 4, TOP - 6, name, "start")]
        parts.append(text(x(begin + length), HEIGHT - BOTTOM + 16, f"{length}"))
    parts.append(text(WIDTH - RIGHT, HEIGHT - 6, "steps"))
    for kind, runs in points.items():
        drawn = [run for run in runs if run]
        parts += [f'<polyline style="{LINES[kind]}" points="{along(run, x, y)}"/>' for run in drawn]
        if drawn:
            step, value = drawn[-1][-1]
            parts.append(text(x(step) - 4, y(value) - 6, f"{NAMES[kind]} {value:.3g}"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        "<title>Losses by step</title><style>text{font:12px sans-serif;fill:#444}"
        "line{stroke:#ddd}polyline{fill:none;stroke-width:1.8}</style>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>' + "".join(parts) + "</svg>\n"
    )


def along(run: Sequence[tuple[float, float]], x: Any, y: Any) -> str:
    return " ".join(f"{x(step)},{y(value)}" for step, value in run)


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def text(x: float, y: float, said: str, anchor: str = "end") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(said)}</text>'
