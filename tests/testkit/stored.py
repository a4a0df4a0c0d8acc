"""What the folder of a store holds, read from outside: a gateway may be working on it, or just have been killed."""

import base64
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.journal.codec import decode
from graph.journal.registers.apply import apply
from graph.signing import SigningKey
from graph.sql.connection import Connection
from graph.sql.engine import create_engine
from graph.sql.migrations import migrate
from graph.sql.tables import METADATA
from graph.stores import open_store

KEPT_BESIDE = {"document", "vault_text", "vault_salt"}
"""Tables that the registers refer to and no event fills."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The folder of a store."""

    folder: Path

    def size(self) -> int:
        """How many events its journal has; 0 before there is one."""
        try:
            return int(self._rows("SELECT coalesce(max(seq) + 1, 0) FROM journal_event")[0][0])
        except sqlite3.OperationalError:
            return 0

    def events(self) -> list[dict[str, Any]]:
        """Every event, in order, with its leaf."""
        found = self._rows("SELECT canonical, leaf FROM journal_event ORDER BY seq")
        return [json.loads(canonical) | {"leaf": base64.b64encode(leaf).decode()} for canonical, leaf in found]

    def once(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """Idempotency keys by actor and key, with the first event under each and their number."""
        return {
            (actor, key): (first, count)
            for actor, key, first, count in self._rows('SELECT actor, "key", first, count FROM journal_once')
        }

    def deliveries(self) -> Mapping[str, str]:
        """The state of every delivery."""
        try:
            return dict(self._rows("SELECT delivery, state FROM delivery ORDER BY seq"))
        except sqlite3.OperationalError:
            return {}

    def used(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Units used and held, by licence and counter."""
        found = self._rows("SELECT licence, counter, used, reserved FROM usage")
        return {(licence, counter): (used, held) for licence, counter, used, held in found}

    def held_keys(self) -> list[str]:
        """Thumbprints of the keys that the gateway holds for owners."""
        return [SigningKey.from_jwk(json.loads(jwk)).thumbprint for (jwk,) in self._rows("SELECT jwk FROM held_key")]

    def sealed(self, delivery: str) -> dict[str, str]:
        """The files of a package, with their hashes."""
        return hashes(self.package(delivery))

    def package(self, delivery: str) -> Path:
        """The folder of a package."""
        return self.folder / "deliveries" / delivery.rsplit(":", 1)[-1] / "package"

    def registers(self, tables: frozenset[str]) -> dict[str, Counter[tuple[Any, ...]]]:
        """The rows of these tables."""
        return {table: Counter(self._rows(f'SELECT * FROM "{table}"')) for table in tables}  # noqa: S608  # our own names

    def replayed(self, into: Path) -> dict[str, Counter[tuple[Any, ...]]]:
        """The registers as the events alone make them: every table that they fill."""
        engine = create_engine(f"sqlite:///{into}")
        try:
            migrate(engine)
            connection = Connection(engine)
            with closing(connection), connection.transaction():
                for table in KEPT_BESIDE:
                    rows = self._rows(f'SELECT * FROM "{table}"')  # noqa: S608  # our own names
                    marks = ", ".join("?" * len(METADATA.tables[table].columns))
                    connection._cursor.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)  # noqa: S608
                for (canonical,) in self._rows("SELECT canonical FROM journal_event ORDER BY seq"):
                    apply(connection, decode(canonical))
        finally:
            engine.dispose()
        with closing(sqlite3.connect(into)) as made:
            filled = {
                table: Counter(made.execute(f'SELECT * FROM "{table}"').fetchall())  # noqa: S608  # our own names
                for table in METADATA.tables.keys() - KEPT_BESIDE
            }
        return {table: rows for table, rows in filled.items() if rows}

    async def graph(self) -> frozenset[str]:
        """Every node and every edge of the graph, and how far it has got."""
        store = open_store(f"sqlite:///{self.folder / 'graph.db'}")
        try:
            return frozenset([repr(each) async for each in store.scan()]) | {str(await store.watermark())}
        finally:
            await store.close()

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._opened() as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self.folder / 'journal.db'}?mode=ro", uri=True, timeout=10)) as opened:
            yield opened


def hashes(folder: Path) -> dict[str, str]:
    """Every file below a folder, with its hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
