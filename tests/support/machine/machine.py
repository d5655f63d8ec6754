"""What anybody can do to a conversation, in any order, on two services: after every step the graph says what the
memory says.

Owns the rules. A rule draws numbers, which choose among what is there, newest first; so whatever is found shrinks. A
rule of something new belongs here, and what it does in `memory.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from time import sleep
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.machine import reading
from tests.support.machine.memory import PROMPT, Chat
from tests.support.machine.world import World

number = st.integers(0, 1000)
door = st.integers(0, 1)
BUSY = st.sampled_from(["CONTINUE", "WAIT", "INTERRUPT", "REJECT"])


class ChatMachine(RuleBasedStateMachine):
    """A conversation, and what it should be."""

    world: ClassVar[World]
    chat: Chat

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    @initialize(door=door)
    def begin(self, door: int) -> None:
        """The first prompt; where somebody can be killed, that happens at least once."""
        sent = self.ask(0, "SendPrompt", input={"content": "Who?"})["sendPrompt"]
        id = sent["task"]["conversation"]["id"]
        found = self.ask(0, "Branches", conversationId=id)["conversation"]["defaultBranch"]["id"]
        self.chat = Chat(id, found, found, branches={found: ("main", "")})
        self._sent(0, sent, [], found)
        if self.world.can_die:
            self.kill(door, 0)

    def ask(self, door: int, query: str, **variables: Any) -> Any:
        """Ask one of the services."""
        return self.world.ask(door, query, **variables)

    def word(self) -> str:
        """A word like no other of this conversation."""
        self.count += 1
        return f"w{self.count}"

    def message(self, number: int) -> str:
        """One of the messages, the newest for 0."""
        return _pick(list(self.chat.said), number)

    def branch(self, number: int) -> str:
        """One of the branches."""
        return _pick(list(self.chat.branches), number)

    def _sent(self, door: int, sent: Any, parents: Sequence[str], branch: str | None) -> None:
        """What becomes of a prompt when it is answered."""
        self.world.finish(door, sent["task"]["id"])
        id = sent["promptEdge"]["node"]["id"]
        self.chat.prompt(id, parents, branch)
        self.chat.answer(sent["answerId"], id)

    @rule(door=door, n=number, named=st.booleans(), when=BUSY)
    def send(self, door: int, n: int, named: bool, when: str) -> None:
        """A prompt on a branch that is not busy: all the same, whatever it wishes."""
        branch = self.branch(n) if named else self.chat.default
        new = {"conversationId": self.chat.id, "content": self.word(), "whenBusy": when}
        sent = self.ask(door, "SendPrompt", input=new | ({"branch": branch} if named else {}))["sendPrompt"]
        self._sent(door, sent, [self.chat.head(branch)], branch)

    @rule(door=door, other=door, n=number, when=BUSY)
    def send_while_busy(self, door: int, other: int, n: int, when: str) -> None:
        """A second prompt while the first is answered; where it came to stand is told by the graph, and looked at."""
        branch = self.branch(n)
        place = {"conversationId": self.chat.id, "branch": branch}
        first = self.ask(door, "SendPrompt", input=place | {"content": f"slow {self.word()}"})["sendPrompt"]
        new = place | {"content": self.word(), "whenBusy": when}
        said, code = self.world.try_to(other, "SendPrompt", input=new)
        assert code is None or (code, when) == ("CONFLICT", "REJECT")
        second = said and said["sendPrompt"]
        self.world.finish(door, first["task"]["id"])
        if second is not None:
            self.world.finish(other, second["task"]["id"])
        reading.adopt_pair(self, door, branch, first, second, when)

    @rule(door=door, n=number)
    def send_below(self, door: int, n: int) -> None:
        """A prompt below any message; the default branch follows where that was its head."""
        parent = self.message(n)
        new = {"conversationId": self.chat.id, "content": self.word(), "parent": {"messageId": parent}}
        sent = self.ask(door, "SendPrompt", input=new)["sendPrompt"]
        default = self.chat.default
        self._sent(door, sent, [parent], default if self.chat.head(default) == parent else None)

    @rule(door=door)
    def send_first(self, door: int) -> None:
        """Another first prompt."""
        new = {"conversationId": self.chat.id, "content": self.word(), "parent": {"root": True}}
        self._sent(door, self.ask(door, "SendPrompt", input=new)["sendPrompt"], [], None)

    @rule(door=door, n=number, ask=st.booleans(), where=st.sampled_from(["", "branch", "newBranch"]))
    def revise(self, door: int, n: int, ask: bool, where: str) -> None:
        """A message in other words, beside it, on no branch, on one that holds it or on a new one."""
        old = self.chat.said[self.message(n)]
        holding = [it for it, (_, head) in self.chat.branches.items() if old.id in self.chat.above([head])]
        new: dict[str, Any] = {"messageId": old.id, "content": self.word(), "ask": ask and old.kind == PROMPT}
        branch = None
        if where == "branch" and holding:
            branch = new["branch"] = _pick(holding, n)
        elif where == "newBranch":
            new["newBranch"] = self.word()
        made = self.ask(door, "ReviseMessage", input=new)["reviseMessage"]
        id = made["messageEdge"]["node"]["id"]
        if made["task"] is not None:
            self.world.finish(door, made["task"]["id"])
        self.chat.add(id, old.kind, old.parents)
        if branch is not None:
            self.chat.move(branch, id)
        if where == "newBranch":
            self.chat.branches[made["branch"]["id"]] = (new["newBranch"], id)
        if new["ask"]:
            self.chat.answer(made["answerId"], id)

    @precondition(lambda self: self.chat.responses())
    @rule(door=door, n=number, count=st.integers(1, 3), named=st.booleans())
    def regenerate(self, door: int, n: int, count: int, named: bool) -> None:
        """Further answers; the first of them moves one branch."""
        former = _pick(self.chat.responses(), n)
        branch = self.branch(n) if named else self.chat.default
        new = {"responseId": former, "n": count} | ({"branch": branch} if named else {})
        made = self.ask(door, "Regenerate", input=new)["regenerate"]
        for task in made["tasks"]:
            self.world.finish(door, task["id"])
        for i, id in enumerate(made["answerIds"]):
            self.chat.answer_again(id, former, None if i else branch)

    @rule(door=door, n=number, default=st.booleans())
    def fork(self, door: int, n: int, default: bool) -> None:
        """A branch at any message."""
        name, message = self.word(), self.message(n)
        new = {"conversationId": self.chat.id, "name": name, "messageId": message, "makeDefault": default}
        id = self.ask(door, "CreateBranch", input=new)["createBranch"]["branch"]["id"]
        self.chat.branches[id] = (name, message)
        self.chat.default = id if default else self.chat.default

    @rule(door=door, n=number, to=number)
    def move(self, door: int, n: int, to: int) -> None:
        """A branch points at another message; `expectedHead` is where it was."""
        branch, message = self.branch(n), self.message(to)
        new = {"branchId": branch, "messageId": message, "expectedHead": {"messageId": self.chat.head(branch)}}
        self.ask(door, "MoveBranch", input=new)
        self.chat.move(branch, message)

    @rule(door=door, n=number)
    def rename(self, door: int, n: int) -> None:
        """A branch is called otherwise."""
        branch, name = self.branch(n), self.word()
        self.ask(door, "RenameBranch", input={"branchId": branch, "name": name})
        self.chat.branches[branch] = (name, self.chat.head(branch))

    @rule(door=door, n=number)
    def delete(self, door: int, n: int) -> None:
        """A branch goes, unless it is the default one; its messages stay."""
        branch = self.branch(n)
        _, code = self.world.try_to(door, "DeleteBranch", input={"branchId": branch})
        assert code == ("CONFLICT" if branch == self.chat.default else None)
        if code is None:
            del self.chat.branches[branch]

    @rule(door=door, n=number)
    def set_default(self, door: int, n: int) -> None:
        """Another branch is meant where none is named."""
        self.chat.default = self.branch(n)
        self.ask(door, "SetDefaultBranch", input={"branchId": self.chat.default})

    @rule(door=door, n=number, pinned=st.booleans())
    def pin(self, door: int, n: int, pinned: bool) -> None:
        """A message is pinned, or let go."""
        message = self.message(n)
        self.ask(door, "PinMessage", input={"messageId": message, "pinned": pinned})
        (self.chat.pinned.add if pinned else self.chat.pinned.discard)(message)

    @rule(door=door, n=number, to=number, kind=st.sampled_from(["corrects", "see"]))
    def link(self, door: int, n: int, to: int, kind: str) -> None:
        """A message is linked with another; the same link again is the one that is there."""
        link = (self.message(n), self.message(to), kind)
        new = {"from": link[0], "to": link[1], "kind": kind}
        said, code = self.world.try_to(door, "LinkMessages", input=new)
        assert code == ("INVALID_INPUT" if link[0] == link[1] else None)
        if said is None:
            return
        id = said["linkMessages"]["linkEdge"]["node"]["id"]
        assert self.chat.links.get(id, link) == link
        assert all(known == id for known, one in self.chat.links.items() if one == link)
        self.chat.links[id] = link

    @precondition(lambda self: self.chat.links)
    @rule(door=door, n=number)
    def unlink(self, door: int, n: int) -> None:
        """A link goes."""
        id = _pick(list(self.chat.links), n)
        self.ask(door, "UnlinkMessages", input={"linkId": id})
        del self.chat.links[id]

    def remember(self) -> None:
        """How it stands at this moment."""
        sleep(0.003)
        self.chat.past.append((datetime.now(UTC).isoformat(), dict(self.chat.branches)))
        sleep(0.003)

    @rule(door=door, n=number, limit=st.integers(1, 5))
    def look_back(self, door: int, n: int, limit: int) -> None:
        """How it stood is told as it was."""
        moment, stood = _pick(self.chat.past, n)
        assert reading.past(self, door, moment, limit) == stood

    @rule(door=door, n=number, limit=st.integers(1, 5), backward=st.booleans(), between=st.booleans())
    def read_path(self, door: int, n: int, limit: int, backward: bool, between: bool) -> None:
        """The path of a branch in pages, from either end, while somebody adds to the conversation."""
        branch = self.branch(n)
        found = reading.path(self, door, branch, limit, backward=backward, between=between)
        assert found == self.chat.in_order(self.chat.above([found[-1]]))

    @rule(door=door, n=number, limit=st.integers(1, 5), down=st.booleans())
    def read_history(self, door: int, n: int, limit: int, down: bool) -> None:
        """The history of a message in either direction, in pages: each message once, by depth."""
        message = self.message(n)
        found = reading.history(self, door, message, limit, down=down)
        wanted = self.chat.below(message) if down else self.chat.above([message])
        depths = [self.chat.said[id].depth for id in found]
        assert sorted(found) == sorted(wanted)
        assert depths == sorted(depths, reverse=not down)

    @rule(door=door, n=number)
    def read_siblings(self, door: int, n: int) -> None:
        """What stands beside a message, and which of them it is."""
        message = self.message(n)
        found, index, count = reading.siblings(self, door, message)
        assert sorted(found) == sorted(self.chat.siblings(message))
        assert (found[index], count) == (message, len(found))

    @rule(door=door, n=number)
    def read_links(self, door: int, n: int) -> None:
        """The links of a message, from it and to it."""
        message = self.message(n)
        links = {id: link for id, link in self.chat.links.items() if message in link[:2]}
        assert reading.links(self, door, message) == links

    @precondition(lambda self: self.world.can_die)
    @rule(door=door, n=number)
    def kill(self, door: int, n: int) -> None:
        """The service that answers is killed; the other one goes on with that, and then it is there again."""
        branch = self.branch(n)
        new = {"conversationId": self.chat.id, "branch": branch, "content": f"slow {self.word()}"}
        sent = self.ask(door, "SendPrompt", input=new)["sendPrompt"]
        self.world.kill(door)
        above = self.chat.head(branch)
        self._sent(door + 1, sent, [above], branch)
        self.world.start(door)

    @invariant()
    def agrees(self) -> None:
        """The graph says what the memory says."""
        self.world.steps += 1
        reading.compare(self, self.world.steps)
        self.remember()


def _pick(many: list[Any], number: int) -> Any:
    return many[-1 - number % len(many)]
