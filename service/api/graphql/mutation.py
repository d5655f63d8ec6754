"""What can be done: each mutation takes one input, and answers with a payload of its own."""

from __future__ import annotations

import strawberry

from service.api.graphql.annotations import (
    AnnotateInput,
    AnnotatePayload,
    WithdrawAnnotationInput,
    WithdrawAnnotationPayload,
    annotate,
    withdraw_annotation,
)
from service.api.graphql.branch_inputs import (
    CreateBranchInput,
    DeleteBranchInput,
    MoveBranchInput,
    RenameBranchInput,
    SetDefaultBranchInput,
)
from service.api.graphql.branch_payloads import (
    CreateBranchPayload,
    DeleteBranchPayload,
    MoveBranchPayload,
    RenameBranchPayload,
    SetDefaultBranchPayload,
    delete_branch,
)
from service.api.graphql.context import Info
from service.api.graphql.erasures import (
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
    deletion,
    erasable,
    read_erasure,
)
from service.api.graphql.exports import (
    ExportConversationInput,
    ExportConversationPayload,
    ExportConversationsInput,
    ExportConversationsPayload,
    export_conversation,
    export_conversations,
)
from service.api.graphql.imports import (
    CancelImportInput,
    CancelImportPayload,
    CreateUploadInput,
    CreateUploadPayload,
    ImportConversationsInput,
    ImportConversationsPayload,
    cancel_import,
    create_upload,
    import_conversations,
)
from service.api.graphql.inputs import (
    CancelTaskInput,
    CreateConversationInput,
    CreateTaskInput,
    RenameConversationInput,
    RetryTaskInput,
    SaveStrategyInput,
    SendPromptInput,
    SetKeepDaysInput,
)
from service.api.graphql.links import LinkMessagesInput, PinMessageInput, UnlinkMessagesInput
from service.api.graphql.payloads import (
    CancelTaskPayload,
    CreateConversationPayload,
    CreateTaskPayload,
    LinkMessagesPayload,
    MergeBranchesPayload,
    PinMessagePayload,
    RenameConversationPayload,
    RetryTaskPayload,
    SaveStrategyPayload,
    SendPromptPayload,
    SetKeepDaysPayload,
    UnlinkMessagesPayload,
)
from service.api.graphql.refreshing import RefreshTaskInput, RefreshTaskPayload, refresh_task
from service.api.graphql.strategies import strategy
from service.api.graphql.summaries import SummarizeConversationInput, SummarizeConversationPayload
from service.api.graphql.tasks import Task
from service.api.graphql.turn_inputs import (
    MergeBranchesInput,
    RegenerateInput,
    ReplayInput,
    ReviseMessageInput,
    SetSystemPromptInput,
)
from service.api.graphql.turn_payloads import (
    RegeneratePayload,
    ReplayPayload,
    ReviseMessagePayload,
    SetSystemPromptPayload,
)
from service.api.graphql.versions import AddDocumentVersionInput, AddDocumentVersionPayload
from service.conversations.changes import Changing


@strawberry.type
class Mutation:
    """What can be done. A task is written at once and run afterwards; that it fails is data.

    Every field is nullable: where one fails, what the others of the same operation did is told all the same.
    """

    @strawberry.mutation
    async def create_conversation(self, info: Info, input: CreateConversationInput) -> CreateConversationPayload | None:
        """Make a conversation."""
        parts = info.context.begin_write()
        new = input.record(parts.models.config)
        id = await parts.conversations.create_conversation(info.context.caller, new)
        return CreateConversationPayload(conversation=await info.context.load.conversations.load(id))

    @strawberry.mutation
    async def rename_conversation(self, info: Info, input: RenameConversationInput) -> RenameConversationPayload | None:
        """Give a conversation another title."""
        conversations = info.context.begin_write().conversations
        key = input.idempotency_key
        await conversations.rename_conversation(info.context.caller, input.conversation_id, input.title, key)
        found = await info.context.load.conversations.load(input.conversation_id)
        return RenameConversationPayload(conversation=found)

    @strawberry.mutation
    async def set_keep_days(self, info: Info, input: SetKeepDaysInput) -> SetKeepDaysPayload | None:
        """Say after how many days without anything new a conversation is deleted for good."""
        conversations = info.context.begin_write().conversations
        key = input.idempotency_key
        await conversations.set_keep_days(info.context.caller, input.conversation_id, input.keep_days, key)
        return SetKeepDaysPayload(conversation=await info.context.load.conversations.load(input.conversation_id))

    @strawberry.mutation
    async def pin_message(self, info: Info, input: PinMessageInput) -> PinMessagePayload | None:
        """Pin a message, or let it go: what is pinned always goes into the context."""
        marks = info.context.begin_write().marks
        await marks.pin_message(info.context.caller, input.message_id, input.pinned, input.idempotency_key)
        return PinMessagePayload(message=await info.context.load.message(input.message_id))

    @strawberry.mutation
    async def link_messages(self, info: Info, input: LinkMessagesInput) -> LinkMessagesPayload | None:
        """Say what one message is to another. Nothing else follows from it."""
        id = await info.context.begin_write().marks.link_messages(info.context.caller, input.record())
        return LinkMessagesPayload(link=await info.context.load.links.load(id))

    @strawberry.mutation
    async def unlink_messages(self, info: Info, input: UnlinkMessagesInput) -> UnlinkMessagesPayload | None:
        """Delete a link between two messages."""
        marks = info.context.begin_write().marks
        ends = await marks.unlink_messages(info.context.caller, input.link_id, input.idempotency_key)
        return UnlinkMessagesPayload(deleted_id=input.link_id, ends=ends)

    @strawberry.mutation
    async def annotate(self, info: Info, input: AnnotateInput) -> AnnotatePayload | None:
        """Say what somebody thinks of a message. Each annotator has one annotation of it, and may change it."""
        return await annotate(info, input)

    @strawberry.mutation
    async def withdraw_annotation(self, info: Info, input: WithdrawAnnotationInput) -> WithdrawAnnotationPayload | None:
        """Take back what somebody said of a message."""
        return await withdraw_annotation(info, input)

    @strawberry.mutation
    async def create_branch(self, info: Info, input: CreateBranchInput) -> CreateBranchPayload | None:
        """Make a branch at a message. Nothing is copied: it is a name for a place."""
        id = await info.context.begin_write().branches.create_branch(info.context.caller, input.record())
        return CreateBranchPayload(branch=await info.context.load.branches.load(id))

    @strawberry.mutation
    async def rename_branch(self, info: Info, input: RenameBranchInput) -> RenameBranchPayload | None:
        """Give a branch another name."""
        branches = info.context.begin_write().branches
        await branches.rename_branch(info.context.caller, input.branch_id, input.name, input.idempotency_key)
        return RenameBranchPayload(branch=await info.context.load.branches.load(input.branch_id))

    @strawberry.mutation
    async def set_default_branch(self, info: Info, input: SetDefaultBranchInput) -> SetDefaultBranchPayload | None:
        """Make a branch the one that is meant where none is named."""
        branches = info.context.begin_write().branches
        id = await branches.set_default_branch(info.context.caller, input.branch_id, input.idempotency_key)
        return SetDefaultBranchPayload(conversation=await info.context.load.conversations.load(id))

    @strawberry.mutation
    async def move_branch(self, info: Info, input: MoveBranchInput) -> MoveBranchPayload | None:
        """Point a branch at another message of its conversation, as to turn to another answer."""
        await info.context.begin_write().branches.move_branch(info.context.caller, input.record())
        return MoveBranchPayload(branch=await info.context.load.branches.load(input.branch_id))

    @strawberry.mutation
    async def delete_branch(self, info: Info, input: DeleteBranchInput) -> DeleteBranchPayload | None:
        """Delete a branch. Its messages stay where they are, or those go that only it reaches."""
        return await delete_branch(info, input)

    @strawberry.mutation
    async def delete_conversation(self, info: Info, input: DeleteConversationInput) -> DeleteConversationPayload | None:
        """Delete a conversation for good, with all that is in it. What its calls cost stays in `usage`."""
        deleting, id = info.context.begin_write().deleting, input.conversation_id
        if input.dry_run:
            found = await erasable(deleting.count_conversation(info.context.caller, id))
            return DeleteConversationPayload(deleted_id=id, erasable=found)
        receipt = await deleting.delete_conversation(deletion(info, id, input.idempotency_key))
        return DeleteConversationPayload(deleted_id=id, erasure=await read_erasure(info, receipt))

    @strawberry.mutation
    async def delete_message(self, info: Info, input: DeleteMessageInput) -> DeleteMessagePayload | None:
        """Delete a message for good, with its responses and all that was made of it."""
        deleting, id = info.context.begin_write().deleting, input.message_id
        if input.dry_run:
            found = await erasable(deleting.count_message(info.context.caller, id, input.children))
            return DeleteMessagePayload(deleted_id=id, erasable=found)
        receipt = await deleting.delete_message(deletion(info, id, input.idempotency_key), input.children)
        return DeleteMessagePayload(deleted_id=id, erasure=await read_erasure(info, receipt))

    @strawberry.mutation
    async def delete_source(self, info: Info, input: DeleteSourceInput) -> DeleteSourcePayload | None:
        """Delete a text for good, wherever it was read, with all that was made of it."""
        deleting, id = info.context.begin_write().deleting, input.source_id
        if input.dry_run:
            found = await erasable(deleting.count_source(info.context.caller, id))
            return DeleteSourcePayload(deleted_id=id, erasable=found)
        receipt = await deleting.delete_source(deletion(info, id, input.idempotency_key))
        return DeleteSourcePayload(deleted_id=id, erasure=await read_erasure(info, receipt))

    @strawberry.mutation
    async def delete_document(self, info: Info, input: DeleteDocumentInput) -> DeleteDocumentPayload | None:
        """Delete a document for good: all versions, with what its conversation made of them."""
        deleting, id = info.context.begin_write().deleting, input.document_id
        if input.dry_run:
            found = await erasable(deleting.count_document(info.context.caller, id))
            return DeleteDocumentPayload(deleted_id=id, erasable=found)
        receipt = await deleting.delete_document(deletion(info, id, input.idempotency_key))
        return DeleteDocumentPayload(deleted_id=id, erasure=await read_erasure(info, receipt))

    @strawberry.mutation
    async def delete_owner(self, info: Info, input: DeleteOwnerInput) -> DeleteOwnerPayload | None:
        """Delete all that you have for good. Receipts stay, and what your calls cost."""
        deleting, id = info.context.begin_write().deleting, input.owner_id
        wish = deletion(info, id, input.idempotency_key)
        if input.dry_run:
            deleting.require_own(wish)
            return DeleteOwnerPayload(deleted_id=id, erasable=await erasable(deleting.count_owner(info.context.caller)))
        receipt = await deleting.delete_owner(wish)
        return DeleteOwnerPayload(deleted_id=id, erasure=await read_erasure(info, receipt))

    @strawberry.mutation
    async def create_upload(self, info: Info, input: CreateUploadInput) -> CreateUploadPayload | None:
        """Make room for a large file, which is then sent in pieces and imported."""
        return await create_upload(info, input)

    @strawberry.mutation
    async def import_conversations(
        self, info: Info, input: ImportConversationsInput
    ) -> ImportConversationsPayload | None:
        """Bring in conversations of another tool. What is here already is not written twice."""
        return await import_conversations(info, input)

    @strawberry.mutation
    async def cancel_import(self, info: Info, input: CancelImportInput) -> CancelImportPayload | None:
        """End an import that is under way. What is whole stays."""
        return await cancel_import(info, input.import_id)

    @strawberry.mutation
    async def export_conversation(self, info: Info, input: ExportConversationInput) -> ExportConversationPayload | None:
        """Make a file of a conversation that can be fetched. Nothing is changed."""
        return await export_conversation(info, input)

    @strawberry.mutation
    async def export_conversations(
        self, info: Info, input: ExportConversationsInput
    ) -> ExportConversationsPayload | None:
        """Make a file of several conversations, or of all. Nothing is changed."""
        return await export_conversations(info, input)

    @strawberry.mutation
    async def send_prompt(self, info: Info, input: SendPromptInput) -> SendPromptPayload | None:
        """Ask one prompt and get one response: the smallest task."""
        id = await info.context.begin_write().tasks.send_prompt(info.context.caller, input.record())
        return SendPromptPayload(task=await _task(info, id))

    @strawberry.mutation
    async def merge_branches(self, info: Info, input: MergeBranchesInput) -> MergeBranchesPayload | None:
        """Ask a prompt that continues several branches. Its answer is made from all of them."""
        id = await info.context.begin_write().merging.merge_branches(info.context.caller, input.record())
        return MergeBranchesPayload(task=await _task(info, id))

    @strawberry.mutation
    async def revise_message(self, info: Info, input: ReviseMessageInput) -> ReviseMessagePayload | None:
        """Say a message in another way, in a person's words. Nobody is asked unless `ask` says so."""
        made = await info.context.begin_write().turns.revise_message(info.context.caller, input.record())
        load = info.context.load
        return ReviseMessagePayload(
            message=await load.message(made.message_id),
            task=await _task(info, made.task_id) if made.task_id else None,
            branch=await load.branches.load(made.branch_id) if made.branch_id else None,
        )

    @strawberry.mutation
    async def set_system_prompt(self, info: Info, input: SetSystemPromptInput) -> SetSystemPromptPayload | None:
        """Give a conversation another system prompt."""
        what = Changing(info.context.caller, input.conversation_id, input.idempotency_key)
        await info.context.begin_write().turns.set_system_prompt(what, input.system_prompt.record())
        return SetSystemPromptPayload(conversation=await info.context.load.conversations.load(input.conversation_id))

    @strawberry.mutation
    async def regenerate(self, info: Info, input: RegenerateInput) -> RegeneratePayload | None:
        """Ask the prompt of a response again: another answer beside it, of another model or of several."""
        ids = await info.context.begin_write().turns.regenerate(info.context.caller, input.record())
        found = await info.context.load.tasks.load_many(ids)
        return RegeneratePayload(tasks=[task for task in found if task is not None])

    @strawberry.mutation
    async def replay(self, info: Info, input: ReplayInput) -> ReplayPayload | None:
        """Send again what a model was sent: the same, by another model, or with one thing changed."""
        id = await info.context.begin_write().replays.replay(info.context.caller, input.record())
        return ReplayPayload(task=await _task(info, id))

    @strawberry.mutation
    async def summarize_conversation(
        self, info: Info, input: SummarizeConversationInput
    ) -> SummarizeConversationPayload | None:
        """Have a branch summarized, or what leads to a message. What is summarized stays as it is."""
        id = await info.context.begin_write().summarize(info.context.caller, input.record())
        return SummarizeConversationPayload(task=await _task(info, id))

    @strawberry.mutation
    async def create_task(self, info: Info, input: CreateTaskInput) -> CreateTaskPayload | None:
        """Begin a task."""
        backend = info.context.begin_write()
        id = await backend.tasks.create_task(info.context.caller, await input.record())
        return CreateTaskPayload(task=await _task(info, id))

    @strawberry.mutation
    async def add_document_version(
        self, info: Info, input: AddDocumentVersionInput
    ) -> AddDocumentVersionPayload | None:
        """Give a document a newer version without a task: what rests on an older one is stale from now on."""
        id = await info.context.begin_write().tasks.add_document_version(info.context.caller, await input.record())
        return AddDocumentVersionPayload(document=await info.context.load.documents.load(id))

    @strawberry.mutation
    async def refresh_task(self, info: Info, input: RefreshTaskInput) -> RefreshTaskPayload | None:
        """Do a task again over newer versions of what it read: only what changed is asked, and what stands above."""
        return await refresh_task(info, input)

    @strawberry.mutation
    async def save_strategy(self, info: Info, input: SaveStrategyInput) -> SaveStrategyPayload | None:
        """Keep a plan under a name, to be followed by tasks that name it."""
        row = await info.context.begin_write().plans.save_strategy(info.context.caller, input.record())
        return SaveStrategyPayload(strategy=strategy(row))

    @strawberry.mutation
    async def cancel_task(self, info: Info, input: CancelTaskInput) -> CancelTaskPayload | None:
        """Cancel a task: its calls are cut, what has not begun never will. A finished task stays as it is."""
        await info.context.begin_write().tasks.cancel_task(info.context.caller, input.task_id)
        return CancelTaskPayload(task=await _task(info, input.task_id))

    @strawberry.mutation
    async def retry_task(self, info: Info, input: RetryTaskInput) -> RetryTaskPayload | None:
        """Run again what of a finished task did not succeed. Its deadline begins again; its budget does not, unless the
        input has one."""
        budget = input.budget and input.budget.record()
        await info.context.begin_write().tasks.retry_task(info.context.caller, input.task_id, budget)
        return RetryTaskPayload(task=await _task(info, input.task_id))


async def _task(info: Info, id: str) -> Task | None:
    return await info.context.load.tasks.load(id)
