"""What refusals teach of a model's server: the next call is asked as it can be answered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.errors import BoundRefused, FormatRefused
from service.models.ways import MOST_FORMATS, Ways
from service.records import ResponseFormat, ResponseFormatKind

TEXT = ResponseFormat(ResponseFormatKind.TEXT)


def bound(window: int | None = None, prompt: int | None = None, most: int | None = None) -> BoundRefused:
    """A refusal that says so much."""
    error = BoundRefused("x", status=400)
    error.window, error.prompt, error.most = window, prompt, most
    return error


def schema(number: int) -> ResponseFormat:
    """A schema unlike others."""
    return ResponseFormat(ResponseFormatKind.JSON_SCHEMA, {"maxLength": number, "type": "string"})


def test_nothing_learned_changes_nothing() -> None:
    """What was asked for is asked for."""
    assert (Ways().bound(8192, 30), Ways().takes(schema(1))) == (8192, True)


def test_most_of_any_answer_is_kept_to() -> None:
    """Whatever the prompt."""
    ways = Ways()
    ways.learn(bound(most=4096), TEXT, 30)
    assert (ways.bound(8192, 9), ways.bound(100, 9)) == (4096, 100)


@given(st.integers(600, 200_000), st.data())
def test_next_call_fits_as_the_server_counts(window: int, data: st.DataObject) -> None:
    """Also where it counts more tokens than we do."""
    prompt = data.draw(st.integers(1, window - 300))
    counted = data.draw(st.integers(1, 2 * prompt))
    ways = Ways()
    ways.learn(bound(window, prompt), TEXT, counted)
    assert ways.bound(10**6, counted) + prompt <= window


def test_short_prompt_teaches_nothing_of_a_long_one() -> None:
    """What a server adds to three words is no measure of how it counts a page."""
    ways = Ways()
    ways.learn(bound(4096, 12), TEXT, 1)
    assert ways.bound(8192, 2500) == 4096 - 2500 - 11 - 8


def test_prompt_that_leaves_nothing_is_for_the_server_to_refuse() -> None:
    """It is asked for a little: then it is the prompt that is too long."""
    ways = Ways()
    ways.learn(bound(4096, 30), TEXT, 30)
    assert ways.bound(8192, 5000) == 256


def test_refused_schema_is_remembered_and_no_other() -> None:
    """Bounded, the oldest is forgotten first."""
    ways = Ways()
    for number in range(MOST_FORMATS + 1):
        ways.learn(FormatRefused("x"), schema(number), 0)
    taken = [ways.takes(schema(number)) for number in (0, 1, MOST_FORMATS, MOST_FORMATS + 1)]
    assert taken == [True, False, False, True]
