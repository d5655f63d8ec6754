"""What a task that refreshes another takes over of it: how texts were cut, and answers about what did not change.

Read once for a task and kept while it may be planned again. Knows nothing of what is asked.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.graph.store import Store
from service.strategies.recutting import Former, FormerPart
from service.tasks.material import Material, TaskWork

MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class FormerTask:
    """Older versions by the ids of the sources that are read now, and answers by what they are about."""

    texts: Mapping[str, Former] = field(default_factory=dict[str, Former])
    known: Mapping[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


NOTHING = FormerTask()


class Formers:
    """Finds what tasks take over."""

    def __init__(self, store: Store, material: Material) -> None:
        self._store = store
        self._material = material
        self._kept: OrderedDict[str, FormerTask] = OrderedDict()

    async def of(self, task: TaskWork) -> FormerTask:
        """What the task takes over; nothing where it refreshes none."""
        if task.refreshes is None:
            return NOTHING
        found = self._kept.get(task.id)
        if found is None:
            found = self._kept[task.id] = await self._read(task, task.refreshes)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    async def _read(self, task: TaskWork, former_id: str) -> FormerTask:
        row = await self._store.read_former(task.owner_id, former_id)
        by_reading: dict[int, list[FormerPart]] = {}
        for reading, *said in row["parts"]:
            by_reading.setdefault(reading, []).append(FormerPart(*said))
        named = {one["name"]: one for one in row["readings"] if one["index"] in by_reading}
        texts: dict[str, Former] = {}
        for source in task.sources.values():
            if (was := named.get(source["name"])) is not None:
                text = await self._material.source_text(was["sourceId"])
                texts[source["id"]] = Former(text, tuple(by_reading[was["index"]]))
        return FormerTask(texts, {one["identity"]: one for one in row["known"]})
