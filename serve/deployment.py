"""Settings → what is deployed: two servers, their addresses, and the file that tells others of them. Pure but for
writing that file; it starts nothing."""

import json
from collections.abc import Sequence
from pathlib import Path

from serve import vllm
from serve.paths import Paths
from serve.settings import Settings

VARIANTS = ("base", "tuned")  # the order of rows, columns and comparisons everywhere


def port(settings: Settings, variant: str) -> int:
    return {"base": settings.BASE_PORT, "tuned": settings.TUNED_PORT}[variant]


def url(settings: Settings, variant: str) -> str:
    """The OpenAI base URL of a variant's server."""
    return f"http://127.0.0.1:{port(settings, variant)}/v1"


def webui_url(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.WEBUI_PORT}"


def server(settings: Settings, variant: str, model: Path, gpu: bool) -> vllm.Server:
    return vllm.Server(
        name=variant,
        model=model,
        port=port(settings, variant),
        max_model_len=settings.MAX_MODEL_LEN,
        kv_cache_bytes=int(settings.KV_CACHE_GIB * vllm.GIB),
        gpu=gpu,
    )


def write_endpoints(settings: Settings, paths: Paths, models: Sequence[Path]) -> None:
    """`endpoints.json`, for the harness and anyone else: where each variant answers, and the file with the key."""
    entries = [
        {
            "name": variant,
            "url": url(settings, variant),
            "model": variant,
            "version": model.name,
            "key_file": paths.secrets.name,
            "key_name": "API_KEY",
        }
        for variant, model in zip(VARIANTS, models, strict=True)
    ]
    draft = paths.endpoints.with_name(".endpoints.json.draft")
    draft.write_text(json.dumps({"endpoints": entries}, indent=2) + "\n")
    draft.replace(paths.endpoints)
