"""Whether merged settings hold: their types, and what they say of one another. All problems, not the first.

Pure: it sees values and the places that said them, never a file. No message repeats a value that may be
a secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from service.proxies import is_loopback
from service.settings.hints import not_replaced, plain_number, right_key
from service.settings.layers import HIDDEN, KeyPath, Layer, Problem, nearest, value_at
from service.settings.provider_shapes import LOCAL_EMBEDDINGS, NO_EMBEDDINGS
from service.settings.resolved import match_model, suggest_model
from service.settings.shapes import Settings
from service.settings.values import AUTO

_MESSAGES = {
    "missing": "this key is required. Add it.",
    "string_type": "must be text. Put it in quotes.",
    "model_type": "must be a mapping of keys to values.",
    "dict_type": "must be a mapping of keys to values.",
    # One is the only least length that a setting has.
    "string_too_short": "must not be empty.",
    "too_short": "must not be empty.",
    "bool_type": "must be true or false.",
    "tuple_type": "must be a list, as [a, b].",
    "frozen_set_type": "must be a list, as [a, b].",
}
_NOTHING = "has no value. Give it one, or leave the key out."
_NUMBERS = frozenset({"int_type", "float_type", "int_parsing", "float_parsing"})


def validate(layer: Layer) -> tuple[Settings | None, list[Problem]]:
    """The settings where they hold, and else all that is wrong with them."""
    settings, errors = _typed(layer.values)
    problems = [*layer.problems, *(_explained(layer, error) for error in errors), *_relations(layer)]
    return settings, sorted(problems, key=_by_place)


def _typed(values: dict[str, Any]) -> tuple[Settings | None, list[ErrorDetails]]:
    try:
        # As JSON, strict validation takes lists and text for tuples, enums and paths, but still no "8" for 8.
        return Settings.model_validate_json(json.dumps(values)), []
    except ValidationError as error:
        return None, error.errors(include_url=False, include_input=False)


def _explained(layer: Layer, error: ErrorDetails) -> Problem:
    path = tuple(key for key in error["loc"] if key != "[key]")
    if error["type"] == "extra_forbidden":
        return layer.problem(path, f"unknown key. {right_key(path)}")
    value = value_at(layer.values, path)
    if value is None and error["type"].endswith("_type"):
        return layer.problem(path, _NOTHING)
    message = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    hint = plain_number(path, value) if error["type"] in _NUMBERS else ""
    return layer.problem(path, _MESSAGES.get(error["type"], message.rstrip(".") + ".") + hint)


def _by_place(problem: Problem) -> tuple[bool, str, int]:
    """Files first, by line; then the variables."""
    file, _, line = problem.place.rpartition(":")
    return (False, file, int(line)) if line.isdecimal() else (True, problem.place, 0)


def _relations(layer: Layer) -> Iterator[Problem]:
    """What one setting says of another. Wrong types are passed over: they have their own problems."""
    for path, name in _model_references(layer.values):
        if match_model(name, model_names(layer.values)) is None:
            yield layer.problem(path, suggest_model(name, model_names(layer.values)))
    for path, message in not_replaced(layer.values):
        yield layer.problem(path, message)
    yield from _providers_of_keys(layer)
    yield from _roles_of_task_types(layer)
    yield from _default_models(layer)
    yield from _windows(layer)
    yield from _listener(layer)
    yield from _documents(layer)
    yield from _embeddings(layer)


def model_names(values: dict[str, Any]) -> list[str]:
    """`provider/model` of every model in the catalogue."""
    providers = _entries(values, ("providers",))
    return [f"{name}/{model}" for name, _ in providers for model, _ in _models(values, name)]


def _entries(values: dict[str, Any], path: KeyPath) -> list[tuple[str, Any]]:
    found = value_at(values, path)
    return list(cast("dict[str, Any]", found).items()) if isinstance(found, dict) else []


def _models(values: dict[str, Any], provider: str) -> list[tuple[str, Any]]:
    return _entries(values, ("providers", provider, "models"))


def _model_references(values: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    paths: list[KeyPath] = [("defaults", "model")]
    for role, _ in _entries(values, ("agents",)):
        paths.append(("agents", role, "model"))
        fallbacks = value_at(values, ("agents", role, "fallback_models"))
        count = len(cast("list[Any]", fallbacks)) if isinstance(fallbacks, list) else 0
        paths += [("agents", role, "fallback_models", index) for index in range(count)]
    for path in paths:
        if isinstance(name := value_at(values, path), str) and (path[-1], name) != ("model", AUTO):
            yield path, name


def _providers_of_keys(layer: Layer) -> Iterator[Problem]:
    known = {name for name, _ in _entries(layer.values, ("providers",))}
    for name, _ in _entries(layer.values, ("api_keys",)):
        if name in known:
            continue
        remedy = nearest(name, known)
        # A key that is like no provider may be the secret itself, written on the wrong side.
        shown = name if remedy.startswith("Did you mean") else HIDDEN
        place = layer.place_of(("api_keys", name))
        yield Problem(place, ("api_keys", shown), f"there is no such provider. {remedy}")


def _roles_of_task_types(layer: Layer) -> Iterator[Problem]:
    roles = [name for name, _ in _entries(layer.values, ("agents",))]
    for name, _ in _entries(layer.values, ("task_types",)):
        path: KeyPath = ("task_types", name, "role")
        role = value_at(layer.values, path)
        if isinstance(role, str) and role not in roles:
            yield layer.problem(path, f"there is no agent {role!r}. {nearest(role, roles)}")


def _default_models(layer: Layer) -> Iterator[Problem]:
    for provider, _ in _entries(layer.values, ("providers",)):
        path: KeyPath = ("providers", provider, "default_model")
        known = [name for name, _ in _models(layer.values, provider)]
        name = value_at(layer.values, path)
        if isinstance(name, str) and name not in known:
            yield layer.problem(path, f"{provider} has no model {name!r}. {nearest(name, known)}")


def _windows(layer: Layer) -> Iterator[Problem]:
    for provider, _ in _entries(layer.values, ("providers",)):
        for model, _ in _models(layer.values, provider):
            path: KeyPath = ("providers", provider, "models", model)
            window = value_at(layer.values, (*path, "context_window"))
            most = value_at(layer.values, (*path, "max_output_tokens"))
            if isinstance(window, int) and isinstance(most, int) and most > window:
                message = f"must not exceed the context window ({window}). Lower it."
                yield layer.problem((*path, "max_output_tokens"), message)


def _listener(layer: Layer) -> Iterator[Problem]:
    host = value_at(layer.values, ("server", "host"))
    if isinstance(host, str) and not is_loopback(host) and not _entries(layer.values, ("server", "api_keys")):
        message = (
            "the service may not listen beyond this machine with no authentication. "
            "Add server.api_keys (token: owner), or set server.host to 127.0.0.1."
        )
        yield layer.problem(("server", "host"), message)


def _documents(layer: Layer) -> Iterator[Problem]:
    path: KeyPath = ("server", "documents", "only")
    if value_at(layer.values, path) is True and not value_at(layer.values, (*path[:-1], "file")):
        yield layer.problem(path, "needs server.documents.file, or no operation could be run. Name the file.")


def _embeddings(layer: Layer) -> Iterator[Problem]:
    path: KeyPath = ("search", "embeddings")
    said = value_at(layer.values, path)
    provider = said if isinstance(said, str) else value_at(layer.values, (*path, "provider"))
    if not isinstance(provider, str) or provider in (LOCAL_EMBEDDINGS, NO_EMBEDDINGS):
        return
    known = {name for name, _ in _entries(layer.values, ("providers",))}
    if provider not in known:
        remedy = nearest(provider, {*known, LOCAL_EMBEDDINGS, NO_EMBEDDINGS})
        yield layer.problem((*path, "provider"), f"there is no provider {provider!r}. {remedy}")
    elif (protocol := value_at(layer.values, ("providers", provider, "protocol"))) != "openai":
        remedy = "Name one whose protocol is openai, or local, or none."
        yield layer.problem((*path, "provider"), f"{provider} speaks {protocol}, which has no embeddings. {remedy}")
    elif not value_at(layer.values, (*path, "model")):
        message = f"name a model of {provider} that makes vectors, such as text-embedding-3-small."
        yield layer.problem((*path, "model"), message)
