# Generated from schema/ by scripts/generate-client, as long as the schema wants it; do not change it here.
# ruff: noqa: E501
"""What is sent to the service and what comes back, as `schema/operations/*.graphql` have it.

Models have Python's names for fields (`task_status`), inputs GraphQL's (`maxParallel`). A choice in an answer may also
be a text that this client does not know yet: services grow.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Required, TypeAlias, TypedDict

from pydantic import Field

from antiphon.records import Document, Record, Upload

Aggregation: TypeAlias = Literal["CONCAT", "LIST", "MERGE", "REDUCE", "NONE"]
"""How the subtasks' answers become the task's answer."""

AnalysisValueType: TypeAlias = Literal["STRING", "INTEGER", "FLOAT", "BOOLEAN", "DATE", "DATETIME", "TIMEZONE", "LIST"]
"""What a parameter takes, or what a column holds."""

AttemptStatus: TypeAlias = Literal[
    "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "RATE_LIMITED", "CANCELLED", "INTERRUPTED"
]
"""What came of one call to a provider."""

BranchMessages: TypeAlias = Literal["KEEP", "PRUNE"]
"""What becomes of messages when their branch is deleted."""

BreakerState: TypeAlias = Literal["CLOSED", "OPEN", "HALF_OPEN"]
"""Whether a model is called."""

BuiltInStrategy: TypeAlias = Literal["NONE", "CHUNK", "FILE", "ERROR", "DYNAMIC"]
"""The strategies that are always there."""

ChangeAction: TypeAlias = Literal[
    "MADE", "CHANGED", "RENAMED", "MOVED", "DELETED", "DEFAULT_SET", "REVISED", "PINNED", "UNPINNED", "RENEWED"
]
"""What was done."""

ClaimKind: TypeAlias = Literal["DECISION", "OPEN_QUESTION", "FACT"]
"""What a summary claims."""

ComparedBy: TypeAlias = Literal["WORDS", "LINES", "WHOLE"]
"""What two texts were compared by."""

ContextPolicy: TypeAlias = Literal["FULL", "RECENT", "SUMMARIZED", "NONE"]
"""What of the path above a prompt is sent with it."""

ConversationOrder: TypeAlias = Literal["CREATED", "UPDATED"]
"""What conversations are listed by, the newest first."""

DeletedChildren: TypeAlias = Literal["DELETE", "JOIN"]
"""What becomes of what goes on from a deleted message."""

ErasureKind: TypeAlias = Literal["CONVERSATION", "MESSAGE", "DOCUMENT", "SOURCE", "OWNER"]
"""What was deleted."""

ErasureStatus: TypeAlias = Literal["RUNNING", "DONE"]
"""How far a deletion is."""

ErrorCode: TypeAlias = Literal[
    "INTERNAL",
    "INVALID_INPUT",
    "NOT_FOUND",
    "CONFLICT",
    "LIMIT_EXCEEDED",
    "CONFIGURATION",
    "PROVIDER_ERROR",
    "PROVIDER_TIMEOUT",
    "PROVIDER_UNAVAILABLE",
    "PROVIDER_REJECTED",
    "CONTEXT_OVERFLOW",
    "CONTENT_FILTERED",
    "INVALID_ANSWER",
    "RATE_LIMITED",
    "BUDGET_EXCEEDED",
    "DEADLINE_EXCEEDED",
    "FAILED_FAST",
    "GRAPH_ERROR",
    "GRAPH_UNAVAILABLE",
    "INTERRUPTED",
    "CANCELLED",
]
"""What went wrong with a task, a subtask or an attempt. A code of a plug-in's own is shown as PROVIDER_ERROR."""

ExportFormat: TypeAlias = Literal[
    "MARKDOWN",
    "HTML",
    "OPENAI",
    "SHAREGPT",
    "CHATGPT",
    "LIBRECHAT",
    "OPENWEBUI",
    "GRAPH",
    "GRAPHML",
    "CYPHER",
    "PARQUET",
]
"""What a conversation is exported as."""

FinishReason: TypeAlias = Literal["STOP", "LENGTH", "CONTENT_FILTER", "TOOL_CALLS", "OTHER"]
"""Why a model stopped."""

HistoryDirection: TypeAlias = Literal["ANCESTORS", "DESCENDANTS"]
"""Which way a history goes."""

HistoryEdges: TypeAlias = Literal["TURNS", "DECOMPOSITION", "USES", "SYNTHESIS", "REFERENCES"]
"""The kinds of edges that a history goes over."""

ImportNoticeKind: TypeAlias = Literal["SKIPPED", "CHANGED", "ASIDE"]
"""What a notice says happened to what it is about."""

ImportStatus: TypeAlias = Literal["RUNNING", "SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED"]
"""How far an import is, or how it ended."""

ItemKind: TypeAlias = Literal["SYSTEM", "FORMAT", "SUMMARY", "PINNED", "NOTE", "MESSAGE", "PROMPT", "REPAIR"]
"""What a message of a context is."""

ModelOrigin: TypeAlias = Literal["CONFIGURED", "FOUND"]
"""How the service knows of a model."""

ModelState: TypeAlias = Literal["READY", "NO_KEY", "DOWN"]
"""Whether a model can be asked."""

OnFailure: TypeAlias = Literal["CONTINUE", "FAIL_FAST"]
"""What one failed subtask means for the others."""

ResponseFormatKind: TypeAlias = Literal["TEXT", "JSON", "JSON_SCHEMA"]
"""What an answer must be."""

ResponseStatus: TypeAlias = Literal["STREAMING", "COMPLETE", "PARTIAL", "FAILED"]
"""How whole a response is."""

Role: TypeAlias = Literal["SYSTEM", "USER", "ASSISTANT", "TOOL"]
"""Who speaks in a message that is sent to a model."""

SearchKind: TypeAlias = Literal["PROMPT", "RESPONSE", "SUMMARY", "SOURCE"]
"""What is found."""

SearchMode: TypeAlias = Literal["FULL_TEXT", "VECTOR", "HYBRID"]
"""How is searched."""

SearchSignal: TypeAlias = Literal["FULL_TEXT", "VECTOR"]
"""What found a hit."""

SubtaskStatus: TypeAlias = Literal["PENDING", "READY", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "SKIPPED"]
"""The state of a subtask. The last four are final."""

SummaryForm: TypeAlias = Literal["TEXT", "STRUCTURED"]
"""What a summary is made as."""

SummaryKind: TypeAlias = Literal["STRETCH", "ASKED"]
"""Why a summary was made."""

SummaryLength: TypeAlias = Literal["SHORT", "MEDIUM", "LONG"]
"""How long a summary is."""

TaskStatus: TypeAlias = Literal["PENDING", "PLANNING", "RUNNING", "SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED"]
"""The state of a task. The last four are final."""

TextChangeKind: TypeAlias = Literal["SAME", "REMOVED", "ADDED"]
"""What became of a piece of text."""

UsageDimension: TypeAlias = Literal[
    "MODEL", "PROVIDER", "DAY", "STRATEGY", "TASK_TYPE", "CONVERSATION", "OUTCOME", "PURPOSE"
]
"""What usage is grouped by. A day is one in UTC, an outcome the status of an attempt."""

WhenBusy: TypeAlias = Literal["CONTINUE", "WAIT", "INTERRUPT", "REJECT"]
"""What becomes of a prompt that is sent to a branch on which another still awaits its answer."""


class AddDocumentVersionInput(TypedDict, total=False):
    """A newer text of a document. A name that the conversation does not have yet makes a document."""

    conversationId: Required[str]
    """The conversation that the document is in."""
    file: Required[FileInput]
    """The text, under the name of the document."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class AnalysisParameterInput(TypedDict, total=False):
    """The value of one parameter."""

    name: Required[str]
    """The parameter."""
    value: Required[str]
    """Its value as text, also of a number: `30`, `0.9`, `2026-01-31T12:00:00Z`."""


class AnnotateInput(TypedDict, total=False):
    """What an annotator thinks of a message. It takes the place of all that the same annotator said of it before."""

    messageId: Required[str]
    """The message's id: a prompt's or a response's."""
    rating: float | None
    """From -1 (bad) to 1 (good). A thumb is 1 or -1; of five stars it is (stars - 3) / 2."""
    label: str | None
    """What kind of opinion it is, such as `wrong` or `too long`: 50 characters at most."""
    comment: str | None
    """More about it: 4,000 characters at most."""
    annotator: str | None
    """Who thinks so; the caller where it is left out. 200 characters at most."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class AnnotationFilterInput(TypedDict, total=False):
    """Only these annotations."""

    label: str | None
    """With this label."""
    annotator: str | None
    """Of this annotator."""
    conversationId: str | None
    """In this conversation."""
    minRating: float | None
    """Rated this or better."""
    maxRating: float | None
    """Rated this or worse."""


class BudgetInput(TypedDict, total=False):
    """What a task may use before no new call is made."""

    tokens: int | None
    """Read and written together."""
    costUsd: float | None
    """Only where the price of every model is known."""


class CancelImportInput(TypedDict, total=False):
    """An import that should not go on."""

    importId: Required[str]
    """The import's id."""


class CancelTaskInput(TypedDict, total=False):
    """A task to be cancelled."""

    taskId: Required[str]
    """The task's id."""


class ConversationFilter(TypedDict, total=False):
    """Which conversations to list; what is left out does not matter."""

    title: str | None
    """Part of the title, in upper or lower case."""
    createdFrom: datetime | None
    """Made then or later."""
    createdBefore: datetime | None
    """Made before then."""


class CreateBranchInput(TypedDict, total=False):
    """A new branch."""

    conversationId: Required[str]
    """The conversation's id."""
    name: Required[str]
    """What it is called: 1 to 100 characters in one line, and no other branch of the conversation has it."""
    messageId: str | None
    """The message that it points at; the newest one of the default branch where it is left out."""
    makeDefault: bool | None
    """Whether it is the default branch from now on."""
    idempotencyKey: str | None
    """The same key makes the same branch: sending it twice is safe."""


class CreateConversationInput(TypedDict, total=False):
    """A new conversation."""

    title: str | None
    """Short and human."""
    metadata: Any | None
    """A JSON object that is kept with it."""
    systemPrompt: SystemPromptInput | None
    """What the model is told before all else; `setSystemPrompt` changes it."""
    keepDays: float | None
    """After so many days without anything new it is deleted for good; `setKeepDays` changes it."""
    idempotencyKey: str | None
    """The same key makes the same conversation: sending it twice is safe."""


class CreateTaskInput(TypedDict, total=False):
    """A job over a conversation."""

    type: str | None
    """A task type of the configuration; `prompt` by default, `explain_errors` for the strategy ERROR."""
    instruction: str | None
    """What to do; may be left out where the type says it."""
    input: TaskInput | None
    """What it reads."""
    strategy: StrategyInput | None
    """How it is decomposed; the type's own strategy by default."""
    conversationId: str | None
    """The conversation to go on with; a new one where it is left out."""
    title: str | None
    """The new conversation's title."""
    branch: str | None
    """The branch to continue, by its id: its newest message is continued from, and it moves. The conversation's default branch by default."""
    parent: ParentInput | None
    """Where in the conversation to continue from; the branch's newest message by default. With `branch`, it must be that message."""
    expectedHead: ExpectedHeadInput | None
    """Where you saw the branch; where it is elsewhere by now, this is refused with `CONFLICT`."""
    config: TaskConfigInput | None
    """How it is run."""
    idempotencyKey: str | None
    """The same key makes the same task: sending it twice is safe."""


class CreateUploadInput(TypedDict, total=False):
    """A file that will be sent."""

    name: Required[str]
    """Its name, for people."""
    bytes: Required[int]
    """How many bytes it has."""


class DeleteBranchInput(TypedDict, total=False):
    """A branch to be deleted."""

    branchId: Required[str]
    """The branch's id."""
    messages: Required[BranchMessages]
    """What becomes of the messages that no other branch reaches."""
    summarize: Required[bool]
    """Leave a summary of it behind, of what it has since it parted from the default branch: see `Conversation.summaries`. The branch is deleted when its summary is written (the payload has the task), and together with that. It stays where the task fails, or somebody has gone on with it meanwhile. With `PRUNE` it is refused."""
    dryRun: Required[bool]
    """Change nothing, and say what `PRUNE` would delete."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class DeleteConversationInput(TypedDict, total=False):
    """A conversation to be deleted for good."""

    conversationId: Required[str]
    """The conversation's id."""
    dryRun: Required[bool]
    """Change nothing, and say what would go."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class DeleteDocumentInput(TypedDict, total=False):
    """A document to be deleted for good, with all of its versions."""

    documentId: Required[str]
    """The document's id."""
    dryRun: Required[bool]
    """Change nothing, and say what would go."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class DeleteMessageInput(TypedDict, total=False):
    """A message to be deleted for good, with its responses and all that is made of it."""

    messageId: Required[str]
    """The message's id."""
    children: Required[DeletedChildren]
    """What becomes of the prompts that go on from it."""
    dryRun: Required[bool]
    """Change nothing, and say what would go."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class DeleteOwnerInput(TypedDict, total=False):
    """All that you have, to be deleted for good."""

    ownerId: Required[str]
    """Who you are, as `viewer { id }` says it: so that nobody does it by mistake."""
    dryRun: Required[bool]
    """Change nothing, and say what would go."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class DeleteSourceInput(TypedDict, total=False):
    """A text to be deleted for good, wherever it was read."""

    sourceId: Required[str]
    """The source's id."""
    dryRun: Required[bool]
    """Change nothing, and say what would go."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class ExpectedHeadInput(TypedDict, total=False):
    """Where you saw a branch."""

    messageId: str | None
    """The newest message of the branch."""
    empty: bool | None
    """`true`: the branch had no message yet."""


class ExportConversationInput(TypedDict, total=False):
    """A conversation to be exported."""

    conversationId: Required[str]
    """The conversation's id."""
    format: Required[ExportFormat]
    """What it is exported as."""
    path: ExportedPathInput | None
    """Only this path; left out, the whole tree with all of its branches."""


class ExportConversationsInput(TypedDict, total=False):
    """Conversations to be exported."""

    format: Required[ExportFormat]
    """What they are exported as. MARKDOWN, HTML and LIBRECHAT have a file for each: several are a zip."""
    conversationIds: Sequence[str] | None
    """Their ids, 100 at most; left out, all that you have."""


class ExportedPathInput(TypedDict, total=False):
    """The path that is exported: that of a branch, or what leads to a message."""

    branchId: str | None
    """The branch's id."""
    branchName: str | None
    """The branch's name."""
    messageId: str | None
    """The message's id: it, and all above it."""


class FileContentInput(TypedDict, total=False):
    """A file's content."""

    text: str | None
    """Its text, inline."""
    upload: Upload | None
    """The file itself, beside the operation (GraphQL multipart request)."""


class FileInput(TypedDict, total=False):
    """A file that a task reads."""

    content: Required[FileContentInput]
    """What is in it."""
    name: str | None
    """For people, never opened; an upload's own file name where it is left out."""
    mediaType: str | None
    """Of the content; guessed from the name where it is left out."""


class ImportConversationsInput(TypedDict, total=False):
    """Conversations of another tool, or of another Antiphon, to be brought in."""

    file: Required[ImportFileInput]
    """The file."""
    format: str | None
    """The format, where it should not be recognized by what is in the file."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class ImportFileInput(TypedDict, total=False):
    """The file that is imported: a small one with the operation, a large one before it."""

    upload: Upload | None
    """The file itself, beside the operation (GraphQL multipart request)."""
    uploadId: str | None
    """The id of one that was sent in pieces: see `createUpload`."""


class InsteadInput(TypedDict, total=False):
    """Another text for a message of a context."""

    messageId: Required[str]
    """The message; the prompt itself may be one."""
    content: Required[str]
    """What the model is sent for it."""


LinkMessagesInput = TypedDict(
    "LinkMessagesInput",
    {
        "from": "Required[str]",
        "to": "Required[str]",
        "kind": "Required[str]",
        "note": "str | None",
        "idempotencyKey": "str | None",
    },
    total=False,
)
"""What one message is to another. The same link again is the one that is there, with the new note."""

MergeBranchesInput = TypedDict(
    "MergeBranchesInput",
    {
        "into": "Required[str]",
        "from": "Required[Sequence[str]]",
        "instruction": "str | None",
        "reconcile": "Required[bool]",
        "config": "TaskConfigInput | None",
        "idempotencyKey": "str | None",
    },
    total=False,
)
"""Branches to be merged into another: a prompt continues all of them, and its branch moves."""


class MoveBranchInput(TypedDict, total=False):
    """Another message for a branch."""

    branchId: Required[str]
    """The branch's id."""
    messageId: Required[str]
    """The message that it points at from now on: of its conversation, and not of a subtask."""
    expectedHead: ExpectedHeadInput | None
    """Where you saw the branch: `CONFLICT` where it has moved since."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class ParentInput(TypedDict, total=False):
    """Where a prompt continues from."""

    messageId: str | None
    """A message of the conversation."""
    root: bool | None
    """`true`: from nothing. The prompt is a first one, beside the first prompt that is there."""


class PinMessageInput(TypedDict, total=False):
    """A message to be pinned, or to be let go."""

    messageId: Required[str]
    """The message's id."""
    pinned: Required[bool]
    """Whether it is pinned from now on."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class PlanInput(TypedDict, total=False):
    """A plan: prompts, and what makes the answer out of their answers."""

    steps: Required[Sequence[PlanStepInput]]
    """Its prompts, in any order: what they name says which waits for which."""
    answer: Sequence[str] | None
    """The steps whose answers make the task's answer; those that no other step uses, where it is left out."""
    aggregation: Aggregation | None
    """How they make it; as the task says, where it is left out."""


class PlanStepInput(TypedDict, total=False):
    """One prompt of a plan."""

    id: Required[str]
    """Its name in the plan: a letter, then letters, digits, _ and -, 64 at most."""
    prompt: Required[str]
    """What is asked, with `{{input}}`, `{{instruction}}`, `{{item}}` and `{{steps.ID}}` in it."""
    title: str | None
    """Short and human."""
    dependsOn: Sequence[str] | None
    """Steps that must have ended before it, besides those that its prompt names."""
    forEach: str | None
    """The step over whose list it is asked, once for each element (`{{item}}`)."""
    role: str | None
    """The agent role whose model is asked."""
    model: str | None
    """The model that is asked."""
    responseFormat: ResponseFormatInput | None
    """What its answer must be."""


class PointInTimeInput(TypedDict, total=False):
    """When."""

    moment: datetime | None
    """At this time."""
    messageId: str | None
    """When this message of the conversation was the newest one."""


class PreviewContextInput(TypedDict, total=False):
    """A prompt that is not sent: where it would stand, and how it would be asked."""

    content: Required[str]
    """What would be asked."""
    conversationId: str | None
    """The conversation; left out, a new one."""
    branch: str | None
    """As in `sendPrompt`."""
    parent: ParentInput | None
    """As in `sendPrompt`."""
    config: TaskConfigInput | None
    """As in `sendPrompt`."""


class RefreshTaskInput(TypedDict, total=False):
    """A task to be done again over newer versions of what it read. Only what changed is asked."""

    taskId: Required[str]
    """The task that is done again; it must have ended."""
    input: TaskInput | None
    """What is newer. A file with the name of one that the task read takes its place, other files are added. A text or a list takes the place of all. Left out, the task reads what its documents say now."""
    whole: Required[bool]
    """Whether `input.files` are all that is read from now on; otherwise files that it does not name stay."""
    removed: Sequence[str] | None
    """Names of files that are not read any more."""
    dryRun: Required[bool]
    """Whether it is only said what would be asked."""
    idempotencyKey: str | None
    """The same key makes the same task: sending it twice is safe."""


class RegenerateInput(TypedDict, total=False):
    """Further answers to the prompt of a response. None of them is told of the others."""

    responseId: Required[str]
    """The response."""
    models: Sequence[str] | None
    """An answer of each of these models, 10 at most."""
    n: int | None
    """So many answers, 10 at most; one by default."""
    branch: str | None
    """The branch, by its id, that moves to the first answer where its newest message is the response; the default branch where it is left out. No other moves."""
    config: TaskConfigInput | None
    """How it is answered; what is left out is as it was asked before."""
    idempotencyKey: str | None
    """The same key makes the same answers: sending it twice is safe."""


class RenameBranchInput(TypedDict, total=False):
    """Another name for a branch."""

    branchId: Required[str]
    """The branch's id."""
    name: Required[str]
    """What it is called from now on."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class RenameConversationInput(TypedDict, total=False):
    """Another title for a conversation."""

    conversationId: Required[str]
    """The conversation's id."""
    title: Required[str]
    """Short and human."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class ReplayInput(TypedDict, total=False):
    """What a model was sent, to be sent again: byte for byte, or with something changed. The conversation stays as it is, and no branch moves."""

    of: Required[SentInput]
    """The call that is made again."""
    without: Sequence[str] | None
    """Messages that are left out, by their ids: 100 at most. A call of a tool goes with its results."""
    instead: Sequence[InsteadInput] | None
    """Other texts for messages, 100 at most."""
    config: TaskConfigInput | None
    """How it is answered; what is left out is as it was asked before, by the model that was asked then."""
    idempotencyKey: str | None
    """The same key makes the same answer: sending it twice is safe."""


class ResponseFormatInput(TypedDict, total=False):
    """What an answer must be."""

    text: bool | None
    """`true`: any text."""
    json: bool | None
    """`true`: one JSON value, perhaps in a Markdown code fence."""
    jsonSchema: Any | None
    """One JSON value that meets this JSON Schema."""


class RetriesInput(TypedDict, total=False):
    """How often a call is tried, and for how many seconds in all."""

    maxAttempts: int | None
    """Calls in all, from 1 to 100."""
    totalSeconds: float | None
    """From the first call on."""


class RetryTaskInput(TypedDict, total=False):
    """A finished task to be run again."""

    taskId: Required[str]
    """The task's id."""
    budget: BudgetInput | None
    """What it may use from now on; left out, what its own budget has left."""


class ReviseMessageInput(TypedDict, total=False):
    """A message in place of another. The other one stays as it is; the new one stands beside it."""

    messageId: Required[str]
    """The message: a prompt or a response."""
    content: Required[str]
    """What it is to say."""
    branch: str | None
    """A branch that holds the message, by its id: it moves to the new one. What stood below the old one stays in the conversation, and other branches where they are. Left out, no branch moves."""
    newBranch: str | None
    """The name of a branch that is made at the new message."""
    ask: Required[bool]
    """Whether the prompt is answered."""
    config: TaskConfigInput | None
    """How it is answered; what is left out is as it was asked before."""
    idempotencyKey: str | None
    """The same key makes the same message: sending it twice is safe."""


class SaveStrategyInput(TypedDict, total=False):
    """A plan to be kept under a name, in place of the one that has it."""

    name: Required[str]
    """What tasks call it by."""
    plan: Required[PlanInput]
    """The plan."""
    description: str | None
    """What it is good for."""
    idempotencyKey: str | None
    """The same key keeps the same plan: sending it twice is safe."""


class SearchAnnotationFilter(TypedDict, total=False):
    """What was said of a turn: of its prompt, or of its response. With nothing in it, any annotation."""

    label: str | None
    """With this label."""
    annotator: str | None
    """Of this annotator."""
    minRating: float | None
    """Rated this or better."""
    maxRating: float | None
    """Rated this or worse."""


class SearchFilter(TypedDict, total=False):
    """What may be found; what is left out does not matter."""

    conversationId: str | None
    """Only in this conversation, and in what its tasks read."""
    branchId: str | None
    """Only what the head of this branch reaches."""
    kinds: Sequence[SearchKind] | None
    """Only these kinds of texts."""
    role: Role | None
    """Only messages of this role."""
    model: str | None
    """Only turns that this model answered, by its id."""
    taskType: str | None
    """Only what belongs to tasks of this type."""
    annotation: SearchAnnotationFilter | None
    """Only turns that somebody annotated so."""
    createdFrom: datetime | None
    """Written then or later."""
    createdBefore: datetime | None
    """Written before then."""


class SendPromptInput(TypedDict, total=False):
    """One prompt, or the results of tool calls: the smallest task."""

    content: str | None
    """What is asked; may be left out where there are results of tools."""
    toolResults: Sequence[ToolResultInput] | None
    """One result for each tool call of the response that is continued from."""
    conversationId: str | None
    """The conversation to go on with; a new one where it is left out."""
    title: str | None
    """The new conversation's title."""
    branch: str | None
    """The branch to continue, by its id: its newest message is continued from, and it moves. The conversation's default branch by default."""
    parent: ParentInput | None
    """Where in the conversation to continue from; the branch's newest message by default. With `branch`, it must be that message."""
    expectedHead: ExpectedHeadInput | None
    """Where you saw the branch; where it is elsewhere by now, this is refused with `CONFLICT`."""
    whenBusy: Required[WhenBusy]
    """What becomes of it where the branch still awaits an answer."""
    config: TaskConfigInput | None
    """How it is answered."""
    idempotencyKey: str | None
    """The same key makes the same task: sending it twice is safe."""


class SentInput(TypedDict, total=False):
    """A call that was made."""

    attemptId: str | None
    """The attempt."""
    responseId: str | None
    """The attempt that gave this response."""


class SetDefaultBranchInput(TypedDict, total=False):
    """The branch that is meant where none is named."""

    branchId: Required[str]
    """The branch's id."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class SetKeepDaysInput(TypedDict, total=False):
    """How long a conversation is kept."""

    conversationId: Required[str]
    """The conversation's id."""
    keepDays: float | None
    """After so many days without anything new it is deleted for good. It counts in place of `storage.keep_days`. Null: that counts again."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class SetSystemPromptInput(TypedDict, total=False):
    """Another system prompt for a conversation. What was said under the old one stays as it is."""

    conversationId: Required[str]
    """The conversation's id."""
    systemPrompt: Required[SystemPromptInput]
    """The system prompt."""
    idempotencyKey: str | None
    """The same key sets it once: sending it twice is safe."""


class StrategyInput(TypedDict, total=False):
    """How a task is decomposed."""

    builtIn: BuiltInStrategy | None
    """One that is always there."""
    named: str | None
    """One by its name, as a plug-in registered it; see `strategies`."""
    kept: str | None
    """A kept plan by its name."""
    plan: PlanInput | None
    """A plan of one's own."""


class SummarizeConversationInput(TypedDict, total=False):
    """What is to be summarized: a branch, or what leads to a message."""

    conversationId: Required[str]
    """The conversation's id."""
    branch: str | None
    """The branch, by its id; the default branch where it is left out."""
    fromMessageId: str | None
    """The first message that goes in; the beginning where it is left out."""
    toMessageId: str | None
    """The last message that goes in; the branch's newest where it is left out."""
    length: Required[SummaryLength]
    """How long it is to be."""
    maxTokens: int | None
    """The same in tokens, 16 to 32000: it stands over `length`."""
    form: Required[SummaryForm]
    """As a text, or as claims with the messages that say them."""
    instruction: str | None
    """What matters to you: a question, an audience, a form."""
    config: TaskConfigInput | None
    """How it is asked: a model, a role, a budget."""
    idempotencyKey: str | None
    """The same key makes the same summary: sending it twice is safe."""


class SystemPromptInput(TypedDict, total=False):
    """What the model is told before all else."""

    content: str | None
    """A text."""
    taskType: str | None
    """The instruction of a task type of the configuration."""
    none: bool | None
    """`true`: there is none."""


class TaskConfigInput(TypedDict, total=False):
    """How a task is run; what is left out comes from its type, its role or the defaults."""

    model: str | None
    """`provider/name`, or a name that is unique."""
    fallbackModels: Sequence[str] | None
    """Asked in this order where the model fails."""
    role: str | None
    """An agent role of the configuration."""
    maxParallel: int | None
    """Calls at once, from 1."""
    aggregation: Aggregation | None
    """How the answers of its subtasks become its answer."""
    onFailure: OnFailure | None
    """What one failed subtask means for the others; CONTINUE by default."""
    temperature: float | None
    """From 0 to 2."""
    maxOutputTokens: int | None
    """The most tokens of one answer."""
    chunkTokens: int | None
    """The most tokens of material in one prompt; from the model's window by default."""
    chunkOverlap: int | None
    """Tokens that two chunks share."""
    timeouts: TimeoutsInput | None
    """How long a call may take."""
    retries: RetriesInput | None
    """How often a call is tried."""
    budget: BudgetInput | None
    """What it may use; nothing bounds it by default."""
    responseFormat: ResponseFormatInput | None
    """What answers must be; as the task type says by default, which is any text."""
    deadlineSeconds: float | None
    """Seconds after its creation at which the task ends with what it has."""
    maxCases: int | None
    """ERROR: the most different errors that are asked about, the weightiest first."""
    maxSteps: int | None
    """DYNAMIC: the most steps of a plan."""
    context: ContextPolicy | None
    """NONE: what of the path above the prompt is sent with it; as `defaults.context` says by default."""
    tools: Sequence[ToolInput] | None
    """NONE: what the model may call. They are not remembered: send them with each task."""
    reuse: bool | None
    """Whether a request that was answered before, in any of your conversations, takes that answer and asks nobody; off by default."""


class TaskInput(TypedDict, total=False):
    """What a task reads."""

    text: str | None
    """One text."""
    list: Sequence[str] | None
    """Texts, each of them a source by itself."""
    files: Sequence[FileInput] | None
    """Files, each of them a source by itself."""


class TimeoutsInput(TypedDict, total=False):
    """Seconds to connect, to the first token (and between two), and for a whole call."""

    connect: float | None
    """To reach the provider."""
    firstToken: float | None
    """To the first token, and between two."""
    total: float | None
    """For the whole call."""


class ToolInput(TypedDict, total=False):
    """A tool that the model may call. The service runs none: the client does, and sends the result."""

    name: Required[str]
    """1 to 64 letters (a to z), digits, underscores and hyphens."""
    description: str | None
    """What it does, for the model."""
    parameters: Any | None
    """The JSON Schema of its arguments, of type object; none where it is left out."""


class ToolResultInput(TypedDict, total=False):
    """What came of a tool call."""

    toolCallId: Required[str]
    """The `toolCallId` of the call."""
    content: Required[str]
    """What it gave, or how it failed."""
    isError: bool | None
    """Whether the tool failed; `content` says how."""


class UnlinkMessagesInput(TypedDict, total=False):
    """A link to be deleted."""

    linkId: Required[str]
    """The link's id."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class WithdrawAnnotationInput(TypedDict, total=False):
    """An annotation to be withdrawn."""

    annotationId: Required[str]
    """The annotation's id."""
    idempotencyKey: str | None
    """The same key does it once: sending it twice is safe."""


class AddDocumentVersionSource(Record):
    """A file or text that a task reads."""

    id: str
    """What `node` finds it by."""
    sha256: str
    """Of its text in UTF-8, in hexadecimal."""


class AddDocumentVersionDocument(Record):
    """What has a name in a conversation, such as a file that tasks read. Its texts are its versions."""

    id: str
    """What `node` finds it by."""
    name: str
    """Its name."""
    newest_version: int
    """The number of its newest version."""
    source: AddDocumentVersionSource
    """The text that it has now."""


class AddDocumentVersionPayload(Record):
    """A document with its newest version."""

    document: AddDocumentVersionDocument | None
    """The document."""


class AllAnnotationsMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""


class AllAnnotationsAnnotation(Record):
    """What somebody thinks of a message."""

    id: str
    """What `node` finds it by."""
    message_id: str
    """The id of the message."""
    conversation_id: str
    """The id of the conversation that the message is in."""
    annotator: str
    """Who thinks so: a person, or a program that judges."""
    rating: float | None
    """From -1 (bad) to 1 (good)."""
    label: str | None
    """What kind of opinion it is, in a word or two."""
    comment: str | None
    """More about it."""
    updated_at: datetime
    """When it was changed last."""
    message: AllAnnotationsMessage | None
    """The message."""


class AllAnnotationsAnnotationEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: AllAnnotationsAnnotation
    """What stands there."""


class AllAnnotationsPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class AllAnnotationsAnnotationConnection(Record):
    """A page of a list."""

    edges: list[AllAnnotationsAnnotationEdge]
    """Its nodes with their places, in the list's order."""
    page_info: AllAnnotationsPageInfo
    """What is before and after it."""


class AnalysesAnalysisParameter(Record):
    """What an analysis may be told."""

    name: str
    """Its name."""
    type: AnalysisValueType | str
    """What it takes."""
    default: str | None
    """What it is where nothing is said, as text; null where something must be said."""
    low: float | None
    """Of a number: the least that it may be."""
    high: float | None
    """Of a number: the most that it may be."""
    what: str
    """What it says."""


class AnalysesAnalysisColumn(Record):
    """What one cell of each row holds. Any cell may be null."""

    name: str
    """Its name."""
    type: AnalysisValueType | str
    """What it holds. In JSON, a time is a text, in ISO 8601."""
    unit: str | None
    """In what it is counted, such as `ms`, `tokens` or `USD`."""
    what: str
    """What it says."""


class AnalysesAnalysis(Record):
    """A question about all that a caller has, with its answer as a table."""

    name: str
    """What `analytics` knows it by."""
    group: str
    """What it is about: `money`, `calls`, `tasks`, `branches`, `answers`, `memory` or `conversations`."""
    purpose: str
    """What it answers."""
    parameters: list[AnalysesAnalysisParameter]
    """What it may be told."""
    columns: list[AnalysesAnalysisColumn]
    """What a row holds, in its order."""


class AnalyticsAnalysisColumn(Record):
    """What one cell of each row holds. Any cell may be null."""

    name: str
    """Its name."""
    type: AnalysisValueType | str
    """What it holds. In JSON, a time is a text, in ISO 8601."""
    unit: str | None
    """In what it is counted, such as `ms`, `tokens` or `USD`."""
    what: str
    """What it says."""


class AnalyticsResult(Record):
    """What came of an analysis."""

    name: str
    """The analysis."""
    rows: list[Any]
    """A row each: the list of its cells, in the order of the columns."""
    notes: list[str]
    """What one should know of these rows: that there may be more, or that an algorithm ran outside of Neo4j."""
    elapsed_ms: int
    """How long it took."""
    columns: list[AnalyticsAnalysisColumn]
    """What a row holds, in its order."""


class AnnotateAnnotation(Record):
    """What somebody thinks of a message."""

    id: str
    """What `node` finds it by."""
    message_id: str
    """The id of the message."""
    annotator: str
    """Who thinks so: a person, or a program that judges."""
    rating: float | None
    """From -1 (bad) to 1 (good)."""
    label: str | None
    """What kind of opinion it is, in a word or two."""
    comment: str | None
    """More about it."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When it was changed last."""


class AnnotateAnnotationEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: AnnotateAnnotation
    """What stands there."""


class AnnotatePayload(Record):
    """What somebody thinks of a message."""

    annotation_edge: AnnotateAnnotationEdge | None
    """The annotation, for the message's list `annotations`."""


class AnnotationsAnnotation(Record):
    """What somebody thinks of a message."""

    id: str
    """What `node` finds it by."""
    annotator: str
    """Who thinks so: a person, or a program that judges."""
    rating: float | None
    """From -1 (bad) to 1 (good)."""
    label: str | None
    """What kind of opinion it is, in a word or two."""
    comment: str | None
    """More about it."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When it was changed last."""


class AnnotationsAnnotationEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: AnnotationsAnnotation
    """What stands there."""


class AnnotationsPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class AnnotationsAnnotationConnection(Record):
    """A page of a list."""

    edges: list[AnnotationsAnnotationEdge]
    """Its nodes with their places, in the list's order."""
    page_info: AnnotationsPageInfo
    """What is before and after it."""


class AnnotationsNode(Record):
    """Something with an id that `node` finds again."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    annotations: AnnotationsAnnotationConnection | None = None
    """What people think of it, oldest first: one of each annotator."""


class AttemptContextMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class AttemptContextContextMessage(Record):
    """One message as a model is sent it."""

    kind: ItemKind | str
    """What it is."""
    role: Role | str
    """In whose name it is sent."""
    tokens: int | None
    """What it takes of the window; null where nobody counted it."""
    content: str
    """Its text."""
    message: AttemptContextMessage | None
    """The message of the conversation that it is; null for summaries and for words of the service."""


class AttemptContextPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class AttemptContextContextMessageConnection(Record):
    """A page of a list."""

    nodes: list[AttemptContextContextMessage]
    """The nodes of the edges."""
    page_info: AttemptContextPageInfo
    """What is before and after it."""


class AttemptContext(Record):
    """What a call was sent, made again from the graph."""

    sha256: str | None
    """The hash of what was sent, as it was kept before the call."""
    is_same: bool | None
    """Whether this is byte for byte what was sent; null where no hash was kept, false where something was deleted."""
    messages: AttemptContextContextMessageConnection
    """What was sent, oldest first."""


class AttemptContextNode(Record):
    """Something with an id that `node` finds again."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    context: AttemptContext | None = None
    """What it was sent, made again from the graph, and whether that is byte for byte what was sent."""


class BranchMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    title: str
    """Short and human."""


class Branch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""
    is_default: bool
    """Whether it is meant where none is named."""
    depth: int
    """How many messages are above its newest one; 0, too, while the conversation is empty."""
    head: BranchMessage | None
    """Its newest message; null while the conversation is empty."""


class BranchesBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""


class BranchesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    title: str
    """Short and human."""


class BranchesForkedAtMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""


class BranchesNodeBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""
    is_default: bool
    """Whether it is meant where none is named."""
    depth: int
    """How many messages are above its newest one; 0, too, while the conversation is empty."""
    last_activity_at: datetime
    """When its newest message was written, or it was made, renamed or moved, whichever was last."""
    head: BranchesMessage | None
    """Its newest message; null while the conversation is empty."""
    own_messages: int | None
    """How many messages only this branch reaches; null where 20,000 messages were looked at and it is not known."""
    cost_usd: float | None
    """What the tasks cost whose answers only this branch reaches, as far as is known; null as for `ownMessages`."""
    forked_at: BranchesForkedAtMessage | None
    """The newest message that it has in common with the default branch, of which it may be the head. Null for the default branch, where they have none in common, and where it is too far up, as for `ownMessages`."""


class BranchesBranchEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: BranchesNodeBranch
    """What stands there."""


class BranchesPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class BranchesBranchConnection(Record):
    """A page of a list."""

    edges: list[BranchesBranchEdge]
    """Its nodes with their places, in the list's order."""
    page_info: BranchesPageInfo
    """What is before and after it."""


class BranchesConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    default_branch: BranchesBranch | None
    """The branch that is meant where none is named: `main` until another one is chosen."""
    branches: BranchesBranchConnection
    """Its branches, oldest first; the first is `main`."""


class CancelImportImport(Record):
    """A file of conversations that is brought in, and what came of it."""

    id: str
    """What `node` finds it by."""
    import_status: ImportStatus | str
    """How far it is."""
    conversation_count: int
    """How many conversations are new."""
    message_count: int
    """How many messages are new."""


class CancelImportPayload(Record):
    """An import that does not go on."""

    import_: CancelImportImport = Field(alias="import")
    """The import."""


class CancelTaskTaskProgress(Record):
    """How far a task is: how many of its subtasks are in which state."""

    total: int
    """All subtasks that are planned so far."""
    done: int
    """Those that have their last state."""
    cancelled: int
    """Those that were cancelled."""


class CancelTaskTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""
    finished_at: datetime | None
    """When it ended."""
    progress: CancelTaskTaskProgress
    """How far it is."""


class CancelTaskPayload(Record):
    """A task that was cancelled, or had ended before."""

    task: CancelTaskTask | None
    """The task, as it is now."""


class CompareBranchesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    depth: int
    """How many messages the longest way to the beginning has."""


class CompareBranchesBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""


class CompareBranchesSource(Record):
    """A file or text that a task reads."""

    id: str
    """What `node` finds it by."""
    name: str
    """The name under which it was first read."""


class CompareBranchesNodeMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""


class CompareBranchesMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: CompareBranchesNodeMessage
    """What stands there."""


class CompareBranchesPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class CompareBranchesMessageConnection(Record):
    """A page of a list."""

    edges: list[CompareBranchesMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: CompareBranchesPageInfo
    """What is before and after it."""


class CompareBranchesBranchSide(Record):
    """What one of two branches has alone."""

    branch: CompareBranchesBranch
    """The branch."""
    message_count: int
    """How many messages it has alone."""
    tokens: int
    """Their tokens, by the vocabulary o200k."""
    cost_usd: float | None
    """What the tasks of their prompts cost; null where nothing of it is known."""
    sources_alone: list[CompareBranchesSource]
    """The texts that only this side rests on, 100 at most."""
    messages: CompareBranchesMessageConnection
    """The messages that it has alone, oldest first."""


class CompareBranchesBranchComparison(Record):
    """Two branches side by side."""

    nearest_common: list[CompareBranchesMessage]
    """The newest messages that both have; several where they were merged before, none where they share nothing."""
    a: CompareBranchesBranchSide
    """What the first one has alone."""
    b: CompareBranchesBranchSide
    """What the second one has alone."""


class CompareResponsesResponse(Record):
    """What came back."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class CompareResponsesTextChange(Record):
    """A piece of text, and what became of it."""

    kind: TextChangeKind | str
    """Whether it is in both texts, or in one of them."""
    text: str
    """The piece, with the spaces in it."""


class CompareResponsesContextComparison(Record):
    """What two models were sent, message by message. Lists name 1000 messages at most; the counts count all."""

    only_in_a: list[str]
    """Messages that were sent for `a` alone, by their ids."""
    only_in_acount: int
    """How many these are."""
    only_in_b: list[str]
    """Messages that were sent for `b` alone."""
    only_in_bcount: int
    """How many these are."""
    changed: list[str]
    """Messages that were sent for both, with other texts."""
    changed_count: int
    """How many these are."""
    same_count: int
    """How many messages were sent for both, as they are."""
    identical: bool
    """Whether both were sent the same, byte for byte."""


class CompareResponsesResponseComparison(Record):
    """Two responses side by side. Differences are those of `b` less those of `a`; null where one is not known."""

    a: CompareResponsesResponse
    """The first one."""
    b: CompareResponsesResponse
    """The second one."""
    compared_by: ComparedBy | str
    """What the texts were compared by: words, unless they are too long or too different."""
    changes: list[CompareResponsesTextChange]
    """What is in both and in one of them, in order: SAME and REMOVED together are the text of `a`, SAME and ADDED that of `b`."""
    same_model: bool | None
    """Whether one model wrote both; null where one of them was put together."""
    input_tokens: int | None
    """How many tokens more were read for `b`."""
    output_tokens: int | None
    """How many tokens more were written for `b`."""
    latency_ms: float | None
    """How much longer the call for `b` took."""
    cost_usd: float | None
    """How much more `b` cost."""
    context: CompareResponsesContextComparison | None
    """What is different in what the models were sent; null where one of them was not asked, or where what it was sent cannot be made again because something was deleted."""


class ConversationMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    depth: int
    """How many messages the longest way to the beginning has."""
    title: str
    """Short and human."""


class ConversationBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""
    head: ConversationMessage | None
    """Its newest message; null while the conversation is empty."""


class ConversationBranchEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: ConversationBranch
    """What stands there."""


class ConversationPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class ConversationBranchConnection(Record):
    """A page of a list."""

    edges: list[ConversationBranchEdge]
    """Its nodes with their places, in the list's order."""
    page_info: ConversationPageInfo
    """What is before and after it."""


class Conversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When something was last written into it."""
    metadata: Any | None
    """What its maker attached to it."""
    keep_days: float | None
    """After so many days without anything new it is deleted for good; null where `storage.keep_days` says that."""
    branches: ConversationBranchConnection
    """Its branches, oldest first; the first is `main`."""


class ConversationEventsMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""


class ConversationEventsMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: ConversationEventsMessage
    """What stands there."""


class ConversationEventsBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""


class ConversationEventsSubtask(Record):
    """One piece of a task: one prompt and its answer."""

    id: str
    """What `node` finds it by."""


class ConversationEventsHeadMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""


class ConversationEventsBranchBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""
    head: ConversationEventsHeadMessage | None
    """Its newest message; null while the conversation is empty."""


class ConversationEventsConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class ConversationEventsSummary(Record):
    """What a model made of messages, in fewer words."""

    id: str
    """What `node` finds it by."""
    text: str
    """What it says; of one that was asked for as claims, these as a list for people."""
    message_count: int
    """How many messages it covers."""


class ConversationEventsAnnotation(Record):
    """What somebody thinks of a message."""

    annotator: str
    """Who thinks so: a person, or a program that judges."""
    rating: float | None
    """From -1 (bad) to 1 (good)."""
    label: str | None
    """What kind of opinion it is, in a word or two."""
    comment: str | None
    """More about it."""


class ConversationEventsEvent(Record):
    """Something that happened in a conversation."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    cursor: str
    """Go on after this event with `after: cursor`."""
    created_at: datetime
    """When it happened."""
    conversation_id: str
    """The id of the conversation."""
    message_edge: ConversationEventsMessageEdge | None = None
    """The message, for the conversation's messages."""
    branches: list[ConversationEventsBranch] | None = None
    """The branches on whose path it is now, or will be when its task ends. Empty for what is not of the chat: the prompts and answers of subtasks, and calls that did not give the answer."""
    subtask: ConversationEventsSubtask | None = None
    """The subtask that it was written for; null for a message of the chat itself."""
    idempotency_key: str | None = None
    """The `idempotencyKey` of the request that caused it."""
    task_id: str | None = None
    """The id of the task."""
    task_status: TaskStatus | str | None = None
    """Its new state."""
    error: str | None = None
    """Why it failed, where it did."""
    error_code: ErrorCode | str | None = None
    """The code of that."""
    action: ChangeAction | str | None = None
    """What was done."""
    branch_id: str | None = None
    """The id of the branch."""
    name: str | None = None
    """What the branch was called then."""
    branch: ConversationEventsBranchBranch | None = None
    """The branch, as it is now; null where it was deleted."""
    conversation: ConversationEventsConversation | None = None
    """The conversation, as it is now; null where it was deleted."""
    message_id: str | None = None
    """The id of the message."""
    message_ids: list[str] | None = None
    """The ids that they had."""
    summary_id: str | None = None
    """The id of the summary."""
    summary: ConversationEventsSummary | None = None
    """The summary; null where it was deleted since."""
    document_ids: list[str] | None = None
    """The ids of the documents."""
    link_id: str | None = None
    """The id of the link."""
    kind: str | None = None
    """What it says of the two."""
    from_id: str | None = None
    """The id of the message that it begins at."""
    to_id: str | None = None
    """The id of the message that it leads to."""
    annotation_id: str | None = None
    """The id of the annotation."""
    annotation: ConversationEventsAnnotation | None = None
    """The annotation, as it is now; null where it was withdrawn."""


class ConversationSummaryMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""


class ConversationSummaryClaim(Record):
    """What a structured summary says, and where that was said."""

    kind: ClaimKind | str
    """What it is."""
    text: str
    """What it says."""
    messages: list[ConversationSummaryMessage]
    """The messages that say it, oldest first."""


class ConversationSummarySummary(Record):
    """What a model made of messages, in fewer words."""

    id: str
    """What `node` finds it by."""
    message_count: int
    """How many messages it covers."""
    since: int | None
    """How many messages of the branch came after it; null where it was not asked of a branch."""
    created_at: datetime
    """When it was made."""
    up_to: ConversationSummaryMessage | None
    """The newest message that it covers."""
    claims: list[ConversationSummaryClaim]
    """What it claims, where it was asked for as STRUCTURED; else nothing."""


class ConversationSummaryModel(Record):
    """A provider's model. What is null is not configured here (any more)."""

    id: str
    """What `node` finds it by."""


class ConversationSummaryTaskCount(Record):
    """How many tasks are in a state."""

    status: TaskStatus | str
    """The state."""
    count: int
    """How many tasks are in it."""


class ConversationSummaryConversationStatistics(Record):
    """What a conversation holds and what it cost."""

    messages: int
    """All messages."""
    prompts: int
    """Messages that were sent."""
    responses: int
    """Messages that came back."""
    attempts: int
    """Calls to providers."""
    input_tokens: int
    """Tokens that were read."""
    output_tokens: int
    """Tokens that were written."""
    cached_tokens: int
    """The part of `inputTokens` that the provider had in its cache."""
    cost_usd: float | None
    """Of the calls with a known cost; null where there are only others."""
    unpriced_attempts: int
    """Calls whose cost is not known, or not in whole."""
    models: list[ConversationSummaryModel]
    """The models that were called."""
    tasks: list[ConversationSummaryTaskCount]
    """How many tasks are in which state."""


class ConversationSummary(Record):
    """A conversation in short."""

    text: str | None
    """A summary in words, where one was made: the newest that `summarizeConversation` made of the branch."""
    in_words: ConversationSummarySummary | None
    """The same, with what it covers and what it claims."""
    statistics: ConversationSummaryConversationStatistics
    """What it holds and what it cost."""


class ConversationSummaryConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    summary: ConversationSummary
    """What it holds and what it cost, and what of it was summarized."""


class ConversationsConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When something was last written into it."""


class ConversationsConversationEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: ConversationsConversation
    """What stands there."""


class ConversationsPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""
    start_cursor: str | None
    """The cursor of its first node; null where it has none."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class ConversationsConversationConnection(Record):
    """A page of a list."""

    edges: list[ConversationsConversationEdge]
    """Its nodes with their places, in the list's order."""
    page_info: ConversationsPageInfo
    """What is before and after it."""


class ConversationsChangedConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    updated_at: datetime
    """When something was last written into it."""


class ConversationsChangedChangedConversation(Record):
    """A conversation in which something happened, or one that was deleted."""

    cursor: str
    """Where to come back to."""
    seq: int
    """The number of the newest message or event in it: you have all of it where you know that one."""
    deleted_id: str | None
    """The id of a conversation that was deleted; null otherwise."""
    conversation: ConversationsChangedConversation | None
    """The conversation, as it is now; null where it was deleted."""


class CreateBranchMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""


class CreateBranchBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""
    is_default: bool
    """Whether it is meant where none is named."""
    head: CreateBranchMessage | None
    """Its newest message; null while the conversation is empty."""


class CreateBranchPayload(Record):
    """A new branch."""

    branch: CreateBranchBranch | None
    """The branch."""


class CreateConversationBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""


class CreateConversationBranchEdge(Record):
    """A node of a page, and its place in the list."""

    node: CreateConversationBranch
    """What stands there."""


class CreateConversationBranchConnection(Record):
    """A page of a list."""

    edges: list[CreateConversationBranchEdge]
    """Its nodes with their places, in the list's order."""


class CreateConversationConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When something was last written into it."""
    metadata: Any | None
    """What its maker attached to it."""
    keep_days: float | None
    """After so many days without anything new it is deleted for good; null where `storage.keep_days` says that."""
    branches: CreateConversationBranchConnection
    """Its branches, oldest first; the first is `main`."""


class CreateConversationNodeConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""


class CreateConversationConversationEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: CreateConversationNodeConversation
    """What stands there."""


class CreateConversationPayload(Record):
    """A new conversation."""

    conversation: CreateConversationConversation | None
    """The conversation."""
    conversation_edge: CreateConversationConversationEdge | None
    """The conversation, for the lists `conversations`, in either order."""


class CreateTaskConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class CreateTaskPrompt(Record):
    """What was sent."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class CreateTaskTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    type: str
    """The task type whose template it follows."""
    strategy: str
    """The name of the strategy that decomposes it."""
    task_status: TaskStatus | str
    """Its state."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was made."""
    conversation: CreateTaskConversation
    """The conversation that it is in."""
    prompt: CreateTaskPrompt | None
    """What was asked."""


class CreateTaskNodeTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""


class CreateTaskTaskEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: CreateTaskNodeTask
    """What stands there."""


class CreateTaskMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""


class CreateTaskMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: CreateTaskMessage
    """What stands there."""


class CreateTaskNodeConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When something was last written into it."""


class CreateTaskConversationEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: CreateTaskNodeConversation
    """What stands there."""


class CreateTaskPayload(Record):
    """A new task."""

    answer_id: str | None
    """The id that the answer will have; null where the task makes none of its subtasks' answers."""
    task: CreateTaskTask | None
    """The task."""
    task_edge: CreateTaskTaskEdge | None
    """The task, for the lists `tasks`."""
    prompt_edge: CreateTaskMessageEdge | None
    """The task's prompt, for the conversation's messages."""
    conversation_edge: CreateTaskConversationEdge | None
    """The conversation, for the lists `conversations`, in either order."""


class CreateUploadPendingUpload(Record):
    """A file that is sent in pieces, before it is imported."""

    upload_id: str
    """Its id, for `importConversations`."""
    name: str
    """Its name."""
    bytes: int
    """How many bytes it has."""
    received_bytes: int
    """How many of them are here."""
    url: str
    """Where to PUT them, as a path on this service, with `?offset=` the number of the first. It takes the key of the caller that GraphQL takes."""


class CreateUploadPayload(Record):
    """The place for a file."""

    upload: CreateUploadPendingUpload
    """Where to send it."""


class DeleteBranchBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""


class DeleteBranchConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    default_branch: DeleteBranchBranch | None
    """The branch that is meant where none is named: `main` until another one is chosen."""


class DeleteBranchTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""


class DeleteBranchPrunableMessages(Record):
    """What would be deleted for good."""

    messages: int
    """How many messages, those of subtasks counted."""
    tasks: int
    """How many tasks."""
    attempts: int
    """How many calls; what they cost stays in `usage`."""
    tokens: int
    """The tokens that these calls read and wrote."""
    cost_usd: float
    """What they cost, as far as that is known."""
    is_complete: bool
    """False where there is more: counting ends after some ten thousand messages."""


class DeleteBranchPayload(Record):
    """A branch that is gone, or with `dryRun` one that is still there."""

    deleted_id: str
    """The id that it had; with `dryRun`, or while it is summarized, has."""
    conversation: DeleteBranchConversation | None
    """The conversation that it was in."""
    task: DeleteBranchTask | None
    """With `summarize`: the task that writes the summary, with which the branch goes. Null where it has nothing of its own, and is gone already."""
    prunable: DeleteBranchPrunableMessages | None
    """With `dryRun`: what `PRUNE` would delete; nothing for `KEEP`. Null otherwise."""


class DeleteConversationErasureCount(Record):
    """How many nodes of a label."""

    label: str
    """What they are, in the plural: `prompts`, `responses`, `sources`, … `attempts` stay without any text, so that it is known what they cost."""
    count: int
    """How many."""


class DeleteConversationErasure(Record):
    """The receipt of a deletion. It holds no text, and stays."""

    id: str
    """What `node` finds it by."""
    erasure_kind: ErasureKind | str
    """What was deleted."""
    subject_id: str
    """The id that it had; of an owner, the owner's name."""
    erasure_status: ErasureStatus | str
    """RUNNING while its bytes are taken out of the graph, then DONE. Nobody finds it in either."""
    requested_by: str
    """Who asked for it."""
    created_at: datetime
    """When it was asked for: from then on nobody found it."""
    finished_at: datetime | None
    """When nothing of it was left in the graph."""
    counts: list[DeleteConversationErasureCount]
    """What was deleted up to now, by label."""


class DeleteConversationErasable(Record):
    """What a deletion would take with it. Nothing is changed."""

    cancels: list[str]
    """The ids of tasks at work, which would be cancelled first."""
    shared_sources: int
    """How many texts were read there, and would stay: others read them, too."""
    is_complete: bool
    """False where there is more: counting ends after some ten thousand messages."""
    counts: list[DeleteConversationErasureCount]
    """How many nodes would go, by label."""


class DeleteConversationPayload(Record):
    """A conversation that is gone, or with `dryRun` one that is still there."""

    deleted_id: str
    """The id that it had; with `dryRun`, has."""
    erasure: DeleteConversationErasure | None
    """The receipt; null with `dryRun`."""
    erasable: DeleteConversationErasable | None
    """With `dryRun`: what would go. Null otherwise."""


class DeleteDocumentErasureCount(Record):
    """How many nodes of a label."""

    label: str
    """What they are, in the plural: `prompts`, `responses`, `sources`, … `attempts` stay without any text, so that it is known what they cost."""
    count: int
    """How many."""


class DeleteDocumentErasure(Record):
    """The receipt of a deletion. It holds no text, and stays."""

    id: str
    """What `node` finds it by."""
    erasure_kind: ErasureKind | str
    """What was deleted."""
    subject_id: str
    """The id that it had; of an owner, the owner's name."""
    erasure_status: ErasureStatus | str
    """RUNNING while its bytes are taken out of the graph, then DONE. Nobody finds it in either."""
    requested_by: str
    """Who asked for it."""
    created_at: datetime
    """When it was asked for: from then on nobody found it."""
    finished_at: datetime | None
    """When nothing of it was left in the graph."""
    counts: list[DeleteDocumentErasureCount]
    """What was deleted up to now, by label."""


class DeleteDocumentErasable(Record):
    """What a deletion would take with it. Nothing is changed."""

    cancels: list[str]
    """The ids of tasks at work, which would be cancelled first."""
    shared_sources: int
    """How many texts were read there, and would stay: others read them, too."""
    is_complete: bool
    """False where there is more: counting ends after some ten thousand messages."""
    counts: list[DeleteDocumentErasureCount]
    """How many nodes would go, by label."""


class DeleteDocumentPayload(Record):
    """A document that is gone, or with `dryRun` one that is still there."""

    deleted_id: str
    """The id that it had; with `dryRun`, has."""
    erasure: DeleteDocumentErasure | None
    """The receipt; null with `dryRun`."""
    erasable: DeleteDocumentErasable | None
    """With `dryRun`: what would go. Null otherwise."""


class DeleteMessageErasureCount(Record):
    """How many nodes of a label."""

    label: str
    """What they are, in the plural: `prompts`, `responses`, `sources`, … `attempts` stay without any text, so that it is known what they cost."""
    count: int
    """How many."""


class DeleteMessageErasure(Record):
    """The receipt of a deletion. It holds no text, and stays."""

    id: str
    """What `node` finds it by."""
    erasure_kind: ErasureKind | str
    """What was deleted."""
    subject_id: str
    """The id that it had; of an owner, the owner's name."""
    erasure_status: ErasureStatus | str
    """RUNNING while its bytes are taken out of the graph, then DONE. Nobody finds it in either."""
    requested_by: str
    """Who asked for it."""
    created_at: datetime
    """When it was asked for: from then on nobody found it."""
    finished_at: datetime | None
    """When nothing of it was left in the graph."""
    counts: list[DeleteMessageErasureCount]
    """What was deleted up to now, by label."""


class DeleteMessageErasable(Record):
    """What a deletion would take with it. Nothing is changed."""

    cancels: list[str]
    """The ids of tasks at work, which would be cancelled first."""
    shared_sources: int
    """How many texts were read there, and would stay: others read them, too."""
    is_complete: bool
    """False where there is more: counting ends after some ten thousand messages."""
    counts: list[DeleteMessageErasureCount]
    """How many nodes would go, by label."""


class DeleteMessagePayload(Record):
    """A message that is gone, or with `dryRun` one that is still there."""

    deleted_id: str
    """The id that it had; with `dryRun`, has."""
    erasure: DeleteMessageErasure | None
    """The receipt; null with `dryRun`."""
    erasable: DeleteMessageErasable | None
    """With `dryRun`: what would go. Null otherwise."""


class DeleteOwnerErasureCount(Record):
    """How many nodes of a label."""

    label: str
    """What they are, in the plural: `prompts`, `responses`, `sources`, … `attempts` stay without any text, so that it is known what they cost."""
    count: int
    """How many."""


class DeleteOwnerErasure(Record):
    """The receipt of a deletion. It holds no text, and stays."""

    id: str
    """What `node` finds it by."""
    erasure_kind: ErasureKind | str
    """What was deleted."""
    subject_id: str
    """The id that it had; of an owner, the owner's name."""
    erasure_status: ErasureStatus | str
    """RUNNING while its bytes are taken out of the graph, then DONE. Nobody finds it in either."""
    requested_by: str
    """Who asked for it."""
    created_at: datetime
    """When it was asked for: from then on nobody found it."""
    finished_at: datetime | None
    """When nothing of it was left in the graph."""
    counts: list[DeleteOwnerErasureCount]
    """What was deleted up to now, by label."""


class DeleteOwnerErasable(Record):
    """What a deletion would take with it. Nothing is changed."""

    cancels: list[str]
    """The ids of tasks at work, which would be cancelled first."""
    shared_sources: int
    """How many texts were read there, and would stay: others read them, too."""
    is_complete: bool
    """False where there is more: counting ends after some ten thousand messages."""
    counts: list[DeleteOwnerErasureCount]
    """How many nodes would go, by label."""


class DeleteOwnerPayload(Record):
    """All that you had is gone, or with `dryRun` still there."""

    deleted_id: str
    """Who you are."""
    erasure: DeleteOwnerErasure | None
    """The receipt; null with `dryRun`."""
    erasable: DeleteOwnerErasable | None
    """With `dryRun`: what would go. Null otherwise."""


class DeleteSourceErasureCount(Record):
    """How many nodes of a label."""

    label: str
    """What they are, in the plural: `prompts`, `responses`, `sources`, … `attempts` stay without any text, so that it is known what they cost."""
    count: int
    """How many."""


class DeleteSourceErasure(Record):
    """The receipt of a deletion. It holds no text, and stays."""

    id: str
    """What `node` finds it by."""
    erasure_kind: ErasureKind | str
    """What was deleted."""
    subject_id: str
    """The id that it had; of an owner, the owner's name."""
    erasure_status: ErasureStatus | str
    """RUNNING while its bytes are taken out of the graph, then DONE. Nobody finds it in either."""
    requested_by: str
    """Who asked for it."""
    created_at: datetime
    """When it was asked for: from then on nobody found it."""
    finished_at: datetime | None
    """When nothing of it was left in the graph."""
    counts: list[DeleteSourceErasureCount]
    """What was deleted up to now, by label."""


class DeleteSourceErasable(Record):
    """What a deletion would take with it. Nothing is changed."""

    cancels: list[str]
    """The ids of tasks at work, which would be cancelled first."""
    shared_sources: int
    """How many texts were read there, and would stay: others read them, too."""
    is_complete: bool
    """False where there is more: counting ends after some ten thousand messages."""
    counts: list[DeleteSourceErasureCount]
    """How many nodes would go, by label."""


class DeleteSourcePayload(Record):
    """A text that is gone, or with `dryRun` one that is still there."""

    deleted_id: str
    """The id that it had; with `dryRun`, has."""
    erasure: DeleteSourceErasure | None
    """The receipt; null with `dryRun`."""
    erasable: DeleteSourceErasable | None
    """With `dryRun`: what would go. Null otherwise."""


class DocumentsSource(Record):
    """A file or text that a task reads."""

    id: str
    """What `node` finds it by."""
    length: int
    """Its size in characters."""


class DocumentsSourceSource(Record):
    """A file or text that a task reads."""

    id: str
    """What `node` finds it by."""


class DocumentsDocumentVersion(Record):
    """A text that a document had, from a moment on."""

    number: int
    """Which version it is, from 1."""
    since: datetime
    """Since when it was the newest."""
    source: DocumentsSourceSource
    """The text."""


class DocumentsDocumentVersionConnection(Record):
    """A page of a list."""

    nodes: list[DocumentsDocumentVersion]
    """The nodes of the edges."""


class DocumentsDocument(Record):
    """What has a name in a conversation, such as a file that tasks read. Its texts are its versions."""

    id: str
    """What `node` finds it by."""
    name: str
    """Its name."""
    newest_version: int
    """The number of its newest version."""
    source: DocumentsSource
    """The text that it has now."""
    versions: DocumentsDocumentVersionConnection
    """The texts that it had, oldest first."""


class DocumentsDocumentEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: DocumentsDocument
    """What stands there."""


class DocumentsPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class DocumentsDocumentConnection(Record):
    """A page of a list."""

    edges: list[DocumentsDocumentEdge]
    """Its nodes with their places, in the list's order."""
    page_info: DocumentsPageInfo
    """What is before and after it."""


class DocumentsConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    documents: DocumentsDocumentConnection
    """What has a name in it and versions: the files that its tasks read."""


class ErasureCount(Record):
    """How many nodes of a label."""

    label: str
    """What they are, in the plural: `prompts`, `responses`, `sources`, … `attempts` stay without any text, so that it is known what they cost."""
    count: int
    """How many."""


class Erasure(Record):
    """The receipt of a deletion. It holds no text, and stays."""

    id: str
    """What `node` finds it by."""
    erasure_kind: ErasureKind | str
    """What was deleted."""
    subject_id: str
    """The id that it had; of an owner, the owner's name."""
    erasure_status: ErasureStatus | str
    """RUNNING while its bytes are taken out of the graph, then DONE. Nobody finds it in either."""
    requested_by: str
    """Who asked for it."""
    created_at: datetime
    """When it was asked for: from then on nobody found it."""
    finished_at: datetime | None
    """When nothing of it was left in the graph."""
    counts: list[ErasureCount]
    """What was deleted up to now, by label."""


class ExportConversationExport(Record):
    """A file that can be fetched. It is written while it is fetched; nothing of it is kept."""

    file_name: str
    """What the file is called."""
    media_type: str
    """Its media type."""
    url: str
    """Where it is, on this service: `GET` it. No key is needed, so keep it to yourself."""
    valid_until: datetime
    """Until when it can be fetched: some minutes. Export again to have a new address."""
    notices: list[str]
    """What the format has no place for."""


class ExportConversationPayload(Record):
    """A conversation that can be fetched."""

    export: ExportConversationExport
    """The file."""


class ExportConversationsExport(Record):
    """A file that can be fetched. It is written while it is fetched; nothing of it is kept."""

    file_name: str
    """What the file is called."""
    media_type: str
    """Its media type."""
    url: str
    """Where it is, on this service: `GET` it. No key is needed, so keep it to yourself."""
    valid_until: datetime
    """Until when it can be fetched: some minutes. Export again to have a new address."""
    notices: list[str]
    """What the format has no place for."""


class ExportConversationsPayload(Record):
    """Conversations that can be fetched."""

    export: ExportConversationsExport
    """The file."""


class HistoryToolCall(Record):
    """A model's wish to call a tool."""

    tool_call_id: str
    """The provider's own: what `toolResults` name it by."""
    name: str
    """The name of the tool."""
    arguments: str
    """JSON as the model wrote it, which may be wrong."""


class HistoryMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""
    tool_call_id: str | None = None
    """The tool call that it is the result of (role TOOL)."""
    tool_name: str | None = None
    """The tool that it is a result of (role TOOL)."""
    is_error: bool | None = None
    """Whether that tool failed."""
    response_status: ResponseStatus | str | None = None
    """How whole it is."""
    note: str | None = None
    """Why it is not whole, where it is not."""
    finish_reason: FinishReason | str | None = None
    """Why the model stopped; null for an answer that was put together."""
    tool_calls: list[HistoryToolCall] | None = None
    """The calls of tools that the model wants the client to make."""


class HistoryMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: HistoryMessage
    """What stands there."""


class HistoryPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""
    start_cursor: str | None
    """The cursor of its first node; null where it has none."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class HistoryMessageConnection(Record):
    """A page of a list."""

    edges: list[HistoryMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: HistoryPageInfo
    """What is before and after it."""


class HistoryMessagesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""


class HistoryMessagesMessageEdge(Record):
    """A node of a page, and its place in the list."""

    node: HistoryMessagesMessage
    """What stands there."""


class HistoryMessagesMessageConnection(Record):
    """A page of a list."""

    edges: list[HistoryMessagesMessageEdge]
    """Its nodes with their places, in the list's order."""


class HistoryMessagesToolCall(Record):
    """A model's wish to call a tool."""

    name: str
    """The name of the tool."""
    arguments: str
    """JSON as the model wrote it, which may be wrong."""


class HistoryMessagesNode(Record):
    """Something with an id that `node` finds again."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int | None = None
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    title: str | None = None
    """Short and human."""
    depth: int | None = None
    """How many messages the longest way to the beginning has."""
    role: Role | str | None = None
    """Who speaks."""
    created_at: datetime | None = None
    """When it was written down."""
    pinned: bool | None = None
    """Whether it always goes into the context, however far back it is."""
    sibling_index: int | None = None
    """Its place in `siblings`, from 0: the 1 of "2/3" is before it."""
    sibling_count: int | None = None
    """How many `siblings` has, itself among them; of very many, 20,000 are counted."""
    content: str | None = None
    """Its text."""
    parents: HistoryMessagesMessageConnection | None = None
    """What it continues from or responds to; several where branches were merged."""
    tool_name: str | None = None
    """The tool that it is a result of (role TOOL)."""
    is_error: bool | None = None
    """Whether that tool failed."""
    response_status: ResponseStatus | str | None = None
    """How whole it is."""
    finish_reason: FinishReason | str | None = None
    """Why the model stopped; null for an answer that was put together."""
    tool_calls: list[HistoryMessagesToolCall] | None = None
    """The calls of tools that the model wants the client to make."""


class HistoryTreeNodeMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""


class HistoryTreeEdgesMessageEdge(Record):
    """A node of a page, and its place in the list."""

    node: HistoryTreeNodeMessage
    """What stands there."""


class HistoryTreeParentsMessageConnection(Record):
    """A page of a list."""

    edges: list[HistoryTreeEdgesMessageEdge]
    """Its nodes with their places, in the list's order."""


class HistoryTreeToolCall(Record):
    """A model's wish to call a tool."""

    name: str
    """The name of the tool."""
    arguments: str
    """JSON as the model wrote it, which may be wrong."""


class HistoryTreeMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    parents: HistoryTreeParentsMessageConnection
    """What it continues from or responds to; several where branches were merged."""
    tool_name: str | None = None
    """The tool that it is a result of (role TOOL)."""
    is_error: bool | None = None
    """Whether that tool failed."""
    response_status: ResponseStatus | str | None = None
    """How whole it is."""
    finish_reason: FinishReason | str | None = None
    """Why the model stopped; null for an answer that was put together."""
    tool_calls: list[HistoryTreeToolCall] | None = None
    """The calls of tools that the model wants the client to make."""


class HistoryTreeMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: HistoryTreeMessage
    """What stands there."""


class HistoryTreePageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class HistoryTreeMessageConnection(Record):
    """A page of a list."""

    edges: list[HistoryTreeMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: HistoryTreePageInfo
    """What is before and after it."""


class ImportNotice(Record):
    """What did not go in as it was."""

    notice_kind: ImportNoticeKind | str
    """What became of it."""
    place: str
    """Where in the file it is: file, record, field."""
    text: str
    """What it is about. It quotes no text of a conversation."""


class Import(Record):
    """A file of conversations that is brought in, and what came of it."""

    id: str
    """What `node` finds it by."""
    import_status: ImportStatus | str
    """How far it is."""
    name: str
    """The file's name."""
    format: str | None
    """The format that it has, such as `chatgpt`; null until that is known."""
    bytes: int
    """Of the file."""
    read_bytes: int
    """How many of them were read; of an archive, as it is unpacked."""
    conversation_count: int
    """How many conversations are new."""
    extended_count: int
    """How many were here already, and have new messages."""
    known_count: int
    """How many were here already, as they are in the file."""
    skipped_count: int
    """How many were not imported."""
    message_count: int
    """How many messages are new."""
    strategy_count: int
    """How many kept plans are new, each version by itself. Only a graph file of an owner brings them."""
    notices: list[ImportNotice]
    """What did not go in as it was: the first thousand."""
    notice_count: int
    """How many notices there are."""
    error: str | None
    """Why it is not whole."""
    created_at: datetime
    """When it was asked for."""
    finished_at: datetime | None
    """When it ended."""


class ImportConversationsImport(Record):
    """A file of conversations that is brought in, and what came of it."""

    id: str
    """What `node` finds it by."""
    import_status: ImportStatus | str
    """How far it is."""
    name: str
    """The file's name."""
    bytes: int
    """Of the file."""


class ImportConversationsPayload(Record):
    """An import that has begun."""

    import_: ImportConversationsImport = Field(alias="import")
    """The import."""


class LinkMessagesLink(Record):
    """What somebody said of two messages: that one corrects the other, supports it, …"""

    id: str
    """What `node` finds it by."""
    kind: str
    """What the one is to the other: `corrects`, `supports`, `contradicts`, `see`, or words of the caller's own."""
    note: str | None
    """More about it."""
    created_at: datetime
    """When it was made."""
    from_id: str
    """The id of the message that it begins at: the one that corrects, supports, …"""
    to_id: str
    """The id of the message that it leads to: the one that is corrected, supported, …"""


class LinkMessagesLinkEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: LinkMessagesLink
    """What stands there."""


class LinkMessagesPayload(Record):
    """What was said of two messages."""

    link_edge: LinkMessagesLinkEdge | None
    """The link, for the lists `links` of both messages."""


class LinksMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class LinksLink(Record):
    """What somebody said of two messages: that one corrects the other, supports it, …"""

    id: str
    """What `node` finds it by."""
    kind: str
    """What the one is to the other: `corrects`, `supports`, `contradicts`, `see`, or words of the caller's own."""
    note: str | None
    """More about it."""
    created_at: datetime
    """When it was made."""
    from_id: str
    """The id of the message that it begins at: the one that corrects, supports, …"""
    to_id: str
    """The id of the message that it leads to: the one that is corrected, supported, …"""
    from_: LinksMessage | None = Field(alias="from")
    """The message that it begins at."""
    to: LinksMessage | None
    """The message that it leads to."""


class LinksLinkEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: LinksLink
    """What stands there."""


class LinksPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class LinksLinkConnection(Record):
    """A page of a list."""

    edges: list[LinksLinkEdge]
    """Its nodes with their places, in the list's order."""
    page_info: LinksPageInfo
    """What is before and after it."""


class LinksNode(Record):
    """Something with an id that `node` finds again."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    links: LinksLinkConnection | None = None
    """What was said of it and of other messages, from it and to it, oldest first."""


class MergeBranchesConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class MergeBranchesPrompt(Record):
    """What was sent."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class MergeBranchesTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""
    pending_answer_id: str | None
    """The id that its answer will have, known as soon as the task is; null once it has ended, and where it makes none of its subtasks' answers."""
    conversation: MergeBranchesConversation
    """The conversation that it is in."""
    prompt: MergeBranchesPrompt | None
    """What was asked."""


class MergeBranchesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""


class MergeBranchesMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: MergeBranchesMessage
    """What stands there."""


class MergeBranchesPayload(Record):
    """A new task whose prompt continues several branches."""

    answer_id: str | None
    """The id that the answer will have; null where the task makes none of its subtasks' answers."""
    task: MergeBranchesTask | None
    """The task."""
    prompt_edge: MergeBranchesMessageEdge | None
    """The task's prompt, for the conversation's messages."""


class MergeConflictsMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    title: str
    """Short and human."""
    role: Role | str
    """Who speaks."""


class MergeConflictsMergeConflictSide(Record):
    """What one side of a merge says."""

    branch_name: str
    """The name that its branch had when it was merged."""
    says: str
    """What it says, in a sentence of the model's."""
    messages: list[MergeConflictsMessage]
    """The messages that say so."""


class MergeConflictsMergeConflict(Record):
    """Something that the sides of a merge disagree about. It is kept as links `contradicts` between their messages."""

    claim: str
    """What is at issue."""
    sides: list[MergeConflictsMergeConflictSide]
    """What each side says that takes part in it, in the order of the merge."""


class MergeConflictsTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    merge_conflicts: list[MergeConflictsMergeConflict]
    """Where the branches disagree that its prompt merges, once that was found; see `Prompt.mergeConflicts`."""


class MessagesToolCall(Record):
    """A model's wish to call a tool."""

    tool_call_id: str
    """The provider's own: what `toolResults` name it by."""
    name: str
    """The name of the tool."""
    arguments: str
    """JSON as the model wrote it, which may be wrong."""


class MessagesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""
    tool_call_id: str | None = None
    """The tool call that it is the result of (role TOOL)."""
    tool_name: str | None = None
    """The tool that it is a result of (role TOOL)."""
    is_error: bool | None = None
    """Whether that tool failed."""
    response_status: ResponseStatus | str | None = None
    """How whole it is."""
    finish_reason: FinishReason | str | None = None
    """Why the model stopped; null for an answer that was put together."""
    tool_calls: list[MessagesToolCall] | None = None
    """The calls of tools that the model wants the client to make."""


class MessagesMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: MessagesMessage
    """What stands there."""


class MessagesPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""
    start_cursor: str | None
    """The cursor of its first node; null where it has none."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class MessagesMessageConnection(Record):
    """A page of a list."""

    edges: list[MessagesMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: MessagesPageInfo
    """What is before and after it."""


class MessagesConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    messages: MessagesMessageConnection
    """The path of a branch, oldest first: a chat opens with `last`, and goes on with `before`. Where branches were merged, each message comes once. Cursors are those of `history` with ANCESTORS."""


class ModelChoiceModel(Record):
    """A provider's model. What is null is not configured here (any more)."""

    id: str
    """What `node` finds it by."""
    model_state: ModelState | str | None
    """Whether it can be asked, as far as that is known before it is."""
    model_state_note: str | None
    """Why it cannot be asked, and what to do about it; null where it can."""
    input_price: float | None
    """USD per million tokens that it reads, where known."""
    output_price: float | None
    """USD per million tokens that it writes, where known."""


class ModelChoiceFallbackModelsModel(Record):
    """A provider's model. What is null is not configured here (any more)."""

    id: str
    """What `node` finds it by."""
    input_price: float | None
    """USD per million tokens that it reads, where known."""
    output_price: float | None
    """USD per million tokens that it writes, where known."""


class ModelChoiceRoleModelsModel(Record):
    """A provider's model. What is null is not configured here (any more)."""

    id: str
    """What `node` finds it by."""
    input_price: float | None
    """USD per million tokens that it reads, where known."""
    output_price: float | None
    """USD per million tokens that it writes, where known."""


class ModelChoice(Record):
    """Which models a task would ask."""

    why: str
    """Why it is the one: who names it, or why it is the default."""
    model: ModelChoiceModel
    """The one that is asked first."""
    fallback_models: list[ModelChoiceFallbackModelsModel]
    """Asked in this order where it fails."""
    role_models: list[ModelChoiceRoleModelsModel]
    """Other models, which the steps of a plan may ask by their role."""


class ModelsBreaker(Record):
    """A model's circuit breaker: a model that keeps failing is skipped."""

    state: BreakerState | str
    """Whether calls are made."""
    failures: int
    """How many calls failed in a row."""
    retry_at: datetime | None
    """From when one call tries it again, where it is open."""
    last_error: str | None
    """What kind of failure the last one was."""


class ModelsLimits(Record):
    """What a model or a provider allows (null: no limit), and what is in use of it by all callers of this process."""

    concurrent: int | None
    """Calls at once."""
    requests_per_minute: int | None
    """Calls a minute."""
    tokens_per_minute: int | None
    """Tokens a minute, read and written together."""
    in_flight: int
    """Calls that are under way."""
    requests_last_minute: int
    """Calls of the last minute."""
    tokens_last_minute: int
    """Tokens of the last minute."""


class ModelsModel(Record):
    """A provider's model. What is null is not configured here (any more)."""

    id: str
    """What `node` finds it by."""
    provider: str
    """The name of its provider."""
    name: str
    """What its provider calls it."""
    family: str | None
    """The family of models that it is one of."""
    context_window: int | None
    """How many tokens it reads and writes in one call."""
    max_output_tokens: int | None
    """How many tokens it writes in one call."""
    features: list[str] | None
    """What it can do."""
    input_price: float | None
    """USD per million tokens that it reads, where known."""
    output_price: float | None
    """USD per million tokens that it writes, where known."""
    is_default: bool
    """Whether a task that names no model uses it."""
    model_state: ModelState | str | None
    """Whether it can be asked, as far as that is known before it is."""
    model_state_note: str | None
    """Why it cannot be asked, and what to do about it; null where it can."""
    origin: ModelOrigin | str | None
    """How the service knows of it."""
    has_key: bool
    """Whether its provider has a key."""
    breaker: ModelsBreaker | None
    """Whether it is called, or skipped because it keeps failing."""
    limits: ModelsLimits | None
    """Its own limits."""
    provider_limits: ModelsLimits | None
    """Its provider's limits, which all models of the provider share."""


class MoveBranchMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""


class MoveBranchBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""
    head: MoveBranchMessage | None
    """Its newest message; null while the conversation is empty."""


class MoveBranchPayload(Record):
    """A branch at another message."""

    branch: MoveBranchBranch | None
    """The branch, as it is now."""


class NodeConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""


class NodeTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""


class NodeSubtask(Record):
    """One piece of a task: one prompt and its answer."""

    id: str
    """What `node` finds it by."""


class Node(Record):
    """Something with an id that `node` finds again."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str | None = None
    """Short and human."""
    content: str | None = None
    """Its text."""
    depth: int | None = None
    """How many messages the longest way to the beginning has."""
    conversation: NodeConversation | None = None
    """The conversation that it is in."""
    name: str | None = None
    """What it is called: `main` where the conversation begins."""
    task_status: TaskStatus | str | None = None
    """Its state."""
    subtask_status: SubtaskStatus | str | None = None
    """Its state."""
    task: NodeTask | None = None
    """The task that it is a piece of."""
    response_status: ResponseStatus | str | None = None
    """How whole it is."""
    note: str | None = None
    """Why it is not whole, where it is not."""
    number: int | None = None
    """1 for the first call of its subtask."""
    attempt_status: AttemptStatus | str | None = None
    """What came of it."""
    subtask: NodeSubtask | None = None
    """The subtask that it is for."""
    media_type: str | None = None
    """What kind of text it is."""
    bytes: int | None = None
    """Its size as it was sent."""
    description: str | None = None
    """What it is good for."""
    version: int | None = None
    """Counts the plans that were kept under this name, from 1; null where it is built in."""
    summary_kind: SummaryKind | str | None = None
    """Why it was made."""
    level: int | None = None
    """1 where it is made of messages, 2 of summaries of level 1, and so on."""
    text: str | None = None
    """What it says; of one that was asked for as claims, these as a list for people."""
    message_count: int | None = None
    """How many messages it covers."""
    tokens: int | None = None
    """The tokens that the model wrote."""
    kind: str | None = None
    """What the one is to the other: `corrects`, `supports`, `contradicts`, `see`, or words of the caller's own."""
    from_id: str | None = None
    """The id of the message that it begins at: the one that corrects, supports, …"""
    to_id: str | None = None
    """The id of the message that it leads to: the one that is corrected, supported, …"""
    annotator: str | None = None
    """Who thinks so: a person, or a program that judges."""
    rating: float | None = None
    """From -1 (bad) to 1 (good)."""
    label: str | None = None
    """What kind of opinion it is, in a word or two."""
    comment: str | None = None
    """More about it."""
    message_id: str | None = None
    """The id of the message."""
    provider: str | None = None
    """The name of its provider."""


class NodesConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""


class NodesNode(Record):
    """Something with an id that `node` finds again."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str | None = None
    """Short and human."""
    content: str | None = None
    """Its text."""
    depth: int | None = None
    """How many messages the longest way to the beginning has."""
    conversation: NodesConversation | None = None
    """The conversation that it is in."""
    name: str | None = None
    """What it is called: `main` where the conversation begins."""
    media_type: str | None = None
    """What kind of text it is."""
    bytes: int | None = None
    """Its size as it was sent."""
    description: str | None = None
    """What it is good for."""
    version: int | None = None
    """Counts the plans that were kept under this name, from 1; null where it is built in."""
    provider: str | None = None
    """The name of its provider."""


class NumberedMessageMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    title: str
    """Short and human."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""


class OutlineMessage(Record):
    """A message in an outline: where it stands, and nothing of what it says."""

    message_id: str
    """The id of the message, which `node` finds."""
    parent_ids: list[str]
    """What it continues from or responds to; several where branches were merged."""
    title: str
    """Short and human."""
    role: Role | str
    """Who speaks."""
    depth: int
    """How many messages the longest way to the beginning has."""
    seq: int
    """Its number: later ones were written later."""
    response_status: ResponseStatus | str | None
    """Of a response, how whole it is."""
    child_count: int
    """How many messages continue from it or respond to it."""
    branch_ids: list[str]
    """The branches whose newest message it is."""


class OutlinePageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""
    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""
    start_cursor: str | None
    """The cursor of its first node; null where it has none."""


class OutlineConnection(Record):
    """A page of an outline."""

    nodes: list[OutlineMessage]
    """The nodes of the edges."""
    page_info: OutlinePageInfo
    """What is before and after it."""


class PastMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""


class PastBranch(Record):
    """A branch as it stood."""

    branch_id: str
    """Its id, also where it was deleted since."""
    name: str
    """What it was called."""
    head: PastMessage | None
    """Its newest message then; null where it had none, or where that was deleted since."""


class PastBranchEdge(Record):
    """A node of a page, and its place in the list."""

    node: PastBranch
    """What stands there."""


class PastPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class PastBranchConnection(Record):
    """A page of a list."""

    edges: list[PastBranchEdge]
    """Its nodes with their places, in the list's order."""
    page_info: PastPageInfo
    """What is before and after it."""


class PastNodeMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""


class PastMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: PastNodeMessage
    """What stands there."""


class PastPageInfoPageInfo(Record):
    """What is before and after a page."""

    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""
    start_cursor: str | None
    """The cursor of its first node; null where it has none."""


class PastMessageConnection(Record):
    """A page of a list."""

    edges: list[PastMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: PastPageInfoPageInfo
    """What is before and after it."""


class PastAsOfPastConversation(Record):
    """A conversation as it stood: what was written since is not in it. What was deleted since is gone here, too."""

    branches: PastBranchConnection
    """The branches that it had, oldest first."""
    messages: PastMessageConnection
    """The path of a branch, oldest first."""


class PastConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    as_of: PastAsOfPastConversation
    """It as it stood at a moment, or when a message was its newest one."""


class PathMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""


class PathMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: PathMessage
    """What stands there."""


class PathPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""
    start_cursor: str | None
    """The cursor of its first node; null where it has none."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class PathMessageConnection(Record):
    """A page of a list."""

    edges: list[PathMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: PathPageInfo
    """What is before and after it."""


class PathPlacesToolCall(Record):
    """A model's wish to call a tool."""

    name: str
    """The name of the tool."""


class PathPlacesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    title: str
    """Short and human."""
    depth: int
    """How many messages the longest way to the beginning has."""
    tool_calls: list[PathPlacesToolCall] | None = None
    """The calls of tools that the model wants the client to make."""


class PathPlacesMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: PathPlacesMessage
    """What stands there."""


class PathPlacesPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""
    start_cursor: str | None
    """The cursor of its first node; null where it has none."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class PathPlacesMessageConnection(Record):
    """A page of a list."""

    edges: list[PathPlacesMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: PathPlacesPageInfo
    """What is before and after it."""


class PinMessageMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""
    pinned: bool
    """Whether it always goes into the context, however far back it is."""


class PinMessagePayload(Record):
    """A message that was pinned or let go."""

    message: PinMessageMessage | None
    """The message, as it is now."""


class PinnedMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""


class PinnedMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: PinnedMessage
    """What stands there."""


class PinnedPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class PinnedMessageConnection(Record):
    """A page of a list."""

    edges: list[PinnedMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: PinnedPageInfo
    """What is before and after it."""


class PinnedConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    pinned_messages: PinnedMessageConnection
    """Its pinned messages, on whatever branch, oldest first."""


class PreviewContextModel(Record):
    """A provider's model. What is null is not configured here (any more)."""

    id: str
    """What `node` finds it by."""


class PreviewContextMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    title: str
    """Short and human."""


class PreviewContextContextMessage(Record):
    """One message as a model is sent it."""

    kind: ItemKind | str
    """What it is."""
    role: Role | str
    """In whose name it is sent."""
    tokens: int | None
    """What it takes of the window; null where nobody counted it."""
    content: str
    """Its text."""
    message: PreviewContextMessage | None
    """The message of the conversation that it is; null for summaries and for words of the service."""


class PreviewContextContextMessageConnection(Record):
    """A page of a list."""

    nodes: list[PreviewContextContextMessage]
    """The nodes of the edges."""


class PreviewContextPolicyContext(Record):
    """What a prompt would be sent with under one policy."""

    policy: ContextPolicy | str
    """The policy."""
    error: str | None
    """Why the prompt would fail; null where it would not."""
    tokens: int | None
    """The tokens of all but the prompt."""
    is_whole: bool | None
    """Whether all that is above the prompt would be sent."""
    message_count: int
    """How many messages would be sent, the prompt among them."""
    messages: PreviewContextContextMessageConnection
    """What would be sent, oldest first."""


class PreviewContextPoliciesPolicyContext(Record):
    """What a prompt would be sent with under one policy."""

    policy: ContextPolicy | str
    """The policy."""
    error: str | None
    """Why the prompt would fail; null where it would not."""
    tokens: int | None
    """The tokens of all but the prompt."""
    is_whole: bool | None
    """Whether all that is above the prompt would be sent."""
    message_count: int
    """How many messages would be sent, the prompt among them."""


class PreviewContextContextPreview(Record):
    """What a prompt would be sent with. Nothing is written, and no model is asked."""

    model: PreviewContextModel
    """The model that would be asked first."""
    window: int
    """The tokens of its window."""
    prompt_tokens: int
    """The tokens of the prompt and the tools."""
    answer_tokens: int
    """The tokens that are kept free for the answer."""
    chosen: PreviewContextPolicyContext
    """Under the policy that the prompt would have."""
    policies: list[PreviewContextPoliciesPolicyContext]
    """Under each policy."""


class RefreshTaskConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class RefreshTaskRefreshesTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""


class RefreshTaskTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""
    title: str
    """Short and human."""
    conversation: RefreshTaskConversation
    """The conversation that it is in."""
    refreshes: RefreshTaskRefreshesTask | None
    """The task whose job it does over newer versions; null where it refreshes none."""


class RefreshTaskForeseen(Record):
    """What a task would ask. An answer that is not there yet is taken to be about as long as the one before it."""

    calls: int
    """Calls that would be made."""
    reused: int
    """Answers that would be taken over."""
    input_tokens: int
    """Tokens that these calls would read."""
    output_tokens: int
    """Tokens that they would write, as far as former answers tell."""
    cost_usd: float | None
    """What they would cost; null where a price is not known."""
    is_exact: bool
    """Whether the calls are all that would be made: a plan may go on from words that nobody knows yet."""
    titles: list[str]
    """What would be asked about: the titles of the first 100."""


class RefreshTaskPayload(Record):
    """A refreshed task, or what it would ask."""

    task: RefreshTaskTask | None
    """The new task; null for a dry run."""
    foreseen: RefreshTaskForeseen | None
    """What it would ask; null unless it is a dry run."""


class RegenerateMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""


class RegenerateTaskConfig(Record):
    """How a task is run: every setting as it was decided."""

    model: str
    """`provider/name` of the model that is asked."""


class RegenerateConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""


class RegenerateTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""
    title: str
    """Short and human."""
    pending_answer_id: str | None
    """The id that its answer will have, known as soon as the task is; null once it has ended, and where it makes none of its subtasks' answers."""
    config: RegenerateTaskConfig
    """How it is run: every setting as it was decided."""
    conversation: RegenerateConversation
    """The conversation that it is in."""


class RegeneratePayload(Record):
    """Further answers to a prompt, each of a task of its own."""

    answer_ids: list[str | None]
    """The ids that the answers will have."""
    prompt: RegenerateMessage | None
    """The prompt that is asked again."""
    tasks: list[RegenerateTask]
    """The tasks, in the order of the models."""


class RenameBranchBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""


class RenameBranchPayload(Record):
    """A branch with another name."""

    branch: RenameBranchBranch | None
    """The branch, as it is now."""


class RenameConversationConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    updated_at: datetime
    """When something was last written into it."""


class RenameConversationPayload(Record):
    """A conversation with another title."""

    conversation: RenameConversationConversation | None
    """The conversation, as it is now."""


class ReplayTaskConfig(Record):
    """How a task is run: every setting as it was decided."""

    model: str
    """`provider/name` of the model that is asked."""


class ReplayConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""


class ReplayTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""
    title: str
    """Short and human."""
    pending_answer_id: str | None
    """The id that its answer will have, known as soon as the task is; null once it has ended, and where it makes none of its subtasks' answers."""
    config: ReplayTaskConfig
    """How it is run: every setting as it was decided."""
    conversation: ReplayConversation
    """The conversation that it is in."""


class ReplayPayload(Record):
    """What was sent once, sent again."""

    answer_id: str | None
    """The id that its answer will have."""
    task: ReplayTask | None
    """The task, whose answer stands beside the first one."""


class ResponseDeltasResponseDelta(Record):
    """A piece of a response."""

    subtask_id: str
    """The id of the subtask that it is generated for."""
    attempt: int
    """The number of the attempt at the subtask. Another attempt begins again at position 0."""
    response_id: str
    """The id that the response will have if it is accepted."""
    position: int
    """How many characters of the response come before it."""
    text: str
    """The piece."""
    done: bool
    """Whether it is the last piece of this response."""
    response_status: ResponseStatus | str | None
    """How whole the response is; null before it is done. PARTIAL where it broke off, FAILED where it cannot be used or there is none."""
    finish_reason: FinishReason | str | None
    """Why the model stopped; null before it is done."""
    lagged: bool
    """Whether what comes after `position` was dropped, because the subscriber was too far behind: the response (`node`) has it once it is written."""


class RetryTaskConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class RetryTaskTaskProgress(Record):
    """How far a task is: how many of its subtasks are in which state."""

    total: int
    """All subtasks that are planned so far."""
    done: int
    """Those that have their last state."""


class RetryTaskTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was made."""
    conversation: RetryTaskConversation
    """The conversation that it is in."""
    progress: RetryTaskTaskProgress
    """How far it is."""


class RetryTaskPayload(Record):
    """A task that runs again."""

    answer_id: str | None
    """The id that the new answer will have."""
    task: RetryTaskTask | None
    """The task, as it is now."""


class ReviseMessageRevisesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""


class ReviseMessageMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""
    revises: ReviseMessageRevisesMessage | None
    """The message beside it in place of which a person wrote it; null where it is nobody's revision."""


class ReviseMessageMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: ReviseMessageMessage
    """What stands there."""


class ReviseMessageConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""


class ReviseMessageTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""
    pending_answer_id: str | None
    """The id that its answer will have, known as soon as the task is; null once it has ended, and where it makes none of its subtasks' answers."""
    conversation: ReviseMessageConversation
    """The conversation that it is in."""


class ReviseMessageBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""


class ReviseMessagePayload(Record):
    """A message in place of another."""

    answer_id: str | None
    """The id that its answer will have; null where nothing was asked."""
    message_edge: ReviseMessageMessageEdge | None
    """The new message, for the conversation's messages."""
    task: ReviseMessageTask | None
    """The task that answers it; null where nothing was asked."""
    branch: ReviseMessageBranch | None
    """The branch that was made at it."""


class RootsMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""


class RootsMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: RootsMessage
    """What stands there."""


class RootsPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class RootsMessageConnection(Record):
    """A page of a list."""

    edges: list[RootsMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: RootsPageInfo
    """What is before and after it."""


class RootsConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    roots: RootsMessageConnection
    """The messages that it begins with, oldest first; several where the first prompt was asked otherwise."""


class SaveStrategyTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""


class SaveStrategyResponseFormat(Record):
    """What an answer must be."""

    kind: ResponseFormatKind | str
    """Which of the three."""
    json_schema: Any | None
    """The JSON Schema that it must meet, of JSON_SCHEMA."""


class SaveStrategyPlanStep(Record):
    """One prompt of a plan."""

    step_id: str
    """Its `id` in the plan, which steps of other plans may have, too."""
    title: str | None
    """Short and human."""
    prompt: str
    """What is asked, with its placeholders."""
    depends_on: list[str]
    """Steps that must have ended before it, besides those that its prompt names."""
    for_each: str | None
    """The step over whose list it is asked, once for each element."""
    role: str | None
    """The agent role whose model is asked."""
    model: str | None
    """The model that is asked; the task's where neither is named."""
    response_format: SaveStrategyResponseFormat | None
    """What its answer must be; null where the plan does not say."""


class SaveStrategyPlan(Record):
    """A plan: prompts, and what makes the answer out of their answers."""

    steps: list[SaveStrategyPlanStep]
    """Its prompts, each after those that it needs."""
    answer: list[str]
    """The steps whose answers make the task's answer."""
    aggregation: Aggregation | str | None
    """How they make it; null is as the task says."""


class SaveStrategyStrategy(Record):
    """A way to decompose a task: a built-in one, whose id is its name, or a kept plan in one of its versions."""

    id: str
    """What `node` finds it by."""
    name: str
    """What tasks call it by."""
    description: str
    """What it is good for."""
    version: int | None
    """Counts the plans that were kept under this name, from 1; null where it is built in."""
    saved_at: datetime | None
    """Since when the plan is kept."""
    use_count: int | None
    """How many tasks followed the kept plan, in this version or one before it."""
    success_rate: float | None
    """Which part of those that ended and were not cancelled succeeded, from 0 to 1; null where there is none."""
    made_by: SaveStrategyTask | None
    """The task whose model made it; null where it is built in or was saved by a caller."""
    plan: SaveStrategyPlan | None
    """The plan, where it is a kept one."""


class SaveStrategyNodeStrategy(Record):
    """A way to decompose a task: a built-in one, whose id is its name, or a kept plan in one of its versions."""

    id: str
    """What `node` finds it by."""


class SaveStrategyStrategyEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: SaveStrategyNodeStrategy
    """What stands there."""


class SaveStrategyPayload(Record):
    """A plan that is kept."""

    strategy: SaveStrategyStrategy | None
    """The plan in its newest version."""
    strategy_edge: SaveStrategyStrategyEdge | None
    """The strategy, for the list `strategies`, in which it takes the place of the version before it."""


class SearchTextRange(Record):
    """A part of a text, in characters from 0."""

    start: int
    """Where it begins."""
    end: int
    """Where it ends: the first character after it."""


class SearchSnippet(Record):
    """The part of a text that shows best why it was found."""

    text: str
    """The part, as it is written there."""
    start: int
    """Where the part begins in the whole text, in characters from 0."""
    marks: list[SearchTextRange]
    """What in the part matches the question, by its words; empty where only the meaning does."""


class SearchPrompt(Record):
    """What was sent."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    conversation_id: str
    """The id of the conversation that it is in."""
    created_at: datetime
    """When it was written down."""


class SearchResponse(Record):
    """What came back."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was written down."""


class SearchSummary(Record):
    """What a model made of messages, in fewer words."""

    id: str
    """What `node` finds it by."""
    text: str
    """What it says; of one that was asked for as claims, these as a list for people."""


class SearchSource(Record):
    """A file or text that a task reads."""

    id: str
    """What `node` finds it by."""
    name: str
    """The name under which it was first read."""


class SearchHit(Record):
    """What was found: a turn (a prompt with a response), a summary, or a source."""

    score: float
    """How good it is beside the other hits of this search: 1 / (60 + rank), of each signal, together."""
    signals: list[SearchSignal | str]
    """What found it."""
    kind: SearchKind | str
    """In what kind of text it was found best."""
    repeat_count: int
    """How many more turns were found whose prompt says the same; the best one is this."""
    snippet: SearchSnippet
    """Why it was found."""
    prompt: SearchPrompt | None
    """The prompt of the turn; null for a summary and a source."""
    response: SearchResponse | None
    """The response of the turn: the one that was found, or else the newest; null where there is none."""
    summary: SearchSummary | None
    """The summary, where one was found."""
    source: SearchSource | None
    """The source, where one was found."""


class SearchHitEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: SearchHit
    """What stands there."""


class SearchPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class SearchConnection(Record):
    """A page of hits, best first."""

    edges: list[SearchHitEdge]
    """Its nodes with their places, in the list's order."""
    page_info: SearchPageInfo
    """What is before and after it."""
    is_complete: bool
    """Whether all that could be found is searched: nothing waits for its vector. A text is found by its words a moment after it was written."""
    waiting_count: int
    """How many passages of your texts wait for their vectors; 10,000 may be more. They are found by their words."""
    has_vectors: bool
    """Whether meaning could be searched: not where `search.embeddings` is switched off, has not begun yet, or its model cannot be asked now."""


class SendPromptConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class SendPromptPrompt(Record):
    """What was sent."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class SendPromptTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    type: str
    """The task type whose template it follows."""
    strategy: str
    """The name of the strategy that decomposes it."""
    task_status: TaskStatus | str
    """Its state."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was made."""
    pending_answer_id: str | None
    """The id that its answer will have, known as soon as the task is; null once it has ended, and where it makes none of its subtasks' answers."""
    conversation: SendPromptConversation
    """The conversation that it is in."""
    prompt: SendPromptPrompt | None
    """What was asked."""


class SendPromptNodeTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""


class SendPromptTaskEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: SendPromptNodeTask
    """What stands there."""


class SendPromptMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    depth: int
    """How many messages the longest way to the beginning has."""
    role: Role | str
    """Who speaks."""
    created_at: datetime
    """When it was written down."""


class SendPromptMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: SendPromptMessage
    """What stands there."""


class SendPromptNodeConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When something was last written into it."""


class SendPromptConversationEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: SendPromptNodeConversation
    """What stands there."""


class SendPromptPayload(Record):
    """A new task of one prompt."""

    answer_id: str | None
    """The id that the answer will have; null where the task makes none of its subtasks' answers."""
    task: SendPromptTask | None
    """The task."""
    task_edge: SendPromptTaskEdge | None
    """The task, for the lists `tasks`."""
    prompt_edge: SendPromptMessageEdge | None
    """The task's prompt, for the conversation's messages."""
    conversation_edge: SendPromptConversationEdge | None
    """The conversation, for the lists `conversations`, in either order."""


class SentConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""


class SentModel(Record):
    """A provider's model. What is null is not configured here (any more)."""

    id: str
    """What `node` finds it by."""


class SentAttempt(Record):
    """One call to a provider, whatever came of it."""

    id: str
    """What `node` finds it by."""
    model: SentModel | None
    """The model that was called."""


class SentResponse(Record):
    """What came back."""

    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""


class SentTask(Record):
    """A job over a conversation."""

    conversation: SentConversation
    """The conversation that it is in."""


class SentSubtask(Record):
    """One piece of a task: one prompt and its answer."""

    task: SentTask
    """The task that it is a piece of."""


class SentNode(Record):
    """Something with an id that `node` finds again."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int | None = None
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    conversation: SentConversation | None = None
    """The conversation that it is in."""
    attempt: SentAttempt | None = None
    """The call to a provider that yielded it; null for an answer that was put together."""
    model: SentModel | None = None
    """The model that was called."""
    response: SentResponse | None = None
    """The response that it yielded."""
    subtask: SentSubtask | None = None
    """The subtask that it is for."""


class SetDefaultBranchBranch(Record):
    """A named pointer into a conversation, as in git."""

    id: str
    """What `node` finds it by."""
    name: str
    """What it is called: `main` where the conversation begins."""


class SetDefaultBranchConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    default_branch: SetDefaultBranchBranch | None
    """The branch that is meant where none is named: `main` until another one is chosen."""


class SetDefaultBranchPayload(Record):
    """A conversation with another default branch."""

    conversation: SetDefaultBranchConversation | None
    """The conversation, as it is now."""


class SetKeepDaysConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    keep_days: float | None
    """After so many days without anything new it is deleted for good; null where `storage.keep_days` says that."""


class SetKeepDaysPayload(Record):
    """A conversation that is kept for another time."""

    conversation: SetKeepDaysConversation | None
    """The conversation, as it is now."""


class SetSystemPromptMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""
    content: str
    """Its text."""
    role: Role | str
    """Who speaks."""


class SetSystemPromptConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    system_prompt: SetSystemPromptMessage | None
    """What the model is told before all else; null where it has none."""


class SetSystemPromptPayload(Record):
    """A conversation with another system prompt."""

    conversation: SetSystemPromptConversation | None
    """The conversation, as it is now."""


class ShowConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class ShowAnnotation(Record):
    """What somebody thinks of a message."""

    annotator: str
    """Who thinks so: a person, or a program that judges."""
    rating: float | None
    """From -1 (bad) to 1 (good)."""
    label: str | None
    """What kind of opinion it is, in a word or two."""
    comment: str | None
    """More about it."""


class ShowAnnotationEdge(Record):
    """A node of a page, and its place in the list."""

    node: ShowAnnotation
    """What stands there."""


class ShowPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""


class ShowAnnotationConnection(Record):
    """A page of a list."""

    edges: list[ShowAnnotationEdge]
    """Its nodes with their places, in the list's order."""
    page_info: ShowPageInfo
    """What is before and after it."""


class ShowMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class ShowToolCall(Record):
    """A model's wish to call a tool."""

    tool_call_id: str
    """The provider's own: what `toolResults` name it by."""
    name: str
    """The name of the tool."""
    arguments: str
    """JSON as the model wrote it, which may be wrong."""


class ShowHeadMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""


class ShowResponse(Record):
    """What came back."""

    id: str
    """What `node` finds it by."""
    content: str
    """Its text."""
    response_status: ResponseStatus | str
    """How whole it is."""
    note: str | None
    """Why it is not whole, where it is not."""


class ShowPrompt(Record):
    """What was sent."""

    id: str
    """What `node` finds it by."""
    content: str
    """Its text."""


class ShowResponseResponse(Record):
    """What came back."""

    id: str
    """What `node` finds it by."""
    content: str
    """Its text."""


class ShowTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class ShowModel(Record):
    """A provider's model. What is null is not configured here (any more)."""

    id: str
    """What `node` finds it by."""


class ShowSubtask(Record):
    """One piece of a task: one prompt and its answer."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class ShowNode(Record):
    """Something with an id that `node` finds again."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    title: str | None = None
    """Short and human."""
    created_at: datetime | None = None
    """When it was made."""
    updated_at: datetime | None = None
    """When something was last written into it."""
    content: str | None = None
    """Its text."""
    depth: int | None = None
    """How many messages the longest way to the beginning has."""
    conversation: ShowConversation | None = None
    """The conversation that it is in."""
    annotations: ShowAnnotationConnection | None = None
    """What people think of it, oldest first: one of each annotator."""
    annotator: str | None = None
    """Who thinks so: a person, or a program that judges."""
    rating: float | None = None
    """From -1 (bad) to 1 (good)."""
    label: str | None = None
    """What kind of opinion it is, in a word or two."""
    comment: str | None = None
    """More about it."""
    message_id: str | None = None
    """The id of the message."""
    message: ShowMessage | None = None
    """The message."""
    role: Role | str | None = None
    """Who speaks."""
    tool_name: str | None = None
    """The tool that it is a result of (role TOOL)."""
    is_error: bool | None = None
    """Whether that tool failed."""
    response_status: ResponseStatus | str | None = None
    """How whole it is."""
    finish_reason: FinishReason | str | None = None
    """Why the model stopped; null for an answer that was put together."""
    note: str | None = None
    """Why it is not whole, where it is not."""
    tool_calls: list[ShowToolCall] | None = None
    """The calls of tools that the model wants the client to make."""
    name: str | None = None
    """What it is called: `main` where the conversation begins."""
    head: ShowHeadMessage | None = None
    """Its newest message; null while the conversation is empty."""
    type: str | None = None
    """The task type whose template it follows."""
    strategy: str | None = None
    """The name of the strategy that decomposes it."""
    task_status: TaskStatus | str | None = None
    """Its state."""
    instruction: str | None = None
    """What the caller asked for; empty where the task type says it all."""
    error: str | None = None
    """Why it failed, where it did."""
    answer: ShowResponse | None = None
    """What came of it; null before it is finished."""
    subtask_status: SubtaskStatus | str | None = None
    """Its state."""
    prompt: ShowPrompt | None = None
    """What was asked; null before it was."""
    response: ShowResponseResponse | None = None
    """The accepted answer; null before there is one."""
    task: ShowTask | None = None
    """The task that it is a piece of."""
    number: int | None = None
    """1 for the first call of its subtask."""
    attempt_status: AttemptStatus | str | None = None
    """What came of it."""
    latency_ms: float | None = None
    """From the call to its end."""
    input_tokens: int | None = None
    """Tokens that were read."""
    output_tokens: int | None = None
    """Tokens that were written."""
    cost_usd: float | None = None
    """Null where it is not known: the price is not, or the call was cut before anything was said of it."""
    model: ShowModel | None = None
    """The model that was called."""
    subtask: ShowSubtask | None = None
    """The subtask that it is for."""
    media_type: str | None = None
    """What kind of text it is."""
    bytes: int | None = None
    """Its size as it was sent."""
    length: int | None = None
    """Its size in characters."""
    text: str | None = None
    """All of its text."""
    description: str | None = None
    """What it is good for."""
    version: int | None = None
    """Counts the plans that were kept under this name, from 1; null where it is built in."""
    provider: str | None = None
    """The name of its provider."""


class SiblingsMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was written down."""


class SiblingsMessageEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: SiblingsMessage
    """What stands there."""


class SiblingsPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class SiblingsMessageConnection(Record):
    """A page of a list."""

    edges: list[SiblingsMessageEdge]
    """Its nodes with their places, in the list's order."""
    page_info: SiblingsPageInfo
    """What is before and after it."""


class SiblingsNode(Record):
    """Something with an id that `node` finds again."""

    sibling_index: int | None = None
    """Its place in `siblings`, from 0: the 1 of "2/3" is before it."""
    sibling_count: int | None = None
    """How many `siblings` has, itself among them; of very many, 20,000 are counted."""
    siblings: SiblingsMessageConnection | None = None
    """The messages between which one chooses here, in the order in which they were written, itself among them. They are of the same kind, prompts or responses, and come after the same messages; of a first message, all first messages. What was written for subtasks is none of them, nor an answer that was refused or made again."""


class StrategiesTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""


class StrategiesResponseFormat(Record):
    """What an answer must be."""

    kind: ResponseFormatKind | str
    """Which of the three."""
    json_schema: Any | None
    """The JSON Schema that it must meet, of JSON_SCHEMA."""


class StrategiesPlanStep(Record):
    """One prompt of a plan."""

    step_id: str
    """Its `id` in the plan, which steps of other plans may have, too."""
    title: str | None
    """Short and human."""
    prompt: str
    """What is asked, with its placeholders."""
    depends_on: list[str]
    """Steps that must have ended before it, besides those that its prompt names."""
    for_each: str | None
    """The step over whose list it is asked, once for each element."""
    role: str | None
    """The agent role whose model is asked."""
    model: str | None
    """The model that is asked; the task's where neither is named."""
    response_format: StrategiesResponseFormat | None
    """What its answer must be; null where the plan does not say."""


class StrategiesPlan(Record):
    """A plan: prompts, and what makes the answer out of their answers."""

    steps: list[StrategiesPlanStep]
    """Its prompts, each after those that it needs."""
    answer: list[str]
    """The steps whose answers make the task's answer."""
    aggregation: Aggregation | str | None
    """How they make it; null is as the task says."""


class StrategiesStrategy(Record):
    """A way to decompose a task: a built-in one, whose id is its name, or a kept plan in one of its versions."""

    id: str
    """What `node` finds it by."""
    name: str
    """What tasks call it by."""
    description: str
    """What it is good for."""
    version: int | None
    """Counts the plans that were kept under this name, from 1; null where it is built in."""
    saved_at: datetime | None
    """Since when the plan is kept."""
    use_count: int | None
    """How many tasks followed the kept plan, in this version or one before it."""
    success_rate: float | None
    """Which part of those that ended and were not cancelled succeeded, from 0 to 1; null where there is none."""
    made_by: StrategiesTask | None
    """The task whose model made it; null where it is built in or was saved by a caller."""
    plan: StrategiesPlan | None
    """The plan, where it is a kept one."""


class StrategiesStrategyEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: StrategiesStrategy
    """What stands there."""


class StrategiesPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""
    start_cursor: str | None
    """The cursor of its first node; null where it has none."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class StrategiesStrategyConnection(Record):
    """A page of a list."""

    edges: list[StrategiesStrategyEdge]
    """Its nodes with their places, in the list's order."""
    page_info: StrategiesPageInfo
    """What is before and after it."""


class SubtaskTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""


class SubtaskPrompt(Record):
    """What was sent."""

    id: str
    """What `node` finds it by."""
    content: str
    """Its text."""


class SubtaskResponse(Record):
    """What came back."""

    id: str
    """What `node` finds it by."""
    content: str
    """Its text."""
    response_status: ResponseStatus | str
    """How whole it is."""
    note: str | None
    """Why it is not whole, where it is not."""


class SubtaskNode(Record):
    """Something with an id that `node` finds again."""

    id: str | None = None
    """What `node` finds it by."""
    index: int | None = None
    """Its place in the task, from 0."""
    title: str | None = None
    """Short and human."""
    subtask_status: SubtaskStatus | str | None = None
    """Its state."""
    error: str | None = None
    """Why it failed, where it did."""
    error_code: ErrorCode | str | None = None
    """What kind of failure that was."""
    started_at: datetime | None = None
    """When its first call was made."""
    finished_at: datetime | None = None
    """When it ended."""
    task: SubtaskTask | None = None
    """The task that it is a piece of."""
    prompt: SubtaskPrompt | None = None
    """What was asked; null before it was."""
    response: SubtaskResponse | None = None
    """The accepted answer; null before there is one."""


class SummariesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""


class SummariesTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""


class SummariesSummary(Record):
    """What a model made of messages, in fewer words."""

    id: str
    """What `node` finds it by."""
    summary_kind: SummaryKind | str
    """Why it was made."""
    level: int
    """1 where it is made of messages, 2 of summaries of level 1, and so on."""
    text: str
    """What it says; of one that was asked for as claims, these as a list for people."""
    message_count: int
    """How many messages it covers."""
    branch_name: str | None
    """Of what is left of a branch that was deleted (`deleteBranch(summarize: true)`): the branch's name."""
    tokens: int
    """The tokens that the model wrote."""
    created_at: datetime
    """When it was made."""
    from_: SummariesMessage | None = Field(alias="from")
    """The oldest message that it covers."""
    up_to: SummariesMessage | None
    """The newest message that it covers."""
    made_by: SummariesTask | None
    """The task that made it."""


class SummariesSummaryEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: SummariesSummary
    """What stands there."""


class SummariesPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class SummariesSummaryConnection(Record):
    """A page of a list."""

    edges: list[SummariesSummaryEdge]
    """Its nodes with their places, in the list's order."""
    page_info: SummariesPageInfo
    """What is before and after it."""


class SummariesConversation(Record):
    """One conversation."""

    summaries: SummariesSummaryConnection
    """Its summaries, newest first."""


class SummarizeConversationTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""


class SummarizeConversationPayload(Record):
    """A summary that is being made."""

    task: SummarizeConversationTask | None
    """The task that makes it. When it has succeeded, it has `madeSummary`, and so has the conversation."""
    answer_id: str | None
    """The id of the response that will hold the text."""


class TaskTimeouts(Record):
    """Seconds that a call may take."""

    connect: float
    """To reach the provider."""
    first_token: float
    """To the first token, and between two."""
    total: float
    """For the whole call."""


class TaskRetries(Record):
    """How often a call is tried, and for how long."""

    max_attempts: int
    """Calls in all."""
    total_seconds: float
    """From the first call on."""


class TaskBudget(Record):
    """What a task may use before no new call is made; null where nothing bounds it."""

    tokens: int | None
    """Read and written together."""
    cost_usd: float | None
    """USD."""


class TaskResponseFormat(Record):
    """What an answer must be."""

    kind: ResponseFormatKind | str
    """Which of the three."""
    json_schema: Any | None
    """The JSON Schema that it must meet, of JSON_SCHEMA."""


class TaskTool(Record):
    """A tool that the model may call, as the task offers it."""

    name: str
    """What the model calls it."""
    description: str
    """What it does, for the model."""
    parameters: Any
    """The JSON Schema of its arguments."""


class TaskConfig(Record):
    """How a task is run: every setting as it was decided."""

    model: str
    """`provider/name` of the model that is asked."""
    fallback_models: list[str]
    """Asked in this order where the model fails."""
    role: str | None
    """The agent role that settings come from."""
    max_parallel: int
    """Calls at once."""
    aggregation: Aggregation | str
    """How the answers of its subtasks become its answer."""
    on_failure: OnFailure | str
    """What one failed subtask means for the others."""
    temperature: float | None
    """From 0 to 2; null leaves it to the provider."""
    max_output_tokens: int | None
    """The most tokens of one answer; null is what the model allows."""
    chunk_tokens: int | None
    """The most tokens of material in one prompt; null is what fits the model's window."""
    chunk_overlap: int
    """Tokens that two chunks share."""
    timeouts: TaskTimeouts
    """How long a call may take."""
    retries: TaskRetries
    """How often a call is tried."""
    budget: TaskBudget
    """What it may use."""
    response_format: TaskResponseFormat
    """What answers must be."""
    deadline_seconds: float | None
    """Seconds after its creation at which it ends with what it has."""
    max_cases: int | None
    """ERROR: the most different errors that are asked about."""
    max_steps: int | None
    """DYNAMIC: the most steps of a plan."""
    tools: list[TaskTool]
    """What the model may call."""


class TaskConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class TaskPrompt(Record):
    """What was sent."""

    id: str
    """What `node` finds it by."""
    content: str
    """Its text."""


class TaskResponse(Record):
    """What came back."""

    id: str
    """What `node` finds it by."""
    content: str
    """Its text."""
    response_status: ResponseStatus | str
    """How whole it is."""
    finish_reason: FinishReason | str | None
    """Why the model stopped; null for an answer that was put together."""
    note: str | None
    """Why it is not whole, where it is not."""


class TaskSaved(Record):
    """What was not asked, because the answer to the same request was there already."""

    calls: int
    """Requests that took an answer that was there."""
    tokens: int
    """What the calls of these answers had read and written."""
    cost_usd: float | None
    """What they had cost, of those with a known cost; null where there are only others."""


class TaskProgress(Record):
    """How far a task is: how many of its subtasks are in which state."""

    total: int
    """All subtasks that are planned so far."""
    done: int
    """Those that have their last state."""
    running: int
    """Those at work."""
    succeeded: int
    """Those with an answer."""
    failed: int
    """Those that failed."""
    cancelled: int
    """Those that were cancelled."""
    skipped: int
    """Those that were not run because of another."""


class TaskDurations(Record):
    """Times in ms, of the attempts that have them; null where none has."""

    total: float
    """All of them together, as if none had run beside another."""
    median: float | None
    """Half of the attempts took this long at most."""
    p95: float | None
    """95 of 100 attempts took this long at most."""
    max: float | None
    """The longest."""


class TaskWastedSpend(Record):
    """What was spent on attempts whose answer was not used."""

    attempts: int
    """How many calls."""
    input_tokens: int
    """Tokens that were read."""
    output_tokens: int
    """Tokens that were written."""
    cost_usd: float | None
    """Of the attempts with a known cost; null where there are only others."""


class TaskMetrics(Record):
    """What the calls of a task or a subtask took and cost."""

    attempts: int
    """All calls; those that still run are in none of the two counts below."""
    succeeded: int
    """Calls whose answer was accepted."""
    failed: int
    """Calls that ended in any other way than with an answer."""
    elapsed_ms: float | None
    """From its start to its end, or to now while it runs; null before it began."""
    queue_ms: TaskDurations
    """From when a call could have been made, or from the end of the one before, to the call."""
    time_to_first_token_ms: TaskDurations
    """From the call to the first piece of its answer."""
    latency_ms: TaskDurations
    """From the call to its end."""
    input_tokens: int
    """Tokens that were read."""
    output_tokens: int
    """Tokens that were written."""
    cached_tokens: int
    """The part of `inputTokens` that the provider had in its cache."""
    cost_usd: float | None
    """Of the attempts with a known cost; null where there are only others."""
    unpriced_attempts: int
    """Calls that used tokens, and whose cost is not known, or not in whole: they were cut while silent."""
    estimated_attempts: int
    """Calls whose tokens were counted here, not by the provider."""
    wasted: TaskWastedSpend
    """What of it was spent on answers that were not used."""


class TaskSource(Record):
    """A file or text that a task reads."""

    id: str
    """What `node` finds it by."""
    name: str
    """The name under which it was first read."""
    media_type: str
    """What kind of text it is."""
    bytes: int
    """Its size as it was sent."""
    length: int
    """Its size in characters."""


class TaskSourceEdge(Record):
    """A node of a page, and its place in the list."""

    node: TaskSource
    """What stands there."""


class TaskPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class TaskSourceConnection(Record):
    """A page of a list."""

    edges: list[TaskSourceEdge]
    """Its nodes with their places, in the list's order."""
    page_info: TaskPageInfo
    """What is before and after it."""


class TaskPromptPrompt(Record):
    """What was sent."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class TaskResponseResponse(Record):
    """What came back."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    content: str
    """Its text."""
    finish_reason: FinishReason | str | None
    """Why the model stopped; null for an answer that was put together."""


class TaskModel(Record):
    """A provider's model. What is null is not configured here (any more)."""

    id: str
    """What `node` finds it by."""


class TaskAttempt(Record):
    """One call to a provider, whatever came of it."""

    id: str
    """What `node` finds it by."""
    number: int
    """1 for the first call of its subtask."""
    attempt_status: AttemptStatus | str
    """What came of it."""
    error: str | None
    """Why it failed, where it did."""
    error_code: ErrorCode | str | None
    """What kind of failure that was."""
    queue_ms: float | None
    """From when it could have been made, or from the end of the one before, to the call."""
    latency_ms: float | None
    """From the call to its end."""
    time_to_first_token_ms: float | None
    """From the call to the first piece of its answer."""
    input_tokens: int | None
    """Tokens that were read."""
    output_tokens: int | None
    """Tokens that were written."""
    cached_tokens: int | None
    """The part of `inputTokens` that the provider had in its cache."""
    cost_usd: float | None
    """Null where it is not known: the price is not, or the call was cut before anything was said of it."""
    model: TaskModel | None
    """The model that was called."""


class TaskAttemptEdge(Record):
    """A node of a page, and its place in the list."""

    node: TaskAttempt
    """What stands there."""


class TaskAttemptConnection(Record):
    """A page of a list."""

    edges: list[TaskAttemptEdge]
    """Its nodes with their places, in the list's order."""


class TaskSubtask(Record):
    """One piece of a task: one prompt and its answer."""

    id: str
    """What `node` finds it by."""
    index: int
    """Its place in the task, from 0."""
    title: str
    """Short and human."""
    subtask_status: SubtaskStatus | str
    """Its state."""
    error: str | None
    """Why it failed, where it did."""
    error_code: ErrorCode | str | None
    """What kind of failure that was."""
    started_at: datetime | None
    """When its first call was made."""
    finished_at: datetime | None
    """When it ended."""
    prompt: TaskPromptPrompt | None
    """What was asked; null before it was."""
    response: TaskResponseResponse | None
    """The accepted answer; null before there is one."""
    attempts: TaskAttemptConnection
    """The calls that were made for it, in order."""


class TaskSubtaskEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: TaskSubtask
    """What stands there."""


class TaskSubtaskConnection(Record):
    """A page of a list."""

    edges: list[TaskSubtaskEdge]
    """Its nodes with their places, in the list's order."""
    page_info: TaskPageInfo
    """What is before and after it."""


class Task(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    type: str
    """The task type whose template it follows."""
    strategy: str
    """The name of the strategy that decomposes it."""
    task_status: TaskStatus | str
    """Its state."""
    title: str
    """Short and human."""
    instruction: str
    """What the caller asked for; empty where the task type says it all."""
    error: str | None
    """Why it failed, where it did."""
    error_code: ErrorCode | str | None
    """The kind of that."""
    note: str | None
    """What a reader of the answer should know."""
    created_at: datetime
    """When it was made."""
    started_at: datetime | None
    """When it was begun."""
    finished_at: datetime | None
    """When it ended."""
    config: TaskConfig
    """How it is run: every setting as it was decided."""
    conversation: TaskConversation
    """The conversation that it is in."""
    prompt: TaskPrompt | None
    """What was asked."""
    answer: TaskResponse | None
    """What came of it; null before it is finished."""
    pending_answer_id: str | None
    """The id that its answer will have, known as soon as the task is; null once it has ended, and where it makes none of its subtasks' answers."""
    stale: bool
    """Whether what it read is not the newest any more, or what its answer rests on was corrected."""
    saved: TaskSaved
    """What it did not ask, because the answer was there: see `reuse` and `refreshTask`."""
    progress: TaskProgress
    """How far it is."""
    metrics: TaskMetrics
    """What its calls took and cost."""
    sources: TaskSourceConnection
    """What it reads, in order."""
    subtasks: TaskSubtaskConnection
    """Its pieces, in order."""


class TaskEventsTaskProgress(Record):
    """How far a task is: how many of its subtasks are in which state."""

    total: int
    """All subtasks that are planned so far."""
    done: int
    """Those that have their last state."""
    running: int
    """Those at work."""
    succeeded: int
    """Those with an answer."""
    failed: int
    """Those that failed."""
    cancelled: int
    """Those that were cancelled."""
    skipped: int
    """Those that were not run because of another."""


class TaskEventsTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""
    progress: TaskEventsTaskProgress
    """How far it is."""


class TaskEventsSubtask(Record):
    """One piece of a task: one prompt and its answer."""

    id: str
    """What `node` finds it by."""
    index: int
    """Its place in the task, from 0."""
    title: str
    """Short and human."""


class TaskEventsEvent(Record):
    """Something that happened in a conversation."""

    typename: str = Field(alias="__typename")
    """The name of its GraphQL type."""
    cursor: str
    """Go on after this event with `after: cursor`."""
    created_at: datetime
    """When it happened."""
    conversation_id: str
    """The id of the conversation."""
    task_id: str | None = None
    """The id of the task."""
    task_status: TaskStatus | str | None = None
    """Its new state."""
    error: str | None = None
    """Why it failed, where it did."""
    error_code: ErrorCode | str | None = None
    """The code of that."""
    task: TaskEventsTask | None = None
    """The task, as it is now; null where it was deleted meanwhile."""
    subtask_id: str | None = None
    """The id of the subtask."""
    subtask_status: SubtaskStatus | str | None = None
    """Its new state."""
    attempt: int | None = None
    """The number of the attempt that began, if one did."""
    subtask: TaskEventsSubtask | None = None
    """The subtask, as it is now; null where it was deleted meanwhile."""


class TaskSummaryMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""


class TaskSummaryMessagesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""
    seq: int
    """Its number in the conversation: later ones were written later. `message` finds it by that."""
    title: str
    """Short and human."""


class TaskSummarySummariesSummary(Record):
    """What a model made of messages, in fewer words."""

    id: str
    """What `node` finds it by."""
    message_count: int
    """How many messages it covers."""


class TaskSummaryClaim(Record):
    """What a structured summary says, and where that was said."""

    kind: ClaimKind | str
    """What it is."""
    text: str
    """What it says."""
    messages: list[TaskSummaryMessagesMessage]
    """The messages that say it, oldest first."""
    summaries: list[TaskSummarySummariesSummary]
    """The summaries that say it: of messages that did not fit into the window of the model any more."""


class TaskSummarySummary(Record):
    """What a model made of messages, in fewer words."""

    id: str
    """What `node` finds it by."""
    text: str
    """What it says; of one that was asked for as claims, these as a list for people."""
    message_count: int
    """How many messages it covers."""
    tokens: int
    """The tokens that the model wrote."""
    from_: TaskSummaryMessage | None = Field(alias="from")
    """The oldest message that it covers."""
    up_to: TaskSummaryMessage | None
    """The newest message that it covers."""
    claims: list[TaskSummaryClaim]
    """What it claims, where it was asked for as STRUCTURED; else nothing."""


class TaskSummaryTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    task_status: TaskStatus | str
    """Its state."""
    error: str | None
    """Why it failed, where it did."""
    made_summary: TaskSummarySummary | None
    """The summary that it has made, where it was to make one."""


class TasksConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""


class TasksPrompt(Record):
    """What was sent."""

    id: str
    """What `node` finds it by."""


class TasksTaskProgress(Record):
    """How far a task is: how many of its subtasks are in which state."""

    total: int
    """All subtasks that are planned so far."""
    done: int
    """Those that have their last state."""
    failed: int
    """Those that failed."""


class TasksTask(Record):
    """A job over a conversation."""

    id: str
    """What `node` finds it by."""
    type: str
    """The task type whose template it follows."""
    strategy: str
    """The name of the strategy that decomposes it."""
    task_status: TaskStatus | str
    """Its state."""
    title: str
    """Short and human."""
    error: str | None
    """Why it failed, where it did."""
    created_at: datetime
    """When it was made."""
    finished_at: datetime | None
    """When it ended."""
    conversation: TasksConversation
    """The conversation that it is in."""
    prompt: TasksPrompt | None
    """What was asked."""
    progress: TasksTaskProgress
    """How far it is."""


class TasksTaskEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: TasksTask
    """What stands there."""


class TasksPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class TasksTaskConnection(Record):
    """A page of a list."""

    edges: list[TasksTaskEdge]
    """Its nodes with their places, in the list's order."""
    page_info: TasksPageInfo
    """What is before and after it."""


class UnlinkMessagesMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""


class UnlinkMessagesPayload(Record):
    """A link that is gone."""

    deleted_id: str
    """The id that it had."""
    from_: UnlinkMessagesMessage | None = Field(alias="from")
    """The message that it began at."""
    to: UnlinkMessagesMessage | None
    """The message that it led to."""


class UsageRatings(Record):
    """How answers were rated."""

    count: int
    """How many ratings there are; of an answer each annotator's."""
    average: float | None
    """Their mean, from -1 (bad) to 1 (good); null where there is none."""
    positive: int
    """Those above 0."""
    negative: int
    """Those below 0."""


class UsageRow(Record):
    """What the calls of one model, one day, and so on, took and cost."""

    key: str
    """`provider/name` of a model, a provider, a day (2026-01-31), a conversation's id, and so on."""
    label: str
    """The key for people: a conversation's title, else the key itself."""
    attempts: int
    """How many calls."""
    tasks: int
    """Tasks that these calls were made for; one may be in several rows."""
    average_latency_ms: float | None
    """From the call to its end, on average; null where no call has ended."""
    input_tokens: int
    """Tokens that were read."""
    output_tokens: int
    """Tokens that were written."""
    cached_tokens: int
    """The part of `inputTokens` that the provider had in its cache."""
    cost_usd: float | None
    """Of the attempts with a known cost; null where there are only others."""
    unpriced_attempts: int
    """Calls that used tokens, and whose cost is not known, or not in whole: they were cut while silent."""
    estimated_attempts: int
    """Calls whose tokens were counted here, not by the provider."""
    wasted_attempts: int
    """Calls whose answer was not used."""
    wasted_tokens: int
    """What they read and wrote."""
    wasted_cost_usd: float | None
    """What they cost, of those with a known cost; null where there are only others."""
    ratings: UsageRatings
    """How the answers of these calls were rated. An answer that was put together of several calls counts once in each row that one of them is in."""


class ViewerConversation(Record):
    """One conversation."""

    id: str
    """What `node` finds it by."""
    title: str
    """Short and human."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When something was last written into it."""


class ViewerConversationEdge(Record):
    """A node of a page, and its place in the list."""

    cursor: str
    """The place of the node: pages begin after it or end before it."""
    node: ViewerConversation
    """What stands there."""


class ViewerPageInfo(Record):
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""
    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""
    start_cursor: str | None
    """The cursor of its first node; null where it has none."""
    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


class ViewerConversationConnection(Record):
    """A page of a list."""

    edges: list[ViewerConversationEdge]
    """Its nodes with their places, in the list's order."""
    page_info: ViewerPageInfo
    """What is before and after it."""


class Viewer(Record):
    """Who calls, and what is theirs."""

    id: str
    """The owner that the caller acts for."""
    conversations_cursor: str
    """Follow all conversations from here: with `conversationsChanged(after: …)`, nothing falls between this answer and that."""
    conversations: ViewerConversationConnection | None
    """The conversations, the newest or the most active first."""


class WithdrawAnnotationMessage(Record):
    """What was said: a prompt or a response. `depth` orders a path."""

    id: str
    """What `node` finds it by."""


class WithdrawAnnotationPayload(Record):
    """An annotation that is gone."""

    deleted_id: str
    """The id that it had."""
    message: WithdrawAnnotationMessage | None
    """The message that it was of."""


ADD_DOCUMENT_VERSION = Document(
    "AddDocumentVersion",
    "addDocumentVersion",
    """mutation AddDocumentVersion($input: AddDocumentVersionInput!) {
  addDocumentVersion(input: $input) { document { id name newestVersion source { id sha256 } } }
}
""",
)

ALL_ANNOTATIONS = Document(
    "AllAnnotations",
    "annotations",
    """query AllAnnotations($filter: AnnotationFilterInput, $first: Int = 50, $after: String) {
  annotations(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id messageId conversationId annotator rating label comment updatedAt message { id title content } } }
    pageInfo { hasNextPage endCursor }
  }
}
""",
)

ANALYSES = Document(
    "Analyses",
    "analyses",
    """query Analyses {
  analyses {
    name group purpose
    parameters { name type default low high what }
    columns { name type unit what }
  }
}
""",
)

ANALYTICS = Document(
    "Analytics",
    "analytics",
    """query Analytics($name: String!, $parameters: [AnalysisParameterInput!]) {
  analytics(name: $name, parameters: $parameters) {
    name rows notes elapsedMs
    columns { name type unit what }
  }
}
""",
)

ANNOTATE = Document(
    "Annotate",
    "annotate",
    """mutation Annotate($input: AnnotateInput!) {
  annotate(input: $input) { annotationEdge { cursor node { id messageId annotator rating label comment createdAt updatedAt } } }
}
""",
)

ANNOTATIONS = Document(
    "Annotations",
    "node",
    """query Annotations($messageId: ID!, $first: Int = 20, $after: String) {
  node(id: $messageId) {
    __typename id
    ... on Message {
      annotations(first: $first, after: $after) {
        edges { cursor node { id annotator rating label comment createdAt updatedAt } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
""",
)

ATTEMPT_CONTEXT = Document(
    "AttemptContext",
    "node",
    """query AttemptContext($id: ID!, $first: Int = 50, $after: String) {
  node(id: $id) {
    __typename
    id
    ... on Attempt {
      context {
        sha256
        isSame
        messages(first: $first, after: $after) {
          nodes { kind role tokens content message { __typename id title } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
}
""",
)

BRANCH = Document(
    "Branch",
    "branch",
    """query Branch($conversationId: ID!, $name: String!) {
  branch(conversationId: $conversationId, name: $name) { id name isDefault depth head { __typename id seq title } }
}
""",
)

BRANCHES = Document(
    "Branches",
    "conversation",
    """query Branches($conversationId: ID!, $first: Int = 50, $after: String, $shares: Boolean = false) {
  conversation(id: $conversationId) {
    id
    title
    defaultBranch { id name }
    branches(first: $first, after: $after) {
      edges {
        cursor
        node {
          id name isDefault depth lastActivityAt head { __typename id seq title }
          ownMessages @include(if: $shares) costUsd @include(if: $shares) forkedAt @include(if: $shares) { __typename id seq }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

CANCEL_IMPORT = Document(
    "CancelImport",
    "cancelImport",
    """mutation CancelImport($input: CancelImportInput!) {
  cancelImport(input: $input) { import { id importStatus conversationCount messageCount } }
}
""",
)

CANCEL_TASK = Document(
    "CancelTask",
    "cancelTask",
    """mutation CancelTask($input: CancelTaskInput!) {
  cancelTask(input: $input) { task { id taskStatus finishedAt progress { total done cancelled } } }
}
""",
)

COMPARE_BRANCHES = Document(
    "CompareBranches",
    "compareBranches",
    """query CompareBranches($a: ID!, $b: ID!, $first: Int = 20) {
  compareBranches(a: $a, b: $b) {
    nearestCommon { __typename id title depth }
    a {
      branch { id name }
      messageCount
      tokens
      costUsd
      sourcesAlone { id name }
      messages(first: $first) { edges { cursor node { __typename id title depth role } } pageInfo { hasNextPage endCursor } }
    }
    b {
      branch { id name }
      messageCount
      tokens
      costUsd
      sourcesAlone { id name }
      messages(first: $first) { edges { cursor node { __typename id title depth role } } pageInfo { hasNextPage endCursor } }
    }
  }
}
""",
)

COMPARE_RESPONSES = Document(
    "CompareResponses",
    "compareResponses",
    """query CompareResponses($a: ID!, $b: ID!) {
  compareResponses(a: $a, b: $b) {
    a { id title }
    b { id title }
    comparedBy
    changes { kind text }
    sameModel
    inputTokens
    outputTokens
    latencyMs
    costUsd
    context { onlyInA onlyInACount onlyInB onlyInBCount changed changedCount sameCount identical }
  }
}
""",
)

CONVERSATION = Document(
    "Conversation",
    "conversation",
    """query Conversation($id: ID!, $branches: Int = 50) {
  conversation(id: $id) {
    id title createdAt updatedAt metadata keepDays
    branches(first: $branches) {
      edges { cursor node { id name head { __typename id depth title } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

CONVERSATION_EVENTS = Document(
    "ConversationEvents",
    "conversationEvents",
    """subscription ConversationEvents($conversationId: ID!, $after: String) {
  conversationEvents(conversationId: $conversationId, after: $after) {
    __typename cursor createdAt conversationId
    ... on MessageAdded {
      messageEdge { cursor node { __typename id title content depth role } }
      branches { id name }
      subtask { id }
      idempotencyKey
    }
    ... on TaskChanged { taskId taskStatus error errorCode idempotencyKey }
    ... on BranchChanged { action branchId name branch { id name head { __typename id } } idempotencyKey }
    ... on ConversationChanged { action conversation { id title } idempotencyKey }
    ... on MessageChanged { action messageId idempotencyKey }
    ... on MessagesDeleted { action messageIds idempotencyKey }
    ... on SummaryAdded { summaryId summary { id text messageCount } idempotencyKey }
    ... on DocumentsChanged { action documentIds name idempotencyKey }
    ... on LinkChanged { action linkId kind fromId toId idempotencyKey }
    ... on AnnotationChanged { action annotationId messageId annotation { annotator rating label comment } idempotencyKey }
  }
}
""",
)

CONVERSATION_SUMMARY = Document(
    "ConversationSummary",
    "conversation",
    """query ConversationSummary($id: ID!) {
  conversation(id: $id) {
    id title
    summary {
      text
      inWords {
        id messageCount since createdAt upTo { id }
        claims { kind text messages { id } }
      }
      statistics {
        messages prompts responses attempts inputTokens outputTokens cachedTokens costUsd unpricedAttempts
        models { id }
        tasks { status count }
      }
    }
  }
}
""",
)

CONVERSATIONS = Document(
    "Conversations",
    "conversations",
    """query Conversations($first: Int = 20, $after: String, $filter: ConversationFilter, $orderBy: ConversationOrder = CREATED) {
  conversations(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { id title createdAt updatedAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
""",
)

CONVERSATIONS_CHANGED = Document(
    "ConversationsChanged",
    "conversationsChanged",
    """subscription ConversationsChanged($after: String) {
  conversationsChanged(after: $after) {
    cursor
    seq
    deletedId
    conversation { id title updatedAt }
  }
}
""",
)

CREATE_BRANCH = Document(
    "CreateBranch",
    "createBranch",
    """mutation CreateBranch($input: CreateBranchInput!) {
  createBranch(input: $input) { branch { id name isDefault head { __typename id } } }
}
""",
)

CREATE_CONVERSATION = Document(
    "CreateConversation",
    "createConversation",
    """mutation CreateConversation($input: CreateConversationInput!) {
  createConversation(input: $input) {
    conversation { id title createdAt updatedAt metadata keepDays branches(first: 5) { edges { node { id name } } } }
    conversationEdge { cursor node { id } }
  }
}
""",
)

CREATE_TASK = Document(
    "CreateTask",
    "createTask",
    """mutation CreateTask($input: CreateTaskInput!) {
  createTask(input: $input) {
    answerId
    task { id type strategy taskStatus title createdAt conversation { id title } prompt { id title } }
    taskEdge { cursor node { id } }
    promptEdge { cursor node { __typename id title content depth role createdAt } }
    conversationEdge { cursor node { id title createdAt updatedAt } }
  }
}
""",
)

CREATE_UPLOAD = Document(
    "CreateUpload",
    "createUpload",
    """mutation CreateUpload($input: CreateUploadInput!) {
  createUpload(input: $input) { upload { uploadId name bytes receivedBytes url } }
}
""",
)

DELETE_BRANCH = Document(
    "DeleteBranch",
    "deleteBranch",
    """mutation DeleteBranch($input: DeleteBranchInput!) {
  deleteBranch(input: $input) {
    deletedId
    conversation { id defaultBranch { id name } }
    task { id taskStatus }
    prunable { messages tasks attempts tokens costUsd isComplete }
  }
}
""",
)

DELETE_CONVERSATION = Document(
    "DeleteConversation",
    "deleteConversation",
    """mutation DeleteConversation($input: DeleteConversationInput!) {
  deleteConversation(input: $input) {
    deletedId
    erasure { id erasureKind subjectId erasureStatus requestedBy createdAt finishedAt counts { label count } }
    erasable { cancels sharedSources isComplete counts { label count } }
  }
}
""",
)

DELETE_DOCUMENT = Document(
    "DeleteDocument",
    "deleteDocument",
    """mutation DeleteDocument($input: DeleteDocumentInput!) {
  deleteDocument(input: $input) {
    deletedId
    erasure { id erasureKind subjectId erasureStatus requestedBy createdAt finishedAt counts { label count } }
    erasable { cancels sharedSources isComplete counts { label count } }
  }
}
""",
)

DELETE_MESSAGE = Document(
    "DeleteMessage",
    "deleteMessage",
    """mutation DeleteMessage($input: DeleteMessageInput!) {
  deleteMessage(input: $input) {
    deletedId
    erasure { id erasureKind subjectId erasureStatus requestedBy createdAt finishedAt counts { label count } }
    erasable { cancels sharedSources isComplete counts { label count } }
  }
}
""",
)

DELETE_OWNER = Document(
    "DeleteOwner",
    "deleteOwner",
    """mutation DeleteOwner($input: DeleteOwnerInput!) {
  deleteOwner(input: $input) {
    deletedId
    erasure { id erasureKind subjectId erasureStatus requestedBy createdAt finishedAt counts { label count } }
    erasable { cancels sharedSources isComplete counts { label count } }
  }
}
""",
)

DELETE_SOURCE = Document(
    "DeleteSource",
    "deleteSource",
    """mutation DeleteSource($input: DeleteSourceInput!) {
  deleteSource(input: $input) {
    deletedId
    erasure { id erasureKind subjectId erasureStatus requestedBy createdAt finishedAt counts { label count } }
    erasable { cancels sharedSources isComplete counts { label count } }
  }
}
""",
)

DOCUMENTS = Document(
    "Documents",
    "conversation",
    """query Documents($conversationId: ID!, $first: Int = 20, $after: String) {
  conversation(id: $conversationId) {
    id
    documents(first: $first, after: $after) {
      edges { cursor node { id name newestVersion source { id length } versions(last: 5) { nodes { number since source { id } } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

ERASURE = Document(
    "Erasure",
    "erasure",
    """query Erasure($id: ID!) {
  erasure(id: $id) { id erasureKind subjectId erasureStatus requestedBy createdAt finishedAt counts { label count } }
}
""",
)

EXPORT_CONVERSATION = Document(
    "ExportConversation",
    "exportConversation",
    """mutation ExportConversation($input: ExportConversationInput!) {
  exportConversation(input: $input) { export { fileName mediaType url validUntil notices } }
}
""",
)

EXPORT_CONVERSATIONS = Document(
    "ExportConversations",
    "exportConversations",
    """mutation ExportConversations($input: ExportConversationsInput!) {
  exportConversations(input: $input) { export { fileName mediaType url validUntil notices } }
}
""",
)

HISTORY = Document(
    "History",
    "history",
    """query History($nodeId: ID!, $direction: HistoryDirection = ANCESTORS, $edges: [HistoryEdges!], $first: Int = 50, $after: String) {
  history(nodeId: $nodeId, direction: $direction, edges: $edges, first: $first, after: $after) {
    edges {
      cursor
      node {
        __typename id title content depth role createdAt
        ... on Prompt { toolCallId toolName isError }
        ... on Response { responseStatus note finishReason toolCalls { toolCallId name arguments } }
      }
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
""",
)

HISTORY_MESSAGES = Document(
    "HistoryMessages",
    "nodes",
    """query HistoryMessages($ids: [ID!]!, $texts: Boolean = false) {
  nodes(ids: $ids) {
    __typename
    id
    ... on Message {
      seq title depth role createdAt pinned siblingIndex siblingCount content @include(if: $texts)
      parents(first: 5) { edges { node { __typename id } } }
    }
    ... on Prompt { toolName isError }
    ... on Response { responseStatus finishReason toolCalls { name arguments } }
  }
}
""",
)

HISTORY_TREE = Document(
    "HistoryTree",
    "history",
    """query HistoryTree($nodeId: ID!, $first: Int = 100, $after: String) {
  history(nodeId: $nodeId, direction: DESCENDANTS, first: $first, after: $after) {
    edges {
      cursor
      node {
        __typename id title content depth role
        parents(first: 5) { edges { node { __typename id } } }
        ... on Prompt { toolName isError }
        ... on Response { responseStatus finishReason toolCalls { name arguments } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
""",
)

IMPORT = Document(
    "Import",
    "import",
    """query Import($id: ID!) {
  import(id: $id) {
    id importStatus name format bytes readBytes conversationCount extendedCount knownCount skippedCount messageCount
    strategyCount
    notices { noticeKind place text } noticeCount error createdAt finishedAt
  }
}
""",
)

IMPORT_CONVERSATIONS = Document(
    "ImportConversations",
    "importConversations",
    """mutation ImportConversations($input: ImportConversationsInput!) {
  importConversations(input: $input) { import { id importStatus name bytes } }
}
""",
)

LINK_MESSAGES = Document(
    "LinkMessages",
    "linkMessages",
    """mutation LinkMessages($input: LinkMessagesInput!) {
  linkMessages(input: $input) { linkEdge { cursor node { id kind note createdAt fromId toId } } }
}
""",
)

LINKS = Document(
    "Links",
    "node",
    """query Links($messageId: ID!, $kind: String, $first: Int = 20, $after: String) {
  node(id: $messageId) {
    __typename id
    ... on Message {
      links(kind: $kind, first: $first, after: $after) {
        edges { cursor node { id kind note createdAt fromId toId from { id title } to { id title } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
""",
)

MERGE_BRANCHES = Document(
    "MergeBranches",
    "mergeBranches",
    """mutation MergeBranches($input: MergeBranchesInput!) {
  mergeBranches(input: $input) {
    answerId
    task { id taskStatus pendingAnswerId conversation { id title } prompt { id title } }
    promptEdge { cursor node { __typename id title content depth role createdAt } }
  }
}
""",
)

MERGE_CONFLICTS = Document(
    "MergeConflicts",
    "task",
    """query MergeConflicts($taskId: ID!) {
  task(id: $taskId) {
    id
    mergeConflicts { claim sides { branchName says messages { __typename id seq title role } } }
  }
}
""",
)

MESSAGES = Document(
    "Messages",
    "conversation",
    """query Messages($conversationId: ID!, $branch: ID, $first: Int, $after: String, $last: Int = 50, $before: String) {
  conversation(id: $conversationId) {
    id title
    messages(branch: $branch, first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          __typename id title content depth role createdAt
          ... on Prompt { toolCallId toolName isError }
          ... on Response { responseStatus finishReason toolCalls { toolCallId name arguments } }
        }
      }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
""",
)

MODEL_CHOICE = Document(
    "ModelChoice",
    "modelChoice",
    """query ModelChoice($type: String, $strategy: StrategyInput, $config: TaskConfigInput) {
  modelChoice(type: $type, strategy: $strategy, config: $config) {
    why
    model { id modelState modelStateNote inputPrice outputPrice }
    fallbackModels { id inputPrice outputPrice }
    roleModels { id inputPrice outputPrice }
  }
}
""",
)

MODELS = Document(
    "Models",
    "models",
    """query Models {
  models {
    id provider name family contextWindow maxOutputTokens features inputPrice outputPrice isDefault modelState modelStateNote origin hasKey
    breaker { state failures retryAt lastError }
    limits { concurrent requestsPerMinute tokensPerMinute inFlight requestsLastMinute tokensLastMinute }
    providerLimits { concurrent requestsPerMinute tokensPerMinute inFlight requestsLastMinute tokensLastMinute }
  }
}
""",
)

MOVE_BRANCH = Document(
    "MoveBranch",
    "moveBranch",
    """mutation MoveBranch($input: MoveBranchInput!) {
  moveBranch(input: $input) { branch { id name head { __typename id } } }
}
""",
)

NODE = Document(
    "Node",
    "node",
    """query Node($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Conversation { title }
    ... on Message { title content depth conversation { id } }
    ... on Branch { name conversation { id } }
    ... on Task { title taskStatus conversation { id } }
    ... on Subtask { title subtaskStatus task { id } }
    ... on Response { responseStatus note }
    ... on Attempt { number attemptStatus subtask { id } }
    ... on Source { name mediaType bytes }
    ... on Strategy { name description version }
    ... on Summary { summaryKind level text messageCount tokens }
    ... on Link { kind note fromId toId }
    ... on Annotation { annotator rating label comment messageId }
    ... on Model { provider name }
  }
}
""",
)

NODES = Document(
    "Nodes",
    "nodes",
    """query Nodes($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
    ... on Conversation { title }
    ... on Message { title content depth conversation { id } }
    ... on Branch { name conversation { id } }
    ... on Source { name mediaType bytes }
    ... on Strategy { name description version }
    ... on Model { provider name }
  }
}
""",
)

NUMBERED_MESSAGE = Document(
    "NumberedMessage",
    "message",
    """query NumberedMessage($conversationId: ID!, $seq: Int!) {
  message(conversationId: $conversationId, seq: $seq) { __typename id seq title depth role }
}
""",
)

OUTLINE = Document(
    "Outline",
    "outline",
    """query Outline($conversationId: ID!, $first: Int = 500, $after: String, $last: Int, $before: String, $upTo: Int) {
  outline(conversationId: $conversationId, first: $first, after: $after, last: $last, before: $before, upTo: $upTo) {
    nodes { messageId parentIds title role depth seq responseStatus childCount branchIds }
    pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
  }
}
""",
)

PAST = Document(
    "Past",
    "conversation",
    """query Past($conversationId: ID!, $point: PointInTimeInput!, $branch: ID, $last: Int = 50, $before: String) {
  conversation(id: $conversationId) {
    id
    asOf(point: $point) {
      branches(first: 100) { edges { node { branchId name head { id } } } pageInfo { hasNextPage endCursor } }
      messages(branch: $branch, last: $last, before: $before) {
        edges { cursor node { __typename id title content depth role createdAt } }
        pageInfo { hasPreviousPage startCursor }
      }
    }
  }
}
""",
)

PATH = Document(
    "Path",
    "path",
    """query Path($fromId: ID!, $toId: ID!, $first: Int = 50, $after: String) {
  path(from: $fromId, to: $toId, first: $first, after: $after) {
    edges { cursor node { __typename id title content depth role createdAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
""",
)

PATH_PLACES = Document(
    "PathPlaces",
    "path",
    """query PathPlaces($fromId: ID!, $toId: ID!, $first: Int = 200, $after: String) {
  path(from: $fromId, to: $toId, first: $first, after: $after) {
    edges { cursor node { __typename id seq title depth ... on Response { toolCalls { name } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
""",
)

PIN_MESSAGE = Document(
    "PinMessage",
    "pinMessage",
    """mutation PinMessage($input: PinMessageInput!) {
  pinMessage(input: $input) { message { id pinned } }
}
""",
)

PINNED = Document(
    "Pinned",
    "conversation",
    """query Pinned($conversationId: ID!, $first: Int = 20, $after: String) {
  conversation(id: $conversationId) {
    id
    pinnedMessages(first: $first, after: $after) {
      edges { cursor node { __typename id title content depth role createdAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

PREVIEW_CONTEXT = Document(
    "PreviewContext",
    "previewContext",
    """query PreviewContext($input: PreviewContextInput!, $last: Int = 50) {
  previewContext(input: $input) {
    model { id }
    window
    promptTokens
    answerTokens
    chosen {
      policy
      error
      tokens
      isWhole
      messageCount
      messages(last: $last) { nodes { kind role tokens content message { __typename id seq title } } }
    }
    policies { policy error tokens isWhole messageCount }
  }
}
""",
)

REFRESH_TASK = Document(
    "RefreshTask",
    "refreshTask",
    """mutation RefreshTask($input: RefreshTaskInput!) {
  refreshTask(input: $input) {
    task { id taskStatus title conversation { id title } refreshes { id } }
    foreseen { calls reused inputTokens outputTokens costUsd isExact titles }
  }
}
""",
)

REGENERATE = Document(
    "Regenerate",
    "regenerate",
    """mutation Regenerate($input: RegenerateInput!) {
  regenerate(input: $input) {
    answerIds
    prompt { id }
    tasks { id taskStatus title pendingAnswerId config { model } conversation { id } }
  }
}
""",
)

RENAME_BRANCH = Document(
    "RenameBranch",
    "renameBranch",
    """mutation RenameBranch($input: RenameBranchInput!) {
  renameBranch(input: $input) { branch { id name } }
}
""",
)

RENAME_CONVERSATION = Document(
    "RenameConversation",
    "renameConversation",
    """mutation RenameConversation($input: RenameConversationInput!) {
  renameConversation(input: $input) { conversation { id title updatedAt } }
}
""",
)

REPLAY = Document(
    "Replay",
    "replay",
    """mutation Replay($input: ReplayInput!) {
  replay(input: $input) {
    answerId
    task { id taskStatus title pendingAnswerId config { model } conversation { id } }
  }
}
""",
)

RESPONSE_DELTAS = Document(
    "ResponseDeltas",
    "responseDeltas",
    """subscription ResponseDeltas($taskId: ID!) {
  responseDeltas(taskId: $taskId) {
    subtaskId attempt responseId position text done responseStatus finishReason lagged
  }
}
""",
)

RETRY_TASK = Document(
    "RetryTask",
    "retryTask",
    """mutation RetryTask($input: RetryTaskInput!) {
  retryTask(input: $input) {
    answerId
    task { id taskStatus title createdAt conversation { id title } progress { total done } }
  }
}
""",
)

REVISE_MESSAGE = Document(
    "ReviseMessage",
    "reviseMessage",
    """mutation ReviseMessage($input: ReviseMessageInput!) {
  reviseMessage(input: $input) {
    answerId
    messageEdge { cursor node { __typename id title content depth role createdAt revises { id } } }
    task { id taskStatus pendingAnswerId conversation { id } }
    branch { id name }
  }
}
""",
)

ROOTS = Document(
    "Roots",
    "conversation",
    """query Roots($conversationId: ID!, $first: Int = 20, $after: String) {
  conversation(id: $conversationId) {
    id
    roots(first: $first, after: $after) {
      edges { cursor node { __typename id title content depth role createdAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

SAVE_STRATEGY = Document(
    "SaveStrategy",
    "saveStrategy",
    """mutation SaveStrategy($input: SaveStrategyInput!) {
  saveStrategy(input: $input) {
    strategy {
      id name description version savedAt useCount successRate
      madeBy { id }
      plan {
        steps { stepId title prompt dependsOn forEach role model responseFormat { kind jsonSchema } }
        answer aggregation
      }
    }
    strategyEdge { cursor node { id } }
  }
}
""",
)

SEARCH = Document(
    "Search",
    "search",
    """query Search($query: String!, $mode: SearchMode!, $filter: SearchFilter, $first: Int, $after: String) {
  search(query: $query, mode: $mode, filter: $filter, first: $first, after: $after) {
    edges {
      cursor
      node {
        score
        signals
        kind
        repeatCount
        snippet { text start marks { start end } }
        prompt { id title conversationId createdAt }
        response { id title createdAt }
        summary { id text }
        source { id name }
      }
    }
    pageInfo { hasNextPage endCursor }
    isComplete
    waitingCount
    hasVectors
  }
}
""",
)

SEND_PROMPT = Document(
    "SendPrompt",
    "sendPrompt",
    """mutation SendPrompt($input: SendPromptInput!) {
  sendPrompt(input: $input) {
    answerId
    task { id type strategy taskStatus title createdAt pendingAnswerId conversation { id title } prompt { id title } }
    taskEdge { cursor node { id } }
    promptEdge { cursor node { __typename id title content depth role createdAt } }
    conversationEdge { cursor node { id title createdAt updatedAt } }
  }
}
""",
)

SENT = Document(
    "Sent",
    "node",
    """query Sent($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Response { seq conversation { id } attempt { id model { id } } }
    ... on Attempt { model { id } response { id seq } subtask { task { conversation { id } } } }
  }
}
""",
)

SET_DEFAULT_BRANCH = Document(
    "SetDefaultBranch",
    "setDefaultBranch",
    """mutation SetDefaultBranch($input: SetDefaultBranchInput!) {
  setDefaultBranch(input: $input) { conversation { id defaultBranch { id name } } }
}
""",
)

SET_KEEP_DAYS = Document(
    "SetKeepDays",
    "setKeepDays",
    """mutation SetKeepDays($input: SetKeepDaysInput!) {
  setKeepDays(input: $input) { conversation { id title keepDays } }
}
""",
)

SET_SYSTEM_PROMPT = Document(
    "SetSystemPrompt",
    "setSystemPrompt",
    """mutation SetSystemPrompt($input: SetSystemPromptInput!) {
  setSystemPrompt(input: $input) {
    conversation { id systemPrompt { id content role } }
  }
}
""",
)

SHOW = Document(
    "Show",
    "node",
    """query Show($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Conversation { title createdAt updatedAt }
    ... on Message {
      title content depth createdAt conversation { id title }
      annotations(first: 20) { edges { node { annotator rating label comment } } pageInfo { hasNextPage } }
    }
    ... on Annotation { annotator rating label comment messageId message { id title } }
    ... on Prompt { role toolName isError }
    ... on Response { responseStatus finishReason note toolCalls { toolCallId name arguments } }
    ... on Branch { name head { id title content } conversation { id title } }
    ... on Task {
      title type strategy taskStatus instruction error note createdAt conversation { id title }
      answer { id content responseStatus note }
    }
    ... on Subtask { title subtaskStatus error prompt { id content } response { id content } task { id title } }
    ... on Attempt {
      number attemptStatus error latencyMs inputTokens outputTokens costUsd model { id } response { id content } subtask { id title }
    }
    ... on Source { name mediaType bytes length createdAt text }
    ... on Strategy { name description version }
    ... on Model { provider name }
  }
}
""",
)

SIBLINGS = Document(
    "Siblings",
    "node",
    """query Siblings($id: ID!, $first: Int = 50, $after: String) {
  node(id: $id) {
    ... on Message {
      siblingIndex siblingCount
      siblings(first: $first, after: $after) {
        edges { cursor node { __typename id seq title createdAt } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
""",
)

STRATEGIES = Document(
    "Strategies",
    "strategies",
    """query Strategies($first: Int = 100, $after: String, $strategy: String) {
  strategies(first: $first, after: $after, name: $strategy) {
    edges {
      cursor
      node {
        id name description version savedAt useCount successRate
        madeBy { id }
        plan {
          steps { stepId title prompt dependsOn forEach role model responseFormat { kind jsonSchema } }
          answer aggregation
        }
      }
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
""",
)

SUBTASK = Document(
    "Subtask",
    "node",
    """query Subtask($id: ID!) {
  node(id: $id) {
    ... on Subtask {
      id index title subtaskStatus error errorCode startedAt finishedAt
      task { id taskStatus }
      prompt { id content }
      response { id content responseStatus note }
    }
  }
}
""",
)

SUMMARIES = Document(
    "Summaries",
    "conversation",
    """query Summaries($conversationId: ID!, $kind: SummaryKind = ASKED, $first: Int = 50, $after: String) {
  conversation(id: $conversationId) {
    summaries(first: $first, after: $after, kind: $kind) {
      edges {
        cursor
        node { id summaryKind level text messageCount branchName tokens createdAt from { id } upTo { id } madeBy { id } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

SUMMARIZE_CONVERSATION = Document(
    "SummarizeConversation",
    "summarizeConversation",
    """mutation SummarizeConversation($input: SummarizeConversationInput!) {
  summarizeConversation(input: $input) {
    task { id taskStatus }
    answerId
  }
}
""",
)

TASK = Document(
    "Task",
    "task",
    """query Task($id: ID!, $first: Int = 50, $after: String, $subtaskStatus: [SubtaskStatus!]) {
  task(id: $id) {
    id type strategy taskStatus title instruction error errorCode note createdAt startedAt finishedAt
    config {
      model fallbackModels role maxParallel aggregation onFailure temperature maxOutputTokens chunkTokens chunkOverlap
      timeouts { connect firstToken total }
      retries { maxAttempts totalSeconds }
      budget { tokens costUsd }
      responseFormat { kind jsonSchema }
      deadlineSeconds maxCases maxSteps
      tools { name description parameters }
    }
    conversation { id title }
    prompt { id content }
    answer { id content responseStatus finishReason note }
    pendingAnswerId
    stale
    saved { calls tokens costUsd }
    progress { total done running succeeded failed cancelled skipped }
    metrics {
      attempts succeeded failed elapsedMs
      queueMs { total median p95 max }
      timeToFirstTokenMs { total median p95 max }
      latencyMs { total median p95 max }
      inputTokens outputTokens cachedTokens costUsd unpricedAttempts estimatedAttempts
      wasted { attempts inputTokens outputTokens costUsd }
    }
    sources(first: 50) { edges { node { id name mediaType bytes length } } pageInfo { hasNextPage endCursor } }
    subtasks(first: $first, after: $after, status: $subtaskStatus) {
      edges {
        cursor
        node {
          id index title subtaskStatus error errorCode startedAt finishedAt
          prompt { id title }
          response { id title content finishReason }
          attempts(first: 50) {
            edges {
              node {
                id number attemptStatus error errorCode queueMs latencyMs timeToFirstTokenMs inputTokens outputTokens cachedTokens
                costUsd model { id }
              }
            }
          }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
""",
)

TASK_EVENTS = Document(
    "TaskEvents",
    "taskEvents",
    """subscription TaskEvents($taskId: ID!, $after: String) {
  taskEvents(taskId: $taskId, after: $after) {
    __typename cursor createdAt conversationId
    ... on TaskChanged {
      taskId taskStatus error errorCode
      task { id taskStatus progress { total done running succeeded failed cancelled skipped } }
    }
    ... on SubtaskChanged {
      taskId subtaskId subtaskStatus attempt error errorCode
      subtask { id index title }
      task { id taskStatus progress { total done running succeeded failed cancelled skipped } }
    }
  }
}
""",
)

TASK_SUMMARY = Document(
    "TaskSummary",
    "task",
    """query TaskSummary($id: ID!) {
  task(id: $id) {
    id taskStatus error
    madeSummary {
      id text messageCount tokens from { id seq } upTo { id seq }
      claims {
        kind text
        messages { id seq title }
        summaries { id messageCount }
      }
    }
  }
}
""",
)

TASKS = Document(
    "Tasks",
    "tasks",
    """query Tasks($conversationId: ID, $status: [TaskStatus!], $first: Int = 20, $after: String) {
  tasks(conversationId: $conversationId, status: $status, first: $first, after: $after) {
    edges {
      cursor
      node {
        id type strategy taskStatus title error createdAt finishedAt conversation { id title }
        prompt { id } progress { total done failed }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
""",
)

UNLINK_MESSAGES = Document(
    "UnlinkMessages",
    "unlinkMessages",
    """mutation UnlinkMessages($input: UnlinkMessagesInput!) {
  unlinkMessages(input: $input) { deletedId from { id } to { id } }
}
""",
)

USAGE = Document(
    "Usage",
    "usage",
    """query Usage($groupBy: UsageDimension!, $conversationId: ID, $since: DateTime, $until: DateTime) {
  usage(groupBy: $groupBy, conversationId: $conversationId, since: $since, until: $until) {
    key label attempts tasks averageLatencyMs
    inputTokens outputTokens cachedTokens costUsd unpricedAttempts estimatedAttempts
    wastedAttempts wastedTokens wastedCostUsd
    ratings { count average positive negative }
  }
}
""",
)

VIEWER = Document(
    "Viewer",
    "viewer",
    """query Viewer($first: Int = 20, $after: String, $orderBy: ConversationOrder = UPDATED) {
  viewer {
    id
    conversationsCursor
    conversations(first: $first, after: $after, orderBy: $orderBy) {
      edges { cursor node { id title createdAt updatedAt } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
""",
)

WITHDRAW_ANNOTATION = Document(
    "WithdrawAnnotation",
    "withdrawAnnotation",
    """mutation WithdrawAnnotation($input: WithdrawAnnotationInput!) {
  withdrawAnnotation(input: $input) { deletedId message { id } }
}
""",
)
