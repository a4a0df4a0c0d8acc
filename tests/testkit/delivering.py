"""Ordering, preparing and fetching deliveries, as a developer does."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gateway.exchange import commands
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.deliver.order import order_delivery
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.prepare import prepare
from gateway.exchange.deliver.presented import DeliveryView, delivery
from gateway.exchange.deliver.progress import Progress
from gateway.exchange.deliver.workspace import Workspace
from policies.model import Transform, Usage
from policies.terms import Rate
from policies.vocabulary import FINE_TUNE, PER_RECORD, PSEUDONYMISE
from tests.testkit.reading import RESEARCH, TERMS, Exchange

CENT = Rate(amount_micro=10_000, currency="EUR", unit=PER_RECORD)
LICENSED = replace(
    TERMS,
    columns=frozenset({"rater", "rated", "value"}),
    transforms={name: Transform(term=PSEUDONYMISE) for name in ("rater", "rated")},
    max_records=100,
    price=CENT,
)
PART = "01-bazaar-rating"
SHARD = f"data/{PART}/00000.parquet"


def an_order(*licences: str, **changes: object) -> commands.PrepareDelivery:
    """An order for research."""
    return replace(commands.PrepareDelivery(licences=licences, purpose=RESEARCH, action=FINE_TUNE), **changes)  # type: ignore[arg-type]  # a builder


async def ordered(exchange: Exchange, *licences: str, **changes: object) -> DeliveryView:
    """What ordering gives."""
    return await order_delivery(exchange.ports, exchange.principal(*licences), an_order(*licences, **changes))


async def prepared(exchange: Exchange, *licences: str, **changes: object) -> DeliveryView:
    """An order whose preparation has ended."""
    placed = await ordered(exchange, *licences, **changes)
    return await prepared_again(exchange, placed)


async def prepared_again(
    exchange: Exchange, view: DeliveryView, tell: Callable[[Progress], None] = lambda _: None
) -> DeliveryView:
    """A delivery after its preparation has run (once more)."""
    await prepare(exchange.ports, view.delivery, tell)
    return await seen(exchange, view)


async def seen(exchange: Exchange, view: DeliveryView) -> DeliveryView:
    """A delivery as its developer sees it now."""
    return await delivery(exchange.ports, exchange.principal(), view.delivery)


def package(exchange: Exchange, view: DeliveryView) -> Path:
    """Its folder on the gateway."""
    return Workspace.of(exchange.ports.packing.folder, view.delivery).package


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a package."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def usage(exchange: Exchange, licence: str) -> list[Usage]:
    """What the counters of a licence show."""
    return list((await exchange.ports.journal.view(lambda view: view.usage(licence))).values())


async def fetched(
    exchange: Exchange, view: DeliveryView, path: str = "manifest.json", outgoing: Outgoing | None = None
) -> bytes:
    """What a download of one file gives."""
    opened = await opened_delivery(exchange.ports, exchange.principal(), view.delivery)
    number = view.delivery.rsplit(":", 1)[-1]
    outgoing = outgoing or Outgoing(exchange.ports)
    file = await outgoing.find(number, path, f"Bearer {opened.token}")
    await outgoing.let_out(file)
    return file.path.read_bytes()


async def records(exchange: Exchange, view: DeliveryView, outgoing: Outgoing | None = None) -> pa.Table:
    """The rows of the first file of a package, as a download gives them."""
    return pq.read_table(io.BytesIO(await fetched(exchange, view, SHARD, outgoing)))
