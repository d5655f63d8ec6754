"""How a call is put to its provider: the mode for its format, the bound of its answer, and what refusals taught.

Makes no call itself. Knows nothing of what is written of one.
"""

from __future__ import annotations

from service.answers.formats import format_instruction
from service.chat import ChatMessage, ChatRequest
from service.conversations.context.spoken import request_text
from service.errors import WayRefused
from service.models.registry import Models
from service.providers.caching import cache_key
from service.records import TEXT_FORMAT, ResponseFormatKind, Role
from service.tasks.jobs import Call
from service.tasks.prompts import answer_room

_FEATURES = {ResponseFormatKind.JSON: "json_object", ResponseFormatKind.JSON_SCHEMA: "json_schema"}


async def request_of(call: Call, models: Models) -> ChatRequest:
    """The call as the provider gets it. A model that has no mode for the format is told in words."""
    form, settings, ways = call.job.form, call.job.task.settings, models.ways(call.model)
    has_mode = _FEATURES.get(form.kind) in call.model.features and ways.takes(form)
    messages = call.messages
    # OpenAI's JSON mode wants the word JSON in the prompt. A replay says in words what was said in words.
    in_words = call.prompt.has_format or not has_mode
    if form.kind is ResponseFormatKind.JSON or (form.kind is ResponseFormatKind.JSON_SCHEMA and in_words):
        messages = (ChatMessage(Role.SYSTEM, format_instruction(form)), *messages)
    wanted = min(answer_room(settings, call.model), call.model.max_output_tokens)
    counted = 0 if ways.window is None else await _counted(messages, call, models)
    return ChatRequest(
        model=call.model,
        messages=messages,
        max_output_tokens=ways.bound(wanted, counted),
        temperature=settings.temperature,
        response_format=form if has_mode else TEXT_FORMAT,
        tools=call.job.tools,
        timeouts=models.timeouts(call.model, settings.model, settings.timeouts),
        # What stands above a prompt of a chat is sent with its siblings, and with what continues them. Parts of a
        # task begin with an instruction, which is too short to be kept.
        stable=len(messages) - 1 if call.job.kind == "direct" else 0,
        cache_key=cache_key("conversation", call.job.conversation_id) if call.job.kind == "direct" else None,
        so_far=call.so_far,
    )


def beside(messages: tuple[ChatMessage, ...], prompt: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    """What is sent besides the prompt: words on the format before it, and a repair after it."""
    before = next((i for i, message in enumerate(messages) if message is prompt[0]), 0)
    return (*messages[:before], *messages[before + len(prompt) :])


async def learn(call: Call, request: ChatRequest, models: Models) -> None:
    """Take from a refused call how its model's server wants to be asked, and note whether that is another way."""
    error = call.error
    if isinstance(error, WayRefused):
        models.ways(call.model).learn(error, call.job.form, await _counted(request.messages, call, models))
        now = await request_of(call, models)
        is_shorter = (now.max_output_tokens or 0) < (request.max_output_tokens or 0)
        error.adapted = is_shorter or now.response_format != request.response_format


async def _counted(messages: tuple[ChatMessage, ...], call: Call, models: Models) -> int:
    return await models.count(request_text(messages, call.job.tools), call.model)
