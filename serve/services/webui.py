"""Settings → Open WebUI's variables. Pure functions; it starts nothing.

What it gives: one account, both models side by side in every new chat, and no traffic but the person's own chats.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

APPLICATION = "open_webui.main:app"
SECRETS = {
    "WEBUI_SECRET_KEY": "{WEBUI_SECRET_KEY}",
    "WEBUI_ADMIN_PASSWORD": "{WEBUI_PASSWORD}",
    "OPENAI_API_KEYS": "{API_KEY};{API_KEY}",
}


def variables(models: dict[str, str], email: str, port: int, data: Path, contained: bool = False) -> dict[str, str]:
    """For models given as {name: base URL}, in the order of their columns. `contained`: in a container of its own."""
    off = (
        "ENABLE_SIGNUP",
        "ENABLE_PERSISTENT_CONFIG",  # else its database wins over this environment after the first start
        "ENABLE_OLLAMA_API",
        "ENABLE_COMMUNITY_SHARING",
        "ENABLE_VERSION_UPDATE_CHECK",
        # Each of these would send prompts of its own behind every chat and double the load.
        "ENABLE_TITLE_GENERATION",
        "ENABLE_TAGS_GENERATION",
        "ENABLE_FOLLOW_UP_GENERATION",
        "ENABLE_AUTOCOMPLETE_GENERATION",
        "ENABLE_SEARCH_QUERY_GENERATION",
        "ENABLE_RETRIEVAL_QUERY_GENERATION",
    )
    on = (
        "OFFLINE_MODE",
        "HF_HUB_OFFLINE",
        "BYPASS_EMBEDDING_AND_RETRIEVAL",
        "BYPASS_MODEL_ACCESS_CONTROL",  # else accounts made later see no model
        "ENABLE_VALVE_ENCRYPTION",  # else the key and the secret of the blind comparison lie open in its database
        "DO_NOT_TRACK",
        "SCARF_NO_ANALYTICS",
    )
    first = next(iter(models.values()))
    direct = ",".join(sorted({"127.0.0.1", "localhost", *(str(urlsplit(url).hostname) for url in models.values())}))
    # It writes its pages anew at every start: beside its package where that is read-only, else inside of it, where its
    # own command line has it look.
    pages = {"STATIC_DIR": "/tmp/static"} if contained else {"FROM_INIT_PY": "true"}  # noqa: S108
    return {
        **pages,
        "DATA_DIR": str(data),
        "WEBUI_NAME": "Tandem",
        "WEBUI_URL": f"http://127.0.0.1:{port}",
        "CORS_ALLOW_ORIGIN": f"http://127.0.0.1:{port};http://localhost:{port}",
        "WEBUI_ADMIN_NAME": "Tandem",
        "WEBUI_ADMIN_EMAIL": email,
        "OPENAI_API_BASE_URLS": ";".join(models.values()),
        "DEFAULT_MODELS": ",".join(models),
        # Not used, but its default loads an embedding model from a hub at start-up.
        "RAG_EMBEDDING_ENGINE": "openai",
        "RAG_OPENAI_API_BASE_URL": first,
        # Without it every chat carries the definitions of some thirty tools, 26 KB of prompt.
        "DEFAULT_MODEL_METADATA": json.dumps({"capabilities": {"builtin_tools": False}}),
        "DEFAULT_INTERFACE_SETTINGS": json.dumps({"showChangelog": False, "showUpdateToast": False}),
        "ANONYMIZED_TELEMETRY": "false",
        # It would remember for five minutes where a server was. Containers that start anew may exchange addresses, and
        # then each is asked for the other's model.
        "AIOHTTP_POOL_DNS_TTL": "0",
        # Its own requests honour proxies; the servers are at hand.
        "NO_PROXY": direct,
        "no_proxy": direct,
        **dict.fromkeys(off, "false"),
        **dict.fromkeys(on, "true"),
        "HF_HUB_OFFLINE": "1",
    }
