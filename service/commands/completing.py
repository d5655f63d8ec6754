"""What a shell may complete as the value of an option. It must be quick: it starts nothing and asks no service."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Complete = Callable[[str], list[str]]


def one_of(values: Iterable[str]) -> Complete:
    """Completes one of these, in small letters."""
    known = sorted(value.lower() for value in values)

    def complete(incomplete: str) -> list[str]:
        return [value for value in known if value.startswith(incomplete.lower())]

    return complete


def models(incomplete: str) -> list[str]:
    """Completes a model of the configuration; nothing where that is wrong."""
    from service.config import load_config
    from service.errors import AntiphonError

    try:
        known = [model.key for model in load_config().models()]
    except AntiphonError:
        return []
    return sorted(key for key in known if key.startswith(incomplete))


def analyses(incomplete: str) -> list[str]:
    """Completes an analysis."""
    from service.graph.analyses import sources

    return sorted(name for name in sources() if name.startswith(incomplete))
