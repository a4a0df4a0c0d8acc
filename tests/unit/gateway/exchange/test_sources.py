"""The configured sources, and those that datasets still name after the operator removed them."""

import pytest

from connectors.errors import SourceUnavailableError
from connectors.spi import CollectionId, ReadRequest
from gateway.exchange.errors import NotFoundError
from gateway.exchange.sources import connected_sources
from gateway.settings import Settings, SourceSettings
from policies.predicate import EVERYTHING
from tests.testkit.clock import FrozenClock

MEMORY = SourceSettings(
    id="tavern",
    connector="memory",
    config={
        "platform": "tavern",
        "collections": {"ratings": {"kind": "Rating", "rows": [{"record_id": "1", "rated": "member-1", "value": "5"}]}},
    },
)
REQUEST = ReadRequest(collection=CollectionId("ratings"), columns=("value",), where=EVERYTHING)


@pytest.mark.anyio
async def test_a_configured_source_is_read() -> None:
    async with connected_sources(Settings(sources=(MEMORY,)), FrozenClock()) as sources:
        rows = [row async for each in sources.read("tavern", REQUEST) for row in each.batch.records.to_pylist()]

        assert len(rows) == 1
        assert sources.platform("tavern") == "tavern"


@pytest.mark.anyio
async def test_a_source_that_was_removed_fails_as_a_source_does() -> None:
    async with connected_sources(Settings(), FrozenClock()) as sources:
        with pytest.raises(SourceUnavailableError, match="`tavern` is not configured"):
            await anext(aiter(sources.read("tavern", REQUEST)))


@pytest.mark.anyio
async def test_who_publishes_is_told_that_there_is_no_such_source() -> None:
    async with connected_sources(Settings(sources=(MEMORY,)), FrozenClock()) as sources:
        with pytest.raises(NotFoundError):
            sources.platform("market")
        with pytest.raises(NotFoundError):
            await sources.profile("tavern", "visits")
