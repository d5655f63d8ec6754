"""Whether what the configuration names can be used: its protocols, options, strategies, templates and formats.

The rest is checked where the configuration is read, which knows nothing of the rooms that these belong to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from service.answers.formats import read_format
from service.chat import ProviderConfig
from service.config import Config, TaskTemplate
from service.errors import AntiphonError, ConfigurationError
from service.providers.opening import open_provider
from service.settings.layers import nearest
from service.strategies import STRATEGIES, load_strategies
from service.strategies.templates import PART_VARIABLES, REDUCE_VARIABLES, check


async def check_parts(config: Config) -> None:
    """Find out at the start what calls and tasks would find later.

    Raises ConfigurationError with a line for each thing that is wrong (`FILE:LINE: path.to.key: what`).
    """
    load_strategies()
    wrong = [line for provider in config.providers.values() async for line in _wrong_in_provider(config, provider)]
    wrong += [line for it in config.task_types.values() for line in _wrong_in_task_type(config, it)]
    if wrong:
        raise ConfigurationError("\n".join(wrong))


async def _wrong_in_provider(config: Config, provider: ProviderConfig) -> AsyncIterator[str]:
    try:
        await open_provider(provider).aclose()
    except ConfigurationError as error:
        # It names its path itself.
        yield f"{config.layer.place_of(('providers', provider.name))}: {error}"


def _wrong_in_task_type(config: Config, it: TaskTemplate) -> Iterator[str]:
    if it.strategy not in STRATEGIES:
        yield _line(config, it, "strategy", f"there is no strategy {it.strategy!r}. {nearest(it.strategy, STRATEGIES)}")
    for key, text, variables in (
        ("instruction", it.instruction, PART_VARIABLES),
        ("reduce", it.reduce or "", REDUCE_VARIABLES),
    ):
        try:
            check(text, variables, name=key)
        except ConfigurationError as error:
            yield _line(config, it, key, str(error))
    try:
        read_format(it.response_format)
    except AntiphonError as error:
        yield _line(config, it, "response_format", error.message)


def _line(config: Config, it: TaskTemplate, key: str, message: str) -> str:
    return str(config.layer.problem(("task_types", it.name, key), message))
