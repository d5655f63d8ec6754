"""The Python client of Antiphon, a conversation service whose memory is a Neo4j graph.

    from antiphon import Antiphon

    with Antiphon.start() as antiphon:
        print(antiphon.ask("What is an antiphon?"))

See docs/python.md.
"""

from antiphon import errors
from antiphon._async.client import AsyncAntiphon
from antiphon._async.streaming import AsyncStream
from antiphon._sync.client import Antiphon
from antiphon._sync.streaming import Stream
from antiphon.answers import Answer
from antiphon.config import get_config
from antiphon.conversation_graph import ConversationGraph
from antiphon.errors import (
    AntiphonError,
    ConnectionFailed,
    ServiceError,
    StartFailed,
    TaskFailed,
    WaitTimeout,
)
from antiphon.operations import Task
from antiphon.task_manager import TaskManager
from antiphon.texts import Piece

__all__ = [
    "Answer",
    "Antiphon",
    "AntiphonError",
    "AsyncAntiphon",
    "AsyncStream",
    "ConnectionFailed",
    "ConversationGraph",
    "Piece",
    "ServiceError",
    "StartFailed",
    "Stream",
    "Task",
    "TaskFailed",
    "TaskManager",
    "WaitTimeout",
    "errors",
    "get_config",
]
