"""Nodes, pages and connections, as Relay clients know them, with cursors of our own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

import strawberry

from gateway.api.cursors import CursorCodec
from gateway.api.errors import ListSizeError
from gateway.exchange.views import Page

T = TypeVar("T")
V = TypeVar("V")

FIRST: Final = 20
"""Items of a page when the caller names no number."""

First = Annotated[
    int,
    strawberry.argument(description="How many items at most, from 1 to the gateway's largest page (1000 by default)."),
]
After = Annotated[
    str | None,
    strawberry.argument(description="A cursor of this list; items after it are given. Without it: from the start."),
]


@strawberry.interface(description="Something with an id that stays the same and is unique in the whole gateway.")
class Node:
    """Anything that ``node(id:)`` can find."""

    id: strawberry.ID = strawberry.field(description="An IRI, or for records an opaque id.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="True when items follow this page.")
    has_previous_page: bool = strawberry.field(description="True when this page was asked for with a cursor.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; nothing when the page is empty.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item; pass it as `after` to go on.")


@strawberry.type(description="An item of a list, with its place.")
class Edge(Generic[T]):
    """An item of a list, with its place."""

    cursor: str = strawberry.field(description="The item's place: items after it are given by `after`.")
    node: T | None = strawberry.field(description="The item.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    """One page of a list."""

    edges: list[Edge[T]] | None = strawberry.field(description="The items, each with its place.")
    nodes: list[T] | None = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What part of a list is asked for, with everything that makes its cursors."""

    first: int
    after: Mapping[str, str] | None
    plan: str
    """Digest of what identifies the list."""
    codec: CursorCodec

    @classmethod
    def of(cls, codec: CursorCodec, plan: str, first: int, after: str | None, *, most: int) -> "Window":
        """Check the arguments of a list.

        Raises:
            ListSizeError: ``first`` is not between 1 and ``most``.
            CursorInvalidError: ``after`` is not a cursor of this list.
        """
        check_first(first, most)
        return cls(first=first, after=None if after is None else codec.open(plan, after), plan=plan, codec=codec)

    @property
    def key(self) -> str | None:
        """The key after which reading goes on, for lists that are ordered by one key."""
        return None if self.after is None else self.after.get("key")

    def connection(self, page: Page[V], make: Callable[[V], T], key: Callable[[V], str]) -> Connection[T]:
        """The page of a use case, as the schema shows it.

        Args:
            page: what the use case gave.
            make: turns a view into a type of the schema.
            key: the id of a view, after which the next page goes on.
        """
        edges = [Edge(cursor=self.codec.seal(self.plan, {"key": key(view)}), node=make(view)) for view in page.items]
        where = page_info(
            edges[0].cursor if edges else None,
            edges[-1].cursor if edges else None,
            has_next=page.has_next,
            has_previous=self.after is not None,
        )
        return Connection(edges=edges, nodes=[each.node for each in edges if each.node is not None], page_info=where)


def check_first(first: int, most: int) -> None:
    """Pass when a page of ``first`` items may be asked for.

    Raises:
        ListSizeError: it may not.
    """
    if not 1 <= first <= most:
        raise ListSizeError(first, most)


def page_info(start: str | None, end: str | None, *, has_next: bool, has_previous: bool) -> PageInfo:
    """Where a page with these cursors stands."""
    return PageInfo(has_next_page=has_next, has_previous_page=has_previous, start_cursor=start, end_cursor=end)
