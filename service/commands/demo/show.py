"""`antiphon demo`: what Antiphon is good at, in five short scenes, on a memory of its own.

It needs no key: the first scenes are played on recorded answers, the last one asks the best model at hand.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
import threading
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from service.commands.demo.recorded import RecordedProvider
from service.commands.demo.scenes import SCENES, Scene
from service.commands.demo.stage import Stage, alone
from service.commands.following import CANCELLED, interruptions
from service.commands.neo4j import show_login
from service.commands.setup import prepare_model
from service.commands.terminal import headline, say, write
from service.config import Config, load_config
from service.graph.local import progress_on
from service.graph.local.install import install


async def run_demo(keep: bool) -> int:
    """Play the scenes, and with `keep` stay up until Enter or Ctrl-C; the exit code."""
    config = load_config()
    folder = config.storage.data_folder / "demo"
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(folder))
        # Over all of it: otherwise Ctrl-C between two steps would end the demo before what it has started.
        interrupted = stack.enter_context(interruptions())
        recorded = RecordedProvider()
        stage = Stage(config, folder, await stack.enter_async_context(recorded.listening(config)))
        stack.push_async_callback(stage.stop)
        if not await _unless(interrupted, _play(Scene(config, stage, recorded))):
            say("Stopping …")
            return CANCELLED
        if keep:
            await _stay(stage, interrupted)
    return 0


async def _play(scene: Scene) -> None:
    write("Antiphon's demo, in five scenes. It has a memory of its own: your conversations are not touched.\n")
    await _install(scene.config)
    began = time.monotonic()
    await scene.stage.start()
    write(f"Neo4j and the service are up after {time.monotonic() - began:.1f} s.\n")
    for number, (title, play) in enumerate(SCENES, 1):
        headline(f"{number}. {title}")
        await play(scene)
    again = f"ANTIPHON_DATA_DIR={shlex.quote(str(scene.stage.folder))} antiphon conversations"
    write(f"\nTo look at all this later:  {again}\n")


async def _install(config: Config) -> None:
    """Fetch what is missing, here and not in the service, so that the person sees how far it is."""
    await asyncio.to_thread(prepare_model, config)
    stop = threading.Event()
    try:
        await asyncio.to_thread(install, config.storage.cache_folder, progress_on(), stop=stop)
    finally:
        stop.set()


async def _unless(interrupted: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work until it ends or the person interrupts it; whether it came to its end."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(interrupted.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if working.done():
        await working
        return True
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return False


async def _stay(stage: Stage, interrupted: asyncio.Event) -> None:
    write(f"\nGraphQL        {stage.url}/graphql\n")
    show_login(await stage.neo4j())
    with_enter = sys.stdin.isatty()
    if with_enter:
        loop = asyncio.get_running_loop()
        threading.Thread(target=_set_at_enter, args=(loop, interrupted), daemon=True).start()
    say(f"\nAll of it stays up until {'Enter or ' * with_enter}Ctrl-C.")
    await interrupted.wait()
    say("Stopping …")


def _set_at_enter(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    sys.stdin.readline()
    loop.call_soon_threadsafe(event.set)
