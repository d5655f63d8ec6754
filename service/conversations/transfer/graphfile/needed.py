"""What must be there of each kind of node in a file of our own format, and which words there are."""

from __future__ import annotations

from collections.abc import Mapping

NEEDED: Mapping[str, str] = {
    "Conversation": "title updatedAt lastSeq",
    "Prompt": "conversationId content length title depth seq role",
    "Response": "conversationId content length title depth seq status",
    "Branch": "name",
    "Task": "conversationId title type strategy status requestHash model fallbackModels maxParallel maxAttempts "
    "retrySeconds connectSeconds firstTokenSeconds totalSeconds aggregation onFailure responseFormat",
    "Run": "number status",
    "Subtask": "taskId key index title kind status",
    "Attempt": "number status startedAt",
    "Summary": "conversationId content kind level messages",
    "Claim": "conversationId kind index text",
    "Model": "provider name",
    "Source": "sha256 mediaType bytes length text",
    "Template": "instruction",
    "Tool": "name",
    "Strategy": "name version plan origin",
    "Annotation": "conversationId messageId annotator",
    "Document": "conversationId name versions",
    "Erasure": "conversationId kind subjectId status joins finishedAt",
    "Change": "conversationId seq type action createdAt",
}
_TASKS = "PENDING PLANNING RUNNING SUCCEEDED PARTIAL FAILED CANCELLED"
WORDS: Mapping[tuple[str, str], str] = {
    ("Prompt", "role"): "USER SYSTEM TOOL",
    ("Response", "status"): "COMPLETE PARTIAL FAILED",
    ("Task", "status"): _TASKS,
    ("Task", "aggregation"): "CONCAT LIST MERGE REDUCE NONE",
    ("Task", "onFailure"): "CONTINUE FAIL_FAST",
    ("Task", "responseFormat"): "TEXT JSON JSON_SCHEMA",
    ("Run", "status"): _TASKS,
    ("Subtask", "status"): "PENDING READY RUNNING SUCCEEDED FAILED CANCELLED SKIPPED",
    ("Subtask", "kind"): "direct part reduce plan step summary conflicts",
    ("Attempt", "status"): "RUNNING SUCCEEDED FAILED TIMED_OUT RATE_LIMITED CANCELLED INTERRUPTED",
    ("Summary", "kind"): "STRETCH ASKED",
    ("Claim", "kind"): "DECISION OPEN_QUESTION FACT",
    ("Strategy", "origin"): "CALLER MODEL",
    ("Erasure", "kind"): "MESSAGE",
    ("Erasure", "status"): "DONE",
    ("Change", "type"): "BRANCH CONVERSATION MESSAGE LINK SUMMARY ANNOTATION DOCUMENT",
    ("Change", "action"): "MADE CHANGED RENAMED MOVED DELETED DEFAULT_SET REVISED PINNED UNPINNED RENEWED",
}
NOT_NEGATIVE = frozenset(
    {"depth", "seq", "lastSeq", "index", "level", "versions", "length", "bytes", "start", "endSeq", "number"}
)
