"""OpenSimulator's database passes the kit, also with rows that real grids have and nobody expects."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typing_extensions import override

from connectors.platforms.opensim import OpenSimConnector
from connectors.testing.filtering import Traffic
from connectors.testing.suite import ConnectorConformance
from gateway.demo.world.grid import write_grid

SECRET = "canary-5ec7e7"
VISITOR = "5883379e-10b2-5460-ba6d-9cadfa934d8f;http://far.example:8002/;Nils Foreign"


@pytest.fixture(scope="session")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("grid") / "grid with space.db"
    write_grid(path, 7, avatars=20)
    with closing(sqlite3.connect(path)) as database, database:
        (account,) = database.execute("SELECT PrincipalID FROM UserAccounts ORDER BY rowid DESC LIMIT 1").fetchone()
        database.execute("INSERT INTO Friends VALUES (?, ?, '7', '0')", (account, f"{VISITOR};{SECRET};more"))
        database.execute("INSERT INTO Friends VALUES (?, ?, 'many', '0')", (account, VISITOR.replace("Nils", "Nora")))
        database.execute("UPDATE UserAccounts SET FirstName = 'A\N{COMBINING RING ABOVE}sa' WHERE rowid = 4")
        database.execute("UPDATE UserAccounts SET FirstName = ?, Created = NULL WHERE rowid = 5", ("x\0y",))
        database.execute("UPDATE inventoryitems SET inventoryName = '' WHERE rowid = 1")
        database.execute("UPDATE inventoryitems SET inventoryName = NULL, creationDate = 2000 WHERE rowid = 2")
        database.execute("UPDATE inventoryitems SET inventoryName = 'a text of 🌉 bridges' WHERE rowid = 3")
        database.execute("UPDATE inventoryitems SET assetType = 999 WHERE rowid = 4")
        database.execute("UPDATE inventoryitems SET rowid = -rowid WHERE rowid IN (5, 6)")
    return path


class TestOpenSim(ConnectorConformance):
    factory = OpenSimConnector
    secrets: ClassVar = frozenset({SECRET})

    @pytest.fixture
    @override
    def config(self, grid: Path) -> Mapping[str, Any]:
        return {"path": str(grid), "platform": "grid"}

    @pytest.fixture
    @override
    def down_config(self, grid: Path) -> Mapping[str, Any]:
        return {"path": str(grid.with_name("absent.db"))}

    @pytest.fixture
    @override
    def traffic(self, monkeypatch: pytest.MonkeyPatch) -> Traffic:
        return _Columns(monkeypatch)


class _Columns:
    """Counts the values that statements select."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from connectors.platforms.opensim import database  # noqa: PLC0415  # what is measured

        self._values = 0
        query = database.query

        def counting(path: Path, statement: Any, *, rows: int) -> Any:
            table = query(path, statement, rows=rows)
            if "·at" in table.column_names:
                self._values += table.num_columns * table.num_rows
            return table

        monkeypatch.setattr(database, "query", counting)

    def count(self) -> int:
        return self._values
