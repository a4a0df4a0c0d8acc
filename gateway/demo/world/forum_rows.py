"""What a forum has: the rows of its four endpoints, as its API gives them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Row: TypeAlias = Mapping[str, str | int]
"""One item; what it does not have is absent."""

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "users": ("user_id", "account_id", "reputation", "creation_date", "display_name", "location", "about_me"),
    "posts": (
        "post_id",
        "post_type",
        "parent_id",
        "owner_id",
        "score",
        "creation_date",
        "body",
        "content_license",
    ),
    "comments": ("comment_id", "post_id", "owner_id", "score", "creation_date", "body", "content_license"),
    "badges": ("badge_id", "user_id", "name", "rank", "award_date"),
}
"""Endpoints and the fields their items may have; the first one is the key and the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """All rows, each endpoint in the order of its key."""

    users: Sequence[Row]
    posts: Sequence[Row]
    comments: Sequence[Row]
    badges: Sequence[Row]

    @property
    def members(self) -> tuple[str, ...]:
        """Ids of everybody with an account."""
        return tuple(str(each["user_id"]) for each in self.users)

    def endpoints(self) -> Iterator[tuple[str, Sequence[Row]]]:
        """Name and rows of every endpoint."""
        yield "users", self.users
        yield "posts", self.posts
        yield "comments", self.comments
        yield "badges", self.badges
