"""What a caller wants, as the inputs of operations."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from antiphon.answers import Answer
from antiphon.errors import InvalidInput
from antiphon.operations import Task, TaskConversation
from antiphon.records import Upload
from antiphon.task_manager import material
from antiphon.wishes import camel, conversation_id_of, material_of, prompt_input, strategy_input, task_id_of, task_input


def test_settings_get_the_names_of_graphql() -> None:
    """Inside of settings too; a caller's own JSON is left as it is."""
    schema = {"type": "object", "properties": {"first_name": {}}}
    said = camel({"max_parallel": 3, "retries": {"max_attempts": 2}, "response_format": {"json_schema": schema}})
    assert said == {"maxParallel": 3, "retries": {"maxAttempts": 2}, "responseFormat": {"jsonSchema": schema}}


def test_tools_keep_their_parameters() -> None:
    """The JSON Schema of a tool is the caller's."""
    tool = {"name": "look_up", "parameters": {"properties": {"city_name": {}}}}
    assert camel({"tools": [tool]}) == {"tools": [tool]}


def test_each_request_has_a_key_of_its_own() -> None:
    """With it a request may be sent twice."""
    one, other = prompt_input("Hello", None, {}), prompt_input("Hello", None, {})
    assert one.get("idempotencyKey") != other.get("idempotencyKey")


def test_what_is_left_out_is_not_sent() -> None:
    """The service's own defaults hold."""
    assert set(prompt_input("Hello", None, {"model": None})) == {"content", "idempotencyKey"}
    assert set(task_input({"text": "x"}, "1", {})) == {"input", "conversationId", "idempotencyKey"}


def test_files_are_paths_texts_and_bytes(tmp_path: Path) -> None:
    """Each under its name, without its folders."""
    (tmp_path / "a.txt").write_bytes(b"bytes of a")
    said = cast("dict[str, Any]", material_of([tmp_path / "a.txt", ("b.txt", "text"), ("c.bin", b"c")], None, None))
    contents = [(file["name"], file["content"]) for file in said["files"]]
    assert contents == [
        ("a.txt", {"upload": Upload("a.txt", b"bytes of a")}),
        ("b.txt", {"text": "text"}),
        ("c.bin", {"upload": Upload("c.bin", b"c")}),
    ]


def test_one_path_is_one_file(tmp_path: Path) -> None:
    """A path is not taken for a list of letters."""
    (tmp_path / "a.txt").write_text("a")
    said = cast("dict[str, Any]", material_of(str(tmp_path / "a.txt"), None, None))
    assert len(said["files"]) == 1


def test_missing_file_is_named(tmp_path: Path) -> None:
    """As Python names it."""
    with pytest.raises(FileNotFoundError, match=r"missing\.txt"):
        material_of([tmp_path / "missing.txt"], None, None)


def test_two_kinds_of_material_are_refused() -> None:
    """A task reads one of them."""
    with pytest.raises(InvalidInput, match="Pass one of them"):
        material_of([("a", "b")], "text", None)


def test_strategies_by_name_and_by_choice() -> None:
    """What is not built in must be said as a choice; the error says how."""
    assert strategy_input("file") == {"builtIn": "FILE"}
    assert strategy_input({"kept": "Portraits"}) == {"kept": "Portraits"}
    with pytest.raises(InvalidInput, match='"kept": "Portraits"'):
        strategy_input("Portraits")


def test_material_of_a_task_manager() -> None:
    """A text, texts, paths, or names with texts."""
    assert material("text") == {"text": "text"}
    assert material(["a", "b"]) == {"items": ["a", "b"]}
    assert material([Path("a")]) == {"files": [Path("a")]}
    assert material({"a.txt": "a"}) == {"files": [("a.txt", "a")]}
    assert material(None) == {}


def test_answers_and_tasks_stand_for_ids() -> None:
    """Of their conversation, and of their task."""
    task = Task.model_construct(id="t", conversation=TaskConversation(id="c", title="Title"))
    assert [conversation_id_of(it) for it in ("c", Answer(task), task, None)] == ["c", "c", "c", None]
    assert [task_id_of(it) for it in ("t", Answer(task), task)] == ["t", "t", "t"]
