"""How the service's own Neo4j is run: the configuration's wishes, in the memory that there is."""

from __future__ import annotations

from service.config import Config
from service.graph.local import LocalSettings, fitting_sizes

LOCAL_MODEL_MB = 350
"""What the process of the small local model takes."""


def local_settings(config: Config, *, brief: bool = False) -> LocalSettings:
    """The settings of a Neo4j for a service, or (`brief`) for one command. Raises as `fitting_sizes`."""
    wish = config.neo4j.embedded
    others = LOCAL_MODEL_MB if asks_local_model(config) else 0
    heap, page_cache = fitting_sizes(wish.heap, wish.page_cache, others=others)
    return LocalSettings(
        heap=heap,
        page_cache=page_cache,
        bolt_port=wish.bolt_port or 0,
        http_port=wish.http_port or 0,
        java_options=wish.java_options,
        brief=brief,
    )


def asks_local_model(config: Config) -> bool:
    """Whether a model in a process of our own is among those that are asked where a task names none."""
    local = {name for name, one in config.providers.items() if one.protocol == "local"}
    asked = [config.defaults.model, *(agent.model for agent in config.agents.values())]
    return any(model.partition("/")[0] in local for model in asked)
