"""What can go wrong, as exceptions. All are `AntiphonError`; none ever holds a token or a key.

AntiphonError
  ServiceError           the service said so: `code`, `field`, `remedy`, `retryable` as GraphQL has them
    InvalidInput NotFound Conflict LimitExceeded Forbidden Unauthenticated GraphUnavailable …
  ConnectionFailed       there is no answer
    ServiceUnreachable ServiceTimeout ConnectionLost NotAntiphon
  TaskFailed             the task ended without an answer: `task` has all of it
  WaitTimeout            it was waited for long enough; the task goes on
  StartFailed            `Antiphon.start()` could not start a service
    ServiceNotInstalled  … because only the client is installed here
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from antiphon.operations import Task


class AntiphonError(Exception):
    """Anything that this client raises. `remedy` says what helps, `retryable` whether trying again may."""

    code = "ANTIPHON_ERROR"
    retryable = False

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """The message and the remedy."""
        if self.remedy and self.remedy not in self.message:
            return f"{self.message} {self.remedy}"
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors go from one process to another, as those of a pool do."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[AntiphonError], args: tuple[Any, ...], state: dict[str, Any]) -> AntiphonError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ServiceError(AntiphonError):
    """The service answered with an error. `field` names the value that is wrong, where one is."""

    code = "INTERNAL"

    def __init__(
        self, message: str, *, remedy: str | None = None, field: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.field = field
        if code:
            self.code = code


class InvalidInput(ServiceError):
    """A value is wrong; `field` names it."""

    code = "INVALID_INPUT"


class InvalidRequest(ServiceError):
    """The service does not know this operation: it and this client are of different versions."""

    code = "INVALID_REQUEST"


class NotFound(ServiceError):
    """There is no such thing, or it is another owner's."""

    code = "NOT_FOUND"


class Conflict(ServiceError):
    """Something is not in a state that allows this."""

    code = "CONFLICT"


class LimitExceeded(ServiceError):
    """The request is larger than the service allows."""

    code = "LIMIT_EXCEEDED"


class Lagged(ServiceError):
    """This subscriber was too far behind."""

    code = "LAGGED"
    retryable = True


class GraphUnavailable(ServiceError):
    """The service's Neo4j is away for the moment."""

    code = "GRAPH_UNAVAILABLE"
    retryable = True


class Unauthenticated(ServiceError):
    """The service does not know the token, or wants one."""

    code = "UNAUTHENTICATED"


class Forbidden(ServiceError):
    """This is not allowed."""

    code = "FORBIDDEN"


class ConnectionFailed(AntiphonError):
    """The service gave no answer."""

    code = "CONNECTION_FAILED"
    retryable = True


class ServiceUnreachable(ConnectionFailed):
    """Nothing listens at the address."""

    code = "SERVICE_UNREACHABLE"


class ServiceTimeout(ConnectionFailed):
    """The service did not answer in time."""

    code = "SERVICE_TIMEOUT"


class ConnectionLost(ConnectionFailed):
    """The connection broke in the middle."""

    code = "CONNECTION_LOST"


class NotAntiphon(ConnectionFailed):
    """Something answers at the address, and it is no Antiphon."""

    code = "NOT_ANTIPHON"
    retryable = False


class TaskFailed(AntiphonError):
    """The task ended without an answer. `code` is its error code, `task` is all of it."""

    def __init__(self, task: Task) -> None:
        said = task.error or f"The task ended as {task.task_status}."
        super().__init__(said)
        self.task = task
        self.code = task.error_code or task.task_status


class WaitTimeout(AntiphonError, TimeoutError):
    """The time to wait is over. The task goes on: `wait(error.task_id)` waits again, `cancel` ends it."""

    code = "WAIT_TIMEOUT"

    def __init__(self, task_id: str, seconds: float) -> None:
        super().__init__(
            f"Task {task_id} has not ended after {seconds:g} s; it goes on.",
            remedy="Wait for it again with wait(), or end it with cancel().",
        )
        self.task_id = task_id


class StartFailed(AntiphonError):
    """A service could not be started."""

    code = "START_FAILED"


class ServiceNotInstalled(StartFailed):
    """Only the client is installed here."""

    code = "SERVICE_NOT_INSTALLED"


BY_CODE: dict[str, type[ServiceError]] = {
    kind.code: kind
    for kind in (
        InvalidInput,
        InvalidRequest,
        NotFound,
        Conflict,
        LimitExceeded,
        Lagged,
        GraphUnavailable,
        Unauthenticated,
        Forbidden,
    )
}
