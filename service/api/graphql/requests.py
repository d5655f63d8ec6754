"""What a request holds: its JSON or its form, checked, so that whatever is wrong with it is said before GraphQL begins.

Uploads follow the GraphQL multipart request specification (https://github.com/jaydenseric/graphql-multipart-request-spec).
"""

from __future__ import annotations

import codecs
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import orjson
from cross_web import HTTPException
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from strawberry.http import GraphQLRequestData

from service.api.graphql.pace import pace
from service.api.graphql.persisted import Refused, document_id_of
from service.api.graphql.reading import TooManyValues, read_json

MOST_FILES = 10_000
"""Files in one request."""

LONGEST_NAME = 500
"""Characters of an operation's name: one that is not there is told back to the caller."""

_REMEDY = "Send `Content-Type: application/json`, or a GraphQL multipart request."


@dataclass
class Asked(GraphQLRequestData):
    """What is asked; a document that was made known before may be named by its id."""

    document_id: str | None = None


async def read_request(request: Request, most: int, begin: Callable[[int], Awaitable[None]]) -> Asked:
    """What is asked. Files may be in several places, but have `most` bytes there together.

    `begin` is given how many bytes have come in, before they are looked at. Raises `HTTPException` and `Refused` with
    words for the caller.
    """
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise HTTPException(415, f"A request cannot be compressed ({encoding[:20]}): send it as it is.")
    if request.method == "GET":
        return _asked(await _of_address(request))
    match request.headers.get("content-type", "").partition(";")[0].strip().lower():
        case "application/json":
            body = await request.body()
            await begin(len(body))
            return _asked(await _json(body, "The body"))
        case "multipart/form-data":
            form = await request.form(max_files=MOST_FILES, max_part_size=most)
            await begin(sum(len(it) if isinstance(it, str) else it.size or 0 for _, it in form.multi_items()))
            return _asked(await _with_files(form, most))
        case _:
            raise HTTPException(415, f"This type of content is not understood. {_REMEDY}")


async def _of_address(request: Request) -> dict[str, Any]:
    said: dict[str, Any] = {name: text for name, text in request.query_params.items() if text}
    for name in ("variables", "extensions"):
        if name in said:
            said[name] = await _json(said[name], f"`{name}`")
    return said


async def _json(text: str | bytes, what: str) -> Any:
    """What a JSON text says. It may begin with a byte order mark, which JSON does not have and editors write."""
    encoded = text.encode(errors="surrogatepass") if isinstance(text, str) else text.removeprefix(codecs.BOM_UTF8)
    try:
        return await read_json(encoded)
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, f"{what} is not JSON: {error}.") from None
    except TooManyValues as error:
        remedy = "Send what is long as one text or as files, or in several requests."
        raise Refused(413, "LIMIT_EXCEEDED", f"{what} {error}.", remedy) from None


def _asked(said: object) -> Asked:
    if isinstance(said, list):
        raise HTTPException(400, "Batches of operations are not taken: send one operation a request.")
    if not isinstance(said, dict):
        raise HTTPException(400, 'A request is a JSON object such as {"query": "{ models { id } }"}.')
    asked = cast("dict[str, Any]", said)
    if len(_is(asked, "operationName", str, "a string") or "") > LONGEST_NAME:
        raise HTTPException(400, f"`operationName` has more than {LONGEST_NAME} characters.")
    return Asked(
        query=_is(asked, "query", str, "a string"),
        variables=_is(asked, "variables", dict, "an object"),
        operation_name=_is(asked, "operationName", str, "a string") or None,
        extensions=_is(asked, "extensions", dict, "an object"),
        document_id=document_id_of(asked),
    )


def _is(asked: Mapping[str, Any], name: str, kind: type, words: str) -> Any:
    value = asked.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise HTTPException(400, f"`{name}` must be {words}, if it is there.")


async def _with_files(form: FormData, most: int) -> Any:
    operations = await _json(_text(form, "operations"), "`operations`")
    said: object = await _json(_text(form, "map"), "`map`") if "map" in form else {}
    places = list(_places(said))
    if sum(file.size or 0 for name, _ in places if isinstance(file := form.get(name), UploadFile)) > most:
        raise HTTPException(413, f"The files have more than {most} bytes, each counted where it is used.")
    for name, path in places:
        if pace().is_spent:
            await pace().turn()
        file = form.get(name)
        if not isinstance(file, UploadFile):
            raise HTTPException(400, f"`map` names {name[:100]!r}, which is no file (with a filename) of the request.")
        _place(operations, path, file)
    return operations


def _text(form: FormData, name: str) -> str:
    said = form.get(name)
    if isinstance(said, str):
        return said
    raise HTTPException(400, f"A multipart request has a field `{name}`, which is JSON.")


def _places(said: object) -> Iterator[tuple[str, str]]:
    """The name of a file, and the path of a place where it belongs."""
    for name, paths in cast("dict[str, object]", said if isinstance(said, dict) else {"": None}).items():
        for path in cast("list[object]", paths if isinstance(paths, list) else [None]):
            if not isinstance(path, str):
                raise HTTPException(400, '`map` must be such as {"0": ["variables.input.input.files.0.upload"]}.')
            yield name, path


def _place(operations: Any, path: str, file: UploadFile) -> None:
    *way, last = path.split(".")
    try:
        if way[0] != "variables":
            raise LookupError
        here = operations
        for key in way:
            here = here[_key(here, key)]
        here[_key(here, last)] = file
    except (LookupError, TypeError):
        raise HTTPException(400, f"`map` names the place {path[:200]!r}, which the variables do not have.") from None


def _key(here: object, key: str) -> Any:
    if isinstance(here, list) and not key.isdecimal():
        raise LookupError
    return int(key) if isinstance(here, list) else key
