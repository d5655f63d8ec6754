"""The one error tree, by whose fault it is; every error has a code and says whether a retry can help.

AntiphonError
├── InvalidInput            the caller's value is wrong: names the field and the remedy
├── NotFound                no such thing, or not the caller's
├── Conflict                the thing is not in a state that allows this
├── Forbidden               the caller may not do this
├── LimitExceeded           a bounded resource (queue, body, page) is full or too large
│   ├── Lagged              a subscriber fell too far behind: it subscribes again
│   └── GraphFull           Neo4j has no memory for so much at once
├── ConfigurationError      a setting is wrong: names file, line and path
├── SetupError              a part of the installation (Java, Neo4j, the local model) could not be had
├── ServiceError            what a running service answered to one of our own commands
├── ProviderError           a model's provider
│   ├── ProviderTimeout     it took longer than it may
│   ├── ProviderUnavailable it could not be reached, broke off, or answered 5xx, 408 or 409
│   ├── ProviderRejected    it refused the request (other 4xx): asking again is no use
│   │   ├── WayRefused      it refused how it was asked, not what: asked otherwise it may answer
│   │   │   ├── BoundRefused  an answer may not be as long as the request allows it to be
│   │   │   └── FormatRefused its server cannot hold answers to this format or schema
│   │   ├── ContextOverflow the prompt is longer than the model's window: less may pass
│   │   └── ContentFiltered the provider's filter refused the prompt or cut the answer off
│   ├── InvalidAnswer       the answer is not what was asked for: the model is told, and asked again
│   │   └── EmptyAnswer     the model ended and had said nothing: it is asked again as before
│   └── RateLimited         429: ask again after `retry_after` seconds
├── BudgetExceeded          the task has used what it may: no new call is made
├── DeadlineExceeded        the task's time is over: its calls are cut
├── FailedFast              another subtask failed, and the task wants no more then
└── GraphError              Neo4j refused a statement
    └── GraphUnavailable    Neo4j is away: all goes on by itself when it is back
        └── GraphEnded      what was under way was ended from outside: the same may pass now
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class AntiphonError(Exception):
    """Something that we expected could go wrong; its message is safe to show to the caller."""

    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, remedy: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field

    def __str__(self) -> str:
        """The message, and the remedy after it where there is one."""
        return f"{self.message} {self.remedy}" if self.remedy else self.message


class InvalidInput(AntiphonError):
    """The caller's value is wrong; `field` names it."""

    code = "INVALID_INPUT"


class NotFound(AntiphonError):
    """No such thing, or it belongs to another owner: the two are not told apart."""

    code = "NOT_FOUND"


class Conflict(AntiphonError):
    """The thing is not in a state that allows this."""

    code = "CONFLICT"


class Forbidden(AntiphonError):
    """The caller is not known, or may not do this."""

    code = "FORBIDDEN"


class LimitExceeded(AntiphonError):
    """A bounded resource is full, or what was sent is larger than the bound."""

    code = "LIMIT_EXCEEDED"


class Lagged(LimitExceeded):
    """A subscriber does not read as fast as there is news; it can subscribe again."""

    code = "LAGGED"
    retryable = True


class GraphFull(LimitExceeded):
    """Neo4j has no memory for so much in one transaction; others and less of it pass."""


class ConfigurationError(AntiphonError):
    """A setting is wrong; the message names file, line and path."""

    code = "CONFIGURATION"


class SetupError(AntiphonError):
    """A part of the installation (Java, Neo4j, the local model) is missing or did not start."""

    code = "SETUP"


class ServiceError(AntiphonError):
    """What a running service answered to one of our own commands."""

    code = "SERVICE"


class ProviderError(AntiphonError):
    """A call to a model's provider failed."""

    code = "PROVIDER_ERROR"

    def __init__(self, message: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class ProviderTimeout(ProviderError):
    """The provider took longer than the timeout to connect, to begin or to finish."""

    code = "PROVIDER_TIMEOUT"
    retryable = True


class ProviderUnavailable(ProviderError):
    """The provider could not be reached, answered 5xx, or its stream broke off."""

    code = "PROVIDER_UNAVAILABLE"
    retryable = True


class ProviderRejected(ProviderError):
    """The provider refused the request (4xx other than 408, 409 and 429)."""

    code = "PROVIDER_REJECTED"


class WayRefused(ProviderRejected):
    """The provider refused how it was asked, not what. `adapted`: the next call of the model asks otherwise."""

    adapted = False


class BoundRefused(WayRefused):
    """An answer may not be as long as the request allows: the prompt is not what is too long.

    In tokens, where the server said it: `window` for prompt and answer together, `prompt` as it counts this one, and
    `most` for any answer.
    """

    window: int | None = None
    prompt: int | None = None
    most: int | None = None


class FormatRefused(WayRefused):
    """The server cannot hold answers to this format or schema; told in words, the model may keep to it."""


class ContextOverflow(ProviderRejected):
    """The prompt does not fit the model's window: asking again is no use, asking for less is."""

    code = "CONTEXT_OVERFLOW"


class ContentFiltered(ProviderRejected):
    """The provider's filter refused the prompt, or cut the answer off; what came before is kept."""

    code = "CONTENT_FILTERED"


class InvalidAnswer(ProviderError):
    """The answer is not what was asked for; the message can be told to the model."""

    code = "INVALID_ANSWER"


class EmptyAnswer(InvalidAnswer):
    """The model ended by itself and had said nothing, as some do now and then: nothing is lost by asking again."""


class RateLimited(ProviderError):
    """The provider answered 429; `retry_after` (seconds) is what it asked for, if it did."""

    code = "RATE_LIMITED"
    retryable = True


class BudgetExceeded(AntiphonError):
    """The task has used the tokens or the money that it may use."""

    code = "BUDGET_EXCEEDED"


class DeadlineExceeded(AntiphonError):
    """The task was not done in the time that it had."""

    code = "DEADLINE_EXCEEDED"


class FailedFast(AntiphonError):
    """A subtask failed, and the task wants nothing more then."""

    code = "FAILED_FAST"


class GraphError(AntiphonError):
    """Neo4j refused a statement."""

    code = "GRAPH_ERROR"


class GraphUnavailable(GraphError):
    """Neo4j is away or does not answer."""

    code = "GRAPH_UNAVAILABLE"
    retryable = True


class GraphEnded(GraphUnavailable):
    """An administrator or a time limit ended what was under way: nothing was written, and Neo4j is there."""


class ErrorCode(StrEnum):
    """What went wrong with a task, a subtask or an attempt. A code of a plug-in's own is shown as PROVIDER_ERROR."""

    INTERNAL = AntiphonError.code
    """Our own fault; the log has what happened."""

    INVALID_INPUT = InvalidInput.code
    """A value is wrong."""

    NOT_FOUND = NotFound.code
    """Something that it needs is not there, or not the caller's."""

    CONFLICT = Conflict.code
    """Something is not in a state that allows this."""

    LIMIT_EXCEEDED = LimitExceeded.code
    """A bound of this service was reached."""

    CONFIGURATION = ConfigurationError.code
    """The configuration does not allow it: a model or a role that is not there, for instance."""

    PROVIDER_ERROR = ProviderError.code
    """The provider answered with an error that is none of those below."""

    PROVIDER_TIMEOUT = ProviderTimeout.code
    """The provider took longer than it may."""

    PROVIDER_UNAVAILABLE = ProviderUnavailable.code
    """The provider could not be reached, broke off, or failed by itself."""

    PROVIDER_REJECTED = ProviderRejected.code
    """The provider refused the request; asking again is no use."""

    CONTEXT_OVERFLOW = ContextOverflow.code
    """The prompt is longer than the model can read."""

    CONTENT_FILTERED = ContentFiltered.code
    """The provider's filter refused the prompt or cut the answer off."""

    INVALID_ANSWER = InvalidAnswer.code
    """The answer is not what was asked for."""

    RATE_LIMITED = RateLimited.code
    """The provider wants fewer calls."""

    BUDGET_EXCEEDED = BudgetExceeded.code
    """The task has used what it may."""

    DEADLINE_EXCEEDED = DeadlineExceeded.code
    """The task's time is over."""

    FAILED_FAST = FailedFast.code
    """Another subtask failed, and the task wants no more then."""

    GRAPH_ERROR = GraphError.code
    """Neo4j refused a statement."""

    GRAPH_UNAVAILABLE = GraphUnavailable.code
    """Neo4j is away."""

    INTERRUPTED = "INTERRUPTED"
    """The process that made the call went away."""

    CANCELLED = "CANCELLED"
    """It was cut with its task."""

    @classmethod
    def of(cls, said: str | None) -> ErrorCode | None:
        """The code that is kept in the graph, where there is one. What is not ours came from a provider's plug-in."""
        return (said and cls.__members__.get(said, cls.PROVIDER_ERROR)) or None
