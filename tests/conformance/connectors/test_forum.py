"""A forum behind HTTP passes the kit."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from typing_extensions import override

from connectors.platforms.forum import ForumConnector
from connectors.testing.filtering import Traffic
from connectors.testing.suite import ConnectorConformance
from tests.testkit.forum import Served, a_served_forum


class TestForum(ConnectorConformance):
    factory = ForumConnector

    @pytest.fixture
    async def forum(self) -> AsyncIterator[Served]:
        async with a_served_forum() as forum:
            yield forum

    @pytest.fixture
    @override
    async def config(self, forum: Served) -> Mapping[str, Any]:
        return {"base_url": forum.url}

    @pytest.fixture
    @override
    async def down_config(self) -> Mapping[str, Any]:
        return {"base_url": "http://127.0.0.1:9"}

    @pytest.fixture
    @override
    async def traffic(self, forum: Served) -> Traffic:
        return _Bytes(forum)


class _Bytes:
    def __init__(self, forum: Served) -> None:
        self._forum = forum

    def count(self) -> int:
        return self._forum.bytes_sent
