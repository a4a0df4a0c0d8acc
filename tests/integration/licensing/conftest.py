"""The market of one test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.testkit.licensing import Market, a_market


@pytest.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    async with a_market(tmp_path) as made:
        yield made
