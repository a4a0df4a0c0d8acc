"""Consent notices: what people agreed to, stored once as a document, and which notices cover a read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from connectors.kinds import NON_PERSONAL
from graph.journal.documents import Document
from graph.journal.rows import ConsentSnapshot
from graph.journal.view import View
from policies.vocabulary import PROFILE, Iri

MEDIA_TYPE: Final = "application/vnd.muniment.notice+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentNotice:
    """What people were told: for which purposes, which categories of data, which recipients."""

    platform: str
    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    """Party IRIs; empty: any licensee."""
    text: str

    def document(self) -> Document:
        """The document that ``ConsentsGiven.notice`` refers to."""
        return Document(media_type=MEDIA_TYPE, content=msgspec.json.encode(self, order="deterministic"))

    def covers(self, purpose: str, categories: Iterable[str], recipient: str) -> bool:
        """Whether this purpose, every one of these categories and this recipient are within the notice.

        A purpose or category that the vocabulary does not know is not covered.
        """
        return (
            any(PROFILE.is_a(Iri(purpose), Iri(each)) for each in self.purposes)
            and all(self._names(category) for category in categories)
            and (not self.recipients or recipient in self.recipients)
        )

    def _names(self, category: str) -> bool:
        return category == NON_PERSONAL or any(PROFILE.is_a(Iri(category), Iri(each)) for each in self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCover:
    """The notices of a platform that cover one read, and what is known of its people now."""

    notices: tuple[str, ...]
    """Digests, sorted."""
    known: ConsentSnapshot


def cover(platform: str, purpose: str, categories: Iterable[str], recipient: str, view: View) -> ConsentCover:
    """Find the covering notices and take a snapshot of the people's consents and objections, at one moment."""
    wanted = frozenset(categories)
    covering = tuple(
        digest
        for digest in sorted(view.notices(platform))
        if (content := view.document(digest)) is not None
        and msgspec.json.decode(content, type=ConsentNotice).covers(purpose, wanted, recipient)
    )
    return ConsentCover(notices=covering, known=view.consents(platform, covering))
