"""`antiphon usage`: what calls took and cost, by model, by day, and so on; and the figures of a task in words."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from service.commands.streams import print_json
from service.errors import InvalidInput

app = typer.Typer()
Json = dict[str, Any]

DIMENSIONS = ("model", "provider", "day", "strategy", "task-type", "conversation", "outcome", "purpose")
_COLUMNS = ("calls", "tokens in", "out", "USD", "wasted", "USD lost", "s/call", "rated")
_ADDED = ("attempts", "inputTokens", "outputTokens", "unpricedAttempts", "wastedAttempts")


@app.command()
def usage(
    by: Annotated[str, typer.Option("--by", "-b", help=f"{', '.join(DIMENSIONS)}.")] = "model",
    since: Annotated[str | None, typer.Option(help="Calls from this time on, as 2026-01-31; UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="Calls before this time.")] = None,
    conversation: Annotated[str | None, typer.Option("--conversation", "-c", help="In this one alone (id).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Show what calls took and cost, and what of it was wasted."""
    from service.commands.loops import run

    if by not in DIMENSIONS:
        raise InvalidInput(f"--by has no {by!r}.", remedy=f"It is one of: {', '.join(DIMENSIONS)}.")
    rows: list[Json] = run(
        _ask(groupBy=by.upper().replace("-", "_"), conversationId=conversation, since=since, until=until)
    )
    if as_json:
        return print_json(rows)
    from service.commands.terminal import print_table

    shown = [_cells(row["label"], row) for row in rows]
    if len(rows) > 1:
        shown.append(_cells("total", total(rows)))
    print_table((by, *_COLUMNS), shown)


def total(rows: list[Json]) -> Json:
    """The sum of usage rows, without what cannot be added: an average."""
    added: Json = {name: sum(row[name] for row in rows) for name in _ADDED}
    for name in ("costUsd", "wastedCostUsd"):
        known = [row[name] for row in rows if row[name] is not None]
        added[name] = sum(known) if known else None
    return added | {"averageLatencyMs": None, "ratings": _rated([row["ratings"] for row in rows])}


def say_metrics(metrics: Json) -> list[str]:
    """The metrics of a task in two lines; none where no call was made."""
    if not metrics["attempts"]:
        return []
    wasted = metrics["wasted"]
    latency = metrics["latencyMs"]
    times = [
        f"{_seconds(metrics['elapsedMs'])} s in all",
        f"{_seconds(latency['median'])} s a call (95% within {_seconds(latency['p95'])} s)",
        f"{_seconds(metrics['timeToFirstTokenMs']['median'])} s to the first token",
        f"{_seconds(metrics['queueMs']['median'])} s in the queue",
    ]
    spent = [
        f"{metrics['inputTokens']:,} tokens in ({metrics['cachedTokens']:,} cached), {metrics['outputTokens']:,} out",
        f"USD {_usd(metrics['costUsd'], metrics['unpricedAttempts'])}",
        f"wasted {_calls(wasted['attempts'])}, {wasted['inputTokens'] + wasted['outputTokens']:,} tokens, "
        f"USD {_usd(wasted['costUsd'])}",
    ]
    calls = f"{_calls(metrics['attempts'])}: {metrics['succeeded']} succeeded, {metrics['failed']} failed"
    return ["; ".join([calls, *times]), "; ".join(spent)]


def _rated(parts: list[Json]) -> Json:
    """The ratings of rows together: an answer that is in several of them counts in each."""
    count = sum(part["count"] for part in parts)
    mean = sum(part["average"] * part["count"] for part in parts if part["count"]) / count if count else None
    return {"count": count, "average": mean}


async def _ask(**variables: Any) -> list[Json]:
    from service.commands.reaching import reach

    async with reach() as client:
        return await client.execute("Usage", **variables)


def _cells(label: str, row: Json) -> tuple[object, ...]:
    return (
        label,
        f"{row['attempts']:,}",
        f"{row['inputTokens']:,}",
        f"{row['outputTokens']:,}",
        _usd(row["costUsd"], row["unpricedAttempts"]),
        f"{row['wastedAttempts']:,}",
        _usd(row["wastedCostUsd"]),
        _seconds(row["averageLatencyMs"]),
        f"{row['ratings']['average']:+.2f} ({row['ratings']['count']:,})" if row["ratings"]["count"] else "",
    )


def _calls(number: int) -> str:
    return f"{number:,} call" if number == 1 else f"{number:,} calls"


def _usd(cost: float | None, unpriced: int = 0) -> str:
    """A cost; a question mark where none is known, and `>=` where that of some calls is not."""
    if cost is None:
        return "?"
    digits = 6 if 0 < cost < 0.01 else 4
    return f"{'>=' if unpriced else ''}{cost:,.{digits}f}"


def _seconds(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds / 1000:.2f}"
