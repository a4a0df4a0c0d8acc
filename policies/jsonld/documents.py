"""The one loader of JSON-LD documents: it answers from a fixed set and never looks anything up."""

from collections.abc import Mapping
from typing import Any, Final

MEDIA_TYPE: Final = "application/ld+json"


class FrozenDocuments:
    """Answers pyld's requests for an address; every address that is not of the set is refused."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents

    def __call__(self, address: str, _options: Mapping[str, object]) -> dict[str, object]:
        """The document behind the address.

        Raises:
            JsonLdError: it is not in the set; nothing is fetched.
        """
        if address not in self._documents:
            from pyld.jsonld import JsonLdError  # noqa: PLC0415  # pyld is loaded when the first policy comes in

            raise JsonLdError(
                f"`{address}` is not among the bundled documents, and nothing is fetched",
                "jsonld.LoadDocumentError",
                code="loading document failed",
            )
        return {
            "contentType": MEDIA_TYPE,
            "contextUrl": None,
            "documentUrl": address,
            "document": self._documents[address],
        }
