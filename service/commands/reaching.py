"""A service for one command: what is missing is installed, with progress, and nothing is said otherwise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from service.commands.client import Client
from service.commands.serving import reach_service
from service.commands.setup import prepare_model

if TYPE_CHECKING:
    from service.config import Config


def reach() -> AbstractAsyncContextManager[Client]:
    """A client of the service that this command is for; the command asks no model."""
    return _reach(lambda config: None)


def reach_model(name: str | None) -> AbstractAsyncContextManager[Client]:
    """A client for a command that asks this model, or the default one."""
    return _reach(lambda config: prepare_model(config, name))


def _reach(prepare: Callable[[Config], None]) -> AbstractAsyncContextManager[Client]:
    root = logging.getLogger()
    if not root.handlers:
        # A service of this command's own logs for nobody: what matters comes back as an answer.
        root.addHandler(logging.NullHandler())
    return reach_service(prepare)
