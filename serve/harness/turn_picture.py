"""A turn of the loop as a picture: what each suite came to before and after it, and where its time went.

Pure: figures in, the text of an SVG out. A ring is the adapter before, a diamond the new one.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import accumulate

Side = tuple[str, float, float]
"""A suite, and the shares (0 to 1) that the adapter before and the new one answered right."""

WIDTH, LEFT, RIGHT, ROW = 720, 150, 120, 26
TONES = ("#2563eb", "#7aa2f4")
LETTER = 7  # the width of one, about


def picture(title: str, sides: Sequence[Side], seconds: Mapping[str, float]) -> str:
    """`seconds`: of each step, by its name, in order."""
    axis = 56 + ROW * len(sides)
    parts = [text(16, 24, f"A turn of the loop: {title}", "start", "font-weight:bold")]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<line x1="{x(share)}" y1="40" x2="{x(share)}" y2="{axis}"/>')
        parts.append(text(x(share), axis + 16, f"{share:.0%}", "middle"))
    for number, (suite, old, new) in enumerate(sides):
        y = 58 + ROW * number
        parts += [text(LEFT - 12, y + 4, suite), along(x(old), x(new), y), ring(x(old), y), diamond(x(new), y)]
        parts.append(text(WIDTH - 16, y + 4, f"{old:.1%} → {new:.1%}"))
    parts += [ring(LEFT, axis + 34), text(LEFT + 10, axis + 38, "right before", "start")]
    parts += [diamond(LEFT + 110, axis + 34), text(LEFT + 120, axis + 38, "right with the new adapter", "start")]
    parts += times(seconds, axis + 60)
    height = axis + 126
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{escape(title)}</title><style>text{{font:12px sans-serif;fill:#444}}line{{stroke:#ddd}}</style>"
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>' + "".join(parts) + "</svg>\n"
    )


def times(seconds: Mapping[str, float], y: int) -> list[str]:
    """A bar, a piece of it for each step, with the names of those that are long enough for one."""
    total, room = sum(seconds.values()) or 1, WIDTH - 32
    parts = [text(16, y, f"{minutes(total)} in all", "start")]
    for number, (name, end) in enumerate(zip(seconds, accumulate(seconds.values()), strict=True)):
        wide = room * seconds[name] / total
        at = 16 + room * end / total - wide
        parts.append(f'<rect x="{at:.1f}" y="{y + 8}" width="{wide:.1f}" height="16" fill="{TONES[number % 2]}"/>')
        if LETTER * len(name) <= wide:
            middle = round(at + wide / 2, 1)
            parts += [text(middle, y + 38, name, "middle"), text(middle, y + 52, minutes(seconds[name]), "middle")]
    return parts


def minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def along(x1: float, x2: float, y: int) -> str:
    return f'<line x1="{x1}" y1="{y}" x2="{x2}" y2="{y}" style="stroke:#999;stroke-width:2"/>'


def ring(at: float, y: int) -> str:
    return f'<circle cx="{at}" cy="{y}" r="5" fill="#fff" stroke="#b45309" stroke-width="2"/>'


def diamond(at: float, y: int) -> str:
    return f'<path d="M{at} {y - 6}l6 6l-6 6l-6 -6z" fill="#2563eb"/>'


def text(at: float, y: float, said: str, anchor: str = "end", style: str = "") -> str:
    styled = f' style="{style}"' if style else ""
    return f'<text x="{at}" y="{y}" text-anchor="{anchor}"{styled}>{escape(said)}</text>'
