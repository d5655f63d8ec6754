"""Writes `antiphon/_async/operations.py`: a typed method for each operation."""

from __future__ import annotations

from keyword import iskeyword

from codegen.reading import Operation, Operations, Variable, snake

HEAD = '''# Generated from schema/ by scripts/generate-client, as long as the schema wants it; do not change it here.
# ruff: noqa: E501
"""A method for each of `schema/operations/*.graphql`. A subscription goes on by itself after a broken connection."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime

from antiphon import operations as its
from antiphon.operations import (
    {names},
)
from antiphon._async.connection import AsyncConnection


class AsyncOperations:
    """The shipped operations of one service. Raises `AntiphonError` as the service answers."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
'''


def methods_module(found: Operations) -> str:
    """The module's text."""
    names = {operation.model for operation in found.all} | set(found.enums) | set(found.inputs)
    head = HEAD.format(names=",\n    ".join(sorted(names)))
    return head + "\n".join(_method(operation) for operation in found.all)


def _method(operation: Operation) -> str:
    described = " ".join(operation.description.split())
    if operation.kind == "subscription":
        return _subscription(operation, described)
    returned, value = _returned(operation)
    return f'''
    async def {_name(operation)}({_parameters(operation)}) -> {returned}:
        """{described}"""
        value = await self._connection.execute({_call(operation)})
        return {value}
'''


def _subscription(operation: Operation, described: str) -> str:
    return f'''
    async def {_name(operation)}({_parameters(operation)}) -> AsyncGenerator[{operation.model}, None]:
        """{described}"""
        async with aclosing(self._connection.follow({_call(operation)})) as values:
            async for value in values:
                yield {operation.model}.model_validate(value)
'''


def _returned(operation: Operation) -> tuple[str, str]:
    model = operation.model
    one = f"{model}.model_validate(value)"
    if operation.shape == "one":
        return model, one
    if operation.shape == "maybe":
        return f"{model} | None", f"None if value is None else {one}"
    if operation.shape == "many":
        return f"list[{model}]", f"[{model}.model_validate(it) for it in value]"
    return f"list[{model} | None]", f"[None if it is None else {model}.model_validate(it) for it in value]"


def _parameters(operation: Operation) -> str:
    ordered = sorted(operation.variables, key=lambda it: it.default is not None)
    return ", ".join(["self", *map(_parameter, ordered)])


def _parameter(variable: Variable) -> str:
    default = "" if variable.default is None else f" = {variable.default}"
    return f"{snake(variable.name)}: {variable.type}{default}"


def _call(operation: Operation) -> str:
    constant = snake(operation.name).upper()
    return ", ".join([f"its.{constant}", *(f"{it.name}={snake(it.name)}" for it in operation.variables)])


def _name(operation: Operation) -> str:
    """Its name; a word of Python's own has an underscore behind it."""
    name = snake(operation.name)
    return f"{name}_" if iskeyword(name) else name
