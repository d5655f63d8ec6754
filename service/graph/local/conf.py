"""What we tell Neo4j and its Java: settings, `neo4j.conf`, and the flags of the virtual machine; pure text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service.errors import ConfigurationError

SERVER_CLASS = "org.neo4j.server.Neo4jCommunity"
ADMIN_CLASS = "org.neo4j.cli.AdminTool"


@dataclass(frozen=True)
class Ports:
    """Where one server listens, on the loopback interface."""

    bolt: int
    http: int


@dataclass(frozen=True)
class LocalSettings:
    """How the embedded Neo4j is run; sizes as Java writes them (`512m`, `2g`), times in seconds.

    The ports are wishes (0: the ones of the last start): a busy one is replaced by a free one. `extra` are
    further settings of `neo4j.conf`, `java_options` further options of its Java. A `brief` server, which lives as
    long as one command, compiles less: the demo took 15 s of processor time in place of 27 s.
    """

    heap: str = "512m"
    page_cache: str = "128m"
    bolt_port: int = 0
    http_port: int = 0
    start_timeout: float = 120.0
    adopt_timeout: float = 15.0
    stop_timeout: float = 30.0
    extra: Mapping[str, str] = field(default_factory=dict[str, str])
    java_options: tuple[str, ...] = ()
    brief: bool = False

    @property
    def ports(self) -> Ports:
        """The wished ports."""
        return Ports(self.bolt_port, self.http_port)


_BRIEF = {
    # A statement that is run for the tenth time is planned anew, its expressions compiled: that pays in the long run.
    "internal.cypher.expression_engine": "INTERPRETED",
    "dbms.cypher.min_replan_interval": "10m",
}
GUIDE = "/browser/antiphon/guide.html"
# Neo4j Browser as it comes asks five other hosts: for fonts, scripts, and to report how it is used.
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:* http://127.0.0.1:* http://localhost:*; "
    "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
)
_DATABASE = {
    "db.query.default_language": "CYPHER_25",
    # A query log would hold whole conversations, and costs every query a write.
    "db.logs.query.enabled": "OFF",
    "dbms.logs.http.enabled": "false",
    "dbms.usage_report.enabled": "false",
    "client.allow_telemetry": "false",
    "server.bolt.telemetry.enabled": "false",
    # Neo4j Browser loads its guide from where it comes from itself, and from nowhere else.
    "browser.remote_content_hostname_whitelist": "127.0.0.1,localhost",
    "dbms.security.http_static_content_security_policy_header": _PAGE_POLICY,
    # It announces the server to the local network, and believes whatever a proxy's header says.
    "server.fleet_discovery.enabled": "false",
    "dbms.fleet_manager.enabled": "false",
    "server.http.x_forward.enabled": "false",
    "dbms.security.procedures.unrestricted": "gds.*",
    "dbms.security.allow_csv_import_from_file_urls": "false",
    # An empty database takes 2 MB instead of 520 MB, and old logs are not kept for two days.
    "db.tx_log.preallocate": "false",
    "db.tx_log.rotation.size": "64m",
    "db.tx_log.rotation.retention_policy": "1 days 256M",
    # A graph that grows from nothing has each statement planned anew every 10 s, though all plans begin at an index.
    "dbms.cypher.min_replan_interval": "60s",
    # Each Bolt listener waits 5 s for further work before it stops, when all data is written already.
    "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration": "0s",
    "internal.dbms.bolt.netty_server_shutdown_timeout": "2s",
}


def render_conf(settings: LocalSettings, ports: Ports, plugins: Path) -> str:
    """The text of `neo4j.conf`. Raises ConfigurationError for an extra line that is not one."""
    lines = {
        "server.default_listen_address": "127.0.0.1",
        "server.default_advertised_address": "127.0.0.1",
        "server.bolt.listen_address": f"127.0.0.1:{ports.bolt}",
        "server.bolt.advertised_address": f"127.0.0.1:{ports.bolt}",
        "server.http.listen_address": f"127.0.0.1:{ports.http}",
        "server.http.advertised_address": f"127.0.0.1:{ports.http}",
        "server.https.enabled": "false",
        "server.directories.plugins": plugins.as_posix(),
        "server.memory.heap.initial_size": settings.heap,
        "server.memory.heap.max_size": settings.heap,
        "server.memory.pagecache.size": settings.page_cache,
        # Opened when it is connected: not before does Browser know from where it may load a guide.
        "browser.post_connect_cmd": f"guide http://127.0.0.1:{ports.http}{GUIDE}",
        **_DATABASE,
        **(_BRIEF if settings.brief else {}),
        **_checked(settings.extra),
    }
    return "# Written by Antiphon at each start.\n" + "".join(f"{key}={lines[key]}\n" for key in lines)


def java_flags(settings: LocalSettings) -> list[str]:
    """The flags of the server's virtual machine, without its class path."""
    return [
        f"-Xmx{settings.heap}",
        # One collector thread is enough for a heap of this size, and takes the least memory and start-up time.
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/java.io=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        "-Dfile.encoding=UTF-8",
        *(["-XX:TieredStopAtLevel=1"] if settings.brief else []),
        *settings.java_options,
    ]


def argument_file(arguments: list[str]) -> str:
    """The text of a Java argument file: one quoted argument a line, so that blanks and backslashes survive."""
    return "".join('"' + a.replace("\\", "\\\\").replace('"', '\\"') + '"\n' for a in arguments)


def _checked(extra: Mapping[str, str]) -> Mapping[str, str]:
    for key, value in extra.items():
        if not key.strip() or any(c in key + value for c in "\r\n") or "=" in key:
            raise ConfigurationError(f"{key!r} is not a setting of Neo4j.", remedy="Write one key and one value.")
    return extra
