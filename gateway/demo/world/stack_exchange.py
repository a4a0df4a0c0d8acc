"""Reads the folder of a published forum dump: gzip of XML, one row per element, attributes only."""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from gateway.demo.world.forum_rows import FIELDS, Forum, Row
from policies.errors import CodedError

_NUMBERS: Final = frozenset(
    {"user_id", "account_id", "reputation", "post_id", "parent_id", "owner_id", "score", "comment_id", "badge_id"}
)
_POST_TYPES: Final = {"1": "question", "2": "answer"}
_RANKS: Final = {"1": "gold", "2": "silver", "3": "bronze"}
_ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    "users": {
        "Id": "user_id",
        "AccountId": "account_id",
        "Reputation": "reputation",
        "CreationDate": "creation_date",
        "DisplayName": "display_name",
        "Location": "location",
        "AboutMe": "about_me",
    },
    "posts": {
        "Id": "post_id",
        "PostTypeId": "post_type",
        "ParentId": "parent_id",
        "OwnerUserId": "owner_id",
        "Score": "score",
        "CreationDate": "creation_date",
        "Body": "body",
        "ContentLicense": "content_license",
    },
    "comments": {
        "Id": "comment_id",
        "PostId": "post_id",
        "UserId": "owner_id",
        "Score": "score",
        "CreationDate": "creation_date",
        "Text": "body",
        "ContentLicense": "content_license",
    },
    "badges": {"Id": "badge_id", "UserId": "user_id", "Name": "name", "Class": "rank", "Date": "award_date"},
}


class ForumUnreadableError(CodedError):
    """A folder does not hold a forum; names the file, never what stands in it."""

    code = "FORUM_UNREADABLE"

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(
            f"`{file}` {problem}", hint="the folder needs Users, Posts, Comments and Badges, each as .xml.gz of rows"
        )
        self.file = file


def read_forum(folder: Path) -> Forum:
    """All rows of the folder.

    Raises:
        ForumUnreadableError: a file is missing, is not gzip of XML, or has a row without its key.
    """
    rows = {endpoint: _rows(folder / f"{endpoint.capitalize()}.xml.gz", endpoint) for endpoint in FIELDS}
    return Forum(**rows)


def _rows(file: Path, endpoint: str) -> tuple[Row, ...]:
    key = FIELDS[endpoint][0]
    try:
        return tuple(sorted(_read(file, endpoint), key=lambda row: int(row[key])))
    except (OSError, EOFError, zlib.error) as problem:
        raise ForumUnreadableError(file, "is missing, or is not gzip") from problem
    except (ParseError, DefusedXmlException) as problem:
        raise ForumUnreadableError(file, "is not XML of the plain kind") from problem
    except (KeyError, ValueError) as problem:
        raise ForumUnreadableError(file, "has a row whose numbers cannot be read") from problem


def _read(file: Path, endpoint: str) -> Iterator[Row]:
    attributes = _ATTRIBUTES[endpoint]
    with gzip.open(file) as content:
        for _, element in iterparse(content, events=("end",), forbid_dtd=True):
            if element.tag == "row":
                yield {
                    name: _value(name, text)
                    for each, name in attributes.items()
                    if (text := element.get(each)) is not None
                }
                element.clear()


def _value(name: str, text: str) -> str | int:
    if name in _NUMBERS:
        return int(text)
    if name.endswith("_date"):
        # WHY: the dump has UTC without saying so; an API says so.
        return f"{text}Z"
    if name == "post_type":
        return _POST_TYPES.get(text, "wiki")
    return _RANKS.get(text, text) if name == "rank" else text
