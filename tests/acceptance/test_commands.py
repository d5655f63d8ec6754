"""The real command, as a process of its own, against a running service whose answers come from `echo`."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.app import create_app
from service.commands.client import Client, nodes_of
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.commands import antiphon, ask, begin
from tests.support.front import MakeConfig

ROOT = Path(__file__).parents[2]
SLOW = """
defaults: {model: echo/echo}
providers:
  slow:
    protocol: echo
    options: {delay_ms: 20000}
    models: {slow: {family: echo, context_window: 100000, max_output_tokens: 1000}}
"""


@pytest.fixture(scope="module")
async def url(connection: Connection, make_config: MakeConfig) -> AsyncIterator[str]:
    """A running service, with one model that takes its time."""
    config = make_config(SLOW)
    async with serving(create_app(config, connection=connection), config, port=0) as address:
        yield address


async def running(url: str, title: str) -> None:
    """Wait until a task of that title runs."""
    async with Client(url) as client, asyncio.timeout(60):
        while not any(it["title"] == title for it in nodes_of(await client.execute("Tasks", status=["RUNNING"]))):
            await asyncio.sleep(0.1)


async def test_ask_prints_the_answer_and_the_conversation(url: str) -> None:
    """The answer alone on standard output, without control characters; the id on standard error."""
    answer, conversation = await ask(url, "Is anybody there?")
    assert answer == "Is anybody there?\n"
    assert len(conversation) == 36


async def test_ask_reads_standard_input(url: str) -> None:
    """`-` is what is piped in."""
    assert (await antiphon(url, "ask", "-", said="Piped.")).out == "Piped.\n"


async def test_what_is_piped_in_is_added_to_the_prompt(url: str) -> None:
    """Below it; without a prompt it is the prompt."""
    ran = await antiphon(url, "ask", "Summarize.", said="one\ntwo\n")
    assert ran.out == "Summarize.\n\n<material>\none\ntwo\n</material>\n"
    assert "with 2 lines of standard input" in ran.err
    assert (await antiphon(url, "ask", said="Piped.")).out == "Piped.\n"
    assert "Piped." in (await antiphon(url, "run", "-i", "Repeat.", said="Piped.")).out


async def test_standard_input_may_be_one_of_the_files(url: str, tmp_path: Path) -> None:
    """In its place, in whatever encoding."""
    (tmp_path / "a.txt").write_text("text of a")
    options = ("run", "-s", "file", "-i", "Repeat.", "--json")
    ran = await antiphon(url, *options, "-", str(tmp_path / "a.txt"), said="piped text")
    first, second = nodes_of(json.loads(ran.out)["subtasks"])
    assert first["title"] == "stdin"
    assert "piped text" in first["response"]["content"]
    assert "text of a" in second["response"]["content"]


async def test_ask_goes_on_with_the_last_conversation(url: str) -> None:
    """Whichever something was added to last; also by the beginning of its id."""
    _, first = await ask(url, "First of two.")
    _, second = await ask(url, "Second of two.")
    await ask(url, "More for the first.", "-c", first)
    assert (await ask(url, "And more.", "-c"))[1] == first
    assert (await ask(url, "For the second.", "-c", second[:35]))[1] == second


async def test_ask_goes_on_with_a_conversation(url: str) -> None:
    """Both turns are in its tree, in order."""
    _, conversation = await ask(url, "First turn.")
    await ask(url, "Second turn.", "--conversation", conversation)
    tree = (await antiphon(url, "history", conversation)).out
    assert tree.index("First turn.") < tree.index("Second turn.")
    assert "\x1b" not in tree


async def test_run_reads_files_and_prints_json(url: str, tmp_path: Path) -> None:
    """One object on standard output; the subtasks are named after the files."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"text of {name}")
    files = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    ran = await antiphon(url, "run", "-s", "file", "-i", "Repeat.", "--json", *files)
    task = json.loads(ran.out)
    assert ran.code == 0
    assert task["taskStatus"] == "SUCCEEDED"
    assert "text of a.txt" in task["answer"]["content"]
    assert task["progress"]["succeeded"] == 2


async def test_retry_goes_on_where_a_budget_ended(url: str, tmp_path: Path) -> None:
    """A budget of one token allows one call; a retry has nothing left, or what it is given, until all is done."""
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(f"text of {name}")
    files = [str(tmp_path / name) for name in ("a.txt", "b.txt", "c.txt")]
    options = ("-s", "file", "-i", "Repeat.", "-p", "1", "--budget-tokens", "1", "--json")
    ran = await antiphon(url, "run", *options, *files)
    task = json.loads(ran.out)
    assert (ran.code, task["taskStatus"], task["errorCode"]) == (3, "PARTIAL", "BUDGET_EXCEEDED")
    left = json.loads((await antiphon(url, "retry", task["id"], "--json")).out)
    assert (left["taskStatus"], left["errorCode"]) == ("PARTIAL", "BUDGET_EXCEEDED")
    more = ("--budget-tokens", "1", "--json")
    codes = [(await antiphon(url, "retry", task["id"], *more)).code for _ in range(2)]
    assert codes == [3, 0]
    again = await antiphon(url, "retry", task["id"])
    assert "nothing to retry" in again.err
    assert (await antiphon(url, "cancel", task["id"])).out.split() == ["SUCCEEDED", "3/3"]


async def test_task_shows_what_became_of_it(url: str, tmp_path: Path) -> None:
    """Its state and its subtasks; also in the conversation's tree."""
    (tmp_path / "a.txt").write_text("some text")
    ran = await antiphon(url, "run", "-s", "file", "-i", "Repeat.", str(tmp_path / "a.txt"))
    words = ran.err.split()
    shown = (await antiphon(url, "task", words[words.index("task") + 1])).out
    assert "SUCCEEDED  FILE  1/1" in shown
    assert "FILE SUCCEEDED" in (await antiphon(url, "history", words[words.index("task") + 1])).out


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"\x00\xff\x00", "binary")])
async def test_run_says_why_a_file_is_refused(url: str, tmp_path: Path, content: bytes, reason: str) -> None:
    """On one line."""
    (tmp_path / "file.dat").write_bytes(content)
    ran = await antiphon(url, "run", "-s", "file", "-i", "Repeat.", str(tmp_path / "file.dat"))
    assert ran.code == 2
    assert reason in ran.err
    assert ran.err.splitlines()[-1].startswith("error: ")


async def test_history_says_why_a_task_failed_and_its_id(url: str) -> None:
    """By which `task` and `retry` name it; the words of a failed prompt have nowhere else to stand."""
    ran = await antiphon(url, "run", "-i", "Repeat.", "-a", "merge", "-s", "chunk", "-", said="no object")
    words = ran.err.split()
    assert ran.code == 1
    place = words.index("conversation")
    tree = (await antiphon(url, "history", words[place + 1])).out
    assert f"CHUNK FAILED  task {words[place - 2]}" in tree
    assert "error The answer is not JSON" in tree


async def test_ctrl_c_cancels_the_task(url: str) -> None:
    """The task ends as CANCELLED within seconds, and the exit code says so."""
    process = await begin(url, "run", "-m", "slow/slow", "-i", "Wait.", "--json", "-")
    assert process.stdin is not None
    process.stdin.write(b"some text")
    process.stdin.close()
    await running(url, "Wait.")
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 130, err
    assert json.loads(out)["taskStatus"] == "CANCELLED"


async def test_what_is_not_there_is_said_on_one_line(url: str) -> None:
    """For a task and for a conversation."""
    for command in ("task", "history"):
        ran = await antiphon(url, command, "no-such-id")
        assert ran.code == 1
        assert ran.err.startswith("error: There is no")


async def test_usage_is_a_table_or_json(url: str, tmp_path: Path) -> None:
    """A conversation's calls by any dimension; a task's own figures stand with it."""
    (tmp_path / "a.txt").write_text("some text")
    ran = await antiphon(url, "run", "-s", "file", "-i", "Repeat.", "--json", str(tmp_path / "a.txt"))
    task = json.loads(ran.out)
    options = ("usage", "--conversation", task["conversation"]["id"], "--since", task["createdAt"])
    table = (await antiphon(url, *options, "--by", "task-type")).out
    assert table.splitlines()[0].startswith("task-type")
    assert table.splitlines()[1].startswith("prompt")
    (row,) = json.loads((await antiphon(url, *options, "--by", "outcome", "--json")).out)
    assert (row["key"], row["attempts"]) == ("SUCCEEDED", 1)
    assert "1 call: 1 succeeded, 0 failed" in (await antiphon(url, "task", task["id"])).out


async def test_plans_are_followed_and_listed(url: str, tmp_path: Path) -> None:
    """From a file, and by the name of a kept one; the list says how often that was."""
    plan, ann, name = {"steps": [{"id": "greet", "prompt": "Greet {{input}}"}]}, tmp_path / "ann.txt", "a greeting"
    ann.write_text("Ann")
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    async with Client(url) as client:
        await client.execute("SaveStrategy", input={"name": name, "plan": plan})
    for option in (["--plan", str(tmp_path / "plan.json")], ["--saved", name, "-s", "dynamic"]):
        ran = await antiphon(url, "run", *option, str(ann))
        assert (ran.code, ran.out) == (0, "Greet Ann\n")
    listed = json.loads((await antiphon(url, "strategies", "--json")).out)
    assert [(it["useCount"], it["successRate"]) for it in listed if it["name"] == name] == [(1, 1.0)]
    assert name in (await antiphon(url, "strategies")).out


@pytest.mark.parametrize(
    ("text", "words"), [("{", "is not JSON"), ("[]", "no JSON object"), ('{"steps": []}', "should be non-empty")]
)
async def test_a_plan_that_is_none_is_refused(url: str, tmp_path: Path, text: str, words: str) -> None:
    """On one line, with the reason."""
    (tmp_path / "plan.json").write_text(text)
    ran = await antiphon(url, "run", "-i", "Look.", "--plan", str(tmp_path / "plan.json"), str(tmp_path / "plan.json"))
    assert ran.code != 0
    assert words in ran.err


async def test_lists_are_printed(url: str) -> None:
    """Conversations and models."""
    await ask(url, "For the list.")
    _, conversation = await ask(url, "For the list. " * 12)
    listed = (await antiphon(url, "conversations")).out.splitlines()
    assert any(line.startswith(conversation) and "For the list. For the list." in line for line in listed), listed
    assert "echo/echo" in (await antiphon(url, "models")).out


async def test_show_prints_what_an_id_names(url: str, tmp_path: Path) -> None:
    """The text alone on standard output, whole; what it is beside it. A task's answer names its files."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"text of {name} " * 30)
    files = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    task = json.loads((await antiphon(url, "run", "-s", "file", "-i", "Repeat.", "--json", *files)).out)
    first = nodes_of(task["subtasks"])[0]
    assert task["answer"]["content"].startswith("## ")
    assert task["answer"]["content"].count("\n## ") == 1
    source = nodes_of(task["sources"])[0]["id"]
    for id, text in ((task["answer"]["id"], task["answer"]["content"]), (source, "text of a.txt " * 30)):
        assert (await antiphon(url, "show", id)).out == text + "\n"
    shown = await antiphon(url, "show", first["id"])
    assert (shown.out, shown.err.split()[:2]) == (first["response"]["content"] + "\n", ["subtask", first["id"]])
    assert (await antiphon(url, "show", task["id"])).out == task["answer"]["content"] + "\n"
    kept = json.loads((await antiphon(url, "show", task["conversation"]["id"], "--json")).out)
    assert kept["messages"][-1]["id"] == task["answer"]["id"]
    assert "There is nothing" in (await antiphon(url, "show", "no-such-id")).err


async def test_a_conversation_is_renamed_and_read_as_json(url: str) -> None:
    """By its id or as the last one; its messages know what they follow."""
    said = json.loads((await antiphon(url, "ask", "To be renamed.", "--json")).out)
    assert said["answer"]["content"] == "To be renamed."
    assert (await antiphon(url, "rename", "last", "Another title")).out.split()[1:] == ["Another", "title"]
    told = json.loads((await antiphon(url, "history", said["conversation"]["id"], "--json")).out)
    prompt, answer = told["messages"]
    assert told["title"] == "Another title"
    assert answer["parents"] == [prompt["id"]]
    assert answer["id"] in (await antiphon(url, "history", "last", "--ids")).out
    wrong = await antiphon(url, "rename", said["conversation"]["id"], " ")
    assert wrong.code == 2


async def test_a_message_is_said_otherwise_and_answered_again(url: str) -> None:
    """`edit --ask` prints the answer, `regenerate` one under each model; a branch that is not there is named."""
    _, conversation = await ask(url, "Who is there?")
    async with Client(url) as client:
        prompt = nodes_of((await client.execute("Messages", conversationId=conversation))["messages"])[0]["id"]
    edited = await antiphon(url, "edit", conversation, prompt, "Who is here?", "--ask", "--new-branch", "here")
    assert (edited.code, edited.out) == (0, "Who is here?\n")
    again = await antiphon(url, "regenerate", conversation, "-n", "2")
    assert again.out == "echo/echo\nWho is there?\n\necho/echo\nWho is there?\n"
    answer, _ = await ask(url, "And?", "-c", conversation, "--branch", "here", "--when-busy", "wait")
    assert answer == "And?\n"
    assert "nowhere" in (await antiphon(url, "ask", "-c", conversation, "x", "--branch", "nowhere")).err
