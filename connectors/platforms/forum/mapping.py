"""How the forum's endpoints map to kinds: per canonical column the fields it needs and the value it gets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import pyarrow as pa

from connectors.kinds import Kind
from connectors.platforms.forum.pages import Badge, Comment, Post, User
from connectors.records import Values
from connectors.spi import CollectionId

_BY_SA: Final = "https://creativecommons.org/licenses/by-sa/"
LICENCES: Final = tuple(f"{_BY_SA}{version}/" for version in ("2.5", "3.0", "4.0"))
_NAMED: Final = {f"CC BY-SA {licence.removeprefix(_BY_SA).rstrip('/')}": licence for licence in LICENCES}
# WHY: what was written before a change of licence stays under the older one; not every forum says so per item.
_UNTIL: Final = (("2011-04-08", LICENCES[0]), ("2018-05-02", LICENCES[1]))


@dataclass(frozen=True, slots=True)
class Field:
    """A canonical column."""

    needs: tuple[str, ...]
    """Fields of the item."""
    value: Callable[[Any], str | int | None]
    """Of one item."""
    type: pa.DataType


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint, and the columns of a kind that it fills."""

    path: str
    form: type[msgspec.Struct]
    key: str
    """The field that orders the pages."""
    record_key: Callable[[Any], str]
    """The key within the collection."""
    fields: Mapping[str, Field]
    constants: Mapping[str, str | int]

    def asked(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The fields to ask for: the key, and what the columns need."""
        needed = (need for name in columns if name in self.fields for need in self.fields[name].needs)
        return tuple(dict.fromkeys((self.key, *needed)))

    def values(self, columns: Sequence[str], items: Sequence[msgspec.Struct]) -> dict[str, Values]:
        """The columns that this endpoint fills, out of a page."""
        filled: dict[str, Values] = {name: value for name, value in self.constants.items() if name in columns}
        for name in columns:
            if name in self.fields:
                field = self.fields[name]
                filled[name] = pa.array([field.value(item) for item in items], field.type)
        return filled


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumCollection:
    """A collection: one endpoint after the other."""

    id: CollectionId
    kind: Kind
    title: str
    description: str
    endpoints: tuple[Endpoint, ...]

    def columns(self) -> frozenset[str]:
        """Canonical columns that at least one endpoint fills."""
        return frozenset(name for each in self.endpoints for name in (*each.fields, *each.constants))


def _text(name: str) -> Field:
    return Field((name,), lambda item: getattr(item, name), pa.string())


def _number(name: str) -> Field:
    return Field((name,), lambda item: getattr(item, name), pa.int64())


def _ref(name: str, prefix: str = "") -> Field:
    """A reference as text; ids are never numbers, because they may be longer than a number can be."""

    def value(item: msgspec.Struct) -> str | None:
        found = getattr(item, name)
        return None if found is None else f"{prefix}{found}"

    return Field((name,), value, pa.string())


def _thread(post: Post) -> str:
    return f"post:{post.post_id if post.parent_id is None else post.parent_id}"


def _licence(item: Post | Comment) -> str | None:
    if item.content_license is not None:
        return _NAMED.get(item.content_license)
    if item.creation_date is None:
        return None
    return next((licence for day, licence in _UNTIL if item.creation_date < day), LICENCES[-1])


_LICENCE: Final = Field(("content_license", "creation_date"), _licence, pa.string())

_USERS: Final = Endpoint(
    path="users",
    form=User,
    key="user_id",
    record_key=lambda user: str(user.user_id),
    fields={
        "source_id": _ref("user_id"),
        "observed_at": _text("creation_date"),
        "subject": _ref("user_id"),
        "display_name": _text("display_name"),
        "about": _text("about_me"),
        "location_text": _text("location"),
        "created_at": _text("creation_date"),
    },
    constants={},
)
_REPUTATION: Final = Endpoint(
    path="users",
    form=User,
    key="user_id",
    record_key=lambda user: str(user.user_id),
    fields={"source_id": _ref("user_id"), "subject": _ref("user_id"), "value": _number("reputation")},
    constants={"metric": "reputation", "scale_min": 1, "method": "points that the forum itself gives and takes"},
)
_POSTS: Final = Endpoint(
    path="posts",
    form=Post,
    key="post_id",
    record_key=lambda post: f"post:{post.post_id}",
    fields={
        "source_id": _ref("post_id", "post:"),
        "observed_at": _text("creation_date"),
        "licence_hint": _LICENCE,
        "author": _ref("owner_id"),
        "text": _text("body"),
        "thread_ref": Field(("post_id", "parent_id"), _thread, pa.string()),
        "reply_to": _ref("parent_id", "post:"),
        "score": _number("score"),
    },
    constants={"text_format": "html"},
)
_COMMENTS: Final = Endpoint(
    path="comments",
    form=Comment,
    key="comment_id",
    record_key=lambda comment: f"comment:{comment.comment_id}",
    fields={
        "source_id": _ref("comment_id", "comment:"),
        "observed_at": _text("creation_date"),
        "licence_hint": _LICENCE,
        "author": _ref("owner_id"),
        "text": _text("body"),
        "thread_ref": _ref("post_id", "post:"),
        "reply_to": _ref("post_id", "post:"),
        "score": _number("score"),
    },
    constants={"text_format": "markdown"},
)
_BADGES: Final = Endpoint(
    path="badges",
    form=Badge,
    key="badge_id",
    record_key=lambda badge: str(badge.badge_id),
    fields={
        "source_id": _ref("badge_id"),
        "observed_at": _text("award_date"),
        "holder": _ref("user_id"),
        "name": _text("name"),
        "class": _text("rank"),
        "issued_at": _text("award_date"),
    },
    constants={},
)

COLLECTIONS: Final[Mapping[CollectionId, ForumCollection]] = {
    each.id: each
    for each in (
        ForumCollection(
            id=CollectionId("users"),
            kind=Kind.PROFILE,
            title="Members",
            description="The accounts of the forum.",
            endpoints=(_USERS,),
        ),
        ForumCollection(
            id=CollectionId("reputation"),
            kind=Kind.REPUTATION_SCORE,
            title="Reputation",
            description="The points of each member; they begin at 1, have no upper end, and mean nothing elsewhere.",
            endpoints=(_REPUTATION,),
        ),
        ForumCollection(
            id=CollectionId("utterances"),
            kind=Kind.UTTERANCE,
            title="Questions, answers and comments",
            description="What members wrote: first all posts, then all comments. Whoever left has no author.",
            endpoints=(_POSTS, _COMMENTS),
        ),
        ForumCollection(
            id=CollectionId("badges"),
            kind=Kind.CREDENTIAL,
            title="Badges",
            description="The badges that the forum awarded.",
            endpoints=(_BADGES,),
        ),
    )
}
