"""What to ask next: pure functions from a task's state to the next subtasks, or to the end of the work.

Owns the registry of strategies. A strategy does no input or output, reads no clock and draws no random
number: the same state gives the same plan, so a plan can be made again after a crash. It knows nothing of
executors, providers or the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from service.errors import ConfigurationError, InvalidInput
from service.strategies import chunk, dynamic, error, file, none
from service.strategies.interface import Plan, TaskState

Strategy = Callable[[TaskState], Plan]
"""Looks at a task's state and says what to ask next, or how to finish."""

ENTRY_POINT_GROUP = "antiphon.strategies"

STRATEGIES: dict[str, Strategy] = {
    "NONE": none.plan,
    "CHUNK": chunk.plan,
    "FILE": file.plan,
    "ERROR": error.plan,
    "DYNAMIC": dynamic.plan,
}
"""The strategies by name; `load_strategies` adds those of installed packages."""


@dataclass(frozen=True, slots=True)
class StrategyInfo:
    """A strategy as it is shown to users: its name and what it does, in a sentence."""

    name: str
    description: str


def plan(name: str, state: TaskState) -> Plan:
    """What the strategy `name` wants next. InvalidInput when there is no such strategy."""
    strategy = STRATEGIES.get(name)
    if strategy is None:
        raise InvalidInput(
            f"There is no strategy {name}.",
            remedy=f"Choose one of {', '.join(sorted(STRATEGIES))}.",
            field="strategy",
        )
    return strategy(state)


def describe() -> list[StrategyInfo]:
    """Every strategy that can be asked for; its description is the first paragraph of its docstring."""
    return [StrategyInfo(name, _description(strategy)) for name, strategy in STRATEGIES.items()]


def load_strategies(points: Iterable[EntryPoint] | None = None) -> None:
    """Add the strategies of installed packages. ConfigurationError for one that is broken or takes a name.

    `points` instead of what is installed, where given. Safe to call twice. Not done at import, so that importing
    this package reads nothing from the disk.
    """
    for point in entry_points(group=ENTRY_POINT_GROUP) if points is None else points:
        register(point.name, _loaded(point))


def register(name: str, strategy: Strategy) -> None:
    """Make a strategy known by a name. ConfigurationError when the name belongs to another one."""
    if STRATEGIES.setdefault(name, strategy) is not strategy:
        raise ConfigurationError(f"The strategy {name} is there already.", remedy="Give the other one another name.")


def _loaded(point: EntryPoint) -> Strategy:
    try:
        found = point.load()
    except Exception as error:
        raise ConfigurationError(f"The strategy {point.name} ({point.value}) did not load: {error}") from error
    if not callable(found):
        raise ConfigurationError(f"The strategy {point.name} ({point.value}) is not a function.")
    return cast(Strategy, found)


def _description(strategy: Strategy) -> str:
    paragraph = (strategy.__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(paragraph.split())
