"""What is written of a call: its attempt before and after, and the response.

Pure: rows for the statements `start_attempt` and `finish_attempt`. Knows neither how calls are made nor why.
"""

from __future__ import annotations

import asyncio
from typing import Any

from service.chat import ChatRequest
from service.conversations.titles import TITLE_CHARACTERS, title_of
from service.errors import AntiphonError, InvalidAnswer, ProviderTimeout, RateLimited
from service.models.failure import code_of
from service.records import AttemptStatus, ResponseStatus, SubtaskStatus
from service.tasks.costs import used_of
from service.tasks.jobs import Call
from service.tasks.tools import call_rows


def start_row(call: Call, request: ChatRequest) -> dict[str, Any]:
    """The attempt and its prompt, before the call, and what is sent in it."""
    prompt = call.prompt
    return {
        "taskId": call.job.task.id,
        "subtaskId": call.job.id,
        "leaseOwner": call.job.place.holder,
        "promptId": prompt.id,
        "content": prompt.content,
        "title": prompt.title,
        "spans": [
            {"sourceId": call.job.task.sources[span.source_id]["sourceId"], "start": span.start, "end": span.end}
            for span in prompt.spans
        ],
        "uses": list(prompt.uses),
        "attemptId": call.id,
        "number": call.number,
        "promptTokens": call.prompt_tokens,
        "reservedTokens": call.most_tokens,
        "reservedUsd": call.grant.reserved.usd if call.grant else None,
        "model": {**_model_row(call.model.key), "contextWindow": call.model.context_window},
        "saw": [{"id": seen.id, "as": seen.kind.value} for seen in prompt.saw],
        "contextSha256": call.context_sha256,
        "requestSha256": call.request_sha256,
        "formatInWords": True if len(request.messages) > len(call.messages) else None,
        "passedOver": [{**_model_row(key), "reason": reason} for key, reason in call.passed_over.items()],
        "repair": call.repair.words if call.repair else None,
        "repairedId": call.repair.refused_id if call.repair else None,
    }


def _model_row(key: str) -> dict[str, Any]:
    provider, _, name = key.partition("/")
    return {"id": key, "provider": provider, "name": name}


def finish_row(call: Call, status: SubtaskStatus | None, *, stopping: bool) -> dict[str, Any]:
    """What came of the call; `status` is what it makes of its subtask, None where another call follows."""
    said, code = _said_of(call, stopping)
    return {
        "attemptId": call.id,
        "leaseOwner": call.job.place.holder,
        "measures": {
            "status": _attempt_status(call.error, stopping).value,
            "error": said,
            "errorCode": code,
            "queueMs": max(0, round(call.started_ms - call.ready_ms)),
            "latencyMs": round((call.ended - call.started) * 1000),
            "timeToFirstTokenMs": round((call.first_token - call.started) * 1000) if call.first_token else None,
            "inputTokens": call.usage.input_tokens,
            "outputTokens": call.usage.output_tokens,
            "cachedTokens": call.usage.cached_tokens,
            "cacheWriteTokens": call.usage.cache_write_tokens,
            "costUsd": call.cost_usd,
            # What was foreseen is of use only where nothing better is known.
            "promptTokens": None,
            "reservedTokens": used_of(call)[0].tokens if call.is_unknown else None,
            "reservedUsd": used_of(call)[0].usd if call.is_unknown and call.grant else None,
            "usageEstimated": call.usage_estimated or None,
        },
        "response": _response_row(call),
        "subtaskStatus": status.value if status else None,
        "subtaskError": said if status is SubtaskStatus.FAILED else None,
        "subtaskCode": code if status is SubtaskStatus.FAILED else None,
        "tokens": call.usage.output_tokens or 0,
    }


def unkept_row(row: dict[str, Any], why: AntiphonError) -> dict[str, Any]:
    """The same without its answer, which the graph has no room for: what it cost is kept."""
    failed = {"status": AttemptStatus.FAILED.value, "error": str(why), "errorCode": why.code}
    ended = {"subtaskError": str(why), "subtaskCode": why.code} if row["subtaskStatus"] else {}
    status = SubtaskStatus.FAILED.value if row["subtaskStatus"] else None
    return {**row, **ended, "measures": {**row["measures"], **failed}, "response": None, "subtaskStatus": status}


def _response_row(call: Call) -> dict[str, Any] | None:
    content, reasoning = _writable(call.text), _writable(call.reasoning)
    if call.error is not None and not (content or reasoning):
        return None
    calls, id_ = call.completion.tool_calls if call.completion else (), call.response_id
    title = title_of(content)
    if not title and calls:
        title = f"calls {', '.join(one.name for one in calls)}"[:TITLE_CHARACTERS]
    return {
        "id": id_,
        "acceptedId": call.accepted_id,
        "content": content,
        "reasoning": reasoning or None,
        "status": _response_status(call.error).value,
        "finishReason": call.completion.finish_reason if call.completion else None,
        "title": title or "(empty)",
        "toolCalls": [
            {key: _writable(value) if isinstance(value, str) else value for key, value in row.items()}
            for row in call_rows(id_, calls)
        ],
        "note": _writable(str(call.error)) if isinstance(call.error, AntiphonError) else None,
    }


def status_when_ended(call: Call) -> ResponseStatus:
    """How whole the response of a call is whose stream has ended; FAILED also where there will be none."""
    if call.completion is None and call.error is None:
        return ResponseStatus.PARTIAL if call.has_received else ResponseStatus.FAILED
    error = call.error or call.fault
    return _response_status(error) if error is None or call.text or call.reasoning else ResponseStatus.FAILED


def _response_status(error: BaseException | None) -> ResponseStatus:
    if error is None:
        return ResponseStatus.COMPLETE
    return ResponseStatus.FAILED if isinstance(error, InvalidAnswer) else ResponseStatus.PARTIAL


def _attempt_status(error: BaseException | None, stopping: bool) -> AttemptStatus:
    match error:
        case None:
            return AttemptStatus.SUCCEEDED
        case asyncio.CancelledError():
            return AttemptStatus.INTERRUPTED if stopping else AttemptStatus.CANCELLED
        case ProviderTimeout():
            return AttemptStatus.TIMED_OUT
        case RateLimited():
            return AttemptStatus.RATE_LIMITED
        case _:
            return AttemptStatus.FAILED


def _said_of(call: Call, stopping: bool) -> tuple[str | None, str | None]:
    """What is written of a call's error: its message and its code."""
    if call.error is None:
        return None, None
    if not isinstance(call.error, asyncio.CancelledError):
        return _writable(str(call.error)), code_of(call.error)
    if stopping:
        said = "The service lost the task." if call.job.place.is_lost else "The service was stopped."
        return said, AttemptStatus.INTERRUPTED.value
    why = call.job.place.why_cut()
    return (str(why), why.code) if why else ("The task was cancelled.", AttemptStatus.CANCELLED.value)


def _writable(text: str) -> str:
    """The text with a question mark for half a surrogate pair, which has no UTF-8 and so no place in the graph."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
