"""Downloads over real HTTP: ranges, refusals, broken connections, and a folder that verifies or says what is wrong."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.testing import capture_logs

from gateway.client.answers import Answer
from gateway.client.errors import (
    DownloadInterruptedError,
    DownloadRefusedError,
    GatewayAnswerError,
    KeyOtherError,
    OperationFailedError,
    PackageInvalidError,
)
from gateway.client.packages import verify_package
from gateway.client.pulling import Pulled, pull
from gateway.client.transport import Transport
from gateway.exchange.deliver.errors import DeliveryRefusedError
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.presented import DeliveryView
from gateway.web import deliveries
from gateway.web.deliveries import delivery_routes
from gateway.web.ranges import ByteRange
from graph.journal.events import AccessRecorded
from graph.signing import SigningKey
from tests.testkit.delivering import LICENSED, SHARD, contents, package, prepared, usage
from tests.testkit.reading import CONSENT, Exchange, an_exchange

KEY = SigningKey.generate()


@dataclass
class Wire:
    """What is between client and gateway; it may break."""

    app: ASGIApp
    cut_after: int | None = None
    """Bytes of a body after which the next connection breaks, once."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and range of every request."""
    after_first_piece: Callable[[], Awaitable[None]] | None = None
    """Done once, when the first piece of a body was sent."""
    failures: list[BaseException] = field(default_factory=list)
    """What the application raised."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            asked = headers.get(b"range")
            self.asked.append((scope["path"], None if asked is None else asked.decode()))
        cut, sent = self.cut_after, 0

        async def breaking(message: Message) -> None:
            nonlocal sent
            if cut is not None and message["type"] == "http.response.body":
                body = message.get("body", b"")[: cut - sent]
                sent += len(body)
                await send({"type": "http.response.body", "body": body, "more_body": True})
                if sent >= cut:
                    self.cut_after = None
                    raise ConnectionAbortedError
                return
            await send(message)
            if self.after_first_piece is not None and message["type"] == "http.response.body":
                meanwhile, self.after_first_piece = self.after_first_piece, None
                await meanwhile()

        try:
            await self.app(scope, receive, breaking)
        except Exception as failure:
            self.failures.append(failure)
            raise


@dataclass
class Gateway:
    """An exchange whose packages are served on loopback."""

    exchange: Exchange
    wire: Wire
    url: str
    outgoing: Outgoing
    acknowledged: list[Mapping[str, Any]] = field(default_factory=list)
    lying: Callable[[dict[str, Any]], None] = lambda _: None
    """Changes what it tells of a package."""
    journal_key: Mapping[str, Any] | None = None
    """What the well-known address names; nothing: there is no such address."""
    answers_for: str | None = None
    """The delivery that is opened, whatever was asked for."""

    async def execute(self, query: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """Answers what ``pull`` asks, as the GraphQL endpoint does."""
        given = dict(variables or {})
        if "Acknowledge" in query:
            self.acknowledged.append(given["input"])
            return _answer({"acknowledgeDelivery": {"delivery": {"state": "RECEIVED"}, "userErrors": []}})
        exchange = self.exchange
        asked = self.answers_for or given["delivery"]
        opened = await opened_delivery(exchange.ports, exchange.principal(), asked)
        files = [{"path": each.path, "bytes": str(each.bytes), "sha256": each.sha256} for each in opened.files]
        told = {"token": opened.token, "manifest": opened.manifest, "files": files}
        self.lying(told)
        return _answer({"openedDelivery": told})

    async def pulled(self, view: DeliveryView, folder: Path, public_jwk: Mapping[str, Any] | None = None) -> Pulled:
        """Pull a delivery into a folder."""
        async with Transport(self.url, timeout_s=5, max_bytes=1_000_000) as transport:
            return await pull(self, transport, KEY, view.delivery, folder, public_jwk=public_jwk)

    async def get(self, view: DeliveryView, path: str = SHARD, **headers: str) -> httpx2.Response:
        """One request of a program that knows only HTTP."""
        opened = await opened_delivery(self.exchange.ports, self.exchange.principal(), view.delivery)
        sent = {
            "authorization": f"Bearer {opened.token}",
            **{name.replace("_", "-"): headers[name] for name in headers},
        }
        async with httpx2.AsyncClient(base_url=self.url) as client:
            return await client.get(f"/deliveries/{view.delivery.rsplit(':', 1)[-1]}/{path}", headers=sent)


def _answer(data: Mapping[str, Any]) -> Answer:
    return Answer(status=200, data=data, errors=(), extensions={})


@asynccontextmanager
async def a_gateway(folder: Path) -> AsyncIterator[tuple[Gateway, DeliveryView, str]]:
    """A gateway with one sealed package, and the licence it was made under."""
    async with an_exchange(folder) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        outgoing = Outgoing(exchange.ports)
        gateway: Gateway

        async def journal(_request: Request) -> Response:
            named = gateway.journal_key
            return Response(status_code=404) if named is None else JSONResponse({"key": named})

        routes = [*delivery_routes(outgoing), Route("/.well-known/muniment-journal", journal)]
        wire = Wire(Starlette(routes=routes))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            server = uvicorn.Server(uvicorn.Config(wire, log_level="critical", lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                gateway = Gateway(exchange=exchange, wire=wire, url=url, outgoing=outgoing)
                yield gateway, view, licence
            finally:
                server.should_exit = True
                await serving


@pytest.mark.requirement("R4", "R26")
async def test_a_package_arrives_whole_is_verified_and_signed_for(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, licence):
        pulled = await gateway.pulled(view, tmp_path / "here")

        assert contents(tmp_path / "here") == contents(package(gateway.exchange, view))
        assert (pulled.package.rows, pulled.package.delivery, pulled.acknowledged) == (4, view.delivery, True)
        assert pulled.fetched == sum(len(each) for each in contents(tmp_path / "here").values())
        assert gateway.acknowledged[0]["delivery"] == view.delivery
        assert [each.used for each in await usage(gateway.exchange, licence)] == [4]


@pytest.mark.requirement("R26")
async def test_a_broken_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, licence):
        gateway.wire.cut_after = 100

        pulled = await gateway.pulled(view, tmp_path / "here")

        assert any(asked == "bytes=100-" for _, asked in gateway.wire.asked)
        assert pulled.fetched == sum(len(each) for each in contents(tmp_path / "here").values())
        assert [each.used for each in await usage(gateway.exchange, licence)] == [4]


@pytest.mark.parametrize(
    ("path", "size", "finding"),
    [
        (".", None, "is not a path within"),
        ("./manifest.json", None, "is not a path within"),
        ("a\x1b[2J", None, "is not a path within"),
        (SHARD, 4, "is longer than 4 bytes"),
    ],
)
async def test_a_list_that_lies_writes_nothing_beside_the_folder_and_no_more_than_it_says(
    tmp_path: Path, path: str, size: int | None, finding: str
) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):

        def lying(opened: dict[str, Any]) -> None:
            (shard,) = [each for each in opened["files"] if each["path"] == SHARD]
            shard["path"] = path
            shard["bytes"] = str(size or shard["bytes"])

        gateway.lying = lying
        with pytest.raises(PackageInvalidError) as refused:
            await gateway.pulled(view, tmp_path / "to" / "here")

        assert finding in "; ".join(refused.value.findings)
        assert {each.name for each in (tmp_path / "to").glob("*")} <= {"here"}
        assert gateway.acknowledged == []


@pytest.mark.parametrize(
    ("lie", "where"),
    [
        (lambda opened: opened["files"][0].update(bytes="abc"), "$.openedDelivery.files[0].bytes"),
        (lambda opened: opened["files"][0].update(bytes="-1"), "$.openedDelivery.files[0].bytes"),
        (lambda opened: opened["files"][0].update(sha256="x"), "$.openedDelivery.files[0].sha256"),
        (lambda opened: opened["files"][0].pop("path"), "$.openedDelivery.files[0]"),
        (lambda opened: opened.update(files=None), "$.openedDelivery.files"),
        (lambda opened: opened.update(token="a\nb"), "$.openedDelivery.token"),
        (lambda opened: opened.update(manifest=[]), "$.openedDelivery.manifest"),
    ],
)
async def test_an_answer_of_another_form_is_told_as_such(
    tmp_path: Path, lie: Callable[[dict[str, Any]], object], where: str
) -> None:
    async with a_gateway(tmp_path) as (gateway, view, licence):
        gateway.lying = lie  # type: ignore[assignment]  # what it gives is not asked for

        with pytest.raises(GatewayAnswerError) as wrong:
            await gateway.pulled(view, tmp_path / "here")

        assert f"`{where}`" in wrong.value.message
        assert [each.used for each in await usage(gateway.exchange, licence)] == [0]


async def test_a_file_that_is_listed_twice_is_not_fetched(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        gateway.lying = lambda opened: opened["files"].append(opened["files"][0])

        with pytest.raises(PackageInvalidError, match="is listed twice"):
            await gateway.pulled(view, tmp_path / "here")


@pytest.mark.parametrize("said", [None, [], {}, {"acknowledgeDelivery": None}, {"acknowledgeDelivery": {}}])
async def test_an_answer_to_the_receipt_of_another_form_is_told_as_such(tmp_path: Path, said: Any) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        real = gateway.execute

        async def execute(query: str, variables: Mapping[str, Any] | None = None) -> Answer:
            return _answer(said) if "Acknowledge" in query else await real(query, variables)

        gateway.execute = execute  # type: ignore[method-assign]  # the second answer is a bad one

        with pytest.raises((GatewayAnswerError, OperationFailedError)):
            await gateway.pulled(view, tmp_path / "here")


async def test_another_key_than_the_known_one_is_noticed_before_anything_is_fetched(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, licence):
        known, own = SigningKey.generate(), gateway.exchange.ports.signer
        gateway.journal_key = own.public_jwk

        with pytest.raises(KeyOtherError) as other:
            await gateway.pulled(view, tmp_path / "here", known.public_jwk)

        assert (other.value.what, other.value.named) == (gateway.url, own.thumbprint)
        assert [each.used for each in await usage(gateway.exchange, licence)] == [0]
        assert (await gateway.pulled(view, tmp_path / "here", own.public_jwk)).acknowledged


async def test_a_gateway_that_names_no_key_is_held_to_its_package(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        with pytest.raises(KeyOtherError) as other:
            await gateway.pulled(view, tmp_path / "here", SigningKey.generate().public_jwk)

        assert other.value.what == str(tmp_path / "here")
        assert gateway.acknowledged == []


async def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        (tmp_path / "here").mkdir()
        (tmp_path / "outside").mkdir()
        (tmp_path / "here" / "data").symlink_to(tmp_path / "outside")

        with pytest.raises(PackageInvalidError, match="is a link"):
            await gateway.pulled(view, tmp_path / "here")

        assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("name", ["delivery", "manifest"])
async def test_another_delivery_than_the_one_asked_for_is_not_signed_for(tmp_path: Path, name: str) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        if name == "manifest":
            gateway.lying = lambda opened: opened.update(manifest="0" * 64)
            asked = view
        else:
            gateway.answers_for = view.delivery
            asked = replace(view, delivery="urn:asked:delivery:" + view.delivery.rsplit(":", 1)[-1])

        with pytest.raises(PackageInvalidError, match="another delivery"):
            await gateway.pulled(asked, tmp_path / "here")

        assert gateway.acknowledged == []


@pytest.mark.parametrize("ended", ["revoked", "shorter"])
async def test_an_answer_that_must_stop_is_cut_and_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    """Its licence ended while it was on its way, or its file got shorter: the client sees that the end is missing."""
    monkeypatch.setattr(deliveries, "_CHUNK_BYTES", 64)
    monkeypatch.setattr(deliveries, "_JUDGED_EVERY", 1)
    async with a_gateway(tmp_path) as (gateway, view, licence):

        async def meanwhile() -> None:
            if ended == "revoked":
                await gateway.exchange.revoke(licence)
            else:
                os.truncate(package(gateway.exchange, view) / SHARD, 65)

        gateway.wire.after_first_piece = meanwhile
        with capture_logs() as logs, pytest.raises(httpx2.RemoteProtocolError):
            await gateway.get(view)

        assert gateway.wire.failures == []
        (line,) = [each for each in logs if each["event"] == "delivery.stopped"]
        code = "DELIVERY_REFUSED" if ended == "revoked" else "DELIVERY_DAMAGED"
        assert (line["delivery"], line["path"], line["code"]) == (view.delivery, SHARD, code)


async def test_a_refusal_does_not_repeat_a_long_path(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        absent = await gateway.get(view, "x" * 60_000)
        opened = await opened_delivery(gateway.exchange.ports, gateway.exchange.principal(), view.delivery)
        async with httpx2.AsyncClient(base_url=gateway.url) as client:
            foreign = await client.get(
                f"/deliveries/{'y' * 60_000}/x", headers={"authorization": f"Bearer {opened.token}"}
            )

        assert (absent.status_code, absent.json()["code"]) == (404, "NOT_FOUND")
        assert (foreign.status_code, foreign.json()["code"]) == (403, "DELIVERY_TOKEN_FOREIGN")
        assert max(len(absent.content), len(foreign.content)) < 500


async def test_asking_only_for_the_head_books_nothing(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, licence):
        opened = await opened_delivery(gateway.exchange.ports, gateway.exchange.principal(), view.delivery)
        async with httpx2.AsyncClient(base_url=gateway.url) as client:
            number = view.delivery.rsplit(":", 1)[-1]
            answer = await client.head(
                f"/deliveries/{number}/{SHARD}", headers={"authorization": f"Bearer {opened.token}"}
            )

        assert answer.status_code == 405
        assert [each.used for each in await usage(gateway.exchange, licence)] == [0]


async def test_what_is_there_already_is_not_fetched_again(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        await gateway.pulled(view, tmp_path / "here")
        (tmp_path / "here" / SHARD).rename(tmp_path / "here" / (SHARD + ".part"))
        gateway.wire.asked.clear()

        again = await gateway.pulled(view, tmp_path / "here")

        assert {path.rsplit("/", 1)[-1] for path, _ in gateway.wire.asked} == {"manifest.json", "manifest.jws"}
        assert again.package.rows == 4


async def test_a_part_that_was_damaged_meanwhile_begins_again(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        part = tmp_path / "here" / (SHARD + ".part")
        part.parent.mkdir(parents=True)
        part.write_bytes(b"rubbish")

        pulled = await gateway.pulled(view, tmp_path / "here")

        assert pulled.package.rows == 4
        assert not part.exists()


async def test_a_gateway_that_stays_away_leaves_what_is_here(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        opened = await gateway.execute("Opened", {"delivery": view.delivery})

        class Gone:
            async def execute(self, _query: str, _variables: Mapping[str, Any] | None = None) -> Answer:
                return opened

        async with Transport("http://127.0.0.1:9", timeout_s=1, max_bytes=1000) as nowhere:
            with pytest.raises(DownloadInterruptedError):
                await pull(Gone(), nowhere, KEY, view.delivery, tmp_path / "here")


async def test_a_licence_that_ended_stops_a_download_with_its_code(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, licence):
        await gateway.exchange.revoke(licence)

        with pytest.raises(DownloadRefusedError) as refused:
            await gateway.pulled(view, tmp_path / "here")

        assert refused.value.reason == "DELIVERY_REFUSED"


async def test_a_package_that_may_not_leave_as_it_was_prepared_gives_no_byte(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, licence):
        exchange = gateway.exchange
        published = exchange.datasets[exchange.licences[licence].dataset]
        await exchange.append(replace(published, lawful_basis=CONSENT))
        sealed = (package(exchange, view) / SHARD).read_bytes()

        answer = await gateway.get(view)

        assert (answer.status_code, "DELIVERY_OUTDATED" in answer.text) == (410, True)
        assert sealed[:8] not in answer.content
        assert not any(isinstance(each, AccessRecorded) for each in await exchange.events())


async def test_a_token_that_ran_out_on_the_way_is_renewed(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        real = gateway.execute
        stale = await real("Opened", {"delivery": view.delivery})
        gateway.exchange.clock.advance(700)
        answers = [stale]

        async def execute(query: str, variables: Mapping[str, Any] | None = None) -> Answer:
            return answers.pop() if answers and "Opened" in query else await real(query, variables)

        gateway.execute = execute  # type: ignore[method-assign]  # the first answer is an old one

        assert (await gateway.pulled(view, tmp_path / "here")).package.rows == 4


async def test_ranges_are_those_of_http(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        whole = await gateway.get(view)
        size, etag = len(whole.content), whole.headers["etag"]

        assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")
        assert whole.headers["cache-control"] == "private, no-store"
        for asked, part, told in (
            ("bytes=0-9", whole.content[:10], f"bytes 0-9/{size}"),
            ("bytes=10-", whole.content[10:], f"bytes 10-{size - 1}/{size}"),
            ("bytes=-5", whole.content[-5:], f"bytes {size - 5}-{size - 1}/{size}"),
            (f"bytes=0-{size * 2}", whole.content, f"bytes 0-{size - 1}/{size}"),
        ):
            answer = await gateway.get(view, range=asked, if_range=etag)
            assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, part, told)
        for unclear in ("bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "rows=0-1", "bytes=a-b"):
            assert (await gateway.get(view, range=unclear)).status_code == 200
        assert (await gateway.get(view, range="bytes=0-9", if_range='"other"')).status_code == 200


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=-0"])
async def test_a_range_beyond_the_end_is_one_clear_error(tmp_path: Path, asked: str) -> None:
    async with a_gateway(tmp_path) as (gateway, view, licence):
        size = (package(gateway.exchange, view) / SHARD).stat().st_size

        answer = await gateway.get(view, range=asked)

        assert (answer.status_code, answer.json()["code"]) == (416, "RANGE_UNSATISFIABLE")
        assert answer.headers["content-range"] == f"bytes */{size}"
        assert [each.used for each in await usage(gateway.exchange, licence)] == [0]


async def test_without_a_token_nothing_is_told(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        answer = await gateway.get(view, authorization="Bearer x")

        assert (answer.status_code, answer.json()["code"]) == (401, "DELIVERY_TOKEN_REFUSED")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        assert (await gateway.get(view, "nothing")).status_code == 404


def flip(folder: Path) -> None:
    shard = folder / SHARD
    content = bytearray(shard.read_bytes())
    content[50] ^= 1
    shard.write_bytes(content)


def alter_a_term(folder: Path) -> None:
    """Somebody widens a term and hashes the file again, in the list too."""
    path = folder / "agreements" / "01-bazaar-rating.json"
    path.write_text(path.read_text().replace('"100"', '"900"').replace(" 100", " 900"))


def alter_the_list(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["rows"] = 5
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (flip, f"`{SHARD}` was changed"),
        (lambda folder: (folder / SHARD).unlink(), f"`{SHARD}` is missing"),
        (alter_a_term, "`agreements/01-bazaar-rating.json` was changed"),
        (alter_the_list, "`manifest.json` was changed after it was signed"),
        (lambda folder: (folder / "extra").write_text("x"), "`extra` was added"),
        (lambda folder: (folder / "manifest.json").unlink(), "`manifest.json` is missing"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "is not JSON"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "is no manifest"),
        (lambda folder: (folder / "manifest.jws").unlink(), "`manifest.jws` is missing"),
        (lambda folder: (folder / "manifest.jws").write_text("x.y.z"), "`manifest.jws`"),
    ],
)
@pytest.mark.requirement("R4")
async def test_a_package_that_was_altered_says_what(tmp_path: Path, damage: Any, finding: str) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        folder = tmp_path / "here"
        await gateway.pulled(view, folder)
        verify_package(folder)
        damage(folder)

        with pytest.raises(PackageInvalidError) as invalid:
            verify_package(folder)

        assert finding in "; ".join(invalid.value.findings)


async def test_a_package_sealed_by_another_key_is_refused(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, _):
        await gateway.pulled(view, tmp_path / "here")

        with pytest.raises(KeyOtherError):
            verify_package(tmp_path / "here", SigningKey.generate().public_jwk)


async def test_simultaneous_first_downloads_book_once(tmp_path: Path) -> None:
    async with a_gateway(tmp_path) as (gateway, view, licence):
        answers = await asyncio.gather(*(gateway.get(view) for _ in range(12)))

        assert {each.status_code for each in answers} == {200}
        booked = [each for each in await gateway.exchange.events() if isinstance(each, AccessRecorded)]
        assert len(booked) == 1
        assert [each.used for each in await usage(gateway.exchange, licence)] == [4]


async def test_a_revocation_stops_an_answer_that_is_on_its_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing after the chunks that were sent; the client sees a broken answer, and is told why when it asks again."""
    monkeypatch.setattr(deliveries, "_CHUNK_BYTES", 64)
    monkeypatch.setattr(deliveries, "_JUDGED_EVERY", 1)
    async with a_gateway(tmp_path) as (gateway, view, licence):
        opened = await opened_delivery(gateway.exchange.ports, gateway.exchange.principal(), view.delivery)
        number = view.delivery.rsplit(":", 1)[-1]
        file = await gateway.outgoing.find(number, SHARD, f"Bearer {opened.token}")
        await gateway.outgoing.let_out(file)
        sending = deliveries._bytes(gateway.outgoing, file, ByteRange(start=0, stop=file.size))
        first = await anext(sending)
        await gateway.exchange.revoke(licence)

        with pytest.raises(DeliveryRefusedError):
            await anext(sending)

        assert len(first) == 64
        assert (await gateway.get(view)).json()["code"] == "DELIVERY_REFUSED"
