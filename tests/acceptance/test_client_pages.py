"""The pages in docs/clients tell the truth: each page's snippets, in order, are a program that works.

A page's program runs against a service behind a proxy. Its checks (`tests/clients/*.check.*`) use what the snippets
defined: those in JavaScript stand at the program's end, those in Python import it. A check says `#cut` to have all
connections cut.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.front import MakeConfig, Service
from tests.support.node import NODE
from tests.support.proxy import Proxy
from tests.support.relay import as_program, compile_modules

ROOT = Path(__file__).parents[2]
CHECKS = ROOT / "tests" / "clients"
PAGES = ROOT / "docs" / "clients"
CONFIG = """
defaults: {model: slow/echo}
providers:
  slow:
    protocol: echo
    options: {delay_ms: 400}
    models: {echo: {family: test, context_window: 8192, max_output_tokens: 1024, tokenizer: bytes}}
"""
AS_A_BROWSER = [str(NODE), "--experimental-eventsource", "--disable-warning=UNDICI-ES", "--conditions=development"]
"""Node with `EventSource`, and with the builds of libraries that warn of what is wrong."""
PROMPTS = 27
STATUS = "query($id: ID!) { task(id: $id) { taskStatus } }"


@pytest.fixture(scope="module")
async def pages(connection: Connection, make_config: MakeConfig) -> AsyncIterator[Service]:
    """A service whose model takes long enough for somebody to subscribe before it answers."""
    config = make_config(CONFIG)
    app = create_app(config, connection=connection)
    async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        yield Service(url, app, http)


@pytest.fixture(scope="module")
async def long_chat(pages: Service) -> str:
    """A conversation of more messages than a page has."""
    made = await pages.ask("CreateConversation", input={"title": "Long"})
    id = made["createConversation"]["conversation"]["id"]
    for number in range(1, PROMPTS + 1):
        new = {"conversationId": id, "content": f"Prompt {number}.", "config": {"model": "echo/echo"}}
        sent = (await pages.ask("SendPrompt", input=new))["sendPrompt"]["task"]
        while (await pages.post(STATUS, id=sent["id"]))["data"]["task"]["taskStatus"] != "SUCCEEDED":
            await asyncio.sleep(0.02)
    return id


def snippets(page: str, language: str, url: str) -> str:
    """A page's snippets of one language, in order, for the service at `url`."""
    text = (PAGES / f"{page}.md").read_text()
    found = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found
    return "\n".join(found).replace("http://localhost:8000", url)


def checks(page: str, language: str) -> str:
    """What is to hold after a page's snippets."""
    return (CHECKS / f"{page}.check.{language}").read_text()


async def run(command: list[str], folder: Path, proxy: Proxy, environ: dict[str, str]) -> tuple[str, str]:
    """Run a program, cutting its connections where it asks for that; what it said, to both outputs."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=os.environ | environ, stdin=pipe, stdout=pipe, stderr=pipe
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    errors, said = asyncio.create_task(process.stderr.read()), list[str]()
    try:
        async with asyncio.timeout(90):
            async for line in process.stdout:
                said.append(line.decode())
                if said[-1] == "#cut\n":
                    await proxy.cut()
                    process.stdin.write(b"cut\n")
                    await asyncio.sleep(0.3)
                    await proxy.mend()
            await process.wait()
    except TimeoutError:
        process.kill()
        said.append("It did not end.")
    return "".join(said), (await errors).decode()


@asynccontextmanager
async def proxied(service: Service) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy before a service, and its address."""
    async with Proxy(int(service.url.rsplit(":", 1)[1])) as proxy:
        yield proxy, f"http://127.0.0.1:{proxy.port}"


async def succeed(command: list[str], folder: Path, proxy: Proxy, chat: str) -> None:
    """Run a program to its end; it complains of nothing."""
    environ = {"LONG_CHAT": chat, "LONG_CHAT_MESSAGES": str(2 * PROMPTS)}
    said, errors = await run(command, folder, proxy, environ)
    assert not errors, errors
    assert said.endswith("#done\n"), said


@pytest.mark.parametrize("page", ["fetch", "urql", "apollo"])
async def test_page_works(page: str, node_folder: Path, pages: Service, long_chat: str) -> None:
    """Its program sends, shows, pages, follows over a cut connection, sends again, and knows errors."""
    async with proxied(pages) as (proxy, url):
        (node_folder / "page.js").write_text(snippets(page, "js", url) + checks(page, "js"))
        await succeed([*AS_A_BROWSER, "page.js"], node_folder, proxy, long_chat)


async def test_page_of_relay_works(node_folder: Path, pages: Service, long_chat: str) -> None:
    """So does Relay's, compiled with the page's own configuration."""
    async with proxied(pages) as (proxy, url):
        chat = snippets("relay", "js", url)
        compile_modules(node_folder, snippets("relay", "json", url), {"Chat.js": chat})
        (node_folder / "page.js").write_text(as_program(node_folder, chat) + checks("relay", "js"))
        await succeed([*AS_A_BROWSER, "page.js"], node_folder, proxy, long_chat)


async def test_page_of_gql_works(tmp_path: Path, pages: Service, long_chat: str) -> None:
    """So does the Python one."""
    async with proxied(pages) as (proxy, url):
        (tmp_path / "page.py").write_text(snippets("gql", "py", url))
        (tmp_path / "check.py").write_text(checks("gql", "py"))
        await succeed([sys.executable, "check.py"], tmp_path, proxy, long_chat)


async def test_library_that_retries_by_itself_goes_on(node_folder: Path, pages: Service, long_chat: str) -> None:
    """graphql-ws as it comes, cut again and again: it misses nothing and gets nothing twice."""
    async with proxied(pages) as (proxy, url):
        program = f"const URL_OF_SERVICE = {url + '/graphql'!r};\n" + checks("retrying", "js")
        (node_folder / "retrying.js").write_text(program)
        await succeed([str(NODE), "retrying.js"], node_folder, proxy, long_chat)
