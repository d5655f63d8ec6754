"""What reads a file to be imported, in a process of its own: whatever is in it, the service goes on.

    python -P -m service.conversations.transfer.reading PATH NAME OWNER [FORMAT]

writes a JSON object a line: `{"format"}`, then for each conversation `{"conversation"}`, `{"messages"}` once or more,
and `{"end"}`; `{"notices"}` for what could not be read; last `{"done"}` or `{"failed"}`. The same file gives the same
lines, so that somebody who was interrupted counts them. It gives way to all others, and has its own bounds of memory.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from service.conversations.transfer import bundles
from service.conversations.transfer.bundles import Bundle, open_bundle
from service.conversations.transfer.formats import FORMATS, Format, recognize
from service.conversations.transfer.grafting import Grafted, graft
from service.conversations.transfer.transcripts import Notice, NoticeKind, Transcript, Unreadable

Line = dict[str, Any]

MOST_MEMORY = 6 * 2**30
ROWS_A_LINE = 200
CHARACTERS_A_LINE = 1_000_000
MOST_NOTICES = 50
"""Of one conversation; how many more there are is said."""


def main(arguments: list[str]) -> int:
    """Read a file; 0 where it was read to its end, 1 where the last line says why not."""
    path, name, owner, *format = arguments
    _be_modest()
    for line in read_lines(Path(path), name, owner, format[0] if format else None):
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        if "messages" not in line:
            sys.stdout.buffer.flush()
    return 0


def read_lines(path: Path, name: str, owner: str, format: str | None = None) -> Iterator[Line]:
    """The lines; see above."""
    try:
        bundle = open_bundle(path, name)
        known = FORMATS[format] if format else recognize(bundle)
        yield {"format": known.name, "bytes": bundle.size}
        yield from _conversations(bundle, known, owner)
    except Unreadable as error:
        yield {"failed": str(error)}
    except OSError as error:
        yield {"failed": f"{name} cannot be read: {error.strerror or error}."}
    except MemoryError:
        yield {"failed": "A conversation in it is larger than what can be read at once. Divide the file."}
    except RecursionError:
        yield {"failed": "Its values are nested too deep."}


def _conversations(bundle: Bundle, format: Format, owner: str) -> Iterator[Line]:
    number = 0
    try:
        for read in format.read(bundle):
            number += 1
            yield from _lines(number, read, format.name, owner)
    except (Unreadable, UnicodeDecodeError) as error:
        # What came before it is imported.
        yield {"failed": str(error), "n": number}
    else:
        yield {"done": True, "n": number}


def _lines(number: int, read: Transcript | Notice, format: str, owner: str) -> Iterator[Line]:
    if isinstance(read, Notice):
        yield _noticed(number, [read])
        return
    try:
        grafted = graft(read, owner, format)
    except Unreadable as error:
        yield _noticed(number, [*read.notices, Notice(NoticeKind.SKIPPED, read.place, str(error))])
        return
    yield {"n": number, "conversation": grafted.conversation}
    for rows in _pieces(grafted):
        yield {"messages": rows}
    end = {"conversationId": grafted.conversation["conversationId"], "headId": grafted.head}
    end |= {"branches": list(grafted.branches), "place": read.place}
    yield {"end": end, **_noticed(number, grafted.notices)}


def _noticed(number: int, notices: Sequence[Notice]) -> Line:
    said = [{"kind": str(it.kind), "place": it.place[:500], "text": it.text[:1000]} for it in notices]
    return {"notices": said[:MOST_NOTICES], "noticed": len(said), "n": number, "read": bundles.taken()}


def _pieces(grafted: Grafted) -> Iterator[list[Line]]:
    rows: list[Line] = []
    weight = 0
    for row in grafted.messages:
        rows.append(row)
        weight += len(row["properties"]["content"]) + len(row["properties"].get("foreign") or "") + 200
        if len(rows) >= ROWS_A_LINE or weight >= CHARACTERS_A_LINE:
            yield rows
            rows, weight = [], 0
    if rows:
        yield rows


def _be_modest() -> None:
    with suppress(OSError, AttributeError):
        os.nice(10)
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        # Nobody reads any more: the import was cancelled.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
