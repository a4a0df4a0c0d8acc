"""What every test may use."""

import pytest

pytest_plugins = ["tests.testkit.neo4j_server"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Everything runs on asyncio: the database driver does."""
    return "asyncio"
