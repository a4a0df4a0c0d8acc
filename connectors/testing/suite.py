"""The conformance suite: derive a class, give it a configuration, run pytest.

```python
class TestMyPlatform(ConnectorConformance):
    factory = MyConnector
    waived = {"B08": "the platform is a constant"}

    @pytest.fixture
    def config(self):
        return {"base_url": "https://my-platform.example"}
```

The source must have a handful of records in every collection: more than ``batch_rows``, and few enough to be read
often.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

import pytest

from connectors.spi import Connector, ConnectorFactory
from connectors.testing.bench import Bench, a_context
from connectors.testing.description import DescriptionChecks
from connectors.testing.filtering import FilteringChecks, Traffic
from connectors.testing.reading import ReadingChecks
from connectors.testing.safety import SafetyChecks


class ConnectorConformance(DescriptionChecks, FilteringChecks, ReadingChecks, SafetyChecks):
    """Everything that a connector must do; a rule is waived with a reason, which the report shows."""

    pytestmark = pytest.mark.anyio
    factory: ClassVar[type[ConnectorFactory]]
    """What the entry point names."""
    waived: ClassVar[Mapping[str, str]] = {}
    """Rules that do not apply, each with its reason."""
    secrets: ClassVar[frozenset[str]] = frozenset()
    """Texts of the configuration or the source that may be told nowhere."""
    batch_rows: ClassVar[int] = 7

    @pytest.fixture
    def anyio_backend(self) -> str:
        """The product runs on asyncio."""
        return "asyncio"

    @pytest.fixture
    def config(self) -> Mapping[str, Any]:
        """The configuration of a source that answers."""
        raise NotImplementedError

    @pytest.fixture
    def down_config(self) -> Mapping[str, Any] | None:
        """The configuration of a source that does not answer; nothing when there is no such state."""
        return None

    @pytest.fixture
    def traffic(self) -> Traffic | None:
        """What counts the source's traffic, to prove a claimed projection."""
        return None

    @pytest.fixture
    def connector(self, config: Mapping[str, Any]) -> Connector:
        """The connector to check."""
        return self.factory.parse_config(config)

    @pytest.fixture
    async def bench(self, connector: Connector) -> AsyncIterator[Bench]:
        """The connector in a context of its own."""
        async with a_context(connector, batch_rows=self.batch_rows) as context:
            yield Bench(connector=connector, context=context)
