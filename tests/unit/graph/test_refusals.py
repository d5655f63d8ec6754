"""What Neo4j's refusals mean, by their codes as the server and the driver say them."""

from __future__ import annotations

import pytest
from neo4j.exceptions import Neo4jError, ServiceUnavailable

from service.errors import Conflict, GraphEnded, GraphError, GraphFull, GraphUnavailable
from service.graph.refusals import is_full, may_pass, passing, translate, was_ended

ENDED = (
    "Neo.TransientError.Transaction.Terminated",
    "Neo.ClientError.Transaction.Terminated",
    "Neo.TransientError.Transaction.LockClientStopped",
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    "Neo.TransientError.Transaction.LockAcquisitionTimeout",
    "Neo.ClientError.Transaction.LockAcquisitionTimeout",
)
FULL = (
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError",
    "Neo.TransientError.General.TransactionMemoryLimit",
    "Neo.TransientError.General.TransactionOutOfMemoryError",
    "Neo.TransientError.General.OutOfMemoryError",
    "Neo.DatabaseError.General.OutOfMemoryError",
)
AWAY = (
    "Neo.TransientError.General.DatabaseUnavailable",
    "Neo.ClientError.Cluster.NotALeader",
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase",
    "Neo.TransientError.Transaction.LeaderSwitch",
    "Neo.TransientError.Transaction.DeadlockDetected",
    "Neo.TransientError.Transaction.MaximumTransactionLimitReached",
)
OURS = ("Neo.ClientError.Statement.SyntaxError", "Neo.ClientError.Statement.TypeError")


def refusal(code: str) -> Neo4jError:
    """The driver's error for a code of the server."""
    return Neo4jError._hydrate_neo4j(code=code, message="m")  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ENDED)
def test_what_was_ended_is_done_again(code: str) -> None:
    """The driver would not; a stored statement is safe to repeat. Whose caller has other ways does not wait for it."""
    error = refusal(code)
    assert was_ended(error)
    assert may_pass(error)
    assert not passing(once=True)(error)
    assert isinstance(translate(error), GraphEnded)
    assert translate(error).retryable


@pytest.mark.parametrize("code", FULL)
def test_lack_of_memory_is_not_that_neo4j_is_away(code: str) -> None:
    """It is refused with a remedy, and who can divide it does so at once."""
    error = refusal(code)
    assert is_full(error)
    assert not passing(divides=True)(error)
    said = translate(error)
    assert (type(said), said.code, said.retryable) == (GraphFull, "LIMIT_EXCEEDED", False)
    assert "storage.neo4j.embedded.heap" in (said.remedy or "")


def test_what_is_too_large_for_any_transaction_is_not_tried_again() -> None:
    """Where others use the memory it is: they end."""
    assert not may_pass(refusal("Neo.TransientError.General.TransactionMemoryLimit"))
    assert may_pass(refusal("Neo.TransientError.General.MemoryPoolOutOfMemoryError"))


@pytest.mark.parametrize("code", AWAY)
def test_what_passes_is_that_neo4j_is_away(code: str) -> None:
    """A leader that changes, a database that is stopped or read-only for a while, a deadlock."""
    error = refusal(code)
    assert may_pass(error)
    assert type(translate(error)) is GraphUnavailable


@pytest.mark.parametrize("code", OURS)
def test_what_is_wrong_stays_wrong(code: str) -> None:
    """It is not tried again."""
    error = refusal(code)
    assert not may_pass(error)
    assert type(translate(error)) is GraphError


def test_database_that_cannot_write_is_away_and_names_the_disk() -> None:
    """Neo4j tells of a full disk as of a transaction that could not be written, and then as of none that can begin."""
    for code in ("TransactionLogError", "TransactionCommitFailed", "TransactionStartFailed"):
        error = translate(refusal(f"Neo.DatabaseError.Transaction.{code}"))
        assert isinstance(error, GraphUnavailable)
        assert "the disk of its data may be full" in str(error)
        assert "Make room" in str(error)


def test_constraints_and_connections() -> None:
    """A second node with a key is a conflict; a connection that broke is tried again, also while it committed."""
    assert isinstance(translate(refusal("Neo.ClientError.Schema.ConstraintValidationFailed")), Conflict)
    assert may_pass(ServiceUnavailable("broken"))
