"""Reading whose rows of a platform may leave."""

from collections.abc import Collection, Sequence

import msgspec

from graph.journal.reads.base import Reads
from graph.journal.rows import ConsentSnapshot
from graph.sql.connection import Connection, Prepared
from graph.sql.statements import consents as statements


class ConsentReads(Reads):
    """Consents, objections and self-licensing subjects, always with the epoch they belong to."""

    def consents(self, platform: str, notices: Collection[str]) -> ConsentSnapshot:
        """Everything that masking must know of a platform.

        Args:
            platform: Id of the platform.
            notices: Digests of the notices that cover the use in question; a consent to one of them suffices.
        """
        return ConsentSnapshot(
            epoch=consent_epoch(self._connection, platform),
            consented=self._subjects(
                statements.CONSENTED, platform=platform, notices=msgspec.json.encode(list(notices)).decode()
            ),
            objected=self._subjects(statements.OBJECTED, platform=platform),
            self_licensed=self._subjects(statements.SELF_LICENSING, platform=platform),
        )

    def consents_of(self, platform: str, subject: str) -> frozenset[str]:
        """Digests of the notices that a subject has a live consent to."""
        found = self._connection.rows(statements.CONSENTS_OF, on_platform=platform, by_subject=subject)
        return frozenset(notice for (notice,) in found)

    def has_objected(self, platform: str, subject: str) -> bool:
        """Whether a subject has objected."""
        return self._connection.row(statements.OBJECTION_OF, on_platform=platform, by_subject=subject) is not None

    def consent_epoch(self, platform: str) -> int:
        """How often a consent, an objection or self-licensing of the platform has changed."""
        return consent_epoch(self._connection, platform)

    def notices(self, platform: str) -> Sequence[str]:
        """Digests of the notices that consents of the platform were given to, oldest first."""
        return [notice for (notice,) in self._connection.rows(statements.NOTICES, platform=platform)]

    def _subjects(self, statement: Prepared, **values: str) -> frozenset[str]:
        return frozenset(subject for (subject,) in self._connection.rows(statement, **values))


def consent_epoch(connection: Connection, platform: str) -> int:
    """The epoch as it stands, also inside a transaction; 0 before the first change."""
    row = connection.row(statements.EPOCH, platform=platform)
    return 0 if row is None else int(row[0])
