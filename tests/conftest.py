"""What every test may use, and how tests are spread over workers."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["tests.testkit.neo4j_server"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Everything runs on asyncio: the database driver does."""
    return "asyncio"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, so that at the end no worker waits for it alone."""
    items.sort(key=lambda each: not any(each.get_closest_marker(name) for name in ("slow", "integration")))


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Tests of one file go to one worker, so that what a file sets up is set up once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        # WHY: all tests of the graph stores share two database servers, which are too heavy to be started twice.
        return "graph stores" if file.startswith("tests/conformance/graph_store/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Spread by file, whatever the command line says, in the order of the files."""
    config.option.loadscopereorder = False
    return _ByFile(config, log)
