"""Checks of what happens when a source is down, and of what must never be told."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest

from connectors.engine import describe, fetch, health
from connectors.errors import ConnectorError, SourceUnavailableError
from connectors.spi import ConnectorFactory, HealthStatus, HttpAnswer
from connectors.testing.bench import Bench, a_context, frozen_clock
from connectors.testing.rules import Level, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoWayOut:
    """A context through which nothing can be reached."""

    batch_rows: int = 8

    def clock(self) -> datetime:
        """Always the same moment."""
        return frozen_clock()

    async def http_get(self, url: str, *, params: Mapping[str, str] | None = None) -> HttpAnswer:
        """Nothing."""
        del params
        raise SourceUnavailableError(f"`{url}` cannot be reached")


class SafetyChecks:
    """Bronze: a failing source is an answer, and secrets stay where they are."""

    factory: ClassVar[type[ConnectorFactory]]
    secrets: ClassVar[frozenset[str]] = frozenset()

    @rule("B08", Level.BRONZE)
    async def test_health_of_a_source_that_answers(self, bench: Bench) -> None:
        found = await health(bench.connector, bench.context, bench.deadline)

        assert found.status is HealthStatus.REACHABLE

    @rule("B08", Level.BRONZE)
    async def test_health_of_a_source_that_is_down(self, down_config: Mapping[str, Any] | None) -> None:
        if down_config is None:
            pytest.skip("this source cannot be down")
        connector = self.factory.parse_config(down_config)
        async with a_context(connector, batch_rows=8) as context:
            down = Bench(connector=connector, context=context)
            found = await health(connector, context, down.deadline)

            assert found.status is HealthStatus.UNREACHABLE
            assert found.detail
            self._assert_silent(found.detail)

    @rule("B08", Level.BRONZE)
    async def test_source_that_is_down_gives_errors_of_the_contract(
        self, down_config: Mapping[str, Any] | None, bench: Bench
    ) -> None:
        if down_config is None:
            pytest.skip("this source cannot be down")
        connector = self.factory.parse_config(down_config)
        request = bench.request((await bench.collections())[0])
        async with a_context(connector, batch_rows=8) as context:
            down = Bench(connector=connector, context=context)
            with pytest.raises(ConnectorError) as described:
                await describe(connector, context, down.deadline)
            with pytest.raises(ConnectorError) as read:
                await anext(fetch(connector, request, context, down.deadline))

        for problem in (described.value, read.value):
            self._assert_silent(f"{problem.message} {problem.hint}")

    @rule("B10", Level.BRONZE)
    async def test_the_context_is_the_only_way_out(self, bench: Bench) -> None:
        context = _NoWayOut()
        if bench.connector.hosts:
            with pytest.raises(ConnectorError):
                await bench.connector.describe(context)
            assert (await bench.connector.health(context)).status is HealthStatus.UNREACHABLE
        else:
            assert await bench.connector.describe(context)

    @rule("B09", Level.BRONZE)
    async def test_secrets_are_told_nowhere(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            for collection in await bench.collections():
                self._assert_silent(repr(collection))
                for batch in await bench.batches(collection):
                    self._assert_silent(f"{batch.checkpoint} {batch.source_ref} {batch.records.to_pylist()}")

        self._assert_silent(repr(bench.connector))
        self._assert_silent(caplog.text)

    def _assert_silent(self, told: str) -> None:
        assert not [secret for secret in self.secrets if secret in told]
