"""What Maven, sbt and Gradle report: errors of compilers behind their `[ERROR]`, failed tests, and failed goals."""

from __future__ import annotations

import re
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines, is_entry
from service.strategies.failures.stacks import stack

TEST = "Java test failure"
_MARK = re.compile(r"\[(ERROR|error|WARNING|warn)\] ?")
_PLACED = re.compile(
    r"((?:[A-Za-z]:)?[^\s:\[][^:\[]{0,300}\.\w{1,6}):(?:\[(\d{1,7})(?:,\d{1,7})?\]|(\d{1,7}):(?:\d{1,7}:)?)\s(.*)"
)
_FAILED_TEST = re.compile(r"(?:\[ERROR\] )?(\S.{0,300}?)\s+(?:-- )?Time elapsed: .{1,40} <<< (?:FAILURE|ERROR)!")
_OLD_NAME = re.compile(r"(\w{1,200}).{0,100}?\(([\w.$]{1,300})\)$")
_RESULT = re.compile(r"\[ERROR\] {2,4}(?:\w{1,200}\.)?(\w{1,200}\.\w{1,200}):(\d{1,7})(\S{0,300}) (.*)")
_COUNTED = re.compile(
    r"\[ERROR\] (?:(?:Failures|Errors): ?$|(?:Tests run|Tests|Failed tests): )|\[ERROR\] COMPILATION ERROR"
    r"|\[error\] (?:\w{1,9} errors? found|\(.{1,200}\) (?:Compilation failed|.*TestsFailedException)|Total time)"
    r"|\[error\] Failed(?: tests)?:"
)
_GOAL = re.compile(r"\[ERROR\] (?:Failed to execute goal|Plugin |Non-resolvable|The build could not|The project )")
_FOLLOWS = re.compile(
    r"There (?:are|were|was) (?:test )?fail|Compilation failure|failing tests|Compilation (?:failed|error)"
)
_GRADLE = re.compile(r"\* What went wrong:")
_GRADLE_TEST = re.compile(r"(\S.{0,200} > .{1,200}) FAILED$")
_CLASS = re.compile(r"([\w.$]{1,300}(?:Error|Exception|Failure|Failed|Throwable)\w{0,40})(?::\s(.*)| at .*|$)")
_PLACE = re.compile(r"\s.*?\bat (?:.{0,300}\()?([\w$]{1,200}\.\w{1,10}):(\d{1,7})\)?")
_KOTLIN = re.compile(
    r"(?:\[\w{1,20}\] )?([ew]): (?:file://)?(\S.{0,400}?\.kts?):"
    r"(?: \((\d{1,7}), \d{1,7}\):|(\d{1,7}):(?:\d{1,7}:?)?) (\S.*)"
)
_MOST = 60


def build(lines: Lines, index: int) -> Found | None:
    """What Maven or sbt say on a line that they mark, with the lines that go on from it."""
    line = lines[index]
    mark = _MARK.match(line)
    if mark is None:
        return None
    if _COUNTED.match(line):
        return one(_hearsay("Failed tests", line[mark.end() :].strip(), index))
    if result := _RESULT.match(line):
        return one(replace(_hearsay(TEST, result[4], index), test=result[1]))
    if _GOAL.match(line):
        return _goal(lines, index)
    placed = _PLACED.match(line, mark.end())
    if placed is None:
        return harmless(index) if not line[mark.end() :].strip() else None
    return _compiler(lines, index, mark[1].lower(), placed)


def test(lines: Lines, index: int) -> Found | None:
    """A test that Surefire or Gradle say has failed, with its stack trace."""
    line = lines[index]
    if match := _FAILED_TEST.match(line):
        found = stack(lines, index + 1) if index + 1 < len(lines) else None
        if found is None or not found.findings:
            return None if _COUNTED.match(line) else one(_hearsay(TEST, match[1], index))
        told = replace(found.findings[0], kind=TEST, severity=Severity.FAILURE, first=index, test=_test(match[1]))
        return Found((told,), [index, *found.lines])
    match = _GRADLE_TEST.match(line)
    raised = _CLASS.match(lines.get(index + 1).strip()) if match else None
    if match is None or raised is None:
        return None
    last = index + 1
    while last - index < _MOST and lines.get(last + 1)[:1] == " ":
        last += 1
    places = (place for i in range(index + 1, last + 1) if (place := _PLACE.match(lines[i])))
    frames = tuple(Frame(place[1], int(place[2]), match[1]) for place in places)
    return one(Finding(TEST, raised[1], raised[2] or "", Severity.FAILURE, index, last, frames, test=match[1]))


def gradle(lines: Lines, index: int) -> Found | None:
    """Why a build of Gradle's failed, where that is not told above."""
    if not _GRADLE.match(lines[index]):
        return None
    last = index
    while last - index < _MOST and last + 1 < len(lines) and not _ends_gradle(lines[last + 1]):
        last += 1
    said = [text for i in range(index + 1, last + 1) if (text := lines[i].strip())]
    found = Finding("Gradle failure", "", " ".join(said[:3])[:300], Severity.FATAL, index, last)
    return one(replace(found, hearsay=_FOLLOWS.search(found.message) is not None))


def kotlin(lines: Lines, index: int) -> Found | None:
    """An error or a warning of Kotlin's compiler, as Gradle hands it on: the newer form with a URI, or the older."""
    match = _KOTLIN.match(lines[index])
    if match is None:
        return None
    error = match[1] == "e"
    severity = Severity.FATAL if error else Severity.WARNING
    frame = Frame(match[2], int(match[3] or match[4]))
    last = index
    while last - index < _MOST and lines.get(last + 1)[:1] in (" ", "\t") and lines.get(last + 1).strip():
        last += 1
    kind = f"Kotlin {'error' if error else 'warning'}"
    return one(Finding(kind, "", match[5].replace("'", ""), severity, index, last, (frame,)))


def _ends_gradle(line: str) -> bool:
    return line.startswith(("* ", "BUILD FAILED")) or is_entry(line)


def _hearsay(kind: str, message: str, index: int) -> Finding:
    return Finding(kind, "", message, Severity.FAILURE, index, index, hearsay=True)


def _goal(lines: Lines, index: int) -> Found:
    """The goal that failed: what it says follows, mostly, from what was said above. All marked lines are its own."""
    last = index
    while lines.get(last + 1).startswith("[ERROR]") or (lines.get(last + 1).strip() and lines[last + 1][0] != "["):
        last += 1
    message = lines[index].partition("] ")[2]
    found = Finding("Maven failure", "", message, Severity.FATAL, index, last)
    return one(replace(found, hearsay=_FOLLOWS.search(message) is not None))


def _compiler(lines: Lines, index: int, word: str, placed: re.Match[str]) -> Found:
    last = index
    while last - index < _MOST and _goes_on(lines.get(last + 1)):
        last += 1
    error = word == "error"
    language = "Scala" if placed[1].endswith(".scala") else "Kotlin" if placed[1].endswith((".kt", ".kts")) else "Java"
    frame = Frame(placed[1], int(placed[2] or placed[3]))
    severity = Severity.FATAL if error else Severity.WARNING
    message = placed[4].removeprefix("error: ")
    return one(Finding(f"{language} {'error' if error else 'warning'}", "", message, severity, index, last, (frame,)))


def _goes_on(line: str) -> bool:
    """Whether the line explains the one above: indented, behind the mark too."""
    mark = _MARK.match(line)
    rest = line[mark.end() :] if mark else line
    if _COUNTED.match(line) or not rest.strip():
        return False
    return rest[0] in " \t^" and _RESULT.match(line) is None


def _test(said: str) -> str:
    """`Class.method`, as the summary has it."""
    if old := _OLD_NAME.match(said):
        return f"{old[2].rpartition('.')[2]}.{old[1]}"
    return ".".join(said.split(".")[-2:])
