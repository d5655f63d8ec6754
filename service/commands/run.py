"""`antiphon run`, `ask`, `retry` and `cancel`: a task or a prompt from the command line, watched to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.completing import models, one_of
from service.commands.streams import print_json
from service.errors import InvalidInput
from service.records import Aggregation, WhenBusy

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]

STRATEGIES = ["FILE", "CHUNK", "NONE", "ERROR", "DYNAMIC"]

Conversation = Annotated[
    str | None,
    typer.Option("--conversation", "-c", help="Go on with this conversation (id); without an id, with the last one."),
]
Model = Annotated[
    str | None, typer.Option("--model", "-m", help="provider/name; see `antiphon models`.", autocompletion=models)
]
MaxOutput = Annotated[int | None, typer.Option("--max-output-tokens", min=1, help="The most tokens of one answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")]
Stdin = Annotated[
    bool | None,
    typer.Option("--stdin/--no-stdin", help="Wait for standard input, or leave it alone; else it is found out."),
]


@app.command()
def ask(
    prompt: Annotated[str | None, typer.Argument(help="What to ask; - reads it from standard input.")] = None,
    conversation: Conversation = None,
    branch: Annotated[str | None, typer.Option("--branch", help="The branch to go on with; by its name.")] = None,
    when_busy: Annotated[
        str | None,
        typer.Option("--when-busy", help="If it awaits an answer: continue, wait, interrupt, reject."),
    ] = None,
    model: Model = None,
    max_output_tokens: MaxOutput = None,
    as_json: AsJson = False,
    stdin: Stdin = None,
) -> int:
    """Ask one prompt; the answer comes as it is generated, the conversation's id after it.

    What is piped in is added to the prompt: cat notes.md | antiphon ask "Summarize."
    """
    from service.commands.inputs import add_material
    from service.commands.loops import run as run_loop

    wish: Json = {"content": add_material(prompt, stdin)}
    wish |= some(branch=branch, whenBusy=one_choice(when_busy, [it.value for it in WhenBusy], "--when-busy"))
    wish |= some(conversationId=conversation, config=some(model=model, maxOutputTokens=max_output_tokens))
    return run_loop(_watched("SendPrompt", wish, model, as_json) if as_json else _ask(wish, model))


@app.command()
def run(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILES", help="Files, folders, patterns; - or nothing is standard input."),
    ] = None,
    strategy: Annotated[
        str | None,
        typer.Option("--strategy", "-s", help="file, chunk, error, dynamic, none.", autocompletion=one_of(STRATEGIES)),
    ] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="A plan to follow: a JSON file.")] = None,
    saved: Annotated[str | None, typer.Option("--saved", help="A kept plan to follow; see `strategies`.")] = None,
    instruction: Annotated[str | None, typer.Option("--instruction", "-i", help="What to do.")] = None,
    kind: Annotated[str | None, typer.Option("--type", "-t", help="The task type; prompt by default.")] = None,
    aggregation: Annotated[
        str | None,
        typer.Option(
            "--aggregation",
            "-a",
            help="concat, list, merge, reduce or none.",
            autocompletion=one_of([item.value for item in Aggregation]),
        ),
    ] = None,
    max_parallel: Annotated[int | None, typer.Option("--max-parallel", "-p", help="Calls at once.")] = None,
    fallback: Annotated[
        list[str] | None, typer.Option("--fallback", "-f", help="A model to ask where the first fails; again for more.")
    ] = None,
    budget_tokens: Annotated[int | None, typer.Option("--budget-tokens", help="The most tokens to use.")] = None,
    budget_usd: Annotated[float | None, typer.Option("--budget-usd", help="The most USD to spend.")] = None,
    deadline: Annotated[float | None, typer.Option("--deadline", help="Seconds after which it ends.")] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="End with the first subtask that fails.")] = False,
    reuse: Annotated[
        bool, typer.Option("--reuse", help="Take answers that were given to the same request before.")
    ] = False,
    refresh: Annotated[
        str | None, typer.Option("--refresh", metavar="TASK", help="Do this task again; only what changed is asked.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --refresh: say what would be asked.")] = False,
    conversation: Conversation = None,
    model: Model = None,
    max_output_tokens: MaxOutput = None,
    as_json: AsJson = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse where a file cannot be read as text.")] = False,
    stdin: Stdin = None,
) -> int:
    """Run a task over files: the answer goes to standard output, progress to standard error.

    Exit code: 0 it succeeded, 1 it failed, 3 a part of it failed, 130 it was cancelled.
    """
    from service.commands.inputs import read_input
    from service.commands.loops import run as run_loop

    if refresh is not None:
        return run_loop(_refresh(refresh, read_input(files, strict=strict) if files else None, dry_run, as_json))
    if dry_run:
        raise InvalidInput("Only a refresh is foreseen.", remedy="Say --refresh TASK, or leave out --dry-run.")
    config = some(
        reuse=reuse or None,
        model=model,
        maxParallel=max_parallel,
        maxOutputTokens=max_output_tokens,
        aggregation=one_choice(aggregation, [item.value for item in Aggregation], "--aggregation"),
        fallbackModels=fallback or None,
        budget=some(tokens=budget_tokens, costUsd=budget_usd),
        deadlineSeconds=deadline,
        onFailure="FAIL_FAST" if fail_fast else None,
    )
    wish: Json = {"input": read_input(files or [], strict=strict, stdin=stdin)} | some(
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
    as_json: AsJson = False,
) -> int:
    """Run again what of a finished task did not succeed, and make its answer again.

    Without a budget it may use what its own has left.
    """
    from service.commands.loops import run as run_loop

    wish: Json = {"taskId": id} | some(budget=some(tokens=budget_tokens, costUsd=budget_usd))
    return run_loop(_watched("RetryTask", wish, None, as_json))


@app.command()
def cancel(id: Annotated[str, typer.Argument(help="The task's id.")]) -> None:
    """Cancel a task: its calls are cut, what has not begun never will."""
    from service.commands.loops import run as run_loop

    typer.echo(run_loop(_cancel(id)))


def _strategy(name: str | None, plan: str | None, saved: str | None) -> Json | None:
    """`CreateTaskInput.strategy` of what the command line says. Raises `InvalidInput`."""
    from service.commands.plans import plan_input, read_plan

    chosen = one_choice(name, STRATEGIES, "--strategy")
    if plan is not None and saved is not None:
        raise InvalidInput("A task follows one plan.", remedy="Say --plan or --saved.")
    if chosen not in (None, "DYNAMIC") and (plan or saved):
        raise InvalidInput("A plan is followed by the strategy DYNAMIC.", remedy="Leave out --strategy.")
    if plan is not None:
        return {"plan": plan_input(read_plan(plan))}
    if saved is not None:
        return {"kept": saved}
    return None if chosen is None else {"builtIn": chosen}


async def _ask(wish: Json, model: str | None) -> int:
    from service.commands.asked import say_answered, say_asked
    from service.commands.ending import say_end
    from service.commands.following import exit_code, follow_or_cancel, interruptions
    from service.commands.reaching import reach_model
    from service.commands.terminal import PlainText, say, write

    async with reach_model(model) as client:
        view = PlainText()
        await say_asked(client, wish)
        with interruptions() as interrupted, view:
            task = (await client.execute("SendPrompt", input=await _placed(client, wish)))["task"]
            task = await follow_or_cancel(client, task, view, interrupted)
        answer: str = task["answer"]["content"] if task["answer"] else ""
        if answer and answer != view.written:
            # We came late, or a first attempt broke off in the middle: the kept answer is the right one.
            write(("\n\n" if view.written else "") + answer)
        write("" if answer.endswith("\n") else "\n")
        say_end(task)
        say(f"conversation {task['conversation']['id']}")
        say_answered(task)
        return exit_code(task)


async def _refresh(task_id: str, given: Json | None, dry_run: bool, as_json: bool) -> int:
    """Do a task again over what these files hold now, or say what that would ask."""
    wish: Json = {"taskId": task_id} | ({"input": given, "whole": True} if given else {})
    if not dry_run:
        return await _watched("RefreshTask", wish, None, as_json)
    from service.commands.reaching import reach
    from service.commands.terminal import write

    async with reach() as client:
        foreseen = (await client.execute("RefreshTask", input=wish | {"dryRun": True}))["foreseen"]
    if as_json:
        print_json(foreseen)
    else:
        write("".join(f"{line}\n" for line in _foreseen_lines(foreseen)))
    return 0


def _foreseen_lines(foreseen: Json) -> list[str]:
    """What a refresh would ask, for people."""
    usd = foreseen["costUsd"]
    cost = "at a cost that is not known" if usd is None else f"about {usd:.4f} USD"
    at_least = "" if foreseen["isExact"] else "at least "
    first = f"{at_least}{foreseen['calls']} calls, {foreseen['reused']} answers taken over"
    tokens = f"{foreseen['inputTokens']} tokens read, about {foreseen['outputTokens']} written, {cost}"
    more = foreseen["calls"] - len(foreseen["titles"])
    return [first, tokens, *(f"  {title}" for title in foreseen["titles"]), *([f"  … {more} more"] if more > 0 else [])]


async def _cancel(id: str) -> str:
    from service.commands.reaching import reach

    async with reach() as client:
        task = (await client.execute("CancelTask", input={"taskId": id}))["task"]
    return f"{task['taskStatus']}  {task['progress']['done']}/{task['progress']['total']}"


async def _watched(operation: str, wish: Json, model: str | None, as_json: bool) -> int:
    """Begin a task by an operation and watch it to its end; the exit code."""
    from service.commands.asked import say_answered, say_asked
    from service.commands.ending import say_end
    from service.commands.following import exit_code, follow_or_cancel, interruptions
    from service.commands.reaching import reach_model
    from service.commands.terminal import LiveTask, say, write

    async with reach_model(model) as client:
        await say_asked(client, wish)
        with interruptions() as interrupted:
            task = (await client.execute(operation, input=await _placed(client, wish)))["task"]
            with LiveTask(task["title"]) as view:
                task = await follow_or_cancel(client, task, view, interrupted)
        if as_json:
            print_json(task)
            say_answered(task)
            return exit_code(task)
        if task["answer"]:
            write(task["answer"]["content"].rstrip("\n") + "\n")
        say_end(task)
        say(f"task {task['id']} in conversation {task['conversation']['id']}")
        say_answered(task)
        return exit_code(task)


async def _placed(client: Client, wish: Json) -> Json:
    """The wish with the whole id of its conversation, and the id of the branch that it names."""
    from service.commands.naming import branch_named, conversation_id

    said = wish.get("conversationId")
    if not said:
        return wish
    id = await conversation_id(client, said)
    if name := wish.get("branch"):
        wish = wish | {"branch": (await branch_named(client, id, name))["id"]}
    return wish | {"conversationId": id}


def some(**values: Any) -> Json:
    """What of these was said."""
    return {key: value for key, value in values.items() if value not in (None, {})}


def one_choice(value: str | None, known: list[str], option: str) -> str | None:
    """The choice that an option names, in capitals. Raises `InvalidInput`."""
    if value is None or value.upper() in known:
        return value and value.upper()
    raise InvalidInput(f"{option} {value!r} is not known.", remedy=f"Known: {', '.join(known).lower()}.")
