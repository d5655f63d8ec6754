"""How the service's own Neo4j is run: the configuration's wishes, in the memory that there is."""

from __future__ import annotations

from service.config import Config
from service.graph.local import LocalSettings, fitting_sizes

LOCAL_MODEL_MB = 350
"""What the process of the small local model takes."""


def local_settings(config: Config, *, brief: bool = False) -> LocalSettings:
    """The settings of a Neo4j for a service, or (`brief`) for one command. Raises as `fitting_sizes`."""
    wish = config.neo4j.embedded
    heap, page_cache = fitting_sizes(wish.heap, wish.page_cache, others=local_model_mb(config))
    return LocalSettings(
        heap=heap,
        page_cache=page_cache,
        bolt_port=wish.bolt_port or 0,
        http_port=wish.http_port or 0,
        java_options=wish.java_options,
        brief=brief,
    )


def local_model_mb(config: Config) -> int:
    """What the processes of the local models take that are asked where a task names none."""
    asked = {config.defaults.model, *(agent.model for agent in config.agents.values())}
    return sum(_memory(config, name) for name in asked if _is_local(config, name))


def _is_local(config: Config, model: str) -> bool:
    provider = config.providers.get(model.partition("/")[0])
    return provider is not None and provider.protocol == "local"


def _memory(config: Config, model: str) -> int:
    provider, _, name = model.partition("/")
    file = config.providers[provider].options.get("files", {}).get(name, {})
    return file.get("memory_mb") or LOCAL_MODEL_MB
