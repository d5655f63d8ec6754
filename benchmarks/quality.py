"""How well search finds: questions in other words than those of the texts, over the sections of our own documentation.

`questions.txt` has a line for each: the sections that answer it, and the question. Prints recall@5 of each mode: the
share of questions for which one of these sections is among the first five hits. `--pairs FILE` asks over texts of your
own instead: a line of JSON for each, `{"name": …, "text": …, "questions": […]}`.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.bench import OWNER, figure, neo4j, run
from service.config import load_config
from service.conversations.catalog import NewConversation
from service.conversations.search.filters import Question, SearchMode
from service.cursors import PageRequest
from service.records import new_id
from service.services import Services, wire

FOLDER = Path(__file__).parent
DOCS = FOLDER.parent / "docs"
FIRST = 5


def sections() -> Iterator[tuple[str, str]]:
    """The sections of all pages, each with its name."""
    for page in sorted(DOCS.glob("*.md")):
        if page.name in ("README.md", "graph-model.md"):
            continue
        for part in re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            heading = part.split("\n", 1)[0]
            yield f"{page.name}#{heading}", part


def questions() -> Iterator[tuple[str, set[str]]]:
    """The questions, each with the sections that answer it."""
    for line in (FOLDER / "questions.txt").read_text(encoding="utf-8").splitlines():
        answered, _, question = line.partition(" | ")
        yield question, set(answered.split("; "))


def pairs(file: Path) -> tuple[list[tuple[str, str]], list[tuple[str, set[str]]]]:
    """The texts of a file and its questions, as of `sections` and `questions`."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = [(row["name"], row["text"]) for row in rows]
    return texts, [(question, {row["name"]}) for row in rows for question in row.get("questions", ())]


async def write(services: Services, texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Write each text as an answer; the names by the prompts' ids."""
    names: dict[str, str] = {}
    for name, text in texts:
        conversation = await services.backend.conversations.create_conversation(OWNER, NewConversation())
        for kind, content in (("Prompt", f"Text {len(names)}"), ("Response", text)):
            row = {"id": new_id(), "conversationId": conversation, "ownerId": OWNER, "kind": kind}
            await services.store.append_message(row | {"properties": {"content": content, "title": name}})
            if kind == "Prompt":
                names[row["id"]] = name
    await services.indexing.catch_up()
    assert services.vectors.embedder is not None
    await services.vectors.fill(services.vectors.embedder)
    return names


async def main(texts: list[tuple[str, str]], asked: list[tuple[str, set[str]]]) -> None:
    """Write, ask, count."""
    async with neo4j() as connection:
        with tempfile.TemporaryDirectory() as data:
            services = wire(load_config(None, {"ANTIPHON_DATA_DIR": data}), connection)
            await services.open(brief=True)
            names = await write(services, texts)
            unknown = {name for _, answered in asked for name in answered} - set(names.values())
            assert not unknown, f"The questions name texts that are not there: {sorted(unknown)}"
            for mode in SearchMode:
                found = 0
                for question, answered in asked:
                    hits = await services.backend.search.search(OWNER, Question(question, mode), PageRequest(FIRST))
                    shown = [names[hit.found.row["promptId"]] for hit in hits.rows]
                    found += bool(answered & set(shown))
                figure(f"search: recall@{FIRST}, {mode.value}", found / len(asked), "share", questions=len(asked))
            await services.close()


if __name__ == "__main__":
    said_of = argparse.ArgumentParser(description=__doc__)
    said_of.add_argument("--pairs", type=Path, help="a file of texts with questions, a line of JSON each")
    given = said_of.parse_args().pairs
    run(main(*(pairs(given) if given else (list(sections()), list(questions())))))
