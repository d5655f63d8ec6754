"""The embedded Neo4j's data folder: where each file is, the password, and the record of the running server."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from service.errors import SetupError
from service.folders import unusable_folder
from service.graph.local.conf import Ports


@dataclass(frozen=True)
class Home:
    """Paths below the data folder."""

    folder: Path

    @property
    def conf(self) -> Path:
        """The folder of `neo4j.conf`."""
        return self.folder / "conf"

    @property
    def console(self) -> Path:
        """What the virtual machine prints."""
        return self.folder / "logs" / "console.log"

    @property
    def log(self) -> Path:
        """Neo4j's own log for people."""
        return self.folder / "logs" / "neo4j.log"

    @property
    def password(self) -> Path:
        """The generated password, readable by the user alone."""
        return self.folder / "password"

    @property
    def state(self) -> Path:
        """The record of the server that was started last."""
        return self.folder / "server.json"

    @property
    def owner(self) -> Path:
        """The lock that the owning process holds."""
        return self.folder / "owner.lock"

    @property
    def has_data(self) -> bool:
        """Whether Neo4j was started here before: its first password cannot be set any more."""
        return (self.folder / "data" / "databases" / "system").exists()


@dataclass(frozen=True)
class ServerState:
    """A server that was started: enough to find it again, to know it from another process, and to adopt it.

    `created` is the process's start time (seconds since the epoch); `fingerprint` changes with the versions and
    settings that it was started with; a `detached` server outlives the service.
    """

    pid: int
    created: float
    bolt_port: int
    http_port: int
    version: str
    fingerprint: str
    detached: bool = False

    @property
    def ports(self) -> Ports:
        """Where it listens."""
        return Ports(self.bolt_port, self.http_port)


def home_at(folder: Path) -> Home:
    """The home in this folder, by its one real path: it is what we know our server by."""
    return Home(folder.resolve())


def prepare(home: Home) -> None:
    """Make the folders, closed to other users. Raises SetupError when that cannot be done."""
    try:
        home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.folder.chmod(0o700)
        for folder in (home.conf, home.console.parent):
            folder.mkdir(exist_ok=True)
    except OSError as error:
        raise unusable_folder(home.folder, error) from error


def read_password(home: Home) -> str | None:
    """The password, or None when none was made yet."""
    try:
        return home.password.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def make_password(home: Home) -> str:
    """Make a password and keep it. Raises SetupError when the data has one already and its file is gone."""
    if home.has_data:
        raise SetupError(
            f"The graph in {home.folder} has a password, but the file {home.password.name} is gone.",
            remedy="Put that file back, or name another data folder with ANTIPHON_DATA_DIR.",
        )
    # Hexadecimal: a password that begins with a dash would be taken for an option.
    password = secrets.token_hex(24)
    write_private(home.password, password + "\n")
    return password


def read_state(home: Home) -> ServerState | None:
    """The record of the server started last, or None when there is none that can be read."""
    try:
        return ServerState(**json.loads(home.state.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None


def write_state(home: Home, state: ServerState) -> None:
    """Keep the record."""
    write_private(home.state, json.dumps(asdict(state), indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file in one step, readable by the user alone."""
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
