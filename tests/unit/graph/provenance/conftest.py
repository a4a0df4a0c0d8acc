from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.stores import GraphStore
from graph.stores.sqlite import SqliteGraphStore


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[GraphStore]:
    opened = SqliteGraphStore(tmp_path / "graph.db")
    yield opened
    await opened.close()
