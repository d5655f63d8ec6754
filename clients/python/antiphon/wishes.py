"""What a caller wants, in Python's words, as the inputs of the operations. Reads files; sends nothing."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

from pydantic.alias_generators import to_camel

from antiphon.errors import InvalidInput
from antiphon.operations import CreateTaskInput, SendPromptInput
from antiphon.records import Upload

Json = dict[str, Any]

BUILT_IN = ("NONE", "CHUNK", "FILE", "ERROR", "DYNAMIC")
_AS_IT_IS = frozenset({"jsonSchema", "parameters", "plan"})
"""Settings that hold a caller's own JSON, whose names are not changed."""


@runtime_checkable
class OfConversation(Protocol):
    """What belongs to a conversation, such as an answer: it may stand for the conversation's id."""

    @property
    def conversation_id(self) -> str:
        """The conversation's id."""
        ...


@runtime_checkable
class HasId(Protocol):
    """What has an id: a task, a conversation of a list."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


@runtime_checkable
class OfTask(Protocol):
    """What came of a task, such as an answer: it may stand for the task's id."""

    @property
    def task_id(self) -> str | None:
        """The task's id."""
        ...


ConversationLike: TypeAlias = "str | OfConversation | HasId"
TaskLike: TypeAlias = "str | OfTask | HasId"
File: TypeAlias = "str | os.PathLike[str] | tuple[str, str | bytes]"
"""A path, or a name with a text or bytes."""

Strategy: TypeAlias = "str | Mapping[str, Any]"
"""`file`, `chunk`, `error`, `dynamic`, `none`; or `{"kept": "NAME"}`, `{"plan": {…}}`, `{"named": "NAME"}`."""


def new_key() -> str:
    """An idempotency key: with it a request may be sent twice."""
    return str(uuid.uuid4())


def conversation_id_of(conversation: ConversationLike | None) -> str | None:
    """The id of a conversation, of an answer in it, or None."""
    if conversation is None or isinstance(conversation, str):
        return conversation
    if isinstance(conversation, OfConversation):
        return conversation.conversation_id
    of_task = getattr(conversation, "conversation", None)
    return of_task.id if isinstance(of_task, HasId) else conversation.id


def task_id_of(task: TaskLike) -> str:
    """The id of a task, of what came of it, or the id itself. Raises `InvalidInput` for what has not begun."""
    id = task if isinstance(task, str) else task.task_id if isinstance(task, OfTask) else task.id
    if id is None:
        raise InvalidInput("It has no task yet.", remedy="Read its first piece.", field="task")
    return id


def id_of(thing: str | HasId) -> str:
    """The id of something, or the id itself."""
    return thing if isinstance(thing, str) else thing.id


def camel(settings: Mapping[str, Any]) -> Json:
    """Settings with GraphQL's names: `max_parallel` becomes `maxParallel`, inside of them too."""
    return {name: _inner(name, value) for name, value in ((to_camel(key), it) for key, it in settings.items())}


def _inner(name: str, value: object) -> object:
    same = value
    if name == "tools":
        return [camel(it) for it in cast("Sequence[Mapping[str, Any]]", value)]
    if isinstance(value, Mapping) and name not in _AS_IT_IS:
        return camel(cast("Mapping[str, Any]", value))
    return same


def settings_of(model: str | None, config: Mapping[str, Any] | None) -> Json | None:
    """`TaskConfigInput` of a model and settings."""
    settings = camel(config or {}) | ({"model": model} if model else {})
    return settings or None


def given(**values: Any) -> Json:
    """What was given."""
    return {key: value for key, value in values.items() if value is not None}


def prompt_input(prompt: str, conversation: ConversationLike | None, wishes: Mapping[str, Any]) -> SendPromptInput:
    """`SendPromptInput` of a prompt, with a key that makes it safe to send twice."""
    made = given(
        content=prompt,
        conversationId=conversation_id_of(conversation),
        config=settings_of(wishes.get("model"), wishes.get("config")),
        title=wishes.get("title"),
        parent={"messageId": wishes["parent"]} if wishes.get("parent") else None,
        idempotencyKey=wishes.get("key") or new_key(),
    )
    return cast(SendPromptInput, cast(object, made))


def task_input(
    material: Json | None, conversation: ConversationLike | None, wishes: Mapping[str, Any]
) -> CreateTaskInput:
    """`CreateTaskInput` of material and wishes, with a key that makes it safe to send twice."""
    made = given(
        type=wishes.get("type"),
        instruction=wishes.get("instruction"),
        input=material,
        strategy=strategy_input(wishes.get("strategy")),
        conversationId=conversation_id_of(conversation),
        config=settings_of(wishes.get("model"), wishes.get("config")),
        title=wishes.get("title"),
        idempotencyKey=wishes.get("key") or new_key(),
    )
    return cast(CreateTaskInput, cast(object, made))


def strategy_input(strategy: Strategy | None) -> Json | None:
    """`StrategyInput` of a name or a choice. Raises `InvalidInput` for a name that is not built in."""
    if strategy is None:
        return None
    if not isinstance(strategy, str):
        return dict(strategy)
    if strategy.upper() not in BUILT_IN:
        remedy = f'Known: {", ".join(BUILT_IN).lower()}. For a kept plan write {{"kept": "{strategy}"}}.'
        raise InvalidInput(f"{strategy!r} is no built-in strategy.", remedy=remedy, field="strategy")
    return {"builtIn": strategy.upper()}


def material_of(files: Iterable[File] | File | None, text: str | None, items: Iterable[str] | None) -> Json | None:
    """`TaskInput` of files, a text or texts. Raises `InvalidInput` for two of them; `OSError` of a file."""
    said = [it for it in (files, text, items) if it is not None]
    if len(said) > 1:
        raise InvalidInput("A task reads files, or a text, or items.", remedy="Pass one of them.", field="input")
    if text is not None:
        return {"text": text}
    if items is not None:
        return {"list": list(items)}
    return None if files is None else {"files": [_file(it) for it in _as_list(files)]}


def _as_list(files: Iterable[File] | File) -> list[File]:
    if isinstance(files, str | os.PathLike):
        return [files]
    if isinstance(files, tuple) and len(files) == 2 and isinstance(files[1], bytes):
        return [cast("tuple[str, bytes]", files)]
    return list(cast("Iterable[File]", files))


def _file(file: File) -> Json:
    if isinstance(file, tuple):
        name, content = file
        return {
            "name": name,
            "content": {"text": content} if isinstance(content, str) else {"upload": Upload(name, content)},
        }
    path = Path(file)
    name = os.fsencode(path.name).decode("utf-8", "replace")
    return {"name": name, "content": {"upload": Upload(name, path.read_bytes())}}
