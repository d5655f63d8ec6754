"""What migrations do to values that Cypher cannot read: JSON texts of the first edition become properties and edges.

Pure: a row in, a row out, by the name of the migration. Knows the old forms, and nothing of the service of today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from service.records import derived_id, template_id

Rewrite = Callable[[Mapping[str, Any]], dict[str, Any]]


def spans_are_edges(row: Mapping[str, Any]) -> dict[str, Any]:
    """`[[sourceId, start, end, label], …]`."""
    return {
        "spans": [
            {"index": index, "sourceId": source, "start": start, "end": end, "label": label or None}
            for index, (source, start, end, label) in enumerate(orjson.loads(row["spans"]))
        ]
    }


def settings_are_properties(row: Mapping[str, Any]) -> dict[str, Any]:
    """`{settings, instruction, templates}`, as a task was written with them."""
    config = orjson.loads(row["config"])
    said, words = config["settings"], config["templates"]
    timeouts, budget = said["timeouts"], said["budget"]
    return {
        "settings": {
            "model": said["model"],
            "fallbackModels": said["fallback_models"],
            "role": said["role"],
            "maxParallel": said["max_parallel"],
            "aggregation": said["aggregation"],
            "aggregationNamed": said["aggregation_named"],
            "onFailure": said["on_failure"],
            "maxAttempts": said["max_attempts"],
            "retrySeconds": said["retry_seconds"],
            "connectSeconds": timeouts["connect"],
            "firstTokenSeconds": timeouts["first_token"],
            "totalSeconds": timeouts["total"],
            "temperature": said["temperature"],
            "maxOutputTokens": said["max_output_tokens"],
            "chunkTokens": said["chunk_tokens"],
            "chunkOverlap": said["chunk_overlap"],
            "deadlineSeconds": said["deadline_seconds"],
            "maxCases": said["max_cases"],
            "maxSteps": said["max_steps"],
            "budgetTokens": budget["tokens"],
            "budgetUsd": budget["cost_usd"],
            "instruction": None if config["instruction"] == row["content"] else config["instruction"],
            **_format(said["response_format"]),
        },
        "template": {
            "id": template_id(words["instruction"], words["reduce"]),
            "instruction": words["instruction"],
            "reduce": words["reduce"],
        },
        "tools": [
            {
                "id": derived_id(row["id"], "tool", tool["name"]),
                "index": index,
                "name": tool["name"],
                "description": tool["description"],
                "parameters": orjson.dumps(tool["parameters"]).decode(),
            }
            for index, tool in enumerate(said["tools"])
        ],
    }


def tool_calls_are_edges(row: Mapping[str, Any]) -> dict[str, Any]:
    """`[{id, name, arguments}, …]`; the id is the provider's."""
    return {
        "toolCalls": [
            {
                "id": derived_id(row["id"], "tool", index),
                "index": index,
                "toolCallId": call["id"],
                "name": call["name"],
                "arguments": call["arguments"],
            }
            for index, call in enumerate(orjson.loads(row["toolCalls"]))
        ]
    }


def answers_say_that_they_are_not_whole(row: Mapping[str, Any]) -> dict[str, Any]:
    """`{status, error, note, …}` of the task whose answer it is."""
    said = orjson.loads(row["metadata"])
    note = " ".join(text for text in (said.get("error"), said.get("note")) if text)
    return {"status": "PARTIAL" if said.get("status") == "PARTIAL" else None, "note": note or None}


def formats_of_subtasks_are_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """`{kind, schema}`."""
    return _format(orjson.loads(row["responseFormat"]))


def messages_know_their_length(row: Mapping[str, Any]) -> dict[str, Any]:
    """As it was counted: all that is wanted here is a page at a time."""
    return {"length": row["length"]}


def _format(said: Mapping[str, Any]) -> dict[str, Any]:
    schema = said["schema"]
    return {
        "responseFormat": said["kind"],
        "responseSchema": None if schema is None else orjson.dumps(schema).decode(),
    }


REWRITES: Mapping[str, Rewrite] = {
    "V005__spans_are_edges": spans_are_edges,
    "V007__settings_are_properties": settings_are_properties,
    "V008__tool_calls_are_edges": tool_calls_are_edges,
    "V009__answers_say_that_they_are_not_whole": answers_say_that_they_are_not_whole,
    "V010__formats_of_subtasks_are_words": formats_of_subtasks_are_words,
    "V017__messages_know_their_length": messages_know_their_length,
}
