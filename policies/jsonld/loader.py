"""The one document loader: a fixed set of documents, and nothing from anywhere else."""

from collections.abc import Mapping
from dataclasses import dataclass

from policies.errors import PolicyMalformedError


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLoader:
    """Answers pyld from documents that were given beforehand; looks nothing up, neither on the network nor on disk."""

    documents: Mapping[str, str]
    """JSON text by absolute address. Text, because pyld writes into the documents that it is given."""

    def __call__(self, address: str, _options: Mapping[str, object]) -> dict[str, object]:
        """The document at the address, in the shape that pyld asks for.

        Raises:
            PolicyMalformedError: there is none at this address.
        """
        text = self.documents.get(address)
        if text is None:
            raise PolicyMalformedError(
                f"there is no document `{address}` here, and none is fetched",
                rule=1,
                hint="use the two bundled contexts",
            )
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": address,
            "document": text,
        }
