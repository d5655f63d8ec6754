"""The embedded Neo4j for real: crashes, adoption, ownership, ports, and that nothing is lost.

All tests share one data folder; each leaves no server behind, so each can run alone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from neo4j import AsyncGraphDatabase

from service.app import connection_of
from service.errors import Conflict, GraphUnavailable, SetupError
from service.folders import cache_folder
from service.graph.database import Database
from service.graph.local import LocalNeo4j, LocalSettings, Neo4jAddress, start, status, stop
from service.graph.local.home import Home, read_password
from service.graph.local.process import end_servers
from service.graph.local.readiness import Answer, ask

BRIEF = LocalSettings(brief=True)
posix_only = pytest.mark.skipif(os.name == "nt", reason="uses POSIX signals")

OWNER = """
import asyncio, sys
from pathlib import Path
from service.folders import cache_folder
from service.graph.local import LocalSettings, start

async def main():
    server = await start(Path(sys.argv[1]), cache_folder(), settings=LocalSettings(brief=True))
    print(server.state.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """One data folder for all tests; whatever still runs on it at the end is ended."""
    folder = tmp_path_factory.mktemp("local") / "neo4j"
    yield folder
    await end_servers(Home(folder.resolve()), 10.0)


@asynccontextmanager
async def running(home: Path, settings: LocalSettings | None = None) -> AsyncIterator[LocalNeo4j]:
    """A server that we own, stopped at the end."""
    server = await start(home, cache_folder(), settings=settings or BRIEF)
    try:
        yield server
    finally:
        await server.stop()


async def run(address: Neo4jAddress, statement: str) -> list[object]:
    """The first column of what the statement returns."""
    auth = (address.username, address.password)
    async with AsyncGraphDatabase.driver(address.bolt, auth=auth) as driver:
        return [record[0] for record in (await driver.execute_query(statement)).records]


async def remember(address: Neo4jAddress, name: str) -> None:
    """Write a node that later starts must find."""
    await run(address, f"MERGE (n:Kept {{name: '{name}'}}) RETURN n.name")


async def remembered(address: Neo4jAddress) -> list[object]:
    """The names that were written, sorted."""
    return await run(address, "MATCH (n:Kept) RETURN n.name ORDER BY n.name")


def lives(pid: int) -> bool:
    """Whether the process does anything; an ended orphan may stay on the list in a container."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


async def killed_owner(home: Path) -> int:
    """Let another process start the server and be killed; the pid of the server that it leaves behind."""
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, str(home), stdout=subprocess.PIPE)
    assert owner.stdout
    line = await owner.stdout.readline()
    owner.kill()
    await owner.wait()
    return int(line)


@posix_only
async def test_server_of_a_killed_owner_is_adopted(home: Path) -> None:
    """After `kill -9` of its owner the server goes on, the next owner takes it over, and others are refused."""
    pid = await killed_owner(home)
    async with running(home) as server:
        assert server.state.pid == pid
        assert server.is_alive()
        await remember(server.address, "adopted")
        with pytest.raises(Conflict, match=str(os.getpid())):
            await start(home, cache_folder())
        with pytest.raises(Conflict, match=str(os.getpid())):
            await stop(home)
    assert not lives(pid)
    assert not (await status(home)).running


async def test_server_has_what_the_service_needs(home: Path) -> None:
    """Cypher 25 by default, Graph Data Science, Neo4j Browser; and its password shows nowhere."""
    async with running(home) as server:
        language = "SHOW SETTINGS 'db.query.default_language' YIELD value RETURN value"
        assert await run(server.address, language) == ["CYPHER_25"]
        assert await run(server.address, "RETURN gds.version() AS version") == ["2.26.0"]
        reader, writer = await asyncio.open_connection("127.0.0.1", server.state.http_port)
        writer.write(b"GET /browser/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert b" 200 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
        command = " ".join(psutil.Process(server.state.pid).cmdline())
    texts = [file.read_bytes() for part in ("conf", "logs") for file in (home / part).iterdir() if file.is_file()]
    assert len(texts) > 3
    assert not any(server.address.password.encode() in text for text in [command.encode(), *texts])


async def test_options_for_other_javas_do_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither when the first password is set nor when the server starts: each of these keeps a Java from starting, and
    so did a folder whose name a locale does not know."""
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xms1G -Xmx4G")
    monkeypatch.setenv("_JAVA_OPTIONS", "-XX:+UseZGC")
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-javaagent:/no/such.jar")
    monkeypatch.setenv("LC_ALL", "C")
    home = tmp_path / "dätä ordner" / "neo4j"
    async with running(home) as server:
        assert await run(server.address, "RETURN 1") == [1]
        assert "Picked up" not in (home / "logs" / "console.log").read_text()


async def test_busy_ports_are_no_error_and_data_survive(home: Path) -> None:
    """A restart keeps its ports where it can, takes others where it cannot, and finds the data."""
    async with running(home) as server:
        await remember(server.address, "before")
        bolt = server.state.bolt_port
    with socket.socket() as busy:
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        busy.bind(("127.0.0.1", bolt))
        busy.listen()
        async with running(home) as again:
            assert again.state.bolt_port != bolt
            assert again.state.http_port == server.state.http_port
            assert "before" in await remembered(again.address)


@posix_only
async def test_killed_server_is_started_anew(home: Path) -> None:
    """After `kill -9` of Neo4j itself, what was committed is there at the next start."""
    server = await start(home, cache_folder(), settings=BRIEF)
    await remember(server.address, "killed")
    os.kill(server.state.pid, signal.SIGKILL)
    await server.stop()
    assert not server.is_alive()
    async with running(home) as again:
        assert again.state.pid != server.state.pid
        assert "killed" in await remembered(again.address)


@posix_only
async def test_hung_server_is_replaced(home: Path) -> None:
    """A server that is ours but does not answer is ended and another started."""
    pid = await killed_owner(home)
    os.kill(pid, signal.SIGSTOP)
    impatient = LocalSettings(adopt_timeout=1.0, stop_timeout=1.0, brief=True)
    async with running(home, impatient) as server:
        assert server.state.pid != pid
        assert not lives(pid)


async def test_detached_server_stays_until_it_is_stopped(home: Path) -> None:
    """It outlives the owner that started it and one that adopted it; then it is stopped by name."""
    first = await start(home, cache_folder(), settings=BRIEF, detached=True)
    await first.stop()
    second = await start(home, cache_folder(), settings=BRIEF)
    await second.stop()
    found = await status(home)
    assert (found.running, found.answers, found.detached) == (True, True, True)
    assert (found.pid, found.owner) == (first.state.pid, None)
    assert await stop(home)
    assert not await stop(home)
    assert not (await status(home)).running


async def test_failed_start_shows_the_log(home: Path) -> None:
    """A server that ends at once says why, without the password, and gives the data folder free."""
    with pytest.raises(SetupError, match=r"no\.such\.setting") as failure:
        await start(home, cache_folder(), settings=LocalSettings(extra={"no.such.setting": "1"}))
    assert (read_password(Home(home)) or "unset") not in str(failure.value)
    assert (await status(home)).owner is None


@posix_only
async def test_a_server_that_dies_while_it_is_watched_is_started_again(home: Path) -> None:
    """Neo4j killed under a running service comes back by itself, on the same ports, with what was committed."""
    async with running(home) as server:
        await remember(server.address, "before the watched crash")
        first, watching = server.state.pid, asyncio.create_task(server.keep_alive())
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(120):
            while server.state.pid == first:
                await asyncio.sleep(0.1)
        names = await remembered(server.address)
        watching.cancel()
    assert "before the watched crash" in names


@pytest.mark.skipif(sys.platform != "linux", reason="makes files full by a limit of another process")
async def test_a_database_that_gave_up_is_started_again(home: Path) -> None:
    """When the disk is full, Neo4j lives on and takes no transaction any more: callers are told that the graph is away,
    and once there is room it comes back by itself, with what was committed."""
    async with running(home) as server:
        await remember(server.address, "before the disk was full")
        database = Database(connection_of(server))
        await database.verify()
        first = server.state.pid
        psutil.Process(first).rlimit(psutil.RLIMIT_FSIZE, (1, 1))
        for _ in range(3):
            with pytest.raises(GraphUnavailable, match=r"the disk of its data may be full.* Make room"):
                await database.execute("CREATE (:Kept {name: 'lost'})")
        assert await ask(server.address) is Answer.BROKEN
        watching = asyncio.create_task(server.keep_alive())
        async with asyncio.timeout(180):
            while server.state.pid == first:
                await asyncio.sleep(0.1)
        names = await remembered(server.address)
        await database.verify()
        await database.close()
        watching.cancel()
    assert "before the disk was full" in names
    assert "lost" not in names
