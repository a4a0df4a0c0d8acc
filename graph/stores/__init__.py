"""Where the provenance graph is kept: one port, several stores."""

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from graph.provenance.errors import GraphUrlInvalidError
from graph.stores.port import GraphStore
from graph.stores.sqlite import SqliteGraphStore

__all__ = ["GraphStore", "open_store"]

_BOLT = frozenset({"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"})


def open_store(url: str, *, tenant: str = "main") -> GraphStore:
    """The store that the address names. Nothing is connected yet: a server may come later.

    Args:
        url: ``sqlite:///relative/graph.db``, ``sqlite:////absolute/graph.db`` or ``bolt://user:password@host:port``.
        tenant: Whose graph it is.

    Raises:
        GraphUrlInvalidError: no such store, or something of the address is missing.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise GraphUrlInvalidError("it is no URL") from None
    if parts.scheme == "sqlite":
        return _sqlite(parts, tenant)
    if parts.scheme in _BOLT:
        return _neo4j(parts, port, tenant)
    raise GraphUrlInvalidError(f"unknown scheme `{parts.scheme}`")


def _sqlite(parts: SplitResult, tenant: str) -> GraphStore:
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc or not path or path == ":memory:":
        raise GraphUrlInvalidError("it names no file")
    return SqliteGraphStore(Path(path), tenant=tenant)


def _neo4j(parts: SplitResult, port: int | None, tenant: str) -> GraphStore:
    if not parts.hostname or not parts.username or not parts.password:
        raise GraphUrlInvalidError("host, user and password are needed")
    from graph.stores.neo4j import Neo4jGraphStore  # noqa: PLC0415  # only who uses Neo4j waits for its driver

    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Neo4jGraphStore(
        f"{parts.scheme}://{host}:{port or 7687}",
        user=unquote(parts.username),
        password=unquote(parts.password),
        tenant=tenant,
        database=parts.path.strip("/") or "neo4j",
    )
