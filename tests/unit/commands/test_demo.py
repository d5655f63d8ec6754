"""The demo, as far as it needs no service: its log, its recordings and its own place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import service.commands.demo
from service.commands.demo.incident import LINES, NAME, make_log
from service.commands.demo.recorded import key_of
from service.commands.demo.scenes import LETTERS, letters_wish
from service.commands.demo.stage import alone
from service.errors import Conflict
from service.strategies.failures.cases import find_cases
from service.strategies.interface import SourceText

FOLDER = Path(service.commands.demo.__file__).parent


def test_the_log_has_its_lines_and_the_four_errors_that_the_report_speaks_of() -> None:
    """And it is the same each time."""
    log = make_log()
    assert log.count("\n") == LINES
    assert log == make_log()
    cases = find_cases([SourceText("1", NAME, "text/plain", log)])
    assert [case.count for case in cases] == [1, 412, 37, 9]
    assert [case.title.partition(":")[0] for case in cases] == [
        "MemoryError",
        "sqlalchemy.exc.TimeoutError",
        "KeyError",
        "ConnectionResetError",
    ]


def test_every_prompt_has_its_recording() -> None:
    """55 letters and their summary, four cases and their report."""
    answers = json.loads((FOLDER / "recordings.json").read_text(encoding="utf-8"))["answers"]
    letters = {file["name"] for file in letters_wish()["input"]["files"]}
    assert len(letters) == LETTERS
    assert set(answers) == letters | {"summary", "report"} | {f"case-{number}" for number in range(1, 5)}


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("Material: letter-07.txt\nHow do I return a rug?", "letter-07.txt"),
        ("<answer title='letter-07.txt'> <answer title='letter-08.txt'>", "summary"),
        ("Case 2 of 4: KeyError", "case-2"),
        ("Rank the root causes of the errors below. Case 2 of 4", "report"),
    ],
)
def test_a_prompt_is_known_by_what_it_is_about(prompt: str, key: str) -> None:
    """Whatever the templates say around it."""
    assert key_of(prompt) == key


def test_there_is_one_demo_at_a_time(tmp_path: Path) -> None:
    """The second is told of the first, and may begin when that has ended."""
    with alone(tmp_path), pytest.raises(Conflict, match="A demo runs already"), alone(tmp_path):
        pass
    with alone(tmp_path):
        assert (tmp_path / "demo.lock").exists()
