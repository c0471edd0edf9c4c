"""The README and the Makefile tell of the same product."""

import re
from pathlib import Path

from serve.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))


def test_every_target_is_in_the_readme_and_the_other_way_round():
    assert set(re.findall(r"`(?:[A-Z_]+=\S+ )?make ([a-z-]+)", README)) == TARGETS - {"help"}


def test_every_picture_and_file_it_names_exists():
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert len(pictures) >= 2
    named = re.findall(r"`((?:serve|evalharness|images|tests)/[\w./-]+|LICENSE|\.env\.example)`", README)
    assert [path for path in {*pictures, *named} if not (ROOT / path).exists()] == []


def test_every_setting_it_names_is_one():
    named = set(re.findall(r"\b([A-Z]+(?:_[A-Z0-9]+)+)=", README)) | set(re.findall(r"set `([A-Z_]+)`", README))
    assert named >= {"BASE_MODEL", "BASE_AGAINST_BASE"}
    assert named - set(Settings.model_fields) == {"HARNESS_USER"}  # explained where it stands
