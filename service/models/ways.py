"""How a model's server wants to be asked, as far as its refusals have said: what was learned in this process.

A refused bound or schema says nothing of the prompt, and the next call can be made as the server wants it. Knows
nothing of tasks and of HTTP. What is learned here is forgotten with the process; the error names the settings.
"""

from __future__ import annotations

from collections import OrderedDict

import orjson

from service.errors import BoundRefused, FormatRefused, WayRefused
from service.providers.sizes import LEAST_ANSWER
from service.records import ResponseFormat

MOST_FORMATS = 256
"""Schemas that are remembered for a model."""
_MARGIN = 8
"""Tokens that are left free, for what servers add to a prompt."""
_SHORT = 500
"""Tokens of a prompt below which what servers add to it outweighs how differently they count."""


class Ways:
    """What one model's server cannot do. Sizes in tokens."""

    def __init__(self) -> None:
        self.window: int | None = None
        self._most: int | None = None
        self._ratio, self._more = 1.0, 0
        self._refused: OrderedDict[bytes, None] = OrderedDict()

    def learn(self, error: WayRefused, form: ResponseFormat, counted: int) -> None:
        """Take from a refusal what is to be asked otherwise. `counted` is how long we think that the prompt is."""
        if isinstance(error, FormatRefused):
            self._refused[_key(form)] = None
            if len(self._refused) > MOST_FORMATS:
                self._refused.popitem(last=False)
        elif isinstance(error, BoundRefused):
            self._learn_sizes(error, counted)

    def takes(self, form: ResponseFormat) -> bool:
        """Whether the server was not seen to refuse this format."""
        return not self._refused or _key(form) not in self._refused

    def bound(self, wanted: int, counted: int) -> int:
        """How many tokens an answer to a prompt that we count so may have.

        Where hardly any is left the server shall say that the prompt is too long, so it is asked for a little.
        """
        most = wanted if self._most is None else min(wanted, self._most)
        if self.window is None:
            return most
        left = self.window - int(counted * self._ratio + 0.999) - self._more - _MARGIN
        return min(most, max(left, min(LEAST_ANSWER, self.window // 8)))

    def _learn_sizes(self, error: BoundRefused, counted: int) -> None:
        if error.most is not None:
            self._most = error.most
        if error.window is not None:
            self.window = error.window
        if error.prompt is None or not counted:
            return
        if counted < _SHORT:
            self._more = max(self._more, error.prompt - counted)
        else:
            self._ratio = max(self._ratio, error.prompt / counted)


def _key(form: ResponseFormat) -> bytes:
    return form.kind.value.encode() + orjson.dumps(form.schema, option=orjson.OPT_SORT_KEYS)
