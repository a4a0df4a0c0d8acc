"""A story to look back on: two owners, one developer, a query, a package under both licences, and a reported run."""

from dataclasses import dataclass, field
from typing import Any, Final

from gateway.exchange import commands
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.deliver.order import order_delivery
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.prepare import prepare
from gateway.exchange.report_run import report_run
from gateway.exchange.views import NegotiationView
from policies.terms import Terms
from policies.vocabulary import FINE_TUNE
from tests.testkit.clock import NOON
from tests.testkit.licensing import ACADEMIC, EURO_CENT, RESEARCH, Member
from tests.testkit.reading import ratings
from tests.testkit.whole import World, licence_of

PLATFORMS: Final = {
    "bazaar": {"ratings": ratings(("ann", "bob", 1), (None, "bob", 2), ("bob", "ann", 3), ("ann", "bob", 4))},
    "forum": {"ratings": ratings(("eve", "fay", 9))},
}
"""What the two owners have."""
COLUMNS: Final = ("rated", "value")
PRICED: Final = Terms(
    action=FINE_TUNE, purposes=frozenset({RESEARCH}), columns=frozenset(COLUMNS), max_records=100, price=EURO_CENT
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happened; owners and licences by platform."""

    world: World
    developer: Member
    owners: dict[str, Member] = field(default_factory=dict)
    views: dict[str, NegotiationView] = field(default_factory=dict)
    delivery: str
    run: str

    @property
    def licences(self) -> dict[str, str]:
        """The IRIs of the licences."""
        return {platform: licence_of(view) for platform, view in self.views.items()}


async def a_story(world: World) -> Story:
    """Tell it."""
    developer = await world.market.developer()
    owners, views = {}, {}
    for platform in PLATFORMS:
        owners[platform] = await world.speaker(platform)
        dataset = await world.market.offered(owners[platform], platform, PRICED)
        terms: dict[str, Any] = {"price": EURO_CENT, "max_records": 100}
        views[platform] = await world.agreed(owners[platform], developer, dataset, COLUMNS, **terms)
    await world.rows(developer, views["bazaar"], COLUMNS, first=2)
    ports, holder = world.exchange.ports, world.holding(developer, *views.values())
    order = commands.PrepareDelivery(
        licences=tuple(map(licence_of, views.values())), purpose=ACADEMIC, action=FINE_TUNE
    )
    delivery = (await order_delivery(ports, holder, order)).delivery
    await prepare(ports, delivery, lambda _: None)
    opened, outgoing = await opened_delivery(ports, holder, delivery), Outgoing(ports)
    await outgoing.let_out(await outgoing.find(delivery.rsplit(":", 1)[-1], "manifest.json", f"Bearer {opened.token}"))
    run = commands.ReportRun(
        delivery=delivery,
        model="urn:model:small-1",
        action=FINE_TUNE,
        purpose=ACADEMIC,
        started=NOON,
        ended=NOON,
        metrics={"loss": 0.25, "rows": 1_000_000.0},
    )
    reported = await report_run(ports, developer.principal, run)
    return Story(world=world, developer=developer, owners=owners, views=views, delivery=delivery, run=reported.run)
