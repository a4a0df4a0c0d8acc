"""Signed tree heads: the gateway's word on how many events there are, which it never takes back."""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graph.errors import JournalCorruptError, SignatureInvalidError
from graph.journal.merkle import root_of
from graph.journal.stored_tree import StoredSubtrees, stored_frontier
from graph.signing import SigningKey, sign_note, verify_note
from graph.sql.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed tree head."""

    origin: str
    tree_size: int
    root: bytes
    note: str
    """The C2SP signed note over the three fields above; the key's name is the origin."""


class HeadStore(Protocol):
    """Where the last signed head is kept: outside the database, so that an old database is noticed."""

    def load(self) -> str | None:
        """The last note that was saved."""
        ...

    def save(self, note: str) -> None:
        """Keep the note; durable when the call returns."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFile:
    """The last signed head in a file of its own, beside the database."""

    path: Path

    def load(self) -> str | None:
        """The last note that was saved."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def save(self, note: str) -> None:
        """Keep the note; durable when the call returns, and the old one or the new one after a crash."""
        fresh = self.path.with_name(self.path.name + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSigner:
    """Signs heads; each continues the one before."""

    key: SigningKey
    origin: str
    store: HeadStore

    def last(self) -> Checkpoint | None:
        """The last head that was released, if any.

        Raises:
            JournalCorruptError: what is kept is not a head that this key signed for this journal.
        """
        note = self.store.load()
        if note is None:
            return None
        try:
            origin, size, root = verify_note(note, self.origin, self.key.public_jwk).splitlines()
            checkpoint = Checkpoint(
                origin=origin, tree_size=int(size), root=base64.b64decode(root, validate=True), note=note
            )
        except (SignatureInvalidError, ValueError) as error:
            raise JournalCorruptError("the last signed head was not signed by this key for this journal") from error
        return checkpoint

    def sign(self, connection: Connection) -> Checkpoint:
        """Sign the head as it is committed; kept before it is released.

        Raises:
            JournalCorruptError: the journal is smaller than, or does not continue, what was signed last.
        """
        frontier = stored_frontier(connection)
        last = self.last()
        if last is not None:
            if last.tree_size > frontier.size:
                raise JournalCorruptError("it has fewer events than the last signed head", seq=frontier.size)
            if root_of(last.tree_size, StoredSubtrees(connection)) != last.root:
                raise JournalCorruptError("it does not continue the last signed head")
            if last.tree_size == frontier.size:
                return last
        root = frontier.root()
        text = f"{self.origin}\n{frontier.size}\n{base64.b64encode(root).decode()}\n"
        note = sign_note(self.key, self.origin, text)
        # INVARIANT: kept before released: what others hold can never be newer than what is known here.
        self.store.save(note)
        return Checkpoint(origin=self.origin, tree_size=frontier.size, root=root, note=note)
