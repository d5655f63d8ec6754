"""Model servers as they answer who looks: each kind in its own words, and whoever is none."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from service.providers.model_servers import USUAL_WINDOW, Offer, ask_server, is_chat
from tests.support.model_server import listed, serving

Json = dict[str, Any]
PATIENT = 20.0


def shown(*able: str, most: int = 40960, parameters: str = "", **more: Any) -> Json:
    """What Ollama shows of a model."""
    return {"capabilities": list(able), "model_info": {"qwen3.context_length": most}, "parameters": parameters} | more


def show(name: str) -> str:
    """How Ollama is asked for it."""
    return f'/api/show {{"model":"{name}"}}'


async def test_ollama_offers_what_chats_with_the_room_that_it_has() -> None:
    """What is in memory comes first, with its room there; else what the model's file says, else what Ollama gives all:
    what the model was made for (40,960) would be cut silently. A model of a cloud is neither free nor private."""
    names = ("big", "set", "loaded", "small", "nomic-embed-text", "tell", "far")
    answers: Json = {
        "/v1/models": listed(*names, owned_by="library"),
        "/api/ps": {"models": [{"model": "loaded", "context_length": 16384}]},
        show("big"): shown("completion", "tools"),
        show("set"): shown("completion", parameters="stop x\nnum_ctx    32768"),
        show("loaded"): shown("completion", "thinking"),
        show("small"): shown("completion", most=2048),
        show("tell"): shown("embedding"),
        show("far"): shown("completion", remote_host="https://far.example"),
    }
    with serving(answers) as ollama:
        found = await ask_server(ollama.url, PATIENT)
    assert found == (
        Offer("loaded", 16384, frozenset({"reasoning"}), is_loaded=True),
        Offer("big", 4096, frozenset({"tools"})),
        Offer("set", 32768),
        Offer("small", 2048),
    )


async def test_lm_studio_says_what_chats_and_what_is_loaded() -> None:
    """Of a model that is loaded the room that it has; of another no more than is safe."""
    more = [
        {"id": "a", "type": "llm", "state": "not-loaded", "max_context_length": 131072},
        {"id": "b", "type": "vlm", "state": "loaded", "max_context_length": 131072, "loaded_context_length": 8192},
        {"id": "c", "type": "embeddings", "state": "loaded", "max_context_length": 512},
    ]
    answers = {"/v1/models": listed("a", "b", "c", owned_by="organization_owner"), "/api/v0/models": {"data": more}}
    with serving(answers) as studio:
        found = await ask_server(studio.url, PATIENT)
    assert found == (Offer("b", 8192, is_loaded=True), Offer("a", USUAL_WINDOW))


async def test_llama_cpp_says_the_room_of_one_slot() -> None:
    """The server shares what it has between its slots; what the model was trained for is not what there is. With one
    model its name is the path of its file, which is nobody's business."""
    row = {"id": "/home/ann/models/m.gguf", "meta": {"n_ctx_train": 131072, "n_ctx": 32768}}
    props = {"default_generation_settings": {"n_ctx": 8192}}
    with serving({"/v1/models": listed(row, owned_by="llamacpp"), "/props": props}) as server:
        assert await ask_server(server.url, PATIENT) == (Offer("m", 8192, is_loaded=True),)
    with serving({"/v1/models": listed(row, owned_by="llamacpp")}) as older:
        assert await ask_server(older.url, PATIENT) == (Offer("m", 32768, is_loaded=True),)


async def test_a_router_of_llama_cpp_is_not_asked_for_what_it_has_not_loaded() -> None:
    """The question would load it. Its `/props` for all is a dummy."""
    rows = [
        {"id": "idle", "status": {"value": "unloaded"}},
        {"id": "busy", "status": {"value": "loaded"}, "meta": {"n_ctx_train": 40960}},
    ]
    answers = {
        "/v1/models": listed(*rows, owned_by="llamacpp"),
        "/props": {"default_generation_settings": {"n_ctx": 0}},
        "/props?model=busy": {"default_generation_settings": {"n_ctx": 8192}},
    }
    with serving(answers) as router:
        found = await ask_server(router.url, PATIENT)
    assert found == (Offer("busy", 8192, is_loaded=True), Offer("idle", USUAL_WINDOW))
    assert router.asked == ["/v1/models", "/props?model=busy"]


async def test_vllm_says_its_window_in_the_list() -> None:
    """And is asked nothing more."""
    row = {"id": "Qwen/Qwen3-8B", "max_model_len": 32768, "owned_by": "vllm"}
    with serving({"/v1/models": listed(row, row | {"id": "BAAI/bge-m3", "max_model_len": 8192})}) as vllm:
        assert await ask_server(vllm.url, PATIENT) == (Offer("Qwen/Qwen3-8B", 32768),)
    assert vllm.asked == ["/v1/models"]


@pytest.mark.parametrize(
    "answer",
    [
        *(None, "<html>A page of somebody else</html>", "", "[]", "null", '{"data": {}}', '{"data": [1, null]}'),
        *(listed(), listed("nomic-embed-text", "bge-m3"), listed({"id": 7}), listed("two words", "x" * 201, "a\x1bb")),
        listed("m", owned_by="antiphon"),
        '{"data": [' + '{"id": "m"},' * 400_000 + '{"id": "m"}]}',
    ],
)
async def test_whoever_else_listens_is_no_model_server(answer: object) -> None:
    """A page, another service, a list of nothing that chats, more than anybody would send, and a service of our own."""
    with serving({} if answer is None else {"/v1/models": answer}) as other:
        assert await ask_server(other.url, PATIENT) is None
    assert other.asked == ["/v1/models"]


async def test_strange_windows_are_not_taken() -> None:
    """What cannot be one counts as not said."""
    rows = [{"id": f"m{i}", "max_model_len": size} for i, size in enumerate((0, -5, True, "8192", 3.5, 10**12, None))]
    with serving({"/v1/models": listed(*rows)}) as server:
        found = await ask_server(server.url, PATIENT)
    assert {offer.window for offer in found or ()} == {USUAL_WINDOW}


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would not find this machine, or find another."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving({"/v1/models": listed("m")}) as server:
        assert await ask_server(server.url, PATIENT) == (Offer("m"),)


async def test_one_that_takes_a_call_and_is_silent_is_nobody() -> None:
    """It holds up who looks for the time that one may take, and no longer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert await ask_server(f"http://127.0.0.1:{silent.getsockname()[1]}", 0.05) is None
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    assert await ask_server(url, PATIENT) is None


@pytest.mark.parametrize(
    ("name", "chats"),
    [
        *(("qwen3:8b", True), ("llama3.2", True), ("gemma-3-4b-it", True), ("mixtral-8x7b", True), ("phi-4", True)),
        *(("mxbai-embed-large", False), ("text-embedding-3-small", False), ("bge-m3:latest", False)),
        *(("BAAI/bge-reranker-v2-m3", False), ("whisper-large-v3", False), ("all-minilm:22m", False)),
        *(("tts-1-hd", False), ("intfloat/e5-mistral-7b", False), ("thenlper/gte-large", False)),
        *(("deepseek-r1", True), ("clippy", True), ("gpt-oss:20b", True)),
    ],
)
def test_names_tell_what_chats(name: str, chats: bool) -> None:
    """Where nothing else does."""
    assert is_chat(name) is chats
