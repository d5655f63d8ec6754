"""How often the event loop turned: what goes on beside long work."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class Turns:
    """Counts the turns of the event loop during its body."""

    def __init__(self) -> None:
        self.count = 0

    async def __aenter__(self) -> Self:
        self._turning = asyncio.create_task(self._turn())
        await asyncio.sleep(0)
        self.count = 0
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turning.cancel()

    async def _turn(self) -> None:
        while True:
            self.count += 1
            await asyncio.sleep(0)
