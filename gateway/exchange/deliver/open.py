"""Open a delivery for fetching: a token for its licensee, and the list of its files. Nothing is booked by asking."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from gateway.auth.delivery_tokens import Fetcher
from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.deliver.errors import DeliveryNotReadyError
from gateway.exchange.deliver.presented import visible_delivery
from gateway.exchange.deliver.retention import require_kept
from gateway.exchange.errors import NotFoundError
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading, read
from graph.errors import JournalCorruptError
from graph.journal.rows import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """One file of a package."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedView:
    """What fetching needs."""

    url: str
    """Address below which the files are, without a slash at its end."""
    token: str
    expires_at: datetime
    manifest: str
    files: tuple[FileView, ...]
    """Those of the manifest; the manifest and its signature stand beside them."""


class Listed(msgspec.Struct, frozen=True):
    """What a manifest says of its files."""

    files: tuple[FileView, ...]


async def opened_delivery(ports: Ports, principal: Principal, iri: str) -> OpenedView:
    """Let the licensee fetch a package for ten minutes; asked again, it goes on.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: No delivery of the caller's has this IRI.
        DeliveryNotReadyError: There is no package: it is being prepared, or it failed.
        DeliveryRemovedError: Its files are not kept any more.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> tuple[str, bytes]:
        row = visible_delivery(reading, iri)
        if row.party != principal.party:
            raise NotFoundError("delivery", iri)
        if row.state in {DeliveryState.PREPARING, DeliveryState.FAILED}:
            raise DeliveryNotReadyError(row.delivery, row.state.value)
        require_kept(ports, row)
        content = reading.view.document(row.manifest)
        if content is None:
            raise JournalCorruptError(f"the manifest `{row.manifest}` is missing")
        return row.manifest, content

    digest, content = await read(ports, principal, found)
    token = ports.delivery_tokens.issue(Fetcher(delivery=iri, party=principal.party, client=principal.client))
    return OpenedView(
        url=f"{ports.packing.url}/deliveries/{iri.rsplit(':', 1)[-1]}",
        token=token.text,
        expires_at=token.expires_at,
        manifest=digest,
        files=msgspec.json.decode(content, type=Listed).files,
    )
