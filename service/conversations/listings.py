"""The lists beside a node: which stored statement reads each, and in what order.

Owns the orders, and with them what cursors hold. Knows nothing of how a list is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.cursors import Order

CONVERSATIONS = Order("c", {"id": str}, descending=True, beside={"updatedAt": int})
"""Newest first. Its cursors are good for the next list, too, so that one edge fits both."""
ACTIVE_CONVERSATIONS = Order("c", {"updatedAt": int, "id": str}, descending=True)
"""Last activity first. The order may change between two pages; a cursor keeps its place in time."""
TASKS = Order("t", {"id": str}, descending=True)
"""Newest first, in one conversation or in all."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that many nodes have: the reader's method that reads pages of it, and its order."""

    name: str
    order: Order


CONVERSATION_TASKS = Listing("read_conversation_tasks", TASKS)
BRANCHES = Listing("read_conversation_branches", Order("b", {"createdAt": int, "id": str}))
SUBTASKS = Listing("read_task_subtasks", Order("s", {"index": int}))
SOURCES = Listing("read_task_sources", Order("r", {"index": int}))
DOCUMENTS = Listing("read_conversation_documents", Order("doc", {"id": str}))
VERSIONS = Listing("read_document_versions", Order("v", {"number": int}))
ATTEMPTS = Listing("read_subtask_attempts", Order("a", {"number": int}))
DEPENDENCIES = Listing("read_dependencies", Order("d", {"index": int}))
PARENTS = Listing("read_parents", Order("p", {"id": str}))
CHILDREN = Listing("read_children", Order("n", {"id": str}))
SIBLINGS = Listing("read_siblings", Order("sib", {"seq": int}))
REPLAYS = Listing("read_replays", Order("again", {"id": str}))
ROOTS = Listing("read_roots", Order("q", {"id": str}))
USED = Listing("read_used", Order("e", {"id": str}))
SYNTHESIZED = Listing("read_synthesized", Order("y", {"id": str}))
ABOUT = Listing("read_about", Order("o", {"sourceId": str, "start": int, "end": int}))
ANNOTATIONS = Listing("read_message_annotations", Order("note", {"id": str}))
OWNER_ANNOTATIONS = Order("notes", {"id": str}, descending=True)
LINKS = Listing("read_message_links", Order("link", {"id": str}))
SUMMARIES = Listing("read_conversation_summaries", Order("sum", {"id": str}, descending=True))
PINNED = Listing("read_pinned", Order("pin", {"seq": int}))
