"""All parts of the service and how they are wired, opened and closed; knows of no route and no process.

The only place besides `app.py` that knows all parts. Nothing is opened when they are wired.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from service.api.graphql.context import Backend
from service.clock import now_ms
from service.config import Config
from service.conversations.analytics.running import Analytics
from service.conversations.bells import Bells
from service.conversations.branches import Branches
from service.conversations.catalog import Conversations
from service.conversations.context.contexts import Contexts
from service.conversations.context.counts import Counts
from service.conversations.context.coverage import Coverage
from service.conversations.deleting import Deleting
from service.conversations.deltas import Deltas
from service.conversations.erasing import Eraser
from service.conversations.events import Events
from service.conversations.feedback import Feedback
from service.conversations.heads import Heads
from service.conversations.history import History
from service.conversations.keeping import Keeping
from service.conversations.lines import Lines
from service.conversations.marks import Marks
from service.conversations.news import OVERLAP, News
from service.conversations.outline import Outline
from service.conversations.pruning import Counting, Pruner
from service.conversations.responses import Responses
from service.conversations.retention import Retention
from service.conversations.search.indexing import Indexing
from service.conversations.search.pace import Pace
from service.conversations.search.searching import Search
from service.conversations.search.vectors import Vectors
from service.conversations.staleness import Staleness
from service.conversations.transfer.exporting import Exporting
from service.conversations.transfer.importing import Importing
from service.conversations.transfer.uploads import Uploads
from service.conversations.usage import Usage
from service.errors import AntiphonError, GraphUnavailable
from service.graph.analyses import Analyses
from service.graph.changes import ChangeReads
from service.graph.database import Connection, Database
from service.graph.deliveries import Deliveries
from service.graph.erasures import Erasures
from service.graph.export_reads import ExportReads
from service.graph.graph_reads import GraphReads
from service.graph.imports import Imports
from service.graph.leases import Leases
from service.graph.local.model_jar import fetch_model
from service.graph.migrations import migrate
from service.graph.paths import Paths
from service.graph.prunings import Prunings
from service.graph.reader import Reader
from service.graph.searches import Searches
from service.graph.staleness_reads import StalenessReads
from service.graph.store import Store
from service.graph.summaries import Summaries
from service.graph.writer import Writer
from service.models.discovery import Discovery, discovery_of
from service.models.embedding import open_embedder
from service.models.limits import LONGEST_WINDOW_SECONDS
from service.models.registry import Models
from service.providers.embeddings import LOCAL_NAME, Embedder, LocalEmbedder
from service.signals import Signals
from service.strategies import load_strategies
from service.tasks.asked_summaries import AskedSummaries
from service.tasks.calls import Calls
from service.tasks.creating import Tasks
from service.tasks.executors.instance import Instance, hold_instance
from service.tasks.executors.local import LocalExecutor, Worker
from service.tasks.executors.renewing import Hold
from service.tasks.finishing import Finisher
from service.tasks.foreseeing import Foreseeing
from service.tasks.formers import Formers
from service.tasks.kept_plans import KeptPlans
from service.tasks.leaving import Leaving
from service.tasks.material import Material
from service.tasks.merging import Merging
from service.tasks.orders import Orders
from service.tasks.planning import Planner
from service.tasks.previewing import Previews
from service.tasks.prompts import Composers, Prompts
from service.tasks.rebuilding import Rebuilding
from service.tasks.reconciling import Reconciling
from service.tasks.refreshing import Refreshing
from service.tasks.repeats import Repeats
from service.tasks.replays import Replays
from service.tasks.resending import Resending
from service.tasks.reusing import Reusing
from service.tasks.runner import Runner
from service.tasks.summarizing import Summarizing
from service.tasks.summary_tasks import SummaryTasks
from service.tasks.turns import Turns
from service.warming import Cast, play_tasks, rehearsal_config, rehearse

RETRY_SECONDS = 1.0
STOP_SECONDS = 10.0
CUT_SECONDS = 1.0
FINDABLE_SECONDS = 20.0
LEASE_CONNECTIONS = 4
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """All parts, wired."""

    config: Config
    instance: Instance
    database: Database
    writer: Writer
    store: Store
    models: Models
    executor: LocalExecutor
    backend: Backend
    retention: Retention
    summarizing: Summarizing
    pruner: Pruner
    indexing: Indexing
    vectors: Vectors
    eraser: Eraser
    keeping: Keeping
    upkeep: list[asyncio.Task[None]] = field(default_factory=list["asyncio.Task[None]"])
    warm: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, *, brief: bool = False) -> None:
        """Check the graph, bring it up to date, and go on with what a former process left.

        A `brief` service, for one command, rehearses nothing: its first prompt is its last.
        """
        looking = asyncio.create_task(self.models.look_again(), name="antiphon-discovery")
        await self.database.verify()
        await migrate(self.database)
        # What a former process left may ask one that was found.
        await looking
        if self.models.are_limited:
            calls = await self.store.read_recent_calls(now_ms() - round(LONGEST_WINDOW_SECONDS * 1000))
            self.models.recall(calls, now_ms())
        await self.executor.start([self.instance.name])
        self.backend.opened.set()
        asyncio.get_running_loop().call_later(0 if brief else self.config.server.warm_up_seconds, self.warm.set)
        if not brief and self.config.server.warm_up_seconds:
            self.upkeep.append(asyncio.create_task(self._warm_up(), name="antiphon-warm-up"))
        self.upkeep.append(asyncio.create_task(self.retention.run(), name="antiphon-retention"))
        self.upkeep.append(asyncio.create_task(self.pruner.run(), name="antiphon-pruning"))
        self.upkeep.append(asyncio.create_task(self.eraser.run(), name="antiphon-erasing"))
        self.upkeep.append(asyncio.create_task(self.keeping.run(), name="antiphon-keeping"))
        self.upkeep.append(asyncio.create_task(self.backend.importing.run(), name="antiphon-importing"))
        if brief:
            self.backend.search.prepare = self._make_findable
        else:
            self.upkeep.append(asyncio.create_task(self.indexing.run(), name="antiphon-indexing"))
            self.upkeep.append(asyncio.create_task(self.vectors.run(), name="antiphon-vectors"))

    async def _make_findable(self) -> None:
        """Make findable what is not, for a while; what is left then is told."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FINDABLE_SECONDS):
                await self.indexing.catch_up()
                if self.vectors.embedder is not None:
                    await self.vectors.fill(self.vectors.embedder)

    async def _warm_up(self) -> None:
        try:
            played = await rehearse(self.database, self.play, lambda: self.executor.is_idle)
            _log.debug("Rehearsed %d times.", played)
        except (AntiphonError, TimeoutError) as error:
            _log.debug("The rehearsal was broken off: %r", error)
        finally:
            self.warm.set()

    async def play(self, stage: Database) -> None:
        """Play what is rehearsed, with all parts over a stage."""
        parts = assemble(rehearsal_config(self.config), stage, self.instance)
        try:
            await play_tasks(Cast(parts.backend.tasks, parts.backend.reader, parts.backend.events))
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(CUT_SECONDS):
                    await parts.executor.stop()
                    await parts.writer.close()
                    await parts.models.close()

    async def open_when_there(self) -> None:
        """Open, however long Neo4j is away."""
        while True:
            try:
                return await self.open()
            except GraphUnavailable:
                await asyncio.sleep(RETRY_SECONDS)
            except AntiphonError as error:
                _log.error("The graph cannot be opened: %s", error)
                await asyncio.sleep(RETRY_SECONDS * 10)

    async def close(self) -> None:
        """Cut what runs, write what waits, and let go of everything."""
        for task in self.upkeep:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for part in (
            self.backend.importing.stop,
            self.summarizing.stop,
            self.executor.stop,
            self.writer.close,
            self.models.close,
            self.vectors.close,
            self.database.close,
        ):
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await part()
            except Exception:
                _log.warning("A part did not stop cleanly; what it held is gone on with at the next start.")
        self.instance.release()


def wire(config: Config, connection: Connection) -> Services:
    """All parts for one graph; nothing is opened yet."""
    load_strategies()
    instance = hold_instance(config.storage.data_folder / "instances")
    return assemble(config, Database(connection), instance, discovery_of(config))


def assemble(config: Config, database: Database, instance: Instance, discovery: Discovery | None = None) -> Services:
    """All parts over a database, under the name of this process."""
    writer, signals, deltas, stopping = Writer(database), Signals(), Deltas(), asyncio.Event()
    store, reader, models = Store(database, writer, signals), Reader(database), Models(config, discovery=discovery)
    material = Material(store)
    paths, plans, summaries = Paths(database), KeptPlans(models, reader, store), Summaries(database)
    counts = Counts(models.count, paths)
    contexts, lines = Contexts(paths, counts, Coverage(summaries, counts)), Lines(paths, counts)
    orders = Orders(plans, models)
    summary_tasks = SummaryTasks(store, summaries, orders, models)
    rebuilding = Rebuilding(paths, contexts, models, summary_tasks)
    reconciling = Reconciling(store, lines, models)
    composers = Composers(summary_tasks, Resending(rebuilding, models), reconciling)
    prompts = Prompts(contexts, models, material, composers)
    reusing = Reusing(store, models, prompts)
    runner = Runner(store, models, prompts, Calls(store, models, deltas, stopping), reusing.taking)
    hold = Hold(instance.holder, config.executor.lease_seconds, config.executor.max_parallel)
    finisher = Finisher(store, material)
    planner = Planner(store, models, material, finisher, reconciling.keep, reusing, Formers(store, material))
    heads, changes = Heads(reader, signals), ChangeReads(database)
    worker = Worker(store, material, planner, runner, finisher)
    executor = LocalExecutor(worker, hold, stopping, partial(_leases, database.connection))
    conversations = Conversations(reader, store)
    summarizing = Summarizing(
        summary_tasks.aheads, summaries, summary_tasks.model_of, partial(summary_tasks.make, executor)
    )
    executor.tell(summarizing.ended)
    tasks = Tasks(plans, store, models, executor)
    repeats = Repeats(store, models, orders)
    asked = AskedSummaries(store, contexts, orders, models)
    prunings = Prunings(database, writer, signals)
    pruner = Pruner(prunings)
    exporting = Exporting(reader, ExportReads(database), GraphReads(database))
    searches, pace = Searches(database), Pace(lambda: writer.callers, lambda: exporting.are_under_way)
    indexing = Indexing(searches, signals, config.settings.search.analyzer, pace)
    model_jar = partial(fetch_model, config.storage.cache_folder)
    vectors = Vectors(searches, open_embedder(models, model_jar), partial(_former, model_jar), indexing.told, pace)
    erasures = Erasures(database, writer, signals)
    eraser = Eraser(erasures)
    deleting = Deleting(erasures, eraser, tasks.cancel_task)
    branches, summarize = Branches(reader, store, pruner, Counting(prunings)), partial(asked.summarize, executor)
    uploads = Uploads(config.storage.data_folder / "imports", config.storage.max_import_bytes)
    importing = Importing(Imports(database, writer), Deliveries(database), uploads, Pace(lambda: writer.callers))
    bounds, analyses = config.server.limits, Analyses(database)
    backend = Backend(
        config=config,
        reader=reader,
        history=History(reader),
        conversations=conversations,
        marks=Marks(reader, store),
        feedback=Feedback(reader, store),
        branches=branches,
        outline=Outline(reader),
        tasks=tasks,
        merging=Merging(reader, store, lines, tasks),
        lines=lines,
        rebuilding=rebuilding,
        previews=Previews(store, contexts, models),
        turns=Turns(store, repeats, executor),
        replays=Replays(store, repeats, rebuilding, executor),
        refreshing=Refreshing(store, repeats, Foreseeing(store, reader, models, material, planner, reusing), executor),
        leaving=Leaving(reader, store, branches, summarize),
        summarize=summarize,
        plans=plans,
        events=Events(reader, heads),
        news=News(changes, Bells(changes, signals), OVERLAP * database.connection.timeout),
        usage=Usage(reader, conversations),
        analytics=Analytics(analyses, seconds=bounds.max_analytics_seconds, most=bounds.max_analytics_at_once),
        search=Search(searches, vectors),
        staleness=Staleness(StalenessReads(database)),
        deltas=deltas,
        responses=Responses(reader, heads, deltas),
        deleting=deleting,
        importing=importing,
        exporting=exporting,
        models=models,
    )
    retention = Retention(store, config.storage.event_retention_hours)
    storage = config.storage
    keeping = Keeping(erasures, deleting, storage.keep_days, storage.keep_days_of)
    upkeep = (retention, summarizing, pruner, indexing, vectors, eraser, keeping)
    return Services(config, instance, database, writer, store, models, executor, backend, *upkeep)


def _former(model_jar: Callable[[], Path], name: str) -> Embedder | None:
    """The model that the graph was embedded with before, where it can still be asked."""
    return LocalEmbedder(model_jar) if name == LOCAL_NAME else None


@asynccontextmanager
async def _leases(connection: Connection) -> AsyncGenerator[Leases]:
    """The leases, through connections of their own: for another event loop than that of the requests."""
    database = Database(replace(connection, pool_size=LEASE_CONNECTIONS))
    try:
        yield Leases(database)
    finally:
        await database.close()
