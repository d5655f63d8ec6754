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


def settings(incomplete: str) -> list[str]:
    """Completes a key of the configuration, with the names that there are."""
    from service.config import load_config
    from service.errors import AntiphonError
    from service.settings.explained import spelled_keys

    try:
        values = load_config().layer.values
    except AntiphonError:
        values = {}
    return sorted({key for key in spelled_keys(values) if key.startswith(incomplete)})


def analyses(incomplete: str) -> list[str]:
    """Completes an analysis."""
    from service.graph.analyses import sources

    return sorted(name for name in sources() if name.startswith(incomplete))
