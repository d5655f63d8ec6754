"""`docs/analytics.md`: its list of analyses is made of the heads of `cypher/analytics/`.

`scripts/analytics` writes it below the mark; with `--check` it says whether it is what it would write.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby

from service.conversations.analytics.asked import wanted
from service.conversations.analytics.described import Analysis
from service.conversations.analytics.running import all_analyses
from tests.support.generated import ROOT, keep

PAGE = ROOT / "docs" / "analytics.md"
MARK = "<!-- Made by scripts/analytics of the heads of cypher/analytics. Do not edit it below. -->"


def page() -> str:
    """The page, with the list as the files have it."""
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return f"{head}{MARK}\n\n" + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for group, found in groupby(all_analyses().values(), key=lambda one: one.group):
        yield f"### {group.capitalize()}\n"
        for analysis in found:
            yield from _analysis(analysis)


def _analysis(analysis: Analysis) -> Iterator[str]:
    yield f"#### {analysis.name}\n\n{analysis.purpose}\n"
    yield "| parameter | takes | default | |\n|---|---|---|---|"
    for one in analysis.parameters:
        default = "" if not one.default else f"`{one.default}`"
        yield f"| `{one.name}` | {wanted(one)} | {default} | {_sentence(one.what)} |"
    yield "\n| column | holds | unit | |\n|---|---|---|---|"
    for one in analysis.columns:
        yield f"| `{one.name}` | {one.type.value} | {one.unit or ''} | {_sentence(one.what)} |"
    yield ""


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "." if text[0] != "`" else text + "."


def main() -> int:
    """Write the page, or check it; the exit code."""
    return keep({PAGE: page()}, "cypher/analytics", "scripts/analytics")


if __name__ == "__main__":
    sys.exit(main())
