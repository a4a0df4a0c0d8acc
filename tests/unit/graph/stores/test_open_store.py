import subprocess
import sys
from pathlib import Path

import pytest

from graph.provenance.errors import GraphUrlInvalidError
from graph.stores import open_store
from graph.stores.neo4j import Neo4jGraphStore
from graph.stores.sqlite import SqliteGraphStore


async def test_a_file_is_named_relative_or_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url, file in {
        "sqlite:///near.db": tmp_path / "near.db",
        f"sqlite:///{tmp_path}/f%C3%A4r%20off.db": tmp_path / "fär off.db",
    }.items():
        store = open_store(url, tenant="other")

        assert isinstance(store, SqliteGraphStore)
        assert store.tenant == "other"
        assert await store.watermark() == -1
        await store.close()
        assert file.is_file()


@pytest.mark.parametrize(
    "url",
    [
        "bolt://neo4j:p%40ss@localhost:7687",
        "bolt://neo4j:secret@localhost",
        "neo4j+s://neo4j:secret@[::1]:7000/neo4j",
    ],
)
async def test_a_server_is_named_with_user_and_password(url: str) -> None:
    store = open_store(url)

    assert isinstance(store, Neo4jGraphStore)
    await store.close()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "unknown scheme ``"),
        ("graph.db", "unknown scheme ``"),
        ("redis://host", "unknown scheme `redis`"),
        ("sqlite://", "it names no file"),
        ("sqlite:///", "it names no file"),
        ("sqlite:///:memory:", "it names no file"),
        ("sqlite://host/graph.db", "it names no file"),
        ("bolt://host:7687", "host, user and password are needed"),
        ("bolt://neo4j:secret@", "host, user and password are needed"),
        ("bolt://neo4j@host", "host, user and password are needed"),
        ("bolt://neo4j:secret@host:port", "it is no URL"),
        ("bolt://neo4j:secret@[host", "it is no URL"),
    ],
)
def test_a_wrong_address_is_refused_without_repeating_it(url: str, problem: str) -> None:
    with pytest.raises(GraphUrlInvalidError) as refused:
        open_store(url)

    assert refused.value.problem == problem
    assert "secret" not in str(refused.value)


def test_who_does_not_use_neo4j_does_not_load_its_driver() -> None:
    """In an interpreter of its own: here the driver is loaded already."""
    opened = "from graph.stores import open_store; open_store('sqlite:///x.db')"
    program = f"import sys; {opened}; sys.exit('neo4j' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
