"""`schema/config.schema.json`: what `config.yaml` may hold, for editors. Made of the types in `service/settings/`.

It says yes to whatever the service says yes to: no key is required, for the shipped file may have it. It is draft 7 and
refers to nothing: all editors read that. What one setting says of another (a model that is not there) it does not know.
"""

from __future__ import annotations

import json
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from service.settings.described import entry_at, merged
from service.settings.explained import plain_text
from service.settings.provider_shapes import EmbeddingSettings
from service.settings.shapes import Settings
from service.settings.worded import any_case, bounds, choices, peeled

Json = dict[str, Any]
Path = tuple[str, ...]
_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "le": "maximum", "min_length": "minLength"}


def schema_text() -> str:
    """The file."""
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "antiphon-config.schema.json",
        "title": "Antiphon's config.yaml",
    }
    return json.dumps({**head, **_model(Settings, ())}, indent=1, ensure_ascii=False) + "\n"


def _model(model: type[BaseModel], path: Path) -> Json:
    keys: Json = {}
    for name, one in model.model_fields.items():
        inner = (*path, name)
        keys[name] = {"description": _described(inner), **_value(one.annotation, inner, tuple(one.metadata))}
        if isinstance(one.default, str | int | float):
            keys[name]["default"] = getattr(one.default, "value", one.default)
    return {"type": "object", "properties": keys, "additionalProperties": False}


def _described(path: Path) -> str:
    """What a key is, what it takes and its default, as an editor shows it."""
    entry = entry_at(path)
    assert entry is not None
    takes = "" if entry.is_section else f" Takes {entry.takes}. Default: {entry.default}."
    return plain_text(entry.what + takes)


def _value(annotation: Any, path: Path, metadata: tuple[Any, ...] = ()) -> Json:
    shape, found = peeled(annotation, metadata)
    return _or_null(_plain(shape, path, found), type(None) in get_args(annotation) or _is_mapping(shape))


def _or_null(schema: Json, may_be_null: bool) -> Json:
    """A key with nothing under it counts as not said."""
    if not may_be_null:
        return schema
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _is_mapping(shape: Any) -> bool:
    return get_origin(shape) is dict or (isinstance(shape, type) and issubclass(shape, BaseModel))


def _plain(shape: Any, path: Path, found: tuple[Any, ...]) -> Json:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        keys = _model(shape, path)
        return {"anyOf": [{"type": "string"}, keys]} if shape is EmbeddingSettings else keys
    if get_origin(shape) is dict:
        key, value = get_args(shape)
        inner = (*path, f"<{merged(peeled(key)[1]).name}>")
        return {"type": "object"} | ({} if value is Any else {"additionalProperties": _value(value, inner)})
    if get_origin(shape) in (tuple, frozenset):
        return {"type": "array", "items": _value(get_args(shape)[0], path)}
    if (known := choices(shape)) is not None:
        return _choices(known, any_case(found))
    return _scalar(shape, found)


def _choices(known: list[Any], in_any_case: bool) -> Json:
    if not in_any_case:
        return {"enum": known}
    spelled = "|".join("".join(f"[{sign.upper()}{sign.lower()}]" for sign in word) for word in known)
    return {"anyOf": [{"enum": known}, {"enum": [word.lower() for word in known]}, {"pattern": f"^({spelled})$"}]}


def _scalar(shape: Any, found: tuple[Any, ...]) -> Json:
    kind = {bool: "boolean", int: "integer", float: "number"}.get(shape, "string")
    schema: Json = {"type": kind, **{_BOUNDS[name]: value for name, value in bounds(found).items()}}
    patterns = [it.pattern for it in found if getattr(it, "pattern", None)]
    schema |= {"pattern": patterns[0]} if patterns else {}
    example = merged(found).example
    return schema | {"examples": [example]} if example and shape is str else schema
