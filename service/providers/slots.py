"""Which of a local model's slots a call goes to: calls that share a long prefix go to one, one after the other.

llama.cpp keeps a prompt in the slot that read it, and a call that comes while that slot is busy is read anew, whole, in
another. Reading is slower than answering here, so such calls wait for their slot, and others have the rest.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from service.chat import ChatRequest
from service.providers.caching import has_long_prefix


class Slots:
    """The slots of one process, and what each was last used for."""

    def __init__(self, count: int) -> None:
        self._locks = [asyncio.Lock() for _ in range(count)]
        self._held: OrderedDict[int, str | None] = OrderedDict.fromkeys(range(count))

    @asynccontextmanager
    async def hold(self, request: ChatRequest) -> AsyncGenerator[int | None]:
        """The slot for a call, for as long as it is made; None where any will do."""
        key = request.cache_key
        if key is None or len(self._locks) < 2 or not has_long_prefix(request):
            yield None
            return
        slot = self._slot(key)
        async with self._locks[slot]:
            yield slot

    def _slot(self, key: str) -> int:
        """The slot that has it, else the one that was used longest ago, of those that are free where some are."""
        found = next((slot for slot, held in self._held.items() if held == key), None)
        if found is None:
            found = next((slot for slot in self._held if not self._locks[slot].locked()), next(iter(self._held)))
        self._held[found] = key
        self._held.move_to_end(found)
        return found
