"""Which Java is taken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.graph.local.java import find_java, fingerprint, java_environment, parse_version, version_of


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ('openjdk version "25.0.2" 2026-01-20 LTS', 25),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_301"', 8),
        ("command not found", 0),
    ],
)
def test_version_is_read_from_what_java_prints(output: str, version: int) -> None:
    """New and old numbering, and no number at all."""
    assert parse_version(output) == version


def test_java_is_found_and_known_again(tmp_path: Path) -> None:
    """There is a Java, and its fingerprint is its own."""
    java = find_java()
    other = tmp_path / "java"
    other.write_text("x")
    assert os.access(java, os.X_OK)
    assert fingerprint(java) == fingerprint(java) != fingerprint(other)


FOREIGN = {
    "JAVA_TOOL_OPTIONS": "-Xms1G -Xmx4G",
    "_JAVA_OPTIONS": "-XX:+UseZGC",
    "JDK_JAVA_OPTIONS": "-javaagent:/no/such.jar",
    "CLASSPATH": "/no/such.jar",
}


def test_java_is_given_no_options_of_others() -> None:
    """What else is in the environment stays, the memory of the C library for one."""
    given = java_environment({**FOREIGN, "MALLOC_ARENA_MAX": "2", "java_home": "/j"})
    assert {name for name in given if name != "LC_ALL"} == {"MALLOC_ARENA_MAX", "java_home"}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such variables")
def test_java_has_the_same_locale_everywhere() -> None:
    """One that knows all letters, and no language's own."""
    assert java_environment({"LANG": "tr_TR.UTF-8", "LC_ALL": "C"})["LC_ALL"] == "C.UTF-8"


def test_options_of_others_do_not_hide_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Java that cannot be started with them is looked at without them."""
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    assert version_of(find_java()) >= 21
