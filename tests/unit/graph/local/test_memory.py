"""How Neo4j's sizes follow the memory that there is: the machine's, or the limit of a container."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import ConfigurationError, SetupError
from service.graph.local.memory import Limit, fitting_sizes, memory_limit

MB = 1 << 20


def machine(root: Path, groups: str, **files: str) -> Path:
    """A machine whose process is in these control groups; `files` by path below `/sys/fs/cgroup`, `/` as `__`."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        file = root / "sys/fs/cgroup" / name.replace("__", "/").replace("_DOT_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@pytest.mark.parametrize(
    ("groups", "files", "megabytes"),
    [
        # A container with cgroup version 2 sees its own group as the root.
        ("0::/\n", {"memory_DOT_max": f"{300 * MB}\n"}, 300),
        # A unit of systemd: of all that it is within the least holds, and what throttles too.
        (
            "0::/system.slice/antiphon.service\n",
            {
                "system.slice__memory_DOT_max": f"{400 * MB}\n",
                "system.slice__antiphon.service__memory_DOT_max": "max\n",
                "system.slice__antiphon.service__memory_DOT_high": f"{350 * MB}\n",
            },
            350,
        ),
        # Version 1, where the container does not see the path that the machine has for it.
        (
            "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/\n",
            {"memory__memory_DOT_limit_in_bytes": f"{256 * MB}\n"},
            256,
        ),
        ("4:memory:/one\n", {"memory__one__memory_DOT_limit_in_bytes": f"{200 * MB}\n"}, 200),
    ],
)
def test_the_least_limit_holds(tmp_path: Path, groups: str, files: dict[str, str], megabytes: int) -> None:
    """Whoever set it, and wherever it is written."""
    found = memory_limit(machine(tmp_path, groups, **files))
    assert found.megabytes == megabytes
    assert "/sys/fs/cgroup/" in found.said_by


@pytest.mark.parametrize(
    ("groups", "files"),
    [
        ("0::/\n", {"memory_DOT_max": "max\n"}),
        ("4:memory:/\n", {"memory__memory_DOT_limit_in_bytes": "9223372036854771712\n"}),
        ("0::/../../elsewhere\nnonsense\n", {}),
    ],
)
def test_without_a_limit_the_machine_is_one(tmp_path: Path, groups: str, files: dict[str, str]) -> None:
    """`max` and a huge number are none; nor is what cannot be read."""
    assert memory_limit(machine(tmp_path, groups, **files)).said_by == "this machine"
    assert memory_limit(tmp_path / "no-such-root").said_by == "this machine"


@pytest.mark.parametrize(
    ("megabytes", "sizes"),
    [
        (64_000, ("512m", "128m")),
        (1200, ("512m", "128m")),
        (1024, ("363m", "121m")),
        (768, ("171m", "57m")),
        (720, ("160m", "20m")),
    ],
)
def test_sizes_fit_into_the_memory(megabytes: int, sizes: tuple[str, str]) -> None:
    """With room for what is not on the heap, and for the service beside it."""
    assert fitting_sizes(None, None, Limit(megabytes, "a test")) == sizes


def test_what_others_take_makes_sizes_smaller_and_refuses_nothing() -> None:
    """The local model is a process beside; it may never be asked."""
    assert fitting_sizes(None, None, Limit(1200, "a test"), others=350) == ("233m", "77m")
    assert fitting_sizes(None, None, Limit(730, "a test"), others=350) == ("160m", "16m")


def test_wishes_are_granted_where_they_fit() -> None:
    """One of them leaves the other to be chosen."""
    assert fitting_sizes("1g", None, Limit(4000, "a test")) == ("1g", "128m")
    assert fitting_sizes(None, "300m", Limit(1000, "a test")) == ("160m", "300m")


def test_too_little_memory_is_told_before_anything_is_started() -> None:
    """With the limit, who set it, and how much is needed."""
    with pytest.raises(SetupError, match=r"256 MB of memory \(/sys/fs/cgroup/memory\.max\)") as raised:
        fitting_sizes(None, None, Limit(256, "/sys/fs/cgroup/memory.max"))
    assert "716 MB or more" in str(raised.value)


@pytest.mark.parametrize(("heap", "page_cache", "field"), [("2g", None, "heap"), ("256m", "1024m", "page_cache")])
def test_a_wish_beyond_the_limit_is_named(heap: str, page_cache: str | None, field: str) -> None:
    """The system would kill what grows into it."""
    with pytest.raises(ConfigurationError, match=rf"storage\.neo4j\.embedded\.{field} is .*1024 MB \(a test\)"):
        fitting_sizes(heap, page_cache, Limit(1024, "a test"))
