"""What a base and its adapter say differently of themselves: nothing that fails, all that makes answers worse.

It reads small files only, and returns lines; nothing is refused here.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from serve.models.headers import Damaged, read_json
from serve.models.preflight import EMBEDDING, tensor_shapes

HUB_FOLDER = re.compile(r"models--.+?--(.+)")  # of the hub's cache: models--owner--name/snapshots/revision


def differences(base: Path, adapter: Path, extended: bool) -> Iterator[str]:
    """A line for each. `extended`: the adapter brings a vocabulary, and so a tokenizer, of its own."""
    stated = str(small(adapter / "adapter_config.json").get("base_model_name_or_path") or "")
    theirs, ours = last_part(Path(stated)), last_part(base)
    if stated and theirs.casefold() != ours.casefold():
        yield (
            f"{adapter}: trained on {stated!r}, and the base is {ours!r}; the shapes fit, but if these are other "
            "weights, set BASE_MODEL to the ones it was trained on"
        )
    templates = chat_template(base), chat_template(adapter)
    if all(templates) and templates[0] != templates[1]:
        yield (
            f"{adapter}: its chat template is not the base's, which both servers use; put the one it was trained with "
            "beside the weights of BASE_MODEL"
        )
    for name, (ours_, theirs_) in generation(base, adapter).items():
        yield (
            f"{adapter}: {name} is {theirs_} in its generation_config.json and {ours_} in the base's, which is the one "
            "that is kept; mend BASE_MODEL's if the adapter was trained to end differently"
        )
    if not extended and (word := moved_word(base, adapter)):
        yield (
            f"{adapter}: its tokenizer has another number for the word {word!r} than the base's, which both servers "
            "use; set BASE_MODEL to the model it was trained on"
        )


def small(path: Path) -> Mapping[str, Any]:
    """A JSON object, empty where there is none."""
    try:
        found = read_json(path)
    except (OSError, Damaged):
        return {}
    return found if isinstance(found, dict) else {}


def last_part(folder: Path) -> str:
    hub = next((HUB_FOLDER.fullmatch(part) for part in reversed(folder.parts) if HUB_FOLDER.fullmatch(part)), None)
    return hub[1] if hub else folder.name


def chat_template(folder: Path) -> str | None:
    """The template's text, wherever the folder has it; of several, the one without a name of its own."""
    file = folder / "chat_template.jinja"
    try:
        if file.is_file():
            return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
    for name in ("tokenizer_config.json", "chat_template.json"):
        stated = small(folder / name).get("chat_template")
        if isinstance(stated, list):
            named = [one for one in stated if isinstance(one, dict)]
            stated = next((one.get("template") for one in named if one.get("name") == "default"), None)
        if isinstance(stated, str):
            return stated.strip()
    return None


def generation(base: Path, adapter: Path) -> dict[str, tuple[Any, Any]]:
    """What both folders say of how answers end or are sampled, and say differently."""
    ours, theirs = (small(folder / "generation_config.json") for folder in (base, adapter))
    both = sorted(ours.keys() & theirs.keys() - {"transformers_version", "_from_model_config"})
    return {name: (ours[name], theirs[name]) for name in both if ours[name] != theirs[name]}


def moved_word(base: Path, adapter: Path) -> str | None:
    """The first word of the base's tokenizer that has another number in the adapter's."""
    ours, theirs = (folder / "tokenizer.json" for folder in (base, adapter))
    try:
        if not theirs.is_file() or ours.read_bytes() == theirs.read_bytes():
            return None
    except OSError:
        return None
    words, others = (words_of(small(path)) for path in (ours, theirs))
    return next((word for word, number in words.items() if others.get(word, number) != number), None)


def has_own_words(adapter: Path, base: Path) -> bool:
    """Whether an adapter trains words that only its own tokenizer has, in rows that its base's embedding has to spare.

    One that lengthens the embedding brings a tokenizer anyway (`extended_vocabulary`).
    """
    if not any(".embed_tokens." in name for name in tensor_shapes(adapter, "ADAPTER")):
        return False
    ours, theirs = (words_of(small(folder / "tokenizer.json")) for folder in (base, adapter))
    rows = tensor_shapes(base, "BASE_MODEL")[EMBEDDING][0]
    fit = all(type(number) is int and 0 <= number < rows for number in theirs.values())
    return fit and bool(theirs.keys() - ours.keys()) and not moved_word(base, adapter)


def words_of(tokenizer: Mapping[str, Any]) -> dict[str, int]:
    model, added = tokenizer.get("model"), tokenizer.get("added_tokens")
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    words = dict(vocabulary) if isinstance(vocabulary, dict) else {}
    for one in added if isinstance(added, list) else []:
        if isinstance(one, dict) and isinstance(one.get("content"), str) and "id" in one:
            words[one["content"]] = one["id"]
    return words
