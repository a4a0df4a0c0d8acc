"""Invents a forum: members, questions and answers, comments, badges, in three licences by date."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from gateway.demo.world.forum_rows import Forum, Row
from gateway.demo.world.invention import Inventor

_USERS: Final = 2400
_POSTS: Final = 1500
_COMMENTS: Final = 2500
_BADGES: Final = 6000
_FROM: Final = 1_282_700_000
_TO: Final = 1_691_500_000
_LICENCES: Final = (
    (1_302_220_800, "CC BY-SA 2.5"),  # until 2011-04-08
    (1_525_219_200, "CC BY-SA 3.0"),  # until 2018-05-02
)
_LATEST: Final = "CC BY-SA 4.0"
_NAMED_BADGES: Final = (
    ("Lamplighter", "bronze"),
    ("Patient Reader", "bronze"),
    ("First Map", "bronze"),
    ("Bridge Keeper", "silver"),
    ("Long Watch", "silver"),
    ("Cartographer", "gold"),
)


def generate_forum(seed: int) -> Forum:
    """A forum of invented people; the same seed gives the same rows."""
    inventor = Inventor.of(seed, "forum")
    users = tuple(_users(inventor))
    ids = [int(each["user_id"]) for each in users]
    weights = inventor.ranks(len(ids), 0.9)

    def somebody() -> int | None:
        return None if inventor.happens(0.03) else inventor.chance.choices(ids, cum_weights=weights)[0]

    posts = tuple(_posts(inventor, [somebody() for _ in range(_POSTS)]))
    return Forum(
        users=users,
        posts=posts,
        comments=tuple(_comments(inventor, posts, [somebody() for _ in range(_COMMENTS)])),
        badges=tuple(_badges(inventor, inventor.chance.choices(ids, cum_weights=weights, k=_BADGES))),
    )


def _users(inventor: Inventor) -> Iterator[Row]:
    for number in range(1, _USERS + 1):
        row: dict[str, str | int] = {
            "user_id": number,
            "account_id": inventor.chance.randint(1, 30_000_000),
            "reputation": max(1, int(inventor.chance.paretovariate(0.8))),
            "creation_date": _moment(inventor.chance.randint(_FROM, _TO)),
            "display_name": " ".join(inventor.name()),
        }
        if inventor.happens(0.6):
            row["location"] = (
                f"{inventor.name()[1]}, {inventor.chance.choice(('Northmark', 'Isle of Reeds', 'Valmora'))}"
            )
        if inventor.happens(0.55):
            row["about_me"] = f"<p>{inventor.sentences(2)}</p>"
        yield row


def _posts(inventor: Inventor, owners: list[int | None]) -> Iterator[Row]:
    moments = sorted(inventor.chance.randint(_FROM, _TO) for _ in owners)
    questions: list[int] = []
    for number, (moment, owner) in enumerate(zip(moments, owners, strict=True), start=1):
        row = _written("post_id", number, moment, owner)
        if not questions or inventor.happens(0.33):
            row["post_type"] = "question"
            questions.append(number)
        else:
            row["post_type"] = "answer"
            row["parent_id"] = inventor.chance.choice(questions)
        row["score"] = int(inventor.chance.gauss(4, 6))
        row["body"] = f"<p>{inventor.sentences(6)}</p>\n<pre><code>turn &lt;left&gt; &amp;&amp; count</code></pre>"
        yield row


def _comments(inventor: Inventor, posts: tuple[Row, ...], owners: list[int | None]) -> Iterator[Row]:
    moments = sorted(inventor.chance.randint(_FROM, _TO) for _ in owners)
    for number, (moment, owner) in enumerate(zip(moments, owners, strict=True), start=1):
        row = _written("comment_id", number, moment, owner)
        row["post_id"] = inventor.chance.choice(posts)["post_id"]
        row["score"] = max(0, int(inventor.chance.gauss(0, 2)))
        row["body"] = inventor.sentence()
        yield row


def _badges(inventor: Inventor, holders: list[int]) -> Iterator[Row]:
    moments = sorted(inventor.chance.randint(_FROM, _TO) for _ in holders)
    for number, (moment, holder) in enumerate(zip(moments, holders, strict=True), start=1):
        name, rank = inventor.chance.choices(_NAMED_BADGES, (40, 25, 15, 10, 7, 3))[0]
        yield {"badge_id": number, "user_id": holder, "name": name, "rank": rank, "award_date": _moment(moment)}


def _written(key: str, number: int, moment: int, owner: int | None) -> dict[str, str | int]:
    licence = next((name for until, name in _LICENCES if moment < until), _LATEST)
    row: dict[str, str | int] = {key: number, "creation_date": _moment(moment), "content_license": licence}
    # WHY: whoever deleted the account is no longer named.
    if owner is not None:
        row["owner_id"] = owner
    return row


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{seconds % 1000:03}Z"
