"""The strategy CHUNK: the sources one after another, each cut on natural borders into parts that fit."""

from __future__ import annotations

from service.records import Aggregation
from service.strategies.interface import Ask, Asks, Plan, TaskState
from service.strategies.parts import (
    Cutter,
    Pieces,
    all_parts,
    finish,
    in_pieces,
    part_key,
    parts_of,
    pending,
    so_far,
    stopped,
)
from service.strategies.reducing import Names, Progress, reduce_tree

_NAMES = Names(title="Combine the answers")


def plan(state: TaskState) -> Plan:
    """Cut the sources on natural borders into parts that fit the model, and ask about all parts in parallel.

    The parts' answers are aggregated as the task says; REDUCE asks the model to combine them, as a tree. A part that
    turns out to be too long for the model is cut into smaller ones.
    """
    progress = Progress.of(state)
    asked = all_parts(progress.subtasks)
    if stopped(state):
        return finish(state, so_far(progress, asked, progress.subtasks, _NAMES).keys)
    if asked is None or not all(map(progress.final, asked)):
        asks = _asks(state)
        if pending(progress, asks):
            return Asks(asks)
        asked = [ask.key for ask in asks]
    parts = in_pieces(progress, asked, Cutter(state, lambda: _asks(state)).cut)
    return Asks(parts.asks) if parts.asks else _after(state, progress, parts)


def _after(state: TaskState, progress: Progress, parts: Pieces) -> Plan:
    if state.settings.aggregation is not Aggregation.REDUCE:
        return finish(state, [key for key in parts.keys if progress.succeeded(key)])
    reduction = reduce_tree(progress, parts.keys, _NAMES, complete=parts.whole)
    return Asks(reduction.asks) if reduction.asks else finish(state, reduction.keys)


def _asks(state: TaskState) -> tuple[Ask, ...]:
    parts = [part for source in state.sources for part in parts_of(state, source)]
    return tuple(
        Ask(part_key(index, len(parts)), one.title, spans=(one.span,), part=one.part, parts=one.parts)
        for index, one in enumerate(parts)
    )
