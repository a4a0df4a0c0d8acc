"""Policies as stored documents: the canonical bytes of the normal form, so the document's digest is the policy's hash.

Anyone who has the document can check the hash with SHA-256 alone; ``policies.stored`` reads it back.
"""

from typing import Final

from graph.journal.documents import Document
from policies.canonical import canonical_bytes
from policies.errors import PolicyTooLargeError
from policies.model import Policy
from policies.stored import MAX_BYTES

MEDIA_TYPE: Final = "application/vnd.muniment.policy+json"


def policy_document(policy: Policy) -> Document:
    """The document to store; its digest is ``policies.canonical.policy_hash``.

    Raises:
        PolicyTooLargeError: The document could not be read back.
    """
    content = canonical_bytes(policy)
    if len(content) > MAX_BYTES:
        raise PolicyTooLargeError("bytes", MAX_BYTES)
    return Document(media_type=MEDIA_TYPE, content=content)
