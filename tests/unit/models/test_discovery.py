"""Model servers that are looked for while no model is named: what of them is the default, and what becomes of them."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from service.config import Config, load_config
from service.errors import ConfigurationError
from service.models.discovery import discovery_of, look_once
from service.models.registry import Models
from service.models.states import ModelOrigin, ModelState, origin_of, standing
from service.providers.prices import prices
from tests.support.model_server import ModelServer, listed, serving
from tests.support.services import quiet_port

OLLAMA = {
    "/v1/models": listed("qwen3:8b", "nomic-embed-text", owned_by="library"),
    "/api/ps": {"models": []},
    "/api/show": {"capabilities": ["completion", "tools"], "model_info": {"q.context_length": 40960}},
}
NO_SERVERS = dict.fromkeys(("ollama", "lmstudio", "llamacpp", "vllm"), "http://127.0.0.1:1")


def looking(folder: Path, text: str = "", servers: dict[str, str] | None = None, **environ: str) -> Config:
    """A configuration that looks for servers at these addresses alone, patiently."""
    (folder / "config.yaml").write_text(f"logging: {{level: INFO}}\n{text}")
    said = {"ANTIPHON_DISCOVERY__SECONDS": "10", "ANTIPHON_DISCOVERY__SERVERS": str(NO_SERVERS | (servers or {}))}
    return load_config(folder / "config.yaml", said | environ)


async def models_of(config: Config) -> Models:
    """The models at hand, after a look."""
    models = Models(config, discovery=discovery_of(config))
    await models.look_again(everywhere=True)
    return models


async def test_what_answers_here_is_the_default_without_a_key_and_is_free(tmp_path: Path) -> None:
    """With its window and what it can do; roles that name no model ask it too."""
    with serving(OLLAMA) as ollama:
        models = await models_of(looking(tmp_path, servers={"ollama": ollama.url}))
    model = models.find("ollama/qwen3:8b")
    assert models.config.defaults.model == model.key == models.roles()["general"]
    assert models.config.defaults.why == f"No key is set, and ollama answers at {ollama.url}/v1."
    assert (model.context_window, model.max_output_tokens, model.family) == (4096, 2048, "qwen3")
    assert {"tools", "streaming"} <= model.features
    assert (prices(model), origin_of(models.config, model)) == ((0.0, 0.0), ModelOrigin.FOUND)
    assert "ollama/nomic-embed-text" not in models.names()
    assert models.provider(model).config.base_url == f"{ollama.url}/v1"
    await models.close()


async def test_a_key_goes_before_what_answers_here_which_can_be_asked_all_the_same(tmp_path: Path) -> None:
    """Whoever sets a key means it."""
    with serving(OLLAMA) as ollama:
        config = looking(tmp_path, servers={"ollama": ollama.url}, OPENAI_API_KEY="secret-key")
        models = await models_of(config)
    assert models.config.defaults.model == "openai/gpt-6-luna"
    assert models.find("ollama/qwen3:8b").provider == "ollama"


async def test_the_first_that_answers_is_taken_in_the_order_of_the_settings(tmp_path: Path) -> None:
    """And of several models that which is in memory."""
    studio = {
        "/v1/models": listed("idle", "busy", owned_by="organization_owner"),
        "/api/v0/models": {"data": [{"id": "busy", "type": "llm", "state": "loaded", "loaded_context_length": 8192}]},
    }
    with serving(studio) as second, serving({"/v1/models": listed({"id": "v", "max_model_len": 999})}) as fourth:
        models = await models_of(looking(tmp_path, servers={"lmstudio": second.url, "vllm": fourth.url}))
    assert models.config.defaults.model == "lmstudio/busy"
    assert models.find("vllm/v").context_window == 999


async def test_one_that_comes_later_is_found_and_one_that_goes_is_said_to_be_down(tmp_path: Path) -> None:
    """Its models stay known, so that a task that asks for one is told what is wrong."""
    port = quiet_port()
    config = looking(tmp_path, servers={"ollama": f"http://127.0.0.1:{port}"})
    discovery = discovery_of(config)
    assert discovery is not None
    assert (await discovery.look()).defaults.model == "local/smollm2"
    with serving(OLLAMA, port=port):
        assert (await discovery.look()).defaults.model == "ollama/qwen3:8b"
    gone = await discovery.look()
    found = standing(gone, gone.find_model("ollama/qwen3:8b"))
    assert gone.defaults.model == "local/smollm2"
    assert found.state is ModelState.DOWN
    assert found.why == f"ollama/qwen3:8b cannot be asked: nothing answers at http://127.0.0.1:{port}."
    with serving(OLLAMA, port=port):
        again = await discovery.look()
    assert standing(again, again.find_model("ollama/qwen3:8b")).state is ModelState.READY


async def test_one_that_is_silent_is_let_alone_for_a_while(tmp_path: Path) -> None:
    """It takes calls and answers none: nobody waits for it again, except who wants to see all."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        servers = {"llamacpp": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        config = looking(tmp_path, servers=servers, ANTIPHON_DISCOVERY__SECONDS="0.05")
        discovery = discovery_of(config)
        assert discovery is not None
        silent.setblocking(False)
        for everywhere, calls in ((False, 1), (False, 0), (True, 1)):
            await discovery.look(everywhere=everywhere)
            assert accepted(silent) == calls


def accepted(listener: socket.socket) -> int:
    """How many have called since."""
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


async def test_tasks_do_not_look_again_at_once_nor_where_a_key_is_set(tmp_path: Path) -> None:
    """Looking costs servers a line of their log each time."""
    with serving(OLLAMA) as ollama:
        models = Models(config := looking(tmp_path, servers={"ollama": ollama.url}), discovery=discovery_of(config))
        for _ in range(3):
            await models.look_again()
        assert asked(ollama) == 1
        keyed = looking(tmp_path, servers={"ollama": ollama.url}, OPENAI_API_KEY="secret-key")
        models = Models(keyed, discovery=discovery_of(keyed))
        await models.look_again("gpt-5-nano")
        assert asked(ollama) == 1
        await models.look_again("ollama/qwen3:8b")
        assert asked(ollama) == 2


def asked(server: ModelServer) -> int:
    """How often its models were asked for."""
    return server.asked.count("/v1/models")


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("defaults: {model: smollm2}", {}),
        ("", {"ANTIPHON_DISCOVERY__ENABLED": "false"}),
        ("", {"ANTIPHON_DEFAULTS__MODEL": "echo/echo"}),
    ],
)
def test_nobody_is_looked_for_where_a_model_is_named(tmp_path: Path, text: str, environ: dict[str, str]) -> None:
    """Or where it is switched off."""
    with serving(OLLAMA) as ollama:
        config = looking(tmp_path, text, {"ollama": ollama.url}, **environ)
        assert look_once(config) is config
    assert ollama.asked == []


@pytest.mark.parametrize("url", ["{url}/v1", "http://localhost:{port}/v1"])
async def test_a_server_that_is_configured_is_not_looked_for(tmp_path: Path, url: str) -> None:
    """By whatever name: what the person says of it is right."""
    with serving(OLLAMA) as ollama:
        base = url.format(url=ollama.url, port=ollama.url.rpartition(":")[2])
        model: Any = "{family: f, context_window: 32768, max_output_tokens: 100}"
        own = f"providers: {{mine: {{protocol: openai, base_url: '{base}', models: {{'qwen3:8b': {model}}}}}}}"
        models = await models_of(looking(tmp_path, own, {"ollama": ollama.url}))
    assert models.config.defaults.model == "mine/qwen3:8b"
    assert "ollama" not in models.config.providers
    assert ollama.asked == []


def test_only_this_machine_is_looked_at(tmp_path: Path) -> None:
    """Another one is configured, so that nothing is sent to strangers."""
    with pytest.raises(ConfigurationError, match="must be an address of this machine"):
        looking(tmp_path, servers={"ollama": "http://192.0.2.1:11434"})
