"""What every page of ours shares: self-contained HTML with its own style and scripts, and nothing else that may run.

Answers are hostile text: the template escapes everything, what a script shows travels as JSON and becomes text nodes,
and a content security policy names the page's own style and scripts by their digests, so that nothing else runs and
nothing is ever fetched. It knows files and escaping, nothing of verdicts.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from evalharness import wording

FOLDER = Path(__file__).parent / "templates"


def render(
    template: str,
    scripts: Sequence[str] = (),
    styles: Sequence[str] = (),
    asks_its_server: bool = False,
    **values: Any,
) -> str:
    """The HTML of a template. `scripts` and `styles` are files beside it, more than every page has: the scripts run at
    the page's end. A page that a server of ours sends may ask that server, and nobody else."""
    style, theme, own = _joined("style.css", *styles), _joined("theme.js"), _joined(*scripts)
    policy = Markup(
        "default-src 'none'; style-src '{}'; script-src {}; img-src data:; base-uri 'none'; form-action 'none'"
    ).format(_digest(style), Markup(" ").join(Markup("'{}'").format(_digest(one)) for one in (theme, own) if one))
    if asks_its_server:
        policy += Markup("; connect-src 'self'")
    shared = {"style": style, "theme": theme, "scripts": own, "policy_of_page": policy}
    return _environment().get_template(template).render(shared, **values)


def moment(created: str) -> str:
    return f"{datetime.fromisoformat(created).astimezone(UTC):%-d %B %Y, %H:%M} UTC"


def _joined(*files: str) -> Markup:
    return Markup("\n".join((FOLDER / file).read_text(encoding="utf-8") for file in files))  # noqa: S704 - our own


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    environment.filters |= {
        "percent": wording.percent,
        "points": wording.points,
        "p_value": wording.p_value,
        "alike": wording.alike,
        "duration": wording.duration,
        "ratio": wording.ratio,
        "figures": wording.three_figures,
        "moment": moment,
        "tied": _tied,
    }
    return environment


def _tied(text: str) -> Markup:
    """Numbers kept together with their unit and sign when lines break."""
    for loose in (" %", " ms", " points", "p < ", "p = "):
        text = text.replace(loose, loose.replace(" ", "\N{NO-BREAK SPACE}"))
    return escape(text)


def _digest(text: str) -> str:
    """As a content security policy names an inline block."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
