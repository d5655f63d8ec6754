"""`antiphon run`, `ask`, `retry` and `cancel`: a task or a prompt from the command line, watched to its end."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from service.answers.formats import read_format
from service.commands.streams import print_json
from service.errors import InvalidInput
from service.records import Aggregation

if TYPE_CHECKING:
    from service.commands.client import Upload

app = typer.Typer()
Json = dict[str, Any]
PLAN_REMEDY = "See docs/strategies.md for what a plan is."

Conversation = Annotated[str | None, typer.Option("--conversation", "-c", help="Go on with this conversation (id).")]
Model = Annotated[str | None, typer.Option("--model", "-m", help="provider/name; see `antiphon models`.")]
MaxOutput = Annotated[int | None, typer.Option("--max-output-tokens", min=1, help="The most tokens of one answer.")]


@app.command()
def ask(
    prompt: Annotated[str, typer.Argument(help="What to ask; - reads it from standard input.")],
    conversation: Conversation = None,
    model: Model = None,
    max_output_tokens: MaxOutput = None,
) -> int:
    """Ask one prompt; the answer comes as it is generated, the conversation's id after it."""
    from service.commands.server import run as run_loop

    wish: Json = {"content": _read_stdin() if prompt == "-" else prompt}
    wish |= _given(conversationId=conversation, config=_given(model=model, maxOutputTokens=max_output_tokens))
    return run_loop(_ask(wish, model))


@app.command()
def run(
    files: Annotated[list[str], typer.Argument(metavar="FILES...", help="What to read; - is standard input as text.")],
    strategy: Annotated[str | None, typer.Option("--strategy", "-s", help="file, chunk, error, dynamic, none.")] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="A plan to follow: a JSON file.")] = None,
    saved: Annotated[str | None, typer.Option("--saved", help="A kept plan to follow; see `strategies`.")] = None,
    instruction: Annotated[str | None, typer.Option("--instruction", "-i", help="What to do.")] = None,
    kind: Annotated[str | None, typer.Option("--type", "-t", help="The task type; prompt by default.")] = None,
    aggregation: Annotated[
        str | None, typer.Option("--aggregation", "-a", help="concat, list, merge, reduce or none.")
    ] = None,
    max_parallel: Annotated[int | None, typer.Option("--max-parallel", "-p", help="Calls at once.")] = None,
    fallback: Annotated[
        list[str] | None, typer.Option("--fallback", "-f", help="A model to ask where the first fails; again for more.")
    ] = None,
    budget_tokens: Annotated[int | None, typer.Option("--budget-tokens", help="The most tokens to use.")] = None,
    budget_usd: Annotated[float | None, typer.Option("--budget-usd", help="The most USD to spend.")] = None,
    deadline: Annotated[float | None, typer.Option("--deadline", help="Seconds after which it ends.")] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="End with the first subtask that fails.")] = False,
    conversation: Conversation = None,
    model: Model = None,
    max_output_tokens: MaxOutput = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
) -> int:
    """Run a task over files: the answer goes to standard output, progress to standard error.

    Exit code: 0 it succeeded, 1 it failed in whole or in part, 130 it was cancelled.
    """
    from service.commands.server import run as run_loop

    config = _given(
        model=model,
        maxParallel=max_parallel,
        maxOutputTokens=max_output_tokens,
        aggregation=_choice(aggregation, [item.value for item in Aggregation], "--aggregation"),
        fallbackModels=fallback or None,
        budget=_given(tokens=budget_tokens, costUsd=budget_usd),
        deadlineSeconds=deadline,
        onFailure="FAIL_FAST" if fail_fast else None,
    )
    wish: Json = {"input": read_input(files)} | _given(
        type=kind,
        instruction=instruction,
        strategy=_strategy(strategy, plan, saved),
        conversationId=conversation,
        config=config,
    )
    return run_loop(_watched("CreateTask", wish, model, as_json))


@app.command()
def retry(
    id: Annotated[str, typer.Argument(help="The task's id.")],
    budget_tokens: Annotated[int | None, typer.Option("--budget-tokens", help="The most tokens to use now.")] = None,
    budget_usd: Annotated[float | None, typer.Option("--budget-usd", help="The most USD to spend now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
) -> int:
    """Run again what of a finished task did not succeed; its answer is made anew.

    Without a budget it may use what its own has left.
    """
    from service.commands.server import run as run_loop

    wish: Json = {"taskId": id} | _given(budget=_given(tokens=budget_tokens, costUsd=budget_usd))
    return run_loop(_watched("RetryTask", wish, None, as_json))


@app.command()
def cancel(id: Annotated[str, typer.Argument(help="The task's id.")]) -> None:
    """Cancel a task: its calls are cut, what has not begun never will."""
    from service.commands.server import run as run_loop

    typer.echo(run_loop(_cancel(id)))


def read_input(files: list[str]) -> Json:
    """`CreateTaskInput.input` of what the command line names. Raises `InvalidInput`, which names the file."""
    if files == ["-"]:
        return {"text": _read_stdin()}
    if "-" in files:
        raise InvalidInput("Standard input (-) cannot be mixed with files.", remedy="Name one or the other.")
    return {"files": [{"name": _as_text(file), "content": {"upload": _read_file(file)}} for file in files]}


def _as_text(name: str) -> str:
    """A file's name without what is no UTF-8: only this machine could read that."""
    return os.fsencode(name).decode("utf-8", "replace")


def _read_file(name: str) -> Upload:
    from service.commands.client import Upload

    path = Path(name)
    if path.is_dir():
        raise InvalidInput(f"{name} is a folder.", remedy=f"Name its files, such as {path / '*'}")
    try:
        return Upload(_as_text(path.name), path.read_bytes())
    except FileNotFoundError:
        raise InvalidInput(f"{name}: there is no such file.", remedy="Check the name.") from None
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read: {error.strerror}.", remedy="Check its rights.") from None


def _strategy(name: str | None, plan: str | None, saved: str | None) -> Json | None:
    """`CreateTaskInput.strategy` of what the command line says. Raises `InvalidInput`."""
    chosen = _choice(name, ["FILE", "CHUNK", "NONE", "ERROR", "DYNAMIC"], "--strategy")
    if plan is not None and saved is not None:
        raise InvalidInput("A task follows one plan.", remedy="Say --plan or --saved.")
    if chosen not in (None, "DYNAMIC") and (plan or saved):
        raise InvalidInput("A plan is followed by the strategy DYNAMIC.", remedy="Leave out --strategy.")
    if plan is not None:
        return {"plan": plan_input(_read_plan(plan))}
    if saved is not None:
        return {"kept": saved}
    return None if chosen is None else {"builtIn": chosen}


def _read_plan(name: str) -> Json:
    try:
        plan = json.loads(_read_file(name).content)
    except ValueError as error:
        raise InvalidInput(
            f"{name} is not JSON: {error}.", remedy="See docs/strategies.md for a plan's format."
        ) from None
    if not isinstance(plan, dict):
        raise InvalidInput(f"{name} holds no JSON object.", remedy=PLAN_REMEDY)
    return cast(Json, plan)


def plan_input(plan: Json) -> Json:
    """A plan as it is written in JSON, as GraphQL's `PlanInput`: a response format is a choice there."""
    steps: list[object] = plan["steps"] if isinstance(plan.get("steps"), list) else []
    return plan | {"steps": [_step_input(step, f"steps[{i}]") for i, step in enumerate(steps)]}


def _step_input(step: object, field: str) -> object:
    if not isinstance(step, dict) or cast(Json, step).get("responseFormat") is None:
        return cast(object, step)
    said = cast(Json, step)
    form = read_format(said["responseFormat"], f"{field}.responseFormat")
    kinds: Json = {"TEXT": {"text": True}, "JSON": {"json": True}}
    return said | {"responseFormat": kinds.get(form.kind.value, {"jsonSchema": form.schema})}


def _read_stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("Standard input is not UTF-8 text.", remedy="Name the file instead.") from None


async def _ask(wish: Json, model: str | None) -> int:
    from service.commands.following import exit_code, follow_or_cancel, interruptions
    from service.commands.reaching import reach_model
    from service.commands.terminal import PlainText, say, write

    async with reach_model(model) as client:
        view = PlainText()
        with interruptions() as interrupted:
            task = (await client.execute("SendPrompt", input=wish))["task"]
            task = await follow_or_cancel(client, task, view, interrupted)
        answer: str = task["answer"]["content"] if task["answer"] else ""
        if answer and answer != view.written:
            # We came late, or a first attempt broke off in the middle: the kept answer is the right one.
            write(("\n\n" if view.written else "") + answer)
        write("" if answer.endswith("\n") else "\n")
        _say_end(task)
        say(f"conversation {task['conversation']['id']}")
        return exit_code(task)


async def _cancel(id: str) -> str:
    from service.commands.reaching import reach

    async with reach() as client:
        task = (await client.execute("CancelTask", input={"taskId": id}))["task"]
    return f"{task['taskStatus']}  {task['progress']['done']}/{task['progress']['total']}"


async def _watched(operation: str, wish: Json, model: str | None, as_json: bool) -> int:
    """Begin a task by an operation and watch it to its end; the exit code."""
    from service.commands.following import exit_code, follow_or_cancel, interruptions
    from service.commands.reaching import reach_model
    from service.commands.terminal import LiveTask, say, write

    async with reach_model(model) as client:
        with interruptions() as interrupted:
            task = (await client.execute(operation, input=wish))["task"]
            with LiveTask(task["title"]) as view:
                task = await follow_or_cancel(client, task, view, interrupted)
        if as_json:
            print_json(task)
            return exit_code(task)
        if task["answer"]:
            write(task["answer"]["content"].rstrip("\n") + "\n")
        _say_end(task)
        say(f"task {task['id']} in conversation {task['conversation']['id']}")
        return exit_code(task)


def _say_end(task: Json) -> None:
    from service.commands.terminal import say

    reason = task["error"] or task["note"]
    if task["taskStatus"] != "SUCCEEDED":
        say(task["taskStatus"] + (f": {reason}" if reason else ""))


def _given(**values: Any) -> Json:
    return {key: value for key, value in values.items() if value not in (None, {})}


def _choice(value: str | None, known: list[str], option: str) -> str | None:
    if value is None or value.upper() in known:
        return value and value.upper()
    raise InvalidInput(f"{option} {value!r} is not known.", remedy=f"Known: {', '.join(known).lower()}.")
