"""Short conversations of one graph file, which are put into the graph together: as if each had come by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.conversations.transfer.graphfile import arriving
from service.graph.database import Connection, Database
from service.graph.deliveries import Deliveries
from service.graph.queries import query
from service.records import new_id
from service.services import Services
from tests.integration.test_erasing import chat
from tests.integration.test_graph_files import hidden
from tests.support.graph_files import exported, imported, read, snapshot, wipe, written
from tests.support.services import running

pytestmark = pytest.mark.usefixtures("promises")
MANY = 4


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("together")
    async with running(connection, folder) as services:
        yield services


@pytest.fixture(scope="module")
async def many(services: Services) -> tuple[str, bytes]:
    """An owner with some conversations of a turn each, and a file of them."""
    owner = f"owner-{new_id()}"
    for number in range(MANY):
        await chat(services, owner, f"Question {number}")
    return owner, await exported(services.database, owner)


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each group that was put together was right."""
    groups: list[bool] = []
    whole = Deliveries.deliver_whole

    async def noticed(self: Deliveries, *args: Any) -> bool:
        groups.append(await whole(self, *args))
        return groups[-1]

    monkeypatch.setattr(Deliveries, "deliver_whole", noticed)
    return groups


def places(lines: list[Any], what: str) -> list[int]:
    """The places of lines that say this."""
    return [place for place, line in enumerate(lines) if what in line]


async def test_short_conversations_come_in_one_transaction(
    services: Services, many: tuple[str, bytes], groups: list[bool]
) -> None:
    """The graph is equal, and a second time adds nothing."""
    (owner, file), database = many, services.database
    before = await snapshot(database, owner)
    await wipe(database, owner)
    report = await imported(database, owner, file)
    assert (report.conversations, report.problems, groups) == (MANY, [], [True])
    assert await snapshot(database, owner) == before
    again = await imported(database, owner, file)
    assert (again.conversations, again.there, groups) == (0, MANY, [True])


async def test_what_is_wrong_in_one_does_not_touch_the_others(
    services: Services, many: tuple[str, bytes], owner: str, groups: list[bool]
) -> None:
    """It is named with its line; the others are there, and nothing of it is."""
    lines = read(many[1])
    prompts = [place for place, line in enumerate(lines) if "Prompt" in line.get("node", {}).get("labels", ())]
    lines[prompts[1]]["node"]["properties"]["depth"] += 7
    wrong = next(line for line in reversed(lines[: prompts[1]]) if "conversation" in line)["conversation"]["id"]
    report = await imported(services.database, owner, written(lines))
    assert (report.conversations, report.refused, groups) == (MANY - 1, 1, [False])
    (problem,) = report.problems
    assert (problem.conversation_id, "depth" in problem.sentence) == (wrong, True)
    assert problem.line == next(place for place in places(lines, "whole") if place > prompts[1]) + 1
    assert await hidden(services.database) == 0


async def test_a_conversation_is_not_tied_into_another_one(
    services: Services, many: tuple[str, bytes], owner: str
) -> None:
    """Unless the line says so: `across`."""
    lines = read(many[1])
    second = places(lines, "conversation")[1]
    first_prompt = next(line for line in lines if "Prompt" in line.get("node", {}).get("labels", ()))
    at = next(
        place
        for place, line in enumerate(lines)
        if place > second and line.get("relationship", {}).get("type") == "RESPONDS_TO"
    )
    lines[at]["relationship"]["to"]["id"] = first_prompt["node"]["properties"]["id"]
    report = await imported(services.database, owner, written(lines))
    assert (report.conversations, report.refused) == (MANY - 1, 1)
    assert "RESPONDS_TO" in report.problems[0].sentence
    assert await hidden(services.database) == 0


async def test_the_same_conversation_twice_in_a_file_comes_once(
    services: Services, many: tuple[str, bytes], owner: str
) -> None:
    """The second one is there already."""
    lines = read(many[1])
    begins, ends = places(lines, "conversation")[0], places(lines, "whole")[0]
    doubled = [*lines[: ends + 1], *lines[begins : ends + 1], *lines[ends + 1 :]]
    doubled[-1]["end"]["conversations"] += 1
    report = await imported(services.database, owner, written(doubled))
    assert (report.conversations, report.there, report.problems) == (MANY, 1, [])


async def test_two_conversations_with_a_message_of_one_id_are_both_there(
    services: Services, many: tuple[str, bytes], owner: str
) -> None:
    """The second one's message has another id."""
    lines = read(many[1])
    second = places(lines, "conversation")[1]
    prompts = [place for place, line in enumerate(lines) if "Prompt" in line.get("node", {}).get("labels", ())]
    first, other = (lines[next(it for it in prompts if it > at)]["node"]["properties"]["id"] for at in (0, second))
    before, after = lines[:second], written(lines[second:]).replace(other.encode(), first.encode())
    report = await imported(services.database, owner, written(before) + after)
    assert (report.conversations, report.problems) == (MANY, [])


async def test_long_and_short_ones_come_in_their_order(
    services: Services, many: tuple[str, bytes], groups: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too long to be held back is written in pieces."""
    (owner, file), database = many, services.database
    before = await snapshot(database, owner)
    await wipe(database, owner)
    longest = max(
        end - begin for begin, end in zip(places(read(file), "conversation"), places(read(file), "whole"), strict=True)
    )
    monkeypatch.setattr(arriving, "ROWS", longest // 2)
    report = await imported(database, owner, file)
    assert (report.conversations, report.problems, groups) == (MANY, [], [])
    assert await snapshot(database, owner) == before


async def test_what_is_not_accepted_is_not_kept(database: Database) -> None:
    """The records are there, and nothing in the graph."""
    delivery = new_id()
    begin = (
        query("begin_delivery"),
        {"ownerId": "nobody", "deliveryId": delivery, "conversationId": None, "importId": None},
    )
    rows = await database.run_together([begin, begin], accept=lambda _: False)
    assert rows == [[{"line": 0}], [{"line": 0}]]
    assert not await database.run(query("abandon_delivery"), deliveryId=delivery)
