"""Subscribers who come back without saying where they were: what each one is known to have received.

A library that retries by itself (graphql-ws) sends the same operation with the same id, a random UUID, on its next
connection. What it received is known by pings: each names the cursor of the event before it, and its pong echoes that.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from typing import Any

import orjson

from service.api.graphql.context import Stream

MOST = 2_000
"""Subscribers that are remembered for each owner, those who began last."""
LONGEST_CURSOR = 200
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def confirm(stream: Stream, cursor: object) -> None:
    """A client says that it received all up to this cursor; what it says is about its own events alone."""
    if isinstance(cursor, str) and len(cursor) <= LONGEST_CURSOR:
        stream.after = cursor


class Subscribers:
    """Who subscribed lately; kept in memory, for each owner apart."""

    def __init__(self) -> None:
        self._owners: dict[str, OrderedDict[str, Stream]] = {}

    def begin(self, owner: str, id: str | int, *operation: Any) -> Stream | None:
        """The stream of a subscription: it goes on after what is known to have been received under its id.

        None for an id that is no UUID, since it may be anybody's next one, and for variables too deep to compare.
        """
        if not _UUID.fullmatch(str(id)):
            return None
        try:
            key = hashlib.sha256(orjson.dumps([id, *operation])).hexdigest()
        except orjson.JSONEncodeError:
            return None
        known = self._owners.setdefault(owner, OrderedDict())
        former = known.pop(key, None)
        stream = known[key] = Stream(former.after if former else None)
        if len(known) > MOST:
            known.popitem(last=False)
        return stream
