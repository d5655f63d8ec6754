"""Pages after the Relay cursor specification: connections, edges and what is before and after them.

Owns the four arguments that every connection takes. A resolver marked `paged` has them as one checked `page`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from service.cursors import FIRST, Row

T = TypeVar("T")


@strawberry.type
class PageInfo:
    """What is before and after a page."""

    has_next_page: bool
    """Whether the list goes on after it, with `after: endCursor`."""

    has_previous_page: bool
    """Whether there is more of the list before it, with `last` and `before: startCursor`."""

    start_cursor: str | None
    """The cursor of its first node; null where it has none."""

    end_cursor: str | None
    """The cursor of its last node; null where it has none."""


Cursor = Callable[[int], str]


@strawberry.type
class Edge(Generic[T]):
    """A node of a page, and its place in the list."""

    node: T
    """What stands there."""

    index: strawberry.Private[int]
    cursor_of: strawberry.Private[Cursor]

    @strawberry.field
    def cursor(self) -> str:
        """The place of the node: pages begin after it or end before it."""
        return self.cursor_of(self.index)


@strawberry.type
class Connection(Generic[T]):
    """A page of a list."""

    page_info: PageInfo
    """What is before and after it."""

    edges: list[Edge[T]]
    """Its nodes with their places, in the list's order."""

    @strawberry.field
    def nodes(self) -> list[T]:
        """The nodes of the edges."""
        return [edge.node for edge in self.edges]

    @staticmethod
    def empty() -> Connection[Any]:
        """The page of a list that holds nothing."""
        empty = PageInfo(has_next_page=False, has_previous_page=False, start_cursor=None, end_cursor=None)
        return Connection(page_info=empty, edges=[])


def one_edge(node: Any, cursor: str) -> Edge[Any]:
    """The edge of a node that came by itself, as a mutation makes one."""
    return Edge(node=node, index=0, cursor_of=lambda _: cursor)


class AnyPage(Protocol):
    """A page of a list, of a history, or of what was found."""

    @property
    def rows(self) -> Sequence[Any]:
        """Its rows, in the list's order."""
        ...

    @property
    def has_next(self) -> bool:
        """Whether the list goes on after it."""
        ...

    @property
    def has_previous(self) -> bool:
        """Whether there is more of the list before it."""
        ...

    def cursor(self, index: int) -> str:
        """The cursor of a row."""
        ...


def connection(page: AnyPage, node: Callable[[Row], Any]) -> Connection[Any]:
    """The connection of a page whose rows are the nodes."""
    return connection_of(page, [node(row) for row in page.rows])


def connection_of(page: AnyPage, nodes: Sequence[Any]) -> Connection[Any]:
    """The connection of a page whose nodes were read by themselves; None is one that is gone meanwhile."""
    edges: list[Edge[Any]] = [
        Edge(node=node, index=i, cursor_of=page.cursor) for i, node in enumerate(nodes) if node is not None
    ]
    info = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursor(0) if nodes else None,
        end_cursor=page.cursor(len(nodes) - 1) if nodes else None,
    )
    return Connection(page_info=info, edges=edges)


def _argument(name: str, kind: Any, default: Any = strawberry.UNSET) -> StrawberryArgument:
    return StrawberryArgument(name, None, StrawberryAnnotation(kind | None), default=default)


class Paged(FieldExtension):
    """Gives a field the arguments of a connection, and its resolver the `page` that they ask for."""

    def apply(self, field: StrawberryField) -> None:
        """Put the four arguments in place of `page`."""
        field.arguments = [
            *(argument for argument in field.arguments if argument.python_name != "page"),
            _argument("first", int, FIRST),
            _argument("after", str),
            _argument("last", int),
            _argument("before", str),
        ]

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Any, **given: Any) -> Any:
        """Check the arguments. Raises `InvalidInput`."""
        wanted = {name: given.pop(name) for name in ("first", "after", "last", "before") if name in given}
        return await next_(source, info, page=info.context.page(**wanted), **given)


def paged(resolver: Callable[..., Any]) -> Any:
    """A field that is a connection: its resolver takes a `page`."""
    return strawberry.field(resolver, extensions=[Paged()])
