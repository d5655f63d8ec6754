"""What anybody can do to a conversation, in any order, on two services: after every step the graph says what the
memory says.

Owns the rules. A rule draws numbers, which choose among what is there, newest first; so whatever is found shrinks. A
rule of something new belongs here, and what it does in `memory.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.support.machine import reading
from tests.support.machine.looking import Looking
from tests.support.machine.memory import PROMPT, Chat
from tests.support.machine.player import door, number, pick

BUSY = st.sampled_from(["CONTINUE", "WAIT", "INTERRUPT", "REJECT"])


class ChatMachine(Looking):
    """A conversation, and what it should be."""

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
            branch = new["branch"] = pick(holding, n)
        elif where == "newBranch":
            new["newBranch"] = self.name()
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
        former = pick(self.chat.responses(), n)
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
        name, message = self.name(), self.message(n)
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
        branch, name = self.branch(n), self.name()
        self.ask(door, "RenameBranch", input={"branchId": branch, "name": name})
        self.chat.branches[branch] = (name, self.chat.head(branch))

    @rule(door=door, n=number)
    def delete(self, door: int, n: int) -> None:
        """A branch goes, unless it is the default one; its messages stay."""
        branch = self.branch(n)
        _, code = self.world.try_to(door, "DeleteBranch", input={"branchId": branch})
        assert code == ("CONFLICT" if branch == self.chat.default else None)
        if code is None:
            self.chat.delete(branch)

    @rule(door=door, n=number)
    def prune(self, door: int, n: int) -> None:
        """A branch goes with what only it held, as was told before, unless it is the default one."""
        branch = self.branch(n)
        new = {"branchId": branch, "messages": "PRUNE"}
        told, code = self.world.try_to(door, "DeleteBranch", input=new | {"dryRun": True})
        assert code == ("CONFLICT" if branch == self.chat.default else None)
        if told is None:
            return
        self.ask(door, "DeleteBranch", input=new)
        if self.world.can_die:
            self.world.kill(door)
            self.world.start(door)
        gone, promised = self.chat.prune(branch), told["deleteBranch"]["prunable"]
        assert promised["isComplete"]
        assert promised["messages"] >= len(gone), (promised, len(gone))
        assert gone or not promised["messages"], promised
        self.world.pruned(self.chat.id)

    @rule(door=door, n=number, m=number)
    def merge(self, door: int, n: int, m: int) -> None:
        """A prompt that goes on from the heads of two branches, where each has something of its own for it."""
        into, side = self.branch(n), self.branch(m)
        holds = self.chat.head(side) in self.chat.above([self.chat.head(into)])
        said, code = self.world.try_to(door, "MergeBranches", input={"into": into, "from": [side]})
        assert code == ("INVALID_INPUT" if into == side else "CONFLICT" if holds else None)
        if said is None:
            return
        merged = said["mergeBranches"]
        self.world.finish(door, merged["task"]["id"])
        id = merged["promptEdge"]["node"]["id"]
        self.chat.merge(id, into, side)
        self.chat.answer(merged["answerId"], id)

    @rule(door=door, n=number)
    def summarize(self, door: int, n: int) -> None:
        """A summary of what leads to a message: the conversation stays as it is."""
        new = {"conversationId": self.chat.id, "toMessageId": self.message(n), "length": "SHORT"}
        self.world.finish(
            door, self.ask(door, "SummarizeConversation", input=new)["summarizeConversation"]["task"]["id"]
        )

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
        id = pick(list(self.chat.links), n)
        self.ask(door, "UnlinkMessages", input={"linkId": id})
        del self.chat.links[id]

    @rule(door=door, n=number, limit=st.integers(1, 5), backward=st.booleans(), between=st.booleans())
    def read_path(self, door: int, n: int, limit: int, backward: bool, between: bool) -> None:
        """The path of a branch in pages, from either end, while somebody adds to the conversation."""
        branch = self.branch(n)
        add = partial(self.send, door, list(reversed(self.chat.branches)).index(branch), True, "CONTINUE")
        found = reading.path(self, door, branch, limit, backward=backward, between=add if between else None)
        assert sorted(found) == sorted(self.chat.above([found[-1]]))
        assert self.chat.is_in_order(found)

    @precondition(lambda self: self.world.can_die)
    @rule(door=door, n=number)
    def kill(self, door: int, n: int) -> None:
        """The service that answers is killed, perhaps with a prompt that waits: the other one goes on with both."""
        branch = self.branch(n)
        place = {"conversationId": self.chat.id, "branch": branch}
        new = place | {"content": f"slow {self.word()}"}
        sent = self.ask(door, "SendPrompt", input=new)["sendPrompt"]
        new = place | {"content": self.word(), "whenBusy": "WAIT"}
        waits = self.ask(door, "SendPrompt", input=new)["sendPrompt"] if n % 2 else None
        self.world.kill(door)
        self._sent(door + 1, sent, [self.chat.head(branch)], branch)
        if waits is not None:
            self.world.finish(door + 1, waits["task"]["id"])
            id = reading.prompt_of(self, door + 1, waits)
            self.chat.prompt(id, [sent["answerId"]], branch)
            self.chat.answer(waits["answerId"], id)
        self.world.start(door)
