"""A task is done again over newer versions: only what changed is asked, and what stands above it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from zlib import crc32

import pytest

from service.errors import Conflict, InvalidInput, NotFound
from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.creating import NewFile, NewTask, NewTaskConfig
from service.tasks.documents import NewVersion
from service.tasks.refreshing import Refresh
from tests.support.scripted_provider import Json, ScriptedProvider, openai_stream
from tests.support.services import cypher, finished, provider, run_task, running

pytestmark = pytest.mark.usefixtures("promises")
ANSWER = """MATCH (t:Task {id: $id}) OPTIONAL MATCH (t)-[:RESULTED_IN]->(r)
RETURN t.status AS status, r.content AS text, r.id AS id, t.conversationId AS place,
  COUNT { (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->() } AS calls,
  COUNT { (t)-[:HAS_SUBTASK]->()-[:REUSED]->() } AS reused,
  EXISTS { (t)<-[:HAS_TASK]-()<-[:BRANCH_OF]-()-[:HEAD]->(r) } AS isHead"""


@pytest.fixture(scope="module")
async def scripted() -> AsyncIterator[ScriptedProvider]:
    """A model whose answer is a function of what it is sent."""

    def answer(request: Json) -> list[Json | str]:
        said = request["messages"][-1]["content"]
        return openai_stream(f"{crc32(said.encode())}")

    async with ScriptedProvider(answer) as scripted:
        yield scripted


@pytest.fixture(scope="module")
async def services(
    connection: Connection, database: Database, scripted: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A service over it, at a price."""
    settings = provider(scripted.url, prices={"input": 1.0, "output": 2.0}, context_window=700, max_output_tokens=100)
    async with running(connection, tmp_path_factory.mktemp("service"), settings) as services:
        yield services


def files(texts: dict[str, str]) -> tuple[NewFile, ...]:
    """Files of these names."""
    return tuple(NewFile(name, text) for name, text in texts.items())


def over(texts: dict[str, str], strategy: str = "FILE", **config: Any) -> NewTask:
    """A task with REDUCE over these files."""
    config = {"aggregation": "REDUCE"} | config
    return NewTask(instruction="Look.", strategy=strategy, files=files(texts), config=NewTaskConfig(**config))


async def answer_of(database: Database, task_id: str) -> dict[str, Any]:
    """A task's answer, and how it came."""
    return (await cypher(database, ANSWER, id=task_id))[0]


async def refresh(services: Services, database: Database, owner: str, new: Refresh) -> dict[str, Any]:
    """Refresh a task and wait; its answer, and the dry run that was made before."""
    foreseen = (await services.backend.refreshing.refresh_task(owner, replaced(new, dry_run=True))).foreseen
    assert foreseen is not None
    task_id = (await services.backend.refreshing.refresh_task(owner, new)).task_id
    assert task_id is not None
    await finished(database, task_id)
    return await answer_of(database, task_id) | {"task": task_id, "foreseen": foreseen}


def replaced(new: Refresh, **more: Any) -> Refresh:
    """The same wish with something else."""
    return Refresh(**{name: getattr(new, name) for name in Refresh.__dataclass_fields__} | more)


def expect(found: dict[str, Any], calls: int) -> None:
    """So many calls were made, and foreseen."""
    assert (found["status"], found["calls"]) == ("SUCCEEDED", calls)
    assert (found["foreseen"].calls, found["foreseen"].reused, found["foreseen"].is_exact) == (
        calls,
        found["reused"],
        True,
    )


TEXTS = {f"f{i}.txt": f"File {i} says {i * i}." for i in range(30)}


async def test_only_changed_files_and_what_is_above_them_are_asked(services: Services, database: Database) -> None:
    """The answer is that of a run from nothing; the branch moves to it."""
    first = await run_task(services, database, "rf-1", over(TEXTS))
    was = await answer_of(database, first)
    assert was["calls"] > 31
    newer = TEXTS | {"f7.txt": "File 7 says something else."}
    found = await refresh(services, database, "rf-1", Refresh(first, files=files({"f7.txt": newer["f7.txt"]})))
    anew = await answer_of(database, await run_task(services, database, "rf-1", over(newer)))
    assert found["text"] == anew["text"] != was["text"]
    assert found["calls"] + found["reused"] == anew["calls"]
    assert found["isHead"]
    depth = found["calls"] - 1
    assert 2 <= depth <= 5
    expect(found, 1 + depth)
    usd = found["foreseen"].cost_usd
    assert usd is not None
    assert usd > 0


async def test_nothing_changed_asks_nothing(services: Services, database: Database) -> None:
    """Nor is anything said that was not."""
    first = await run_task(services, database, "rf-2", over(TEXTS))
    found = await refresh(services, database, "rf-2", Refresh(first, files=files(TEXTS), whole=True))
    expect(found, 0)
    assert found["text"] == (await answer_of(database, first))["text"]


async def test_files_are_added_and_removed(services: Services, database: Database) -> None:
    """A new file is asked about, one that is gone is left out; the answer is that of a run from nothing."""
    first = await run_task(services, database, "rf-3", over(TEXTS))
    newer = {name: text for name, text in TEXTS.items() if name != "f3.txt"} | {"new.txt": "A new one."}
    new = Refresh(first, files=files({"new.txt": "A new one."}), removed=("f3.txt",))
    found = await refresh(services, database, "rf-3", new)
    anew = await answer_of(database, await run_task(services, database, "rf-3", over(newer)))
    assert (found["text"], found["calls"] + found["reused"]) == (anew["text"], anew["calls"])
    expect(found, found["calls"])
    assert found["calls"] < 15
    whole = await refresh(services, database, "rf-3", Refresh(first, files=files(newer), whole=True))
    assert (whole["calls"], whole["text"]) == (0, found["text"])


async def test_documents_say_what_is_newer(services: Services, database: Database) -> None:
    """Without any input the newest versions are read."""
    first = await run_task(services, database, "rf-4", over({"a.txt": "A", "b.txt": "B"}))
    place = (await answer_of(database, first))["place"]
    await services.backend.tasks.add_document_version("rf-4", NewVersion(place, NewFile("a.txt", "A2")))
    expect(await refresh(services, database, "rf-4", Refresh(first)), 2)
    expect(await refresh(services, database, "rf-4", Refresh(first)), 0)


def sentences(count: int, edited: Sequence[int] = ()) -> str:
    """A long text; some of its sentences are other ones."""
    said = (f"Sentence {i} is {'edited and longer than before' if i in edited else 'as it was'}." for i in range(count))
    return "\n\n".join(said)


async def test_a_text_is_asked_about_where_it_was_edited(services: Services, database: Database) -> None:
    """Parts that still occur word for word stay the parts they were, also where others before them grew."""
    new = NewTask(instruction="Look.", strategy="CHUNK", text=sentences(100), config=NewTaskConfig(chunk_tokens=100))
    first = await run_task(services, database, "rf-5", new)
    was = await answer_of(database, first)
    found = await refresh(services, database, "rf-5", Refresh(first, text=sentences(100, range(50, 60))))
    assert found["calls"] <= 4 < was["calls"]
    expect(found, found["calls"])
    again = await refresh(services, database, "rf-5", Refresh(found["task"], text=sentences(100)))
    assert again["calls"] == 0 or again["calls"] <= 4
    expect(again, again["calls"])


LOG = """Traceback (most recent call last):
  File "a.py", line {line}, in {name}
    x()
{error}Error: it went wrong
"""


async def test_new_errors_alone_are_asked_about(services: Services, database: Database) -> None:
    """One that occurs more often now is known."""
    one, two = LOG.format(line=1, name="f", error="Key"), LOG.format(line=2, name="g", error="Value")
    third = LOG.format(line=3, name="h", error="Type")
    first = await run_task(services, database, "rf-6", NewTask(strategy="ERROR", files=files({"log": one + two})))
    assert (await answer_of(database, first))["calls"] == 3
    newer = files({"log": third + one + two + one})
    found = await refresh(services, database, "rf-6", Refresh(first, files=newer))
    expect(found, 2)


async def test_a_plan_runs_the_steps_whose_input_changed(services: Services, database: Database) -> None:
    """The plan is the same; a step that reads nothing is not asked again."""
    plan = {
        "steps": [
            {"id": "a", "prompt": "About: {{input}}"},
            {"id": "b", "prompt": "Of nothing."},
            {"id": "c", "prompt": "Both: {{steps.a}} {{steps.b}}"},
        ],
        "answer": ["c"],
    }
    new = NewTask(instruction="Look.", plan=plan, files=files({"a.txt": "A"}))
    first = await run_task(services, database, "rf-7", new)
    found = await refresh(services, database, "rf-7", Refresh(first, files=files({"a.txt": "A2"})))
    expect(found, 2)
    assert found["reused"] == 1


async def test_a_prompt_with_its_file_is_asked_anew(services: Services, database: Database) -> None:
    """Of a task of one prompt: it stands beside the one before, and the branch goes on from its answer."""
    new = NewTask(instruction="Look.", strategy="NONE", files=files({"a.txt": "A", "b.txt": "B"}))
    first = await run_task(services, database, "rf-8", new)
    found = await refresh(services, database, "rf-8", Refresh(first, files=files({"a.txt": "A2"})))
    expect(found, 1)
    assert found["isHead"]
    again = await refresh(services, database, "rf-8", Refresh(first, files=files({"a.txt": "A2"})))
    expect(again, 0)
    assert again["text"] == found["text"]


async def test_two_files_with_one_text_keep_their_names(services: Services, database: Database) -> None:
    """In a prompt that has its files in it, as in a run from nothing."""
    new = NewTask(instruction="Look.", strategy="NONE", files=files({"a.txt": "A", "b.txt": "B"}))
    first = await run_task(services, database, "rf-11", new)
    same = {"a.txt": "Same", "b.txt": "Same"}
    found = await refresh(services, database, "rf-11", Refresh(first, files=files(same)))
    anew = NewTask(instruction="Look.", strategy="NONE", files=files(same))
    assert found["text"] == (await answer_of(database, await run_task(services, database, "rf-11", anew)))["text"]


async def test_equal_files_are_asked_about_once(services: Services, database: Database) -> None:
    """Also where they come at once; the prompt above uses their answer once."""
    first = await run_task(services, database, "rf-12", over({"a.txt": "A", "b.txt": "B"}))
    newer = (NewFile("c.txt", "C"), NewFile("c.txt", "C"), *files({"a.txt": "A", "b.txt": "B"}))
    expect(await refresh(services, database, "rf-12", Refresh(first, files=newer, whole=True)), 2)


async def test_a_renamed_file_is_asked_about_where_its_name_is_said(services: Services, database: Database) -> None:
    """The prompt has the file's name in it, so it is another."""
    first = await run_task(services, database, "rf-9", over({"a.txt": "A", "b.txt": "B"}, aggregation="CONCAT"))
    renamed = files({"c.txt": "A", "b.txt": "B"})
    expect(await refresh(services, database, "rf-9", Refresh(first, files=renamed, whole=True)), 1)


async def test_what_cannot_be_refreshed_is_refused(services: Services, database: Database) -> None:
    """With the field; and the same key makes the same task."""
    again = services.backend.refreshing.refresh_task
    with pytest.raises(NotFound):
        await again("rf-10", Refresh("0" * 36))
    first = await run_task(services, database, "rf-10", over({"a.txt": "A", "b.txt": "B"}))
    with pytest.raises(NotFound):
        await again("eve", Refresh(first))
    with pytest.raises(InvalidInput) as wrong:
        await again("rf-10", Refresh(first, removed=("x",)))
    assert wrong.value.field == "input.removed"
    with pytest.raises(InvalidInput):
        await again("rf-10", Refresh(first, removed=("a.txt", "b.txt")))
    new = Refresh(first, files=files({"a.txt": "A2"}), idempotency_key="k")
    made = await again("rf-10", new)
    assert made == await again("rf-10", new)
    with pytest.raises(Conflict):
        await again("rf-10", replaced(new, removed=("b.txt",)))
    assert made.task_id is not None
    await finished(database, made.task_id)
    plain = await run_task(services, database, "rf-10", NewTask(instruction="Only a prompt."))
    with pytest.raises(InvalidInput):
        await again("rf-10", Refresh(plain))
