"""Pages after the Relay cursor specification: connections, edges and what is before and after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import strawberry

from service.conversations.catalog import ListPage
from service.conversations.history import HistoryPage

T = TypeVar("T")


@strawberry.type(description="What is before and after a page.")
class PageInfo:
    """What is before and after a page."""

    has_next_page: bool = strawberry.field(description="Whether another page follows, with `after: endCursor`.")
    has_previous_page: bool = strawberry.field(description="Whether this page began after a cursor.")
    start_cursor: str | None
    end_cursor: str | None


Cursor = Callable[[int], str]


@strawberry.type(description="A node of a page, and the cursor to go on after it.")
class Edge(Generic[T]):
    """A node of a page."""

    node: T
    index: strawberry.Private[int]
    cursor_of: strawberry.Private[Cursor]

    @strawberry.field
    def cursor(self) -> str:
        """The cursor to go on after this node."""
        return self.cursor_of(self.index)


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """A page of a list."""

    page_info: PageInfo
    edges: list[Edge[T]]

    @strawberry.field(description="The nodes of the edges.")
    def nodes(self) -> list[T]:
        """The nodes of the edges."""
        return [edge.node for edge in self.edges]


def one_edge(node: Any, cursor: str) -> Edge[Any]:
    """The edge of a node that came by itself, as a mutation makes one."""
    return Edge(node=node, index=0, cursor_of=lambda _: cursor)


def list_connection(page: ListPage, node: Callable[[Any], Any], cursor: Callable[[Any], str]) -> Connection[Any]:
    """The connection of a page of a list."""
    return _connection([node(row) for row in page.rows], lambda i: cursor(page.rows[i]), page.more, page.after)


def history_connection(page: HistoryPage, node: Callable[[Any], Any], after: bool) -> Connection[Any]:
    """The connection of a page of a history."""
    return _connection([node(row) for row in page.rows], page.cursor, page.more, after)


def _connection(nodes: Sequence[Any], cursor: Cursor, more: bool, after: bool) -> Connection[Any]:
    info = PageInfo(
        has_next_page=more,
        has_previous_page=after,
        start_cursor=cursor(0) if nodes else None,
        end_cursor=cursor(len(nodes) - 1) if nodes else None,
    )
    edges: list[Edge[Any]] = [Edge(node=node, index=i, cursor_of=cursor) for i, node in enumerate(nodes)]
    return Connection(page_info=info, edges=edges)
