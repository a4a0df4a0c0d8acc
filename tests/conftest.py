"""What every test may use, and how tests are spread over workers."""

from collections.abc import Callable
from functools import partial
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

_TOLD: Final = "told"

pytest_plugins = ["tests.testkit.neo4j_server"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Everything runs on asyncio: the database driver does."""
    return "asyncio"


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Puts a figure into the summary at the end of the run, whichever worker measured it."""
    return partial(record_property, _TOLD)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured."""
    reports = [each for outcome in ("passed", "failed") for each in terminalreporter.stats.get(outcome, ())]
    told = [value for each in reports for name, value in each.user_properties if name == _TOLD]
    if told:
        terminalreporter.section("figures")
        for each in told:
            terminalreporter.line(str(each))


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
