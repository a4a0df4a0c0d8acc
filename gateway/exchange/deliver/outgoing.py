"""The files of packages on their way out: whose they are, whether they may leave, and whether they are as sealed."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from gateway.auth.delivery_tokens import Fetcher
from gateway.exchange.deliver.errors import DeliveryDamagedError
from gateway.exchange.deliver.open import FileView, Listed
from gateway.exchange.deliver.release import Release
from gateway.exchange.deliver.retention import require_kept
from gateway.exchange.deliver.workspace import Workspace
from gateway.exchange.errors import NotFoundError
from gateway.exchange.ports import Ports
from gateway.preparation.package.manifest import MANIFEST, SIGNATURE, seal_of
from gateway.preparation.shards import sha256_of
from graph.journal.documents import digest_of
from graph.journal.rows import DeliveryRow
from graph.journal.view import View
from graph.signing import SigningKey

_KEPT: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """A file that somebody asks for."""

    fetcher: Fetcher
    name: str
    """Its path within the package."""
    path: Path
    size: int
    sha256: str


class Outgoing:
    """Finds the file that a download asks for."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._release = Release(ports)
        self._intact: OrderedDict[Path, tuple[int, int, int, str]] = OrderedDict()
        """What a file was when it was last found to have this hash: inode, time of change, size."""

    async def find(self, number: str, path: str, authorization: str | None) -> OutgoingFile:
        """The file, intact; nothing is booked yet, and nothing of it may leave before ``let_out``.

        Args:
            number: last part of the delivery's IRI.
            path: within the package.
            authorization: header of the request.

        Raises:
            DeliveryTokenRefusedError, DeliveryTokenForeignError: the token does not open it.
            NotFoundError: there is no such delivery of this party, or no such file in it.
            DeliveryRemovedError: its files are not kept any more.
            DeliveryNotReadyError, DeliveryRefusedError, DeliveryOutdatedError: its files are not there, and may not
                leave.
            DeliveryDamagedError: the file is not what was sealed.
        """
        delivery = f"urn:muniment:delivery:{number}"
        fetcher = self._ports.delivery_tokens.read(authorization, delivery)
        row, sealed = await self._ports.journal.view(lambda view: _sealed(delivery, path, view, self._ports.signer))
        await asyncio.to_thread(require_kept, self._ports, row)
        found = Workspace.of(self._ports.packing.folder, delivery).package / sealed.path
        # INVARIANT: damage is found before anything is booked.
        try:
            await asyncio.to_thread(self._require_intact, delivery, sealed, found)
        except DeliveryDamagedError:
            # WHY: the files of what can never leave again are removed; then that is told, and not their absence.
            await self._release.require_permitted(delivery, fetcher.party, fetcher.client)
            raise
        return OutgoingFile(fetcher=fetcher, name=sealed.path, path=found, size=sealed.bytes, sha256=sealed.sha256)

    async def let_out(self, file: OutgoingFile) -> None:
        """Return when bytes of the file may leave now; the first time, the package is booked.

        Raises:
            NotFoundError, DeliveryNotReadyError, DeliveryRefusedError, DeliveryOutdatedError: they may not.
        """
        await self._release.let_out(file.fetcher.delivery, file.fetcher.party, file.fetcher.client)

    def _require_intact(self, delivery: str, sealed: FileView, path: Path) -> None:
        try:
            stat = path.stat()
            # WHY: not the time of modification, which whoever alters a file can set back.
            now = (stat.st_ino, stat.st_ctime_ns, stat.st_size, sealed.sha256)
            if self._intact.get(path) != now:
                if stat.st_size != sealed.bytes or sha256_of(path) != sealed.sha256:
                    raise DeliveryDamagedError(delivery, sealed.path)
                self._intact[path] = now
                if len(self._intact) > _KEPT:
                    self._intact.popitem(last=False)
        except OSError:
            raise DeliveryDamagedError(delivery, sealed.path) from None


def _sealed(delivery: str, path: str, view: View, signer: SigningKey) -> tuple[DeliveryRow, FileView]:
    """The delivery, and what its seal says of a file.

    Raises:
        NotFoundError: it says nothing of it.
    """
    row = view.delivery(delivery)
    content = view.document(row.manifest) if row is not None and row.manifest else None
    if row is None or content is None:
        raise NotFoundError("delivery", delivery)
    if path == MANIFEST:
        return row, _file(path, content)
    if path == SIGNATURE:
        return row, _file(path, seal_of(delivery, row.manifest, row.root, signer).encode())
    listed = msgspec.json.decode(content, type=Listed)
    found = next((each for each in listed.files if each.path == path), None)
    if found is None:
        raise NotFoundError("file", path)
    return row, found


def _file(path: str, content: bytes) -> FileView:
    return FileView(path=path, bytes=len(content), sha256=digest_of(content).removeprefix("sha-256:"))
