"""What the configuration files may hold, typed and frozen; it knows neither YAML nor the environment.

A key that is not here is an error. Secrets are `SecretStr`. Sizes are in tokens, times in seconds,
prices in USD per million tokens, except where a name says otherwise. The docstring below a key is what
people read of it: in `docs/configuration-reference.md`, in an editor, and of `antiphon config explain`.
"""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from service.folders import user_cache_folder, user_data_folder, whole
from service.proxies import is_loopback
from service.settings.neo4j_shapes import Neo4jSettings, Port
from service.settings.provider_shapes import DiscoverySettings, ProviderSettings, SearchSettings
from service.settings.task_shapes import AgentSettings, DefaultSettings, TaskTypeSettings
from service.settings.values import About, Bytes, Count, Days, Frozen, OwnerName, Provider, Seconds, upper

Folder = Annotated[Path, AfterValidator(whole), About(takes="a folder", default="the platform's")]
File = Annotated[Path, AfterValidator(whole), About(takes="a file")]
Token = Annotated[SecretStr, Field(min_length=1), About(name="token", example="a-long-random-token")]
Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(upper)]


class StorageSettings(Frozen):
    """Where data and downloads are kept, and for how long; `~` is the home folder."""

    data_folder: Annotated[Folder, About(example="~/antiphon")] = Field(default_factory=user_data_folder)
    """The graph, and what else must survive. See [backup](backup-and-upgrade.md)."""
    cache_folder: Annotated[Folder, About(example="~/.cache/antiphon")] = Field(default_factory=user_cache_folder)
    """Downloads, which can be fetched again."""
    event_retention_hours: Annotated[float, Field(gt=0), About(unit="hours")] = 24.0
    """The events of a task are deleted so long after its end. Its messages, calls and costs stay."""
    keep_days: Annotated[Days | None, About(default="none: nothing is deleted by itself", example="365")] = None
    """A conversation to which nothing was added for so long is deleted for good."""
    keep_days_of: dict[OwnerName, Annotated[Days, About(example="30")] | None] = Field(default_factory=dict)
    """The same for one owner, in place of `keep_days`. `null` keeps all that an owner has."""
    max_import_bytes: Bytes = 16 * 2**30
    """How large a file may be that is [imported](import.md)."""
    neo4j: Neo4jSettings = Neo4jSettings()
    """Where the graph is."""


class LoggingSettings(Frozen):
    """What is logged, and how it looks."""

    level: Annotated[Level, About(example="DEBUG")] = "INFO"
    """From which level on something is logged."""
    format: Literal["text", "json"] = "text"
    """Lines for people, or a JSON object a line for programs."""


class LimitSettings(Frozen):
    """The bounds of one request: of its GraphQL text, its body, its pages and its answer."""

    max_depth: Count = 18
    """How deep fields of one GraphQL document may be nested."""
    max_aliases: Count = 30
    """Aliases in one GraphQL document. A field that is repeated counts as an alias."""
    max_tokens: Annotated[Count, About(unit="tokens of GraphQL")] = 2000
    """Words and signs of one GraphQL document: not a model's tokens."""
    max_document_bytes: Bytes = 64 * 1024
    """Of one GraphQL document that is sent. Texts belong in variables."""
    max_cost: Annotated[Count, About(unit="fields")] = 500_000
    """Fields of one operation, each counted for every node of its pages."""
    max_answer_bytes: Bytes = 64 * 1024 * 1024
    """Of one answer, and of one event."""
    max_body_bytes: Bytes = 32 * 1024 * 1024
    """Of one request."""
    max_page: Annotated[Count, About(unit="nodes")] = 1000
    """The largest `first` of a page."""
    max_analytics_seconds: Seconds = 30.0
    """How long an [analysis](analytics.md) may take."""
    max_analytics_at_once: Count = 2
    """Analyses that run at once, of all callers; one of each."""


class DocumentSettings(Frozen):
    """Trusted documents: operations that were agreed on before."""

    file: Annotated[File | None, About(default="none", example="documents.json")] = None
    """A JSON file of their texts."""
    only: Annotated[bool, About(beside="file: documents.json")] = False
    """Whether no other operation is run."""


class ServerSettings(Frozen):
    """How front ends reach the service."""

    host: Annotated[
        str,
        Field(min_length=1),
        About(takes="an address", example="0.0.0.0", beside="api_keys: {a-long-random-token: alice}"),
    ] = "127.0.0.1"
    """The address to listen on. Beyond this machine only with `server.api_keys`."""
    port: Port = 8000
    """The port to listen on; 0 is any free one."""
    api_keys: dict[Token, OwnerName] = Field(default_factory=dict)
    """A bearer token, and the owner whose it is. See [beyond this machine](configuration.md#beyond-this-machine)."""
    cors_origins: Annotated[tuple[str, ...], About(example="[https://console.example.org]")] = ()
    """Origins of web pages that may call."""
    graphiql: Annotated[Literal["auto", True, False], About(example="false")] = "auto"
    """[GraphiQL](documents.md#graphiql) for browsers. `auto`: where `server.host` is this machine's own."""
    introspection: bool = True
    """Whether the schema may be asked for itself (`__schema`, `__type`). `/schema.graphql` has it in any case."""
    keep_alive: Seconds = 75.0
    """How long an idle HTTP connection stays open, and one is waited for that has begun a request and sends no more.
    Make it longer than that of a proxy before the service."""
    warm_up_seconds: Annotated[float, Field(ge=0), About(unit="seconds")] = 15.0
    """`/readyz` says no for at most so long after a start, while the service plays tasks that are undone. 0: it plays
    none."""
    limits: LimitSettings = LimitSettings()
    """What one request may ask for. See [limits](graphql.md#limits)."""
    documents: DocumentSettings = DocumentSettings()
    """Which operations are run. See [trusted documents](documents.md#trusted-documents)."""

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
    """When a model that fails is skipped for a while."""

    failures: Count = 5
    """So many failures of a model in a row, or half of the last four times as many calls, and it is skipped."""
    cool_down_seconds: Seconds = 30.0
    """For how long at first; twice as long each time that it fails again, up to 300."""


class ExecutorSettings(Frozen):
    """How much runs at once in one process, and who has which task."""

    max_parallel: Annotated[int, Field(ge=1, le=100_000)] = 256
    """Subtasks at once in one process, all tasks together."""
    lease_seconds: Seconds = 30.0
    """How long a process that fell silent keeps its tasks."""
    breaker: BreakerSettings = BreakerSettings()
    """When a model that fails is skipped for a while. See [when a call fails](failures.md)."""


RoleName = Annotated[str, About(name="role", example="fast")]
TaskTypeName = Annotated[str, About(name="type", example="summarize")]
KeyOf = Annotated[SecretStr, About(example="sk-example")]


class Settings(Frozen):
    """The whole of what `system_config.yml`, `config.yaml` and the environment may say."""

    providers: dict[Provider, ProviderSettings] = Field(default_factory=dict)
    """Who answers: a service with models. See [providers](configuration.md#providers)."""
    api_keys: Annotated[dict[Provider, KeyOf], About(default="none")] = Field(default_factory=dict)
    """The provider's key. A model of OpenAI, Anthropic and other vendors is refused without one."""
    defaults: DefaultSettings = DefaultSettings()
    """What a task uses where it says nothing itself."""
    discovery: DiscoverySettings = DiscoverySettings()
    """Model servers that are looked for on this machine while `defaults.model` is `auto`."""
    agents: dict[RoleName, AgentSettings] = Field(default_factory=dict)
    """Roles that tasks ask for: a model with settings."""
    task_types: dict[TaskTypeName, TaskTypeSettings] = Field(default_factory=dict)
    """What tasks there are: how a part is asked, and how answers become one."""
    storage: StorageSettings = Field(default_factory=StorageSettings)
    """Where the graph, data and downloads are, and for how long."""
    logging: LoggingSettings = LoggingSettings()
    """What is logged, and how it looks."""
    server: ServerSettings = ServerSettings()
    """How front ends reach the service, and what one request may ask for."""
    executor: ExecutorSettings = ExecutorSettings()
    """How much runs at once in one process."""
    search: SearchSettings = SearchSettings()
    """How texts are found again. See [search](search.md)."""
