"""Text as it is generated: what a watcher gets, and what is kept for one that does not read."""

from __future__ import annotations

import asyncio

import pytest

from service.conversations.deltas import MOST_BEHIND, MOST_KEPT, Delta, Deltas, LiveResponse
from service.errors import Lagged
from service.records import ResponseStatus

TASK = "task"


def never() -> bool:
    """A task that goes on."""
    return False


def over() -> bool:
    """A task that has ended."""
    return True


def start(deltas: Deltas, name: str, attempt: int = 1) -> LiveResponse:
    """A response that begins."""
    live = LiveResponse(f"subtask of {name}", attempt, name)
    deltas.begin(TASK, live)
    return live


def end(deltas: Deltas, live: LiveResponse) -> None:
    """It ends, whole."""
    live.status, live.finish_reason = ResponseStatus.COMPLETE, "stop"
    deltas.end(TASK, live)


def say(deltas: Deltas, name: str, *pieces: str) -> None:
    """A whole response."""
    live = start(deltas, name)
    for piece in pieces:
        deltas.add(TASK, live, piece)
    end(deltas, live)


async def begin(deltas: Deltas) -> asyncio.Task[list[Delta]]:
    """A watcher that has begun, and reads when it is waited for."""

    async def watch() -> list[Delta]:
        return [delta async for delta in deltas.follow(TASK, over)]

    return asyncio.create_task(watch())


async def test_who_joins_late_gets_the_text_so_far() -> None:
    """Then what comes, piece by piece; `position` says where it belongs."""
    deltas = Deltas()
    live = start(deltas, "r")
    deltas.add(TASK, live, "One, ")
    deltas.add(TASK, live, "two, ")
    stream = deltas.follow(TASK, never)
    first = await anext(stream)
    deltas.add(TASK, live, "three.")
    end(deltas, live)
    second = await anext(stream)
    assert (first.position, first.text, first.done) == (0, "One, two, ", False)
    assert (second.position, second.text, second.done) == (10, "three.", True)


async def test_what_is_kept_for_who_does_not_read_is_bounded() -> None:
    """The oldest texts are dropped, and each of them is told of with its end."""
    deltas, size = Deltas(), MOST_KEPT // 4
    live = start(deltas, "begun")
    deltas.add(TASK, live, "read before ")
    stream = deltas.follow(TASK, over)
    assert (await anext(stream)).text == "read before "
    deltas.add(TASK, live, "x" * size)
    end(deltas, live)
    for number in range(20):
        say(deltas, f"r{number}", "x" * size)
        assert sum(deltas.kept(TASK)) <= MOST_KEPT
    found = {delta.live.id: delta async for delta in stream}
    assert [name for name, delta in found.items() if not delta.lagged] == ["r16", "r17", "r18", "r19"]
    assert all(delta.done for delta in found.values())
    assert (found["begun"].position, found["begun"].text) == (12, "")
    assert deltas.kept(TASK) == []


async def test_a_text_larger_than_the_room_is_not_dropped_before_it_can_be_read() -> None:
    """What ended last is kept in any case."""
    deltas = Deltas()
    watching = await begin(deltas)
    live = start(deltas, "r")
    await asyncio.sleep(0)
    deltas.add(TASK, live, "x" * (MOST_KEPT + 1))
    end(deltas, live)
    assert [(len(delta.text), delta.lagged) for delta in await watching] == [(MOST_KEPT + 1, False)]


async def test_who_is_a_thousand_responses_behind_is_told() -> None:
    """With an error; it can subscribe again."""
    deltas = Deltas()
    stream = deltas.follow(TASK, never)
    live = start(deltas, "first")
    deltas.add(TASK, live, "x")
    await anext(stream)
    for number in range(MOST_BEHIND + 1):
        say(deltas, str(number), "x")
    with pytest.raises(Lagged):
        await anext(stream)
    assert deltas.kept(TASK) == []


async def test_each_response_has_its_turn() -> None:
    """One that never pauses does not keep the others back."""
    deltas = Deltas()
    lives = [start(deltas, name) for name in ("a", "b")]
    for live in lives:
        deltas.add(TASK, live, "x")
    stream = deltas.follow(TASK, never)
    order: list[str] = []
    for _ in range(4):
        order.append((await anext(stream)).live.id)
        for live in lives:
            deltas.add(TASK, live, "x")
    assert order == ["a", "b", "a", "b"]


async def test_the_last_piece_says_how_a_response_ended() -> None:
    """Those before it do not know yet; another attempt at the same answer begins again."""
    deltas = Deltas()
    stream = deltas.follow(TASK, never)
    first = start(deltas, "r")
    deltas.add(TASK, first, "Half an ")
    begun = await anext(stream)
    first.status = ResponseStatus.PARTIAL
    deltas.end(TASK, first)
    broken = await anext(stream)
    deltas.add(TASK, second := start(deltas, "r", attempt=2), "A whole answer.")
    end(deltas, second)
    whole = await anext(stream)
    assert (begun.done, broken.done, broken.live.status, broken.live.attempt) == (False, True, "PARTIAL", 1)
    assert (whole.live.id, whole.live.attempt, whole.position, whole.live.status) == ("r", 2, 0, "COMPLETE")


async def test_what_others_generate_comes_whole_and_what_was_told_here_does_not_come_again() -> None:
    """Whoever reads the graph is told which responses the watchers had live, once of each."""
    deltas = Deltas()
    early = start(deltas, "early")
    watching = await begin(deltas)
    await asyncio.sleep(0)
    end(deltas, early)
    say(deltas, "here", "Here.")
    elsewhere = LiveResponse("subtask", 3, "elsewhere", status=ResponseStatus.COMPLETE)
    elsewhere.add("Elsewhere.")
    assert [deltas.was_told(TASK, key) for key in (early.key, ("subtask of here", 1), elsewhere.key)] == [
        True,
        True,
        False,
    ]
    assert not deltas.was_told(TASK, early.key)
    deltas.tell(TASK, elsewhere)
    assert deltas.unread(TASK) == 3
    found = [(delta.live.id, delta.text, delta.done) for delta in await watching]
    assert found == [("early", "", True), ("here", "Here.", True), ("elsewhere", "Elsewhere.", True)]
