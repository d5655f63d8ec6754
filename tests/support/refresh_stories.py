"""Random stories of what a task reads: a beginning, and what it is after each change. Pure data, drawn by hypothesis.

`refresh_game.py` plays them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Files = tuple[tuple[str, str], ...]
"""Names and texts, in order."""
NAMES = [f"{letter}.txt" for letter in "abcdefghijkl"]
MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Story:
    """A task's strategy and settings, and what it reads at first and after each change: files, or one text."""

    strategy: str
    states: tuple[Files, ...]
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    plan: dict[str, Any] | None = None
    is_text: bool = False


def words(number: int) -> str:
    """A text; few numbers, so that texts are alike now and then."""
    return f"It says {number}. " * (number % 5 + 1)


@st.composite
def changed(draw: st.DrawFn, was: Files) -> Files:
    """The files after some changes: edited, added, removed, renamed, in another order."""
    now = list(was)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(now) - 1))
        name, text = now[at]
        match draw(st.sampled_from(["edit", "edit", "add", "remove", "rename", "move"])):
            case "edit":
                now[at] = (name, words(draw(st.integers(0, 30))))
            case "add":
                now.insert(at, (draw(st.sampled_from(NAMES)), words(draw(st.integers(0, 30)))))
            case "remove" if len(now) > 1:
                del now[at]
            case "rename":
                now[at] = (draw(st.sampled_from(NAMES)), text)
            case _:
                now.insert(draw(st.integers(0, len(now) - 1)), now.pop(at))
    return tuple(now)


@st.composite
def _states(draw: st.DrawFn, least: int, most: int) -> tuple[Files, ...]:
    one = st.tuples(st.sampled_from(NAMES), st.integers(0, 30).map(words))
    states = [tuple(draw(st.lists(one, min_size=least, max_size=most)))]
    for _ in range(draw(st.integers(1, MOST_ROUNDS))):
        states.append(draw(changed(states[-1])))
    return tuple(states)


@st.composite
def file_stories(draw: st.DrawFn) -> Story:
    """Of FILE, with and without a tree above."""
    aggregation = draw(st.sampled_from(["REDUCE", "REDUCE", "CONCAT", "LIST", "NONE"]))
    least = draw(st.sampled_from([1, 10, 25]))
    return Story("FILE", draw(_states(least, 30)), {"aggregation": aggregation})


@st.composite
def none_stories(draw: st.DrawFn) -> Story:
    """Of NONE: all files in one prompt."""
    return Story("NONE", draw(_states(1, 4)))


@st.composite
def plan_stories(draw: st.DrawFn) -> Story:
    """Of DYNAMIC: steps that read the input, other steps, or nothing; some say the same whatever they are asked."""
    steps: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 7))):
        before = [step["id"] for step in steps]
        used = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
        said = [draw(st.sampled_from(["Think.", "Look.", "STEADY."]))]
        said += ["{{input}}"] if draw(st.booleans()) or not before else []
        said += [f"{{{{steps.{id_}}}}}" for id_ in used]
        steps.append({"id": f"s{number}", "prompt": " ".join(said)})
    ids = [step["id"] for step in steps]
    used_later = " ".join(step["prompt"] for step in steps)
    # What nothing uses must be a part of the answer.
    answer = [id_ for id_ in ids if f"steps.{id_}}}" not in used_later or draw(st.booleans())]
    return Story("DYNAMIC", draw(_states(1, 3)), plan={"steps": steps, "answer": answer})


@st.composite
def text_stories(draw: st.DrawFn) -> Story:
    """Of CHUNK: a text of sentences with words in them that are found again; edited anywhere."""
    number = iter(range(1_000_000))

    def some(count: int) -> list[str]:
        return [f"Here stands W{next(number)} {'and more ' * draw(st.integers(0, 3))}." for _ in range(count)]

    now = some(draw(st.integers(1, 60)))
    states = [now]
    for _ in range(draw(st.integers(1, MOST_ROUNDS))):
        at = draw(st.sampled_from([0, len(now), *range(len(now))]))
        gone, new = draw(st.integers(0, 8)), some(draw(st.integers(0, 8)))
        now = (now[:at] + new + now[at + gone :]) or now
        states.append(now)
    joint = draw(st.sampled_from(["\n\n", " ", "\n"]))
    texts = tuple((("text", joint.join(state)),) for state in states)
    aggregation = draw(st.sampled_from(["CONCAT", "CONCAT", "REDUCE"]))
    return Story("CHUNK", texts, {"chunk_tokens": 150, "aggregation": aggregation}, is_text=True)


ERRORS = [(kind, name) for kind in ("Key", "Value", "Type") for name in ("read", "write", "send")]
Error = tuple[str, str]


def log_of(errors: Sequence[Error]) -> str:
    """A log in which these errors occur, in order."""
    return "".join(
        f'Traceback (most recent call last):\n  File "{name}.py", line 3, in {name}\n    x()\n'
        f"{kind}Error: it went wrong\n"
        for kind, name in errors
    )


@st.composite
def error_stories(draw: st.DrawFn) -> Story:
    """Of ERROR: errors come, go, and come again; the code that is quoted changes."""
    errors = st.lists(st.sampled_from(ERRORS), min_size=1, max_size=6)
    codes = st.sampled_from(["x()", "y()"])
    states: list[Files] = []
    log: list[Error] = draw(errors)
    for _ in range(draw(st.integers(2, MOST_ROUNDS + 1))):
        files = [("log", log_of(log))]
        if draw(st.booleans()):
            files.append(("read.py", f"def read():\n    {draw(codes)}\n    x()\n"))
        states.append(tuple(files))
        match draw(st.sampled_from(["more", "less", "again"])):
            case "more":
                log = [*draw(errors), *log]
            case "less" if len(log) > 1:
                log = log[draw(st.integers(1, len(log) - 1)) :]
            case _:
                log = [*log, log[0]]
    return Story("ERROR", tuple(states), {"model": draw(st.sampled_from(["slow/m", "slow/wide"]))})


def stories() -> st.SearchStrategy[Story]:
    """Of all strategies."""
    return st.one_of(file_stories(), file_stories(), none_stories(), plan_stories(), text_stories(), error_stories())
