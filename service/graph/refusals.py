"""What Neo4j's refusals mean: what may pass, what it had no memory for, and what was ended while it was under way.

Pure: the driver's errors in, ours out. The driver asks whether work that it does not know may be done again; stored
statements are safe to repeat, so that more of theirs may.
"""

from __future__ import annotations

from collections.abc import Callable

from neo4j.exceptions import ConstraintError, DriverError, IncompleteCommit, Neo4jError, TransientError

from service.errors import AntiphonError, Conflict, GraphEnded, GraphError, GraphFull, GraphUnavailable
from service.graph.local.readiness import is_broken

_ENDED = frozenset(
    {
        "ExecutionTimeout",
        "Interrupted",
        "LockAcquisitionTimeout",
        "LockClientStopped",
        "Terminated",
        "TransactionMarkedAsFailed",
        "TransactionNotFound",
        "TransactionTimedOut",
        "TransactionTimedOutClientConfiguration",
    }
)
"""An administrator, a time limit or a database that is stopped ended it: nothing was written, and it may pass later."""
_GONE = "EntityNotFound"
"""What the statement had found was deleted before it was used."""
_FULL = frozenset(
    {
        "MemoryPoolOutOfMemoryError",
        "OutOfMemoryError",
        "StackOverFlowError",
        "TransactionMemoryLimit",
        "TransactionOutOfMemoryError",
    }
)
_ALONE = frozenset({"StackOverFlowError", "TransactionMemoryLimit", "TransactionOutOfMemoryError"})
"""Bounds of one transaction: whatever else is under way, it will not fit."""
_HEAP = "Send less at once, or give Neo4j more memory: storage.neo4j.embedded.heap, or of a server of your own "
_DISK = "Make room on it. What was accepted is not lost: it goes on by itself then."
_SETTINGS = "dbms.memory.transaction.total.max and db.memory.transaction.max."


def is_full(error: Exception) -> bool:
    """Whether Neo4j had no memory for it."""
    return _title(error) in _FULL


def was_ended(error: Exception) -> bool:
    """Whether something ended it from outside, with nothing written."""
    return _title(error) in _ENDED


def may_pass(error: Exception) -> bool:
    """Whether a stored statement that failed like this may be done again at once."""
    if isinstance(error, IncompleteCommit) or was_ended(error) or _title(error) == _GONE:
        return True
    if is_full(error):
        return _title(error) not in _ALONE
    return isinstance(error, (Neo4jError, DriverError)) and error.is_retryable()


def passing(*, divides: bool = False, once: bool = False) -> Callable[[Exception], bool]:
    """What is tried again: not what its caller divides where there is no memory for it, nor, once, what was ended."""
    return lambda error: may_pass(error) and not (divides and is_full(error)) and not (once and was_ended(error))


def is_transient(error: Exception) -> bool:
    """What a migration does again: two of them were in each other's way."""
    return isinstance(error, TransientError) and may_pass(error)


def translate(error: Neo4jError) -> AntiphonError:
    """Our error for what the server refused; how we sign in is not looked at here."""
    if isinstance(error, ConstraintError):
        return Conflict("Neo4j refused a second node with the same key.")
    if is_full(error):
        return GraphFull("This is more than Neo4j has memory for at once.", remedy=_HEAP + _SETTINGS)
    if was_ended(error):
        return GraphEnded("Neo4j ended what was under way before it was done.")
    if is_broken(error):
        return GraphUnavailable("Neo4j cannot write: the disk of its data may be full.", remedy=_DISK)
    if error.is_retryable():
        return GraphUnavailable(f"Neo4j could not run a statement: {error.message}")
    return GraphError(f"Neo4j refused a statement: {error.message}")


def _title(error: Exception) -> str:
    """The last word of the server's code: its class was another one in other versions, and the driver changes some."""
    return (error.code or "").rpartition(".")[2] if isinstance(error, Neo4jError) else ""
