"""Fetches pages of an endpoint, decodes them, and notices when they do not advance."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import msgspec

from connectors.errors import BadResponseError, PagingStuckError
from connectors.spi import ConnectorContext

_MOST_EMPTY: Final = 3


class User(msgspec.Struct, frozen=True):
    """An item of ``/users``."""

    user_id: int
    reputation: int | None = None
    creation_date: str | None = None
    display_name: str | None = None
    location: str | None = None
    about_me: str | None = None


class Post(msgspec.Struct, frozen=True):
    """An item of ``/posts``."""

    post_id: int
    parent_id: int | None = None
    owner_id: int | None = None
    score: int | None = None
    creation_date: str | None = None
    body: str | None = None
    content_license: str | None = None


class Comment(msgspec.Struct, frozen=True):
    """An item of ``/comments``."""

    comment_id: int
    post_id: int | None = None
    owner_id: int | None = None
    score: int | None = None
    creation_date: str | None = None
    body: str | None = None
    content_license: str | None = None


class Badge(msgspec.Struct, frozen=True):
    """An item of ``/badges``."""

    badge_id: int
    user_id: int | None = None
    name: str | None = None
    rank: str | None = None
    award_date: str | None = None


Item = TypeVar("Item", bound=msgspec.Struct)


class _Answer(msgspec.Struct, Generic[Item], frozen=True):
    items: list[Item]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """The items of one page, or those of them that come after the place where reading began."""

    number: int
    items: Sequence[Item]
    end: int
    """Items of the endpoint up to here; the place to go on from, whatever the size of pages will be then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[Item]):
    """What to ask for, page after page."""

    name: str
    """What errors call it."""
    url: str
    form: type[Item]
    key: str
    """The field by which the items are ordered; it is among the fields, or pages could not be told apart."""
    fields: Sequence[str]
    size: int
    """Items per page."""


async def pages(context: ConnectorContext, listing: Listing[Item], *, start: int) -> AsyncIterator[Page[Item]]:
    """The pages after the first ``start`` items; empty ones in between are left out.

    Raises:
        BadResponseError: a page is not of the declared form; names page and position.
        PagingStuckError: a page repeats, goes back, or nothing comes although more is announced.
    """
    decoder = msgspec.json.Decoder(_Answer[listing.form])  # type: ignore[name-defined]  # a type at run time
    number, skipped = start // listing.size + 1, start % listing.size
    empty, last_key = 0, None
    while True:
        params = {"page": str(number), "pagesize": str(listing.size), "fields": ",".join(listing.fields)}
        answer = _decode(decoder, (await context.http_get(listing.url, params=params)).body, listing.name, number)
        for item in answer.items:
            key = getattr(item, listing.key)
            # WHY: by key and not by the page's hash, so that a shifted or a mixed page is noticed as well.
            if last_key is not None and key <= last_key:
                raise PagingStuckError(f"{listing.name}: page {number} repeats or goes back to what came before")
            last_key = key
        if len(answer.items) > skipped:
            end = (number - 1) * listing.size + len(answer.items)
            yield Page(number=number, items=answer.items[skipped:], end=end)
        empty = 0 if answer.items else empty + 1
        skipped = 0
        if not answer.has_more:
            return
        if empty >= _MOST_EMPTY:
            raise PagingStuckError(f"{listing.name}: pages up to {number} are empty although more is announced")
        number += 1


def _decode(decoder: "msgspec.json.Decoder[_Answer[Item]]", body: bytes, name: str, number: int) -> "_Answer[Item]":
    try:
        return decoder.decode(body)
    except UnicodeDecodeError as problem:
        raise BadResponseError(f"{name}: page {number} is not UTF-8, at byte {problem.start}") from None
    except msgspec.DecodeError as problem:
        raise BadResponseError(f"{name}: page {number} is not as declared: {problem}") from None
