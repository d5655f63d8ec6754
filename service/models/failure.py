"""What to do when a call failed: ask again, ask the next model, or give up. Pure: the time is an argument.

`docs/failures.md` is this table in words.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from service.chat import ModelConfig
from service.errors import (
    AntiphonError,
    ContentFiltered,
    ContextOverflow,
    EmptyAnswer,
    InvalidAnswer,
    ProviderError,
    ProviderRejected,
    WayRefused,
)

FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
PATIENCE_SECONDS = 10.0
"""Who asks us to wait longer is not waited for where another model can be asked."""
MOST_ADAPTED = 4
"""How often in a row a model is asked otherwise: for a format, a bound, and a bound that our count missed."""
_OF_THIS_PROVIDER = {None, 401, 402, 403, 404, 429}
"""Refusals that say something of the provider, the key or the quota, and nothing of the request."""


class Remedy(Enum):
    """What may help after a failure."""

    WAIT = "ask again after a while, then the next model"
    ADAPT = "ask again at once, in a way that the server can do"
    REPAIR = "tell the model what is wrong and ask again, then the next model"
    NEXT_MODEL = "ask the next model"
    LARGER_MODEL = "ask the next model whose window is larger"
    NOTHING = "give up"


def remedy(error: BaseException) -> Remedy:
    """What may help after this failure."""
    match error:
        case ContextOverflow():
            return Remedy.LARGER_MODEL
        case WayRefused():
            return Remedy.ADAPT if error.adapted else Remedy.NEXT_MODEL
        case ContentFiltered():
            return Remedy.NEXT_MODEL
        case ProviderRejected():
            return Remedy.NEXT_MODEL if error.status in _OF_THIS_PROVIDER else Remedy.NOTHING
        case EmptyAnswer():
            return Remedy.WAIT
        case InvalidAnswer():
            return Remedy.REPAIR
        case ProviderError():
            return Remedy.WAIT if error.retryable else Remedy.NEXT_MODEL
        case _:
            return Remedy.NOTHING


def blames_model(error: BaseException) -> bool:
    """Whether a failure says that the model is not to be had now, whatever it is asked."""
    unfit = (ContextOverflow, ContentFiltered, InvalidAnswer, WayRefused)
    return not isinstance(error, unfit) and remedy(error) in (Remedy.WAIT, Remedy.NEXT_MODEL)


def backoff(error: BaseException, failed: int) -> float:
    """Seconds to wait after the `failed`th failure in a row: what the provider asked for, else exponential with full
    jitter (AWS Architecture Blog, 2015). What was asked for is never undercut."""
    asked = error.retry_after if isinstance(error, ProviderError) else None
    spread = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2 ** min(failed - 1, 16))
    jittered = random.uniform(0, spread)
    return asked + jittered * 0.1 if asked is not None else jittered


@dataclass(frozen=True, slots=True)
class Bounds:
    """How often a model is tried, and for how many seconds in all, from the first call on."""

    attempts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made before: of which model, and whether it failed."""

    model: str
    failed: bool


class Ladder:
    """The models that a subtask may ask, first to last, and how far it has come.

    A model is asked until it answered, was tried often enough or cannot help; then the next. The first call of a
    model is always allowed, a further one only while there is time.
    """

    def __init__(self, models: Sequence[ModelConfig], bounds: Bounds, made: Sequence[Made] = ()) -> None:
        self._models = models
        self._bounds = bounds
        self._deadline: float | None = None
        names = [model.key for model in models]
        known = [one for one in made if one.model in names]
        self._at = names.index(known[-1].model) if known else 0
        self._adapted = 0
        self._failed = sum(one.failed and one.model == names[self._at] for one in known)

    @property
    def model(self) -> ModelConfig:
        """The model to ask now."""
        return self._models[self._at]

    @property
    def others(self) -> Sequence[ModelConfig]:
        """The models that may be asked after this one."""
        return self._models[self._at + 1 :]

    def skip_to(self, model: ModelConfig) -> None:
        """Go on with a later model, because those before it are not to be had now."""
        self._move(self._models.index(model))

    def begun(self, now: float) -> None:
        """Note that a call begins: the time that all calls have in all runs from the first."""
        if self._deadline is None:
            self._deadline = now + self._bounds.seconds

    def after(self, error: BaseException, now: float) -> float | None:
        """Seconds to wait before the next call, perhaps of the next model; None: give up."""
        what = remedy(error)
        if what is Remedy.ADAPT and self._adapted < MOST_ADAPTED:
            # That the server was asked in a way that it cannot do is no failure of the model's.
            self._adapted += 1
            return 0.0
        self._failed += 1
        match what:
            case Remedy.NOTHING:
                return None
            case Remedy.LARGER_MODEL:
                return self._climb(self.model.context_window)
            case Remedy.NEXT_MODEL | Remedy.ADAPT:
                return self._climb()
            case Remedy.REPAIR:
                return self._again(0.0, now)
            case Remedy.WAIT:
                asked = error.retry_after if isinstance(error, ProviderError) else None
                return self._again(backoff(error, self._failed), now, asked)

    def _again(self, delay: float, now: float, asked: float | None = None) -> float | None:
        assert self._deadline is not None
        if self._failed >= self._bounds.attempts or now + delay > self._deadline:
            return self._climb()
        if asked and asked > PATIENCE_SECONDS and self.others:
            return self._climb()
        return delay

    def _climb(self, window: int = 0) -> float | None:
        for place in range(self._at + 1, len(self._models)):
            if self._models[place].context_window > window:
                self._move(place)
                return 0.0
        return None

    def _move(self, place: int) -> None:
        if place != self._at:
            self._at, self._failed, self._adapted = place, 0, 0


def code_of(error: BaseException) -> str | None:
    """The code of an error of ours."""
    return error.code if isinstance(error, AntiphonError) else None
