"""Personal text and salts: the only place of the record from where something can be erased.

Events hold references to texts and keyed hashes of accounts. Erasing the text, or the salt of the hashes, takes the
person out of the record while every leaf of the tree stays as it was.
"""

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from unicodedata import normalize

import uuid_utils

from graph.sql.connection import Connection
from graph.sql.engine import Engine
from graph.sql.statements import vault as statements

SALT_BYTES: Final = 32
_LENGTH_BYTES: Final = 8
_KEY_BYTES: Final = 16


class Vault:
    """Erasable texts and salts. Every call is synchronous, and durable when it returns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, text: str, about: str) -> str:
        """Keep a text; gives the reference that an event may hold.

        Args:
            text: What a person wrote.
            about: IRI of what it is about, for erasing everything about it.
        """
        ref = f"urn:muniment:text:{uuid_utils.uuid7()}"
        with self._open() as connection, connection.transaction():
            connection.run(statements.PUT_TEXT, ref=ref, about=about, text=text)
        return ref

    def get(self, ref: str) -> str | None:
        """The text, or nothing when it was erased."""
        with self._open() as connection:
            row = connection.row(statements.FIND_TEXT, ref=ref)
        return None if row is None else str(row[0])

    def erase(self, ref: str) -> bool:
        """Erase a text for good; false when there was none.

        Its bytes are overwritten in the database, and leave the write-ahead log with its next checkpoint.
        """
        with self._open() as connection, connection.transaction():
            return connection.run(statements.ERASE_TEXT, ref=ref) == 1

    def erase_about(self, about: str) -> int:
        """Erase every text about a thing; gives how many there were."""
        with self._open() as connection, connection.transaction():
            return connection.run(statements.ERASE_ABOUT, about=about)

    def salt(self, scope: str) -> bytes:
        """The secret that keyed hashes of a scope (a platform, a licence) are made with; made at first use."""
        with self._open() as connection:
            return _salt(connection, scope) or _new_salt(connection, scope)

    def forget(self, scope: str) -> bool:
        """Destroy a salt: the hashes made with it can never again be tied to anybody; false when there was none."""
        with self._open() as connection, connection.transaction():
            return connection.run(statements.ERASE_SALT, scope=scope) == 1

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        connection = Connection(self._engine)
        try:
            yield connection
        finally:
            connection.close()


def _salt(connection: Connection, scope: str) -> bytes | None:
    row = connection.row(statements.FIND_SALT, scope=scope)
    return None if row is None else bytes(row[0])


def _new_salt(connection: Connection, scope: str) -> bytes:
    made = secrets.token_bytes(SALT_BYTES)
    with connection.transaction():
        connection.run(statements.ADD_SALT, scope=scope, salt=made)
        # WHY: somebody else may have made it meanwhile; then theirs stands.
        return _salt(connection, scope) or made


def subject_key(salt: bytes, platform: str, account: str) -> str:
    """The keyed hash of an account: 32 hex digits of HMAC-SHA256 over the platform and the account.

    Each part is preceded by its length, so that no two pairs are the same bytes. An account is one person however its
    letters are composed (Unicode NFC): whoever objects under one spelling does not leave under another.
    """
    parts = (platform.encode(), normalize("NFC", account).encode())
    message = b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)
    return hmac.digest(salt, message, "sha256")[:_KEY_BYTES].hex()
