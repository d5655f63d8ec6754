"""Canaries: conversations with a random text in each place where a text can be, written as a client writes them.

Owns what is planted, and which deletion each text goes with. The model says what a prompt tells it to, between `@@`.
Words are longer than what Neo4j packs into a few bits a letter, so that a file that holds one can be seen to.
"""

from __future__ import annotations

import json
import random
import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from service.commands.client import Client
from service.graph.database import Database
from service.records import TaskStatus
from tests.support.scripted_provider import Json, openai_delta, openai_stream
from tests.support.services import cypher, finished

WORD = re.compile(r"zq[0-9a-f]{44}")
_TOLD = re.compile(r"@@([^@]+)@@")
_PLACES = """
MATCH (t:Task {id: $id})
RETURN t.conversationId AS conversation, head(COLLECT { MATCH (t)-[:ASKED]->(p) RETURN p.id }) AS prompt,
  head(COLLECT { MATCH (t)-[:RESULTED_IN]->(r) RETURN r.id }) AS answer,
  COLLECT { MATCH (t)-[reads:READS]->(s) RETURN s.id ORDER BY reads.index } AS sources,
  COLLECT { MATCH (t)-[:HAS_SUBTASK]->(s) WHERE s.error IS NOT NULL RETURN s.error } AS errors
"""
_ABOVE = """
MATCH (t:Task {id: $id})-[:SUMMARIZED]->(s:Summary)-[:ENDS_AT]->(last), (s)-[:BEGINS_AT]->(first)
CREATE (up:Summary {id: randomUUID(), ownerId: s.ownerId, conversationId: s.conversationId, content: $word, level: 2,
  kind: 'STRETCH', tokens: 1, messages: s.messages, coveredTokens: 1, createdAt: datetime()})
CREATE (up)-[:SUMMARIZES]->(s) CREATE (up)-[:ENDS_AT]->(last) CREATE (up)-[:BEGINS_AT]->(first)
CREATE (more:Summary {id: randomUUID(), ownerId: s.ownerId, conversationId: s.conversationId, content: $more, level: 3,
  kind: 'STRETCH', tokens: 1, messages: s.messages, coveredTokens: 1, createdAt: datetime()})
CREATE (more)-[:SUMMARIZES]->(up) CREATE (more)-[:ENDS_AT]->(last) CREATE (more)-[:BEGINS_AT]->(first)
RETURN up.id AS id
"""
_DRAFT = """
CREATE (:Draft {id: randomUUID(), ownerId: $owner, readings: 1, draftedAt: $at})-[:READS {index: 0, name: $name}]->
  (:Source {id: randomUUID(), ownerId: $owner, sha256: $sha, title: $title, mediaType: 'text/plain', bytes: 46,
    length: 46, text: $text, createdAt: datetime()})
"""


class Fate(StrEnum):
    """What may be deleted of a planted conversation."""

    WHOLE = "the conversation"
    BELOW = "its second prompt, with what is below"
    JOIN = "its second prompt alone"
    SIDE = "a prompt that goes into a merge"
    SOURCE = "a file's text"
    DOCUMENT = "a document"
    PLAN = "the text that a plan was made for"
    OWNER = "all that its owner has"


@dataclass
class Obedient:
    """A model that says what the newest prompt tells it to, a text after the other, the last for ever.

    What it summarizes it says again, as it does with what it compares.
    """

    said: Counter[str] = field(default_factory=Counter[str])

    def __call__(self, request: Json) -> Any:
        """What it says to a request."""
        text = "\n".join(str(message["content"]) for message in request["messages"])
        words = WORD.findall(text)
        if "List where they disagree" in text:
            sides = [{"side": n + 1, "says": words[-n - 1], "messages": [f"m{n + 1}"]} for n in range(2)]
            return openai_stream(json.dumps({"conflicts": [{"claim": words[-1], "sides": sides}]}))
        if "Nothing in it is said to you" in text:
            if "openQuestions" in text:
                facts = [{"text": word, "messages": ["m1"]} for word in words[:2]]
                return openai_stream(json.dumps({"decisions": [], "openQuestions": [], "facts": facts}))
            return openai_stream(" ".join(words[:3]) or "Nothing.")
        found = _TOLD.findall(text)
        if not found:
            return openai_stream("Yes.")
        told = json.loads(b64decode(found[-1]))
        says = told["says"][min(self.said[found[-1]], len(told["says"]) - 1)]
        self.said[found[-1]] += 1
        return _answer(says)


def _answer(says: Json) -> Any:
    if "status" in says:
        return says["status"], {"error": {"message": says["error"], "type": "x", "code": "x"}}
    if says.get("cut"):
        return [openai_delta(content=says["text"])]
    thought = [openai_delta(reasoning_content=says["thought"])] if "thought" in says else []
    return [*thought, *openai_stream(says.get("text", ""), [tuple(call) for call in says.get("calls", [])])]


def told(*says: Json) -> str:
    """What a prompt holds that makes the model say this."""
    return f"@@{b64encode(json.dumps({'says': says}).encode()).decode()}@@"


@dataclass
class Planted:
    """A conversation with canaries: `goes` says with which deletions each goes; `calls` are those deletions."""

    client: Client
    database: Database
    owner: str
    chance: random.Random
    goes: dict[str, set[Fate]] = field(default_factory=dict[str, set[Fate]])
    calls: dict[Fate, tuple[str, Json]] = field(default_factory=dict[Fate, tuple[str, Json]])
    id: str = ""
    first: Json = field(default_factory=dict[str, Any])
    second: Json = field(default_factory=dict[str, Any])

    def word(self, *fates: Fate) -> str:
        """A canary that goes with the conversation, and with these deletions."""
        word = f"zq{self.chance.randbytes(22).hex()}"
        self.goes[word] = {Fate.WHOLE, Fate.OWNER, *fates}
        return word

    async def ask(self, operation: str, **wish: Any) -> Json:
        """A mutation."""
        return await self.client.execute(operation, input=wish)

    async def send(self, content: str, wanted: TaskStatus = TaskStatus.SUCCEEDED, **wish: Any) -> Json:
        """A prompt that was answered, or failed: its places."""
        made = await self.ask("SendPrompt", content=content, conversationId=self.id, **wish)
        return await self.ended(made, wanted)

    async def ended(self, made: Json, wanted: TaskStatus = TaskStatus.SUCCEEDED) -> Json:
        """The places of a task, once it has ended."""
        id = made["task"]["id"]
        assert await finished(self.database, id) is wanted
        return {"task": id} | (await cypher(self.database, _PLACES, id=id))[0]

    async def plant(self) -> None:
        """Write it all."""
        word = self.word
        made = await self.ask(
            "CreateConversation",
            metadata={word(): [word()]},
            systemPrompt={"content": word()},
            idempotencyKey=word(),
        )
        self.id = made["conversation"]["id"]
        self.calls[Fate.WHOLE] = "DeleteConversation", {"conversationId": self.id}
        await self.ask("RenameConversation", conversationId=self.id, title=word(), idempotencyKey=word())
        self.first = await self.send(f"{word()} {told({'text': word()})}", parent={"root": True})
        await self._main()
        await self._sides()
        await self._files()
        await self._plans()

    async def _main(self) -> None:
        """Turn after turn: reasoning, opinions, tools, a repair, an error, a partial answer; and summaries of them."""

        def both() -> str:
            return self.word(Fate.BELOW, Fate.JOIN)

        def below() -> str:
            return self.word(Fate.BELOW)

        content = f"{both()} {told({'text': both(), 'thought': both()})}"
        self.second = await self.send(content, parent={"messageId": self.first["answer"]}, idempotencyKey=both())
        for fate, children in ((Fate.BELOW, "DELETE"), (Fate.JOIN, "JOIN")):
            self.calls[fate] = "DeleteMessage", {"messageId": self.second["prompt"], "children": children}
        await self.ask("Annotate", messageId=self.second["answer"], label=both(), comment=both(), annotator=both())
        await self.ask("Annotate", messageId=self.first["answer"], label=self.word(), comment=self.word())
        link = {"from": self.second["answer"], "to": self.first["prompt"]}
        await self.ask("LinkMessages", **link, kind=both(), note=both())
        gone = await self.ask("LinkMessages", **link, kind=both())
        await self.ask("UnlinkMessages", linkId=gone["linkEdge"]["node"]["id"], idempotencyKey=str(uuid4()))
        sent = {"of": {"responseId": self.second["answer"]}}
        instead = [{"messageId": self.first["prompt"], "content": both()}]
        await self.ended(await self.ask("Replay", **sent, instead=instead))
        await self.ask("ReviseMessage", messageId=self.second["prompt"], content=self.word(), newBranch=self.word())
        tool = {"name": below(), "description": below(), "parameters": {"type": "object", "title": below()}}
        calls = [["c1", tool["name"], json.dumps({"a": below()})]]
        content = f"{below()} {told({'calls': calls}, {'text': below()})}"
        third = await self.send(content, parent={"messageId": self.second["answer"]}, config={"tools": [tool]})
        result = [{"toolCallId": "c1", "content": below(), "isError": True}]
        made = await self.ask(
            "SendPrompt", conversationId=self.id, parent={"messageId": third["answer"]}, toolResults=result
        )
        fourth = await self.ended(made)
        schema = {"type": "object", "title": below(), "properties": {"a": {"type": "integer"}}, "required": ["a"]}
        says = [{"text": json.dumps({"a": below()})}, {"text": json.dumps({"a": 1, "b": below()})}]
        fifth = await self.send(
            f"{below()} {told(*says)}",
            parent={"messageId": fourth["answer"]},
            config={"responseFormat": {"jsonSchema": schema}},
        )
        once = {"retries": {"maxAttempts": 1}}
        above = {"messageId": fifth["answer"]}
        bad = [{"status": 400, "error": f"{below()} is wrong"}]
        await self.send(f"{below()} {told(*bad)}", TaskStatus.FAILED, parent=above, config=once)
        cut = told({"text": f"{below()} and", "cut": True})
        await self.send(f"{below()} {cut}", TaskStatus.FAILED, parent=above, config=once)
        await self._summaries(fifth["answer"], both)

    async def _summaries(self, upto: str, word: Callable[[], str]) -> None:
        places = {"conversationId": self.id, "toMessageId": upto}
        task = (await self.ended(await self.ask("SummarizeConversation", **places, instruction=word())))["task"]
        assert await cypher(self.database, _ABOVE, writes=True, id=task, word=word(), more=word())
        await self.ended(await self.ask("SummarizeConversation", **places, form="STRUCTURED", instruction=word()))

    async def _sides(self) -> None:
        """Two branches that disagree, and their merge."""
        branches = list[str]()
        for fates in ((Fate.SIDE,), ()):
            wish = {"conversationId": self.id, "messageId": self.first["answer"], "name": self.word()}
            branch = (await self.ask("CreateBranch", **wish))["branch"]["id"]
            await self.ask("RenameBranch", branchId=branch, name=self.word())
            turn = await self.send(f"{self.word(*fates)} {told({'text': self.word(*fates)})}", branch=branch)
            branches.append(branch)
            if fates:
                self.calls[Fate.SIDE] = "DeleteMessage", {"messageId": turn["prompt"], "children": "DELETE"}
        content = f"{self.word(Fate.SIDE)} {told({'text': self.word(Fate.SIDE)})}"
        merge = {"into": branches[1], "from": branches[:1], "instruction": content, "reconcile": True}
        await self.ended(await self.ask("MergeBranches", **merge))
        left = {"conversationId": self.id, "messageId": self.first["answer"], "name": self.word()}
        gone = (await self.ask("CreateBranch", **left))["branch"]["id"]
        await self.ask("DeleteBranch", branchId=gone, messages="KEEP")

    async def _files(self) -> None:
        """Two files that a task reads, and another version of the first."""
        fates = (Fate.SOURCE, Fate.DOCUMENT)
        name, other = f"{self.word(Fate.DOCUMENT)}.txt", f"{self.word(*fates)}.txt"
        texts = [f"{self.word(*fates)} {told({'text': self.word(*fates)})}" for _ in range(2)]
        files = [{"name": n, "content": {"text": text}} for n, text in zip((name, other), texts, strict=True)]
        # What a person asked for in the chat stays.
        wish = {"conversationId": self.id, "parent": {"root": True}, "instruction": self.word()}
        strategy = {"builtIn": "FILE"}
        task = await self.ended(await self.ask("CreateTask", **wish, strategy=strategy, input={"files": files}))
        self.calls[Fate.SOURCE] = "DeleteSource", {"sourceId": task["sources"][0]}
        newer = {"name": name, "content": {"text": self.word(Fate.DOCUMENT)}}
        made = await self.ask("AddDocumentVersion", conversationId=self.id, file=newer)
        self.calls[Fate.DOCUMENT] = "DeleteDocument", {"documentId": made["document"]["id"]}

    async def _plans(self) -> None:
        """A plan that a model makes, and one of the caller's, over texts of their own."""

        def word() -> str:
            return self.word(Fate.PLAN)

        step = {"id": "a", "title": word(), "prompt": f"{{{{input}}}} {word()} {told({'text': word()})}"}
        text = f"{word()} {told({'text': json.dumps({'steps': [step]})})}"
        wish = {"conversationId": self.id, "parent": {"root": True}, "input": {"text": text}}
        made = await self.ask("CreateTask", **wish, instruction=self.word(), strategy={"builtIn": "DYNAMIC"})
        task = await self.ended(made)
        self.calls[Fate.PLAN] = "DeleteSource", {"sourceId": task["sources"][0]}
        own = {"id": "a", "title": self.word(), "prompt": f"{self.word()} {told({'text': self.word()})}"}
        wish["input"] = {"text": self.word()}
        await self.ended(await self.ask("CreateTask", **wish, instruction="Go.", strategy={"plan": {"steps": [own]}}))

    async def link(self, other: Planted) -> None:
        """A link to another conversation, which goes with either end; and one that was taken back."""
        places = {"from": self.second["answer"], "to": other.first["prompt"]}
        words = [self.word(Fate.BELOW, Fate.JOIN) for _ in range(3)]
        other.goes |= {word: {Fate.WHOLE, Fate.OWNER} for word in words}
        gone = await self.ask("LinkMessages", **places, kind=words[0])
        await self.ask("UnlinkMessages", linkId=gone["linkEdge"]["node"]["id"], idempotencyKey=str(uuid4()))
        await self.ask("LinkMessages", **places, kind=words[1], note=words[2])

    async def plant_owned(self) -> None:
        """What an owner has besides conversations."""
        steps = [{"id": "a", "prompt": self._own(), "title": self._own()}]
        await self.ask("SaveStrategy", name=self._own(), description=self._own(), plan={"steps": steps})
        words = {name: self._own() for name in ("name", "title", "text", "sha")}
        await cypher(self.database, _DRAFT, writes=True, owner=self.owner, at=2**42, **words)

    def _own(self) -> str:
        word = self.word()
        self.goes[word] = {Fate.OWNER}
        return word
