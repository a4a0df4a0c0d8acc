"""A trust ledger passes the kit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from connectors.platforms.trust_ledger import TrustLedgerConnector
from connectors.testing.suite import ConnectorConformance


class TestTrustLedger(ConnectorConformance):
    factory = TrustLedgerConnector

    @pytest.fixture
    @override
    def config(self, tmp_path: Path) -> Mapping[str, Any]:
        ledger = tmp_path / "ledger.csv"
        lines = [
            f"{rater},{rated},{(rater * rated) % 10 + 1 - 11 * (rated % 2)},{1_289_241_911 + rater // 2}.72836"
            for rater in range(1, 12)
            for rated in range(1, 12)
            if rater % 3 == rated % 3 and rater != rated
        ]
        ledger.write_text("\n".join(lines))
        return {"path": str(ledger), "platform": "bazaar"}

    @pytest.fixture
    @override
    def down_config(self, tmp_path: Path) -> Mapping[str, Any]:
        return {"path": str(tmp_path / "absent.csv")}
