"""Rendering the templates of task types. The one place that imports Jinja.

A template is the operator's (shipped or from `config.yaml`); what users and models wrote are values that are put
into it and are never evaluated. Templates run in Jinja's sandbox all the same, and their output is bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Sized
from functools import lru_cache
from types import TracebackType
from typing import Any, cast

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.errors import ConfigurationError, InvalidInput
from service.strategies.aggregation import Answer

PART_VARIABLES = frozenset({"instruction", "input", "source_name", "part", "parts"})
"""What the template of a part may use."""

REDUCE_VARIABLES = frozenset({"instruction", "answers"})
"""What the template of a reduce may use; each of `answers` has a `title` and a `text`."""

OUTPUT_BEYOND_INPUT = 4_000_000
"""Characters that a rendered template may have beyond those of its values."""

_LARGEST_REPEAT = 10_000
_FILE_NAME = "<template>"


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox; in it, text cannot be repeated, nor numbers raised, until memory is full."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`left operator right`, when both are small. SecurityError otherwise."""
        if _too_large(left, right) or _too_large(right, left) or (operator == "**" and abs(right) > 64):
            raise SecurityError(f"{operator} is too large")
        return super().call_binop(context, operator, left, right)


def _too_large(sized: object, factor: object) -> bool:
    return isinstance(sized, Sized) and isinstance(factor, int) and len(sized) * factor > _LARGEST_REPEAT


_ENVIRONMENT = _Environment(undefined=StrictUndefined, autoescape=False)
for _toy in ("lipsum", "cycler", "joiner"):
    # Every rendering copies the globals.
    del _ENVIRONMENT.globals[_toy]


def render(template_text: str, variables: Mapping[str, object], *, name: str = "template") -> str:
    """The template with the variables put in.

    ConfigurationError names the template and the line of what is wrong in it: its syntax, a variable that there
    is not, an operation that the sandbox refuses. InvalidInput when the text gets far larger than its values.
    """
    template = _compiled(template_text, name)
    bound = OUTPUT_BEYOND_INPUT + sum(map(_length, variables.values()))
    try:
        return _bounded(template.generate(variables), bound, name)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise _wrong(name, _line(error.__traceback__), error) from error


def render_part(
    template: str,
    *,
    instruction: str,
    input: str,
    source_name: str,
    part: int = 1,
    parts: int = 1,
    name: str = "instruction",
) -> str:
    """The prompt about one part of a source; `part` counts from 1. Errors as in `render`."""
    variables = {
        "instruction": instruction,
        "input": input,
        "source_name": source_name,
        "part": part,
        "parts": parts,
    }
    return render(template, variables, name=name)


def render_reduce(template: str, *, instruction: str, answers: Sequence[Answer], name: str = "reduce") -> str:
    """The prompt that asks to combine the answers. Errors as in `render`."""
    return render(template, {"instruction": instruction, "answers": answers}, name=name)


def check(template_text: str, variables: Collection[str], *, name: str = "template") -> None:
    """Find out at start what `render` would find later. ConfigurationError for bad syntax or another variable."""
    _compiled(template_text, name)
    unknown = meta.find_undeclared_variables(_ENVIRONMENT.parse(template_text)) - set(variables)
    if unknown:
        raise ConfigurationError(
            f"The template {name} uses {', '.join(sorted(unknown))}, which is not there.",
            remedy=f"It may use {', '.join(sorted(variables))}.",
        )


def _compiled(template_text: str, name: str) -> Template:
    try:
        return _compile(template_text)
    except TemplateSyntaxError as error:
        raise _wrong(name, error.lineno, error) from error


@lru_cache(maxsize=512)
def _compile(template_text: str) -> Template:
    return _ENVIRONMENT.from_string(template_text)


def _bounded(pieces: Iterator[str], bound: int, name: str) -> str:
    kept: list[str] = []
    for piece in pieces:
        kept.append(piece)
        bound -= len(piece)
        if bound < 0:
            raise InvalidInput(f"The template {name} makes a text that is far larger than its input.")
    return "".join(kept)


def _length(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Answer):
        return len(value.title) + len(value.text)
    if isinstance(value, (list, tuple)):
        return sum(map(_length, cast(Sequence[object], value)))
    return 0


def _wrong(name: str, line: int | None, error: Exception) -> ConfigurationError:
    place = f"The template {name}" if line is None else f"The template {name}, line {line}"
    return ConfigurationError(f"{place}: {error}")


def _line(trace: TracebackType | None) -> int | None:
    """The line of the template where an error came from: Jinja's own frames say it."""
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in (_FILE_NAME, "<unknown>"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
