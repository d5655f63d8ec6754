"""What the configuration files may hold, typed and frozen; it knows neither YAML nor the environment.

A key that is not here is an error. Secrets are `SecretStr`. Sizes are in tokens, times in seconds,
prices in USD per million tokens, except where a name says otherwise. `docs/configuration.md` lists the keys.
"""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    SecretStr,
)

from service.folders import user_cache_folder, user_data_folder, whole
from service.proxies import is_loopback
from service.records import Aggregation, ContextPolicy
from service.settings.provider_shapes import DiscoverySettings, ProviderSettings, SearchSettings, TimeoutSettings
from service.settings.values import AUTO, Frozen, address

NEO4J_SCHEMES = frozenset({"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"})
Temperature = Annotated[float, Field(ge=0, le=2)]
Parallel = Annotated[int, Field(ge=1, le=1024)]
Port = Annotated[int, Field(ge=0, le=65535)]
JavaSize = Annotated[str, Field(pattern=r"^[1-9][0-9]*[kmgKMG]$")]
JavaOption = Annotated[str, Field(pattern=r"^-[^\r\n]+$")]
Token = Annotated[SecretStr, Field(min_length=1)]
Owner = Annotated[str, Field(min_length=1)]
StrategyKey = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


def _neo4j_address(value: str) -> str:
    """The driver speaks Bolt alone; the address of Neo4j Browser is a frequent mistake."""
    parts = urlsplit(value)
    if parts.scheme not in NEO4J_SCHEMES or not parts.netloc:
        raise ValueError("must be an address such as bolt://host:7687 or neo4j+s://host.")
    return address(value)


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Policy = Annotated[ContextPolicy, BeforeValidator(_upper)]
Neo4jUri = Annotated[str, AfterValidator(_neo4j_address)]
Folder = Annotated[Path, AfterValidator(whole)]
File = Annotated[Path, AfterValidator(whole)]


class RetrySettings(Frozen):
    """How often a call is tried, and for how long in all."""

    max_attempts: Annotated[int, Field(ge=1, le=100)] = 4
    total_seconds: PositiveFloat = 120.0


class DefaultSettings(Frozen):
    """What a task uses where it says nothing itself."""

    model: str = AUTO
    max_parallel: Parallel = 8
    temperature: Temperature | None = None
    max_output_tokens: PositiveInt | None = None
    timeouts: TimeoutSettings = TimeoutSettings()
    retries: RetrySettings = RetrySettings()
    context: Policy = ContextPolicy.SUMMARIZED


class AgentSettings(Frozen):
    """A role: a model with settings; what is left out comes from `defaults`."""

    model: str | None = None
    fallback_models: tuple[str, ...] = ()
    temperature: Temperature | None = None
    max_output_tokens: PositiveInt | None = None
    timeouts: TimeoutSettings = TimeoutSettings()


class TaskTypeSettings(Frozen):
    """A task type: its templates (Jinja text) and how such a task is run."""

    instruction: str = Field(min_length=1)
    reduce: str | None = None
    strategy: StrategyKey = "NONE"
    aggregation: Aggregation = Aggregation.CONCAT
    response_format: dict[str, Any] | None = None
    role: str | None = None


class EmbeddedSettings(Frozen):
    """The Neo4j that the service runs itself. No port: the usual one where it is free, else any free one.

    With no `heap` and `page_cache` they are 512 and 128 MB, and less where the machine or the container has less.
    `java_options` come after our own, and are the only way to give its Java options: the environment gives it none.
    """

    heap: JavaSize | None = None
    page_cache: JavaSize | None = None
    bolt_port: Port | None = None
    http_port: Port | None = None
    java_options: tuple[JavaOption, ...] = ()


class Neo4jSettings(Frozen):
    """Where the graph is. With no `uri` the service runs a Neo4j of its own."""

    uri: Neo4jUri | None = None
    username: str = "neo4j"
    password: SecretStr | None = None
    database: str = "neo4j"
    embedded: EmbeddedSettings = EmbeddedSettings()


class StorageSettings(Frozen):
    """Where data and downloads are kept; `~` is the home folder."""

    data_folder: Folder = Field(default_factory=user_data_folder)
    cache_folder: Folder = Field(default_factory=user_cache_folder)
    event_retention_hours: Annotated[float, Field(gt=0)] = 24.0
    keep_days: Annotated[float, Field(gt=0)] | None = None
    keep_days_of: dict[Annotated[str, Field(min_length=1)], Annotated[float, Field(gt=0)] | None] = Field(
        default_factory=dict
    )
    max_import_bytes: PositiveInt = 16 * 2**30
    neo4j: Neo4jSettings = Neo4jSettings()


class LoggingSettings(Frozen):
    """What is logged, and how it looks."""

    level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)] = "INFO"
    format: Literal["text", "json"] = "text"


class LimitSettings(Frozen):
    """The bounds of one request: of its GraphQL text, its body, its pages and its answer."""

    max_depth: PositiveInt = 18
    max_aliases: PositiveInt = 30
    max_tokens: PositiveInt = 2000
    max_document_bytes: PositiveInt = 64 * 1024
    max_cost: PositiveInt = 500_000
    max_answer_bytes: PositiveInt = 64 * 1024 * 1024
    max_body_bytes: PositiveInt = 32 * 1024 * 1024
    max_page: PositiveInt = 1000
    max_analytics_seconds: PositiveFloat = 30.0
    max_analytics_at_once: PositiveInt = 2


class DocumentSettings(Frozen):
    """Trusted documents: a JSON file of their texts, and whether no other operation is run."""

    file: File | None = None
    only: bool = False


class ServerSettings(Frozen):
    """How front ends reach the service. `api_keys` maps a bearer token to its owner."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: Port = 8000
    api_keys: dict[Annotated[SecretStr, Field(min_length=1)], Annotated[str, Field(min_length=1)]] = Field(
        default_factory=dict
    )
    cors_origins: tuple[str, ...] = ()
    graphiql: Literal["auto", True, False] = "auto"
    introspection: bool = True
    keep_alive: PositiveFloat = 75.0
    warm_up_seconds: NonNegativeFloat = 15.0
    limits: LimitSettings = LimitSettings()
    documents: DocumentSettings = DocumentSettings()

    @property
    def has_graphiql(self) -> bool:
        """Whether a browser gets GraphiQL. It could do nothing where only trusted documents are run."""
        wanted = is_loopback(self.host) if self.graphiql == "auto" else self.graphiql
        return wanted and not self.documents.only

    def owner_of(self, token: str) -> str | None:
        """Whose bearer token this is, if anybody's; takes the same time however much of it is right."""
        owner = None
        for key, name in self.api_keys.items():
            if hmac.compare_digest(key.get_secret_value().encode(), token.encode()):
                owner = name
        return owner


class BreakerSettings(Frozen):
    """After how many failures in a row a model is left alone, and for how long at first."""

    failures: PositiveInt = 5
    cool_down_seconds: PositiveFloat = 30.0


class ExecutorSettings(Frozen):
    """How much runs at once in one process, and how long its hold on a task lasts without a sign of life."""

    max_parallel: Annotated[int, Field(ge=1, le=100_000)] = 256
    lease_seconds: PositiveFloat = 30.0
    breaker: BreakerSettings = BreakerSettings()


class Settings(Frozen):
    """The whole of what `system_config.yml`, `config.yaml` and the environment may say."""

    providers: dict[str, ProviderSettings] = Field(default_factory=dict)
    api_keys: dict[str, SecretStr] = Field(default_factory=dict)
    defaults: DefaultSettings = DefaultSettings()
    discovery: DiscoverySettings = DiscoverySettings()
    agents: dict[str, AgentSettings] = Field(default_factory=dict)
    task_types: dict[str, TaskTypeSettings] = Field(default_factory=dict)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    logging: LoggingSettings = LoggingSettings()
    server: ServerSettings = ServerSettings()
    executor: ExecutorSettings = ExecutorSettings()
    search: SearchSettings = SearchSettings()
