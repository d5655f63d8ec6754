"""What an import of a graph file says when it is done: what went in, what was there, and what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a conversation was refused, or what is wrong with the file: the line, a sentence, and what to do."""

    line: int
    sentence: str
    remedy: str
    conversation_id: str | None = None


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
    ids: dict[str, str] = field(default_factory=dict[str, str])
    """Of some conversations: the id in the file, and the id here."""
    lines: int = 0
    is_whole: bool = False
    """Whether the file has its last line, and holds what that says."""
    problems: list[Problem] = field(default_factory=list[Problem])
    more_problems: int = 0

    def tell(self, problem: Problem) -> None:
        """Keep a problem, as long as there are few."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.more_problems += 1
