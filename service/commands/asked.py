"""Who is asked and who answered, on standard error: before anything is sent, and as the last line of every answer.

Money is never spent by a command that did not say which model it would ask. What is said comes from the service, which
is the one that asks, never from this machine's configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.commands.client import Client, check_text, nodes_of
from service.commands.terminal import say
from service.errors import NotFound

Json = dict[str, Any]

_LEAST_USD = 0.0001
_NAMED = 3
"""Models that are named; of more, how many there are."""


async def say_asked(client: Client, wish: Mapping[str, Any]) -> None:
    """Say which model a task will ask, what that costs, and why it is the one. `wish` is the input of the mutation.

    Raises `InvalidInput`, as the mutation would, for models that are not there and for text that is no UTF-8.
    """
    check_text(wish)
    said = {key: wish[key] for key in ("type", "strategy", "config") if wish.get(key)}
    if "taskId" in wish:
        said = await _said_before(client, wish["taskId"])
    choice = await client.execute("ModelChoice", **said)
    # One that cannot be asked is refused when the task is made, with the remedy.
    if choice["model"]["modelState"] == "READY":
        for line in asked_lines(choice, plans=_may_plan(said.get("strategy"))):
            say(line)


def asked_lines(choice: Json, *, plans: bool = False) -> list[str]:
    """What is said of a choice of models; `plans`: the steps of a plan may ask the models of roles."""
    model = choice["model"]
    lines = [f"Asking {model['id']} ({price_of(model)}). {choice['why']}"]
    if choice["fallbackModels"]:
        lines.append(f"If it fails: {_priced(choice['fallbackModels'])}.")
    if plans and choice["roleModels"]:
        lines.append(f"Steps of a plan may ask: {_priced(choice['roleModels'])}.")
    return lines


def say_answered(task: Json) -> None:
    """Say who gave a task's answer, how long it took, its tokens and its cost: the last line of every answer."""
    say(answered_line(task))


def answered_line(task: Json) -> str:
    """Who gave a task's answer, how long it took, its tokens (read + written) and its cost, on one line."""
    metrics = task["metrics"]
    parts = [_who(task), _seconds(metrics["elapsedMs"])]
    if metrics["attempts"]:
        parts += [_tokens(metrics), _cost(metrics)]
    return " · ".join(part for part in parts if part)


def price_of(model: Json) -> str:
    """What a model costs, by its list price."""
    read, written = model["inputPrice"], model["outputPrice"]
    if read is None or written is None:
        return "its price is not known; it may cost money"
    if not read and not written:
        return "free"
    return f"costs money: ${_money(read)} per million tokens read, ${_money(written)} written"


async def _said_before(client: Client, task_id: str) -> Json:
    """What a task that is run again says of its models."""
    task = await client.execute("Task", id=task_id, first=1)
    if task is None:
        raise NotFound(f"There is no task {task_id}.", remedy="`antiphon history CONVERSATION` names the tasks.")
    return {"config": {key: task["config"][key] for key in ("model", "fallbackModels")}}


def _may_plan(strategy: Json | None) -> bool:
    said = strategy or {}
    return said.get("builtIn") == "DYNAMIC" or "plan" in said or "kept" in said


def _priced(models: Iterable[Json]) -> str:
    return ", ".join(f"{model['id']} ({price_of(model)})" for model in models)


def _who(task: Json) -> str:
    """The models whose answers were taken; where nobody was asked, that earlier answers were."""
    subtasks = nodes_of(task["subtasks"])
    calls = [call for subtask in subtasks for call in nodes_of(subtask["attempts"])]
    gave = [call["model"]["id"] for call in calls if call["attemptStatus"] == "SUCCEEDED" and call["model"]]
    names = list(dict.fromkeys(gave))
    if not names:
        return task["config"]["model"] if task["metrics"]["attempts"] else "nobody was asked"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _seconds(elapsed: float | None) -> str:
    if elapsed is None:
        return ""
    seconds = elapsed / 1000
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def _tokens(metrics: Json) -> str:
    read, written = metrics["inputTokens"], metrics["outputTokens"]
    if read is None and written is None:
        return "tokens not known"
    about = "about " if metrics["estimatedAttempts"] else ""
    return f"{about}{read or 0:,} + {written or 0:,} tokens"


def _cost(metrics: Json) -> str:
    cost, unknown = metrics["costUsd"], metrics["unpricedAttempts"]
    if unknown:
        return f"at least ${_money(cost)}, not all is known" if cost else "cost not known"
    if not cost:
        return "free"
    return ("about " if metrics["estimatedAttempts"] else "") + (
        f"${_money(cost)}" if cost >= _LEAST_USD else f"less than ${_LEAST_USD}"
    )


def _money(usd: float) -> str:
    """Dollars with two digits after the point, or with as many as a small amount needs."""
    if usd >= 0.1 or not usd:
        return f"{usd:,.2f}" if round(usd, 2) == round(usd, 4) or usd >= 10 else f"{usd:.4f}".rstrip("0")
    return f"{usd:.4f}".rstrip("0").ljust(4, "0")
