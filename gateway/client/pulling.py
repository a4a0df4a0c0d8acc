"""Fetching a package: file by file, resumed at any byte, each compared with the list before it gets its name."""

import asyncio
import errno
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import orjson

from gateway.client.answers import Answer
from gateway.client.errors import (
    DownloadInterruptedError,
    DownloadRefusedError,
    GatewayAnswerError,
    GatewayTimeoutError,
    GatewayUnreachableError,
    PackageInvalidError,
)
from gateway.client.forms import AcknowledgedAnswer, OpenedAnswer, of_form
from gateway.client.known_keys import require_known
from gateway.client.manifests import MANIFEST
from gateway.client.packages import SIGNATURE, VerifiedPackage, hash_of, safe, verify_package
from gateway.client.transport import Streamed, Transport
from gateway.errors import shortened
from graph.signing import DELIVERY_RECEIPT_TYP, SigningKey, sign

PART: Final = ".part"
"""What a file is called as long as it is not whole."""
_CHUNK_BYTES: Final = 256 * 1024
_MOST_SEAL_BYTES: Final = 64 * 1024 * 1024
"""Of manifest and signature, whose size is not in the list."""
_TRIES: Final = 8
_PAUSE_S: Final = 0.2
_EXPIRED: Final = "DELIVERY_TOKEN_REFUSED"
_WELL_KNOWN: Final = "/.well-known/muniment-journal"
_OK, _PARTIAL = 200, 206

_OPENED: Final = """query Opened($delivery: ID!) {
  openedDelivery(id: $delivery) { token manifest files { path bytes sha256 } }
}"""
_ACKNOWLEDGE: Final = """mutation Acknowledge($input: AcknowledgeDeliveryInput!) {
  acknowledgeDelivery(input: $input) { delivery { state } userErrors { code message } }
}"""


class Executes(Protocol):
    """What asks the gateway."""

    async def execute(self, query: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """Run one GraphQL operation."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A package that arrived, whole."""

    package: VerifiedPackage
    fetched: int
    """Bytes that came now; those of an earlier, broken download are not among them."""
    acknowledged: bool
    """Whether the gateway has the receipt; a repeated one counts as the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: str
    size: int | None
    """Nothing for the seal, which is not in the list."""
    sha256: str | None


async def pull(
    client: Executes,
    transport: Transport,
    key: SigningKey,
    delivery: str,
    folder: Path,
    *,
    public_jwk: Mapping[str, Any] | None = None,
    told: Callable[[int, int], None] = lambda _done, _total: None,
) -> Pulled:
    """Fetch a delivery into a folder, verify it, and sign for it.

    Args:
        client: asks the gateway.
        transport: to the same gateway.
        key: of the licensee: signs the receipt.
        delivery: IRI.
        folder: made when it is not there; what an earlier call left in it is gone on with.
        public_jwk: the gateway's key as learnt beforehand.
        told: is told bytes that are there, and bytes of the whole.

    Raises:
        OSError: the folder cannot be written.
        KeyOtherError: the gateway, or the package, names another key than the one that was learnt.
        GatewayAnswerError: the gateway answers in another form.
        DownloadRefusedError: the gateway lets nothing out; what is here stays.
        DownloadInterruptedError: a file did not arrive; the same call goes on with it.
        PackageInvalidError: what arrived is not what was sealed.
        OperationFailedError: there is no such delivery, or it is not ready.
    """
    await asyncio.to_thread(_require_writable, folder)
    if public_jwk is not None:
        await _require_known(transport, public_jwk)
    run = _Pull(client=client, transport=transport, delivery=delivery, folder=folder, told=told)
    await run.everything()
    package = await asyncio.to_thread(verify_package, folder, public_jwk)
    # INVARIANT: only what was asked for is signed for.
    if (package.delivery, package.manifest) != (delivery, run.manifest):
        raise PackageInvalidError([f"what came is another delivery than `{delivery}`"])
    return Pulled(
        package=package, fetched=run.fetched, acknowledged=await _acknowledged(client, transport.base_url, key, package)
    )


def _require_writable(folder: Path) -> None:
    """Return when files can be made in the folder, which is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


async def _require_known(transport: Transport, public_jwk: Mapping[str, Any]) -> None:
    """Return unless the gateway names another key than the known one: then nothing is fetched, and nothing booked."""
    try:
        reply = await transport.get(_WELL_KNOWN)
    except GatewayAnswerError:
        # WHY: what stands in between may not pass the address on; the package is held against the key all the same.
        return
    named = reply.content.get("key")
    if reply.status == _OK and isinstance(named, dict):
        require_known(public_jwk, named, transport.base_url)


class _Part:
    """A file that is not whole yet, beside the place where it will stand."""

    def __init__(self, folder: Path, file: _File) -> None:
        self._file = file
        self._target = folder / file.path
        self._path = self._target.with_name(self._target.name + PART)
        within = [each for each in self._target.parents if folder in each.parents]
        links = [each for each in (*within, self._target, self._path) if each.is_symlink()]
        if links:
            # INVARIANT: nothing is written beside the folder.
            raise PackageInvalidError([f"`{links[0]}` is a link; a package is pulled into plain folders"])
        self._target.parent.mkdir(parents=True, exist_ok=True)

    def there(self) -> bool:
        """Whether the file stands in its place already, whole."""
        return self._target.is_file() and hash_of(self._target) == self._file.sha256

    def size(self) -> int:
        """How much of it is here."""
        return self._path.stat().st_size if self._path.exists() else 0

    def open(self, *, more: bool) -> BinaryIO:
        """To write on, or anew."""
        return self._path.open("ab" if more else "wb")

    def settled(self) -> bool:
        """Give the file its name when it is whole; one that has its length and another hash begins again."""
        if self._file.sha256 is None or (self._path.exists() and hash_of(self._path) == self._file.sha256):
            self._path.replace(self._target)
            return True
        if self.size() >= (self._file.size or 0):
            self._path.unlink(missing_ok=True)
        return False


class _Pull:
    def __init__(
        self,
        *,
        client: Executes,
        transport: Transport,
        delivery: str,
        folder: Path,
        told: Callable[[int, int], None],
    ) -> None:
        self._client = client
        self._transport = transport
        self._delivery = delivery
        self._folder = folder
        self._told = told
        self._here: dict[str, int] = {}
        """Bytes that are here, by path."""
        self._total = 0
        self._token = ""
        self.manifest = ""
        """Digest of the manifest that the gateway announced."""
        self.fetched = 0

    async def everything(self) -> None:
        """Fetch what is not there yet."""
        files = await self._open()
        self._total = sum(each.size or 0 for each in files)
        for file in files:
            part = await asyncio.to_thread(_Part, self._folder, file)
            if await asyncio.to_thread(part.there):
                self._at(file, file.size or 0)
            else:
                await self._fetch(file, part)

    async def _open(self) -> tuple[_File, ...]:
        answer = await self._client.execute(_OPENED, {"delivery": self._delivery})
        opened = of_form(OpenedAnswer, answer, self._transport.base_url).opened_delivery
        if opened is None:
            raise DownloadRefusedError(self._delivery, "NOT_FOUND", "there is no such delivery of yours")
        self._token = opened.token
        self.manifest = opened.manifest
        listed = tuple(_File(path=each.path, size=each.bytes, sha256=each.sha256) for each in opened.files)
        times = Counter(each.path for each in listed)
        wrong = [
            *(f"`{shortened(path)}` is not a path within the package" for path in times if not safe(path)),
            *(f"`{shortened(path)}` is listed twice" for path, count in times.items() if count > 1),
        ]
        if wrong:
            raise PackageInvalidError(wrong)
        return (*listed, *(_File(path=name, size=None, sha256=None) for name in (MANIFEST, SIGNATURE)))

    async def _fetch(self, file: _File, part: _Part) -> None:
        problem = "what came has another hash"
        for attempt in range(_TRIES):
            await asyncio.sleep(_PAUSE_S * attempt)
            try:
                await self._ask(file, part)
            except (GatewayUnreachableError, GatewayTimeoutError) as lost:
                problem = lost.message
                continue
            if await asyncio.to_thread(part.settled):
                return
        raise DownloadInterruptedError(file.path, problem)

    async def _ask(self, file: _File, part: _Part) -> None:
        """Ask for what is missing of a file."""
        # WHY: the seal has no hash in the list that a part of it could be gone on with.
        have = 0 if file.sha256 is None else await asyncio.to_thread(part.size)
        if file.size is not None and have == file.size > 0:
            return
        headers = {"Authorization": f"Bearer {self._token}"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": f'"{file.sha256}"'}
        path = f"/deliveries/{self._delivery.rsplit(':', 1)[-1]}/{file.path}"
        async with self._transport.stream(path, headers) as streamed:
            if streamed.status in {_OK, _PARTIAL}:
                await self._write(file, part, streamed, have)
                return
            code, message = await _refusal(streamed)
        if code != _EXPIRED:
            raise DownloadRefusedError(file.path, code, message)
        await self._open()
        raise GatewayUnreachableError(self._transport.base_url, message)

    async def _write(self, file: _File, part: _Part, streamed: Streamed, have: int) -> None:
        more = streamed.status == _PARTIAL
        self._at(file, have if more else 0)
        most = _MOST_SEAL_BYTES if file.size is None else file.size
        with part.open(more=more) as sink:
            async for piece in streamed.content.iter_chunked(_CHUNK_BYTES):
                if self._here[file.path] + len(piece) > most:
                    raise PackageInvalidError([f"`{file.path}` is longer than {most} bytes"])
                sink.write(piece)
                self.fetched += len(piece)
                self._at(file, self._here[file.path] + len(piece))

    def _at(self, file: _File, size: int) -> None:
        self._here[file.path] = size
        if file.size is not None:
            self._told(sum(self._here.values()), self._total)


async def _refusal(streamed: Streamed) -> tuple[str, str]:
    body = await streamed.content.read(65_536)
    try:
        said = orjson.loads(body)
        return str(said["code"]), str(said["message"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "GATEWAY_ANSWER_INVALID", f"status {streamed.status}"


async def _acknowledged(client: Executes, base_url: str, key: SigningKey, package: VerifiedPackage) -> bool:
    receipt = sign(key, {"delivery": package.delivery, "manifest": package.manifest}, typ=DELIVERY_RECEIPT_TYP)
    answer = await client.execute(
        _ACKNOWLEDGE,
        {
            "input": {
                "delivery": package.delivery,
                "signature": receipt,
                "idempotencyKey": f"receipt {package.manifest}",
            }
        },
    )
    return not of_form(AcknowledgedAnswer, answer, base_url).acknowledge_delivery.user_errors
