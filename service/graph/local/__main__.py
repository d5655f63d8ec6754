"""`python -m service.graph.local start|stop|status [--home DIR]`: a server without the service, for developers."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from service.errors import AntiphonError
from service.folders import cache_folder, data_folder
from service.graph.local import progress_on, start, status, stop


async def _run(command: str, home: Path) -> None:
    if command == "start":
        server = await start(home, cache_folder(), progress=progress_on(), detached=True)
        await server.release()
    if command == "stop":
        print("stopped" if await stop(home) else "was not running")
        return
    print(await status(home))


def main() -> int:
    """Run one command; the exit code is 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m service.graph.local", description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "status"])
    parser.add_argument("--home", type=Path, default=data_folder() / "neo4j")
    arguments = parser.parse_args()
    try:
        asyncio.run(_run(arguments.command, arguments.home))
    except AntiphonError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
