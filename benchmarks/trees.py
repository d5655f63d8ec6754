"""A long conversation over HTTP: its newest page, all of its ancestors, its outline, and stacked diamonds.

Run as `python -m benchmarks.trees`, with `--messages` for other lengths. The service runs in a process of its own;
where a plain driver can read the same, both are asked in turn, and the medians are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import neo4j

from benchmarks.bench import figure, load, run
from benchmarks.bench import neo4j as embedded_neo4j
from benchmarks.generate import Filled, Wish, fill
from benchmarks.page import FROM_MESSAGE, RECORD, in_turns, plain_session, served_apart
from service.conversations.outline import MOST_OUTLINED
from service.graph.database import Connection, Database
from service.graph.migrations import migrate

LENGTHS = [100, 10_000, 1_000_000]
WALKED = 10_000
"""Messages of the history that is read to its beginning, and of the tree that is outlined."""
PAGE, LONG_PAGE = 50, 1_000
SLOW_TURNS = 15
FIELDS = """nodes { __typename id title content depth createdAt role conversationId
  ... on Prompt { heading: title } ... on Response { responseStatus } } pageInfo { endCursor }"""
HISTORY = f"""query($head: ID!, $first: Int, $after: String) {{
  page: history(nodeId: $head, first: $first, after: $after) {{ {FIELDS} }} }}"""
OUTLINE = """query($conversation: ID!, $first: Int, $after: String) {
  page: outline(conversationId: $conversation, first: $first, after: $after) {
    nodes { messageId parentIds title role depth seq } pageInfo { endCursor } } }"""
WALK = "MATCH (start) (()-[:CONTINUES|RESPONDS_TO]->()){0,999} (m:Message) " + RECORD
_JSON = {"content-type": "application/json"}
Ask = Callable[..., list[Any]]


async def main(lengths: list[int]) -> None:
    """One graph with a conversation of each length, and one that is all diamonds."""
    async with embedded_neo4j() as connection:
        database = Database(connection)
        await migrate(database)
        lines = [(await fill(database, Wish(messages=n, tokens=20, owner="local", seed=n)))[0] for n in lengths]
        (walked,) = await fill(database, Wish(messages=WALKED, tokens=20, forks=100, merges=20, seed=7))
        (stacked,) = await fill(database, Wish(messages=200, tokens=20, diamonds=30, seed=8))
        await database.close()
        await asyncio.to_thread(measure, connection, lines, walked, stacked)


def measure(connection: Connection, lines: list[Filled], walked: Filled, stacked: Filled) -> None:
    """Print one JSON line a figure."""
    with served_apart(connection) as client, plain_session(connection) as session:
        ask = partial(_asked, client)
        read = partial(_read, session)
        shortest: float | None = None
        for line in lines:
            ours, bare = in_turns(partial(_newest, ask, line), partial(read, FROM_MESSAGE, line.head, PAGE))
            shortest = shortest or ours
            name = f"newest_page_of_{PAGE}_at_{len(line.messages)}"
            compared = {
                "driver": round(bare, 2),
                "ratio": round(ours / bare, 3),
                "to_shortest": round(ours / shortest, 3),
            }
            figure(name, ours, "ms", **compared, load=load())
        ours, bare = in_turns(partial(_walk, ask, walked), partial(_walk_bare, read, walked), turns=SLOW_TURNS)
        compared = {"driver": round(bare, 1), "ratio": round(ours / bare, 3)}
        figure(f"ancestors_{len(_walk(ask, walked))}", ours, "ms", **compared, load=load())
        (ours,) = in_turns(partial(_outline, ask, walked), turns=SLOW_TURNS)
        figure(f"outline_{len(_outline(ask, walked))}", ours, "ms", load=load())
        (ours,) = in_turns(partial(ask, HISTORY, head=stacked.head, first=100))
        figure("diamonds_30_page_of_100", ours, "ms", load=load())


def _asked(client: http.client.HTTPConnection, query: str, **variables: Any) -> list[Any]:
    """The nodes of a page, and its last cursor."""
    client.request("POST", "/graphql", json.dumps({"query": query, "variables": variables}), _JSON)
    said: Any = json.loads(client.getresponse().read())
    if "errors" in said:
        raise RuntimeError(f"unexpected answer: {said['errors']}")
    page = said["data"]["page"]
    return [*page["nodes"], page["pageInfo"]["endCursor"]]


def _newest(ask: Ask, line: Filled) -> None:
    *found, _ = ask(HISTORY, head=line.head, first=PAGE)
    assert len(found) == PAGE


def _walk(ask: Ask, walked: Filled) -> list[Any]:
    """All above the newest message, in pages."""
    return _pages(partial(ask, HISTORY, head=walked.head))


def _outline(ask: Ask, walked: Filled) -> list[Any]:
    return _pages(partial(ask, OUTLINE, conversation=walked.id), MOST_OUTLINED)


def _pages(ask: Ask, size: int = LONG_PAGE) -> list[Any]:
    found: list[Any] = []
    after: str | None = None
    while True:
        *nodes, after = ask(after=after, first=size)
        found += nodes
        if len(nodes) < size:
            return found


def _walk_bare(read: Callable[..., list[dict[str, Any]]], walked: Filled) -> None:
    """As a client that knows the graph would: the next page begins above the deepest message of the last one."""
    left, seen = walked.head, 0
    while True:
        rows = read(FROM_MESSAGE, left, LONG_PAGE)
        seen += len(rows)
        if len(rows) < LONG_PAGE:
            return
        left = rows[-1]["id"]


def _read(session: neo4j.Session, begin: str, id: str, first: int) -> list[dict[str, Any]]:
    depths = WALK.replace("999", str(first - 1))
    return [record.data() for record in session.run(begin + depths, id=id, first=first)]  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", nargs="+", type=int, default=LENGTHS)
    os.environ["ANTIPHON_DATA_DIR"] = tempfile.mkdtemp(prefix="antiphon-bench-")
    Path(os.environ["ANTIPHON_DATA_DIR"], "config.yaml").write_text("defaults: {model: echo/echo}\n")
    run(main(parser.parse_args().messages))
