"""What a person asks of the embedded Neo4j from outside the service: is it running, where, and stop it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.errors import Conflict
from service.graph.local.home import Home, ServerState, home_at, read_password
from service.graph.local.process import end_servers, running_state
from service.graph.local.readiness import Answer, Neo4jAddress, address_of, ask
from service.locks import FileLock

_STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Status:
    """What is known of the embedded Neo4j of one data folder.

    `owner` is the pid of the service that has it, if one does. All after it is of a running server only;
    `answers` tells whether it took our password just now.
    """

    home: Path
    running: bool
    owner: int | None = None
    answers: bool = False
    pid: int | None = None
    version: str | None = None
    detached: bool = False
    address: Neo4jAddress | None = None


async def status(home: Path) -> Status:
    """How it stands with the server on the data folder `home`; changes nothing."""
    place = home_at(home)
    owner = FileLock(place.owner).holder()
    state = running_state(place)
    return await _running(place, owner, state) if state else Status(place.folder, running=False, owner=owner)


async def stop(home: Path, *, timeout: float = _STOP_SECONDS) -> bool:
    """Stop the server on the data folder `home`; False when none runs.

    Raises Conflict when a service owns it: that one must stop first.
    """
    place = home_at(home)
    if running_state(place) is None:
        return False
    owner = FileLock(place.owner)
    if not owner.acquire():
        raise Conflict(f"Neo4j is in use by process {owner.holder()}.", remedy="Stop that process first.")
    try:
        await end_servers(place, timeout)
    finally:
        owner.release()
    return True


async def _running(home: Home, owner: int | None, state: ServerState) -> Status:
    address = address_of(state.ports, read_password(home) or "")
    return Status(
        home=home.folder,
        running=True,
        owner=owner,
        answers=await ask(address) is Answer.READY,
        pid=state.pid,
        version=state.version,
        detached=state.detached,
        address=address,
    )
