"""The whole gateway over each store: what the journal records is found in the graph."""

from dataclasses import replace
from pathlib import Path

from gateway.main import opened
from gateway.settings import Secret, load
from graph.journal.events import PartyRegistered


async def test_a_gateway_projects_its_first_operator(graph_url: str, tmp_path: Path) -> None:
    settings = replace(load({}, given={"folder": tmp_path / "gateway"}), graph=Secret(graph_url))

    async with opened(settings) as gateway:
        await gateway.projector.catch_up()
        registered = [
            each.event
            for each in await gateway.ports.journal.events(after=-1, limit=10)
            if isinstance(each.event, PartyRegistered)
        ]
        nodes = await gateway.ports.store.get([each.party for each in registered])

    assert [node.id for node in nodes] == [each.party for each in registered]
    assert gateway.projector.problem is None
