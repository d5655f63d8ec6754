"""A service of the tests' own over the worker's Neo4j: its answers come from `echo`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from service.app import create_app
from service.commands.server import serving
from service.config import Config, load_config
from service.graph.database import Connection
from tests.support.front import MakeConfig, Service
from tests.support.node import packages

WITHOUT_VECTORS = {"ANTIPHON_SEARCH__EMBEDDINGS": "none"}
"""What tests of search set otherwise: a file has no say where the environment has one."""
UNREHEARSED = {"ANTIPHON_SERVER__WARM_UP_SECONDS": "0"}
"""A rehearsal takes up to 20 s of a processor, for each service. Who asks for one says so in the text."""
ECHO = "defaults: {model: echo/echo}\n"


@pytest.fixture(scope="session")
def make_config(tmp_path_factory: pytest.TempPathFactory) -> MakeConfig:
    """Make a configuration of a YAML text, in a folder of its own."""

    def make(text: str = ECHO) -> Config:
        folder: Path = tmp_path_factory.mktemp("service")
        (folder / "config.yaml").write_text(text)
        said = WITHOUT_VECTORS if "warm_up_seconds" in text else WITHOUT_VECTORS | UNREHEARSED
        return load_config(folder / "config.yaml", {"ANTIPHON_DATA_DIR": str(folder)} | said)

    return make


@pytest.fixture(scope="session")
async def service(connection: Connection, make_config: MakeConfig) -> AsyncIterator[Service]:
    """The service that most tests share; it has no keys, so its owner is `local`."""
    config = make_config()
    app = create_app(config, connection=connection)
    async with (
        serving(app, config, port=0) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as http,
    ):
        yield Service(url, app, http)


KEYS = ECHO + "server: {api_keys: {token-of-ann: ann, token-of-bob: bob}, limits: {max_body_bytes: 200000}}\n"


@pytest.fixture(scope="session")
async def guarded(connection: Connection, make_config: MakeConfig) -> AsyncIterator[Service]:
    """A service with keys; its client calls as ann."""
    config = make_config(KEYS)
    app = create_app(config, connection=connection)
    ann = {"authorization": "Bearer token-of-ann"}
    async with (
        serving(app, config, port=0) as url,
        httpx.AsyncClient(base_url=url, timeout=60, headers=ann) as http,
    ):
        yield Service(url, app, http)


@pytest.fixture
def node_folder(tmp_path: Path) -> Path:
    """A folder for programs that import the packages of `tests/clients/package.json`, and its `harness.js`."""
    (tmp_path / "node_modules").symlink_to(packages() / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    harness = Path(__file__).parents[1] / "clients" / "harness.js"
    (tmp_path / "harness.js").write_text(harness.read_text())
    return tmp_path
