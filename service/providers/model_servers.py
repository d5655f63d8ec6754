"""Model servers on this machine: whether one answers at an address, and which chat models it offers.

Asks `/v1/models`, which all of them have, and then each kind where it says more: how much of a model's window the
server has really made room for, which is often less than the model was made for. Whoever else answers there is not
confused with one, costs a short time at most, and is sent nothing but this. Knows no configuration.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

import httpx
import orjson

Json = Mapping[str, Any]

MOST_MODELS = 64
"""Models of one server that are looked at."""
MOST_BYTES = 4_000_000
_PATIENCE = 4
USUAL_WINDOW = 4096
"""Tokens, where a server does not say: what Ollama gives a model that it was told nothing of."""
_WINDOWS = range(256, 100_000_001)
_NAMES = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,200}")
_OTHER_KINDS = re.compile(
    r"embed|(^|[/_.-])(bge|e5|gte|minilm|clip|tts|stt|asr|sdxl|flux|dall-e)([/_.:-]|$)|rerank|whisper|stable-diffusion"
    r"|moderation|kokoro|parakeet",
    re.IGNORECASE,
)
"""Names of models that do not chat, for servers that say only names."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A chat model that a server offers: the tokens that it has room for, what it can do, whether it is in memory."""

    name: str
    window: int = USUAL_WINDOW
    features: frozenset[str] = frozenset()
    is_loaded: bool = False


async def ask_server(url: str, seconds: float) -> tuple[Offer, ...] | None:
    """The chat models of the server at an address (without `/v1`), those in memory first; None where none answers.

    Takes `seconds` for the list, and some times as much for what more there is to know.
    """
    # No proxy stands before this machine, and there is no certificate to load.
    async with httpx.AsyncClient(base_url=url, trust_env=False, verify=False, timeout=seconds * _PATIENCE) as http:
        try:
            async with asyncio.timeout(seconds):
                rows = _rows(await _get(http, "/v1/models"))
        except TimeoutError:
            return None
        if rows is None:
            return None
        offers = {name: _plain(name, row) for name, row in rows.items()}
        more = _KINDS.get(_kind(rows.values()))
        try:
            async with asyncio.timeout(seconds * _PATIENCE):
                offers = await more(http, rows, offers) if more else offers
        except TimeoutError:
            pass
    return tuple(sorted(offers.values(), key=lambda it: not it.is_loaded))


def is_chat(name: str) -> bool:
    """Whether a model of that name may chat: others say what they are for."""
    return not _OTHER_KINDS.search(name)


async def _get(http: httpx.AsyncClient, path: str, body: object = None) -> object:
    """The JSON of an answer; None for any other. Never more of it than `MOST_BYTES`."""
    try:
        content = None if body is None else orjson.dumps(body)
        async with http.stream("GET" if body is None else "POST", path, content=content) as answer:
            if answer.status_code != 200:
                return None
            read = bytearray()
            async for piece in answer.aiter_bytes():
                read += piece
                if len(read) > MOST_BYTES:
                    return None
        return orjson.loads(read)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None


def _rows(said: object) -> dict[str, Json] | None:
    """The models of a list as OpenAI's protocol has it, by name; None for whatever else it is."""
    data = _of(said, "data")
    if not isinstance(data, list):
        return None
    found: dict[str, Json] = {}
    for row in cast("list[object]", data)[:MOST_MODELS]:
        name = _of(row, "id")
        # A service of our own may list its models there one day; asked by itself it would never end.
        if isinstance(name, str) and _NAMES.fullmatch(name) and _of(row, "owned_by") != "antiphon":
            found[name] = cast(Json, row)
    return {name: row for name, row in found.items() if is_chat(name)} or None


def _kind(rows: Iterable[Json]) -> str:
    """Whose list this is. Ollama's is like many others': its `owned_by` is whoever made the model."""
    rows = list(rows)
    if any(isinstance(row.get("meta"), dict) for row in rows):
        return "llamacpp"
    if any("max_model_len" in row for row in rows):
        return "vllm"
    owner = str(rows[0].get("owned_by"))
    return owner if owner in _KINDS else "ollama"


def _plain(name: str, row: Json) -> Offer:
    """What the list itself says of a model."""
    meta = row.get("meta")
    window = _window(row, "max_model_len", "context_length", "max_context_length") or _window(meta, "n_ctx")
    status = _of(row.get("status"), "value")
    return Offer(name, window or USUAL_WINDOW, is_loaded=status == "loaded")


async def _ask_ollama(http: httpx.AsyncClient, rows: dict[str, Json], offers: dict[str, Offer]) -> dict[str, Offer]:
    """`/api/show` says what a model can do, `/api/ps` what is in memory and how much room it has there."""
    running = await _get(http, "/api/ps")
    if _of(running, "models") is None:
        return offers
    shown = await asyncio.gather(*(_get(http, "/api/show", {"model": name}) for name in rows))
    loaded = {_of(it, "model"): it for it in _list(running, "models")}
    found: dict[str, Offer] = {}
    for name, said in zip(rows, shown, strict=True):
        able = _list(said, "capabilities")
        # A model of a cloud is listed like one of this machine, and is neither free nor private.
        if said is None or _of(said, "remote_host") or (able and "completion" not in able):
            continue
        found[name] = Offer(name, _ollama_window(said, loaded.get(name)), _features(able), name in loaded)
    return found


def _ollama_window(shown: object, loaded: object) -> int:
    """What a call may use. Through OpenAI's protocol a window cannot be asked for, and Ollama cuts silently what is too
    long: so what the model could do counts for nothing."""
    info = _of(shown, "model_info")
    sizes = cast("dict[str, object]", info) if isinstance(info, dict) else dict[str, object]()
    most = next((_window(sizes, key) for key in sizes if key.endswith(".context_length")), None)
    said = re.search(r"^num_ctx\s+(\d+)", str(_of(shown, "parameters") or ""), re.MULTILINE)
    window = _window(loaded, "context_length") or (int(said[1]) if said else USUAL_WINDOW)
    return min(window, most or window)


async def _ask_lm_studio(http: httpx.AsyncClient, rows: dict[str, Json], offers: dict[str, Offer]) -> dict[str, Offer]:
    said = {_of(row, "id"): row for row in _list(await _get(http, "/api/v0/models"), "data")}
    found: dict[str, Offer] = {}
    for name, offer in offers.items():
        row = said.get(name)
        if row is None or _of(row, "type") in ("llm", "vlm", None):
            window = _window(row, "loaded_context_length") or min(_window(row, "max_context_length") or 0, USUAL_WINDOW)
            able = _features(_list(row, "capabilities"))
            found[name] = Offer(name, window or offer.window, able, _of(row, "state") == "loaded")
    return found


async def _ask_llama_cpp(http: httpx.AsyncClient, rows: dict[str, Json], offers: dict[str, Offer]) -> dict[str, Offer]:
    """`/props` has the window of one slot. A router has one for each model that it has loaded, and a dummy for all."""
    # Of a model that is not loaded nothing is asked: the question would load it.
    ready = [name for name in rows if len(rows) == 1 or offers[name].is_loaded]
    paths = ["/props" if len(rows) == 1 else f"/props?model={quote(name, safe='')}" for name in ready]
    said = dict(zip(ready, await asyncio.gather(*(_get(http, path) for path in paths)), strict=True))
    found: dict[str, Offer] = {}
    for name, offer in offers.items():
        window = _window(_of(said.get(name), "default_generation_settings"), "n_ctx")
        trained = _window(rows[name].get("meta"), "n_ctx_train") or 0
        known = window or (offer.window if offer.window != USUAL_WINDOW else min(trained, USUAL_WINDOW))
        # With one model its name means nothing to the server, and is the path of its file.
        called = _file_name(name) if len(rows) == 1 else name
        found[name] = Offer(called, known or USUAL_WINDOW, offer.features, name in ready)
    return found


def _file_name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1].removesuffix(".gguf") if path.endswith(".gguf") else path


_Ask = Callable[[httpx.AsyncClient, dict[str, Json], dict[str, Offer]], Awaitable[dict[str, Offer]]]
_KINDS: dict[str, _Ask] = {
    "ollama": _ask_ollama,
    "organization_owner": _ask_lm_studio,
    "llamacpp": _ask_llama_cpp,
}
"""Who says more than the list."""


def _features(said: Iterable[object]) -> frozenset[str]:
    words = {"tools": "tools", "tool_use": "tools", "thinking": "reasoning"}
    return frozenset(words[word] for word in said if isinstance(word, str) and word in words)


def _of(said: object, key: str) -> object:
    return cast(Json, said).get(key) if isinstance(said, dict) else None


def _list(said: object, key: str) -> list[object]:
    found = _of(said, key)
    return cast("list[object]", found) if isinstance(found, list) else []


def _window(said: object, *keys: str) -> int | None:
    """The first of these keys that holds a window."""
    sizes = (_of(said, key) for key in keys)
    return next(
        (size for size in sizes if isinstance(size, int) and not isinstance(size, bool) and size in _WINDOWS), None
    )
