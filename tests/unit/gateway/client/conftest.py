"""A scripted gateway, and a client of it."""

from collections.abc import AsyncIterator

import pytest

from gateway.client import MunimentClient
from graph.signing import SigningKey
from tests.testkit.scripted_gateway import ScriptedGateway, a_scripted_gateway


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
async def gateway() -> AsyncIterator[ScriptedGateway]:
    async with a_scripted_gateway() as served:
        yield served


@pytest.fixture
async def client(gateway: ScriptedGateway, key: SigningKey) -> AsyncIterator[MunimentClient]:
    async with MunimentClient(gateway.url, client_id="urn:muniment:client:1", key=key, timeout_s=5) as opened:
        yield opened
