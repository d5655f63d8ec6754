"""A model server on a free port, as a client sees it that only looks: fixed answers by path, at once or late."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass
class ModelServer:
    """Where it listens, what it answers by path (a text goes out as it stands), and what it was asked."""

    answers: dict[str, Any]
    delay: float = 0.0
    url: str = ""
    asked: list[str] = field(default_factory=list[str])


@contextmanager
def serving(answers: dict[str, Any], delay: float = 0.0, port: int = 0) -> Iterator[ModelServer]:
    """Such a server. A path with a body is asked for as `PATH BODY`, whatever it holds as `PATH`."""
    known = ModelServer(answers, delay)

    class Handler(BaseHTTPRequestHandler):
        """Answers what is known, 404 for all else."""

        def do_GET(self) -> None:
            """A page or a list."""
            self._answer(self.path)

        def do_POST(self) -> None:
            """A question with a body."""
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            self._answer(f"{self.path} {body}")

        def _answer(self, wish: str) -> None:
            known.asked.append(wish)
            time.sleep(known.delay)
            found = known.answers.get(wish, known.answers.get(wish.partition(" ")[0]))
            raw = found if isinstance(found, str) else json.dumps(found)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(raw.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    known.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()


def listed(*rows: Json | str, **more: Any) -> Json:
    """A list of models as `/v1/models` has it."""
    models = [{"id": row} if isinstance(row, str) else row for row in rows]
    return {"object": "list", "data": [{"object": "model", **more, **row} for row in models]}
