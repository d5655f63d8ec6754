"""Exports over HTTP: from the mutation to the file, and who may fetch it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import httpx
import pytest

from service.conversations.transfer.tickets import Ticket, Wish
from tests.acceptance.test_branch_operations import finished
from tests.support.front import Service, nodes

Json = dict[str, Any]

WEATHER = {"name": "get_weather", "description": "The weather.", "parameters": {"type": "object", "properties": {}}}
HOSTILE = "<script>alert(1)</script>\n```\n# not a heading\n\x1b[31mred\r=cmd|' /C calc'!A0"
ALL = ("markdown", "html", "openai", "sharegpt", "chatgpt", "librechat", "openwebui")


class Scene:
    """A conversation with branches, a call, a merge, and things said of messages."""

    id: str
    prompts: list[str]
    answers: list[str]


async def say(service: Service, scene: Scene, content: str | None, **more: Any) -> None:
    """Send a prompt in the conversation and wait for its answer."""
    said: Json = {"conversationId": scene.id} | ({"content": content} if content else {})
    sent = (await service.ask("SendPrompt", input=said | more))["sendPrompt"]
    await finished(service, sent["task"]["id"])
    task = (await service.ask("Task", id=sent["task"]["id"]))["task"]
    scene.prompts.append(task["prompt"]["id"])
    scene.answers.append(task["answer"]["id"])


@pytest.fixture(scope="module")
async def scene(guarded: Service) -> Scene:
    """What is exported here."""
    made, new = Scene(), {"title": "Tea & <b>cake</b> \u202e/../x", "systemPrompt": {"content": "Be brief."}}
    made.id = (await guarded.ask("CreateConversation", input=new))["createConversation"]["conversation"]["id"]
    made.prompts, made.answers = [], []
    await say(guarded, made, HOSTILE)
    await say(guarded, made, 'Look.\ncall get_weather {"city": "Oslo"}', config={"tools": [WEATHER]})
    messages = (await guarded.ask("Messages", conversationId=made.id))["conversation"]["messages"]
    call = nodes(messages)[-1]["toolCalls"][0]["toolCallId"]
    await say(guarded, made, None, toolResults=[{"toolCallId": call, "content": "rain"}], config={"tools": [WEATHER]})
    side = {"conversationId": made.id, "name": "side", "messageId": made.answers[0]}
    branch = (await guarded.ask("CreateBranch", input=side))["createBranch"]["branch"]["id"]
    await say(guarded, made, "Beside.", branch=branch)
    found = nodes((await guarded.ask("Branches", conversationId=made.id))["conversation"]["branches"])
    main = next(it["id"] for it in found if it["isDefault"])
    merge = {"into": main, "from": [branch], "instruction": "Both?"}
    sent = (await guarded.ask("MergeBranches", input=merge))["mergeBranches"]
    await finished(guarded, sent["task"]["id"])
    await guarded.ask("PinMessage", input={"messageId": made.answers[0]})
    said = {"messageId": made.answers[0], "rating": -1, "comment": "Not <i>so</i>."}
    await guarded.ask("Annotate", input=said)
    return made


async def exported(service: Service, scene: Scene, kind: str, **more: Any) -> Json:
    """What the mutation says of a file."""
    wish = {"conversationId": scene.id, "format": kind.upper()} | more
    return (await service.ask("ExportConversation", input=wish))["exportConversation"]["export"]


async def fetched(service: Service, scene: Scene, kind: str, **more: Any) -> httpx.Response:
    """The file, by its address alone."""
    made = await exported(service, scene, kind, **more)
    async with httpx.AsyncClient(base_url=service.url, timeout=60) as anybody:
        response = await anybody.get(made["url"])
    assert response.status_code == 200, response.text
    return response


async def test_a_page_of_html_holds_all_and_runs_nothing(guarded: Service, scene: Scene) -> None:
    """It is saved and never shown, whatever its title is."""
    response = await fetched(guarded, scene, "html")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(
        r'attachment; filename="[a-z0-9-]+\.html"; filename\*=UTF-8\'\'tea-b-cake-b-x-[0-9a-f]{8}\.html',
        response.headers["content-disposition"],
    )
    assert "sandbox" in response.headers["content-security-policy"]
    assert "<script" not in response.text
    for said in ("&lt;script&gt;", "Be brief.", "rain", "Beside.", "Both?", "get_weather", "Not &lt;i&gt;so"):
        assert said in response.text
    assert response.text.count("<article") == 11


async def test_markdown_tells_each_message_once(guarded: Service, scene: Scene) -> None:
    """Branch by branch, word for word."""
    text = (await fetched(guarded, scene, "markdown")).content.decode()
    quoted = "> " + HOSTILE.replace("\n", "\n> ").replace("\r", "\r> ") + "\n"
    assert text.count(quoted) == 2  # asked, and echoed
    assert len(re.findall(r"^### \d+ ", text, re.M)) == 10
    assert re.search(r"^Joins \d+ and \d+\.$", text, re.M)
    assert "pinned" in text


async def test_a_line_of_openai_is_whole(guarded: Service, scene: Scene) -> None:
    """Roles take turns, the call has its result and its tool is described; the other branch is a line of its own."""
    lines = [json.loads(line) for line in (await fetched(guarded, scene, "openai")).text.splitlines()]
    assert len(lines) == 2
    roles = [message["role"] for message in lines[0]["messages"]]
    assert roles[:6] == ["system", "user", "assistant", "user", "assistant", "tool"]
    assert lines[0]["tools"][0]["function"] == WEATHER
    assert lines[0]["messages"][1]["content"] == HOSTILE
    sharegpt = (await fetched(guarded, scene, "sharegpt")).json()
    assert [turn["from"] for turn in sharegpt[0]["conversations"]][:5] == [
        *("human", "gpt", "human", "function_call", "observation")
    ]
    assert [record["system"] for record in sharegpt] == ["Be brief."] * 2


@pytest.mark.parametrize("kind", ["chatgpt", "openwebui", "librechat"])
async def test_a_tree_hangs_together(guarded: Service, scene: Scene, kind: str) -> None:
    """Each message is below one that came before it, and the current one is the newest of the default branch."""
    said = (await fetched(guarded, scene, kind)).json()
    made = said["messages"] if kind == "librechat" else said[0]
    if kind == "librechat":
        known = {"00000000-0000-0000-0000-000000000000"}
        for message in made:
            assert message["parentMessageId"] in known
            known.add(message["messageId"])
        assert len(made) == 10
        return
    tree: Json = made["mapping"] if kind == "chatgpt" else made["chat"]["history"]["messages"]
    up, down = ("parent", "children") if kind == "chatgpt" else ("parentId", "childrenIds")
    for id, node in tree.items():
        assert all(tree[child][up] == id for child in node[down])
        assert node[up] is None or id in tree[node[up]][down]
    current = made["current_node"] if kind == "chatgpt" else made["chat"]["history"]["currentId"]
    assert not tree[current][down]


async def test_one_path_is_exported(guarded: Service, scene: Scene) -> None:
    """Of a branch by its name, and up to a message; what is not on it is not there."""
    named = (await fetched(guarded, scene, "markdown", path={"branchName": "side"})).text
    assert "Beside." in named
    assert "Both?" not in named
    short = await fetched(guarded, scene, "chatgpt", path={"messageId": scene.answers[0]})
    assert len(short.json()[0]["mapping"]) == 4
    assert short.json()[0]["mapping"][scene.answers[0]]["children"] == []


async def test_all_of_an_owners_are_one_file(guarded: Service, scene: Scene) -> None:
    """A zip of pages, and a list."""
    made = (await guarded.ask("ExportConversations", input={"format": "HTML"}))["exportConversations"]["export"]
    assert (made["fileName"], made["mediaType"]) == ("conversations-html.zip", "application/zip")
    archive = zipfile.ZipFile(io.BytesIO((await guarded.http.get(made["url"])).content))
    assert archive.testzip() is None
    assert any(name.startswith("tea-b-cake") for name in archive.namelist())
    assert "notices.txt" in archive.namelist()
    wish = {"format": "CHATGPT", "conversationIds": [scene.id]}
    some = (await guarded.ask("ExportConversations", input=wish))["exportConversations"]["export"]
    assert [it["id"] for it in (await guarded.http.get(some["url"])).json()] == [scene.id]


async def test_anothers_conversation_answers_as_a_missing_one(guarded: Service, scene: Scene) -> None:
    """For the mutation, for an address of another's, and for one that was made up."""
    made = await exported(guarded, scene, "html")
    bob = {"authorization": "Bearer token-of-bob"}
    async with httpx.AsyncClient(base_url=guarded.url, headers=bob) as http:
        stranger = Service(guarded.url, guarded.app, http)
        text = """mutation($input: ExportConversationInput!) { exportConversation(input: $input) { export { url } } }"""
        wishes = [{"conversationId": id, "format": "HTML"} for id in (scene.id, "nothing")]
        answers = [await stranger.post(text, input=wish) for wish in wishes]
        assert answers[0] == answers[1]
        assert answers[0]["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        path = {"conversationId": scene.id, "format": "HTML", "path": {"branchName": "side"}}
        assert (await stranger.post(text, input=path))["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        assert (await http.get(made["url"])).status_code == 404
        own = (await stranger.ask("ExportConversations", input={"format": "OPENWEBUI"}))["exportConversations"]
        assert scene.id not in (await http.get(own["export"]["url"])).text


async def test_an_address_is_good_as_it_is_and_for_some_minutes(guarded: Service, scene: Scene) -> None:
    """A changed one, a strange one and one that is over are not; with its owner's key it needs no signature."""
    url: str = (await exported(guarded, scene, "markdown"))["url"]
    unsigned = url.rpartition(".")[0] + ".AAAA"
    over = guarded.services.backend.exporting.tickets.issue(Ticket("ann", Wish("markdown", (scene.id,)), 1))
    async with httpx.AsyncClient(base_url=guarded.url) as anybody:
        statuses = [
            (await anybody.get(it)).status_code for it in (unsigned, url + "x", "/exports/a.b", f"/exports/{over}")
        ]
        head = await anybody.head(url)
    assert statuses == [404, 404, 404, 410]
    assert (head.status_code, head.content) == (200, b"")
    assert (await guarded.http.get(unsigned)).status_code == 200


async def test_first_prompts_and_titles_of_any_kind(guarded: Service) -> None:
    """Two beginnings are both there; a name may be of any script."""
    made = Scene()
    new = {"title": "我的信息"}
    made.id = (await guarded.ask("CreateConversation", input=new))["createConversation"]["conversation"]["id"]
    made.prompts, made.answers = [], []
    await say(guarded, made, "One.")
    await guarded.ask("ReviseMessage", input={"messageId": made.prompts[0], "content": "Two."})
    response = await fetched(guarded, made, "chatgpt")
    assert "filename*=UTF-8''%E6%88%91%E7%9A%84" in response.headers["content-disposition"]
    assert re.search(r'filename="conversation-[0-9a-f]{8}\.json"', response.headers["content-disposition"])
    (chatgpt,) = response.json()
    assert len(chatgpt["mapping"]["client-created-root"]["children"]) == 2
    (openwebui,) = (await fetched(guarded, made, "openwebui")).json()
    roots = [it for it in openwebui["chat"]["history"]["messages"].values() if it["parentId"] is None]
    assert [it["content"] for it in roots] == ["One.", "Two."]


async def test_an_empty_conversation_is_a_file(guarded: Service) -> None:
    """In every format."""
    made = Scene()
    made.id = (await guarded.ask("CreateConversation", input={}))["createConversation"]["conversation"]["id"]
    for kind in ALL:
        response = await fetched(guarded, made, kind)
        assert response.status_code == 200
        assert kind != "chatgpt" or response.json()[0]["current_node"] == "client-created-root"


async def test_every_format_is_in_the_contract() -> None:
    """Under the same name."""
    from service.api.graphql.exports import ExportFormat
    from service.commands.exporting import FORMATS
    from service.conversations.transfer.whole_graphs import GRAPHS
    from service.conversations.transfer.writers import EXPORTS

    assert tuple(it.value for it in ExportFormat) == (*EXPORTS, *GRAPHS) == FORMATS
    assert [it.name.lower() for it in ExportFormat] == list(FORMATS)
    assert tuple(EXPORTS) == ALL
