"""The settings that Neo4j and its Java are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import ConfigurationError
from service.graph.local.conf import LocalSettings, Ports, argument_file, java_flags, render_conf


def conf(settings: LocalSettings | None = None) -> dict[str, str]:
    """The rendered settings, as Neo4j reads them."""
    text = render_conf(settings or LocalSettings(), Ports(7001, 7002), Path("/cache/gds"))
    return dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))


def test_conf_listens_on_loopback_only() -> None:
    """No listener is reachable from another machine."""
    listeners = {key: value for key, value in conf().items() if "listen_address" in key}
    assert all(value.startswith("127.0.0.1") for value in listeners.values())
    assert listeners["server.bolt.listen_address"] == "127.0.0.1:7001"
    assert conf()["server.https.enabled"] == "false"


def test_conf_takes_sizes_and_extra_settings() -> None:
    """What the user sets reaches Neo4j; an extra setting wins over ours."""
    rendered = conf(LocalSettings(heap="2g", page_cache="1g", extra={"db.tx_log.preallocate": "true"}))
    assert rendered["server.memory.heap.max_size"] == "2g"
    assert rendered["server.memory.pagecache.size"] == "1g"
    assert rendered["db.tx_log.preallocate"] == "true"
    assert "-Xmx2g" in java_flags(LocalSettings(heap="2g"))


def test_options_of_java_come_after_our_own() -> None:
    """So they have the last word; and a server for one command compiles less."""
    flags = java_flags(LocalSettings(java_options=("-Xss2m", "-Dx=y")))
    assert flags[-2:] == ["-Xss2m", "-Dx=y"]
    assert "-XX:TieredStopAtLevel=1" not in flags
    assert "-XX:TieredStopAtLevel=1" in java_flags(LocalSettings(brief=True))
    assert conf(LocalSettings(brief=True))["internal.cypher.expression_engine"] == "INTERPRETED"
    assert "internal.cypher.expression_engine" not in conf()


@pytest.mark.parametrize("extra", [{"a": "b\nc"}, {"a=b": "c"}, {" ": "c"}])
def test_conf_refuses_what_is_no_setting(extra: dict[str, str]) -> None:
    """One extra setting cannot smuggle in another."""
    with pytest.raises(ConfigurationError):
        conf(LocalSettings(extra=extra))


def test_conf_keeps_no_conversation_in_a_log() -> None:
    """Queries carry prompts and responses as parameters: they are not logged."""
    assert conf()["db.logs.query.enabled"] == "OFF"


def test_argument_file_quotes_blanks_and_backslashes() -> None:
    """Java reads the arguments as they were, whatever the folder is called."""
    assert argument_file(["-cp", 'C:\\My Jars\\"a".jar']) == '"-cp"\n"C:\\\\My Jars\\\\\\"a\\".jar"\n'
