"""Exports as GraphQL types: what they take, and where the file is."""

from __future__ import annotations

from enum import Enum

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.scalars import DateTime
from service.conversations.branch_names import same_name
from service.conversations.transfer.exporting import Export as Made
from service.conversations.transfer.tickets import Wish
from service.errors import InvalidInput


@strawberry.enum
class ExportFormat(Enum):
    """What a conversation is exported as."""

    MARKDOWN = "markdown"
    """Markdown for people. Each message is a quotation, word for word."""

    HTML = "html"
    """A page for people: one file, without scripts, that loads nothing."""

    OPENAI = "openai"
    """OpenAI's chat JSON Lines, for fine-tuning: a line for each branch, with its tools."""

    SHAREGPT = "sharegpt"
    """ShareGPT's JSON: a record for each branch."""

    CHATGPT = "chatgpt"
    """ChatGPT's `conversations.json`: the tree."""

    LIBRECHAT = "librechat"
    """LibreChat's JSON: the tree. LibreChat imports it."""

    OPENWEBUI = "openwebui"
    """Open WebUI's JSON: the tree. Open WebUI imports it."""

    GRAPH = "graph"
    """Our own JSON Lines, without loss: tasks, calls and summaries, too. `importConversations` puts it back."""

    GRAPHML = "graphml"
    """GraphML, for Gephi, yEd and networkx."""

    CYPHER = "cypher"
    """A Cypher script, for a Neo4j of your own."""

    PARQUET = "parquet"
    """A zip of two Parquet tables, nodes and relationships, for notebooks."""


@strawberry.input(one_of=True)
class ExportedPathInput:
    """The path that is exported: that of a branch, or what leads to a message."""

    branch_id: strawberry.ID | None = strawberry.UNSET
    """The branch's id."""

    branch_name: str | None = strawberry.UNSET
    """The branch's name."""

    message_id: strawberry.ID | None = strawberry.UNSET
    """The message's id: it, and all above it."""


@strawberry.input
class ExportConversationInput:
    """A conversation to be exported."""

    conversation_id: strawberry.ID
    """The conversation's id."""

    format: ExportFormat
    """What it is exported as."""

    path: ExportedPathInput | None = None
    """Only this path; left out, the whole tree with all of its branches."""


@strawberry.input
class ExportConversationsInput:
    """Conversations to be exported."""

    format: ExportFormat
    """What they are exported as. MARKDOWN, HTML and LIBRECHAT have a file for each: several are a zip."""

    conversation_ids: list[strawberry.ID] | None = None
    """Their ids, 100 at most; left out, all that you have."""


@strawberry.type
class Export:
    """A file that can be fetched. It is written while it is fetched; nothing of it is kept."""

    file_name: str
    """What the file is called."""

    media_type: str
    """Its media type."""

    url: str
    """Where it is, on this service: `GET` it. No key is needed, so keep it to yourself."""

    valid_until: DateTime
    """Until when it can be fetched: some minutes. Export again to have a new address."""

    notices: list[str]
    """What the format has no place for."""


@strawberry.type
class ExportConversationPayload:
    """A conversation that can be fetched."""

    export: Export
    """The file."""


@strawberry.type
class ExportConversationsPayload:
    """Conversations that can be fetched."""

    export: Export
    """The file."""


async def export_conversation(info: Info, input: ExportConversationInput) -> ExportConversationPayload:
    """Make the address of a conversation's file."""
    end, name = await _end(info, input)
    wish = Wish(input.format.value, (input.conversation_id,), end, name)
    made = await info.context.backend.exporting.export(info.context.caller, wish)
    return ExportConversationPayload(export=_export(made))


async def export_conversations(info: Info, input: ExportConversationsInput) -> ExportConversationsPayload:
    """Make the address of a file of conversations."""
    ids = input.conversation_ids
    wish = Wish(input.format.value, None if ids is None else tuple(dict.fromkeys(ids)))
    made = await info.context.backend.exporting.export(info.context.caller, wish)
    return ExportConversationsPayload(export=_export(made))


async def _end(info: Info, input: ExportConversationInput) -> tuple[str | None, str | None]:
    """The id of the branch or the message at which the path ends, and what it is called."""
    if input.path is None:
        return None, None
    exporting, owner, path = info.context.backend.exporting, info.context.caller, input.path
    if path.message_id:
        return path.message_id, f"to {path.message_id}"
    if path.branch_name:
        name = same_name(path.branch_name)
        return await exporting.find_end(owner, input.conversation_id, name), name
    if not path.branch_id:
        raise InvalidInput("The path has no end.", field="input.path", remedy="Name a branch or a message.")
    found = (await exporting.reader.read_branches(owner, [path.branch_id])).get(path.branch_id)
    return path.branch_id, found["name"] if found else ""


def _export(made: Made) -> Export:
    return Export(
        file_name=made.file_name,
        media_type=made.media_type,
        url=f"/exports/{made.ticket}",
        valid_until=made.until_ms,  # pyright: ignore[reportArgumentType]
        notices=list(made.notices),
    )
