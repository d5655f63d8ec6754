# Generated from schema/ by scripts/generate-client, as long as the schema wants it; do not change it here.
# ruff: noqa: E501
"""A method for each of `schema/operations/*.graphql`. A subscription goes on by itself after a broken connection."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime

from antiphon import operations as its
from antiphon._async.connection import AsyncConnection
from antiphon.operations import (
    AddDocumentVersionInput,
    AddDocumentVersionPayload,
    AllAnnotationsAnnotationConnection,
    AnalysesAnalysis,
    AnalysisParameterInput,
    AnalyticsResult,
    AnnotateInput,
    AnnotatePayload,
    AnnotationFilterInput,
    AnnotationsNode,
    AttemptContextNode,
    Branch,
    BranchesConversation,
    CancelImportInput,
    CancelImportPayload,
    CancelTaskInput,
    CancelTaskPayload,
    CompareBranchesBranchComparison,
    CompareResponsesResponseComparison,
    Conversation,
    ConversationEventsEvent,
    ConversationFilter,
    ConversationOrder,
    ConversationsChangedChangedConversation,
    ConversationsConversationConnection,
    ConversationSummaryConversation,
    CreateBranchInput,
    CreateBranchPayload,
    CreateConversationInput,
    CreateConversationPayload,
    CreateTaskInput,
    CreateTaskPayload,
    CreateUploadInput,
    CreateUploadPayload,
    DeleteBranchInput,
    DeleteBranchPayload,
    DeleteConversationInput,
    DeleteConversationPayload,
    DeleteDocumentInput,
    DeleteDocumentPayload,
    DeleteMessageInput,
    DeleteMessagePayload,
    DeleteOwnerInput,
    DeleteOwnerPayload,
    DeleteSourceInput,
    DeleteSourcePayload,
    DocumentsConversation,
    Erasure,
    ExportConversationInput,
    ExportConversationPayload,
    ExportConversationsInput,
    ExportConversationsPayload,
    HistoryDirection,
    HistoryEdges,
    HistoryMessageConnection,
    HistoryMessagesNode,
    HistoryTreeMessageConnection,
    Import,
    ImportConversationsInput,
    ImportConversationsPayload,
    LinkMessagesInput,
    LinkMessagesPayload,
    LinksNode,
    MergeBranchesInput,
    MergeBranchesPayload,
    MergeConflictsTask,
    MessagesConversation,
    ModelChoice,
    ModelsModel,
    MoveBranchInput,
    MoveBranchPayload,
    Node,
    NodesNode,
    NumberedMessageMessage,
    OutlineConnection,
    PastConversation,
    PathMessageConnection,
    PathPlacesMessageConnection,
    PinMessageInput,
    PinMessagePayload,
    PinnedConversation,
    PointInTimeInput,
    PreviewContextContextPreview,
    PreviewContextInput,
    RefreshTaskInput,
    RefreshTaskPayload,
    RegenerateInput,
    RegeneratePayload,
    RenameBranchInput,
    RenameBranchPayload,
    RenameConversationInput,
    RenameConversationPayload,
    ReplayInput,
    ReplayPayload,
    ResponseDeltasResponseDelta,
    RetryTaskInput,
    RetryTaskPayload,
    ReviseMessageInput,
    ReviseMessagePayload,
    RootsConversation,
    SaveStrategyInput,
    SaveStrategyPayload,
    SearchConnection,
    SearchFilter,
    SearchMode,
    SendPromptInput,
    SendPromptPayload,
    SentNode,
    SetDefaultBranchInput,
    SetDefaultBranchPayload,
    SetKeepDaysInput,
    SetKeepDaysPayload,
    SetSystemPromptInput,
    SetSystemPromptPayload,
    ShowNode,
    SiblingsNode,
    StrategiesStrategyConnection,
    StrategyInput,
    SubtaskNode,
    SubtaskStatus,
    SummariesConversation,
    SummarizeConversationInput,
    SummarizeConversationPayload,
    SummaryKind,
    Task,
    TaskConfigInput,
    TaskEventsEvent,
    TasksTaskConnection,
    TaskStatus,
    TaskSummaryTask,
    UnlinkMessagesInput,
    UnlinkMessagesPayload,
    UsageDimension,
    UsageRow,
    Viewer,
    WithdrawAnnotationInput,
    WithdrawAnnotationPayload,
)


class AsyncOperations:
    """The shipped operations of one service. Raises `AntiphonError` as the service answers."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_document_version(self, input: AddDocumentVersionInput) -> AddDocumentVersionPayload:
        """Give a document a newer version without a task: what rests on an older one is stale from now on."""
        value = await self._connection.execute(its.ADD_DOCUMENT_VERSION, input=input)
        return AddDocumentVersionPayload.model_validate(value)

    async def all_annotations(
        self, filter: AnnotationFilterInput | None = None, first: int | None = 50, after: str | None = None
    ) -> AllAnnotationsAnnotationConnection | None:
        """What people think of messages, newest first."""
        value = await self._connection.execute(its.ALL_ANNOTATIONS, filter=filter, first=first, after=after)
        return None if value is None else AllAnnotationsAnnotationConnection.model_validate(value)

    async def analyses(self) -> list[AnalysesAnalysis]:
        """What can be asked about all that the caller has, by what it is about."""
        value = await self._connection.execute(its.ANALYSES)
        return [AnalysesAnalysis.model_validate(it) for it in value]

    async def analytics(
        self, name: str, parameters: Sequence[AnalysisParameterInput] | None = None
    ) -> AnalyticsResult | None:
        """The answer to one of `analyses`, of the caller's own data alone. One runs at a time for each caller."""
        value = await self._connection.execute(its.ANALYTICS, name=name, parameters=parameters)
        return None if value is None else AnalyticsResult.model_validate(value)

    async def annotate(self, input: AnnotateInput) -> AnnotatePayload:
        """Say what somebody thinks of a message. Each annotator has one annotation of it, and may change it."""
        value = await self._connection.execute(its.ANNOTATE, input=input)
        return AnnotatePayload.model_validate(value)

    async def annotations(
        self, message_id: str, first: int | None = 20, after: str | None = None
    ) -> AnnotationsNode | None:
        """Anything that has an id."""
        value = await self._connection.execute(its.ANNOTATIONS, messageId=message_id, first=first, after=after)
        return None if value is None else AnnotationsNode.model_validate(value)

    async def attempt_context(
        self, id: str, first: int | None = 50, after: str | None = None
    ) -> AttemptContextNode | None:
        """Anything that has an id."""
        value = await self._connection.execute(its.ATTEMPT_CONTEXT, id=id, first=first, after=after)
        return None if value is None else AttemptContextNode.model_validate(value)

    async def branch(self, conversation_id: str, name: str) -> Branch | None:
        """The branch of that name in a conversation."""
        value = await self._connection.execute(its.BRANCH, conversationId=conversation_id, name=name)
        return None if value is None else Branch.model_validate(value)

    async def branches(
        self, conversation_id: str, first: int | None = 50, after: str | None = None, shares: bool | None = False
    ) -> BranchesConversation | None:
        """One conversation."""
        value = await self._connection.execute(
            its.BRANCHES, conversationId=conversation_id, first=first, after=after, shares=shares
        )
        return None if value is None else BranchesConversation.model_validate(value)

    async def cancel_import(self, input: CancelImportInput) -> CancelImportPayload:
        """End an import that is under way. What is whole stays."""
        value = await self._connection.execute(its.CANCEL_IMPORT, input=input)
        return CancelImportPayload.model_validate(value)

    async def cancel_task(self, input: CancelTaskInput) -> CancelTaskPayload:
        """Cancel a task: its calls are cut, what has not begun never will. A finished task stays as it is."""
        value = await self._connection.execute(its.CANCEL_TASK, input=input)
        return CancelTaskPayload.model_validate(value)

    async def compare_branches(self, a: str, b: str, first: int | None = 20) -> CompareBranchesBranchComparison | None:
        """What two branches of a conversation share, and what each has alone."""
        value = await self._connection.execute(its.COMPARE_BRANCHES, a=a, b=b, first=first)
        return None if value is None else CompareBranchesBranchComparison.model_validate(value)

    async def compare_responses(self, a: str, b: str) -> CompareResponsesResponseComparison | None:
        """What is different between two responses: in their texts, and in what they took."""
        value = await self._connection.execute(its.COMPARE_RESPONSES, a=a, b=b)
        return None if value is None else CompareResponsesResponseComparison.model_validate(value)

    async def conversation(self, id: str, branches: int | None = 50) -> Conversation | None:
        """One conversation."""
        value = await self._connection.execute(its.CONVERSATION, id=id, branches=branches)
        return None if value is None else Conversation.model_validate(value)

    async def conversation_events(
        self, conversation_id: str, after: str | None = None
    ) -> AsyncGenerator[ConversationEventsEvent, None]:
        """A conversation's new messages, its tasks' changes and its own, from now on or after a cursor; does not complete. The changes of its subtasks are in `taskEvents`."""
        async with aclosing(
            self._connection.follow(its.CONVERSATION_EVENTS, conversationId=conversation_id, after=after)
        ) as values:
            async for value in values:
                yield ConversationEventsEvent.model_validate(value)

    async def conversation_summary(self, id: str) -> ConversationSummaryConversation | None:
        """One conversation."""
        value = await self._connection.execute(its.CONVERSATION_SUMMARY, id=id)
        return None if value is None else ConversationSummaryConversation.model_validate(value)

    async def conversations(
        self,
        first: int | None = 20,
        after: str | None = None,
        filter: ConversationFilter | None = None,
        order_by: ConversationOrder | None = "CREATED",
    ) -> ConversationsConversationConnection | None:
        """The conversations, the newest or the most active first."""
        value = await self._connection.execute(
            its.CONVERSATIONS, first=first, after=after, filter=filter, orderBy=order_by
        )
        return None if value is None else ConversationsConversationConnection.model_validate(value)

    async def conversations_changed(
        self, after: str | None = None
    ) -> AsyncGenerator[ConversationsChangedChangedConversation, None]:
        """Which of all your conversations changed, from now on or after a cursor; does not complete. What happened in one is in `conversationEvents`. Each is told with its newest state, at least once: what changed in the last minute before the cursor may be told again."""
        async with aclosing(self._connection.follow(its.CONVERSATIONS_CHANGED, after=after)) as values:
            async for value in values:
                yield ConversationsChangedChangedConversation.model_validate(value)

    async def create_branch(self, input: CreateBranchInput) -> CreateBranchPayload:
        """Make a branch at a message. Nothing is copied: it is a name for a place."""
        value = await self._connection.execute(its.CREATE_BRANCH, input=input)
        return CreateBranchPayload.model_validate(value)

    async def create_conversation(self, input: CreateConversationInput) -> CreateConversationPayload:
        """Make a conversation."""
        value = await self._connection.execute(its.CREATE_CONVERSATION, input=input)
        return CreateConversationPayload.model_validate(value)

    async def create_task(self, input: CreateTaskInput) -> CreateTaskPayload:
        """Begin a task."""
        value = await self._connection.execute(its.CREATE_TASK, input=input)
        return CreateTaskPayload.model_validate(value)

    async def create_upload(self, input: CreateUploadInput) -> CreateUploadPayload:
        """Make room for a large file, which is then sent in pieces and imported."""
        value = await self._connection.execute(its.CREATE_UPLOAD, input=input)
        return CreateUploadPayload.model_validate(value)

    async def delete_branch(self, input: DeleteBranchInput) -> DeleteBranchPayload:
        """Delete a branch. Its messages stay where they are, or those go that only it reaches."""
        value = await self._connection.execute(its.DELETE_BRANCH, input=input)
        return DeleteBranchPayload.model_validate(value)

    async def delete_conversation(self, input: DeleteConversationInput) -> DeleteConversationPayload:
        """Delete a conversation for good, with all that is in it. What its calls cost stays in `usage`."""
        value = await self._connection.execute(its.DELETE_CONVERSATION, input=input)
        return DeleteConversationPayload.model_validate(value)

    async def delete_document(self, input: DeleteDocumentInput) -> DeleteDocumentPayload:
        """Delete a document for good: all versions, with what its conversation made of them."""
        value = await self._connection.execute(its.DELETE_DOCUMENT, input=input)
        return DeleteDocumentPayload.model_validate(value)

    async def delete_message(self, input: DeleteMessageInput) -> DeleteMessagePayload:
        """Delete a message for good, with its responses and all that was made of it."""
        value = await self._connection.execute(its.DELETE_MESSAGE, input=input)
        return DeleteMessagePayload.model_validate(value)

    async def delete_owner(self, input: DeleteOwnerInput) -> DeleteOwnerPayload:
        """Delete all that you have for good. Receipts stay, and what your calls cost."""
        value = await self._connection.execute(its.DELETE_OWNER, input=input)
        return DeleteOwnerPayload.model_validate(value)

    async def delete_source(self, input: DeleteSourceInput) -> DeleteSourcePayload:
        """Delete a text for good, wherever it was read, with all that was made of it."""
        value = await self._connection.execute(its.DELETE_SOURCE, input=input)
        return DeleteSourcePayload.model_validate(value)

    async def documents(
        self, conversation_id: str, first: int | None = 20, after: str | None = None
    ) -> DocumentsConversation | None:
        """One conversation."""
        value = await self._connection.execute(its.DOCUMENTS, conversationId=conversation_id, first=first, after=after)
        return None if value is None else DocumentsConversation.model_validate(value)

    async def erasure(self, id: str) -> Erasure | None:
        """The receipt of a deletion."""
        value = await self._connection.execute(its.ERASURE, id=id)
        return None if value is None else Erasure.model_validate(value)

    async def export_conversation(self, input: ExportConversationInput) -> ExportConversationPayload:
        """Make a file of a conversation that can be fetched. Nothing is changed."""
        value = await self._connection.execute(its.EXPORT_CONVERSATION, input=input)
        return ExportConversationPayload.model_validate(value)

    async def export_conversations(self, input: ExportConversationsInput) -> ExportConversationsPayload:
        """Make a file of several conversations, or of all. Nothing is changed."""
        value = await self._connection.execute(its.EXPORT_CONVERSATIONS, input=input)
        return ExportConversationsPayload.model_validate(value)

    async def history(
        self,
        node_id: str,
        direction: HistoryDirection | None = "ANCESTORS",
        edges: Sequence[HistoryEdges] | None = None,
        first: int | None = 50,
        after: str | None = None,
    ) -> HistoryMessageConnection | None:
        """What a message came from, newest first and itself first of all; or what came from it, oldest first. Over other edges than turns, messages are ordered by when they were written, and each comes once, also where links lead in circles."""
        value = await self._connection.execute(
            its.HISTORY, nodeId=node_id, direction=direction, edges=edges, first=first, after=after
        )
        return None if value is None else HistoryMessageConnection.model_validate(value)

    async def history_messages(
        self, ids: Sequence[str], texts: bool | None = False
    ) -> list[HistoryMessagesNode | None]:
        """What has these ids, in their order; null for what is not there."""
        value = await self._connection.execute(its.HISTORY_MESSAGES, ids=ids, texts=texts)
        return [None if it is None else HistoryMessagesNode.model_validate(it) for it in value]

    async def history_tree(
        self, node_id: str, first: int | None = 100, after: str | None = None
    ) -> HistoryTreeMessageConnection | None:
        """What a message came from, newest first and itself first of all; or what came from it, oldest first. Over other edges than turns, messages are ordered by when they were written, and each comes once, also where links lead in circles."""
        value = await self._connection.execute(its.HISTORY_TREE, nodeId=node_id, first=first, after=after)
        return None if value is None else HistoryTreeMessageConnection.model_validate(value)

    async def import_(self, id: str) -> Import | None:
        """An import: how far it is, and what came of it."""
        value = await self._connection.execute(its.IMPORT, id=id)
        return None if value is None else Import.model_validate(value)

    async def import_conversations(self, input: ImportConversationsInput) -> ImportConversationsPayload:
        """Bring in conversations of another tool. What is here already is not written twice."""
        value = await self._connection.execute(its.IMPORT_CONVERSATIONS, input=input)
        return ImportConversationsPayload.model_validate(value)

    async def link_messages(self, input: LinkMessagesInput) -> LinkMessagesPayload:
        """Say what one message is to another. Nothing else follows from it."""
        value = await self._connection.execute(its.LINK_MESSAGES, input=input)
        return LinkMessagesPayload.model_validate(value)

    async def links(
        self, message_id: str, kind: str | None = None, first: int | None = 20, after: str | None = None
    ) -> LinksNode | None:
        """Anything that has an id."""
        value = await self._connection.execute(its.LINKS, messageId=message_id, kind=kind, first=first, after=after)
        return None if value is None else LinksNode.model_validate(value)

    async def merge_branches(self, input: MergeBranchesInput) -> MergeBranchesPayload:
        """Ask a prompt that continues several branches. Its answer is made from all of them."""
        value = await self._connection.execute(its.MERGE_BRANCHES, input=input)
        return MergeBranchesPayload.model_validate(value)

    async def merge_conflicts(self, task_id: str) -> MergeConflictsTask | None:
        """One task."""
        value = await self._connection.execute(its.MERGE_CONFLICTS, taskId=task_id)
        return None if value is None else MergeConflictsTask.model_validate(value)

    async def messages(
        self,
        conversation_id: str,
        branch: str | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = 50,
        before: str | None = None,
    ) -> MessagesConversation | None:
        """One conversation."""
        value = await self._connection.execute(
            its.MESSAGES,
            conversationId=conversation_id,
            branch=branch,
            first=first,
            after=after,
            last=last,
            before=before,
        )
        return None if value is None else MessagesConversation.model_validate(value)

    async def model_choice(
        self, type: str | None = None, strategy: StrategyInput | None = None, config: TaskConfigInput | None = None
    ) -> ModelChoice | None:
        """Which models a task would ask, before anything is sent; with no arguments, the default one."""
        value = await self._connection.execute(its.MODEL_CHOICE, type=type, strategy=strategy, config=config)
        return None if value is None else ModelChoice.model_validate(value)

    async def models(self) -> list[ModelsModel]:
        """The models that tasks may ask for. Model servers on the service's machine are looked for first."""
        value = await self._connection.execute(its.MODELS)
        return [ModelsModel.model_validate(it) for it in value]

    async def move_branch(self, input: MoveBranchInput) -> MoveBranchPayload:
        """Point a branch at another message of its conversation, as to turn to another answer."""
        value = await self._connection.execute(its.MOVE_BRANCH, input=input)
        return MoveBranchPayload.model_validate(value)

    async def node(self, id: str) -> Node | None:
        """Anything that has an id."""
        value = await self._connection.execute(its.NODE, id=id)
        return None if value is None else Node.model_validate(value)

    async def nodes(self, ids: Sequence[str]) -> list[NodesNode | None]:
        """What has these ids, in their order; null for what is not there."""
        value = await self._connection.execute(its.NODES, ids=ids)
        return [None if it is None else NodesNode.model_validate(it) for it in value]

    async def numbered_message(self, conversation_id: str, seq: int) -> NumberedMessageMessage | None:
        """The message that has a number in a conversation; null where none has."""
        value = await self._connection.execute(its.NUMBERED_MESSAGE, conversationId=conversation_id, seq=seq)
        return None if value is None else NumberedMessageMessage.model_validate(value)

    async def outline(
        self,
        conversation_id: str,
        first: int | None = 500,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        up_to: int | None = None,
    ) -> OutlineConnection | None:
        """The whole tree of a conversation's chat, flat and without texts, in the order in which it was written. What is written while it is read comes at its end. Messages of subtasks are no part of the chat."""
        value = await self._connection.execute(
            its.OUTLINE, conversationId=conversation_id, first=first, after=after, last=last, before=before, upTo=up_to
        )
        return None if value is None else OutlineConnection.model_validate(value)

    async def past(
        self,
        conversation_id: str,
        point: PointInTimeInput,
        branch: str | None = None,
        last: int | None = 50,
        before: str | None = None,
    ) -> PastConversation | None:
        """One conversation."""
        value = await self._connection.execute(
            its.PAST, conversationId=conversation_id, point=point, branch=branch, last=last, before=before
        )
        return None if value is None else PastConversation.model_validate(value)

    async def path(
        self, from_id: str, to_id: str, first: int | None = 50, after: str | None = None
    ) -> PathMessageConnection | None:
        """The messages from one to another, both included: up to the nearest message above both, and down again, the shortest way; null where no message is above both."""
        value = await self._connection.execute(its.PATH, fromId=from_id, toId=to_id, first=first, after=after)
        return None if value is None else PathMessageConnection.model_validate(value)

    async def path_places(
        self, from_id: str, to_id: str, first: int | None = 200, after: str | None = None
    ) -> PathPlacesMessageConnection | None:
        """The messages from one to another, both included: up to the nearest message above both, and down again, the shortest way; null where no message is above both."""
        value = await self._connection.execute(its.PATH_PLACES, fromId=from_id, toId=to_id, first=first, after=after)
        return None if value is None else PathPlacesMessageConnection.model_validate(value)

    async def pin_message(self, input: PinMessageInput) -> PinMessagePayload:
        """Pin a message, or let it go: what is pinned always goes into the context."""
        value = await self._connection.execute(its.PIN_MESSAGE, input=input)
        return PinMessagePayload.model_validate(value)

    async def pinned(
        self, conversation_id: str, first: int | None = 20, after: str | None = None
    ) -> PinnedConversation | None:
        """One conversation."""
        value = await self._connection.execute(its.PINNED, conversationId=conversation_id, first=first, after=after)
        return None if value is None else PinnedConversation.model_validate(value)

    async def preview_context(
        self, input: PreviewContextInput, last: int | None = 50
    ) -> PreviewContextContextPreview | None:
        """What a prompt would be sent with, under each policy. Nothing is sent."""
        value = await self._connection.execute(its.PREVIEW_CONTEXT, input=input, last=last)
        return None if value is None else PreviewContextContextPreview.model_validate(value)

    async def refresh_task(self, input: RefreshTaskInput) -> RefreshTaskPayload:
        """Do a task again over newer versions of what it read: only what changed is asked, and what stands above."""
        value = await self._connection.execute(its.REFRESH_TASK, input=input)
        return RefreshTaskPayload.model_validate(value)

    async def regenerate(self, input: RegenerateInput) -> RegeneratePayload:
        """Ask the prompt of a response again: another answer beside it, of another model or of several."""
        value = await self._connection.execute(its.REGENERATE, input=input)
        return RegeneratePayload.model_validate(value)

    async def rename_branch(self, input: RenameBranchInput) -> RenameBranchPayload:
        """Give a branch another name."""
        value = await self._connection.execute(its.RENAME_BRANCH, input=input)
        return RenameBranchPayload.model_validate(value)

    async def rename_conversation(self, input: RenameConversationInput) -> RenameConversationPayload:
        """Give a conversation another title."""
        value = await self._connection.execute(its.RENAME_CONVERSATION, input=input)
        return RenameConversationPayload.model_validate(value)

    async def replay(self, input: ReplayInput) -> ReplayPayload:
        """Send again what a model was sent: the same, by another model, or with one thing changed."""
        value = await self._connection.execute(its.REPLAY, input=input)
        return ReplayPayload.model_validate(value)

    async def response_deltas(self, task_id: str) -> AsyncGenerator[ResponseDeltasResponseDelta, None]:
        """The text of a task's responses while it runs; completes with the task. First each text so far, then its pieces as they are generated. A response that another process of the service generates comes as one piece, when it is written."""
        async with aclosing(self._connection.follow(its.RESPONSE_DELTAS, taskId=task_id)) as values:
            async for value in values:
                yield ResponseDeltasResponseDelta.model_validate(value)

    async def retry_task(self, input: RetryTaskInput) -> RetryTaskPayload:
        """Run again what of a finished task did not succeed. Its deadline begins again; its budget does not, unless the input has one."""
        value = await self._connection.execute(its.RETRY_TASK, input=input)
        return RetryTaskPayload.model_validate(value)

    async def revise_message(self, input: ReviseMessageInput) -> ReviseMessagePayload:
        """Say a message in another way, in a person's words. Nobody is asked unless `ask` says so."""
        value = await self._connection.execute(its.REVISE_MESSAGE, input=input)
        return ReviseMessagePayload.model_validate(value)

    async def roots(
        self, conversation_id: str, first: int | None = 20, after: str | None = None
    ) -> RootsConversation | None:
        """One conversation."""
        value = await self._connection.execute(its.ROOTS, conversationId=conversation_id, first=first, after=after)
        return None if value is None else RootsConversation.model_validate(value)

    async def save_strategy(self, input: SaveStrategyInput) -> SaveStrategyPayload:
        """Keep a plan under a name, to be followed by tasks that name it."""
        value = await self._connection.execute(its.SAVE_STRATEGY, input=input)
        return SaveStrategyPayload.model_validate(value)

    async def search(
        self,
        query: str,
        mode: SearchMode,
        filter: SearchFilter | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> SearchConnection | None:
        """What you wrote or were answered, best first: turns, summaries, and the sources of your tasks. A question is words; `"several words"` must follow each other, and `begin*` is the beginning of a word. Words with small typing errors are found, too."""
        value = await self._connection.execute(
            its.SEARCH, query=query, mode=mode, filter=filter, first=first, after=after
        )
        return None if value is None else SearchConnection.model_validate(value)

    async def send_prompt(self, input: SendPromptInput) -> SendPromptPayload:
        """Ask one prompt and get one response: the smallest task."""
        value = await self._connection.execute(its.SEND_PROMPT, input=input)
        return SendPromptPayload.model_validate(value)

    async def sent(self, id: str) -> SentNode | None:
        """Anything that has an id."""
        value = await self._connection.execute(its.SENT, id=id)
        return None if value is None else SentNode.model_validate(value)

    async def set_default_branch(self, input: SetDefaultBranchInput) -> SetDefaultBranchPayload:
        """Make a branch the one that is meant where none is named."""
        value = await self._connection.execute(its.SET_DEFAULT_BRANCH, input=input)
        return SetDefaultBranchPayload.model_validate(value)

    async def set_keep_days(self, input: SetKeepDaysInput) -> SetKeepDaysPayload:
        """Say after how many days without anything new a conversation is deleted for good."""
        value = await self._connection.execute(its.SET_KEEP_DAYS, input=input)
        return SetKeepDaysPayload.model_validate(value)

    async def set_system_prompt(self, input: SetSystemPromptInput) -> SetSystemPromptPayload:
        """Give a conversation another system prompt."""
        value = await self._connection.execute(its.SET_SYSTEM_PROMPT, input=input)
        return SetSystemPromptPayload.model_validate(value)

    async def show(self, id: str) -> ShowNode | None:
        """Anything that has an id."""
        value = await self._connection.execute(its.SHOW, id=id)
        return None if value is None else ShowNode.model_validate(value)

    async def siblings(self, id: str, first: int | None = 50, after: str | None = None) -> SiblingsNode | None:
        """Anything that has an id."""
        value = await self._connection.execute(its.SIBLINGS, id=id, first=first, after=after)
        return None if value is None else SiblingsNode.model_validate(value)

    async def strategies(
        self, first: int | None = 100, after: str | None = None, strategy: str | None = None
    ) -> StrategiesStrategyConnection | None:
        """The ways to decompose a task: the built-in ones, then the kept plans. Those that a caller saved come before those that models made, the newest first."""
        value = await self._connection.execute(its.STRATEGIES, first=first, after=after, strategy=strategy)
        return None if value is None else StrategiesStrategyConnection.model_validate(value)

    async def subtask(self, id: str) -> SubtaskNode | None:
        """Anything that has an id."""
        value = await self._connection.execute(its.SUBTASK, id=id)
        return None if value is None else SubtaskNode.model_validate(value)

    async def summaries(
        self, conversation_id: str, kind: SummaryKind | None = "ASKED", first: int | None = 50, after: str | None = None
    ) -> SummariesConversation | None:
        """One conversation."""
        value = await self._connection.execute(
            its.SUMMARIES, conversationId=conversation_id, kind=kind, first=first, after=after
        )
        return None if value is None else SummariesConversation.model_validate(value)

    async def summarize_conversation(self, input: SummarizeConversationInput) -> SummarizeConversationPayload:
        """Have a branch summarized, or what leads to a message. What is summarized stays as it is."""
        value = await self._connection.execute(its.SUMMARIZE_CONVERSATION, input=input)
        return SummarizeConversationPayload.model_validate(value)

    async def task(
        self,
        id: str,
        first: int | None = 50,
        after: str | None = None,
        subtask_status: Sequence[SubtaskStatus] | None = None,
    ) -> Task | None:
        """One task."""
        value = await self._connection.execute(its.TASK, id=id, first=first, after=after, subtaskStatus=subtask_status)
        return None if value is None else Task.model_validate(value)

    async def task_events(self, task_id: str, after: str | None = None) -> AsyncGenerator[TaskEventsEvent, None]:
        """A task's changes from its beginning, or after a cursor; completes after the last one. Of a task that ended so long ago that its changes are kept no more, one with its last state."""
        async with aclosing(self._connection.follow(its.TASK_EVENTS, taskId=task_id, after=after)) as values:
            async for value in values:
                yield TaskEventsEvent.model_validate(value)

    async def task_summary(self, id: str) -> TaskSummaryTask | None:
        """One task."""
        value = await self._connection.execute(its.TASK_SUMMARY, id=id)
        return None if value is None else TaskSummaryTask.model_validate(value)

    async def tasks(
        self,
        conversation_id: str | None = None,
        status: Sequence[TaskStatus] | None = None,
        first: int | None = 20,
        after: str | None = None,
    ) -> TasksTaskConnection | None:
        """The tasks, newest first: of one conversation, or of all."""
        value = await self._connection.execute(
            its.TASKS, conversationId=conversation_id, status=status, first=first, after=after
        )
        return None if value is None else TasksTaskConnection.model_validate(value)

    async def unlink_messages(self, input: UnlinkMessagesInput) -> UnlinkMessagesPayload:
        """Delete a link between two messages."""
        value = await self._connection.execute(its.UNLINK_MESSAGES, input=input)
        return UnlinkMessagesPayload.model_validate(value)

    async def usage(
        self,
        group_by: UsageDimension,
        conversation_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[UsageRow]:
        """What the calls that began from `since` on and before `until` took and cost. A row for each key: days in order, all else by cost, highest first."""
        value = await self._connection.execute(
            its.USAGE, groupBy=group_by, conversationId=conversation_id, since=since, until=until
        )
        return [UsageRow.model_validate(it) for it in value]

    async def viewer(
        self, first: int | None = 20, after: str | None = None, order_by: ConversationOrder | None = "UPDATED"
    ) -> Viewer:
        """Who calls, and what is theirs."""
        value = await self._connection.execute(its.VIEWER, first=first, after=after, orderBy=order_by)
        return Viewer.model_validate(value)

    async def withdraw_annotation(self, input: WithdrawAnnotationInput) -> WithdrawAnnotationPayload:
        """Take back what somebody said of a message."""
        value = await self._connection.execute(its.WITHDRAW_ANNOTATION, input=input)
        return WithdrawAnnotationPayload.model_validate(value)
