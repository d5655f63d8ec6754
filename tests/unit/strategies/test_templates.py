"""Rendering of templates."""

from __future__ import annotations

import timeit
from pathlib import Path

import pytest
import yaml

from service.errors import ConfigurationError, InvalidInput
from service.strategies.aggregation import Answer
from service.strategies.templates import PART_VARIABLES, REDUCE_VARIABLES, check, render, render_part, render_reduce

SMALL = """{{ instruction }}
{%- if parts > 1 %}

Part {{ part }} of {{ parts }} of {{ source_name }}.
{%- endif %}
{{ input }}"""
ROOT = Path(__file__).parents[3]
SHIPPED: dict[str, dict[str, str]] = yaml.safe_load((ROOT / "system_config.yml").read_text())["task_types"]


def test_part_is_rendered():
    """The values stand where the template wants them."""
    text = render_part(SMALL, instruction="Read this.", input="<a> & b", source_name="a.md", part=2, parts=3)
    assert text == "Read this.\n\nPart 2 of 3 of a.md.\n<a> & b"


def test_reduce_is_rendered():
    """Every answer has its title and its text."""
    template = "{{ instruction }}{% for answer in answers %}\n# {{ answer.title }}\n{{ answer.text }}{% endfor %}"
    text = render_reduce(template, instruction="Combine.", answers=[Answer("a", "one"), Answer("b", "two")])
    assert text == "Combine.\n# a\none\n# b\ntwo"


def test_values_are_never_evaluated():
    """What a user wrote stays what it is, however much it looks like a template."""
    hostile = "{{ 7*7 }}{% for x in y %}{# gone? #}"
    assert (
        render_part("{{ instruction }}|{{ input }}", instruction=hostile, input=hostile, source_name="")
        == f"{hostile}|{hostile}"
    )


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("fine\n{{ nobody }}", "The template review, line 2: 'nobody' is undefined"),
        ("fine\n\n{% for %}", "The template review, line 3: "),
        ("{{ input.__class__ }}", "unsafe"),
        ("{{ input.nothing }}", "nothing"),
        ("{{ 'a' * 100000000 }}", "too large"),
        ("{{ 100000000 * [1] }}", "too large"),
        ("{{ 9 ** 9999999 }}", "too large"),
        ("{{ 1 / 0 }}", "line 1: division by zero"),
        ("{% include 'secrets' %}", "line 1"),
        ("{{ 'a' ** 'b' }}", "line 1"),
    ],
)
def test_wrong_template_is_named_with_its_line(template: str, problem: str):
    """The operator learns where to look."""
    with pytest.raises(ConfigurationError) as caught:
        render(template, {"input": "x"}, name="review")
    assert problem in str(caught.value)


def test_small_products_are_allowed():
    """Arithmetic and rulers are what templates are for."""
    assert render("{{ '=' * 5 }}{{ 2 ** 10 }}", {}) == "=====1024"


def test_output_is_bounded():
    """A template that multiplies its input is stopped."""
    template = "{% for a in range(1000) %}{% for b in range(1000) %}{{ input }}{% endfor %}{% endfor %}"
    with pytest.raises(InvalidInput, match="larger"):
        render(template, {"input": "x" * 100})


def test_large_input_is_not_bounded():
    """The bound is beyond the input, not on it."""
    assert len(render("{{ answers[0].text }}", {"answers": [Answer("a", "x" * 6_000_000)]})) == 6_000_000


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_templates_render(name: str):
    """What we ship uses known variables only, and its tags eat no line ends."""
    check(SHIPPED[name]["instruction"], PART_VARIABLES, name=name)
    check(SHIPPED[name]["reduce"], REDUCE_VARIABLES, name=name)
    arguments = {"instruction": "Do it.", "input": "the input", "source_name": "a.md", "part": 2, "parts": 3}
    lines = render(SHIPPED[name]["instruction"], arguments).splitlines()
    assert "the input" in lines
    assert any(line.endswith("a.md (part 2 of 3)") for line in lines)


def test_check_finds_what_rendering_would():
    """Syntax and unknown variables, before any task runs."""
    check(SMALL, PART_VARIABLES)
    with pytest.raises(ConfigurationError, match=r"uses nobody, somebody.*It may use input, instruction"):
        check("{{ somebody }}{{ nobody }}{{ input }}", PART_VARIABLES, name="mine")
    with pytest.raises(ConfigurationError, match="mine, line 1"):
        check("{{", PART_VARIABLES, name="mine")


def test_rendering_a_small_template_is_fast():
    """It is compiled once: about 10 µs, a small part of what a subtask costs."""
    arguments = {"instruction": "Read.", "input": "x", "source_name": "a", "part": 1, "parts": 2}
    best = min(timeit.repeat(lambda: render(SMALL, arguments), number=200, repeat=20)) / 200
    assert best < 60e-6
