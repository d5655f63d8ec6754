"""The embedded Neo4j: installed from pinned Maven artifacts, run on a packaged Java, stopped with the service."""

from service.graph.local.conf import LocalSettings
from service.graph.local.memory import fitting_sizes
from service.graph.local.progress import SILENT, Progress, progress_on
from service.graph.local.readiness import Neo4jAddress
from service.graph.local.server import LocalNeo4j, start
from service.graph.local.status import Status, status, stop

__all__ = [
    "SILENT",
    "LocalNeo4j",
    "LocalSettings",
    "Neo4jAddress",
    "Progress",
    "Status",
    "fitting_sizes",
    "progress_on",
    "start",
    "status",
    "stop",
]
