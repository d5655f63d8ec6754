"""What the configuration may say of the graph: where it is, and the Neo4j that the service runs itself."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from service.settings.values import About, Frozen, address

NEO4J_SCHEMES = frozenset({"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"})
Port = Annotated[int, Field(ge=0, le=65535)]
JavaSize = Annotated[str, Field(pattern=r"^[1-9][0-9]*[kmgKMG]$"), About(takes="a Java size, as `512m`")]
JavaOption = Annotated[str, Field(pattern=r"^-[^\r\n]+$")]


def _neo4j_address(value: str) -> str:
    """The driver speaks Bolt alone; the address of Neo4j Browser is a frequent mistake."""
    parts = urlsplit(value)
    if parts.scheme not in NEO4J_SCHEMES or not parts.netloc:
        raise ValueError("must be an address such as bolt://host:7687 or neo4j+s://host.")
    return address(value)


Neo4jUri = Annotated[str, AfterValidator(_neo4j_address), About(takes="an address: `bolt://…`, `neo4j+s://…`")]


class EmbeddedSettings(Frozen):
    """The Neo4j that the service runs itself."""

    heap: Annotated[JavaSize | None, About(default="`512m`, or less where there is less memory", example="1g")] = None
    """Memory for its queries."""
    page_cache: Annotated[
        JavaSize | None, About(default="`128m`, or less where there is less memory", example="512m")
    ] = None
    """Memory for what it reads from the disk."""
    bolt_port: Annotated[Port | None, About(default="7687 where it is free, else any free one", example="7687")] = None
    """The port for drivers."""
    http_port: Annotated[Port | None, About(default="7474 where it is free, else any free one", example="7474")] = None
    """The port of Neo4j Browser."""
    java_options: Annotated[tuple[JavaOption, ...], About(example="[-Djava.io.tmpdir=/var/tmp]")] = ()
    """Further options of its Java, after our own. `JAVA_TOOL_OPTIONS` and its like are for other programs: they do not
    reach it."""


class Neo4jSettings(Frozen):
    """Where the graph is. With no `uri` the service runs a Neo4j of its own."""

    uri: Annotated[
        Neo4jUri | None,
        About(default="none: the service runs a Neo4j of its own", example="neo4j+s://graph.example.org"),
    ] = None
    """Your own Neo4j, or Aura. See [your own Neo4j](own-neo4j.md)."""
    username: Annotated[str, About(example="antiphon")] = "neo4j"
    """Who signs in there."""
    password: Annotated[SecretStr | None, About(default="none", example="long-and-secret")] = None
    """With which password."""
    database: Annotated[str, About(example="antiphon")] = "neo4j"
    """The database of that server."""
    embedded: EmbeddedSettings = EmbeddedSettings()
    """The Neo4j that the service runs itself, where there is no `uri`. Its memory fits into that of the machine or the
    container by itself: 716 MB at least, 1,200 MB for all."""
