"""A package from the order to the receipt: units held, rows chosen and checked, files sealed, booked, signed for."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from gateway.exchange import commands
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.deliver.order import order_delivery
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.prepare import prepare
from gateway.exchange.deliver.presented import DeliveryView, delivery
from gateway.exchange.deliver.workspace import Workspace
from graph.journal.events import AccessRecorded
from graph.journal.rows import DeliveryState
from policies.model import Transform, Usage
from policies.terms import Rate
from policies.vocabulary import FINE_TUNE, PER_RECORD, PSEUDONYMISE
from tests.testkit.reading import RESEARCH, TERMS, Exchange, an_exchange

CENT = Rate(amount_micro=10_000, currency="EUR", unit=PER_RECORD)
LICENSED = replace(
    TERMS,
    columns=frozenset({"rater", "rated", "value"}),
    transforms={name: Transform(term=PSEUDONYMISE) for name in ("rater", "rated")},
    max_records=100,
    price=CENT,
)


def an_order(*licences: str, **changes: object) -> commands.PrepareDelivery:
    return replace(commands.PrepareDelivery(licences=licences, purpose=RESEARCH, action=FINE_TUNE), **changes)  # type: ignore[arg-type]  # a builder


async def ordered(exchange: Exchange, *licences: str, **changes: object) -> DeliveryView:
    return await order_delivery(exchange.ports, exchange.principal(*licences), an_order(*licences, **changes))


async def prepared(exchange: Exchange, *licences: str, **changes: object) -> DeliveryView:
    placed = await ordered(exchange, *licences, **changes)
    await prepare(exchange.ports, placed.delivery, lambda _: None)
    return await delivery(exchange.ports, exchange.principal(*licences), placed.delivery)


def package(exchange: Exchange, view: DeliveryView) -> Path:
    return Workspace.of(exchange.ports.packing.folder, view.delivery).package


async def usage(exchange: Exchange, licence: str) -> list[Usage]:
    return list((await exchange.ports.journal.view(lambda view: view.usage(licence))).values())


async def test_an_order_becomes_a_sealed_package(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        view = await prepared(exchange, licence, rows=50)

        assert (view.state, view.code) == (DeliveryState.READY, None)
        (item,) = view.items
        assert (item.columns, item.rows, item.dropped) == (("rater", "rated", "value"), 4, 1)
        folder = package(exchange, view)
        shard = folder / "data" / "01-bazaar-rating" / "00000.parquet"
        rows = pq.read_table(shard)
        assert rows["value"].to_pylist() == [Decimal(3), Decimal(-2), Decimal(10), Decimal(1)]
        assert "ann" not in rows["rater"].to_pylist()
        metadata = rows.schema.metadata
        row = exchange.licences[licence]
        assert metadata[b"agreement_id"].decode() == row.agreement
        assert metadata[b"policy_sha256"].decode() == row.policy.removeprefix("sha-256:")
        assert metadata[b"delivery_id"].decode() == view.delivery
        manifest = json.loads((folder / "manifest.json").read_bytes())
        assert {each["path"] for each in manifest["files"]} == {
            str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
        } - {"manifest.json", "manifest.jws"}
        assert await usage(exchange, licence) == [Usage(reserved=50)]


async def fetched(exchange: Exchange, view: DeliveryView, path: str = "manifest.json") -> bytes:
    """What a download of one file gives."""
    opened = await opened_delivery(exchange.ports, exchange.principal(), view.delivery)
    number = view.delivery.rsplit(":", 1)[-1]
    file = await Outgoing(exchange.ports).file(number, path, f"Bearer {opened.token}")
    return file.path.read_bytes()


async def test_the_first_byte_books_what_is_in_the_package_and_the_next_ones_nothing(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)

        await fetched(exchange, view)
        await fetched(exchange, view, "data/01-bazaar-rating/00000.parquet")

        (access,) = [each for each in await exchange.events() if isinstance(each, AccessRecorded)]
        assert (access.delivery, access.rows, access.units) == (view.delivery, 4, 4)
        assert (access.price_micro, access.currency, access.withheld) == (40_000, "EUR", 1)
        assert await usage(exchange, licence) == [Usage(used=4)]
        again = await delivery(exchange.ports, exchange.principal(licence), view.delivery)
        assert (again.state, again.items[0].access) == (DeliveryState.RELEASED, access.access)
