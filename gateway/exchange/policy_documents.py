"""Policies as stored documents: the canonical bytes of the normal form, so the document's digest is the policy's hash.

Anyone who has the document can check the hash with SHA-256 alone; ``policies.stored`` reads it back.
"""

from typing import Final

from graph.journal.documents import Document
from policies.canonical import canonical_bytes
from policies.model import Policy

MEDIA_TYPE: Final = "application/vnd.muniment.policy+json"


def policy_document(policy: Policy) -> Document:
    """The document to store; its digest is ``policies.canonical.policy_hash``."""
    return Document(media_type=MEDIA_TYPE, content=canonical_bytes(policy))
