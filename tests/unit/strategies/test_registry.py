"""The registry of strategies."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from service import strategies
from service.errors import ConfigurationError, InvalidInput
from service.records import Aggregation
from service.strategies.interface import Finish, Plan, TaskState
from tests.support.task_states import state


def shout(task: TaskState) -> Plan:
    """Says nothing,
    and loudly.

    More about it.
    """
    return Finish((), Aggregation.NONE)


@pytest.fixture
def _restored():
    before = dict(strategies.STRATEGIES)
    yield
    strategies.STRATEGIES.clear()
    strategies.STRATEGIES.update(before)


def test_plan_of_an_unknown_strategy_is_refused():
    """The error names those that there are."""
    with pytest.raises(InvalidInput, match=r"CHUNK, .*ERROR, FILE, NONE"):
        strategies.plan("SHOUT", state())


def test_strategies_are_described():
    """Each has its name and a sentence or two."""
    assert [info.name for info in strategies.describe()][:4] == ["NONE", "CHUNK", "FILE", "ERROR"]
    assert all(info.description.endswith(".") for info in strategies.describe())


@pytest.mark.usefixtures("_restored")
def test_registered_strategy_plans_and_is_described():
    """A function is all that it takes; its docstring's first paragraph describes it."""
    strategies.register("SHOUT", shout)
    strategies.register("SHOUT", shout)
    assert strategies.plan("SHOUT", state()) == Finish((), Aggregation.NONE)
    assert strategies.describe()[-1] == strategies.StrategyInfo("SHOUT", "Says nothing, and loudly.")


def test_registered_strategy_cannot_take_a_name():
    """The strategies that users rely on stay what they are."""
    with pytest.raises(ConfigurationError, match="CHUNK"):
        strategies.register("CHUNK", shout)


@pytest.mark.usefixtures("_restored")
def test_loaded_strategies_come_from_entry_points():
    """What a package declares is there after loading."""
    strategies.load_strategies([EntryPoint("SHOUT", f"{__name__}:shout", strategies.ENTRY_POINT_GROUP)])
    assert strategies.STRATEGIES["SHOUT"].__name__ == "shout"
    strategies.load_strategies()


@pytest.mark.parametrize("value", ["no_such_module:plan", f"{__name__}:missing", f"{__name__}:ConfigurationError.code"])
def test_loaded_strategy_that_is_broken_is_named(value: str):
    """A package that does not load stops the start with its name."""
    with pytest.raises(ConfigurationError, match="BROKEN"):
        strategies.load_strategies([EntryPoint("BROKEN", value, strategies.ENTRY_POINT_GROUP)])


def test_strategies_import_nothing_heavy():
    """A workflow sandbox can import them: no I/O library and no third-party one comes with them."""
    code = "import sys, service.strategies; print(*sorted({'jinja2', 'httpx', 'neo4j', 'asyncio'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
