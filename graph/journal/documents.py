"""Content-addressed documents, and the form of the lists of subjects among them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from graph.errors import EntryInvalidError

SUBJECTS_MEDIA_TYPE: Final = "application/vnd.muniment.subjects+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A content-addressed document that an event refers to by digest."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """``sha-256:<hex>`` of the content."""
        return digest_of(self.content)


def digest_of(content: bytes) -> str:
    """``sha-256:<hex>`` of the content."""
    return f"sha-256:{hashlib.sha256(content).hexdigest()}"


def subjects_document(subjects: Iterable[str]) -> Document:
    """A list of keyed subject hashes as an event's ``subjects`` names it: a JSON array, sorted, each once."""
    return Document(media_type=SUBJECTS_MEDIA_TYPE, content=msgspec.json.encode(sorted(set(subjects))))


def subjects_of(content: bytes) -> tuple[str, ...]:
    """The subjects of such a document.

    Raises:
        EntryInvalidError: it is not a JSON array of text.
    """
    try:
        return msgspec.json.decode(content, type=tuple[str, ...])
    except msgspec.DecodeError as error:
        raise EntryInvalidError("the document of the subjects is not a list of them") from error
