"""Probe."""
from pathlib import Path
from service.graph.database import Connection, Database
from service.records import new_id
from tests.support.example_graph import play
from tests.support.notebooks import EXAMPLE


async def test_play(connection: Connection, database: Database, tmp_path: Path) -> None:
    """Probe."""
    EXAMPLE.write_bytes(await play(connection, tmp_path / "service", f"owner-{new_id()}"))
