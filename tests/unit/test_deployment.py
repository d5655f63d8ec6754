"""What can be checked of the containers without a container engine, and of nginx and systemd without either."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from service.config import load_config
from tests.support.pages import blocks

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "deployment.md").read_text()
HEARTBEAT_SECONDS = 20
"""How long a stream is silent at most: a ping of uvicorn's WebSockets; server-sent events have one each 15 s."""
SECRETS = {"NEO4J_PASSWORD": "quite-secret", "ANTIPHON_API_KEY": "token"}


def composition() -> dict[str, Any]:
    """`docker-compose.yml` with its variables filled in as Compose would."""
    text = (ROOT / "docker-compose.yml").read_text()
    return yaml.safe_load(re.sub(r"\$\{(\w+)[^}]*\}", lambda match: SECRETS.get(match[1], ""), text))


def nginx() -> dict[str, str]:
    """What nginx is told: by the path of a location for files, and all else under no path."""
    (block,) = blocks("nginx", PAGE)
    found = {match[1]: match[2] for match in re.finditer(r"location (/\w+/) \{([^}]*)\}", block)}
    rest = re.sub(r"location /\w+/ \{[^}]*\}", "", block)
    return {"": rest} | {path: ";".join(part.strip() for part in text.split(";")) for path, text in found.items()}


def test_composed_service_is_configured_by_its_environment() -> None:
    """The variables that Compose sets are ones that the service knows, and allow it to listen for others."""
    said = composition()["services"]["antiphon"]["environment"]
    config = load_config(environ=said | {"ANTIPHON_SERVER__HOST": "0.0.0.0", "ANTIPHON_DATA_DIR": "/data"})
    assert config.server.owner_of("token") == "local"
    assert config.neo4j.uri == "bolt://neo4j:7687"


def test_composed_ports_are_on_loopback() -> None:
    """Nothing is published beyond the machine."""
    ports = [port for service in composition()["services"].values() for port in service["ports"]]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_composed_volumes_and_dependencies_exist() -> None:
    """Every volume and service that is named is defined, and the one depended on has a health check."""
    said = composition()
    used = {volume.split(":")[0] for service in said["services"].values() for volume in service["volumes"]}
    assert used == set(said["volumes"])
    assert all("healthcheck" in said["services"][name] for name in said["services"]["antiphon"]["depends_on"])


def test_neo4j_image_is_the_version_that_is_embedded() -> None:
    """Compose runs what the service runs by itself."""
    lock = (ROOT / "service" / "graph" / "local" / "artifacts.json").read_text()
    image = composition()["services"]["neo4j"]["image"]
    assert f'"{image.partition(":")[2]}"' in lock


def test_image_holds_what_it_copies() -> None:
    """Every path that the Dockerfile copies is there and is let through by `.dockerignore`."""
    allowed = {line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    lines = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    copied = {path.rstrip("/") for line in lines for path in line.split()}
    assert copied == allowed
    assert all((ROOT / path).exists() for path in copied)


def test_nginx_takes_what_the_service_takes() -> None:
    """Bodies as long as ours. It leaves connections before we do, and streams only when they were silent too long."""
    said = dict(re.findall(r"(client_max_body_size|keepalive_timeout|proxy_read_timeout) (\d+)[ms];", nginx()[""]))
    server = load_config(environ={}).server
    assert int(said["client_max_body_size"]) << 20 == server.limits.max_body_bytes
    assert int(said["keepalive_timeout"]) < server.keep_alive
    assert int(said["proxy_read_timeout"]) > 2 * HEARTBEAT_SECONDS


def test_nginx_passes_files_on_as_they_come() -> None:
    """Of any size, and in no log: the address of an export is a key. Each says again what it does not inherit."""
    said = nginx()
    assert {path for path in said if path} == {"/uploads/", "/exports/"}
    assert {"client_max_body_size 0", "proxy_request_buffering off"} <= set(said["/uploads/"].split(";"))
    assert {"proxy_buffering off", "access_log off"} <= set(said["/exports/"].split(";"))
    for path in ("/uploads/", "/exports/"):
        assert {"proxy_http_version 1.1", "proxy_set_header Host $http_host"} <= set(said[path].split(";"))
        assert f'Route("{path}{{' in (ROOT / "service" / "app.py").read_text()


def test_unit_sets_variables_that_the_service_knows() -> None:
    """And leaves Neo4j to the service when it stops."""
    (unit,) = blocks("ini", PAGE)
    environ = dict(re.findall(r"^Environment=(\w+)=(.+)$", unit, re.MULTILINE))
    assert environ.pop("ANTIPHON_CONFIG") == "/etc/antiphon/config.yaml"
    assert str(load_config(environ=environ).storage.data_folder) == "/var/lib/antiphon"
    assert "KillMode=mixed" in unit
