"""How the service's own Neo4j is run."""

from __future__ import annotations

from pathlib import Path

from service.config import load_config
from service.own_neo4j import local_model_mb, local_settings


def test_wishes_reach_neo4j(tmp_path: Path) -> None:
    """The same for a service and for `antiphon neo4j start`, so that one adopts what the other started."""
    wish = "{heap: 300m, page_cache: 40m, bolt_port: 7999, java_options: [-Da=b]}"
    (tmp_path / "config.yaml").write_text(f"storage: {{neo4j: {{embedded: {wish}}}}}\n")
    (tmp_path / "config.yaml").chmod(0o600)
    settings = local_settings(load_config(tmp_path / "config.yaml", {}))
    assert (settings.heap, settings.page_cache, settings.bolt_port) == ("300m", "40m", 7999)
    assert settings.java_options == ("-Da=b",)


def test_a_local_model_takes_memory_where_it_may_be_asked() -> None:
    """It is the default one."""
    assert local_model_mb(load_config(environ={})) == 350
    assert local_model_mb(load_config(environ={"ANTIPHON_DEFAULTS__MODEL": "echo/echo"})) == 0
