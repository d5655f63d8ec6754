"""The stored outputs of real tools, and states of ERROR tasks over them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from service.records import Aggregation
from service.strategies.interface import TaskState
from tests.support.task_states import source, state

SAMPLES = Path(__file__).parents[1] / "unit" / "strategies" / "error_samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.txt"))


def sample(name: str) -> str:
    """A stored output."""
    return (SAMPLES / f"{name}.txt").read_text(encoding="utf-8")


def task(*files: tuple[str, str], room: int = 20_000, aggregation: Aggregation = Aggregation.REDUCE, **settings):
    """An ERROR task over the files (name and text), counted in characters."""
    sources = tuple(source(number, text, name) for number, (name, text) in enumerate(files))
    return replace(state(room=room, aggregation=aggregation, **settings), sources=sources)


def written(task: TaskState, ask) -> str:
    """What the model reads of an ask about spans, as it is composed."""
    texts = {one.id: one.text for one in task.sources}
    spans = [f"{span.label}\n{texts[span.source_id][span.start : span.end]}" for span in ask.spans]
    return "\n\n".join([ask.brief, *spans])
