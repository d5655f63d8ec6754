"""How many tokens the messages of a path have: counted once each, and kept with the message by vocabulary.

Owns which counts are kept where: those of the vocabularies that are always at hand in the graph, those that only a
model's own process knows in this process. Knows nothing of what is chosen by them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from service.chat import ModelConfig
from service.conversations.context.spoken import chat_message, message_text
from service.errors import AntiphonError
from service.providers.tokens import VOCABULARIES, combined, count_batch, vocabularies

Row = Mapping[str, Any]

MOST_REMEMBERED = 200_000
"""Counts that are remembered of models whose vocabulary the graph does not keep."""
KEPT_AT_ONCE = 200
"""Counts that are written in one transaction."""
_log = logging.getLogger(__name__)


class KeepsCounts(Protocol):
    """What is needed of `graph/paths.py`."""

    async def keep_token_counts(self, rows: Sequence[dict[str, Any]]) -> None:
        """Keep `{id, o200k, cl100k}` with messages; None is not known."""
        ...


class Counts:
    """Counts messages, and keeps what it counted. `count` is for models that count as only their own process can."""

    def __init__(self, count: Callable[[str, ModelConfig], Awaitable[int]], keeper: KeepsCounts) -> None:
        self._count = count
        self._keeper = keeper
        self._remembered: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._keeping: set[asyncio.Task[None]] = set()

    async def of(self, rows: Sequence[Row], model: ModelConfig) -> dict[str, int]:
        """The tokens of each of these messages, which have a text, by id. Off the event loop where it takes long."""
        needed = vocabularies(model)
        if not needed:
            return await self._of_model(rows, model)
        counts = {row["id"]: {name: row[name] for name in needed} for row in rows}
        fresh: dict[str, dict[str, Any]] = {}
        for name in needed:
            missing = [row for row in rows if row[name] is None]
            if not missing:
                continue
            texts = [message_text(chat_message(row)) for row in missing]
            for row, tokens in zip(missing, await asyncio.to_thread(count_batch, texts, name), strict=True):
                counts[row["id"]][name] = tokens
                fresh.setdefault(row["id"], {"id": row["id"], **dict.fromkeys(VOCABULARIES)})[name] = tokens
        if fresh:
            self._keep(list(fresh.values()))
        return {id_: combined(said, model) for id_, said in counts.items()}

    async def settle(self) -> None:
        """Wait until what was counted is kept."""
        while self._keeping:
            await asyncio.wait(self._keeping)

    async def _of_model(self, rows: Sequence[Row], model: ModelConfig) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in rows:
            key = row["id"], model.key
            tokens = self._remembered.get(key)
            if tokens is None:
                tokens = await self._count(message_text(chat_message(row)), model)
                self._remembered[key] = tokens
                if len(self._remembered) > MOST_REMEMBERED:
                    self._remembered.popitem(last=False)
            found[row["id"]] = tokens
        return found

    def _keep(self, rows: list[dict[str, Any]]) -> None:
        keeping = asyncio.create_task(self._write(rows), name="antiphon-counts")
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)

    async def _write(self, rows: list[dict[str, Any]]) -> None:
        """Whoever asks does not wait for it: where it fails, they are counted again the next time."""
        rows.sort(key=lambda row: row["id"])
        try:
            for start in range(0, len(rows), KEPT_AT_ONCE):
                await self._keeper.keep_token_counts(rows[start : start + KEPT_AT_ONCE])
        except AntiphonError as error:
            _log.debug("Counts of tokens could not be kept. %s", error)
