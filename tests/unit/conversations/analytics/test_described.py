"""The heads of the files of `cypher/analytics/`: what they promise is what their statements take and give."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.conversations.analytics.asked import checked
from service.conversations.analytics.described import OWNER, PROJECTION, ValueType, describe, pasted
from service.conversations.analytics.running import all_analyses, find
from service.errors import GraphError, InvalidInput, NotFound
from service.graph.analyses import PROJECTIONS, WITHOUT_GDS, folder
from service.graph.queries import LANGUAGE, parse
from tests.support.analytics_page import PAGE, page

FILES = sorted(folder().rglob("*.cypher"))
DESCRIBED = [path for path in FILES if path.parent.name != WITHOUT_GDS]


@pytest.mark.parametrize("path", DESCRIBED, ids=lambda path: path.stem)
def test_head_names_each_parameter_and_column(path: Path) -> None:
    """No more and no less than the statement has."""
    text = path.read_text()
    analysis, statement = describe(path.stem, text), parse(path.stem, text)
    given = {one.name for one in analysis.parameters} | (statement.parameters & {OWNER, PROJECTION})
    assert given == statement.parameters
    last = text.rpartition("\nRETURN ")[2]
    assert [one.name for one in analysis.columns if not re.search(rf"\b{one.name}\b", last)] == []
    assert analysis.purpose.endswith(".")
    assert not statement.writes


@pytest.mark.parametrize("path", DESCRIBED, ids=lambda path: path.stem)
def test_defaults_are_values_and_neo4j_browser_is_told_the_same(path: Path) -> None:
    """The line to paste says what the head says."""
    text = path.read_text()
    shown = pasted(text)
    assert shown is not None
    given = dict(re.findall(r"(\w+): ('[^']*'|[\d.]+)", shown))
    assert given.pop(OWNER) == "'local'"
    given.pop(PROJECTION, None)
    analysis = describe(path.stem, text)
    defaults = {one.name: f"'{one.default}'" if _is_text(one.type) else one.default for one in analysis.parameters}
    assert given == defaults
    if path.parent.name != PROJECTIONS:
        assert set(checked(analysis, {})) == set(given)


def _is_text(kind: ValueType) -> bool:
    return kind not in (ValueType.INTEGER, ValueType.FLOAT)


def test_every_file_is_asked_for() -> None:
    """What has no head is of an algorithm that runs without Graph Data Science."""
    names = {path.stem for path in DESCRIBED if path.parent.name != PROJECTIONS}
    assert names == set(all_analyses())
    beside = {path.stem for path in FILES if path.parent.name == WITHOUT_GDS}
    wanted = {one.name for one in all_analyses().values() if one.uses_gds}
    assert beside == {f"{name}_{part}" for name in wanted for part in ("edges", "rows")}


def test_a_line_that_says_nothing_is_refused() -> None:
    """A typing error is no remark."""
    with pytest.raises(GraphError, match=r"neither a parameter nor a column.*whatever"):
        describe("x", f"// What.\n// whatever\n{LANGUAGE}\nRETURN 1 AS x\n")


def test_an_unknown_analysis_is_told_its_neighbours() -> None:
    """Near names, or all."""
    with pytest.raises(NotFound, match=r"no analysis 'spend_by_modle'. There is: spend_by_model"):
        find("spend_by_modle")
    with pytest.raises(NotFound, match=r"answer_sources.*wasted_spend"):
        find("\x1b[31m")


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("spend_by_day", {"days": "x"}, r"days must be a whole number from 0 to 100000, not 'x'"),
        ("spend_by_day", {"days": "-1"}, r"days must be"),
        ("spend_by_day", {"days": "9" * 41}, r"days must be"),
        ("spend_by_day", {"days": "1e3"}, r"days must be"),
        ("spend_by_day", {"days": "٣"}, r"days must be"),
        ("spend_by_day", {"limit": "10001"}, r"limit must be a whole number from 1 to 10000"),
        ("spend_by_day", {"timezone": "Mars/Olympus"}, r"timezone must be a time zone"),
        ("spend_by_day", {"timezone": "../../etc/passwd"}, r"timezone must be a time zone"),
        ("spend_by_day", {"timezone": "localtime"}, r"timezone must be a time zone"),
        ("spend_by_day", {"timezone": "EST"}, r"timezone must be a time zone"),
        ("answer_sources", {"taskId": "\ud800"}, r"taskId has half a character"),
        ("spend_by_day", {"day": "1"}, r"no parameter 'day'. It has: days"),
        ("spend_by_day", {"ownerId": "eve"}, r"no parameter 'ownerId'"),
        ("most_reused_responses", {"projection": "x"}, r"no parameter 'projection'"),
        ("similar_prompts", {"leastScore": "nan"}, r"leastScore must be a number from 0 to 1"),
        ("similar_prompts", {"leastScore": "1_0"}, r"leastScore must be"),
        ("conversation_as_of", {"at": "yesterday"}, r"at must be a moment such as"),
        ("answer_sources", {"taskId": "x" * 1001}, r"taskId has 1001 characters"),
    ],
)
def test_wrong_parameters_are_named(name: str, given: dict[str, str], said: str) -> None:
    """With what they must be."""
    with pytest.raises(InvalidInput, match=said) as refused:
        checked(find(name), given)
    assert refused.value.field == "parameters"


def test_values_are_made_fit() -> None:
    """Numbers of texts, and moments in UTC."""
    values = checked(find("conversation_as_of"), {"at": "2026-01-31T13:00:00+01:00", "limit": " 7 "})
    assert values == {"conversationId": "", "at": "2026-01-31T12:00:00.000Z", "limit": 7}


def test_page_is_up_to_date() -> None:
    """Run scripts/analytics where it is not."""
    assert PAGE.read_text(encoding="utf-8") == page()
