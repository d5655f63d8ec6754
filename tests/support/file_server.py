"""A file on the web, as hubs serve it: in ranges, over redirects, and breaking off where a test wants it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """Where it listens, the files by path (a text is an address that it leads to), and what was asked: (path, range).

    `breaks`: after so many bytes of each answer, the next number for the next one.
    """

    files: dict[str, bytes | str]
    breaks: list[int] = field(default_factory=list[int])
    takes_ranges: bool = True
    mark: str = '"one"'
    url: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])


@contextmanager
def serving_files(files: dict[str, bytes | str]) -> Iterator[FileServer]:
    """Such a server."""
    known = FileServer(files)

    class Handler(BaseHTTPRequestHandler):
        """Answers with a file, a part of it, or where it is."""

        def do_GET(self) -> None:
            """A file."""
            wish = self.headers.get("range")
            known.asked.append((self.path, wish))
            found = known.files.get(self.path)
            if not isinstance(found, bytes):
                self.send_response(302 if found else 404)
                self.send_header("location", found or "")
                self.send_header("content-length", "0")
                self.end_headers()
                return
            self._send(found, wish if known.takes_ranges and self._is_same() else None)

        def _is_same(self) -> bool:
            return self.headers.get("if-range") in (None, known.mark)

        def _send(self, content: bytes, wish: str | None) -> None:
            begin, _, last = re.sub("[^0-9-]", "", wish or "").partition("-")
            first = int(begin or 0)
            if wish and first >= len(content):
                self.send_response(416)
                self.send_header("content-length", "0")
                self.end_headers()
                return
            part = content[first : int(last) + 1 if last else None]
            self.send_response(206 if wish else 200)
            self.send_header("etag", known.mark)
            self.send_header("content-length", str(len(part)))
            if wish:
                self.send_header("content-range", f"bytes {first}-{first + len(part) - 1}/{len(content)}")
            self.end_headers()
            until = known.breaks.pop(0) if known.breaks and not last else len(part)
            self.wfile.write(part[:until])
            self.close_connection = until < len(part)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    known.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
