"""What an import of a graph file says when it is done: what went in, what was there, and what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.conversations.transfer.graphfile.items import Node, Tie

MOST_PROBLEMS = 100
MESSAGES = ("Prompt", "Response")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a conversation was refused, or what is wrong with the file: the line, a sentence, and what to do."""

    line: int
    sentence: str
    remedy: str
    conversation_id: str | None = None


@dataclass(slots=True)
class Came:
    """What of one conversation is in the file."""

    nodes: int = 0
    relationships: int = 0
    messages: int = 0
    unfinished: int = 0
    """Tasks that had not ended."""

    def add(self, item: Node | Tie) -> None:
        """Count it."""
        if isinstance(item, Node):
            self.nodes += 1
            self.messages += item.kind in MESSAGES
            self.unfinished += item.kind == "Task" and bool(item.properties.get("unfinished"))
        else:
            self.relationships += 1


@dataclass(slots=True)
class GraphReport:
    """Counts of what one file came to. Nothing is counted as imported that nobody can read now."""

    conversations: int = 0
    """That are new here."""
    there: int = 0
    """That the owner had already; nothing of them was changed."""
    refused: int = 0
    """Of which nothing was kept."""
    messages: int = 0
    """In those that are new."""
    nodes: int = 0
    relationships: int = 0
    cancelled_tasks: int = 0
    """That had not ended when they were exported. They do not go on here."""
    left_links: int = 0
    """To messages of conversations that are not here."""
    renamed: int = 0
    """Conversations that have other ids than in the file: theirs were somebody's already."""
    plans: int = 0
    """Kept plans of the owner that are new here, each version by itself. Counted where the file holds all of them."""
    plans_there: int = 0
    """Those that the owner had already."""
    are_plans_refused: bool = False
    ids: dict[str, str] = field(default_factory=dict[str, str])
    """Of some conversations: the id in the file, and the id here."""
    lines: int = 0
    is_whole: bool = False
    """Whether the file has its last line, and holds what that says."""
    problems: list[Problem] = field(default_factory=list[Problem])
    more_problems: int = 0

    def count(self, came: Came, left_links: int, *, is_renamed: bool) -> None:
        """Count a conversation that this import has brought."""
        self.conversations += 1
        self.renamed += is_renamed
        self.messages += came.messages
        self.nodes += came.nodes
        self.relationships += came.relationships - left_links
        self.left_links += left_links
        self.cancelled_tasks += came.unfinished

    def tell(self, problem: Problem) -> None:
        """Keep a problem, as long as there are few."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.more_problems += 1
