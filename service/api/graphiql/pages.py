"""The page with GraphiQL, the files that it is made of, and the shipped operations as its examples.

Nothing comes from elsewhere, and the page says so to the browser. It holds nothing of anybody's: it asks as any client.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from service.resources import read_resource, resource

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".txt": "text/plain"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load: its own files, and what they have in themselves."""

_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
_PLAIN = """<!doctype html><meta charset="utf-8"><title>Antiphon</title>
<h1>Antiphon</h1><p>GraphQL is served here by POST. The contract is in <a href="schema.graphql">schema.graphql</a>.
"""
_KINDS = ("query", "mutation", "subscription")


def page(has_graphiql: bool) -> Response:
    """What a browser sees at `/graphql`."""
    text = (STATIC / "index.html").read_text(encoding="utf-8") if has_graphiql else _PLAIN
    return HTMLResponse(text, headers=_HEADERS | {"Content-Security-Policy": POLICY, "Vary": "Accept"})


def serve_file(request: Request) -> Response:
    """A file of the page's. A browser that has it asks whether it is the same, and gets nothing more."""
    path = _files().get(request.path_params["name"])
    if path is None:
        return PlainTextResponse("There is no such file.", 404)
    headers = _HEADERS | {"ETag": _tag(path)}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(None, 304, headers)
    return FileResponse(path, headers=headers, media_type=TYPES[path.suffix])


def serve_examples(request: Request) -> Response:
    """The shipped operations, each with variables to begin with."""
    return Response(_examples(), headers=_HEADERS, media_type="application/json")


@cache
def _files() -> dict[str, Path]:
    return {path.name: path for path in STATIC.rglob("*") if path.suffix in TYPES}


@cache
def _tag(path: Path) -> str:
    return f'"{hashlib.sha256(path.read_bytes()).hexdigest()}"'


@cache
def _examples() -> str:
    names = sorted(path.stem for path in resource("schema", "operations").glob("*.graphql"))
    examples = [example(name) for name in names]
    groups = [
        {"title": title, "examples": [it for it in examples if it["kind"] == kind]}
        for title, kind in zip(("Queries", "Mutations", "Subscriptions"), _KINDS, strict=True)
    ]
    return json.dumps(groups, ensure_ascii=False)


def example(name: str) -> dict[str, Any]:
    """A shipped operation as an example."""
    text = read_resource("schema", "operations", f"{name}.graphql")
    kind = next(iter(re.findall(r"^(query|mutation|subscription)\b", text, re.MULTILINE)), "query")
    variables = variables_of_examples().get(name, {})
    shown = json.dumps(variables, indent=2, ensure_ascii=False) if variables else ""
    return {"name": name, "kind": kind, "text": text, "variables": shown}


@cache
def variables_of_examples() -> dict[str, Any]:
    """Variables of the shipped operations, by name."""
    return json.loads((Path(__file__).parent / "variables.json").read_text(encoding="utf-8"))
